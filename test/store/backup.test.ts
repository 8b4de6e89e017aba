// Copies: whole, checked, kept as BACKUP_KEEP says (issue 4, "Group commit").

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createShelf, writeCopy, writeCopyAside } from '../../src/store/backup.ts'
import { findDamage } from '../../src/store/integrity.ts'
import { time } from '../fakes/event.ts'
import { flip, makeDatabase, openAt, recordingOf } from './kept.ts'

const folder = mkdtempSync(join(tmpdir(), 'vigie-backup-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const hourMs = 3_600_000
let count = 0
let path: string
let to: string
beforeEach(() => {
  count += 1
  path = join(folder, `${count}`, 'vigie.db')
  to = join(folder, `${count}`, 'backup', 'copy.db')
})

describe('a copy', () => {
  test('holds what was committed while the database is in use, in one file of its own', async () => {
    const store = await openAt(path)
    const [accepted] = await store.events.record([recordingOf({ title: 'vu' })])
    await writeCopy({ from: path, to, at: time })
    await store.close()
    expect(readdirSync(join(to, '..'))).toEqual(['copy.db'])
    expect(statSync(to).mode & 0o777).toBe(0o600)
    const copy = await openAt(to)
    expect((await copy.events.find(accepted?.event ?? ''))?.event.data).toEqual({ title: 'vu' })
    expect(await copy.marks.get('copy')).toEqual({ at: time })
    await copy.close()
  })

  test('is made on a thread of its own while events come in', async () => {
    const store = await openAt(path)
    await store.events.record([recordingOf()])
    const copying = writeCopyAside({ from: path, to, at: time }, new AbortController().signal)
    for (let index = 0; index < 50; index += 1) await store.events.record([recordingOf()])
    expect(await copying).toBe(statSync(to).size)
    await store.close()
    expect(findDamage(to)).toBeUndefined()
  })

  test('of a damaged database is no copy, and the one before stays', async () => {
    await makeDatabase(path, 100)
    await writeCopy({ from: path, to, at: time })
    const before = statSync(to).mtimeMs
    flip(path, 40_960)
    await expect(writeCopy({ from: path, to, at: time })).rejects.toThrow('damaged')
    expect(statSync(to).mtimeMs).toBe(before)
    expect(readdirSync(join(to, '..'))).toEqual(['copy.db'])
  })
})

describe('the copies of a database', () => {
  const fill = (shelf: ReturnType<typeof createShelf>, ages: readonly number[]) => {
    mkdirSync(shelf.folder, { recursive: true })
    for (const age of ages) writeFileSync(shelf.placeFor(time - age * hourMs), '')
  }
  const agesOf = (shelf: ReturnType<typeof createShelf>) => shelf.copies().map(({ at }) => (time - at) / hourMs)
  const prune = (shelf: ReturnType<typeof createShelf>) => {
    for (let pass = 0; pass < 100; pass += 1) shelf.prune(time, { hourlyMs: 24 * hourMs, dailyMs: 7 * 24 * hourMs })
  }

  test('are kept for a day by the hour and for a week by the day, the last of each', () => {
    const shelf = createShelf(join(folder, `${count}`, 'b'), path)
    fill(
      shelf,
      Array.from({ length: 24 * 10 }, (_, index) => index),
    )
    prune(shelf)
    const ages = agesOf(shelf)
    expect(ages.slice(0, 25)).toEqual(Array.from({ length: 25 }, (_, index) => index))
    // `time` is 8 o'clock: a day's last hour was 9 hours before.
    expect(ages.slice(25)).toEqual([33, 57, 81, 105, 129, 153])
  })

  test('keep the newest, however old, and lose few at once to a clock that jumped', () => {
    const shelf = createShelf(join(folder, `${count}`, 'b'), path)
    fill(shelf, [5000, 5001, 5002, 5003, 5004, 5005])
    shelf.prune(time, { hourlyMs: hourMs, dailyMs: 24 * hourMs })
    expect(agesOf(shelf)).toEqual([5000, 5001, 5002])
    prune(shelf)
    expect(agesOf(shelf)).toEqual([5000])
  })

  test('from before a migration are kept for as long as daily ones', () => {
    const shelf = createShelf(join(folder, `${count}`, 'b'), path)
    fill(shelf, [0, 50])
    const before = shelf.placeFor(time - 51 * hourMs, { beforeMigration: true })
    writeFileSync(before, '')
    prune(shelf)
    expect(existsSync(before)).toBe(true)
    expect(agesOf(shelf)).toEqual([0, 50, 51])
  })

  test('are not mixed up with those of another database of the same name', () => {
    const shelf = createShelf(join(folder, `${count}`, 'b'), path)
    fill(shelf, [1])
    expect(createShelf(shelf.folder, join(folder, 'elsewhere', 'vigie.db')).copies()).toEqual([])
  })
})
