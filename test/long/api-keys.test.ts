// T9, T11 and T13 at the doors of the API, on a real `vigie start` beside which `vigie key`, `export` and `backup` run: a replayed call is one
// event, nothing that is kept or said opens a door, what is revoked in a shell is refused within 5 s, and one key's flood stops at its limit.

import { createHmac } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from '../../src/app/free-port.ts'
import { type Running, vigie } from '../cli/process.ts'
import { quantile } from './http-door.ts'

const folder = mkdtempSync(join(tmpdir(), 'vigie-api-keys-'))
const environment: Record<string, string> = {
  MATTERMOST_URL: 'http://127.0.0.1:9',
  MATTERMOST_TOKEN: 'a-bot-token-of-26-letters',
  VIGIE_SECRET_KEY: 'a secret key of the tests alone',
  LOG_LEVEL: 'debug',
}
/** All that any process said, but for the keys that were asked for. */
const said: string[] = []
const shown: string[] = []
let running: Running
let url = ''

beforeAll(async () => {
  const port = await freePort('127.0.0.1')
  environment.PORT = String(port)
  url = `http://127.0.0.1:${port}`
  running = vigie(['start'], { cwd: folder, environment })
  await running.line('Vigie listens')
})
afterAll(async () => {
  running.child.kill('SIGKILL')
  await running.ended()
  rmSync(folder, { recursive: true, force: true })
})

async function run(...words: string[]): Promise<string> {
  const command = vigie(words, { cwd: folder, environment })
  expect(await command.ended(), `${words.join(' ')}: ${command.err()}`).toBe(0)
  said.push(command.err())
  return command.out().trim()
}

const everything = 'personnages:read,personnages:write,events:write,subscriptions:write'
async function makeKey(...words: string[]): Promise<string> {
  const key = await run('key', 'create', ...words)
  shown.push(key)
  return key
}

interface Answer {
  readonly status: number
  readonly body: string
  readonly headers: Headers
  readonly tookMs: number
}

async function post(path: string, body: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const began = performance.now()
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  const text = await answer.text()
  return { status: answer.status, body: text, headers: answer.headers, tookMs: performance.now() - began }
}
const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
const personnage = (key: string) => post('/webhook/personnage', '{"nom":"Naruto","score":85}', bearer(key))

function signed(secret: string, body: string, id: string): Record<string, string> {
  const seconds = Math.floor(Date.now() / 1000)
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` }
}

it('takes a call that is replayed a hundred times as one event, and a CloudEvent so through three keys', async () => {
  const [one, two] = [await makeKey('signer-1', '--signing'), await makeKey('signer-2', '--signing')]
  const key = await makeKey('replayer', '--scope', everything)
  const plain = JSON.stringify({ type: 'replayed.plain', text: 'x' })
  const headers = signed(one, plain, 'msg_1')
  const replays = await Promise.all(Array.from({ length: 100 }, () => post('/webhook/events', plain, headers)))
  expect(new Set(replays.map(({ status, body }) => `${status} ${body}`)).size).toBe(1)
  const cloud = JSON.stringify({ specversion: '1.0', id: 'c1', source: '/replay', type: 'replayed.cloud', data: {} })
  const type = { 'content-type': 'application/cloudevents+json' }
  const ways = [() => signed(one, cloud, 'msg_2'), () => signed(two, cloud, 'msg_2'), () => bearer(key)]
  const through = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      post('/webhook/events', cloud, { ...type, ...(ways[index % ways.length]?.() ?? {}) }),
    ),
  )
  expect(new Set(through.map(({ status, body }) => `${status} ${JSON.parse(body).event}`)).size).toBe(1)
  const events = (await run('export', 'events', '--format', 'ndjson')).split('\n').map((line) => JSON.parse(line))
  const ofType = (name: string) => events.filter(({ type }) => String(type).endsWith(name)).length
  expect([ofType('replayed.plain'), ofType('replayed.cloud')]).toEqual([1, 1])
})

it('refuses a key within 5 s of its revocation by another process, and one that expired', async () => {
  const key = await makeKey('revoked', '--scope', everything)
  const signer = await makeKey('revoked-signer', '--signing')
  const short = await makeKey('short', '--scope', everything, '--expires', '5s')
  const event = JSON.stringify({ type: 'a.b', text: 'x' })
  const statuses = async (round: number) => [
    (await personnage(key)).status,
    (await post('/webhook/events', event, signed(signer, event, `r${round}`))).status,
  ]
  expect(await statuses(0)).toEqual([200, 200])
  await run('key', 'revoke', 'revoked')
  await run('key', 'revoke', 'revoked-signer')
  const began = performance.now()
  let round = 1
  while (!(await statuses(round)).every((status) => status === 401)) {
    expect(performance.now() - began).toBeLessThan(5000)
    round += 1
    await sleep(50)
  }
  console.log(`T11: refused ${Math.round(performance.now() - began)} ms after it was revoked in a shell`)
  await sleep(5000)
  expect((await personnage(short)).status).toBe(401)
})

it('lets one key call 600 times a minute, however many calls come at once, and others meanwhile', async () => {
  const [key, other] = [await makeKey('flood', '--scope', everything), await makeKey('calm', '--scope', everything)]
  const flood = Array.from({ length: 1000 }, () => personnage(key))
  const calm: Answer[] = []
  for (let count = 0; count < 50; count += 1) calm.push(await personnage(other))
  const answers = await Promise.all(flood)
  const taken = answers.filter(({ status }) => status === 200)
  const refused = answers.filter(({ status }) => status === 429)
  expect([taken.length, refused.length]).toEqual([600, 400])
  for (const { headers, body } of refused) {
    expect(headers.get('ratelimit-limit')).toBe('600')
    expect(headers.get('ratelimit-remaining')).toBe('0')
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect(headers.get('content-type')).toContain('application/problem+json')
    expect(JSON.parse(body).status).toBe(429)
  }
  expect(new Set(taken.map(({ headers }) => headers.get('ratelimit-remaining'))).size).toBe(600)
  expect(calm.map(({ status }) => status)).toEqual(calm.map(() => 200))
  console.log(
    `T13: ${taken.length} of 1,000 at once taken, ${refused.length} answered 429; another key meanwhile p99 ${quantile(
      calm.map(({ tookMs }) => tookMs),
      0.99,
    ).toFixed(0)} ms`,
  )
})

it('keeps nobody else waiting while one key calls 1,000 times in 10 s', async () => {
  const [key, other] = [await makeKey('steady', '--scope', everything), await makeKey('beside', '--scope', everything)]
  const flood: Promise<Answer>[] = []
  const calm: Answer[] = []
  for (let tenth = 0; tenth < 100; tenth += 1) {
    const next = sleep(100)
    for (let call = 0; call < 10; call += 1) flood.push(personnage(key))
    calm.push(await personnage(other))
    await next
  }
  const statuses = (await Promise.all(flood)).map(({ status }) => status)
  expect([200, 429].map((status) => statuses.filter((one) => one === status).length)).toEqual([600, 400])
  expect(new Set(calm.map(({ status }) => status))).toEqual(new Set([200]))
  const p99 = quantile(
    calm.map(({ tookMs }) => tookMs),
    0.99,
  )
  console.log(`T13: 1,000 calls in 10 s; another key meanwhile p99 ${p99.toFixed(0)} ms`)
})

it('keeps and says nothing that opens a door: database, its log, archive, logs, exports, copy', async () => {
  const here = await makeKey('in-bank', '--in', 'bank')
  expect((await post(`/webhook/in/bank?key=${here}`, '{"text":"x"}', {})).status).toBe(200)
  expect((await post(`/webhook/in/other?key=${here}`, '{"text":"x"}', {})).status).toBe(403)
  const key = await makeKey('once', '--scope', everything)
  expect((await post('/scores', '{"nom":"Naruto","score":1}', { ...bearer(key), 'idempotency-key': 'a' })).status).toBe(
    200,
  )
  expect((await post('/webhook/personnage', '{', bearer(key))).status).toBe(400)
  expect((await personnage(key.slice(0, -1))).status).toBe(401)
  const wish = JSON.stringify({ url: 'https://example.org/hook', source: 'personnage' })
  const subscribed = await post('/subscribe', wish, bearer(key))
  expect(subscribed.status, subscribed.body).toBe(200)
  shown.push(JSON.parse(subscribed.body).secret)
  await sleep(1000)
  await run('export', 'events', 'events.json')
  await run('export', 'events', 'events.csv')
  await run('export', 'personnages', 'personnages.json')
  await run('backup', 'copy.db')
  said.push(await run('key', 'list'), running.out(), running.err())
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
  const read = files.map((one) => readFileSync(join(one.parentPath, one.name)))
  const names = files.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['vigie.db', 'vigie.db-wal', 'copy.db', 'events.json', 'events.csv']))
  expect(names.some((name) => name.endsWith('.ndjson'))).toBe(true)
  expect(shown.length).toBeGreaterThan(8)
  for (const [index, text] of shown.entries()) {
    const bare = text.startsWith('whsec_') ? text.slice(6) : text.slice(19)
    const raw = Buffer.from(bare, text.startsWith('whsec_') ? 'base64' : 'base64url')
    expect(raw.length).toBeGreaterThanOrEqual(24)
    const forms = [
      text,
      bare,
      raw,
      raw.toString('hex'),
      raw.toString('base64'),
      raw.toString('base64url'),
      encodeURIComponent(bare),
    ]
    for (const form of forms) {
      for (const [at, bytes] of read.entries()) expect(bytes.includes(form), `${index} in ${names[at]}`).toBe(false)
      if (typeof form === 'string') for (const words of said) expect(words.includes(form), `${index} said`).toBe(false)
    }
  }
  console.log(
    `T11: ${shown.length} keys, 0 in ${files.length} files (${names.filter((name) => !/^\d/.test(name)).join(', ')}), nor in what was said`,
  )
})
