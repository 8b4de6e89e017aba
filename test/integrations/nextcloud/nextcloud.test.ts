// The source as a whole: its settings, folders by WebDAV, what Nextcloud knows of files on a disk, troubles (issue "The folder").

import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ConfigError } from '../../../src/errors.ts'
import { createNextcloud } from '../../../src/integrations/nextcloud/nextcloud.ts'
import { describeFolder } from '../../../src/integrations/vigie/folders.ts'
import type { FolderStore } from '../../../src/store/store.ts'
import { plain } from '../../../src/text/rich.ts'
import { answerAsNextcloud, type Node } from '../../fakes/nextcloud-server.ts'
import { createRelay } from '../gitlab/relay.ts'
import { eventOf, inEnglish, inFrench } from './world.ts'

const until = { timeout: 60_000, interval: 20 }

let folder: string
let server: Server | undefined
const stopping: (() => Promise<unknown>)[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigie-nextcloud-'))
})
afterEach(async () => {
  await Promise.all(stopping.splice(0).map((stop) => stop()))
  server?.closeAllConnections()
  server?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** `folders`: what an earlier one kept. */
function open(settings: Record<string, string>, folders?: FolderStore) {
  const relay = createRelay(settings)
  const kept = folders === undefined ? {} : { folders }
  const parts = { ...relay.parts, now: Date.now, admins: async () => ['admin1'], ...kept }
  const nextcloud = createNextcloud(parts)
  if (nextcloud === null) throw new Error('never null: its route says which setting is missing')
  return { ...relay, parts, nextcloud }
}

function watch({ nextcloud }: ReturnType<typeof open>): () => Promise<void> {
  const running = new AbortController()
  const done = nextcloud.watch?.(running.signal)
  const stop = async () => {
    running.abort()
    await done
  }
  stopping.push(stop)
  return stop
}

async function scanned({ nextcloud }: ReturnType<typeof open>): Promise<void> {
  await vi.waitFor(async () => expect(plain((await nextcloud.status()).glance.fr)).not.toContain('parcouru'), until)
}

/** What is wrong with the settings. */
function problemsOf(settings: Record<string, string>): readonly string[] {
  const { parts } = open(settings)
  try {
    parts.env.check()
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.flatMap(({ fr, en }) => [fr, en])
    throw error
  }
}

async function serve(home: string, tree: Record<string, Node>): Promise<string> {
  server = createServer(answerAsNextcloud(home, tree))
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('settings', () => {
  it('for a folder by WebDAV are all named that are missing', () => {
    expect(problemsOf({ WATCH_PATH: 'rh=dav:/Documents_RH', NEXTCLOUD_USER: 'vigie' })).toEqual([
      'WATCH_PATH\u00a0: «\u00a0rh\u00a0» est lu par WebDAV\u202f; il manque NEXTCLOUD_URL, NEXTCLOUD_APP_PASSWORD.',
      'WATCH_PATH: "rh" is read by WebDAV; NEXTCLOUD_URL, NEXTCLOUD_APP_PASSWORD is missing.',
    ])
  })

  it('that name a card file which is not there, or is wrong, stop the start with what is wrong', () => {
    const path = join(folder, 'cartes.json')
    const missing = problemsOf({ WATCH_PATH: folder, WATCH_CARD_FILE: path })
    expect(missing[0]).toMatch(/^WATCH_CARD_FILE \(.*cartes\.json\)\u00a0: ce fichier ne peut pas être lu \(ENOENT/)
    expect(missing[1]).toContain('this file cannot be read')
    writeFileSync(path, '{"categories": [{"contains": "x"}]}')
    expect(problemsOf({ WATCH_PATH: folder, WATCH_CARD_FILE: path })[1]).toMatch(/: categories\.0\.title: /)
    writeFileSync(path, '{"title": "Nouvelle facture"}')
    expect(problemsOf({ WATCH_PATH: folder, WATCH_CARD_FILE: path })).toEqual([])
  })

  it('absent, leave the source off and its route closed, saying why', async () => {
    const { nextcloud } = open({})
    expect((await nextcloud.status()).state).toBe('off')
    expect(nextcloud.watch).toBeUndefined()
    expect(await nextcloud.probe?.('abc')).toBeUndefined()
    expect(nextcloud.events).toEqual(['file', 'file.created', 'file.modified', 'file.moved', 'file.deleted'])
  })
})

describe('a folder by WebDAV', () => {
  it('is told of like one on the disk, with ids and depositors; what was there is not told', async () => {
    const tree: Record<string, Node> = { '': { id: 5, etag: 'r1' }, 'ancien.pdf': { id: 6, etag: 'a', size: 1 } }
    const url = await serve('/remote.php/dav/files/vigie/Documents_RH', tree)
    const house = open({
      WATCH_PATH: 'rh=dav:/Documents_RH',
      WATCH_POLL: '1',
      NEXTCLOUD_URL: url,
      NEXTCLOUD_USER: 'vigie',
      NEXTCLOUD_APP_PASSWORD: 'secret',
    })
    watch(house)
    await scanned(house)
    Object.assign(tree, { '': { id: 5, etag: 'r2' }, 'neuf.pdf': { id: 7, etag: 'n', size: 2048, owner: 'Zoé' } })
    await vi.waitFor(() => expect(house.emitted).toHaveLength(1), until)
    expect(house.emitted[0]?.draft).toMatchObject({
      type: 'nextcloud.file.created',
      subject: 'rh',
      url: `${url}/f/7`,
      data: { name: 'neuf.pdf', owner: 'Zoé', fileId: '7', sizeBytes: 2048, category: 'documents rh' },
    })
  })

  it('that is refused is told once to administrators, and that it is back, on one card', async () => {
    const tree: Record<string, Node> = { '': { id: 5, etag: 'r1' } }
    const url = await serve('/remote.php/dav/files/vigie/RH', tree)
    const answer = server?.listeners('request')[0] as (...of: unknown[]) => void
    const house = open({
      WATCH_PATH: 'rh=dav:/RH',
      WATCH_POLL: '1',
      NEXTCLOUD_URL: url,
      NEXTCLOUD_USER: 'vigie',
      NEXTCLOUD_APP_PASSWORD: 'secret',
    })
    watch(house)
    await scanned(house)
    server?.removeAllListeners('request').on('request', (_, response) => response.writeHead(401).end())
    await vi.waitFor(() => expect(house.emitted).toHaveLength(1), until)
    server?.removeAllListeners('request').on('request', answer)
    await vi.waitFor(() => expect(house.emitted).toHaveLength(2), until)
    const [gone, back] = house.emitted
    expect(gone?.options?.only).toEqual([{ notifier: 'mattermost', address: '@admin1' }])
    expect([gone?.draft.type, back?.draft.type]).toEqual(['vigie.folder_missing', 'vigie.folder_back'])
    expect(back?.draft.card).toBe(gone?.draft.card)
    if (gone === undefined || back === undefined) throw new Error('not told')
    const card = describeFolder(eventOf(gone.draft), inFrench)
    expect(plain(card.title ?? [])).toBe('🔴 Nextcloud refuse à Vigie le dossier rh')
    expect(plain(card.text ?? [])).toContain('401 Unauthorized')
    expect(plain(card.text ?? [])).toContain('NEXTCLOUD_APP_PASSWORD')
    expect(plain(describeFolder(eventOf(back.draft), inEnglish).title ?? [])).toBe('🟢 The folder rh is back')
  })
})

describe('a file on the disk', () => {
  it('is told with the id that Nextcloud knows it by, where it may be asked', async () => {
    const disk = join(folder, 'vigie/files/Documents_RH')
    mkdirSync(join(disk, 'Contrats'), { recursive: true })
    const url = await serve('/remote.php/dav/files/vigie', {
      'Documents_RH/Contrats/a.pdf': { id: 4711, etag: 'a', size: 1, owner: 'Zoé' },
    })
    const house = open({
      WATCH_PATH: disk,
      NEXTCLOUD_URL: url,
      NEXTCLOUD_USER: 'vigie',
      NEXTCLOUD_APP_PASSWORD: 'secret',
    })
    watch(house)
    await scanned(house)
    writeFileSync(join(disk, 'Contrats/a.pdf.part'), 'bonjour')
    renameSync(join(disk, 'Contrats/a.pdf.part'), join(disk, 'Contrats/a.pdf'))
    await vi.waitFor(() => expect(house.emitted).toHaveLength(1), until)
    expect(house.emitted[0]?.draft).toMatchObject({ url: `${url}/f/4711`, data: { owner: 'Zoé', sizeBytes: 7 } })
  })

  it('is not told as deleted when WATCH_IGNORE begins to name it, nor as new when it no longer does', async () => {
    for (const name of ['notes.bak', 'old0.pdf', 'old1.pdf']) writeFileSync(join(folder, name), name)
    const upload = (name: string) => {
      writeFileSync(join(folder, `${name}.part`), name)
      renameSync(join(folder, `${name}.part`), join(folder, name))
    }
    const before = open({ WATCH_PATH: folder })
    const stopFirst = watch(before)
    await scanned(before)
    await stopFirst()
    const told: unknown[] = []
    for (const [index, WATCH_IGNORE] of ['*.bak', ''].entries()) {
      const house = open({ WATCH_PATH: folder, WATCH_IGNORE }, before.parts.folders)
      const stop = watch(house)
      await scanned(house)
      // What is gone is told later than what is new.
      rmSync(join(folder, `old${index}.pdf`))
      upload(`${index}.pdf`)
      await vi.waitFor(() => expect(house.emitted.length).toBeGreaterThanOrEqual(2), until)
      await stop()
      told.push(...house.emitted.map(({ draft: { type, data } }) => `${type} ${data.name}`))
    }
    expect(told).toEqual(
      [0, 1].flatMap((index) => [`nextcloud.file.created ${index}.pdf`, `nextcloud.file.deleted old${index}.pdf`]),
    )
  })
})
