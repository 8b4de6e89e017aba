// The container's health: the process answers. What it says about Mattermost is /health/delivery, for alarms.
const { ok } = await fetch(`http://127.0.0.1:${process.env.PORT || 8090}/health`, { signal: AbortSignal.timeout(4000) })
process.exit(ok ? 0 : 1)
