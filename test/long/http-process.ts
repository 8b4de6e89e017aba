// Run as a process of its own: a Vigie at a port, which tells how long its event loop was held up since it was last asked: by the clock,
// and by the processor time its thread used meanwhile, which a busy machine does not lengthen.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { makeKey } from '../e2e/key.ts'
import { secrets, startVigie } from '../threats/http-vigie.ts'

const resolutionMs = 5
const vigie = await startVigie({ LOG_LEVEL: process.argv[2] ?? 'info' })
const delay = monitorEventLoopDelay({ resolution: resolutionMs })
delay.enable()
let usedUs = 0
let mostUsedUs = 0
setInterval(() => {
  const { user, system } = process.threadCpuUsage()
  mostUsedUs = Math.max(mostUsedUs, user + system - usedUs)
  usedUs = user + system
}, resolutionMs)
process.on('message', () => {
  const memoryMb = process.memoryUsage().rss / 2 ** 20
  process.send?.({ maxMs: delay.max / 1e6 - resolutionMs, usedMs: mostUsedUs / 1000, memoryMb })
  delay.reset()
  mostUsedUs = 0
  vigie.lines.length = 0
})
process.on('disconnect', () => vigie.stop().then(() => process.exit(0)))
// What it takes to bring so many bytes here, whatever is done with them.
const bare = createServer((request, response) => void request.resume().on('end', () => response.end()))
bare.listen(0, '127.0.0.1')
await once(bare, 'listening')
const database = join(vigie.folder, 'data', 'vigie.db')
process.send?.({
  port: vigie.port,
  barePort: (bare.address() as AddressInfo).port,
  key: await makeKey(database),
  signer: await makeKey(database, ['events:write'], secrets.sealing),
})
