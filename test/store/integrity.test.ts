// Threat F13: damage is found before the database is used, in its pages and in its log.

import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findDamage, noTables } from '../../src/store/integrity.ts'
import type { SqliteStore } from '../../src/store/sqlite.ts'
import { flip, makeDatabase, openAt, recordingOf, snapshot } from './kept.ts'

const folder = mkdtempSync(join(tmpdir(), 'vigie-integrity-'))
const live = join(folder, 'live.db')
let store: SqliteStore
let count = 0

/** The live database as a crash would leave it just now. */
const crashed = () => {
  count += 1
  const path = join(folder, `${count}.db`)
  snapshot(live, path)
  return path
}

beforeAll(async () => {
  store = await openAt(live)
  for (let index = 0; index < 30; index += 1) await store.events.record([recordingOf()])
})
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a database', () => {
  test('is sound after a clean end', async () => {
    const path = join(folder, 'clean.db')
    await makeDatabase(path)
    expect(findDamage(path)).toBeUndefined()
  })

  test('is sound after a crash, its log still to be read', () => {
    const path = crashed()
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(100_000)
    expect(findDamage(path)).toBeUndefined()
  })

  test('is found damaged wherever 4 KiB of it are inverted', async () => {
    const path = join(folder, 'flipped.db')
    await makeDatabase(path, 200)
    const sizeBytes = statSync(path).size
    const missed: number[] = []
    for (let index = 0; index < 16; index += 1) {
      const position = Math.floor((index * (sizeBytes - 4096)) / 15)
      flip(path, position)
      if (findDamage(path) === undefined) missed.push(position)
      flip(path, position)
    }
    expect(missed).toEqual([])
    expect(findDamage(path)).toBeUndefined()
  })

  test('that was emptied is not taken for a new one', () => {
    const path = join(folder, 'empty.db')
    snapshot(join(folder, 'clean.db'), path)
    truncateSync(path)
    expect(findDamage(path)).toBe(noTables)
  })
})

describe('a write-ahead log', () => {
  test('is found damaged wherever 4 KiB of what was committed are inverted', () => {
    const sizeBytes = statSync(`${live}-wal`).size
    const missed: number[] = []
    for (let index = 0; index < 16; index += 1) {
      const position = Math.floor((index * (sizeBytes - 4096)) / 15)
      const path = crashed()
      flip(`${path}-wal`, position)
      if (findDamage(path) === undefined) missed.push(position)
    }
    expect(missed).toEqual([])
  })

  test('is found damaged without its index too, where commits stand behind the damage', () => {
    const path = crashed()
    rmSync(`${path}-shm`)
    flip(`${path}-wal`, 50_000)
    expect(findDamage(path)).toContain('log')
  })

  test('that is gone although it held commits is missed', () => {
    const path = crashed()
    rmSync(`${path}-wal`)
    expect(findDamage(path)).toContain('gone')
  })

  test('may end in a transaction that a power cut tore: it was never answered', () => {
    const path = crashed()
    rmSync(`${path}-shm`)
    truncateSync(`${path}-wal`, statSync(`${path}-wal`).size - 2000)
    expect(findDamage(path)).toBeUndefined()
  })
})
