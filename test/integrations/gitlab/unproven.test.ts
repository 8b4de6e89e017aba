// Signed calls whose body must be read before anybody knows whether they are ours: what cannot be is refused at once, and only a few
// large ones are held at a time. On a real connection, as a stranger would use it.

import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { receivedAt } from './fixtures.ts'
import { createRelay, type Relay } from './relay.ts'

const secret = `whsec_${randomBytes(24).toString('base64')}`
const second = String(Math.floor(receivedAt / 1000))
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

async function listen(): Promise<{ relay: Relay; url: string; open: () => Promise<Socket> }> {
  const relay = createRelay({ GITLAB_SIGNING_SECRET: secret })
  ends.push(() => relay.http.close())
  const url = await relay.http.listen({ host: '127.0.0.1', port: 0 })
  const open = async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    ends.unshift(() => socket.destroy())
    await once(socket, 'connect')
    return socket
  }
  return { relay, url, open }
}

const plausible = { 'webhook-id': 'm', 'webhook-timestamp': second, 'webhook-signature': `v1,${'A'.repeat(43)}=` }

/** The head of a call that says how long its body is, and the first byte of that. */
function begin(socket: Socket, headers: Readonly<Record<string, string>>, lengthBytes: number): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(
    `POST /webhook/gitlab HTTP/1.1\r\nhost: vigie\r\ncontent-type: application/json\r\ncontent-length: ${lengthBytes}\r\n${lines.join('')}\r\n{`,
  )
}

function signed(body: string): Record<string, string> {
  const hmac = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
  const signature = hmac.update(`m.${second}.${body}`).digest('base64')
  return { ...plausible, 'webhook-signature': `v1,${signature}` }
}

it.each([
  ['no id', { ...plausible, 'webhook-id': '' }],
  ['no time', { 'webhook-id': 'm', 'webhook-signature': plausible['webhook-signature'] }],
  ['an old time', { ...plausible, 'webhook-timestamp': String(Number(second) - 301) }],
  ['a signature of another form', { ...plausible, 'webhook-signature': 'v1,AAAA' }],
  ['a signature of another version', { ...plausible, 'webhook-signature': `v2,${'A'.repeat(43)}=` }],
])('a call with %s is refused before its 25 MiB are sent', async (_what, headers) => {
  const { open } = await listen()
  const socket = await open()
  begin(socket, headers, 25 * 1024 * 1024)
  const [answer] = await once(socket, 'data')
  expect(String(answer)).toMatch(/^HTTP\/1\.1 401 /)
})

const large = `{"object_kind":"large","a":"${'x'.repeat(2 * 1024 * 1024)}"}`
const post = (url: string, body: string) =>
  fetch(`${url}/webhook/gitlab`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signed(body) },
    body,
  })

it('a fifth large body waits until one of four is gone, a small one does not', async () => {
  const { relay, url, open } = await listen()
  // What reads large bodies is there from now on.
  await post(url, large)
  const held: Socket[] = []
  for (let count = 0; count < 4; count += 1) {
    const socket = await open()
    begin(socket, plausible, 2 * 1024 * 1024)
    held.push(socket)
  }
  // Answered later than the four were begun: they hold their turns.
  await post(url, '{"object_kind":"small"}')
  const fifth = post(url, large)
  for (let count = 0; count < 100; count += 1) expect((await post(url, '{"object_kind":"small"}')).status).toBe(200)
  expect(relay.emitted).toHaveLength(102)
  held[0]?.destroy()
  expect((await fifth).status).toBe(200)
  expect(relay.emitted).toHaveLength(103)
})

it('who gave up waiting keeps nobody from their turn', async () => {
  const { url, open } = await listen()
  const sockets = [await open(), await open(), await open(), await open(), await open(), await open()]
  for (const socket of sockets) begin(socket, plausible, 2 * 1024 * 1024)
  await post(url, '{"object_kind":"small"}')
  for (const socket of sockets.toReversed()) socket.destroy()
  const answers = await Promise.all(Array.from({ length: 6 }, () => post(url, large)))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200])
})
