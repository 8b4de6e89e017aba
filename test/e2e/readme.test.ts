// The lines of the README that send Vigie things, run as they are written, in both languages (issue 7, "Done when").

import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Scope } from '../../src/integrations/integration.ts'
import { type House, openHouse, standIn } from './house.ts'
import { everything, makeKey } from './key.ts'

const root = join(import.meta.dirname, '..', '..')
const readmes = [
  ['README.md', '## Send it things'],
  ['LISEZMOI.md', '## Lui envoyer des événements'],
] as const

let house: House
let environment: NodeJS.ProcessEnv
beforeAll(async () => {
  house = await openHouse(await standIn())
  const commands = join(house.folder, 'commands')
  mkdirSync(commands)
  symlinkSync(join(root, 'bin', 'vigie'), join(commands, 'vigie'))
  environment = {
    PATH: [commands, dirname(process.execPath), process.env.PATH].join(delimiter),
    VIGIE_URL: house.app().url(),
  }
})
afterAll(() => house.close())

/** What the key may that the chapter has its readers make. */
function scopesOf(file: string, title: string): readonly Scope[] {
  const [, words = ''] = /key create \w+ --scope ([\w:,]+)\)`/.exec(chapterOf(file, title)) ?? []
  return everything.filter((scope) => words.split(',').includes(scope))
}

/** What stands between the fences of a chapter. */
function blocksOf(file: string, title: string): readonly string[] {
  return [...chapterOf(file, title).matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) => block ?? [])
}
function chapterOf(file: string, title: string): string {
  const text = readFileSync(join(root, file), 'utf8')
  return text.slice(text.indexOf(title), text.indexOf('\n## ', text.indexOf(title) + 1))
}
const sh = async (lines: string) =>
  (await promisify(execFile)('sh', ['-ec', lines], { cwd: house.folder, env: environment })).stdout

describe.each(readmes)('%s', (file, title) => {
  beforeAll(async () => {
    environment.VIGIE_API_KEY = await makeKey(join(house.folder, 'data', 'vigie.db'), scopesOf(file, title))
  })

  test('sends characters and events by curl', async () => {
    const [curls = ''] = blocksOf(file, title)
    const answers: unknown[] = []
    for (const line of curls.trim().split('\n')) answers.push(JSON.parse(await sh(line)))
    expect(answers).toMatchObject([
      { nom: 'Naruto', score: 85, niveau: 'expert', matched: expect.any(Number) },
      { nom: 'Naruto', score: 60, niveau: 'confirmé' },
      { items: [{ nom: 'Naruto', score: 60, niveau: 'confirmé' }], next: null },
      { event: expect.any(String), hint: expect.stringMatching(/^\/subscribe hook (backup|sauvegarde)/) },
      { event: expect.any(String) },
    ])
  })

  test('extracts, transforms and loads in three lines', async () => {
    const [, lines = ''] = blocksOf(file, title)
    expect(lines.trim().split('\n')).toHaveLength(3)
    // As names are.
    const names = ['Naruto', 'Doe, "Jane"', "O'Neil; l’Été \\", '=1+1', "'=$HOME `id`", '%s %d']
    const given = names.map((nom, at) => JSON.stringify({ nom, score: 60 + at })).join('\n')
    await sh(`vigie push personnage - <<'END'\n${given}\nEND`)
    const answers = (await sh(lines)).trim().split('\n')
    const scores = new Map(answers.map((line) => [JSON.parse(line).nom, JSON.parse(line).score]))
    expect(scores).toEqual(new Map(names.map((nom, at) => [nom, 65 + at])))
    const headers = { authorization: `Bearer ${environment.VIGIE_API_KEY}` }
    for (const nom of names.slice(1))
      await fetch(`${environment.VIGIE_URL}/personnages/${encodeURIComponent(nom)}`, { method: 'DELETE', headers })
  })
})
