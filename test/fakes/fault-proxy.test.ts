import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { type Fault, type FaultProxy, startFaultProxy } from './fault-proxy.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

/** A server that repeats what it is told, behind a proxy. */
async function stage(): Promise<{ proxy: FaultProxy; heard: string[] }> {
  const heard: string[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    heard.push(body)
    response.end(`echo ${body}`)
  })
  const sockets = new WebSocketServer({ server, perMessageDeflate: false })
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(String(data))))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    for (const socket of sockets.clients) socket.terminate()
    server.close()
    server.closeAllConnections()
  })
  const proxy = await startFaultProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  closing.push(() => proxy.close())
  return { proxy, heard }
}

const say = async (proxy: FaultProxy, body: string, patienceMs = 10_000) => {
  const signal = AbortSignal.timeout(patienceMs)
  const response = await fetch(proxy.url, { method: 'POST', body, signal })
  return `${response.status} ${await response.text()}`
}

const single = (fault: Fault) => {
  let left = 1
  return () => (left-- > 0 ? fault : undefined)
}

async function socketTo(proxy: FaultProxy): Promise<{ socket: WebSocket; heard: string[] }> {
  const heard: string[] = []
  const socket = new WebSocket(proxy.url.replace('http', 'ws'), { perMessageDeflate: false })
  closing.push(() => socket.terminate())
  socket.on('message', (data) => heard.push(String(data)))
  await once(socket, 'open')
  return { socket, heard }
}

it('hands on what it is not told to touch, and notes it', async () => {
  const { proxy } = await stage()
  expect(await say(proxy, 'one')).toBe('200 echo one')
  expect(await say(proxy, 'x'.repeat(300_000))).toHaveLength(9 + 300_000)
  expect(proxy.exchanges).toMatchObject([{ method: 'POST', path: '/', status: 200 }, { status: 200 }])
})

it('resets a request before anybody heard it', async () => {
  const { proxy, heard } = await stage()
  proxy.judge(single({ as: 'reset' }))
  await expect(say(proxy, 'one')).rejects.toThrow()
  expect(heard).toEqual([])
  expect(await say(proxy, 'two')).toBe('200 echo two')
})

it('loses the reply to a request that was done', async () => {
  const { proxy, heard } = await stage()
  proxy.judge(single({ as: 'lose reply' }))
  await expect(say(proxy, 'one')).rejects.toThrow()
  expect(heard).toEqual(['one'])
})

it('cuts a reply in the middle of its body', async () => {
  const { proxy, heard } = await stage()
  proxy.judge(single({ as: 'cut' }))
  await expect(say(proxy, 'one')).rejects.toThrow()
  expect(heard).toEqual(['one'])
})

it.each([true, false])('leaves a connection half-open, its request done: %s', async (forwarded) => {
  const { proxy, heard } = await stage()
  proxy.judge(single({ as: 'half-open', forwarded }))
  await expect(say(proxy, 'one', 300)).rejects.toThrow(/timeout/)
  expect(heard).toEqual(forwarded ? ['one'] : [])
  expect(await say(proxy, 'two')).toBe('200 echo two')
})

it('gives a reply byte by byte', async () => {
  const { proxy } = await stage()
  proxy.judge(single({ as: 'trickle', bytesPerSecond: 1000 }))
  expect(await say(proxy, 'one')).toBe('200 echo one')
  proxy.judge(single({ as: 'trickle', bytesPerSecond: 1 }))
  await expect(say(proxy, 'two', 300)).rejects.toThrow(/timeout/)
})

it('answers in the server’s place, and delays', async () => {
  const { proxy, heard } = await stage()
  proxy.judge(single({ as: 'answer', status: 429, headers: { 'retry-after': '1' } }))
  expect(await say(proxy, 'one')).toBe('429 ')
  proxy.judge(single({ as: 'delay', forMs: 20 }))
  expect(await say(proxy, 'two')).toBe('200 echo two')
  expect(heard).toEqual(['two'])
})

it('refuses connections while it is down', async () => {
  const { proxy } = await stage()
  await say(proxy, 'one')
  await proxy.down()
  await expect(say(proxy, 'two')).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  await proxy.up()
  expect(await say(proxy, 'three')).toBe('200 echo three')
})

it('drops one websocket frame in three, and then falls silent without closing', async () => {
  const { proxy } = await stage()
  const { socket, heard } = await socketTo(proxy)
  proxy.dropFrames(3)
  for (let number = 1; number <= 7; number += 1) socket.send(`${number}`.repeat(200))
  while (heard.length < 5) await once(socket, 'message')
  expect(heard.map((words) => words[0])).toEqual(['1', '2', '4', '5', '7'])
  expect(proxy.framesDropped()).toBe(2)

  proxy.dropFrames(0)
  expect(proxy.silence()).toBe(1)
  socket.send('lost')
  const other = await socketTo(proxy)
  other.socket.send('heard')
  await once(other.socket, 'message')
  expect(heard).toHaveLength(5)
  expect(socket.readyState).toBe(WebSocket.OPEN)
  expect(proxy.tunnels()).toBe(2)
})
