// `POST /subscribe` and `DELETE /subscribe` as a stranger finds them (interface.md, "HTTP routes"; threats T7, T14): what is refused and how,
// what a key of a shell may, and what a URL gets to hear.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { createReceiver, type Receiver } from '../notifiers/receiver.ts'
import { eventually, type House, openHouse, type Someone, standIn } from './house.ts'
import { makeKey } from './key.ts'

let receiver: Receiver
let redirector: Receiver
let house: House
let alice: Someone
let key = ''

beforeAll(async () => {
  receiver = await createReceiver()
  redirector = await createReceiver()
  // Nobody is known to be an administrator yet.
  house = await openHouse(await standIn(), { MONITOR_ALLOW: `${receiver.at},${redirector.at}` })
  alice = await house.person('alice')
  key = await makeKey(join(house.folder, 'data', 'vigie.db'))
})
afterAll(async () => {
  await house?.close()
  await receiver?.close()
  await redirector?.close()
})

async function call(method: string, body: unknown, headers: Record<string, string> = {}, path = '/subscribe') {
  const answer = await fetch(`http://127.0.0.1:${house.environment.PORT}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      'accept-language': 'en',
      authorization: `Bearer ${key}`,
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const type = answer.headers.get('content-type') ?? ''
  return { status: answer.status, type, body: (await answer.json()) as Record<string, unknown> }
}
const send = (event: object) => call('POST', event, {}, '/webhook/events')
const db = () => join(house.folder, 'data', 'vigie.db')

it('lets a key of a shell subscribe a public channel that the bot is not in, and brings the bot in', async () => {
  const channel = await house.channel(alice)
  const inside = async () => (await house.admin.get(`/channels/${channel}/members/${house.botId}`)).status === 200
  expect(await inside()).toBe(false)
  expect((await call('DELETE', { channel, source: 'gitlab', subject: 'a/b' })).status).toBe(404)
  expect(await inside()).toBe(false)
  expect(await call('POST', { channel, source: 'gitlab', subject: 'a/b' })).toMatchObject({ status: 200 })
  expect(await inside()).toBe(true)
})

it('lets it look into no private channel, and into no team that the bot is not in', async () => {
  const secret = await house.channel(alice, { type: 'P' })
  const away = await house.admin.post('/teams', { name: `away-${Date.now()}`, display_name: 'Away', type: 'O' })
  const { id: team_id } = away.body as { id: string }
  const far = await house.admin.post('/channels', { team_id, name: 'far', display_name: 'Far', type: 'O' })
  const unknown = await call('POST', { channel: 'x'.repeat(26), source: 'gitlab' })
  expect(unknown.status).toBe(404)
  for (const channel of [secret, (far.body as { id: string }).id])
    expect(await call('POST', { channel, source: 'gitlab' })).toEqual(unknown)
})

it('finds a channel by the name in its address, and no other', async () => {
  const channel = await house.channel(alice)
  const { name } = (await house.admin.get(`/channels/${channel}`)).body as { name: string }
  expect(await house.app().channelNamed(`${house.team.name.toUpperCase()}/~${name}`)).toBe(channel)
  const secret = await house.channel(alice, { type: 'P' })
  const { name: hidden } = (await house.admin.get(`/channels/${secret}`)).body as { name: string }
  for (const words of [`${house.team.name}/nothing`, `nowhere/${name}`, `${house.team.name}/${hidden}`])
    await expect(house.app().channelNamed(words)).rejects.toThrow('I see no channel')
})

const good = { url: 'https://example.org/', source: 'hook' }
it.each([
  ['an empty body', '', 400, 'empty'],
  ['half a body', '{"url":', 400, 'not valid JSON'],
  ['a list', '[]', 422, 'a JSON object'],
  ['a name twice', '{"source":"hook","source":"gitlab","url":"https://example.org/"}', 422, 'twice'],
  ['a number for a URL', { ...good, url: 7 }, 422, 'an http or https address'],
  [
    'a number no double holds',
    '{"source":12345678901234567890,"url":"https://example.org/"}',
    422,
    '12345678901234567890',
  ],
  ['no source', { url: good.url }, 422, 'a source'],
  ['a strange field', { ...good, secret: 'x' }, 422, 'no such field'],
  ['both', { ...good, channel: 'x' }, 422, 'only one of them'],
  ['neither', { source: 'hook' }, 422, 'only one of them'],
  ['nothing at all', {}, 422, 'only one of them'],
  ['an unknown source', { ...good, source: 'nothing' }, 422, 'there are gitlab'],
  ['a source that is none', { ...good, source: 'vigie' }, 422, 'there are gitlab'],
  ['a name in the URL', { ...good, url: 'https://a:b@example.org/' }, 422, 'without a name or password'],
  ['another protocol', { ...good, url: 'file:///etc/passwd' }, 422, 'http or https'],
  ['a loopback', { ...good, url: 'http://127.0.0.1:1/' }, 422, 'not allowed'],
  ['a loopback as a number', { ...good, url: 'http://2130706433/' }, 422, 'not allowed'],
  ['one in IPv6', { ...good, url: 'http://[::ffff:127.0.0.1]/' }, 422, 'not allowed'],
  ['a cloud’s metadata', { ...good, url: 'http://169.254.169.254/latest' }, 422, 'not allowed'],
  ['nothing of all names', { ...good, url: 'http://0.0.0.0/' }, 422, 'not allowed'],
])('refuses %s as problem+json that says why', async (_what, body, status, said) => {
  const answer = await call('POST', body)
  expect(answer).toMatchObject({ status, body: { status, title: expect.any(String) } })
  expect(answer.type).toMatch(/^application\/problem\+json/)
  expect(JSON.stringify(answer.body)).toContain(said)
  const french = await call('POST', body, { 'accept-language': 'fr-FR,fr;q=0.9,en;q=0.5' })
  expect([french.status, french.body.detail]).not.toEqual([status, answer.body.detail])
  expect(french.status).toBe(status)
})

it('sends nothing to the Mattermost that it works with: monitors may look at it, a key may not have it called', async () => {
  const url = `${house.environment.MATTERMOST_URL}/hooks/anything`
  const answer = await call('POST', { url, source: 'personnage' })
  expect(answer).toMatchObject({ status: 422, body: { errors: [{ field: 'url' }] } })
  expect(JSON.stringify(answer.body)).toContain('only where MONITOR_ALLOW names it')
})

it('refuses without a key, with one that may not, and another content type', async () => {
  const reader = await makeKey(db(), ['personnages:read'])
  const refusals = [
    await call('POST', good, { authorization: 'Bearer nothing' }),
    await call('DELETE', good, { authorization: `Bearer ${reader}` }),
    await call('POST', 'url=x', { 'content-type': 'text/plain' }),
  ]
  expect(refusals.map(({ status }) => status)).toEqual([401, 403, 415])
  for (const { type } of refusals) expect(type).toMatch(/^application\/problem\+json/)
  expect(JSON.stringify(refusals[1]?.body)).toContain('subscriptions:write')
})

it('tells a URL what it may hear, as the reference library of Standard Webhooks checks it', async () => {
  const wish = { url: receiver.url, source: 'personnage', subject: 'Naruto Uzumaki' }
  const made = await call('POST', wish)
  expect(made).toMatchObject({
    status: 200,
    body: { id: expect.any(String), secret: expect.stringMatching(/^whsec_/) },
  })
  // Its secret is told once, however it is written.
  expect((await call('POST', { ...wish, url: `${receiver.url}#x` })).body).toEqual({ id: made.body.id })
  await call('POST', { nom: 'Naruto Uzumaki', score: 85 }, {}, '/webhook/personnage')
  const taken = await eventually(async () => receiver.taken[0], 'the URL is told')
  const headers = Object.fromEntries(
    ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, String(taken.headers[name])]),
  )
  expect(taken.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8')
  const proven = new Webhook(String(made.body.secret)).verify(taken.body, headers)
  expect(proven).toMatchObject({ specversion: '1.0', type: 'personnage.created', data: { nom: 'Naruto Uzumaki' } })
  expect(() => new Webhook(String(made.body.secret)).verify(`${taken.body} `, headers)).toThrow()
  // Nobody else's key ends it, and an operator's does.
  expect((await call('DELETE', { ...wish, subject: 'Sasuke' })).status).toBe(404)
  expect((await call('DELETE', wish)).body).toEqual({ id: made.body.id })
})

it('follows no redirect to the inside', async () => {
  let reached = 0
  const inside = createServer((_request, response) => {
    reached += 1
    response.end()
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void inside.close())
  await eventually(async () => (inside.listening ? true : undefined), 'it listens')
  const { port } = inside.address() as AddressInfo
  redirector.answer = { status: 307, headers: { location: `http://127.0.0.1:${port}/` } }
  const wish = { url: redirector.url, source: 'personnage' }
  expect((await call('POST', wish)).status).toBe(200)
  await call('POST', { nom: 'Sakura', score: 40 }, {}, '/webhook/personnage')
  await eventually(async () => redirector.taken[0], 'the URL is asked')
  expect((await call('DELETE', wish)).status).toBe(200)
  expect(reached).toBe(0)
})

it('shows URLs to an administrator in chat, tells them of one that is gone, and holds nothing up for it', async () => {
  const chief = await house.person('chief')
  await house.admin.put(`/users/${chief.id}/roles`, { roles: 'system_user system_admin' })
  const channel = await house.channel(chief)
  const direct = (await house.admin.post('/channels/direct', [chief.id, house.botId])).body as { id: string }
  receiver.taken.length = 0
  receiver.answer = { status: 410 }
  const wish = { url: receiver.url, source: 'personnage' }
  const { body: made } = await call('POST', wish)
  const place = `http://${receiver.at}/…`
  expect(await chief.type(direct.id, '/subscribe list')).toContain(place)
  expect(await chief.type(channel, '/subscribe list')).not.toContain(receiver.at)
  await call('POST', { nom: 'Sasuke', score: 60 }, {}, '/webhook/personnage')
  const [news] = await house.told(direct.id, 1)
  const attachment = news?.props.attachments?.[0]
  expect(`${attachment?.title} ${attachment?.text}`).toMatch(/127\.0\.0\.1:\d+\/….*ne veut plus rien recevoir.*410/s)
  expect(await chief.type(direct.id, '/subscribe list')).not.toContain(place)
  expect(await chief.type(channel, '/vigie deliveries failed')).toContain('Aucune livraison')
  receiver.answer = { status: 204 }
  const { body: again } = await call('POST', wish)
  expect(again.id).not.toBe(made.id)
  expect(await chief.type(direct.id, `/unsubscribe ${again.id}`)).toContain(`\`${place}\` n’entend plus`)
  expect((await call('DELETE', wish)).status).toBe(404)
  expect((await send({ type: 'x.y', text: 'x' })).body.matched).toBe(0)
})
