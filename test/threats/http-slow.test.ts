// T29 in small: who is cut, and who is not. Real sockets, a clock of the test's own; test/long/http-slow.test.ts has the figures.

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createEnv } from '../../src/env.ts'
import type { Log } from '../../src/event.ts'
import { readProxies } from '../../src/web/clients.ts'
import { createServer as createDoor } from '../../src/web/server.ts'
import { type SlowWatch, watchSlow } from '../../src/web/slow.ts'
import { heard, opened } from './http-vigie.ts'

const limits = { slowMs: 2000, mostSlow: 2, idleMs: 17_000 }
const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

const proxiesOf = (setting = '') =>
  readProxies(createEnv({ environment: { TRUST_PROXY: setting }, dotenv: {}, readFile: () => '' }))

interface Stage {
  readonly server: Server
  readonly logs: object[]
  readonly watch: SlowWatch
  /** Lets time pass, look by look, as the door does. */
  pass(ms: number): void
  open(): Promise<Socket>
  send(headers: string): Promise<Socket>
}

/** Answers `/large` with more than a socket holds, `/never` not at all, all else once it has the whole body. */
async function stage(trusted = ''): Promise<Stage> {
  const logs: object[] = []
  const note = (facts: object) => void logs.push(facts)
  const log: Log = { debug: note, info: note, warn: note, error: note, fatal: note }
  let now = 1000
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.url !== '/never') response.end(request.url === '/large' ? Buffer.alloc(64 * 1024 * 1024) : 'ok')
    })
  })
  const watch = watchSlow(server, { proxies: proxiesOf(trusted), log, now: () => now, limits })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(
    () => server.closeAllConnections(),
    () => void server.close(),
  )
  const open = async () => {
    const met = once(server, 'connection')
    const socket = await opened((server.address() as AddressInfo).port)
    ends.push(() => socket.destroy())
    await met
    return socket
  }
  return {
    server,
    logs,
    watch,
    open,
    pass(ms) {
      for (const until = now + ms; now < until; ) {
        now += 500
        watch.sweep(now)
      }
    },
    async send(headers) {
      const socket = await open()
      const met = once(server, 'request')
      socket.write(`POST / HTTP/1.1\r\nhost: v\r\n${headers}\r\n`)
      await met
      return socket
    },
  }
}

const tenBytes = 'content-length: 10\r\n'
const ended = (socket: Socket) =>
  new Promise<void>((resolve) => {
    if (socket.closed) resolve()
    else socket.once('close', () => resolve())
  })

describe('of one address', () => {
  it('more than so many unfinished requests are cut, those that began first, headers or bodies', async () => {
    const { open, send, pass, logs } = await stage()
    const first = await open()
    first.write('GET / HTT')
    pass(500)
    const second = await send(tenBytes)
    pass(500)
    const [third, fourth] = [await send(tenBytes), await open()]
    pass(3000)
    await Promise.all([ended(first), ended(second)])
    expect([third.destroyed, fourth.destroyed]).toEqual([false, false])
    expect(logs).toContainEqual({ client: '127.0.0.1', cut: 1 })
    third.write('0123456789')
    const [answer] = await once(third, 'data')
    expect(String(answer)).toContain('200 OK')
  })

  it('any number may be connected, idle or waiting for an answer of ours', async () => {
    const { server, open, pass, logs } = await stage()
    const sockets: Socket[] = []
    for (let count = 0; count < 20; count += 1) {
      const socket = await open()
      const met = once(server, 'request')
      socket.write(`GET ${count % 2 === 0 ? '/never' : '/'} HTTP/1.1\r\nhost: v\r\n\r\n`)
      await met
      if (count % 2 === 1) await once(socket, 'data')
      sockets.push(socket)
    }
    pass(10_000)
    expect(logs).toEqual([])
    expect(sockets.filter(({ destroyed }) => destroyed)).toEqual([])
  })
})

describe('behind a proxy', () => {
  const from = (address: string) => `x-forwarded-for: ${address}\r\n${tenBytes}`

  it('that is trusted, each address has its own unfinished requests', async () => {
    const { send, pass, logs } = await stage('loopback')
    const honest = [await send(from('192.0.2.1')), await send(from('192.0.2.2'))]
    const greedy = [await send(from('192.0.2.3')), await send(from('192.0.2.3')), await send(from('192.0.2.3'))]
    pass(3000)
    await Promise.race(greedy.map(ended))
    expect(honest.map(({ destroyed }) => destroyed)).toEqual([false, false])
    expect(logs).toEqual([{ client: '192.0.2.3', cut: 1 }])
  })

  it('that is not trusted, a forged header makes nobody another one', async () => {
    const { send, pass, logs } = await stage('192.0.2.9')
    const all = [await send(from('192.0.2.1')), await send(from('192.0.2.2')), await send(from('192.0.2.3'))]
    pass(3000)
    await Promise.race(all.map(ended))
    expect(logs).toEqual([{ client: '127.0.0.1', cut: 1 }])
  })
})

describe('a connection', () => {
  it('is not kept open by empty lines', async () => {
    const { open, pass } = await stage()
    const socket = await open()
    socket.write('GET / HTTP/1.1\r\nhost: v\r\n\r\n')
    await once(socket, 'data')
    for (let second = 0; second < 18; second += 1) {
      pass(1000)
      socket.write('\r\n')
    }
    await ended(socket)
  })

  it('whose answer nobody reads is cut', async () => {
    const { server, open, pass } = await stage()
    const socket = await open()
    socket.pause()
    const met = once(server, 'request')
    socket.write('GET /large HTTP/1.1\r\nhost: v\r\n\r\n')
    const [request, response] = await met
    if (!request.complete || !response.writableEnded) await once(request, 'end')
    const cut = once(request.socket, 'close')
    pass(18_000)
    await cut
    expect(response.writableFinished).toBe(false)
  })

  it('that asks again and again lives on', async () => {
    const { open, pass } = await stage()
    const socket = await open()
    for (let round = 0; round < 5; round += 1) {
      socket.write('GET / HTTP/1.1\r\nhost: v\r\n\r\n')
      const [answer] = await once(socket, 'data')
      expect(String(answer)).toContain('200 OK')
      pass(10_000)
    }
    expect(socket.destroyed).toBe(false)
  })
})

describe('the door', () => {
  const silent = () => undefined
  const log: Log = { debug: silent, info: silent, warn: silent, error: silent, fatal: silent }

  it('gives headers 5 s, bodies and idle connections 15 s, and looks twice a second', async () => {
    const http = createDoor({ pathPrefix: '/', proxies: proxiesOf(), log })
    const { headersTimeout, requestTimeout, keepAliveTimeout } = http.server
    expect({ headersTimeout, requestTimeout, keepAliveTimeout }).toEqual({
      headersTimeout: 5000,
      requestTimeout: 15_000,
      keepAliveTimeout: 15_000,
    })
    await http.close()
  })

  it.each([
    ['GET / HTTP/1.1\r\nhost: v\r\nx: \x00\r\n\r\n', 400],
    ['NONSENSE\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nhost: v\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['POST / HTTP/1.1\r\nhost: v\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n', 400],
    ['POST / HTTP/1.1\r\nhost: v\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n', 400],
  ])('answers what is no request with a problem, and hangs up: %j', async (said, status) => {
    const http = createDoor({ pathPrefix: '/', proxies: proxiesOf(), log })
    const url = await http.listen({ host: '127.0.0.1', port: 0 })
    const socket = await opened(Number(new URL(url).port))
    const answer = heard(socket)
    socket.write(said)
    const [head = '', body = ''] = (await answer).split('\r\n\r\n')
    expect(head).toContain(`HTTP/1.1 ${status} `)
    expect(head).toContain('application/problem+json')
    expect(JSON.parse(body)).toMatchObject({ status })
    await http.close()
  })
})
