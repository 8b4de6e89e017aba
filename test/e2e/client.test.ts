// `vigie push` and `vigie query` against a Vigie with a real key: in a shell, in a pipe, and where it goes wrong (issue 7).

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { push } from '../../src/cli/push.ts'
import { query } from '../../src/cli/query.ts'
import { run } from '../cli/world.ts'
import { type House, openHouse, standIn } from './house.ts'
import { makeKey } from './key.ts'

let house: House
let environment: Record<string, string>
beforeAll(async () => {
  house = await openHouse(await standIn())
  const key = await makeKey(join(house.folder, 'data', 'vigie.db'))
  environment = { VIGIE_URL: house.app().url(), VIGIE_API_KEY: key }
})
afterAll(() => house.close())

const terminal = (more = {}) => ({ cwd: house.folder, environment, ...more })

describe('vigie push', () => {
  test('sends one event, and says what became of it', async () => {
    const { code, out } = await run(push, ['com.exemple.commande', '{"montant":85}'], terminal())
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({
      event: expect.any(String),
      matched: 0,
      hint: '/subscribe hook com.exemple.commande',
    })
  })

  test('sends many from standard input, a batch at a time', async () => {
    const stdin = Array.from({ length: 250 }, (_, index) => `{"n":${index}}\n`)
    const { code, out } = await run(push, ['mesure', '-'], terminal({ stdin }))
    expect(code).toBe(0)
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { event: string }).event)
    expect(new Set(events).size).toBe(250)
  })

  test('tells the line that was refused, in the reader’s language, and sends the others', async () => {
    const stdin = ['{"nom":"Naruto","score":85}\n{"nom":"Sasuke","score":"85"}\n{"nom":\n{"nom":"Sakura","score":40}\n']
    const ran = await run(push, ['personnage', '-'], terminal({ stdin, locale: 'fr' }))
    expect(ran.code).toBe(1)
    expect(ran.out.trimEnd().split('\n')).toHaveLength(2)
    expect(ran.err).toContain('ligne 2\u00a0: Ces valeurs ne conviennent pas')
    expect(ran.err).toContain('  score: un nombre entier est attendu')
    expect(ran.err).toContain('ligne 3\u00a0: ce n’est pas du JSON valide')
  })

  test('takes the key from a file or from standard input', async () => {
    const { VIGIE_API_KEY: key = '', VIGIE_URL: url = '' } = environment
    writeFileSync(join(house.folder, 'key'), `${key}\n`)
    const bare = { cwd: house.folder, environment: {} }
    const words = ['mesure', '{}', '--url', url]
    expect((await run(push, [...words, '--key-file', 'key'], bare)).code).toBe(0)
    expect((await run(push, [...words, '--key-file', '-'], { ...bare, stdin: [key] })).code).toBe(0)
    await expect(run(push, words, bare)).rejects.toThrow(/API key is missing/)
  })

  test('says whose fault it is', async () => {
    const wrongKey = { cwd: house.folder, environment: { ...environment, VIGIE_API_KEY: 'vigie_no_key' } }
    const refused = await run(push, ['mesure', '{}'], wrongKey)
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('(401)')])
    const away = { cwd: house.folder, environment: { ...environment, VIGIE_URL: 'http://127.0.0.1:1' } }
    const unheard = await run(push, ['mesure', '{}'], away)
    expect([unheard.code, unheard.err]).toEqual([1, expect.stringContaining('does not answer at http://127.0.0.1:1')])
    await expect(run(push, ['mesure'], terminal())).rejects.toThrow(/vigie push TYPE JSON/)
  })
})

describe('vigie query personnages', () => {
  beforeAll(async () => {
    const stdin = ['{"nom":"=Naruto","score":85}\n{"nom":"Hinata, dite H","score":60}\n{"nom":"Zabuza","score":-5}\n']
    await run(push, ['personnage', '-'], terminal({ stdin }))
  })
  const asked = async (...words: string[]) => (await run(query, ['personnages', ...words], terminal())).out

  test('prints CSV, NDJSON, JSON and a table', async () => {
    expect(await asked('--format', 'csv')).toContain("\n'=Naruto,85,expert\n")
    expect(await asked('--format', 'csv')).toContain(
      '\n"Hinata, dite H",60,confirmé\nSakura,40,débutant\nZabuza,-5,débutant\n',
    )
    expect(JSON.parse((await asked('--format', 'ndjson', '--min', '85')).split('\n')[0] ?? '')).toEqual({
      nom: expect.stringContaining('Naruto'),
      score: 85,
      niveau: 'expert',
    })
    expect(JSON.parse(await asked('--format', 'json', '--niveau', 'expert'))).toHaveLength(2)
    expect(await asked('--format', 'table', '--max', '0')).toBe('nom     score  niveau\nZabuza  -5     débutant\n')
  })

  test('prints every page', async () => {
    const pages = new Map([
      [null, { items: [{ nom: 'a', score: 2, niveau: 'débutant' }], next: 'b & c' }],
      ['b & c', { items: [{ nom: 'd', score: 1, niveau: 'débutant' }], next: null }],
    ])
    const answer: typeof fetch = async (address) => {
      const after = new URL(String(address)).searchParams.get('after')
      return Response.json(pages.get(after))
    }
    const { out } = await run(query, ['personnages', '--format', 'csv'], terminal({ fetch: answer }))
    expect(out).toBe('nom,score,niveau\na,2,débutant\nd,1,débutant\n')
  })

  test('refuses what it does not know', async () => {
    await expect(asked('--format', 'xml')).rejects.toThrow(/table, json, ndjson, csv/)
    await expect(asked('--niveau', 'maître')).rejects.toThrow(/422/)
    await expect(run(query, ['events'], terminal())).rejects.toThrow(/vigie export events/)
  })
})
