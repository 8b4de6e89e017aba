// Preloaded into every server that is measured, ours and yardstick alike: tells on request what the process has used.

export interface Used {
  /** Processor time of all its threads, in microseconds. */
  readonly cpuUs: number
  readonly rssBytes: number
}

process.on('message', (message) => {
  if (message !== 'used') return
  const { userCPUTime, systemCPUTime } = process.resourceUsage()
  process.send?.({ cpuUs: userCPUTime + systemCPUTime, rssBytes: process.memoryUsage.rss() } satisfies Used)
})
// Whoever measures is gone.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.channel?.unref()
