// The character service as other programs meet it (interface.md, "HTTP routes"; issue "The open door").

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bearer } from '../../fakes/keys.ts'
import { createWorld, type World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.close())

const subscribe = (channel: string, subject?: string) =>
  world.store.subscriptions.save({
    channel,
    target: { notifier: 'mattermost', address: channel },
    source: 'personnage',
    ...(subject === undefined ? {} : { subject }),
    filters: {},
    maker: 'member',
    madeAt: world.clock.now,
  })

describe('POST /webhook/personnage', () => {
  it('stores a character, tells who subscribed and answers with its niveau', async () => {
    await subscribe('town')
    const { status, body } = await world.post({ nom: 'Naruto', score: 85 })
    expect(status).toBe(200)
    expect(body).toEqual({ nom: 'Naruto', score: 85, niveau: 'expert', event: expect.any(String), matched: 1 })
    const [event] = await world.events()
    expect(event).toMatchObject({
      id: body.event,
      type: 'personnage.created',
      subject: 'Naruto',
      audience: 'open',
      data: { nom: 'Naruto', score: 85, niveau: 'expert', by: { key: 'test', name: 'essai' } },
    })
    expect(world.logged.some(({ facts }) => JSON.stringify(facts).includes('"nom":"Naruto","score":85'))).toBe(true)
  })

  it('updates a character of the same name, whatever its case and its accents, and says so once', async () => {
    await world.post({ nom: 'Émilie', score: 10 })
    const { body } = await world.post({ nom: '  ÉMI\u200bLIE\ufeff '.normalize('NFD'), score: 55 })
    expect(body).toMatchObject({ nom: 'Émilie', score: 55, niveau: 'confirmé' })
    expect(await world.noms()).toEqual(['Émilie'])
    const [first, second] = await world.events()
    expect([first?.type, second?.type]).toEqual(['personnage.created', 'personnage.scored'])
    expect(second?.data).toMatchObject({ before: 10, niveauBefore: 'débutant', score: 55 })
    expect(second?.card).toBe(first?.card)
  })

  it('makes one character of a thousand calls at once', async () => {
    const calls = Array.from({ length: 1000 }, (_, score) => world.post({ nom: score % 2 ? 'A' : 'a', score }))
    const statuses = (await Promise.all(calls)).map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set([200]))
    const types = (await world.events()).map(({ type }) => type)
    expect(types.filter((type) => type === 'personnage.created')).toHaveLength(1)
    expect(types).toHaveLength(1000)
    expect(await world.noms()).toHaveLength(1)
  })

  it('names a character with spaces by a subject without', async () => {
    await subscribe('town', 'naruto_*')
    const { body } = await world.post({ nom: 'Naruto Uzumaki', score: 1 })
    expect(body.matched).toBe(1)
    expect((await world.events())[0]?.subject).toBe('Naruto_Uzumaki')
  })

  it('does once what comes twice with the same Idempotency-Key', async () => {
    const key = { 'idempotency-key': 'abc' }
    const first = await world.post({ nom: 'A', score: 1 }, key)
    await world.post({ nom: 'A', score: 2 })
    const again = await world.post({ nom: 'A', score: 1 }, key)
    expect(again.body).toEqual(first.body)
    expect((await world.keeper.find('A'))?.score).toBe(2)
    expect((await world.post({ nom: 'A', score: 3 }, key)).status).toBe(422)
  })

  it('refuses who brings no key, or one without the scope, before it reads the body', async () => {
    const none = await world.post('{', { authorization: '' })
    expect(none.status).toBe(401)
    const reading = await world.post('{', bearer('personnages:read'))
    expect(reading.status).toBe(403)
    expect(reading.body.detail).toContain('personnages:write')
  })

  it('says in the caller’s language which field is wrong, why, and what was got', async () => {
    const wrong = { nom: '', score: '85' }
    const english = await world.post(wrong)
    expect(english.status).toBe(422)
    expect(english.response.headers['content-type']).toContain('application/problem+json')
    expect(english.body.errors).toEqual([
      { field: 'nom', detail: 'a text of 1 to 100 visible characters is expected; got: an empty text' },
      {
        field: 'score',
        detail:
          'a whole number is expected, between −9,007,199,254,740,991 and 9,007,199,254,740,991; got: the text "85"',
      },
    ])
    const broken = await world.post({ nom: 'a\nb', score: 1 })
    expect(broken.body.errors[0].detail).toMatch(/got: the text "a\\nb"$/)
    const french = await world.post(wrong, { 'accept-language': 'fr-FR' })
    expect(french.body.title).toBe('Valeurs incorrectes')
    expect(french.body.errors[1].detail).toMatch(/nombre entier est attendu.*reçu\u00a0: le texte "85"$/)
  })
})

describe('GET /personnages', () => {
  const fill = async () => {
    for (const [nom, score] of [
      ['Naruto', 85],
      ['Sasuke', 85],
      ['Sakura', 60],
      ['Konohamaru', 12],
    ] as const)
      await world.post({ nom, score })
  }

  it('lists characters by score, page by page, each once', async () => {
    await fill()
    const first = await world.call('GET', '/personnages?limit=3')
    expect(first.body.items).toEqual([
      { nom: 'Naruto', score: 85, niveau: 'expert' },
      { nom: 'Sasuke', score: 85, niveau: 'expert' },
      { nom: 'Sakura', score: 60, niveau: 'confirmé' },
    ])
    await world.post({ nom: 'Kakashi', score: 99 })
    const second = await world.call('GET', `/personnages?limit=3&after=${first.body.next}`)
    expect(second.body).toEqual({ items: [{ nom: 'Konohamaru', score: 12, niveau: 'débutant' }], next: null })
  })

  it('filters by name, niveau and score, and sorts', async () => {
    await fill()
    const nomsOf = async (query: string) =>
      (await world.call('GET', `/personnages?${query}`)).body.items.map(({ nom }: { nom: string }) => nom)
    expect(await nomsOf('nom=SA')).toEqual(['Sasuke', 'Sakura'])
    expect(await nomsOf('niveau=debutant')).toEqual(['Konohamaru'])
    expect(await nomsOf('niveau=confirm%C3%A9')).toEqual(['Sakura'])
    expect(await nomsOf('min=13&max=84')).toEqual(['Sakura'])
    expect(await nomsOf('niveau=expert&max=10')).toEqual([])
    expect(await nomsOf('sort=nom')).toEqual(['Konohamaru', 'Naruto', 'Sakura', 'Sasuke'])
    expect(await nomsOf('sort=score&limit=1')).toEqual(['Konohamaru'])
    expect(await nomsOf('after=')).toHaveLength(4)
  })

  it('refuses words it does not know, with the ones it does', async () => {
    for (const query of [
      'limit=0',
      'limit=1001',
      'limit=ten',
      'after=zzz',
      'sort=size',
      'niveau=x',
      'min=1.5',
      'page=2',
      'min=1&min=2',
    ]) {
      const { status, body } = await world.call('GET', `/personnages?${query}`)
      expect(status, query).toBe(422)
      expect(body.errors[0].field).toBe(query.split('=')[0])
    }
    await fill()
    const { next } = (await world.call('GET', '/personnages?limit=1')).body
    expect((await world.call('GET', `/personnages?sort=nom&after=${next}`)).status).toBe(422)
  })
})

describe('one character', () => {
  it('is told by name, without regard to case, also where that needs escaping or is long', async () => {
    for (const nom of ['Naruto Uzumaki', 'a/b?c#d%', '🦊'.repeat(100)]) {
      await world.post({ nom, score: 50 })
      const { status, body } = await world.call('GET', `/personnages/${encodeURIComponent(nom.toUpperCase())}`)
      expect([status, body]).toEqual([200, { nom, score: 50, niveau: 'confirmé' }])
    }
    for (const nom of ['nobody', 'x'.repeat(10_000), '%00', '__proto__', 'constructor'])
      expect((await world.call('GET', `/personnages/${nom}`)).status, nom.slice(0, 20)).toBe(404)
    const broken = await world.call('GET', '/personnages/%E0%A4%A')
    expect([broken.status, broken.body.title]).toEqual([400, 'Bad Request'])
    expect(broken.response.headers['content-type']).toContain('application/problem+json')
  })

  it('gets a score, if it is known', async () => {
    await world.post({ nom: 'Naruto', score: 79 })
    const set = await world.call('POST', '/scores', { nom: 'naruto', score: 80 })
    expect([set.status, set.body]).toMatchObject([200, { nom: 'Naruto', score: 80, niveau: 'expert' }])
    expect((await world.events()).at(-1)?.type).toBe('personnage.scored')
    const none = await world.call('POST', '/scores', { nom: 'Sasuke', score: 80 })
    expect([none.status, await world.noms()]).toEqual([404, ['Naruto']])
  })

  it.each(['', '{}'])(
    'goes, whatever a client names the type of the body %j that it does not need',
    async (payload) => {
      await world.post({ nom: 'Naruto', score: 79 })
      const type = { 'content-type': 'application/json' }
      expect((await world.call('DELETE', '/personnages/naruto', payload, type)).status).toBe(204)
      expect(await world.noms()).toEqual([])
    },
  )

  it('goes, and is told to have gone; twice with one Idempotency-Key is once', async () => {
    await world.post({ nom: 'Naruto', score: 79 })
    const key = { 'idempotency-key': 'gone' }
    expect((await world.call('DELETE', '/personnages/naruto', undefined, key)).status).toBe(204)
    expect((await world.call('DELETE', '/personnages/naruto', undefined, key)).status).toBe(204)
    expect((await world.call('DELETE', '/personnages/naruto')).status).toBe(404)
    expect((await world.events()).map(({ type }) => type)).toEqual(['personnage.created', 'personnage.removed'])
    expect(await world.noms()).toEqual([])
  })

  it('begins anew where its name comes again after that', async () => {
    await world.post({ nom: 'Naruto', score: 79 })
    await world.call('DELETE', '/personnages/naruto')
    world.clock.now += 1
    await world.post({ nom: 'NARUTO', score: 1 })
    const [first, , last] = await world.events()
    expect(last).toMatchObject({ type: 'personnage.created', data: { nom: 'NARUTO' } })
    expect(last?.card).not.toBe(first?.card)
  })
})

describe('keys', () => {
  it('need their scope on every route', async () => {
    const reading = bearer('personnages:read')
    const writing = bearer('personnages:write')
    expect((await world.call('GET', '/personnages', undefined, writing)).status).toBe(403)
    expect((await world.call('GET', '/personnages/a', undefined, writing)).status).toBe(403)
    expect((await world.call('DELETE', '/personnages/a', undefined, reading)).status).toBe(403)
    expect((await world.call('POST', '/scores', { nom: 'a', score: 1 }, reading)).status).toBe(403)
  })

  it('remove nothing where who made them is no Vigie administrator', async () => {
    await world.close()
    world = await createWorld({ holder: { maker: 'member', vigieAdmin: false } })
    await world.post({ nom: 'a', score: 1 })
    expect((await world.call('DELETE', '/personnages/a')).status).toBe(403)
    expect(await world.noms()).toEqual(['a'])
  })
})

describe('NIVEAUX', () => {
  it('sets from which score a character is confirmé, and expert', async () => {
    await world.close()
    world = await createWorld({ environment: { NIVEAUX: '-5, 100' } })
    const niveaux = await Promise.all(
      [-6, -5, 99, 100].map(async (score) => (await world.post({ nom: `n${score}`, score })).body.niveau),
    )
    expect(niveaux).toEqual(['débutant', 'confirmé', 'confirmé', 'expert'])
  })
})
