// A lookout whose whole outside is a test's: settings, name servers, sockets, and small servers on loopback.

import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { createEnv } from '../../../../src/env.ts'
import { createLookout, type LookoutParts } from '../../../../src/integrations/monitor/checks/lookout.ts'
import type { Monitor, Result } from '../../../../src/integrations/monitor/monitor.ts'
import { monitorOf } from '../../../fakes/monitors.ts'

type Wish = Partial<Omit<LookoutParts, 'env'>> & { readonly settings?: Readonly<Record<string, string>> }

export function lookoutOf({ settings = {}, world = {}, ...parts }: Wish = {}) {
  const env = createEnv({ environment: settings, dotenv: {}, readFile: () => '' })
  const lookout = createLookout({
    env,
    forbidden: [],
    openHeaders: () => ({}),
    now: Date.now,
    elapsed: () => performance.now(),
    ...parts,
    // No server of the system is ever asked.
    world: {
      servers: ['127.0.0.1:9'],
      readHosts: () => '',
      lookup: () => Promise.reject(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' })),
      interfaces: () => ({}),
      ...world,
    },
  })
  env.check()
  const look = (monitor: Partial<Monitor>): Promise<Result> =>
    lookout.check(monitorOf('site', { timeoutMs: 5000, ...monitor }), never)
  return { ...lookout, look }
}

const never = new AbortController().signal

/** `http` with the defaults of `/monitor add`. */
export const httpWish = { method: 'GET', status: [[200, 299]], headers: {}, sealedHeaders: {} } as const

export interface Place {
  readonly port: number
  /** `127.0.0.1:8080` */
  readonly at: string
  /** How many sockets it has taken. */
  readonly count: () => number
}

export async function serve(listener: RequestListener, host = '127.0.0.1'): Promise<Place> {
  return await placeOf(createServer({ maxHeaderSize: 65_536 }, listener), host)
}

export async function serveTcp(listener: (socket: Socket) => void, host = '127.0.0.1'): Promise<Place> {
  return await placeOf(
    createTcpServer((socket) => {
      // A checker hangs up when it has seen enough.
      socket.on('error', () => socket.destroy())
      listener(socket)
    }),
    host,
  )
}

/** Listens until the test is over. */
export async function placeOf(server: Server | ReturnType<typeof createTcpServer>, host: string): Promise<Place> {
  const sockets = new Set<Socket>()
  let count = 0
  server.on('connection', (socket: Socket) => {
    count += 1
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, host)
  await once(server, 'listening')
  onTestFinished(async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  })
  const { port } = server.address() as AddressInfo
  return { port, at: `${host.includes(':') ? `[${host}]` : host}:${port}`, count: () => count }
}
