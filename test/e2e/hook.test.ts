// The open door, end to end (issue 7, "What must work"): a key made in chat, events from anywhere on cards, and subscriptions without chat.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { signaturesProve, signingKey } from '../../src/standard-webhooks.ts'
import { signed } from '../integrations/hook/door.ts'
import { createReceiver, type Receiver } from '../notifiers/receiver.ts'
import { eventually, type House, openHouse, type Someone, standIn } from './house.ts'

let receiver: Receiver
let house: House
let chief: Someone
let alice: Someone
let key = ''

beforeAll(async () => {
  receiver = await createReceiver()
  house = await openHouse(await standIn(), { MONITOR_ALLOW: receiver.at })
  chief = await house.person('chief')
  alice = await house.person('alice')
  await house.admin.put(`/users/${chief.id}/roles`, { roles: 'system_user system_admin' })
  const channel = await house.channel(chief)
  key = keyIn(await chief.type(channel, '/vigie key create robot --scope events:write,subscriptions:write'))
})
afterAll(async () => {
  await house?.close()
  await receiver?.close()
})

function keyIn(words: string): string {
  const [found] = /vigie_[0-9a-z]{12}_[\w-]{43}|whsec_[A-Za-z0-9+/]+=*/.exec(words) ?? []
  if (found === undefined) throw new Error(`no key in: ${words}`)
  return found
}

async function call(method: string, path: string, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await fetch(`http://127.0.0.1:${house.environment.PORT}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      'accept-language': 'en',
      ...(headers['webhook-signature'] === undefined ? { authorization: `Bearer ${key}` } : {}),
      ...headers,
    },
    body: text,
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, string & number> }
}

const cloud = { 'content-type': 'application/cloudevents+json' }
const eventOf = (more: object) => ({
  specversion: '1.0',
  id: Math.random().toString(36),
  source: '/ci',
  type: 'com.example.build',
  ...more,
})

it('tells a CloudEvent on its card, and edits the card as it goes on', async () => {
  const channel = await house.channel(chief)
  expect(await chief.type(channel, '/subscribe hook com.example.*')).toContain('com.example.*')
  const first = await call(
    'POST',
    '/webhook/events',
    eventOf({ subject: 'site', data: { branch: 'main' }, vigiecard: 'b1', progress: 40 }),
    cloud,
  )
  expect(first).toMatchObject({ status: 200, body: { matched: 1 } })
  const [card] = await house.told(channel, 1)
  expect(card?.props.attachments?.[0]).toMatchObject({ title: 'site', fields: [{ title: 'branch', value: '`main`' }] })
  expect(card?.props.attachments?.[0]?.text).toContain('`com.example.build` · `/ci`')
  const second = await call(
    'POST',
    '/webhook/events',
    eventOf({ subject: 'site', vigiecard: 'b1', progress: 100 }),
    cloud,
  )
  await eventually(
    async () => ((await house.told(channel, 1))[0]?.props.attachments?.[0]?.text?.includes('100') ? true : undefined),
    'the bar is full',
  )
  const [edited, ...others] = await house.told(channel, 1)
  expect([edited?.id, others.length]).toEqual([card?.id, 0])
  expect(edited?.props.vigie?.events).toEqual([first.body.event, second.body.event])
})

it('tells in a template’s words where one was asked for', async () => {
  const channel = await house.channel(chief)
  const words = '/subscribe hook shop.order --template "Commande {{data.id}}\\n{{7*7}} {{data.note}}"'
  expect(await chief.type(channel, words)).toContain('--template')
  await call(
    'POST',
    '/webhook/events',
    eventOf({ type: 'shop.order', data: { id: 42, note: '@all {{data.id}}' } }),
    cloud,
  )
  const [post] = await house.told(channel, 1)
  const text = post?.props.attachments?.[0]?.text ?? ''
  expect(text).toMatch(/^Commande 42\n\{\{7/)
  expect(text).not.toContain('@all')
  expect(post?.props.attachments?.[0]?.fields ?? []).toEqual([])
  expect(await chief.type(channel, '/subscribe list')).toContain('Commande {{data.id}}')
  expect(await chief.type(channel, '/unsubscribe hook shop.order')).toContain('shop.order')
  expect(await chief.type(channel, '/subscribe gitlab a/b --template x')).toContain('hook')
})

it('is closed to a channel that nobody opened it to', async () => {
  const channel = await house.channel(alice)
  await alice.type(channel, '/subscribe hook quiet.*')
  const send = async () => (await call('POST', '/webhook/events', { type: 'quiet.one', text: 'x' })).body.matched
  expect(await send()).toBe(0)
  await chief.type(await house.channel(chief), '/vigie allow hook quiet.* everyone')
  expect(await send()).toBe(1)
})

it('takes what is signed with a key of its own, and nothing that was altered or is old', async () => {
  const channel = await house.channel(chief)
  const secret = keyIn(await chief.type(channel, '/vigie key create signer --signing'))
  const body = JSON.stringify({ type: 'signed.one', text: 'bonjour' })
  const headers = signed(secret, body)
  const first = await call('POST', '/webhook/events', body, headers)
  expect(first.status).toBe(200)
  expect((await call('POST', '/webhook/events', body, headers)).body).toEqual(first.body)
  expect((await call('POST', '/webhook/events', `${body} `, headers)).status).toBe(401)
  // Threat T9: old and new signature together, 100 replays at once.
  const both = { ...headers, 'webhook-signature': `v1,${'A'.repeat(43)}= ${headers['webhook-signature']}` }
  const replays = await Promise.all(Array.from({ length: 100 }, () => call('POST', '/webhook/events', body, both)))
  expect(new Set(replays.map((one) => JSON.stringify(one.body)))).toEqual(new Set([JSON.stringify(first.body)]))
  // What is ahead of us is less so by the time it is looked at.
  for (const at of [Date.now() - 302_000, Date.now() + 400_000]) {
    const refused = await call('POST', '/webhook/events', body, signed(secret, body, { at }))
    expect([refused.status, refused.body.detail]).toEqual([401, expect.stringContaining('more than five minutes')])
  }
})

it('subscribes a channel without chat, and ends what was made in chat', async () => {
  const channel = await house.channel(alice)
  const wish = { channel, source: 'gitlab', subject: 'acme/site' }
  const made = await call('POST', '/subscribe', wish)
  expect(made).toEqual({ status: 200, body: { id: expect.any(String) } })
  expect((await call('POST', '/subscribe', wish)).body).toEqual(made.body)
  expect(await alice.type(channel, '/subscribe list')).toContain('acme/site')
  expect((await call('DELETE', '/subscribe', wish)).body).toEqual(made.body)
  expect((await call('DELETE', '/subscribe', wish)).status).toBe(404)
  await alice.type(channel, '/subscribe gitlab acme/other')
  expect((await call('DELETE', '/subscribe', { ...wish, subject: 'acme/other' })).status).toBe(200)
  expect(await alice.type(channel, '/subscribe list')).not.toContain('acme/other')
})

it('subscribes once for an Idempotency-Key, which with another body is refused, and never tells the secret again', async () => {
  const wish = { url: receiver.url, source: 'personnage', subject: 'Named' }
  const named = (method: string, body: object) => call(method, '/subscribe', body, { 'idempotency-key': 'named' })
  const made = await named('POST', wish)
  expect(made.body).toEqual({ id: expect.any(String), secret: expect.stringMatching(/^whsec_/) })
  const other = await named('POST', { ...wish, subject: 'Other' })
  expect([other.status, other.body.errors]).toEqual([422, [expect.objectContaining({ field: 'idempotency-key' })]])
  const ended = await named('DELETE', wish)
  expect(ended).toEqual({ status: 200, body: { id: made.body.id } })
  // Both came late again: what was ended stays so, and is still said to have been ended.
  expect(await named('POST', wish)).toEqual({ status: 200, body: { id: made.body.id } })
  expect(await named('DELETE', wish)).toEqual(ended)
  expect((await call('DELETE', '/subscribe', wish)).status).toBe(404)
})

it('tells a URL what is allowed to everyone, signed, until it is gone', async () => {
  await chief.type(await house.channel(chief), '/vigie allow hook open.* everyone')
  const wish = { url: receiver.url, source: 'hook', subject: '**' }
  const made = await call('POST', '/subscribe', wish)
  expect(made).toEqual({ status: 200, body: { id: expect.any(String), secret: expect.stringMatching(/^whsec_/) } })
  expect((await call('POST', '/subscribe', wish)).body).toEqual({ id: made.body.id })
  // An administrator's key, and yet: what is closed stays closed to a URL.
  expect((await call('POST', '/webhook/events', { type: 'closed.one', text: 'x' })).body.matched).toBe(0)
  const sent = await call('POST', '/webhook/events', { type: 'open.one', text: 'x' })
  expect(sent.body.matched).toBe(1)
  const taken = await eventually(async () => receiver.taken[0], 'the URL is told')
  expect(JSON.parse(taken.body)).toMatchObject({
    id: sent.body.event,
    type: 'hook.open.one',
    data: { told: { text: 'x' } },
  })
  const proof = signingKey(String(made.body.secret))
  if (proof === undefined) throw new Error('no secret')
  expect(await signaturesProve(proof, { headers: taken.headers, body: Buffer.from(taken.body), now: Date.now() })).toBe(
    true,
  )
  receiver.answer = { status: 410 }
  await call('POST', '/webhook/events', { type: 'open.two', text: 'x' })
  await eventually(async () => receiver.taken[1], 'the URL is told that once')
  await eventually(async () => {
    const { body } = await call('POST', '/webhook/events', { type: 'open.three', text: 'x' })
    return body.matched === 0 ? true : undefined
  }, 'the subscription ended')
  expect((await call('DELETE', '/subscribe', wish)).status).toBe(404)
})

it.each([
  [{ url: 'http://169.254.169.254/' }, 422],
  [{ url: 'http://127.0.0.1:1/' }, 422],
  [{ url: 'http://[::1]/' }, 422],
  [{ url: 'ftp://example.org/' }, 422],
  [{ url: 'https://a:b@example.org/' }, 422],
  [{ channel: 'x'.repeat(26) }, 404],
  [{ channel: 'short' }, 404],
  [{}, 422],
  [{ url: 'https://example.org/', channel: 'x' }, 422],
  [{ url: 'https://example.org/', source: 'nothing' }, 422],
  [{ url: 'https://example.org/', subject: '[' }, 422],
  [{ url: 'https://example.org/', extra: 1 }, 422],
])('refuses to subscribe %j', async (more, status) => {
  expect((await call('POST', '/subscribe', { source: 'hook', ...more })).status).toBe(status)
})

it('lets a key subscribe no private channel that its maker is not in, and tells nothing of it', async () => {
  const own = await house.channel(alice, { type: 'P' })
  const body = { channel: own, source: 'gitlab', subject: 'a/b' }
  const unknown = await call('POST', '/subscribe', { ...body, channel: 'y'.repeat(26) })
  expect(await call('POST', '/subscribe', body)).toEqual(unknown)
  expect(unknown.status).toBe(404)
})
