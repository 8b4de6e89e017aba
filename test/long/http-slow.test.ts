// T29 at its figure: 500 slow sockets of every kind, all closed within 20 s, while the legitimate 99 of 100 wait no longer than 500 ms.

import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { heard, opened, secrets } from '../threats/http-vigie.ts'
import { byToken, type Door, openDoor, post, quantile } from './http-door.ts'

const count = 500
const token = `x-gitlab-token: ${secrets.gitlab}\r\n`
const to = (path: string, key: string, type = 'json') =>
  `POST ${path} HTTP/1.1\r\nhost: v\r\ncontent-type: application/${type}\r\nauthorization: Bearer ${key}\r\n`
const begin = `POST /webhook/gitlab HTTP/1.1\r\nhost: v\r\ncontent-type: application/json\r\n`

type Kind = (socket: Socket, door: Door) => Promise<void>
const drip = async (socket: Socket, byte: string) => {
  while (!socket.destroyed) {
    socket.write(byte)
    await sleep(1000)
  }
}
const kinds: Readonly<Record<string, Kind>> = {
  'says nothing': async () => undefined,
  'half a header': async (socket) => void socket.write(`${begin}x: `),
  'headers, a byte a second': (socket) => {
    socket.write(`${begin}x: `)
    return drip(socket, 'x')
  },
  'half a body': async (socket) => void socket.write(`${begin}${token}content-length: 1000\r\n\r\n{`),
  'a body, a byte a second': (socket) => {
    socket.write(`${begin}${token}content-length: 1000000\r\n\r\n{"a":"`)
    return drip(socket, 'x')
  },
  'chunks, a byte a second': (socket) => {
    socket.write(`${begin}${token}transfer-encoding: chunked\r\n\r\n`)
    return drip(socket, '1\r\nx\r\n')
  },
  'a press, a byte a second': (socket) => {
    socket.write(
      'POST /mattermost/action HTTP/1.1\r\nhost: v\r\ncontent-type: application/json\r\ncontent-length: 200000\r\n\r\n',
    )
    return drip(socket, ' ')
  },
  'half a character': async (socket, { key }) =>
    void socket.write(`${to('/webhook/personnage', key)}content-length: 40\r\n\r\n{"nom":"Naru`),
  'a score, a byte a second': (socket, { key }) => {
    socket.write(`${to('/scores', key)}content-length: 1000000\r\n\r\n{"nom":"`)
    return drip(socket, 'x')
  },
  'a batch in chunks, a byte a second': (socket, { key }) => {
    socket.write(`${to('/webhook/events', key, 'cloudevents-batch+json')}transfer-encoding: chunked\r\n\r\n`)
    return drip(socket, '1\r\n[\r\n')
  },
  'an event that nobody signed, a byte a second': (socket) => {
    const seconds = Math.floor(Date.now() / 1000)
    socket.write(
      `POST /webhook/events HTTP/1.1\r\nhost: v\r\ncontent-type: application/json\r\nwebhook-id: x\r\nwebhook-timestamp: ${seconds}\r\nwebhook-signature: v1,${'A'.repeat(43)}=\r\ncontent-length: 1000000\r\n\r\n`,
    )
    return drip(socket, ' ')
  },
  'a message of Slack, a byte a second': (socket, { key }) => {
    socket.write(`${to('/webhook/in/bank', key)}content-length: 1000000\r\n\r\n{"text":"`)
    return drip(socket, 'x')
  },
  'half a subscription': async (socket, { key }) =>
    void socket.write(`${to('/subscribe', key)}content-length: 1000\r\n\r\n{`),
  'idle after an answer': async (socket) => void socket.write('GET /health HTTP/1.1\r\nhost: v\r\n\r\n'),
  'empty lines after an answer': async (socket) => {
    socket.write('GET /health HTTP/1.1\r\nhost: v\r\n\r\n')
    await once(socket, 'data')
    await drip(socket, '\r\n')
  },
}

test.each([...Object.entries(kinds), ['all kinds at once', undefined] as const])(
  '500 sockets of one that %s',
  async (name, kind) => {
    const door = await openDoor()
    const all = Object.values(kinds)
    const sockets = await Promise.all(Array.from({ length: count }, () => opened(door.port)))
    const began = performance.now()
    const closedMs: number[] = []
    const closed = sockets.map((socket) => heard(socket).then(() => closedMs.push(performance.now() - began)))
    for (const [index, socket] of sockets.entries())
      void (kind ?? all[index % all.length])?.(socket, door).catch(() => undefined)
    const waitedMs: number[] = []
    let going = true
    const legitimate = async (index: number) => {
      for (let round = 0; going; round += 1) {
        const answer = await post(door.port, `{"object_kind":"small","n":"${index} ${round}"}`, byToken)
        expect(answer.status).toBe(200)
        waitedMs.push(answer.tookMs)
        await sleep(20)
      }
    }
    const load = Promise.all(Array.from({ length: 5 }, (_, index) => legitimate(index)))
    await Promise.race([Promise.all(closed), sleep(25_000)])
    going = false
    await load
    const { maxMs, memoryMb } = await door.held()
    console.log(
      `${name}: ${closedMs.length} closed within ${Math.round(Math.max(...closedMs))} ms; ${waitedMs.length} legitimate, p50 ${quantile(waitedMs, 0.5).toFixed(1)} ms, p99 ${quantile(waitedMs, 0.99).toFixed(1)} ms; loop held ${maxMs.toFixed(0)} ms at most, ${memoryMb.toFixed(0)} MB`,
    )
    for (const socket of sockets) socket.destroy()
    await door.close()
    expect(closedMs).toHaveLength(count)
    expect(Math.max(...closedMs)).toBeLessThanOrEqual(20_000)
    expect(quantile(waitedMs, 0.99)).toBeLessThanOrEqual(500)
  },
)
