// A folder looked at by WebDAV: against a real server, and against a small one with Nextcloud's own properties, which that cannot give.

import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { v2 as webdav } from 'webdav-server'
import { Secret } from '../../../src/env.ts'
import { createDavSource } from '../../../src/integrations/nextcloud/dav.ts'
import { FolderTrouble } from '../../../src/integrations/nextcloud/folder.ts'
import { createIgnores } from '../../../src/integrations/nextcloud/ignore.ts'
import { rawOf, shown } from '../../../src/integrations/nextcloud/paths.ts'
import { answerAsNextcloud, type Node } from '../../fakes/nextcloud-server.ts'

const { signal } = new AbortController()

function sourceOf(
  url: string,
  more: { password?: string; path?: string; timeoutMs?: number; mostBytes?: number } = {},
) {
  const { password = 'abcde-12345', path = '/Documents_RH', ...rest } = more
  const current = () => [new Secret(password)]
  return createDavSource({
    url,
    user: 'vigie',
    password: { current },
    path,
    fetch,
    ignores: createIgnores([]),
    ...rest,
  })
}

async function troubleOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(FolderTrouble)
  return error instanceof FolderTrouble ? `${error.trouble.kind}: ${error.trouble.error}` : ''
}

describe('a real WebDAV server', () => {
  let folder: string
  let server: webdav.WebDAVServer
  let url: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-dav-'))
    const users = new webdav.SimpleUserManager()
    const rights = new webdav.SimplePathPrivilegeManager()
    rights.setRights(users.addUser('vigie', 'abcde-12345', false), '/', ['all'])
    const httpAuthentication = new webdav.HTTPBasicAuthentication(users, 'Nextcloud')
    server = new webdav.WebDAVServer({ hostname: '127.0.0.1', httpAuthentication, privilegeManager: rights })
    await server.setFileSystemAsync('/remote.php/dav/files/vigie', new webdav.PhysicalFileSystem(folder))
    const http = await new Promise<Server>((resolve) => server.start(0, (one) => one && resolve(one as Server)))
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
    mkdirSync(join(folder, 'Documents_RH/Contrats été & co/100 %'), { recursive: true })
    mkdirSync(join(folder, 'Documents_RH/.caché'))
    writeFileSync(join(folder, 'Documents_RH/Contrats été & co/100 %/café #1?.pdf'), 'bonjour')
    writeFileSync(join(folder, 'Documents_RH/007'), '')
    writeFileSync(join(folder, 'Documents_RH/a.pdf.ocTransferId12.part'), 'x')
    writeFileSync(join(folder, 'Documents_RH/.caché/b.pdf'), 'x')
    writeFileSync(join(folder, 'ailleurs.pdf'), 'x')
  })
  afterAll(async () => {
    await server.stopAsync()
    rmSync(folder, { recursive: true, force: true })
  })

  it('tells every file below the folder, by names of any kind, and nothing else', async () => {
    const { files, root, unread } = await sourceOf(url).scan(signal)
    expect([...files].map(([path, { sizeBytes }]) => [shown(path), sizeBytes]).toSorted()).toEqual([
      ['007', 0],
      ['Contrats été & co/100 %/café #1?.pdf', 7],
    ])
    expect([...files.values()].every(({ changedAt }) => Math.abs(changedAt - Date.now()) < 3_600_000)).toBe(true)
    expect({ root, unread }).toEqual({ root: 'dav:Documents_RH', unread: [] })
  })

  it('sees what changed at the next scan', async () => {
    const source = sourceOf(url, { path: 'Documents_RH/' })
    await source.scan(signal)
    writeFileSync(join(folder, 'Documents_RH/neuf.pdf'), 'un')
    renameSync(join(folder, 'Documents_RH/007'), join(folder, 'Documents_RH/008'))
    const { files } = await source.scan(signal)
    expect([...files.keys()].map(shown).toSorted()).toEqual(['008', 'Contrats été & co/100 %/café #1?.pdf', 'neuf.pdf'])
  })

  it('answers for one file, for none, and not for a folder or what is ignored', async () => {
    const source = sourceOf(url)
    const sizes = ['Contrats été & co/100 %/café #1?.pdf', 'Contrats été & co', 'rien.pdf', '.caché/b.pdf'].map(
      async (path) => (await source.look(rawOf(path), signal))?.sizeBytes,
    )
    expect(await Promise.all(sizes)).toEqual([7, undefined, undefined, undefined])
  })

  it('that refuses, or has no such folder, is told so', async () => {
    expect(await troubleOf(sourceOf(url, { password: 'faux' }).scan(signal))).toBe(
      'refused: PROPFIND → 401 Unauthorized',
    )
    expect(await troubleOf(sourceOf(url, { path: '/Nulle_part' }).scan(signal))).toMatch(/^missing: PROPFIND → 404/)
  })
})

describe('Nextcloud', () => {
  let server: Server | undefined
  afterEach(() => server?.closeAllConnections())
  async function serve(answer: RequestListener): Promise<string> {
    server = createServer(answer)
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  const home = '/nc/remote.php/dav/files/vigie/Documents_RH'
  const nextcloud = (tree: Record<string, Node>, asked: string[] = []) => answerAsNextcloud(home, tree, asked)

  it('gives each file its id and its depositor', async () => {
    const url = await serve(
      nextcloud({
        '': { id: 5, etag: 'r1' },
        Contrats: { id: 6, etag: 'c1' },
        'Contrats/a.pdf': { id: 7, etag: 'a', size: 3 },
      }),
    )
    const { root, files } = await sourceOf(`${url}/nc`).scan(signal)
    expect(root).toBe('5')
    expect([...files]).toEqual([
      [
        'Contrats/a.pdf',
        { identity: '7', fileId: '7', owner: '1e5', sizeBytes: 3, changedAt: Date.UTC(2026, 10, 21, 7, 12, 31) },
      ],
    ])
  })

  it('may have thousands of files in one folder', async () => {
    const tree: Record<string, Node> = { '': { id: 5, etag: 'r' } }
    for (let index = 0; index < 3000; index += 1) tree[`${index}.pdf`] = { id: 10 + index, etag: 'e', size: index }
    const { files } = await sourceOf(`${await serve(nextcloud(tree))}/nc`).scan(signal)
    expect([files.size, files.get('2999.pdf')?.sizeBytes]).toEqual([3000, 2999])
  })

  it('is asked once where nothing changed, and only about folders whose etag did', async () => {
    const tree: Record<string, Node> = {
      '': { id: 5, etag: 'r1' },
      a: { id: 6, etag: 'a1' },
      b: { id: 7, etag: 'b1' },
      'b/x.pdf': { id: 8, etag: 'x', size: 1 },
    }
    const asked: string[] = []
    const source = sourceOf(`${await serve(nextcloud(tree, asked))}/nc`)
    await source.scan(signal)
    expect(asked.splice(0)).toEqual(['0 ', '1 ', '1 a', '1 b'])
    expect((await source.scan(signal)).files.size).toBe(1)
    expect(asked.splice(0)).toEqual(['0 '])
    Object.assign(tree, {
      '': { id: 5, etag: 'r2' },
      b: { id: 7, etag: 'b2' },
      'b/y.pdf': { id: 9, etag: 'y', size: 1 },
    })
    expect([...(await source.scan(signal)).files.keys()]).toEqual(['b/x.pdf', 'b/y.pdf'])
    expect(asked).toEqual(['0 ', '1 ', '1 b'])
  })

  it('may keep one folder to itself: the others are told, that one is unread; what goes meanwhile is gone', async () => {
    const tree: Record<string, Node> = { '': { id: 5, etag: 'r' }, 'a.pdf': { id: 6, etag: 'a', size: 1 } }
    const answer = nextcloud(tree)
    const url = await serve((request, response) => {
      // Listed by their parent, refused by themselves.
      if (request.url?.endsWith('/ferm%C3%A9')) return void response.writeHead(403).end()
      if (request.url?.endsWith('/parti')) return void response.writeHead(404).end()
      answer(request, response)
    })
    Object.assign(tree, { fermé: { id: 7, etag: 'c' }, parti: { id: 8, etag: 'g' } })
    const { files, unread } = await sourceOf(`${url}/nc`).scan(signal)
    expect([...files.keys()]).toEqual(['a.pdf'])
    expect(unread).toEqual([{ path: rawOf('fermé'), error: 'PROPFIND → 403 Forbidden' }])
  })

  it.each([
    [401, 'refused: PROPFIND → 401 Unauthorized'],
    [403, 'unreadable: PROPFIND → 403 Forbidden'],
    [404, 'missing: PROPFIND → 404 Not Found'],
    [429, 'silent: PROPFIND → 429 Too Many Requests'],
    [503, 'silent: PROPFIND → 503 Service Unavailable'],
    [405, 'refused: PROPFIND → 405 Method Not Allowed'],
    [200, 'refused: PROPFIND → 200'],
  ])('that answers %i is told as what it is', async (status, said) => {
    expect(
      await troubleOf(sourceOf(await serve((_, response) => response.writeHead(status).end('x'))).scan(signal)),
    ).toBe(said)
  })

  it('is not followed elsewhere: the password stays', async () => {
    const called: unknown[] = []
    const elsewhere = createServer((request, response) => {
      called.push(request.headers)
      response.end()
    })
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
    const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`
    const url = await serve((_, response) => response.writeHead(302, { location }).end())
    expect(await troubleOf(sourceOf(url).scan(signal))).toBe(`refused: PROPFIND → 302, redirected to ${location}`)
    expect(called).toEqual([])
    elsewhere.close()
  })

  it('that does not answer in time, or with no end, or with no WebDAV, is told so', async () => {
    const silent = await serve(() => undefined)
    expect(await troubleOf(sourceOf(silent, { timeoutMs: 100 }).scan(signal))).toBe('silent: timeout')
    server?.closeAllConnections()
    const endless = await serve((_, response) => {
      response.writeHead(207)
      const go = () => {
        while (response.writable && response.write('x'.repeat(65_536)));
      }
      response.on('drain', go)
      go()
    })
    expect(await troubleOf(sourceOf(endless, { mostBytes: 100_000 }).scan(signal))).toBe(
      'refused: more than 100000 bytes in one answer',
    )
    server?.closeAllConnections()
    for (const body of ['', '<html>', '<!DOCTYPE x [<!ENTITY a "b">]><multistatus/>', '{"a":1}']) {
      const url = await serve((_, response) => response.writeHead(207).end(body))
      expect(await troubleOf(sourceOf(url).scan(signal))).toBe('refused: the answer is not WebDAV')
      server?.closeAllConnections()
    }
    expect(await troubleOf(sourceOf('http://127.0.0.1:9').scan(signal))).toMatch(/^silent: /)
  })

  it('is left alone once the scan is called off', async () => {
    const calledOff = new AbortController()
    const url = await serve(() => calledOff.abort())
    await expect(sourceOf(url).scan(calledOff.signal)).rejects.toThrow(/abort/i)
  })
})
