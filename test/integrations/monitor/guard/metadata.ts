// Runs in a network namespace of its own, where 169.254.169.254 is a real listener: tries to reach it in every spelling, once
// with the guard and once without, and prints what the listener saw (threat T14).

import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { createEnv } from '../../../../src/env.ts'
import { createLookout } from '../../../../src/integrations/monitor/checks/lookout.ts'
import type { Monitor } from '../../../../src/integrations/monitor/monitor.ts'
import { spellings, tricks } from './encodings.ts'

const metadata = '169.254.169.254'
let seen = 0
const server = createServer((_, response) => response.end('secret'))
server.on('connection', () => {
  seen += 1
})
server.listen(80, metadata)
await once(server, 'listening')

const control = connect({ host: metadata, port: 80 })
await once(control, 'connect')
control.destroy()
const before = seen

const listed = ['169.254.0.0/16', metadata, `${metadata}:80`, '0.0.0.0/0', '::/0', 'meta.example', 'meta.example:80']
const env = createEnv({ environment: { MONITOR_ALLOW: listed.join(',') }, dotenv: {}, readFile: () => '' })
const { check } = createLookout({
  env,
  forbidden: [],
  openHeaders: () => ({}),
  now: Date.now,
  elapsed: () => performance.now(),
  // Vigie does not know here that the address is this machine's own: only that it is metadata.
  world: {
    servers: ['127.0.0.1:9'],
    readHosts: () => `${metadata} meta.example`,
    interfaces: () => ({ lo: networkInterfaces().lo?.filter(({ address }) => address.startsWith('127.')) }),
  },
})
const http = { method: 'GET', status: [[200, 299]], headers: {}, sealedHeaders: {} } as const
const never = new AbortController().signal
const hosts = [...spellings(metadata), 'meta.example', 'metadata.google.internal']
const urls = [...hosts.map((host) => `http://${host}/latest/meta-data/`), ...tricks(metadata, 80)]
const kinds: Record<string, number> = {}
for (const target of urls.filter((url) => URL.canParse(url))) {
  const monitor: Monitor = {
    ...{
      id: 'm',
      channel: 'c',
      name: 'n',
      type: 'http',
      target,
      maker: 'u',
      madeAt: 0,
      everyMs: 60_000,
      timeoutMs: 2000,
    },
    ...{ failures: 3, retryEveryMs: 1000, successes: 2, tls: 'verify', http, severity: 'warning', maintenance: [] },
  }
  const { failure } = await check(monitor, never)
  const kind = failure?.kind ?? 'well'
  kinds[kind] = (kinds[kind] ?? 0) + 1
}
server.close()
server.closeAllConnections()
console.log(JSON.stringify({ control: before, seen: seen - before, kinds }))
