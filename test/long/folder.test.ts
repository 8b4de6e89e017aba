// The watched folder at the figures of the fault table: F22 (40,000 at once, 100,000 in all), F23 (each case twenty times), T30 (a thousand
// swaps), and kills at any moment.

import { fork } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDiskReader, emptyFound } from '../../src/integrations/nextcloud/disk-reader.ts'
import { createIgnores } from '../../src/integrations/nextcloud/ignore.ts'
import { createWorld, startProcess, until, type World } from '../integrations/nextcloud/watched.ts'

let world: World

function startSwapper(path: string): { count(): number; stop(): Promise<unknown> } {
  const child = fork(new URL('./folder-swapper.ts', import.meta.url), [path])
  const exited = new Promise((resolve) => child.once('exit', resolve))
  let count = 0
  child.on('message', (swaps) => {
    count = Number(swaps)
  })
  return {
    count: () => count,
    async stop() {
      child.send('stop')
      return await exited
    },
  }
}

beforeEach(async () => {
  world = await createWorld()
  mkdirSync(world.path)
})
afterEach(() => world.end())

describe('F22', () => {
  test('40,000 files at once, by rename and in place, are each told once', async () => {
    const watched = await world.watch()
    for (let count = 0; count < 40_000; count += 1) {
      if (count % 2 === 0) world.upload(`${count % 50}/${count}.pdf`)
      else world.write(`${count % 50}/${count}.pdf`)
      // Others write while Vigie runs.
      if (count % 1000 === 0) await sleep(1)
    }
    await until(() => watched.told.length >= 40_000)
    world.upload('last.pdf')
    await watched.heard('created last.pdf')
    expect(watched.told).toHaveLength(40_001)
    expect(new Set(watched.told).size).toBe(40_001)
    await watched.stop()
    const after = await world.watch()
    expect(after.watching.status().files).toBe(40_001)
    expect(after.told).toEqual([])
  })

  test('40,000 renames at once are 40,000 moves and no deletion', async () => {
    for (let count = 0; count < 40_000; count += 1) world.write(`${count % 50}/${count}.pdf`)
    const watched = await world.watch()
    for (let count = 0; count < 40_000; count += 1)
      renameSync(join(world.path, `${count % 50}/${count}.pdf`), join(world.path, `${count % 50}/m${count}.pdf`))
    await until(() => watched.told.length >= 40_000)
    world.upload('last.pdf')
    await watched.heard('created last.pdf')
    expect(watched.changes.filter(({ kind }) => kind === 'moved')).toHaveLength(40_000)
    expect(watched.told).toHaveLength(40_001)
  })

  test('a folder of 100,000 files is watched, and one more is told', async () => {
    for (let count = 0; count < 100_000; count += 1) world.write(`${count % 200}/${count}.pdf`, '')
    const watched = await world.watch()
    expect(watched.watching.status().files).toBe(100_000)
    world.upload('7/new.pdf')
    await watched.heard('created 7/new.pdf')
    expect(watched.told).toEqual(['created 7/new.pdf'])
  })
})

describe('F23: twenty times', () => {
  const away = () => `${world.path}-away`
  const cases: Readonly<Record<string, { leave: () => void; back: () => void; kind: string }>> = {
    missing: {
      kind: 'missing',
      leave: () => renameSync(world.path, away()),
      back: () => renameSync(away(), world.path),
    },
    replaced: {
      kind: 'replaced',
      leave: () => {
        renameSync(world.path, away())
        mkdirSync(world.path)
      },
      back: () => {
        rmSync(world.path, { recursive: true })
        renameSync(away(), world.path)
      },
    },
    'a file in its place': {
      kind: 'missing',
      leave: () => {
        renameSync(world.path, away())
        writeFileSync(world.path, '')
      },
      back: () => {
        rmSync(world.path)
        renameSync(away(), world.path)
      },
    },
  }

  test.each(Object.keys(cases))('%s is told once, is over once, and deletes nothing', async (name) => {
    const one = cases[name]
    if (one === undefined) throw new Error(name)
    const { leave, back, kind } = one
    for (let count = 0; count < 50; count += 1) world.write(`${count % 5}/${count}.pdf`)
    const watched = await world.watch()
    for (let round = 0; round < 20; round += 1) {
      leave()
      await until(() => watched.troubles.length === 2 * round + 1)
      writeFileSync(join(away(), `meanwhile ${round}.pdf`), 'x')
      back()
      await until(() => watched.troubles.length === 2 * round + 2)
      await watched.heard(`created meanwhile ${round}.pdf`)
      await until(() => watched.watching.status().isHearing)
    }
    expect(watched.troubles).toEqual(Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? kind : 'over')))
    expect(watched.told.filter((line) => !line.startsWith('created meanwhile'))).toEqual([])
    expect(watched.told).toHaveLength(20)
  })

  test('awaited: nothing is missed of what appears', async () => {
    rmSync(world.path, { recursive: true })
    for (let round = 0; round < 20; round += 1) {
      const path = `${world.path}-${round}`
      const folder = { name: `rh${round}`, title: 'rh', at: { disk: path } }
      const watched = await world.watch({ path, folder })
      expect(watched.watching.status().state).toBe('awaited')
      mkdirSync(path)
      writeFileSync(join(path, 'a.pdf'), 'x')
      await watched.heard('created a.pdf')
      expect(watched.troubles).toEqual([])
      await watched.stop()
    }
  })
})

test('T30: a folder swapped for a link a thousand times shows nothing of where it leads', async () => {
  const outside = `${world.path}-outside`
  mkdirSync(outside)
  for (let count = 0; count < 20; count += 1) writeFileSync(join(outside, `canary ${count}.pdf`), 'canary')
  writeFileSync(join(outside, 'a.pdf'), 'a canary that is longer')
  world.write('sub/a.pdf', 'own')
  symlinkSync(outside, join(world.path, 'link'))
  // In a process of its own, so that it happens between any two calls.
  const swapper = startSwapper(world.path)
  const reader = createDiskReader(world.path, createIgnores([]))
  await until(() => swapper.count() > 0)
  for (let round = 0; round < 1000 || swapper.count() < 1000; round += 1) {
    const found = emptyFound()
    for (const _ of reader.walk(found));
    expect(found.paths.filter((path) => path.includes('canary'))).toEqual([])
    expect(found.sizes.filter((size) => size > 3)).toEqual([])
    const { kept } = reader.look('sub/a.pdf')
    expect(kept?.sizeBytes ?? 3).toBe(3)
    if (round % 20 === 0) await sleep(0)
  }
  await swapper.stop()
})

test('kills at any moment: every file is recorded once', async () => {
  const database = join(dirname(world.path), 'killed.db')
  const first = startProcess({ path: world.path, database })
  await first.is('hearing')
  await first.kill()
  for (let round = 0; round < 20; round += 1) {
    const process_ = startProcess({ path: world.path, database })
    for (let count = 0; count < 100; count += 1) world.upload(`${round}/${count}.pdf`, `${round} ${count}`)
    await until(() => process_.lines.some(({ told }) => told !== undefined))
    await sleep(round * 7)
    await process_.kill()
  }
  const last = startProcess({ path: world.path, database })
  await last.is('hearing')
  world.upload('last.pdf')
  await until(() => last.lines.some(({ told }) => told === 'created last.pdf'))
  await last.kill()
  const store = await world.reopen(database)
  const events = await store.events.recent({ source: 'nextcloud', limit: 5000 })
  await store.close()
  expect(new Set(events.map(({ event }) => `${event.type} ${event.data.path}`)).size).toBe(2001)
  expect(events).toHaveLength(2001)
})

test('a file written for ten seconds, at the real times, is told once, and whole', async () => {
  const watched = await world.watch({ pace: {} })
  for (let step = 1; step <= 20; step += 1) {
    world.write('a.pdf', 'x'.repeat(step * 100_000))
    await sleep(500)
  }
  await watched.heard('created a.pdf')
  expect(watched.changes[0]?.file.sizeBytes).toBe(2_000_000)
  expect(watched.told).toEqual(['created a.pdf'])
})
