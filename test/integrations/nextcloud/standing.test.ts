// A folder that is not there, is another, or cannot be read (fault F23): told once, resumed when it is back, never "everything deleted".

import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FolderTrouble } from '../../../src/integrations/nextcloud/folder.ts'
import { quick } from './pace.ts'
import { createWorld, startProcess, until, type Watched, type WatchProcess, type World } from './watched.ts'

let world: World
let watched: Watched
beforeEach(async () => {
  world = await createWorld()
  for (const name of ['a.pdf', 'b.pdf', 'sub/c.pdf']) world.write(name, name)
  watched = await world.watch()
})
afterEach(() => world.end())

const isTold = async (...troubles: string[]) => {
  await until(() => watched.troubles.length >= troubles.length)
  expect(watched.troubles).toEqual(troubles)
}
const upload = async (name: string) => {
  world.upload(name)
  await watched.heard(`created ${name}`)
}

describe('a folder', () => {
  test('that goes away is told once, and goes on where it was when it returns', async () => {
    renameSync(world.path, `${world.path}-away`)
    await isTold('missing')
    expect(watched.watching.status()).toMatchObject({
      state: 'trouble',
      trouble: { kind: 'missing' },
      isHearing: false,
    })
    writeFileSync(`${world.path}-away/new.pdf`, 'new')
    renameSync(`${world.path}-away`, world.path)
    await watched.heard('created new.pdf')
    await isTold('missing', 'over')
    await upload('last.pdf')
    expect(watched.told).toEqual(['created new.pdf', 'created last.pdf'])
    expect(watched.changes.map(({ missedUntil }) => missedUntil !== undefined)).toEqual([true, false])
    expect(watched.watching.status()).toMatchObject({ state: 'watched', files: 5 })
  })

  test('that is away over a restart is told once', async () => {
    renameSync(world.path, `${world.path}-away`)
    await isTold('missing')
    await watched.stop()
    const after = await world.watch()
    expect(after.watching.status().state).toBe('trouble')
    renameSync(`${world.path}-away`, world.path)
    await until(() => after.troubles.length > 0)
    expect(after.troubles).toEqual(['over'])
    world.upload('last.pdf')
    await after.heard('created last.pdf')
    expect(after.told).toEqual(['created last.pdf'])
  })

  test('that is replaced by an empty one, as by the loss of a disk, deletes nothing', async () => {
    renameSync(world.path, `${world.path}-away`)
    mkdirSync(world.path)
    await isTold('replaced')
    expect(watched.trouble).toEqual([{ kind: 'replaced', error: '', lacking: { absent: 3, known: 3 } }])
    await upload('meanwhile.pdf')
    renameSync(world.path, `${world.path}-empty`)
    renameSync(`${world.path}-away`, world.path)
    await until(() => watched.troubles.at(-1) === 'over')
    await upload('last.pdf')
    expect(watched.told.some((line) => /deleted (?:a|b|sub\/c)/.test(line))).toBe(false)
  })

  test('that is replaced while Vigie is stopped deletes nothing', async () => {
    await watched.stop()
    renameSync(world.path, `${world.path}-away`)
    mkdirSync(world.path)
    watched = await world.watch()
    await isTold('replaced')
    await upload('new.pdf')
    expect(watched.told).toEqual(['created new.pdf'])
  })

  test('that is restored from a copy goes on, and what the copy lacks is deleted', async () => {
    renameSync(world.path, `${world.path}-away`)
    mkdirSync(`${world.path}-copy`)
    // The same names are enough: all have other inodes.
    for (const name of ['a.pdf', 'b.pdf']) writeFileSync(`${world.path}-copy/${name}`, `restored ${name}`)
    renameSync(`${world.path}-copy`, world.path)
    await watched.heard('modified a.pdf', 'modified b.pdf', 'deleted sub/c.pdf')
    expect(watched.troubles.filter((kind) => kind === 'replaced')).toEqual([])
  })

  test('that is emptied is emptied', async () => {
    for (const name of readdirSync(world.path)) rmSync(join(world.path, name), { recursive: true })
    await watched.heard('deleted a.pdf', 'deleted b.pdf', 'deleted sub/c.pdf')
    expect(watched.troubles).toEqual([])
  })

  test('that is a file is none', async () => {
    renameSync(world.path, `${world.path}-away`)
    writeFileSync(world.path, '')
    await isTold('missing')
    rmSync(world.path)
    renameSync(`${world.path}-away`, world.path)
    await isTold('missing', 'over')
    expect(watched.told).toEqual([])
  })
})

describe('a disk that does not answer', () => {
  test('is told once, stops nothing else, and is looked through when it answers', async () => {
    await watched.stop()
    // A thread that waits as one does in a call of a hung disk: by no means to be asked anything.
    const gate = new Int32Array(new SharedArrayBuffer(4))
    watched = await world.watch({
      unready: true,
      disk: {
        timeoutMs: 300,
        createThread: (work) =>
          new Worker(new URL('./hung-disk.ts', import.meta.url), { workerData: { ...work, gate }, env: {} }),
      },
    })
    await isTold('silent')
    expect(watched.watching.status()).toMatchObject({ state: 'trouble' })
    world.upload('new.pdf')
    Atomics.store(gate, 0, 1)
    Atomics.notify(gate, 0)
    await watched.heard('created new.pdf')
    await isTold('silent', 'over')
    expect(watched.told).toEqual(['created new.pdf'])
  })
})

/** As root of a world of its own, where disks may be mounted. */
const apart = ['unshare', '--user', '--map-root-user', '--mount']
const canMount = spawnSync(apart[0] ?? '', [...apart.slice(1), 'mount', '-t', 'tmpfs', 'none', tmpdir()]).status === 0

test.skipIf(!canMount)(
  'a disk that is unmounted deletes nothing, and is gone through when it is mounted again',
  async () => {
    await watched.stop()
    const disk = `${world.path}-disk`
    renameSync(world.path, disk)
    mkdirSync(world.path)
    const mount = ['sh', '-c', `mount --bind "${disk}" "${world.path}" && exec "$@"`, 'sh']
    const process_ = startProcess({ path: world.path, database: ':memory:' }, { before: [...apart, ...mount] })
    const inside = (...command: string[]) =>
      execFileSync('nsenter', ['-t', String(process_.child.pid), '-U', '-m', '--preserve-credentials', ...command])
    const troubles = () => process_.lines.flatMap(({ trouble }) => trouble ?? [])
    const told = () => process_.lines.flatMap((line) => line.told ?? [])
    await process_.is('hearing')
    inside('umount', world.path)
    await until(() => troubles().length > 0)
    writeFileSync(join(disk, 'new.pdf'), 'new')
    inside('mount', '--bind', disk, world.path)
    await until(() => told().length > 0 && troubles().length > 1)
    writeFileSync(join(disk, 'last.pdf'), 'last')
    await until(() => told().length > 1)
    await process_.kill()
    expect(troubles()).toEqual(['replaced', 'over'])
    expect(told()).toEqual(['created new.pdf', 'created last.pdf'])
  },
)

test('a folder that Nextcloud refuses is not asked for again and again', async () => {
  let asked = 0
  const refuse = async (): Promise<never> => {
    asked += 1
    throw new FolderTrouble({ kind: 'refused', error: 'PROPFIND → 401 Unauthorized' })
  }
  const refused = await world.watch({
    source: { scan: refuse, look: refuse },
    pace: { ...quick, lookForMs: 5, pollMs: 3_600_000 },
    unready: true,
  })
  await until(() => refused.troubles.length > 0)
  await sleep(100)
  expect(refused.troubles).toEqual(['refused'])
  // It is told when it was refused twice.
  expect(asked).toBe(2)
})

describe('what may not be read', () => {
  // Root is refused nothing.
  const user = process.getuid?.() === 0 ? 65_534 : undefined
  const owner = process.getuid?.() ?? 0
  let process_: WatchProcess
  beforeEach(async () => {
    await watched.stop()
    chmodSync(dirname(world.path), 0o711)
    process_ = startProcess({ path: world.path, database: ':memory:', ...(user === undefined ? {} : { user }) })
    await process_.is('hearing')
  })
  afterEach(() => process_.kill())
  const troubles = () => process_.lines.flatMap(({ trouble }) => trouble ?? [])
  const told = () => process_.lines.flatMap((line) => line.told ?? [])

  test('is named once with its owner and mode, and gone through when it may be read', async () => {
    chmodSync(world.path, 0o700 & (user === undefined ? 0 : 0o777))
    await until(() => troubles().length > 0)
    expect(process_.lines.find(({ trouble }) => trouble === 'unreadable')?.error).toMatch(
      new RegExp(`^EACCES: .*, owner ${owner}:\\d+, mode 0[70]00, read as `),
    )
    chmodSync(world.path, 0o755)
    world.upload('new.pdf')
    await until(() => told().length > 0)
    expect(told()).toEqual(['created new.pdf'])
    expect(troubles()).toEqual(['unreadable', 'over'])
  })

  test('is told of a folder in it, while the rest goes on and nothing of it is deleted', async () => {
    chmodSync(join(world.path, 'sub'), 0o700 & (user === undefined ? 0 : 0o777))
    world.upload('new/a.pdf')
    await until(() => troubles().length > 0 && told().length > 0)
    expect(process_.lines.find(({ trouble }) => trouble === 'partly')?.error).toContain('/sub, owner ')
    chmodSync(join(world.path, 'sub'), 0o755)
    world.upload('new/deep/b.pdf')
    await until(() => troubles().length > 1 && told().length > 1)
    expect(troubles()).toEqual(['partly', 'over'])
    expect(told()).toEqual(['created new/a.pdf', 'created new/deep/b.pdf'])
  })
})
