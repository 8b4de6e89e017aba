// When a change is told (issue "The folder"), to the millisecond: time is a number here, and there is no disk.

import { describe, expect, test } from 'vitest'
import type { Kept, Scanned } from '../../../src/integrations/nextcloud/folder.ts'
import { createSettling } from '../../../src/integrations/nextcloud/settling.ts'

const now = 1_000_000
const fileOf = (said: Partial<Kept> = {}): Kept => ({ identity: '7', sizeBytes: 10, changedAt: now, ...said })
const scanOf = (files: Record<string, Kept>, unread: readonly string[] = []): Scanned => ({
  root: '1:1',
  files: new Map(Object.entries(files)),
  unread: unread.map((path) => ({ path, error: '' })),
})
const knowing = (files: Record<string, Kept>) => {
  const settling = createSettling()
  for (const [path, file] of Object.entries(files)) settling.keep(path, file)
  return settling
}
const at = (begunAt: number) => ({ begunAt, now: begunAt, deletes: true })

describe('a file that is written in place', () => {
  test('is told when it stood still for 2 s, as of when it was first seen so', () => {
    const settling = createSettling()
    expect(settling.sight({ path: 'a', file: fileOf() }, now)).toBeUndefined()
    expect(settling.dueAt()).toBe(now + 2000)
    expect(settling.sight({ path: 'a', file: fileOf() }, now + 1999)).toBeUndefined()
    expect(settling.sight({ path: 'a', file: fileOf() }, now + 2000)).toMatchObject({ kind: 'created', seenAt: now })
  })

  test('begins to stand still anew with each write, whatever the clock of its disk says', () => {
    const settling = createSettling()
    const behind = now - 3_600_000
    settling.sight({ path: 'a', file: fileOf({ changedAt: now + 9 }) }, now)
    for (let step = 1; step < 5; step += 1)
      expect(
        settling.sight({ path: 'a', file: fileOf({ sizeBytes: 10 + step, changedAt: behind }) }, now + step * 1500),
      ).toBeUndefined()
    const last = fileOf({ sizeBytes: 14, changedAt: behind })
    expect(settling.sight({ path: 'a', file: last }, now + 7999)).toBeUndefined()
    expect(settling.sight({ path: 'a', file: last }, now + 8000)?.kind).toBe('created')
  })

  test('is told at once when its time is older', () => {
    const found = createSettling().sight({ path: 'a', file: fileOf({ changedAt: now - 2000 }) }, now)
    expect(found?.kind).toBe('created')
  })

  test('and is gone before it stood still is never told', () => {
    const settling = createSettling()
    settling.sight({ path: 'a', file: fileOf() }, now)
    settling.sight({ path: 'a' }, now + 100)
    expect(settling.dueAt()).toBeUndefined()
  })
})

describe('a file that is known', () => {
  test('is not told again within 3 s, but kept as it is', () => {
    const settling = createSettling()
    settling.keep('a', fileOf(), now)
    const other = (identity: string) => ({ path: 'a', file: fileOf({ identity, sizeBytes: 20 }), isWhole: true })
    expect(settling.sight(other('8'), now + 2999)?.kind).toBe('quiet')
    expect(settling.sight(other('9'), now + 3000)?.kind).toBe('modified')
  })

  test('and has another inode alone, as after the restore of a disk, is kept without a word', () => {
    const settling = knowing({ a: fileOf() })
    expect(settling.sight({ path: 'a', file: fileOf({ identity: '8' }) }, now)?.kind).toBe('quiet')
  })

  test('is deleted when a scan begun 3 s after it was gone does not find it', () => {
    const settling = knowing({ a: fileOf() })
    settling.sight({ path: 'a' }, now)
    expect(settling.due(now + 2999).wantsScan).toBe(false)
    expect(settling.due(now + 3000).wantsScan).toBe(true)
    expect(settling.sweep(scanOf({}), at(now + 2999))).toEqual([])
    expect(settling.sweep(scanOf({}), at(now + 3000)).map(({ kind }) => kind)).toEqual(['deleted'])
  })

  test('is not deleted when it came back, or when a scan was not to delete', () => {
    const settling = knowing({ a: fileOf(), b: fileOf({ identity: '8' }) })
    settling.sight({ path: 'a' }, now)
    settling.sight({ path: 'b' }, now)
    settling.sight({ path: 'a', file: fileOf() }, now + 1000)
    expect(settling.sweep(scanOf({}), { ...at(now + 5000), deletes: false })).toEqual([])
    expect(settling.dueAt()).toBeUndefined()
  })

  test('in a folder that cannot be read, or on a disk that is not mounted, is not deleted', () => {
    const settling = knowing({
      'sub/a': fileOf(),
      'mount/b': fileOf({ identity: '99:7' }),
      c: fileOf({ identity: '8' }),
    })
    const scanned = scanOf({ c: fileOf({ identity: '8' }) }, ['sub'])
    settling.sweep(scanned, at(now))
    expect(settling.sweep(scanned, at(now + 10_000))).toEqual([])
    // Of this disk something is left: the other file is really gone.
    const mounted = scanOf({ c: fileOf({ identity: '8' }), 'mount/d': fileOf({ identity: '99:8' }) })
    settling.sweep(mounted, at(now + 20_000))
    const ready = settling.sweep(mounted, at(now + 30_000))
    expect(ready.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'created mount/d',
      'deleted sub/a',
      'deleted mount/b',
    ])
  })
})
