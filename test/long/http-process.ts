// Run as a process of its own: a Vigie at a port, which tells how long its event loop was held up since it was last asked.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { startVigie } from '../threats/http-vigie.ts'

const vigie = await startVigie({ LOG_LEVEL: 'info' })
const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()
process.on('message', () => {
  process.send?.({ maxMs: delay.max / 1e6 - 5, memoryMb: process.memoryUsage().rss / 2 ** 20 })
  delay.reset()
  vigie.lines.length = 0
})
process.on('disconnect', () => vigie.stop().then(() => process.exit(0)))
process.send?.({ port: vigie.port })
