// The door of API keys (interface.md, "API keys"; threats T9–T11).

import { hash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sign, signingKey } from '../../src/standard-webhooks.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { createFakeLog } from '../fakes/log.ts'
import { bearer, createKeyStage, type KeyStage, start } from './key-stage.ts'

const dayMs = 86_400_000
let stage: KeyStage
beforeEach(async () => {
  stage = await createKeyStage()
})
afterEach(() => stage.close())

const refusal = {
  type: 'about:blank',
  title: 'Unauthorized',
  status: 401,
  detail: 'A valid API key is expected (in the header X-API-Key, or Authorization with Bearer).',
}

describe('an API key', () => {
  test('is taken as a bearer or in X-API-Key, and in both where they are the same', async () => {
    const key = await stage.make(['events:write'])
    const other = await stage.make(['events:write'])
    expect((await stage.post(bearer(key))).statusCode).toBe(200)
    expect((await stage.post({ authorization: `bearer  ${key}` })).statusCode).toBe(200)
    expect((await stage.post({ 'x-api-key': key })).statusCode).toBe(200)
    expect((await stage.post({ ...bearer(key), 'x-api-key': key })).statusCode).toBe(200)
    for (const two of [
      { ...bearer(key), 'x-api-key': other },
      { ...bearer(key), 'x-api-key': '' },
      { authorization: 'Basic eDp4', 'x-api-key': key },
    ])
      expect((await stage.post(two)).statusCode).toBe(401)
  })

  test('that is absent, unknown, altered, expired, revoked or its gone maker’s is refused alike, without a hint', async () => {
    const key = await stage.make(['events:write'])
    const revoked = await stage.make(['events:write'], { name: 'revoked' })
    await stage.ring.revoke('Revoked')
    const gone = await stage.make(['events:write'], { maker: 'somebody' })
    const expired = await stage.make(['events:write'], { expires: '1h' })
    stage.clock.now += 3_600_000
    const last = key.at(-1) === 'A' ? 'B' : 'A'
    for (const text of [
      '',
      'x',
      `vigie_${'0'.repeat(12)}_${'A'.repeat(43)}`,
      key.slice(0, -1) + last,
      key.slice(0, -1),
      `${key}A`,
      key.toUpperCase(),
      revoked,
      gone,
      expired,
    ]) {
      const answer = await stage.post(text === '' ? {} : bearer(text))
      expect([text, answer.statusCode, answer.json()]).toEqual([text, 401, refusal])
      expect(answer.headers['content-type']).toContain('application/problem+json')
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="vigie"')
      expect(answer.headers['ratelimit-limit']).toBeUndefined()
    }
    expect(JSON.stringify(stage.logged)).not.toContain(key.slice(-20))
  })

  test('without the scope is told which one is missing', async () => {
    const answer = await stage.post(bearer(await stage.make(['personnages:read', 'personnages:write'])))
    expect(answer.statusCode).toBe(403)
    expect(answer.json().detail).toBe('This key does not have the scope events:write.')
  })

  test('acts with the present rights of who made it, one made in a shell as a Vigie administrator', async () => {
    const shell = await stage.make(['events:write'], { channel: 'town' })
    expect((await stage.post(bearer(shell))).json().holder).toEqual({
      id: shell.split('_')[1],
      name: expect.any(String),
      vigieAdmin: true,
      channel: 'town',
    })
    stage.people.set('claire', { vigieAdmin: true })
    const hers = await stage.make(['events:write'], { maker: 'claire' })
    expect((await stage.post(bearer(hers))).json().holder).toMatchObject({ maker: 'claire', vigieAdmin: true })
    stage.people.set('claire', { vigieAdmin: false })
    expect((await stage.post(bearer(hers))).json().holder).toMatchObject({ maker: 'claire', vigieAdmin: false })
    stage.people.delete('claire')
    expect((await stage.post(bearer(hers))).statusCode).toBe(401)
  })

  test('expires after a year unless it is asked otherwise', async () => {
    const usual = await stage.make(['events:write'])
    const short = await stage.make(['events:write'], { expires: '30d' })
    const eternal = await stage.make(['events:write'], { expires: 'never' })
    const statuses = async () =>
      Promise.all([usual, short, eternal].map(async (key) => (await stage.post(bearer(key))).statusCode))
    stage.clock.now = start + 30 * dayMs - 1
    expect(await statuses()).toEqual([200, 200, 200])
    stage.clock.now = start + 30 * dayMs
    expect(await statuses()).toEqual([200, 401, 200])
    stage.clock.now = start + 365 * dayMs
    expect(await statuses()).toEqual([401, 401, 200])
  })

  test('notes when it was used, at most once a minute', async () => {
    const key = await stage.make(['events:write'])
    const used = async () => (await stage.ring.list())[0]?.usedAt
    await stage.post(bearer(key))
    expect(await used()).toBe(start)
    stage.clock.now += 59_000
    await stage.post(bearer(key))
    expect(await used()).toBe(start)
    stage.clock.now += 1000
    await stage.post(bearer(key))
    expect(await used()).toBe(start + 60_000)
  })

  test.each([
    [{ scopes: [] }, '--scope'],
    [{ scopes: ['events:read'] }, 'events:read'],
    [{ scopes: ['events:write'], name: ' ' }, 'name'],
    [{ scopes: ['events:write'], expires: '0d' }, '0d'],
    [{ scopes: ['events:write'], expires: '99999d' }, '99999d'],
    [{ scopes: ['events:write'], expires: '365' }, '365'],
    [{ scopes: ['personnages:read'], signing: true }, 'events:write'],
    [{ scopes: ['personnages:read'], inName: 'bank' }, 'events:write'],
    [{ scopes: [], inName: '../x' }, '../x'],
    [{ scopes: [], inName: 'bank', signing: true }, '--in'],
  ])('is not made as %j', async (wish, said) => {
    await expect(stage.ring.make({ name: 'bank', signing: false, ...wish })).rejects.toThrow(said)
    expect(await stage.ring.list()).toEqual([])
  })

  test('has a name of its own while it is not revoked', async () => {
    await stage.make(['events:write'], { name: 'Bank' })
    await expect(stage.make(['events:write'], { name: 'bank' })).rejects.toThrow('already')
    await stage.ring.revoke('BANK')
    await expect(stage.ring.revoke('bank')).rejects.toThrow('No key')
    expect(await stage.make(['events:write'], { name: 'bank' })).toMatch(/^vigie_/)
  })
})

describe('a key made for one /webhook/in/', () => {
  test('is good for that alone, and may stand in the address', async () => {
    const key = await stage.make([], { inName: 'bank' })
    const at = (name: string, query = '') => `/in/${name}${query}`
    expect((await stage.post(bearer(key), '{}', at('bank'))).statusCode).toBe(200)
    expect((await stage.post({}, '{}', at('bank', `?key=${key}`))).statusCode).toBe(200)
    expect((await stage.post(bearer(key), '{}', at('other'))).statusCode).toBe(403)
    expect((await stage.post({}, '{}', at('other', `?key=${key}`))).statusCode).toBe(403)
    expect((await stage.post(bearer(key))).statusCode).toBe(403)
    expect((await stage.post({}, '{}', `/things?key=${key}`)).statusCode).toBe(401)
    expect((await stage.post(bearer(key), '{}', at('bank', '?key=x'))).statusCode).toBe(401)
    expect((await stage.post({}, '{}', at('bank', `?key=${key}&key=x`))).statusCode).toBe(401)
    expect(JSON.stringify(stage.logged)).not.toContain(key)
  })

  test('is the only kind that may: others are refused there, and let in by their header', async () => {
    const key = await stage.make(['events:write'])
    expect((await stage.post({}, '{}', `/in/bank?key=${key}`)).statusCode).toBe(401)
    expect((await stage.post(bearer(key), '{}', '/in/bank')).statusCode).toBe(200)
    const reader = await stage.make(['personnages:read'])
    expect((await stage.post(bearer(reader), '{}', '/in/bank')).json().detail).toContain('events:write')
  })
})

describe('a signing key', () => {
  const signed = async (secret: string, body: string, at = stage.clock.now, id = 'msg_1') => {
    const key = signingKey(secret)
    if (key === undefined) throw new Error('no signing key')
    const timestamp = String(Math.floor(at / 1000))
    const signature = await sign(key, `${id}.${timestamp}.`, Buffer.from(body))
    return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
  }

  test('proves the body it signed, within five minutes, and opens nothing by its text', async () => {
    const secret = await stage.make([], { signing: true, name: 'signer' })
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const headers = await signed(secret, '{"a":1}')
    const [kept] = await stage.ring.list()
    expect((await stage.post(headers, '{"a":1}')).json().holder).toEqual({
      id: kept?.id,
      name: kept?.name,
      vigieAdmin: true,
    })
    expect((await stage.post(headers, '{"a":2}')).statusCode).toBe(401)
    expect((await stage.post(bearer(secret))).statusCode).toBe(401)
    for (const [aside, status] of [
      [-301_000, 401],
      [-300_000, 200],
      [300_000, 200],
      [301_000, 401],
    ] as const)
      expect([aside, (await stage.post(await signed(secret, '{}', start + aside, `m${aside}`))).statusCode]).toEqual([
        aside,
        status,
      ])
    await stage.ring.revoke('signer')
    stage.clock.now += 2000
    expect((await stage.post(await signed(secret, '{}', stage.clock.now, 'm2'))).statusCode).toBe(401)
  })

  test('is found among several signatures, and among several keys', async () => {
    await stage.make([], { signing: true })
    const secret = await stage.make([], { signing: true })
    const headers = await signed(secret, '{}')
    const several = { ...headers, 'webhook-signature': `v1,${'A'.repeat(43)}= ${headers['webhook-signature']} v1a,x` }
    expect((await stage.post(several)).statusCode).toBe(200)
  })

  test('is taken at once, also where another was asked for a moment ago', async () => {
    await stage.make([], { signing: true })
    const unknown = await signed(`whsec_${'A'.repeat(43)}=`, '{}')
    expect((await stage.post(unknown)).statusCode).toBe(401)
    const headers = await signed(await stage.make([], { signing: true }), '{}')
    expect((await stage.post(headers)).statusCode).toBe(200)
  })

  test('that is wrong is not made up for by an API key', async () => {
    const key = await stage.make(['events:write'])
    expect((await stage.post({ ...bearer(key), 'webhook-signature': 'v1,x' })).statusCode).toBe(401)
  })
})

describe('what is made by another process', () => {
  test('is taken at once, also where a moment ago there was none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vigie-keys-'))
    const here = await createKeyStage({ path: join(folder, 'vigie.db') })
    const there = await createKeyStage({ path: join(folder, 'vigie.db') })
    try {
      const unknown = `vigie_${'0'.repeat(12)}_${'A'.repeat(43)}`
      for (let made = 0; made < 3; made += 1) {
        expect((await here.post(bearer(unknown))).statusCode).toBe(401)
        expect((await here.post(bearer(await there.make(['events:write'])))).statusCode).toBe(200)
      }
    } finally {
      await there.close()
      await here.close()
      rmSync(folder, { recursive: true })
    }
  })
})

describe('what is revoked by another process', () => {
  test('is refused within five seconds', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vigie-keys-'))
    const here = await createKeyStage({ path: join(folder, 'vigie.db') })
    const there = await openSqliteStore({
      path: join(folder, 'vigie.db'),
      now: () => here.clock.now,
      log: createFakeLog(),
    })
    try {
      const key = await here.make(['events:write'])
      expect((await here.post(bearer(key))).statusCode).toBe(200)
      expect(await there.apiKeys.revoke(key.split('_')[1] ?? '', here.clock.now)).toBe(true)
      here.clock.now += 2000
      expect((await here.post(bearer(key))).statusCode).toBe(401)
    } finally {
      await there.close()
      await here.close()
      rmSync(folder, { recursive: true })
    }
  })
})

test('a database, read byte by byte, holds no key that opens anything (T11)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-keys-'))
  const here = await createKeyStage({ path: join(folder, 'vigie.db') })
  try {
    const key = await here.make(['events:write'])
    const signer = await here.make([], { signing: true })
    await here.post({ ...bearer(key), 'idempotency-key': 'one' })
    await here.store.close()
    const dump = readdirSync(folder).map((name) => readFileSync(join(folder, name)))
    const secret = key.split('_').slice(2).join('_')
    const raw = Buffer.from(secret, 'base64url')
    const forms = [key, secret, raw, raw.toString('hex'), raw.toString('base64'), signer, signer.slice(6)]
    for (const form of forms) expect(dump.some((bytes) => bytes.includes(form))).toBe(false)
    // What is there instead.
    expect(dump.some((bytes) => bytes.includes(hash('sha256', secret)))).toBe(true)
  } finally {
    await here.http.close()
    rmSync(folder, { recursive: true })
  }
})

test('whatever stands in the headers of a call, it is refused as it should be and never breaks', async () => {
  const key = await stage.make(['personnages:read'])
  const visible = fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((unit) => String.fromCharCode(unit)) })
  const near = fc.oneof(
    visible,
    visible.map((text) => `Bearer ${text}`),
    fc.nat(key.length).map((at) => `Bearer ${key.slice(0, at)}`),
    visible.map((text) => `Bearer ${key}${text.trim()}`),
  )
  const names = fc.constantFrom(
    'authorization',
    'x-api-key',
    'idempotency-key',
    'webhook-id',
    'webhook-signature',
    'webhook-timestamp',
  )
  const headers = fc.dictionary(names, near, { noNullPrototype: true })
  await fc.assert(
    fc.asyncProperty(headers, visible, async (sent, query) => {
      const answer = await stage.post(sent, '{}', `/things?key=${encodeURIComponent(query)}`)
      expect([400, 401, 403]).toContain(answer.statusCode)
      expect(answer.body).not.toMatch(/ at |node_modules|\.ts/)
    }),
    { numRuns: 150 },
  )
})
