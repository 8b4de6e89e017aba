// What is told of a folder's files (issue "The folder"; fault F24), on a real disk.

import { linkSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createWorld, until, type World } from './watched.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
  mkdirSync(world.path)
})
afterEach(() => world.end())

describe('a folder that is watched for the first time', () => {
  test('is not told of what is in it', async () => {
    world.write('old.pdf')
    world.write('sub/older.pdf')
    const watched = await world.watch()
    world.upload('new.pdf')
    await watched.heard('created new.pdf')
    expect(watched.told).toEqual(['created new.pdf'])
    expect(watched.watching.status().files).toBe(3)
  })

  test('is told of all that is in it if it was awaited', async () => {
    rmSync(world.path, { recursive: true })
    const watched = await world.watch()
    expect(watched.watching.status().state).toBe('awaited')
    world.upload('a.pdf')
    world.upload('sub/b.pdf')
    await watched.heard('created a.pdf', 'created sub/b.pdf')
    expect(watched.troubles).toEqual([])
  })

  test('is told of all that is in it if it was awaited by a Vigie that has ended since', async () => {
    rmSync(world.path, { recursive: true })
    const before = await world.watch()
    await until(() => before.watching.status().state === 'awaited')
    await before.stop()
    world.upload('a.pdf')
    const watched = await world.watch()
    await watched.heard('created a.pdf')
  })
})

describe('a file', () => {
  test('that is uploaded as Nextcloud does is told by its name, once', async () => {
    const watched = await world.watch()
    world.upload('Contrats/a.pdf', 'x'.repeat(5000))
    await watched.heard('created Contrats/a.pdf')
    world.upload('b.pdf')
    await watched.heard('created b.pdf')
    expect(watched.told).toEqual(['created Contrats/a.pdf', 'created b.pdf'])
    expect(watched.changes[0]?.file.sizeBytes).toBe(5000)
  })

  test('that is renamed when complete is told although it was written this moment', async () => {
    // Nothing would settle within the test.
    const watched = await world.watch({ pace: { settledMs: 3_600_000 } })
    world.upload('a.pdf')
    await watched.heard('created a.pdf')
  })

  test('that is written in steps is told once, when it stands still', async () => {
    const watched = await world.watch()
    for (let step = 1; step <= 10; step += 1) {
      world.write('a.pdf', 'x'.repeat(step * 1000))
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
    await watched.heard('created a.pdf')
    expect(watched.told).toEqual(['created a.pdf'])
    expect(watched.changes[0]?.file.sizeBytes).toBe(10_000)
  })

  test('that is written twice in a moment is told once', async () => {
    const watched = await world.watch({ pace: { settledMs: 300, repeatMs: 3_600_000 } })
    world.upload('a.pdf', 'one')
    await watched.heard('created a.pdf')
    world.upload('a.pdf', 'other')
    world.upload('b.pdf')
    await watched.heard('created b.pdf')
    await until(() => watched.watching.status().files === 2)
    expect(watched.told).toEqual(['created a.pdf', 'created b.pdf'])
  })

  test('that is written again later is modified', async () => {
    world.write('a.pdf', 'one')
    const watched = await world.watch()
    world.write('a.pdf', 'other')
    await watched.heard('modified a.pdf')
    expect(watched.told).toEqual(['modified a.pdf'])
  })

  test.each([
    [
      'LibreOffice',
      (path: string) => {
        writeFileSync(`${path}/.~lock.a.odt#`, 'me')
        writeFileSync(`${path}/lu1234abcd.tmp`, 'changed')
        renameSync(`${path}/lu1234abcd.tmp`, `${path}/a.odt`)
        rmSync(`${path}/.~lock.a.odt#`)
      },
    ],
    [
      'Word',
      (path: string) => {
        writeFileSync(`${path}/~$a.odt`, 'me')
        writeFileSync(`${path}/~WRD0001.tmp`, 'changed')
        renameSync(`${path}/a.odt`, `${path}/~WRL0002.tmp`)
        renameSync(`${path}/~WRD0001.tmp`, `${path}/a.odt`)
        rmSync(`${path}/~WRL0002.tmp`)
        rmSync(`${path}/~$a.odt`)
      },
    ],
    [
      'vim',
      (path: string) => {
        writeFileSync(`${path}/.a.odt.swp`, '')
        writeFileSync(`${path}/4913`, '')
        rmSync(`${path}/4913`)
        renameSync(`${path}/a.odt`, `${path}/a.odt~`)
        writeFileSync(`${path}/a.odt`, 'changed')
        rmSync(`${path}/a.odt~`)
        rmSync(`${path}/.a.odt.swp`)
      },
    ],
    [
      'rsync',
      (path: string) => {
        writeFileSync(`${path}/.a.odt.Xy3kQ9`, 'changed')
        renameSync(`${path}/.a.odt.Xy3kQ9`, `${path}/a.odt`)
      },
    ],
    [
      'Nextcloud’s desktop client',
      (path: string) => {
        writeFileSync(`${path}/.a.odt.~1a2b3c`, 'changed')
        rmSync(`${path}/a.odt`)
        renameSync(`${path}/.a.odt.~1a2b3c`, `${path}/a.odt`)
      },
    ],
  ])('that %s saves is modified, and nothing else is told', async (_name, save) => {
    world.write('a.odt', 'before it was changed')
    const watched = await world.watch()
    save(world.path)
    await watched.heard('modified a.odt')
    world.upload('last.pdf')
    await watched.heard('created last.pdf')
    expect(watched.told).toEqual(['modified a.odt', 'created last.pdf'])
  })

  test('that is deleted is told when it has not come back', async () => {
    world.write('a.pdf')
    const back = world.write('b.pdf')
    const watched = await world.watch()
    rmSync(join(world.path, 'a.pdf'))
    renameSync(back, `${world.path}/../away`)
    renameSync(`${world.path}/../away`, back)
    await watched.heard('deleted a.pdf')
    expect(watched.told).toEqual(['deleted a.pdf'])
  })

  test('that is renamed has moved', async () => {
    world.write('a.pdf')
    mkdirSync(join(world.path, 'sub'))
    const watched = await world.watch()
    renameSync(join(world.path, 'a.pdf'), join(world.path, 'sub/b.pdf'))
    await watched.heard('moved a.pdf → sub/b.pdf')
    world.write('last.pdf')
    await watched.heard('created last.pdf')
    expect(watched.told).toEqual(['moved a.pdf → sub/b.pdf', 'created last.pdf'])
  })

  test('under a second name is a file of its own, and the first stays', async () => {
    const first = world.write('a.pdf')
    const watched = await world.watch()
    linkSync(first, join(world.path, 'b.pdf'))
    await watched.heard('created b.pdf')
    rmSync(first)
    await watched.heard('deleted a.pdf')
    expect(watched.told).toEqual(['created b.pdf', 'deleted a.pdf'])
  })

  test('whose time alone is set back is modified', async () => {
    const path = world.write('a.pdf')
    const watched = await world.watch()
    utimesSync(path, 1_600_000_000, 1_600_000_000)
    await watched.heard('modified a.pdf')
  })
})

describe('many files', () => {
  test('that are renamed are none deleted and none created', async () => {
    for (let count = 0; count < 1000; count += 1) world.write(`${count % 10}/a${count}.pdf`, `${count}`)
    const watched = await world.watch()
    for (let count = 0; count < 1000; count += 1)
      renameSync(join(world.path, `${count % 10}/a${count}.pdf`), join(world.path, `${count % 7}/b${count}.pdf`))
    await until(() => watched.told.length >= 1000)
    world.upload('last.pdf')
    await watched.heard('created last.pdf')
    expect(new Set(watched.changes.map(({ kind }) => kind))).toEqual(new Set(['moved', 'created']))
    expect(watched.told).toHaveLength(1001)
  })

  test('in a folder that is moved have moved', async () => {
    for (const name of ['a', 'b', 'c']) world.write(`old/deep/${name}.pdf`, name)
    const watched = await world.watch()
    renameSync(join(world.path, 'old'), join(world.path, 'new'))
    await until(() => watched.told.length === 3)
    expect(watched.told.toSorted()).toEqual(
      ['a', 'b', 'c'].map((name) => `moved old/deep/${name}.pdf → new/deep/${name}.pdf`),
    )
    world.upload('new/deep/d.pdf')
    await watched.heard('created new/deep/d.pdf')
  })

  test('that come at once are each told once (F22)', async () => {
    const watched = await world.watch()
    for (let count = 0; count < 2000; count += 1) world.upload(`${count % 20}/${count}.pdf`)
    await until(() => watched.told.length >= 2000)
    expect(new Set(watched.told).size).toBe(2000)
    expect(watched.told).toHaveLength(2000)
  })

  test('in a folder made this moment are told', async () => {
    const watched = await world.watch()
    for (const name of ['a', 'b', 'c']) world.upload(`x/y/z/${name}.pdf`)
    await watched.heard('created x/y/z/a.pdf', 'created x/y/z/b.pdf', 'created x/y/z/c.pdf')
    world.upload('x/y/z/d.pdf')
    await watched.heard('created x/y/z/d.pdf')
    expect(watched.told).toHaveLength(4)
  })
})

describe('names that are not told', () => {
  test('are hidden, unfinished, locks, and what WATCH_IGNORE adds', async () => {
    const watched = await world.watch({ disk: { ignore: ['*.bak', 'brouillons/**'] } })
    for (const name of [
      '.hidden',
      '.git/config',
      'a.tmp',
      'a.part',
      'a.pdf.ocTransferId123.part',
      'a~',
      '~a',
      '.~lock.a.odt#',
      '~$a.docx',
      'a.swp',
      '.a.pdf.Xy3kQ9',
      '.a.pdf.~1a2b3c',
      'a.bak',
      'brouillons/a.pdf',
      'brouillons/deep/a.pdf',
    ])
      world.write(name)
    world.write('told.pdf')
    await watched.heard('created told.pdf')
    expect(watched.told).toEqual(['created told.pdf'])
    expect(watched.watching.status().files).toBe(1)
  })
})

describe('a restart', () => {
  test('tells what changed meanwhile, and nothing else', async () => {
    for (const name of ['stays', 'changes', 'goes', 'moves']) world.write(`${name}.pdf`, name)
    const before = await world.watch()
    await before.stop()
    world.write('changes.pdf', 'changed')
    rmSync(join(world.path, 'goes.pdf'))
    renameSync(join(world.path, 'moves.pdf'), join(world.path, 'moved.pdf'))
    world.upload('comes.pdf')
    const watched = await world.watch()
    await until(() => watched.told.length >= 4)
    expect(watched.told.toSorted()).toEqual([
      'created comes.pdf',
      'deleted goes.pdf',
      'modified changes.pdf',
      'moved moves.pdf → moved.pdf',
    ])
    // As one look found it (on a slow machine one of them may be looked at again), and nothing that comes later.
    const missed = watched.changes.flatMap(({ missedUntil }) => missedUntil ?? [])
    expect(missed.length).toBeGreaterThanOrEqual(2)
    expect(new Set(missed).size).toBe(1)
    world.upload('later.pdf')
    await watched.heard('created later.pdf')
    expect(watched.changes.at(-1)?.missedUntil).toBeUndefined()
    await watched.stop()
    const after = await world.watch()
    expect(after.told).toEqual([])
  })

  test('tells as missed what its first look found, though time goes on while it looks', async () => {
    await (await world.watch()).stop()
    world.upload('comes.pdf')
    let aheadMs = 0
    const watched = await world.watch({
      now: () => {
        aheadMs += 2
        return Date.now() + aheadMs
      },
    })
    await watched.heard('created comes.pdf')
    expect(watched.changes.map(({ missedUntil }) => typeof missedUntil)).toEqual(['number'])
  })

  test('after what was told could not be kept tells the very same again', async () => {
    const watched = await world.watch({
      store: {
        ...world.store.folders,
        record: async () => {
          throw new Error('killed')
        },
      },
    })
    world.upload('a.pdf')
    await watched.heard('created a.pdf')
    const [first] = watched.changes
    await watched.stop()
    const after = await world.watch()
    await after.heard('created a.pdf')
    const { missedUntil: _missedUntil, ...again } = after.changes[0] ?? {}
    expect({ ...again, at: 0 }).toEqual({ ...first, at: 0 })
  })

  test('with another path under the same name is a new folder', async () => {
    world.write('a.pdf')
    const before = await world.watch()
    await before.stop()
    const path = `${world.path}-2`
    mkdirSync(path)
    writeFileSync(join(path, 'b.pdf'), '')
    const watched = await world.watch({ path })
    writeFileSync(join(path, 'c.pdf'), '')
    await watched.heard('created c.pdf')
    expect(watched.told).toEqual(['created c.pdf'])
    rmSync(path, { recursive: true })
  })
})
