// `vigie import` and `vigie export`: what leaves comes back, once, and the course's archive too (issue 7, "The archive").

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { recordsIn } from '../../src/app/import-file.ts'
import { controlPath } from '../../src/cli/control.ts'
import { exportCommand } from '../../src/cli/export.ts'
import { importCommand } from '../../src/cli/import.ts'
import { listenForControl } from '../../src/web/control.ts'
import { openHouse, standIn } from '../e2e/house.ts'
import { createFakeLog } from '../fakes/log.ts'
import { run } from './world.ts'

const root = mkdtempSync(join(tmpdir(), 'vigie-import-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let cwd: string
let count = 0
beforeEach(() => {
  count += 1
  cwd = mkdtempSync(join(root, `${count}-`))
})

const course = [
  { timestamp: '2026-10-02T09:00:00+02:00', nom: 'Naruto', score: 85, niveau: 'expert' },
  { timestamp: '2026-10-03 10:30:00', nom: 'Sakura', score: 40 },
  { timestamp: '2026-10-04T09:00:00Z', data: { nom: 'naruto', score: 60 } },
  { timestamp: '2026-10-04T09:00:00Z', data: { nom: 'naruto', score: 60 } },
]
const imported = (file: string, terminal = {}) => run(importCommand, [file], { cwd, ...terminal })
const exported = async (...words: string[]) => (await run(exportCommand, words, { cwd })).out
const write = (name: string, text: string) => writeFileSync(join(cwd, name), text)

describe('vigie import', () => {
  test('takes the course’s archive, and nothing of it twice', async () => {
    write('webhook_log.json', JSON.stringify(course, undefined, 2))
    expect((await imported('webhook_log.json')).out).toBe('4 added, 0 known already, 0 not understood\n')
    const again = await imported('webhook_log.json')
    expect([again.code, again.out]).toEqual([0, '0 added, 4 known already, 0 not understood\n'])
    const events = JSON.parse(await exported('events'))
    expect(events.map(({ type, time, data }: Record<string, unknown>) => [type, time, data])).toMatchObject([
      ['personnage.created', '2026-10-02T07:00:00.000Z', { nom: 'Naruto', score: 85, niveau: 'expert' }],
      ['personnage.created', '2026-10-03T08:30:00.000Z', { nom: 'Sakura', score: 40, niveau: 'débutant' }],
      ['personnage.scored', '2026-10-04T09:00:00.000Z', { nom: 'Naruto', score: 60, before: 85 }],
      ['personnage.scored', '2026-10-04T09:00:00.000Z', { nom: 'Naruto', score: 60, before: 60 }],
    ])
    expect(await exported('personnages', '--format', 'csv')).toBe(
      'nom,score,niveau,changed\nNaruto,60,confirmé,2026-10-04T09:00:00.000Z\nSakura,40,débutant,2026-10-03T08:30:00.000Z\n',
    )
  })

  test('takes numbers in all their digits, and gives them back so', async () => {
    const data = '{"type":"a.b","data":{"id":12345678901234567890}}'
    const line = `{"specversion":"1.0","id":"x","source":"hook","type":"hook.a.b","time":"2026-10-02T07:00:00.000Z","data":${data}}`
    expect((await imported('-', { stdin: [`${line}\n`] })).out).toBe('1 added, 0 known already, 0 not understood\n')
    expect(await exported('events')).toContain(data)
    expect(await exported('events', '--format', 'csv')).toContain('12345678901234567890')
  })

  test('takes it a value a line too, and from standard input', async () => {
    const lines = course.map((one) => `${JSON.stringify(one)}\n`)
    expect((await imported('-', { stdin: lines })).out).toBe('4 added, 0 known already, 0 not understood\n')
  })

  test('tells each line that it did not understand, in the reader’s language, and takes the others', async () => {
    const lines = [
      '{"nom":"Naruto","score":85}',
      '',
      '{"nom":"Sasuke","score":"85"}',
      '{"nom":"","score":1}',
      '{"nom":"Half","sc',
      '{"nom":"Kakashi","score":99,"timestamp":"hier"}',
      '[1]',
      '{"specversion":"1.0","id":"x","source":"nowhere","type":"nowhere.x","time":"2026-10-02T09:00:00Z","data":{}}',
      '{"__proto__":{"nom":"x"},"score":1}',
      '{"nom":"Sakura","score":40}',
    ]
    write('log.ndjson', lines.join('\n'))
    const ran = await imported('log.ndjson', { locale: 'fr' })
    expect(ran.code).toBe(1)
    expect(ran.out).toBe('2 ajoutés, 0 déjà connu, 7 non compris\n')
    expect(ran.err.split('\n').map((line) => /^ligne (\d+)\u00a0: (.*)$/.exec(line)?.slice(1))).toEqual([
      ['3', expect.stringContaining('score ne convient pas')],
      ['4', expect.stringContaining('nom ne convient pas')],
      ['5', 'ce n’est pas du JSON valide'],
      ['6', expect.stringContaining('hier')],
      ['7', expect.any(String)],
      ['8', 'source inconnue\u00a0: nowhere'],
      ['9', expect.stringContaining('nom ne convient pas')],
    ])
  })

  test('takes up to where an archive was cut', async () => {
    write('cut.json', JSON.stringify(course, undefined, 2).slice(0, -60))
    const ran = await imported('cut.json')
    expect(ran.out).toBe('3 added, 0 known already, 1 not understood\n')
    expect(ran.err).toMatch(/^line \d+: this is not valid JSON$/)
  })

  test('takes back what was exported, into this database and into another', async () => {
    write('log.json', JSON.stringify(course))
    await imported('log.json')
    const events = await exported('events', '--format', 'ndjson')
    write('events.ndjson', events)
    expect((await imported('events.ndjson')).out).toBe('0 added, 4 known already, 0 not understood\n')
    const elsewhere = { environment: { DATABASE_URL: 'sqlite:other.db' } }
    expect((await imported('events.ndjson', elsewhere)).out).toBe('4 added, 0 known already, 0 not understood\n')
    expect((await imported('events.ndjson', elsewhere)).out).toBe('0 added, 4 known already, 0 not understood\n')
    const others = (await run(exportCommand, ['events', '--format', 'ndjson'], { cwd, ...elsewhere })).out
    const bare = (text: string) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => ({ ...(JSON.parse(line) as object), id: '', recordedtime: '' }))
    expect(bare(others)).toEqual(bare(events))
  })

  test('works beside a running Vigie, and tells nobody', async () => {
    const house = await openHouse(await standIn())
    const database = join(house.folder, 'data', 'vigie.db')
    const socket = controlPath(database, process.cwd())
    const app = house.app()
    const door = await listenForControl(socket, {
      status: app.status,
      doctor: app.doctor,
      channelNamed: app.channelNamed,
      take: app.take,
      restore: async () => ({}),
      stop: () => undefined,
      log: createFakeLog(),
    })
    try {
      const claire = await house.person('claire')
      const channel = await house.channel(claire)
      await claire.type(channel, '/subscribe personnage')
      const file = join(house.folder, 'log.json')
      writeFileSync(file, JSON.stringify(course))
      const here = { cwd: process.cwd(), environment: { DATABASE_URL: `sqlite:${database}` } }
      expect((await run(importCommand, [file], here)).out).toBe('4 added, 0 known already, 0 not understood\n')
      expect((await run(importCommand, [file], here)).out).toBe('0 added, 4 known already, 0 not understood\n')
      expect(JSON.parse((await run(exportCommand, ['events', '--source', 'personnage'], here)).out)).toHaveLength(4)
      expect((await house.posts(channel)).filter((post) => post.props.vigie !== undefined)).toEqual([])
    } finally {
      await door.close()
      await house.close()
    }
  })
})

describe('the things of a file', () => {
  const read = async (...chunks: (string | Buffer)[]) => {
    const found: unknown[] = []
    for await (const one of recordsIn(
      (async function* () {
        yield* chunks
      })(),
    ))
      found.push('value' in one ? [one.line, one.value, one.nth] : [one.line, 'no'])
    return found
  }

  test('are found wherever the file is parted', async () => {
    const text = '\ufeff\n[ {"a":"é ] , \\" }"},\n{"a":[1,{"b":2}]}\n,\n  3]\n'
    const bytes = Buffer.from(text)
    const whole = [
      [2, { a: 'é ] , " }' }, 0],
      [3, { a: [1, { b: 2 }] }, 0],
      [5, 3, 0],
    ]
    expect(await read(text)).toEqual(whole)
    for (let at = 0; at < bytes.length; at += 1)
      expect(await read(bytes.subarray(0, at), bytes.subarray(at))).toEqual(whole)
  })

  test('are refused with their line where they are not in UTF-8, and only they', async () => {
    const latin = Buffer.from('[{"nom":"é"},\n{"nom":"e"}]', 'latin1')
    const mixed = Buffer.concat([
      Buffer.from('{"nom":"à"}\n{"nom":"'),
      Buffer.from([0xe9]),
      Buffer.from('"}\n{"a":1}\n'),
    ])
    expect(await read(latin)).toEqual([
      [1, 'no'],
      [2, { nom: 'e' }, 0],
    ])
    for (let at = 0; at < mixed.length; at += 1)
      expect(await read(mixed.subarray(0, at), mixed.subarray(at))).toEqual([
        [1, { nom: 'à' }, 0],
        [2, 'no'],
        [3, { a: 1 }, 0],
      ])
    expect(await read('{"a":1}\n\ufeff{"b":1}\n')).toEqual([
      [1, { a: 1 }, 0],
      [2, { b: 1 }, 0],
    ])
  })

  test('are counted where they are the same', async () => {
    expect(await read('{"a":1}\r\n{ "a": 1 }\n{"a":2}')).toEqual([
      [1, { a: 1 }, 0],
      [2, { a: 1 }, 1],
      [3, { a: 2 }, 0],
    ])
  })

  test('are none in an empty list', async () => {
    expect(await read('[]')).toEqual([])
    expect(await read(' [\n ]\n')).toEqual([])
  })
})

describe('vigie export', () => {
  test('writes the format that the file is named after, whole or not at all', async () => {
    write('log.json', JSON.stringify(course))
    await imported('log.json')
    for (const name of ['events.json', 'events.ndjson', 'events.csv', 'events.xlsx'])
      expect((await run(exportCommand, ['events', name], { cwd })).code).toBe(0)
    const text = (name: string) => readFileSync(join(cwd, name), 'utf8')
    expect(JSON.parse(text('events.json'))).toHaveLength(4)
    expect(text('events.ndjson').trimEnd().split('\n')).toHaveLength(4)
    expect(text('events.csv')).toMatch(/^id,time,recordedtime,source,type,subject,severity,url,audience,.*,data\n/)
    expect(text('events.xlsx').slice(0, 2)).toBe('PK')
    await expect(run(exportCommand, ['events', 'no/such/folder.csv'], { cwd })).rejects.toThrow(/cannot be written/)
    expect(readdirSync(cwd).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  test('takes those of a day, a source or a type', async () => {
    write('log.json', JSON.stringify(course))
    const today = () => Temporal.Now.plainDateISO('Europe/Paris').toString()
    // Another one by the end, where midnight passes.
    const day = today()
    await imported('log.json')
    const numberOf = async (...words: string[]) => JSON.parse(await exported('events', ...words)).length
    expect(await numberOf('--from', day, '--to', today())).toBe(4)
    expect(await numberOf('--to', '2026-01-01')).toBe(0)
    expect(await numberOf('--from', '1h')).toBe(4)
    expect(await numberOf('--source', 'gitlab')).toBe(0)
    expect(await numberOf('--type', 'personnage.created')).toBe(2)
    expect(await numberOf('--type', 'personnage')).toBe(4)
    expect(await numberOf('--type', '*.scored')).toBe(2)
    await expect(run(exportCommand, ['events', '--from', 'hier'], { cwd })).rejects.toThrow(/2026-11-21/)
    await expect(run(exportCommand, ['events', '--format', 'pdf'], { cwd })).rejects.toThrow(/json, ndjson, csv, xlsx/)
  })
})
