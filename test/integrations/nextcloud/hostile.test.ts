// What may lie in a folder: names of any bytes (threat T31), and what is no file of it (T30).

import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { extensionOf, rawOf, shown, systemPath } from '../../../src/integrations/nextcloud/paths.ts'
import { quick } from './pace.ts'
import { createWorld, until, type World } from './watched.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
  mkdirSync(world.path)
})
afterEach(() => world.end())

const bytesOf = (...parts: (string | number)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))))

describe('a name', () => {
  const names: readonly Buffer[] = [
    bytesOf('two\nlines.pdf'),
    bytesOf('`backticks` "quotes" \'and\' | pipes.pdf'),
    bytesOf('report_\u202efdp.exe'),
    bytesOf('\u{1f4a3} emoji.pdf'),
    bytesOf('@channel.pdf'),
    bytesOf('été à Noël.pdf'),
    bytesOf('e\u0301te\u0301.pdf'),
    bytesOf('x'.repeat(251), '.pdf'),
    bytesOf('é'.repeat(125), 'x.pdf'),
    bytesOf('latin1-', 0xe9, 0xe8, '.pdf'),
    bytesOf('cut-', 0xf0, 0x9f, '.pdf'),
    bytesOf('\\back\\slash.pdf'),
    bytesOf('  spaces  .pdf'),
    bytesOf('-rf'),
    bytesOf('%00%2e%2e%2f.pdf'),
    bytesOf('\u0007\u001b[31mred.pdf'),
  ]

  test('of any bytes is told once, byte for byte, and again when it is renamed or deleted', async () => {
    const watched = await world.watch()
    const root = Buffer.from(`${world.path}/`)
    for (const name of names) writeFileSync(Buffer.concat([root, name]), 'x')
    await until(() => watched.changes.length >= names.length)
    const raw = names.map((name) => name.toString('latin1'))
    expect(watched.changes.map(({ path }) => path).toSorted()).toEqual(raw.toSorted())
    expect(watched.changes.map(({ path }) => Buffer.from(path, 'latin1').toString('hex')).toSorted()).toEqual(
      names.map((name) => name.toString('hex')).toSorted(),
    )
    // They are kept as they are, too.
    await watched.stop()
    mkdirSync(join(world.path, 'sub'))
    for (const name of names) renameSync(Buffer.concat([root, name]), Buffer.concat([root, Buffer.from('sub/'), name]))
    const after = await world.watch()
    await until(() => after.changes.length >= names.length)
    expect(after.changes.map(({ kind, from }) => `${kind} ${from}`).toSorted()).toEqual(
      raw.map((name) => `moved ${name}`).toSorted(),
    )
    rmSync(join(world.path, 'sub'), { recursive: true })
    await until(() => after.changes.length >= 2 * names.length)
    expect(new Set(after.changes.slice(names.length).map(({ kind }) => kind))).toEqual(new Set(['deleted']))
  })

  test('of a folder that is no UTF-8 hides no file', async () => {
    const folder = Buffer.concat([Buffer.from(`${world.path}/`), bytesOf('d', 0xff, 'ir')])
    const watched = await world.watch()
    mkdirSync(folder)
    writeFileSync(Buffer.concat([folder, Buffer.from('/a.pdf')]), 'x')
    await until(() => watched.changes.length > 0)
    expect(watched.changes[0]?.path).toBe('d\xffir/a.pdf')
    expect(shown(watched.changes[0]?.path ?? '')).toBe('d\ufffdir/a.pdf')
  })

  test('is the same bytes after a way through words, where it is UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (words) => {
        fc.pre(!/[\ud800-\udfff]/.test(words.replace(/[\ud800-\udbff][\udc00-\udfff]/g, '')))
        expect(shown(rawOf(words))).toBe(words)
        expect(Buffer.from(systemPath(rawOf(words))).equals(Buffer.from(words))).toBe(true)
      }),
    )
  })

  test.each([
    ['a.PDF', 'pdf'],
    ['dir.x/a', ''],
    ['.hidden', ''],
    ['a.tar.gz', 'gz'],
    ['a.', ''],
    ['ÉTÉ.ÉÈ', 'éè'],
  ])('%s ends in "%s"', (path, extension) => {
    expect(extensionOf(rawOf(path))).toBe(extension)
  })
})

describe('what is no file of the folder', () => {
  test('is never told, and never opened: links, loops, pipes, sockets', async () => {
    const outside = `${world.path}-outside`
    mkdirSync(outside)
    writeFileSync(join(outside, 'canary.pdf'), 'canary')
    const watched = await world.watch()
    symlinkSync(outside, join(world.path, 'folder-link'))
    symlinkSync(join(outside, 'canary.pdf'), join(world.path, 'file-link.pdf'))
    symlinkSync('../rh-outside', join(world.path, 'relative-link'))
    mkdirSync(join(world.path, 'loop'))
    symlinkSync('..', join(world.path, 'loop/up'))
    symlinkSync('self', join(world.path, 'self'))
    execFileSync('mkfifo', [join(world.path, 'pipe.pdf')])
    const server = createServer().listen(join(world.path, 'socket.pdf'))
    await until(() => server.listening)
    writeFileSync(join(outside, 'later.pdf'), 'canary')
    world.upload('last.pdf')
    await watched.heard('created last.pdf')
    world.upload('loop/last.pdf')
    await watched.heard('created loop/last.pdf')
    await watched.stop()
    const after = await world.watch()
    expect(after.watching.status().files).toBe(2)
    expect([...watched.told, ...after.told]).toEqual(['created last.pdf', 'created loop/last.pdf'])
    await new Promise((resolve) => server.close(resolve))
  })

  test('does not become one by a hard link out of it: the link is a file here', async () => {
    const outside = `${world.path}-outside.pdf`
    writeFileSync(outside, 'outside')
    // Nothing announces what is written by its other name.
    const watched = await world.watch({ pace: { ...quick, scanMs: 500 } })
    linkSync(outside, join(world.path, 'in.pdf'))
    await watched.heard('created in.pdf')
    writeFileSync(outside, 'changed outside')
    await watched.heard('modified in.pdf')
    expect(watched.told).toEqual(['created in.pdf', 'modified in.pdf'])
  })

  test('does not become one by a watched folder that is a link: its own files are', async () => {
    mkdirSync(`${world.path}-real`)
    symlinkSync(`${world.path}-real`, `${world.path}-link`)
    const watched = await world.watch({ path: `${world.path}-link` })
    writeFileSync(`${world.path}-real/a.pdf`, 'x')
    await watched.heard('created a.pdf')
  })

  test('is not gone to through a folder that is swapped for a link', async () => {
    const outside = `${world.path}-outside`
    mkdirSync(outside)
    for (const name of ['a.pdf', 'canary.pdf']) writeFileSync(join(outside, name), 'canary')
    world.write('sub/a.pdf')
    const watched = await world.watch()
    renameSync(join(world.path, 'sub'), join(world.path, 'was'))
    symlinkSync(outside, join(world.path, 'sub'))
    await watched.heard('moved sub/a.pdf → was/a.pdf')
    world.upload('last.pdf')
    await watched.heard('created last.pdf')
    expect(watched.told).toEqual(['moved sub/a.pdf → was/a.pdf', 'created last.pdf'])
  })
})
