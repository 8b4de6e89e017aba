// A folder that can only be asked for, as by WebDAV: nothing is announced but by Nextcloud's own webhook.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { FolderTrouble, type Kept, type Source, type Trouble } from '../../../src/integrations/nextcloud/folder.ts'
import { quick } from './pace.ts'
import { createWorld, until, type Watched, type World } from './watched.ts'

let world: World
let files: Map<string, Kept>
let trouble: Trouble | undefined
let watched: Watched
const old = 1_700_000_000_000
const fileOf = (identity: string, said: Partial<Kept> = {}): Kept => ({
  identity,
  sizeBytes: 10,
  changedAt: old,
  fileId: identity,
  owner: 'claire',
  ...said,
})
const source: Source = {
  async scan() {
    if (trouble !== undefined) throw new FolderTrouble(trouble)
    return { root: 'dav 1', files: new Map(files), unread: [] }
  },
  async look(path) {
    if (trouble !== undefined) throw new FolderTrouble(trouble)
    return files.get(path)
  },
}
const watch = async (pace: object = {}, more: object = {}) => {
  const folder = { name: 'rh', title: 'rh', at: { dav: '/rh' } }
  watched = await world.watch({ source, folder, pace: { ...quick, ...pace }, unready: true, hints: undefined, ...more })
  await until(() => watched.watching.status().state !== 'starting')
}
beforeEach(async () => {
  world = await createWorld()
  files = new Map([['a.pdf', fileOf('1')]])
  trouble = undefined
})
afterEach(() => world.end())

test('is looked through at intervals, and says so', async () => {
  await watch()
  expect(watched.watching.status().polling).toEqual({ why: 'source', everyMs: quick.pollMs })
  files.set('b.pdf', fileOf('2'))
  await watched.heard('created b.pdf')
  expect(watched.changes[0]?.file).toMatchObject({ fileId: '2', owner: 'claire' })
  files.delete('a.pdf')
  files.set('sub/a.pdf', fileOf('1'))
  await watched.heard('moved a.pdf → sub/a.pdf')
  files.delete('b.pdf')
  await watched.heard('deleted b.pdf')
  expect(watched.told).toEqual(['created b.pdf', 'moved a.pdf → sub/a.pdf', 'deleted b.pdf'])
})

test('is looked at where a hint says so, at once', async () => {
  await watch({ pollMs: 3_600_000, settledMs: 3_600_000 })
  files.set('b.pdf', fileOf('2', { changedAt: Date.now() }))
  watched.watching.hint(['b.pdf', 'none.pdf'], true)
  await watched.heard('created b.pdf')
  expect(watched.told).toEqual(['created b.pdf'])
})

test('that is refused is told once, and gone on with when it is not any more', async () => {
  await watch({ pollMs: 20 })
  trouble = { kind: 'refused', error: '401' }
  await until(() => watched.troubles.length === 1)
  files.set('b.pdf', fileOf('2'))
  trouble = undefined
  await watched.heard('created b.pdf')
  await until(() => watched.troubles.length === 2)
  expect(watched.troubles).toEqual(['refused', 'over'])
  expect(watched.told).toEqual(['created b.pdf'])
})

test('whose changes cannot be stored tells them when they can', async () => {
  let isFull = true
  const heard: string[] = []
  await watch(
    {},
    {
      onChange: async ({ path }: { path: string }) => {
        if (isFull) throw new Error('disk full')
        heard.push(path)
      },
    },
  )
  files.set('b.pdf', fileOf('2'))
  await until(() => (watched.watching.status().lastScanAt ?? 0) > 0)
  isFull = false
  await until(() => heard.length > 0)
  expect(heard).toEqual(['b.pdf'])
})
