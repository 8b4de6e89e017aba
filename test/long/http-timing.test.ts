// T10 at its figure: 200,000 requests a run, half of one kind and half of the other (wrong in the first byte and in the last; with a prefix
// there is and with one there is not), in random order. Their times must not tell which: |t| of Welch's test below 4.5, with all times and with the slowest tenth left out, in three runs.

import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { opened, secrets, team } from '../threats/http-vigie.ts'
import { type Door, openDoor, quantile } from './http-door.ts'

const requests = Number(process.env.VIGIE_TEST_TIMINGS ?? 200_000)
const runs = 3

/** Each wrong in many ways, in requests of their own: what one piece of memory costs more or less than another says nothing of the secret. */
const bytes = [...'abcdefghijklmnopqrstuvwxyz012345']
const others = (byte: string | undefined) => bytes.filter((one) => one !== byte)
const wrongFirst = (secret: string) => others(secret[0]).map((byte) => byte + secret.slice(1))
const wrongLast = (secret: string) => others(secret.at(-1)).map((byte) => secret.slice(0, -1) + byte)

/** Requests of two kinds, made for each run: signatures age. */
type Kinds = (vigie: Door) => readonly (readonly string[])[]
const wrong =
  (secretOf: (vigie: Door) => string, request: (secret: string, vigie: Door) => string): Kinds =>
  (vigie) =>
    [wrongFirst, wrongLast].map((altered) => altered(secretOf(vigie)).map((secret) => request(secret, vigie)))

const json = 'host: v\r\ncontent-type: application/json\r\ncontent-length: 2\r\n'
const form = (token: string) => `token=${token}&team_id=${team}&channel_id=c&user_id=u&command=%2Fvigie&text=status`
const withKey = (id: string, secret: string) =>
  `POST /webhook/personnage HTTP/1.1\r\n${json}authorization: Bearer vigie_${id}_${secret}\r\n\r\n{}`
const partsOf = ({ key }: Door): readonly [string, string] => [key.slice(6, 18), key.slice(19)]

const doors: Readonly<Record<string, Kinds>> = {
  'the token of GitLab, by its first and its last byte,': wrong(
    () => secrets.gitlab,
    (secret) => `POST /webhook/gitlab HTTP/1.1\r\n${json}x-gitlab-token: ${secret}\r\n\r\n{}`,
  ),
  'the token of a slash command, by its first and its last byte,': wrong(
    () => secrets.command,
    (secret) =>
      `POST /mattermost/command HTTP/1.1\r\nhost: v\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: ${form(secret).length}\r\n\r\n${form(secret)}`,
  ),
  'the token of metrics, by its first and its last byte,': wrong(
    () => secrets.metrics,
    (secret) => `GET /metrics HTTP/1.1\r\nhost: v\r\nauthorization: Bearer ${secret}\r\n\r\n`,
  ),
  'an API key, by the first and the last byte of its secret,': wrong(
    (vigie) => partsOf(vigie)[1],
    (secret, vigie) => withKey(partsOf(vigie)[0], secret),
  ),
  'an API key, by whether there is one of that prefix,': (vigie) => {
    const [id, secret] = partsOf(vigie)
    const secrets = wrongFirst(secret)
    return [
      secrets.map((one) => withKey(id, one)),
      secrets.map((one, index) => withKey(id.slice(0, -1) + (others(id.at(-1))[index] ?? ''), one)),
    ]
  },
  'the signature of an event, by its first and its last byte,': (vigie) => {
    const timestamp = String(Math.floor(Date.now() / 1000))
    const key = Buffer.from(vigie.signer.slice('whsec_'.length), 'base64')
    const right = createHmac('sha256', key).update(`msg.${timestamp}.{}`).digest('base64').slice(0, -1)
    return [wrongFirst, wrongLast].map((altered) =>
      altered(right).map(
        (one) =>
          `POST /webhook/events HTTP/1.1\r\n${json}webhook-id: msg\r\nwebhook-timestamp: ${timestamp}\r\nwebhook-signature: v1,${one}=\r\n\r\n{}`,
      ),
    )
  },
}

test.each(Object.entries(doors))('%s is refused in the same time', async (name, kinds) => {
  const vigie = await openDoor('error')
  const said: string[] = []
  for (let run = 0; run < runs; run += 1) {
    const asked = kinds(vigie).map((requests) => requests.map((request) => Buffer.from(request)))
    const socket = await opened(vigie.port)
    await timesOf(socket, asked, 5000)
    const times = await timesOf(socket, asked, requests)
    socket.destroy()
    const limit = quantile(times.flat(), 0.9)
    const t = welch(times)
    const cropped = welch(times.map((list) => list.filter((time) => time <= limit)))
    said.push(`t = ${t.toFixed(2)}, ${cropped.toFixed(2)} without the slowest tenth`)
    expect.soft(Math.abs(t), `${name} run ${run}`).toBeLessThan(4.5)
    expect.soft(Math.abs(cropped), `${name} run ${run}`).toBeLessThan(4.5)
  }
  await vigie.close()
  console.log(`${name} ${runs} runs of ${requests}: ${said.join('; ')}`)
})

/** How long each request took, in nanoseconds, by kind. */
async function timesOf(socket: Socket, asked: readonly (readonly Buffer[])[], count: number): Promise<number[][]> {
  const times: number[][] = asked.map(() => [])
  const order = randomBytes(count)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let at = -1
  let began = 0n
  const next = () => {
    at += 1
    if (at === count) return resolve()
    began = process.hrtime.bigint()
    const drawn = order[at] ?? 0
    const kind = asked[drawn & 1] ?? []
    socket.write(kind[(drawn >> 1) % kind.length] ?? '')
  }
  // Refusals are small: each comes in one piece.
  socket.on('data', (answer: Buffer) => {
    const took = Number(process.hrtime.bigint() - began)
    if (answer.toString('latin1', 9, 12) !== '401') return reject(new Error(String(answer)))
    times[(order[at] ?? 0) & 1]?.push(took)
    next()
  })
  void once(socket, 'close').then(() => reject(new Error('cut off')))
  next()
  await promise
  socket.removeAllListeners('data')
  return times
}

function welch(times: readonly (readonly number[])[]): number {
  const [first, last] = times.map((list) => {
    const mean = list.reduce((sum, value) => sum + value, 0) / list.length
    const variance = list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (list.length - 1)
    return { mean, error: variance / list.length }
  })
  if (first === undefined || last === undefined) return Number.NaN
  return (first.mean - last.mean) / Math.sqrt(first.error + last.error)
}
