// The yardsticks of a check: a bare loop over the same targets at the same pace, by undici or by axios, that looks at the status and keeps
// nothing. Arguments: which, its own port for `/ready`, how many a second, then the targets' file, one a line.

import { readFileSync } from 'node:fs'
import { Agent, createServer } from 'node:http'
import axios from 'axios'
import { Client } from 'undici'

const [mode = 'undici', port = '0', perSecond = '1', file = ''] = process.argv.slice(2)
const targets = readFileSync(file, 'utf8').trim().split('\n')
const timeoutMs = 10_000
/** As checks do it: each on a connection of its own. */
const httpAgent = new Agent({ keepAlive: false })

async function byUndici(target: string): Promise<number> {
  const { origin, pathname } = new URL(target)
  const client = new Client(origin, { pipelining: 0, headersTimeout: timeoutMs, bodyTimeout: timeoutMs })
  try {
    const { statusCode, body } = await client.request({ method: 'GET', path: pathname })
    await body.dump()
    return statusCode
  } finally {
    await client.destroy()
  }
}

async function byAxios(target: string): Promise<number> {
  return (await axios.get(target, { httpAgent, timeout: timeoutMs, proxy: false, responseType: 'text' })).status
}

const check = mode === 'axios' ? byAxios : byUndici
let next = 0
const startedAt = performance.now()

async function look(): Promise<void> {
  const status = await check(targets[next++ % targets.length] ?? '')
  if (status !== 200) throw new Error(`${status}`)
}

/** As late as a timer is, and no later: what is due by now is begun. */
function pace(): void {
  const due = ((performance.now() - startedAt) / 1000) * Number(perSecond)
  while (next < due) void look()
  const nextInMs = startedAt + ((next + 1) / Number(perSecond)) * 1000 - performance.now()
  setTimeout(pace, Math.max(1, Math.ceil(nextInMs)))
}

createServer((_request, response) => response.end('ok')).listen(Number(port), '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))
pace()
