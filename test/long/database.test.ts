// The database's faults at their figures (F11, F12, F13, F21): 50 places damaged, a full disk at every 4 KiB, 100 locks of 3 s, a
// migration killed at each step.

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { findDamage } from '../../src/store/integrity.ts'
import { flip, openAt, recordingOf, snapshot } from '../store/kept.ts'

const folder = mkdtempSync(join(tmpdir(), 'vigie-long-database-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const mayMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', folder]).status === 0
const eventsIn = async (path: string): Promise<number> => {
  const store = await openAt(path)
  const found = await store.events.recent({ limit: 5000 })
  await store.close()
  return found.length
}
const places = Array.from({ length: 50 }, () => Math.random())

describe('F13', () => {
  test('4 KiB inverted at 50 places of the database or its log are found, or cost nothing', async () => {
    const path = join(folder, 'flips.db')
    const store = await openAt(path)
    for (let index = 0; index < 3000; index += 1) await store.events.record([recordingOf()])
    const crashed = join(folder, 'crashed.db')
    snapshot(path, crashed)
    await store.close()
    const missed: string[] = []
    for (const place of places) {
      const image = join(folder, 'image.db')
      for (const end of ['', '-wal']) {
        snapshot(end === '' ? path : crashed, image)
        const position = Math.floor(place * (statSync(image + end).size - 4096))
        flip(image + end, position)
        // Behind the log's last commit stand frames of an earlier log, which nobody reads.
        if (findDamage(image) === undefined && (await eventsIn(image)) < 3000) missed.push(`${end} ${position}`)
        for (const one of ['', '-wal', '-shm']) rmSync(image + one, { force: true })
      }
    }
    expect(missed).toEqual([])
  })

  test('a database of 100,000 events is looked through in less than a second', async () => {
    const path = join(folder, 'large.db')
    const store = await openAt(path)
    for (let batch = 0; batch < 200; batch += 1)
      await store.events.record(Array.from({ length: 500 }, () => recordingOf({ title: 'x'.repeat(600) })))
    await store.close()
    const began = performance.now()
    expect(findDamage(path)).toBeUndefined()
    const tookMs = performance.now() - began
    console.log(`${statSync(path).size} bytes in ${tookMs} ms`)
    expect(tookMs).toBeLessThan(1000)
  })
})

test.skipIf(!mayMount)('F11: a disk that fills at 100 different places costs nothing acknowledged', () => {
  const disk = mkdtempSync(join(tmpdir(), 'vigie-long-full-'))
  const script = join(import.meta.dirname, '..', 'store', 'full-disk.ts')
  const run = 'mount -t tmpfs -o size=96m tmpfs "$1" && exec "$2" "$3" "$1" 100'
  const said = JSON.parse(
    execFileSync('unshare', ['-m', 'sh', '-c', run, 'sh', disk, process.execPath, script], { encoding: 'utf8' }),
  )
  rmSync(disk, { recursive: true })
  console.log(JSON.stringify(said))
  expect(said).toMatchObject({ lost: 0, damage: null, states: ['full', 'ok'] })
  expect(said.names).not.toContain('never full')
})

test('F12: of 100 locks of 3 s none loses anything, and none holds a webhook longer than 6 s', async () => {
  const path = join(folder, 'locked.db')
  const store = await openAt(path)
  const hold = `
    const { DatabaseSync } = require('node:sqlite')
    const database = new DatabaseSync(process.argv[1], { timeout: 5000 })
    database.exec('begin exclusive')
    console.log('held')
    setTimeout(() => database.exec('commit'), 3000)`
  let longestMs = 0
  for (let round = 0; round < 100; round += 1) {
    const other = spawn(process.execPath, ['-e', hold, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    const exit = once(other, 'exit')
    await once(other.stdout, 'data')
    const began = performance.now()
    await store.events.record([recordingOf()])
    longestMs = Math.max(longestMs, performance.now() - began)
    await exit
  }
  console.log(`longest ${longestMs} ms`)
  expect((await store.events.recent({ limit: 1000 })).length).toBe(100)
  expect(longestMs).toBeLessThan(6000)
  await store.close()
})

test('F21: a first migration killed with SIGKILL at each step leaves a database that starts', async () => {
  const script = join(import.meta.dirname, 'killed-migration.ts')
  let killed = 0
  for (let step = 1; ; step += 1) {
    const path = join(folder, `killed-${step}.db`)
    const child = spawnSync(process.execPath, [script, path, String(step)])
    await (await openAt(path)).close()
    if (child.signal !== 'SIGKILL') break
    killed += 1
  }
  console.log(`${killed} kills`)
  expect(killed).toBeGreaterThan(20)
})
