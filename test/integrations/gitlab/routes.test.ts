import { createHmac } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { maxBytes } from '../../../src/integrations/gitlab/routes.ts'
import { altered, fixture, fixtureNames, receivedAt } from './fixtures.ts'
import { createRelay, type Relay } from './relay.ts'

const token = 'a-secret-token'
const secret = `whsec_${Buffer.from('a signing secret of thirty bytes').toString('base64')}`
const other = `whsec_${Buffer.from('another one').toString('base64')}`
const withToken = { 'x-gitlab-token': token }
const push = fixture('push')

const open: Relay[] = []
function relayWith(settings: Readonly<Record<string, string>> = { GITLAB_WEBHOOK_TOKEN: token }): Relay {
  const relay = createRelay(settings)
  open.push(relay)
  return relay
}
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ http }) => http.close()))
})

/** The headers GitLab signs a body with. */
function signed(body: string | Buffer, key = secret, seconds = Math.floor(receivedAt / 1000), id = 'msg_1') {
  const hmac = createHmac('sha256', Buffer.from(key.slice('whsec_'.length), 'base64'))
  const signature = hmac.update(`${id}.${seconds}.`).update(body).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` }
}

describe('POST /webhook/gitlab', () => {
  it.each(fixtureNames)('stores %s and answers with the event and who will hear it', async (name) => {
    const relay = relayWith()
    const answer = await relay.post(fixture(name), withToken)
    expect([answer.statusCode, answer.json()]).toEqual([200, { event: 'ev1', matched: 2 }])
    expect(relay.emitted).toHaveLength(1)
  })

  it('answers only after the event is stored', async () => {
    const relay = relayWith()
    const { promise, resolve } = Promise.withResolvers<{ event: string; matched: number; repeated: boolean }>()
    relay.emitBy(() => promise)
    let answered = false
    const answer = relay.post(push, withToken).then((response) => {
      answered = true
      return response
    })
    while (relay.emitted.length === 0) await new Promise(setImmediate)
    expect(answered).toBe(false)
    resolve({ event: 'first', matched: 3, repeated: true })
    expect((await answer).json()).toEqual({ event: 'first', matched: 3 })
  })

  it('stores a kind it does not relay, and tells it to nobody', async () => {
    const relay = relayWith()
    relay.emitBy(async () => ({ event: 'ev1', matched: 0, repeated: false }))
    const answer = await relay.post({ object_kind: 'rocket_launch' }, withToken)
    expect([answer.statusCode, answer.json()]).toEqual([200, { event: 'ev1', matched: 0 }])
    expect(relay.emitted[0]?.options?.only).toEqual([])
  })

  it.each([{}, { object_kind: 7 }, { object_kind: null, event_name: [] }, { '': { '': 1 } }])(
    'answers 200 to any object: %j',
    async (body) => {
      expect((await relayWith().post(body, withToken)).statusCode).toBe(200)
    },
  )

  it('answers 503 with Retry-After when the event cannot be stored', async () => {
    const relay = relayWith()
    relay.emitBy(async () => {
      throw Object.assign(new Error('disk full'), { name: 'StoreUnavailable' })
    })
    const answer = await relay.post(push, { ...withToken, 'accept-language': 'fr' })
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '10'])
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.json().detail).toBe('Rien n’a pu être enregistré\u00a0: réessayez plus tard.')
  })
})

describe('who may call', () => {
  const causes: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['no token', {}],
    ['an empty token', { 'x-gitlab-token': '' }],
    ['the beginning of the token', { 'x-gitlab-token': token.slice(0, -1) }],
    ['a longer token', { 'x-gitlab-token': `${token}x` }],
    ['another case', { 'x-gitlab-token': token.toUpperCase() }],
    ['all tokens at once', { 'x-gitlab-token': `${token},other` }],
    ['the token as a bearer', { authorization: `Bearer ${token}` }],
    ['a signature that is not one', { 'webhook-signature': 'v1,x', 'webhook-id': 'a', 'webhook-timestamp': '1' }],
  ]

  it('gets one and the same refusal, whatever is wrong', async () => {
    const relay = relayWith()
    const answers = await Promise.all(causes.map(([, headers]) => relay.post(push, headers)))
    expect(
      new Set(
        answers.map(({ statusCode, body, headers }) => JSON.stringify([statusCode, body, headers['content-type']])),
      ).size,
    ).toBe(1)
    expect(answers[0]?.statusCode).toBe(401)
    expect(relay.emitted).toEqual([])
    expect(relay.noted.counts).toEqual(causes.map(() => 'webhooks_refused'))
  })

  it('is refused before the body is looked at', async () => {
    const relay = relayWith()
    for (const body of ['not json', '[]', Buffer.from([0xff])]) expect((await relay.post(body)).statusCode).toBe(401)
  })

  it('is told which setting to set when none is', async () => {
    const relay = relayWith({})
    const answer = await relay.post(push, { ...withToken, 'accept-language': 'en' })
    expect(answer.statusCode).toBe(401)
    expect(answer.json().detail).toBe(
      'GitLab is not configured here: set GITLAB_WEBHOOK_TOKEN or GITLAB_SIGNING_SECRET.',
    )
    expect((await relay.post(push, { 'accept-language': 'fr' })).json().detail).toContain('GITLAB_WEBHOOK_TOKEN')
  })

  it('may use any of several tokens while they rotate, and the old one no longer afterwards', async () => {
    const relay = relayWith({ GITLAB_WEBHOOK_TOKEN: 'new, old' })
    expect((await relay.post(push, { 'x-gitlab-token': 'old' })).statusCode).toBe(200)
    expect((await relay.post(push, { 'x-gitlab-token': 'new' })).statusCode).toBe(200)
    relay.set({ GITLAB_WEBHOOK_TOKEN: 'new' })
    expect((await relay.post(push, { 'x-gitlab-token': 'old' })).statusCode).toBe(401)
    expect((await relay.post(push, { 'x-gitlab-token': 'new' })).statusCode).toBe(200)
  })

  it('never finds a secret in what is logged', async () => {
    const relay = relayWith({ GITLAB_WEBHOOK_TOKEN: token, GITLAB_SIGNING_SECRET: secret })
    await relay.post(push, withToken)
    await relay.post(push, { 'x-gitlab-token': 'guess' })
    await relay.post(push, signed('x'))
    const logs = JSON.stringify([relay.noted, relay.emitted])
    for (const word of [token, secret, 'guess']) expect(logs).not.toContain(word)
  })
})

describe('a signed call', () => {
  const body = JSON.stringify(push)
  const second = Math.floor(receivedAt / 1000)
  const settings = { GITLAB_SIGNING_SECRET: secret }

  it('is taken when the signature covers the very bytes', async () => {
    expect((await relayWith(settings).post(body, signed(body))).statusCode).toBe(200)
  })

  it('is taken with any of several signatures and any of several secrets', async () => {
    const relay = relayWith({ GITLAB_SIGNING_SECRET: `${other},${secret}` })
    const wrong = signed(body, `whsec_${Buffer.from('wrong').toString('base64')}`)['webhook-signature']
    const headers = signed(body)
    const several = { ...headers, 'webhook-signature': `${wrong} v1a,x ${headers['webhook-signature']}` }
    expect((await relay.post(body, several)).statusCode).toBe(200)
  })

  it.each([-300, 0, 300])('is taken when its clock differs by %d s', async (difference) => {
    const answer = await relayWith(settings).post(body, signed(body, secret, second + difference))
    expect(answer.statusCode).toBe(200)
  })

  it.each([-301, 301, 86_400])('is refused when its clock differs by %d s', async (difference) => {
    const answer = await relayWith(settings).post(body, signed(body, secret, second + difference))
    expect(answer.statusCode).toBe(401)
  })

  it('is refused when one byte of it was altered', async () => {
    const relay = relayWith(settings)
    const headers = signed(body)
    const altered: (readonly [string, Readonly<Record<string, string>>])[] = [
      [body.replace('Jeanne', 'Jeanna'), headers],
      [`${body} `, headers],
      [body, { ...headers, 'webhook-id': 'msg_2' }],
      [body, { ...headers, 'webhook-timestamp': String(second + 1) }],
      [body, { ...headers, 'webhook-timestamp': `${second}.0` }],
      [body, { ...headers, 'webhook-signature': headers['webhook-signature'].replace('v1,', 'v2,') }],
      [body, { ...headers, 'webhook-signature': headers['webhook-signature'].slice(0, -2) }],
      [body, { ...headers, 'webhook-signature': '' }],
      [body, { 'webhook-signature': headers['webhook-signature'] }],
      [body, signed(body, other)],
      [body, withToken],
    ]
    for (const [sent, with_] of altered) expect((await relay.post(sent, with_)).statusCode).toBe(401)
    expect(relay.emitted).toEqual([])
  })

  it('must verify, even where the token beside it is right', async () => {
    const relay = relayWith({ GITLAB_WEBHOOK_TOKEN: token, GITLAB_SIGNING_SECRET: secret })
    expect((await relay.post(body, { ...withToken, ...signed(body, other) })).statusCode).toBe(401)
    expect((await relay.post(body, withToken)).statusCode).toBe(200)
    expect((await relay.post(body, signed(body))).statusCode).toBe(200)
  })

  it('goes by its token where no signing secret is set', async () => {
    expect((await relayWith().post(body, { ...withToken, ...signed(body) })).statusCode).toBe(200)
  })
})

describe('a body that cannot be taken', () => {
  const deep = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

  it.each([
    ['not JSON', 'push it', 'The body is not JSON.'],
    ['nothing', '', 'The body is not JSON.'],
    ['half an object', '{"object_kind":"push"', 'The body is not JSON.'],
    ['an array', '[]', 'The body must be a JSON object.'],
    ['a number', '7', 'The body must be a JSON object.'],
    ['a word', '"push"', 'The body must be a JSON object.'],
    ['null', 'null', 'The body must be a JSON object.'],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'The body is not UTF-8.'],
    ['too deep', deep(65), 'The JSON nests deeper than 64 levels.'],
    ['far too deep', '['.repeat(900_000), 'The JSON nests deeper than 64 levels.'],
  ])('is answered 400 in words: %s', async (_what, body, detail) => {
    const relay = relayWith()
    const answer = await relay.post(body, { ...withToken, 'accept-language': 'en-US,en;q=0.9' })
    expect([answer.statusCode, answer.json().detail]).toEqual([400, detail])
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(relay.emitted).toEqual([])
  })

  it('counts no brackets inside strings', async () => {
    expect((await relayWith().post({ a: '['.repeat(500), b: '\\"[[[' }, withToken)).statusCode).toBe(200)
    expect((await relayWith().post(deep(64), withToken)).statusCode).toBe(200)
  })

  it('is answered 413 when it is larger than 25 MiB', async () => {
    const answer = await relayWith().post(Buffer.alloc(maxBytes + 1, 0x20), { ...withToken, 'accept-language': 'en' })
    expect([answer.statusCode, answer.json().detail]).toEqual([413, 'The body is larger than 25 MiB.'])
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml'])(
    'is answered 415 when it is %s',
    async (type) => {
      const answer = await relayWith().post('{}', { ...withToken, 'content-type': type })
      expect(answer.statusCode).toBe(415)
      expect(answer.json().detail).toBe('Le type de contenu attendu est application/json.')
    },
  )

  it('leaves the prototype of objects alone', async () => {
    const relay = relayWith()
    const body =
      '{"object_kind":"push","__proto__":{"polluted":true},"project":{"__proto__":{"id":1}},"constructor":{"prototype":{"polluted":1}}}'
    expect((await relay.post(body, withToken)).statusCode).toBe(200)
    expect({}).not.toHaveProperty('polluted')
    expect(JSON.stringify(relay.emitted)).not.toContain('polluted')
  })
})

describe('a large body', () => {
  it('is read like a small one, off the main thread', async () => {
    const relay = relayWith({ GITLAB_SIGNING_SECRET: secret, GITLAB_WEBHOOK_TOKEN: token })
    const commits = Array.from({ length: 8000 }, (_, index) => ({
      id: `${index}`,
      title: 'x'.repeat(500),
      deep: { a: [index] },
    }))
    const body = JSON.stringify(altered(push, { commits }))
    expect(body.length).toBeGreaterThan(4 * 1024 * 1024)
    expect((await relay.post(body, withToken)).json()).toEqual({ event: 'ev1', matched: 2 })
    expect((await relay.post(body, signed(body))).json()).toEqual({ event: 'ev2', matched: 2 })
    expect(relay.emitted[0]?.draft).toMatchObject({ type: 'gitlab.push.push', subject: 'taaf/projet-test-taaf' })
    expect(relay.emitted[0]?.draft).toEqual(relay.emitted[1]?.draft)
  })

  it('that cannot be taken is refused in the same words', async () => {
    const relay = relayWith()
    const large = 'x'.repeat(600_000)
    expect((await relay.post(`{"a":"${large}"`, withToken)).statusCode).toBe(400)
    expect((await relay.post(`["${large}"]`, withToken)).statusCode).toBe(400)
    expect((await relay.post('['.repeat(5_000_000), withToken)).statusCode).toBe(400)
    expect((await relay.post(Buffer.alloc(600_000, 0xff), withToken)).statusCode).toBe(400)
  })
})

describe('a repeated call', () => {
  const keysOf = async (relay: Relay, body: object | string, headers: Readonly<Record<string, string>>) => {
    await relay.post(body, { ...withToken, ...headers })
    return relay.emitted.at(-1)?.options?.dedupe ?? []
  }

  it('is known by its id for 14 days, and by its body for 5 minutes', async () => {
    const keys = await keysOf(relayWith(), push, { 'idempotency-key': 'k1' })
    expect(keys.map(({ lifeMs }) => lifeMs)).toEqual([14 * 86_400_000, 300_000])
  })

  it('has the same keys whichever header carries the id and however the body is written', async () => {
    const relay = relayWith()
    const reordered = JSON.stringify(Object.fromEntries(Object.entries(push).reverse()), null, 2)
    const first = await keysOf(relay, push, { 'idempotency-key': 'k1' })
    expect(await keysOf(relay, reordered, { 'webhook-id': 'k1' })).toEqual(first)
  })

  it('with a reused id and another body is its own event', async () => {
    const relay = relayWith()
    const first = await keysOf(relay, push, { 'idempotency-key': 'k1' })
    const second = await keysOf(relay, altered(push, { user_name: 'Claire' }), { 'idempotency-key': 'k1' })
    expect(second.filter(({ key }) => first.some((known) => known.key === key))).toEqual([])
  })

  it('by another credential shares its body alone: a project and a group hook tell the same', async () => {
    const relay = relayWith({ GITLAB_WEBHOOK_TOKEN: `${token},group` })
    const first = await keysOf(relay, push, { 'idempotency-key': 'k1' })
    const second = await keysOf(relay, push, { 'idempotency-key': 'k1', 'x-gitlab-token': 'group' })
    expect(second.filter(({ key }) => first.some((known) => known.key === key)).map(({ lifeMs }) => lifeMs)).toEqual([
      300_000,
    ])
  })

  it('is not known by its body where that carries no time or hash: a feature flag may be set again', async () => {
    const relay = relayWith()
    expect(await keysOf(relay, fixture('feature_flag'), {})).toEqual([])
    expect(await keysOf(relay, fixture('feature_flag'), { 'idempotency-key': 'k1' })).toHaveLength(1)
    expect(await keysOf(relay, { object_kind: 'rocket_launch' }, {})).toEqual([])
  })
})
