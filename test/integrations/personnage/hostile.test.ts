// What is no character, and what only looks like one (issue "The open door", "Bad input"; threat T28): refused in words, and nothing of it
// is stored.

import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  for (const nom of await world.noms()) await world.keeper.remove(nom, { key: 'test', name: 'essai' })
})

const raw: Readonly<Record<string, readonly [number, string | Buffer]>> = {
  'an empty body': [400, ''],
  'spaces alone': [400, '  \n'],
  'half a body': [400, '{"nom": "Naruto", "sco'],
  'no JSON': [400, 'nom=Naruto&score=85'],
  NaN: [400, '{"nom":"a","score":NaN}'],
  'bytes that are no UTF-8': [400, Buffer.from('{"nom":"\xff","score":1}', 'latin1')],
  'a body that nests too deep': [400, `${'['.repeat(5_000)}${']'.repeat(5_000)}`],
  'a body that is too large': [413, `{"nom":"${'x'.repeat(1024 * 1024)}","score":1}`],
  'a number just above the greatest score': [422, '{"nom":"a","score":9007199254740992}'],
  'a fraction that no double holds': [422, '{"nom":"a","score":84.99999999999999999999}'],
  'a number beyond all numbers': [422, '{"nom":"a","score":1e400}'],
  'duplicate fields': [422, '{"nom":"a","score":1,"score":2}'],
  'duplicate fields in disguise': [422, '{"nom":"a","score":1,"\\u0073core":2}'],
  'a __proto__': [422, '{"nom":"a","score":1,"__proto__":{"admin":true}}'],
  'a text': [422, '"Naruto"'],
  'a prototype instead of a body': [422, '{"__proto__":{"nom":"a","score":1}}'],
  'a constructor': [422, '{"nom":"a","score":1,"constructor":{"prototype":{"admin":true}}}'],
  '19,000 fields': [422, `{${Array.from({ length: 19_000 }, (_, count) => `"f${count}":1`).join(',')}}`],
  '90,000 fields': [413, `{${Array.from({ length: 90_000 }, (_, count) => `"f${count}":1`).join(',')}}`],
}

const values: Readonly<Record<string, unknown>> = {
  'a list': [],
  'a list of characters': [{ nom: 'a', score: 1 }],
  null: null,
  'a number': 85,
  nothing: {},
  'no name': { score: 1 },
  'no score': { nom: 'a' },
  'a number as text': { nom: 'a', score: '85' },
  'a broken number': { nom: 'a', score: 85.5 },
  'a score too large': { nom: 'a', score: 2 ** 53 },
  'a score too small': { nom: 'a', score: -(2 ** 53) },
  'a score that is true': { nom: 'a', score: true },
  'a score that is null': { nom: 'a', score: null },
  'a score in a list': { nom: 'a', score: [1] },
  'an empty name': { nom: '', score: 1 },
  'a name of spaces': { nom: ' \u00a0\t\n', score: 1 },
  'a name nobody can see': { nom: '\u200b\u2060\ufeff', score: 1 },
  'a name on two lines': { nom: 'a\nb', score: 1 },
  'a name with a control character': { nom: 'a\u0000b', score: 1 },
  'half a character': { nom: '\ud83e', score: 1 },
  'a name of 101 characters': { nom: 'é'.repeat(101), score: 1 },
  'a name of 10,000 characters': { nom: 'x'.repeat(10_000), score: 1 },
  'a number as name': { nom: 1, score: 1 },
  'a field nobody knows': { nom: 'a', score: 1, niveau: 'expert' },
}

describe('a body that is no character', () => {
  for (const [what, [status, body]] of Object.entries(raw)) {
    it(`${what} is refused with ${status}`, async () => {
      const answer = await world.post(body)
      expect(answer.status, JSON.stringify(answer.body)).toBe(status)
      expect(answer.body).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) })
      expect(await world.noms()).toEqual([])
      expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false)
    })
  }
  for (const [what, body] of Object.entries(values)) {
    it(`${what} is refused with 422, short and with its fields`, async () => {
      const answer = await world.post(body)
      expect(answer.status).toBe(422)
      expect(answer.body.errors.length).toBeGreaterThan(0)
      expect(answer.response.body.length).toBeLessThan(1500)
      expect(await world.noms()).toEqual([])
    })
  }

  it('says how much was got of what is too long', async () => {
    const { body } = await world.post({ nom: 'x'.repeat(10_000), score: 1 })
    expect(body.errors[0].detail).toMatch(/got: a text of 10,000 characters, "x{39}…"$/)
  })

  it('says a number as it came, also one that no double holds', async () => {
    const { body } = await world.post('{"nom":"a","score":9007199254740993}')
    expect(body.errors[0].detail).toMatch(/got: the number 9007199254740993$/)
  })

  it('is refused where it is no JSON by its own word, or compressed', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx', 'multipart/form-data'])
      expect((await world.post({ nom: 'a', score: 1 }, { 'content-type': type })).status, type).toBe(415)
    expect((await world.post({ nom: 'a', score: 1 }, { 'content-encoding': 'gzip' })).status).toBe(415)
    expect(await world.noms()).toEqual([])
  })
})

describe('whatever comes', () => {
  it('is stored whole or refused in words, never a failure of ours', async () => {
    const anything = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record({ nom: fc.string({ unit: 'binary', maxLength: 120 }), score: fc.integer() })
        .map((body) => JSON.stringify(body)),
      fc.record({ nom: fc.anything(), score: fc.anything() }).map((body) => JSON.stringify(body) ?? ''),
    )
    const heard = () => world.logged.filter(({ message }) => message === 'event accepted').length
    await fc.assert(
      fc.asyncProperty(anything, fc.constantFrom('/webhook/personnage', '/scores'), async (body, path) => {
        const before = heard()
        const { status, response } = await world.call('POST', path, body)
        expect([200, 400, 404, 422]).toContain(status)
        expect(response.body).not.toMatch(/\bat .*\.(ts|js):\d/)
        expect(heard()).toBe(status === 200 ? before + 1 : before)
      }),
      { numRuns: 200 },
    )
  })

  it('in an address is answered, never a failure of ours', async () => {
    await world.post({ nom: 'a', score: 1 })
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string(), async (name, query) => {
        const encoded = encodeURIComponent(name.toWellFormed())
        const statuses = await Promise.all([
          world.call('GET', `/personnages/${encoded}`),
          world.call('GET', `/personnages?nom=${encoded}`),
          world.call('GET', `/personnages?after=${encodeURIComponent(query.toWellFormed())}`),
          world.call('DELETE', `/personnages/x${encoded}`),
        ])
        for (const { status } of statuses) expect(status).toBeLessThan(500)
      }),
      { numRuns: 100 },
    )
  })
})
