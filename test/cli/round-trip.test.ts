// What `vigie query` and `vigie export` write, `vigie import` gives back whole: every name, score and event, in every format, once
// (threat T26, "round trip keeps the text").

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import {
  bytesOf,
  type ExportFormat,
  eventPages,
  exportedEvents,
  exportedPersonnages,
  exportFormats,
  personnagePages,
} from '../../src/app/export.ts'
import { createImport, type Import } from '../../src/app/import.ts'
import { importAll, recordsIn } from '../../src/app/import-file.ts'
import { exportCommand } from '../../src/cli/export.ts'
import { importCommand } from '../../src/cli/import.ts'
import { query } from '../../src/cli/query.ts'
import { createIntake } from '../../src/flow/intake.ts'
import { createRouter } from '../../src/flow/router.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { cleanNom, nomFault, nomKey } from '../../src/text/nom.ts'
import { createFakeLog } from '../fakes/log.ts'
import { run } from './world.ts'

const folder = mkdtempSync(join(tmpdir(), 'vigie-trip-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const niveauOf = (score: number) => (score < 50 ? 'débutant' : 'expert')
const clock = Date.UTC(2026, 10, 21, 8)

interface Vigie {
  readonly store: Store
  readonly take: Import
}
async function vigie(): Promise<Vigie> {
  const now = () => clock
  const log = createFakeLog()
  const store = await openSqliteStore({ path: ':memory:', now, log })
  const { emit } = createIntake({ store, router: createRouter(store), now, log, meter: { count: () => undefined } })
  const { events, personnages } = store
  const sources = ['personnage', 'gitlab', 'hook']
  return { store, take: createImport({ emit, events, personnages, niveauOf, sources, timeZone: 'Europe/Paris', now }) }
}

async function* parted(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000)
}
const taken = (file: Uint8Array, { take }: Vigie) => importAll(recordsIn(parted(file)), take)

async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<readonly T[]> {
  const found: T[] = []
  for await (const page of pages) found.push(...page)
  return found
}
const characters = async ({ store }: Vigie) =>
  (await all(personnagePages(store.personnages.list))).map(({ nom, score, changedAt }) => ({ nom, score, changedAt }))
const events = async ({ store }: Vigie) =>
  (await all(eventPages(store.events.list, { from: 0, to: Number.POSITIVE_INFINITY }))).map(({ event }) => ({
    ...event,
    id: '',
  }))

const marks = [
  '"',
  "'",
  ',',
  ';',
  '=',
  '+',
  '-',
  '@',
  '\\',
  '{',
  ' ',
  '<',
  '&amp;',
  '_x0041_',
  '＝',
  '\ufeff',
  '\uffff',
]
const nom = fc
  .string({ unit: fc.oneof(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }), fc.constantFrom(...marks)) })
  .map((text) => cleanNom(text.toWellFormed()))
  .filter((text) => nomFault(text) === undefined)
const extremes = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0]
const score = fc.oneof(fc.integer({ min: -1e9, max: 1e9 }), fc.constantFrom(...extremes))
const people = fc.uniqueArray(fc.record({ nom, score }), {
  selector: (one) => nomKey(one.nom),
  maxLength: 30,
})
const runs: Readonly<Record<ExportFormat, number>> = { json: 12, ndjson: 12, csv: 40, xlsx: 3 }

describe.each(exportFormats)('%s', (format) => {
  test('gives back every character, once', async () => {
    await fc.assert(
      fc.asyncProperty(people, fc.constantFrom('fr', 'en'), async (given, locale) => {
        const [here, there] = await Promise.all([vigie(), vigie()])
        const lines = given.map((one, at) => JSON.stringify({ ...one, timestamp: clock - 1000 * at }))
        if (lines.length > 0) await taken(Buffer.from(lines.join('\n')), here)
        const pages = personnagePages(here.store.personnages.list)
        const file = await bytesOf(exportedPersonnages(pages, niveauOf), format, locale)
        if (file.length > 0) {
          expect(await taken(file, there)).toMatchObject({ added: given.length, repeated: 0, refused: [] })
          expect(await taken(file, there)).toMatchObject({ added: 0, repeated: given.length, refused: [] })
        }
        expect(await characters(there)).toEqual(await characters(here))
        expect(await characters(there)).toHaveLength(given.length)
        await Promise.all([here.store.close(), there.store.close()])
      }),
      { numRuns: runs[format], examples: [[extremes.map((one) => ({ nom: `n${one}`, score: one })), 'fr']] },
    )
  })

  test('gives back every event with all that routing needed of it, once', async () => {
    const [here, there] = await Promise.all([vigie(), vigie()])
    const long = JSON.rawJSON('9007199254740993')
    const given = [
      {
        source: 'gitlab',
        type: 'gitlab.push.push',
        subject: '=acme/app',
        data: { title: 'a "b", c;\r\nd', n: [1, null] },
      },
      {
        source: 'hook',
        type: 'hook.-x',
        severity: 'critical',
        url: 'https://example.org/?a=1,2',
        data: { a: "'=1", long },
      },
      { source: 'gitlab', type: 'gitlab.issue.open', subject: '\rx', audience: 'open', visibility: 'public', data: {} },
      {
        source: 'gitlab',
        type: 'gitlab.issue.close',
        home: 'a/b',
        card: '@c',
        confidential: true,
        bydefault: true,
        data: {},
      },
    ]
    const lines = given.map((one, at) =>
      JSON.stringify({ specversion: '1.0', id: `${at}`, time: '2026-11-20T08:00:00.000Z', ...one }),
    )
    expect(await taken(Buffer.from(lines.join('\n')), here)).toMatchObject({ added: 4, refused: [] })
    const pages = eventPages(here.store.events.list, { from: 0, to: Number.POSITIVE_INFINITY })
    const file = await bytesOf(exportedEvents(pages), format, 'fr')
    expect(await taken(file, there)).toMatchObject({ added: 4, repeated: 0, refused: [] })
    expect(await events(there)).toEqual(await events(here))
    expect(await taken(file, there)).toMatchObject({ added: 0, repeated: 4, refused: [] })
    expect(await taken(file, here)).toMatchObject({ added: 0, repeated: 4, refused: [] })
    await Promise.all([here.store.close(), there.store.close()])
  })
})

const names = ['Doe, "Jane" ; l’Été', '=1+1', "'=1+1", "''", '-5', '@here', '+33', "O'Neil", '\\', '12', '&amp;', '{}']

describe('in a shell', () => {
  const cwd = mkdtempSync(join(folder, 'shell-'))
  const imported = (file: string, more = {}) => run(importCommand, [file], { cwd, ...more })
  const exported = async (more = {}) =>
    (await run(exportCommand, ['personnages', '--format', 'json'], { cwd, ...more })).out

  test.each(['csv', 'json', 'ndjson'])('what vigie query writes as %s is taken by vigie import', async (format) => {
    const items = names.map((nom, at) => ({ nom, score: at - 3, niveau: 'débutant' }))
    const asked = (async () => Response.json({ items, next: null })) satisfies typeof fetch
    const environment = { VIGIE_API_KEY: 'k', DATABASE_URL: `sqlite:query-${format}.db` }
    const { out } = await run(query, ['personnages', '--format', format], { cwd, environment, fetch: asked })
    const ran = await imported('-', { stdin: [out], environment })
    expect([ran.code, ran.out, ran.err]).toEqual([0, '12 added, 0 known already, 0 not understood\n', ''])
    const back = JSON.parse(await exported({ environment })) as { nom: string; score: number }[]
    expect(new Map(back.map((one) => [one.nom, one.score]))).toEqual(new Map(items.map((one) => [one.nom, one.score])))
    expect((await imported('-', { stdin: [out], environment })).out).toBe(
      '0 added, 12 known already, 0 not understood\n',
    )
  })

  test('a value over several lines, as jq writes it, is taken', async () => {
    const stdin = ['{\n  "nom": "A{",\n "score": 1\n}\n{\n"nom": "B', '", "score": 2\n}\n{"nom": "C", "sc']
    const ran = await imported('-', { stdin, environment: { DATABASE_URL: 'sqlite:jq.db' } })
    expect([ran.out, ran.err]).toEqual([
      '2 added, 0 known already, 1 not understood\n',
      'line 8: this is not valid JSON',
    ])
  })

  test('what is wrong in a table is told with its line', async () => {
    const rows = ['\ufeffNom;Score;x', '"A\nB";1', 'C;"2', 'D";3', 'E;quatre', '', '"F;5', 'G;6']
    writeFileSync(join(cwd, 'wrong.csv'), rows.join('\r\n'))
    const ran = await imported('wrong.csv', { environment: { DATABASE_URL: 'sqlite:wrong.db' }, locale: 'fr' })
    expect(ran.out).toBe('0 ajouté, 0 déjà connu, 4 non compris\n')
    expect(ran.err.split('\n').map((line) => line.slice(0, 8))).toEqual([
      'ligne 2\u00a0',
      'ligne 4\u00a0',
      'ligne 6\u00a0',
      'ligne 8\u00a0',
    ])
  })
})

test('one list after another is taken, and what stands behind is told', async () => {
  const stdin = ['[{"nom":"A","score":1}]\n', '[{"nom":"B","score":1},\n{"nom":"C","score":1}] \n and more\n']
  const ran = await run(importCommand, ['-'], { cwd: mkdtempSync(join(folder, 'lists-')), stdin })
  expect([ran.out, ran.err]).toEqual(['3 added, 0 known already, 1 not understood\n', 'line 4: this is not valid JSON'])
})

test('a long file is told to go on', async () => {
  const cwd = mkdtempSync(join(folder, 'long-'))
  const lines = Array.from({ length: 20_100 }, () => '{}\n')
  const ran = await run(importCommand, ['-'], { cwd, stdin: [lines.join('')] })
  expect(ran.err.split('\n').at(0)).toBe('… 20,000')
  expect(ran.err.split('\n').at(-1)).toBe('… +20050')
})

describe('a file that is none', () => {
  const cwd = mkdtempSync(join(folder, 'none-'))
  const imported = async (content: string | Uint8Array) => {
    writeFileSync(join(cwd, 'file'), content)
    return await run(importCommand, ['file'], { cwd })
  }

  test.each([
    ['a PDF', '%PDF-1.7\n%\u00e2\u00e3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n'],
    ['CSV with other columns', 'name,points\nNaruto,85\n'],
    ['HTML', '<!doctype html>\n<html><body>\n{\n</body></html>\n'],
    ['a picture', Buffer.from('\u0089PNG\r\n\u001a\n\0\0\0\rIHDR', 'latin1')],
    ['a poem', 'Que sont\nmes amis devenus\n'],
    ['a table for a terminal', 'nom     score  niveau\nNaruto  85     expert\n'],
  ])('%s is told in one sentence that says what is expected', async (_what, content) => {
    await expect(imported(content)).rejects.toThrow(/^This file is no archive.*nom and score.*$/)
  })

  test('an empty one is said to be empty', async () => {
    for (const content of ['', ' \n\n', '\ufeff']) await expect(imported(content)).rejects.toThrow('The file is empty')
  })

  test('a whole one without anything in it says so, and all is well', async () => {
    for (const content of ['[]', 'nom,score,niveau\n', '[\n]\n'])
      expect(await imported(content)).toMatchObject({ code: 0, out: 'The file holds no data: nothing to take up.\n' })
  })

  test('another encoding, a cut workbook and a folder are told for what they are', async () => {
    await expect(imported(Buffer.from('nom,score\n\u00c9lodie,5\n', 'latin1'))).rejects.toThrow(/UTF-8/)
    await expect(imported(Buffer.from('PK\u0003\u0004 and no more'))).rejects.toThrow(/no Excel workbook/)
    await expect(run(importCommand, ['.'], { cwd })).rejects.toThrow(/cannot be read/)
  })

  test('an archive whose first line was cut is taken from its second', async () => {
    expect(await imported('am":"x","score":1}\n{"nom":"Naruto","score":85}\n')).toMatchObject({
      out: '1 added, 0 known already, 1 not understood\n',
      err: 'line 1: this is not valid JSON',
    })
  })
})
