// A URL that was subscribed: a server that keeps what it is told, and knows a message that came twice.

import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createEnv } from '../../src/env.ts'
import { createLookout } from '../../src/integrations/monitor/checks/lookout.ts'

export interface Taken {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Receiver {
  readonly url: string
  /** `127.0.0.1:8080` */
  readonly at: string
  readonly taken: Taken[]
  /** What it answers from now on; nothing cuts the line after taking the message. */
  answer: { status: number; headers?: Record<string, string> } | undefined
  close(): Promise<void>
}

export async function createReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      receiver.taken.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') })
      const { answer } = receiver
      if (answer === undefined) request.socket.destroy()
      else response.writeHead(answer.status, answer.headers).end('x'.repeat(100_000))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hook?a=b`,
    at: `127.0.0.1:${port}`,
    taken: [],
    answer: { status: 204 },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return receiver
}

/** The guarded way outside, with these places listed and no name server. */
export const outwardTo = (...allowed: readonly string[]) => outwardBy('127.0.0.1:9', ...allowed)

/** The same, asking this name server. */
export const outwardBy = (nameServer: string, ...allowed: readonly string[]) =>
  outwardWith({ MONITOR_ALLOW: allowed.join(',') }, nameServer)

/** The same, by these settings. */
export function outwardWith(environment: Readonly<Record<string, string>>, nameServer = '127.0.0.1:9') {
  const env = createEnv({ environment, dotenv: {}, readFile: () => '' })
  const lookout = createLookout({
    env,
    forbidden: [],
    openHeaders: () => ({}),
    now: Date.now,
    elapsed: () => performance.now(),
    world: { servers: [nameServer], readHosts: () => '', interfaces: () => ({}) },
  })
  env.check()
  return lookout
}
