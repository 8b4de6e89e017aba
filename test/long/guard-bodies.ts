// Looks at one hostile place again and again in a process of its own, and prints the memory and the time that it took.

import { createEnv } from '../../src/env.ts'
import { createLookout } from '../../src/integrations/monitor/checks/lookout.ts'
import { monitorOf } from '../fakes/monitors.ts'

const [bad = '', good = '', contains = ''] = process.argv.slice(2)
const env = createEnv({ environment: { MONITOR_ALLOW: `${bad},${good}` }, dotenv: {}, readFile: () => '' })
const { check } = createLookout({
  env,
  forbidden: [],
  openHeaders: () => ({}),
  now: Date.now,
  elapsed: () => performance.now(),
})
const http = { method: 'GET', status: [[200, 299]], headers: {}, sealedHeaders: {} } as const
const never = new AbortController().signal
const look = (at: string, word: string) =>
  check(
    monitorOf('site', {
      target: `http://${at}/`,
      timeoutMs: 10_000,
      http: { ...http, ...(word === '' ? {} : { contains: word }) },
    }),
    never,
  )

// Warm, so that what is measured is the hostile answer and not the code.
for (let turn = 0; turn < 50; turn += 1) await look(good, '')
const before = process.memoryUsage.rss()
let peak = before
let latestGoodMs = 0
const watching = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss())
}, 20)
const beside = setInterval(() => {
  void look(good, '').then(({ tookMs, failure }) => {
    latestGoodMs = Math.max(latestGoodMs, failure === undefined ? tookMs : Number.POSITIVE_INFINITY)
  })
}, 200)
const results = await Promise.all([look(bad, contains), look(bad, contains), look(bad, contains)])
clearInterval(watching)
clearInterval(beside)
peak = Math.max(peak, process.memoryUsage.rss())
console.log(
  JSON.stringify({
    grownBytes: peak - before,
    tookMs: Math.max(...results.map(({ tookMs }) => tookMs)),
    latestGoodMs,
    kinds: [...new Set(results.map(({ failure }) => failure?.kind ?? 'well'))],
  }),
)
process.exit(0)
