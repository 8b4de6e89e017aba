// The archive beside the store: complete, once each, whatever befalls its files or the process (issue 7, "The archive").

import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { archivePart } from '../../src/app/archive-part.ts'
import type { JsonObject } from '../../src/event.ts'
import { type Archive, createArchive } from '../../src/store/archive.ts'
import type { SqliteStore } from '../../src/store/sqlite.ts'
import { plain } from '../../src/text/rich.ts'
import { createFakeLog } from '../fakes/log.ts'
import { openAt, recordingOf } from './kept.ts'

const root = mkdtempSync(join(tmpdir(), 'vigie-archive-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** 23:50 in Paris. */
const evening = Date.UTC(2026, 10, 20, 22, 50)
const minuteMs = 60_000
let count = 0
let folder: string
let store: SqliteStore
let now: number

beforeEach(async () => {
  count += 1
  folder = join(root, `${count}`, 'archive')
  store = await openAt(join(root, `${count}`, 'vigie.db'), () => now)
  now = evening
})

const parts = () => ({
  folder,
  store,
  timeZone: 'Europe/Paris',
  now: () => now,
  log: createFakeLog(),
  wait: async () => undefined,
})
const make = (): Archive => createArchive(parts())
/** Until it has caught up. */
const run = async (): Promise<Archive> => {
  const archive = make()
  await archive.run(AbortSignal.abort())
  return archive
}
const accept = async (events: number, everyMs = minuteMs): Promise<string[]> => {
  const ids: string[] = []
  for (let index = 0; index < events; index += 1) {
    now += everyMs
    const [accepted] = await store.events.record([recordingOf({ acceptedAt: now, title: `n° ${index}` })])
    ids.push(accepted?.event ?? '')
  }
  return ids
}
const files = (): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
const ids = (): string[] =>
  Object.keys(files())
    .sort()
    .flatMap((name) => (files()[name] ?? '').trimEnd().split('\n'))
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { id: string }).id)

test.skipIf(!existsSync('/proc/self'))(
  'an archive whose folder cannot be made says so, and does not hang',
  async () => {
    await accept(1)
    const archive = createArchive({ ...parts(), folder: '/proc/no-such-folder/archive' })
    await archive.run(AbortSignal.abort())
    expect(plain(archivePart(archive.state(), now).glance.en)).toContain('behind')
  },
)

describe('the archive', () => {
  test('holds every event as a CloudEvent on a line, in a file for each day of the zone', async () => {
    const accepted = await accept(20)
    await run()
    expect(Object.keys(files())).toEqual(['2026-11-20.ndjson', '2026-11-21.ndjson'])
    expect(ids()).toEqual(accepted)
    expect(files()['2026-11-20.ndjson']?.split('\n')).toHaveLength(10)
    const [first] = (files()['2026-11-20.ndjson'] ?? '').split('\n')
    expect(JSON.parse(first ?? '')).toMatchObject({
      specversion: '1.0',
      id: accepted[0],
      source: 'gitlab',
      type: expect.stringMatching(/^gitlab\./),
      recordedtime: new Date(evening + minuteMs).toISOString(),
      datacontenttype: 'application/json',
      data: { title: 'n° 0' },
    })
  })

  test('takes what was there before it was first kept', async () => {
    const accepted = await accept(450, 100)
    await run()
    expect(ids()).toEqual(accepted)
  })

  test('takes large events too, however few of them come at once', async () => {
    const large = { acceptedAt: evening, title: 'x'.repeat(700_000) }
    const accepted = await store.events.record(Array.from({ length: 7 }, () => recordingOf(large)))
    const archive = await run()
    expect(ids()).toEqual(accepted.map(({ event }) => event))
    rmSync(join(folder, '2026-11-20.ndjson'))
    await run()
    expect(ids()).toEqual(accepted.map(({ event }) => event))
    expect(archive.state().days).toBe(1)
  })

  test('ends with all of them, also where a large one follows a small one', async () => {
    const recorded = [10, 3_000_000, 10].map((length) =>
      recordingOf({ acceptedAt: evening, title: 'x'.repeat(length) }),
    )
    const accepted = await store.events.record(recorded)
    await run()
    expect(ids()).toEqual(accepted.map(({ event }) => event))
  })

  test('goes on where it ended', async () => {
    const before = await accept(3)
    await run()
    const after = await accept(3)
    await run()
    expect(ids()).toEqual([...before, ...after])
  })

  test('drops the files of days that RETENTION no longer keeps, and no others', async () => {
    await accept(20)
    const archive = await run()
    writeFileSync(join(folder, 'notes.txt'), 'mine')
    expect(await archive.purge(Date.UTC(2026, 10, 21, 12))).toBe(1)
    expect(Object.keys(files())).toEqual(['2026-11-21.ndjson', 'notes.txt'])
    await run()
    expect(Object.keys(files())).toEqual(['2026-11-21.ndjson', 'notes.txt'])
  })
})

describe('after a kill -9', () => {
  test('nothing is doubled where lines were written after the last mark', async () => {
    const before = await accept(3)
    await run()
    const mark = await store.marks.get('archive')
    const after = await accept(12)
    await run()
    await store.marks.set('archive', mark ?? {})
    await run()
    expect(ids()).toEqual([...before, ...after])
  })

  test('half a line is cut off and written again', async () => {
    const before = await accept(2)
    await run()
    const mark = await store.marks.get('archive')
    const after = await accept(2)
    await run()
    const path = join(folder, '2026-11-20.ndjson')
    truncateSync(path, readFileSync(path).length - 40)
    await store.marks.set('archive', mark ?? {})
    await run()
    expect(ids()).toEqual([...before, ...after])
  })

  test('a file ends as it must wherever it was cut and however old the mark is', async () => {
    const marks: JsonObject[] = [{}]
    for (const events of [3, 9, 4]) {
      await accept(events)
      await run()
      marks.push((await store.marks.get('archive')) ?? {})
    }
    const whole = files()
    const sizes = Object.values(whole).map((text) => Buffer.byteLength(text))
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...marks),
        fc.nat({ max: Math.max(...sizes) }),
        fc.constantFrom(...Object.keys(whole)),
        async (mark, cutAt, name) => {
          for (const [file, text] of Object.entries(whole)) writeFileSync(join(folder, file), text)
          // A crash cuts the newest file, a person any.
          const known = JSON.stringify(mark).includes(name.slice(0, 10)) || name === Object.keys(whole).at(-1)
          if (known) truncateSync(join(folder, name), Math.min(cutAt, Buffer.byteLength(whole[name] ?? '')))
          await store.marks.set('archive', mark)
          await run()
          expect(files()).toEqual(whole)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('a file that lost something', () => {
  const harms: readonly [string, string, (path: string) => void][] = [
    ['is missing', 'manquait', (path) => rmSync(path)],
    ['is empty', 'était vide', (path) => truncateSync(path, 0)],
    ['is cut in the middle of a line', 'était coupé', (path) => truncateSync(path, 700)],
    [
      'ends with noise',
      'était coupé',
      (path) => writeFileSync(path, `${readFileSync(path, 'utf8').slice(0, 900)}\0\0\n`),
    ],
  ]
  test.each(harms)('and %s is filled up from the store, and that is said', async (_, word, harm) => {
    await accept(20)
    await run()
    const whole = files()
    harm(join(folder, '2026-11-20.ndjson'))
    const archive = await run()
    expect(files()).toEqual(whole)
    const part = archivePart(archive.state(), now)
    expect(part.state).toBe('warning')
    expect(plain(part.details?.fr[0] ?? [])).toContain(`2026-11-20.ndjson ${word}`)
    expect(archivePart(archive.state(), now + 25 * 60 * minuteMs).state).toBe('ok')
  })

  test('is filled up while Vigie runs, before the next line', async () => {
    await accept(5)
    const archive = await run()
    rmSync(join(folder, '2026-11-20.ndjson'))
    const more = await accept(1)
    await archive.run(AbortSignal.abort())
    expect(ids()).toHaveLength(6)
    expect(ids().at(-1)).toBe(more[0])
  })

  test('keeps what only it still holds, where the database was lost', async () => {
    const old = await accept(4)
    await run()
    store = await openAt(join(root, `${count}`, 'new.db'), () => now)
    const fresh = await accept(2)
    await run()
    expect(ids()).toEqual([...old, ...fresh])
  })

  test('and was made by somebody else, with ids from a time to come, stops nothing', async () => {
    await accept(1)
    await run()
    writeFileSync(join(folder, '2026-11-22.ndjson'), `${JSON.stringify({ id: 'zzzzzzzzzzz' })}\n`)
    const more = await accept(1)
    await run()
    expect(ids()).toContain(more[0])
  })
})

describe('a disk that is full', () => {
  test('is said, and what is missing is caught up once there is room', async () => {
    const accepted = await accept(2)
    await run()
    const path = join(folder, '2026-11-20.ndjson')
    const whole = readFileSync(path)
    const more = await accept(3)
    rmSync(path)
    symlinkSync('/dev/full', path)
    const archive = await run()
    expect(archive.state().error).toContain('ENOSPC')
    const part = archivePart(archive.state(), now)
    expect([part.state, plain(part.glance.fr)]).toEqual(['warning', expect.stringContaining('en retard')])
    rmSync(path)
    writeFileSync(path, whole)
    await archive.run(AbortSignal.abort())
    expect(archive.state().error).toBeUndefined()
    expect(ids()).toEqual([...accepted, ...more])
  })
})
