// What the database's keep does by the clock, and whom it tells (issue 4, "Group commit"; threats F11, F13, F32).

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createUpkeep, type KeptStore, nightOf, openKeptStore, type Upkeep } from '../../src/app/upkeep.ts'
import { createEnv } from '../../src/env.ts'
import type { Draft, EmitOptions } from '../../src/event.ts'
import { createVigie } from '../../src/integrations/vigie/vigie.ts'
import { readSettings, type Settings } from '../../src/settings.ts'
import { findDamage } from '../../src/store/integrity.ts'
import type { Space } from '../../src/store/reserve.ts'
import { plain } from '../../src/text/rich.ts'
import { eventually } from '../e2e/house.ts'
import { createClock, type FakeClock } from '../fakes/clock.ts'
import { createFakeLog } from '../fakes/log.ts'
import { flip, recordingOf, withoutColumns } from '../store/kept.ts'

const folder = mkdtempSync(join(tmpdir(), 'vigie-upkeep-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const minuteMs = 60_000
const hourMs = 60 * minuteMs

let count = 0
const archiveBefore: number[] = []
let clock: FakeClock
let settings: Settings
let store: KeptStore
let told: { draft: Draft; options: EmitOptions | undefined }[]
/** News of the start itself. */
let starts: typeof told
let admins: string[]
let stopping: AbortController
let running: Promise<void>
let upkeep: Upkeep
let log: ReturnType<typeof createFakeLog>

const open = () => openKeptStore({ settings, now: clock.now, log: createFakeLog() })
const run = (space?: () => Space) => {
  const kept = space ? { ...store, reserve: { look: async () => space(), space } } : store
  upkeep = createUpkeep({
    store: kept,
    archive: {
      async purge(before) {
        archiveBefore.push(before)
        return 0
      },
    },
    version: '1.2.3',
    settings,
    async emit(draft, options) {
      const list = draft.type === 'vigie.started' ? starts : told
      list.push({ draft, options })
      return { event: 'e', matched: 1, repeated: false }
    },
    admins: () => admins,
    now: clock.now,
    log,
    wait: clock.wait,
    random: () => 0,
  })
  running = upkeep.run(stopping.signal)
}
const stop = async () => {
  stopping.abort()
  await clock.rest()
  await running
}

beforeEach(async () => {
  count += 1
  clock = createClock()
  const cwd = join(folder, `${count}`)
  const environment = { MATTERMOST_URL: 'http://127.0.0.1:1', TZ: 'Europe/Paris' }
  const env = createEnv({ environment, dotenv: {}, readFile: () => '' })
  settings = readSettings(env, cwd, { token: false })
  store = await open()
  log = createFakeLog()
  told = []
  starts = []
  admins = ['claire']
  stopping = new AbortController()
  running = Promise.resolve()
})
afterEach(async () => {
  await stop()
  await store.close()
})

/** Once the upkeep waits for the next one. */
const copies = async (wanted: number) => {
  const made = () => log.lines.filter(({ message }) => message === 'copied the database').length
  await eventually(async () => (made() >= wanted ? true : undefined), 'copies')
  await clock.rest()
  return store.shelf.copies()
}

describe('copies', () => {
  test('are made a minute after the first start, then by the hour, each checked', async () => {
    run()
    await clock.advance(minuteMs)
    const [first] = await copies(1)
    await clock.advance(hourMs)
    await copies(2)
    expect(findDamage(first?.path ?? '')).toBeUndefined()
    expect(statSync(first?.path ?? '').mode & 0o777).toBe(0o600)
    expect((await upkeep.status()).state).toBe('ok')
  })

  test('hold no secret key', async () => {
    writeFileSync(`${settings.databasePath}.key`, 'a-very-secret-key')
    run()
    await clock.advance(minuteMs)
    await copies(1)
    for (const name of readdirSync(settings.backupPath))
      expect(readFileSync(join(settings.backupPath, name)).includes('a-very-secret-key')).toBe(false)
  })

  test('that fail are told to the administrators under one key until one succeeds, and shown by status', async () => {
    writeFileSync(settings.backupPath, 'a file where the folder should be')
    run()
    await clock.advance(minuteMs)
    await eventually(async () => told[0], 'the news')
    await clock.advance(hourMs)
    await eventually(async () => told[1], 'the news again')
    const keys = told.map(({ draft, options }) => ({ type: draft.type, ...options }))
    expect(keys[0]).toMatchObject({ type: 'vigie.backup_failed', only: [{ address: '@claire' }] })
    // The same key: intake tells it once.
    expect(keys[1]).toEqual(keys[0])
    expect((await upkeep.status()).state).toBe('warning')
  })
})

describe('a start', () => {
  test('is told once to the administrators, on one card for all starts, as soon as they are known', async () => {
    admins = []
    run()
    await clock.rest()
    expect(starts).toEqual([])
    admins = ['claire']
    await clock.advance(minuteMs)
    expect(starts).toHaveLength(1)
    expect(starts[0]).toMatchObject({
      draft: { type: 'vigie.started', card: 'started', data: { version: '1.2.3' } },
      options: { only: [{ notifier: 'mattermost', address: '@claire' }] },
    })
    await stop()
  })
})

describe('a database restored at the start', () => {
  test('is told to the administrators with what is missing, and shown by status', async () => {
    await store.events.record([recordingOf()])
    run()
    await clock.advance(minuteMs)
    await copies(1)
    await stop()
    await store.close()
    flip(settings.databasePath, 8192)
    await clock.advance(hourMs)
    stopping = new AbortController()
    store = await open()
    run()
    const { draft, options } = await eventually(async () => told[0], 'the news')
    expect(options).toMatchObject({ only: [{ notifier: 'mattermost', address: '@claire' }] })
    expect(draft).toMatchObject({ type: 'vigie.restored', data: { reason: 'damaged', unsure: 1 } })
    const part = await upkeep.status()
    expect(plain(part.glance.fr)).toContain('rendue depuis une copie')
    expect(plain(part.details?.en[0] ?? [])).toContain('missing from')
  })

  test('is told as soon as somebody is known who may hear it', async () => {
    await store.marks.set('restored', { reason: 'missing', from: 'f', since: 1, until: clock.now(), unsure: 0 })
    admins = []
    run()
    await clock.advance(minuteMs)
    expect(told).toEqual([])
    admins = ['claire']
    await clock.advance(10_000)
    await eventually(async () => told[0], 'the news')
  })
})

describe('a disk that fills up', () => {
  test('is told when less than a tenth is left, and once more when it is full', async () => {
    let space: Space = { state: 'ok', freeBytes: 1e12 }
    run(() => space)
    await clock.advance(5000)
    expect(told).toEqual([])
    for (const state of ['low', 'low', 'full'] as const) {
      space = { state, freeBytes: 1e6 }
      await clock.advance(5000)
    }
    expect(told.map(({ draft }) => [draft.type, draft.data.full])).toEqual([
      ['vigie.disk_low', false],
      ['vigie.disk_low', true],
    ])
    expect((await upkeep.status()).state).toBe('down')
  })

  test('refuses what comes in while it is full, but for our own news, and takes it again within 10 s of room', async () => {
    let state: Space['state'] = 'full'
    const reserve = { space: () => ({ state, freeBytes: 0 }) }
    Object.assign(store.reserve, reserve)
    await expect(store.events.record([recordingOf()])).rejects.toMatchObject({
      name: 'StoreUnavailable',
      retryAfterMs: 10_000,
    })
    const own = recordingOf()
    await store.events.record([{ ...own, draft: { ...own.draft, source: 'vigie' } }])
    state = 'ok'
    await store.events.record([recordingOf()])
  })
})

describe('the purge', () => {
  test('is once a night, after three o’clock of the zone', () => {
    const at = (iso: string) => nightOf(Date.parse(iso), 'Europe/Paris', 10)
    expect(at('2026-11-21T02:09:00+01:00')).toBeUndefined()
    expect(at('2026-11-21T03:09:00+01:00')).toBeUndefined()
    expect(at('2026-11-21T03:10:00+01:00')).toBe('2026-11-21')
    expect(at('2026-11-21T23:59:00+01:00')).toBe('2026-11-21')
    // The night that has no half past two, and the one that has it twice.
    expect(at('2027-03-28T03:10:00+02:00')).toBe('2027-03-28')
    expect(at('2027-10-31T02:59:00+01:00')).toBeUndefined()
  })

  test('forgets by itself what RETENTION no longer keeps', async () => {
    const old = clock.now() - 91 * 24 * hourMs
    await store.events.record([{ ...recordingOf({ acceptedAt: old }), route: () => [] }])
    await store.events.record([recordingOf({ acceptedAt: clock.now() })])
    run()
    await clock.advance(24 * hourMs)
    await eventually(
      async () => ((await store.events.recent({ limit: 9 })).length === 1 ? true : undefined),
      'the purge',
    )
  })
})

describe('a migration', () => {
  test('is preceded by a copy in BACKUP_PATH', async () => {
    await store.close()
    const database = new DatabaseSync(settings.databasePath)
    database.exec(withoutColumns)
    database.exec("delete from kysely_migration where name >= '039'")
    database.close()
    store = await open()
    expect(store.shelf.copies()).toMatchObject([{ beforeMigration: true }])
    expect(existsSync(store.shelf.copies()[0]?.path ?? '')).toBe(true)
  })
})

describe('the news of Vigie itself', () => {
  const vigie = createVigie({} as Parameters<typeof createVigie>[0])

  const telling = { timeZone: 'Europe/Paris', now: 0 }
  const words = (locale: 'fr' | 'en', type: string, data: Draft['data']) => {
    const event = { id: 'e', source: 'vigie', type, time: '', data, severity: 'warning', audience: 'closed' } as const
    const said = vigie?.describe({ ...event, byDefault: false }, { ...telling, locale })
    return `${plain(said?.title ?? [])}\n${plain(said?.text ?? [])}`
  }
  const restored = { reason: 'damaged', from: 'f', since: 0, until: 3_600_000, unsure: 2, lostEvents: 3, aside: '/d' }

  test('have words in French', () => {
    expect(words('fr', 'vigie.backup_failed', { error: 'no room', lastAt: 0 })).toMatchInlineSnapshot(`
      "La base de Vigie n’a pas pu être copiée.
      no room
      Dernière copie : 01:00. Vérifiez la place et les droits de BACKUP_PATH ; je réessaie chaque heure."
    `)
    expect(words('fr', 'vigie.restored', restored)).toMatchInlineSnapshot(`
      "Ma base était abîmée : j’ai rendu la dernière bonne copie.
      Manque 1 h : 01:00 → 02:00. Ce qui a été reçu (3) ou réglé entre-temps n’est plus connu ; ce qui a été publié reste.
      2 envoi(s) en attente : chacun est cherché dans son canal avant d’être envoyé.
      La base d’avant est là : /d."
    `)
    expect(words('fr', 'vigie.disk_low', { freeBytes: 1_048_576, full: false })).toMatchInlineSnapshot(`
      "Le disque de Vigie se remplit.
      Reste 1 Mo, moins d’un dixième. Faites de la place avant qu’il soit plein."
    `)
    expect(words('fr', 'vigie.disk_low', { freeBytes: 1024, full: true })).toMatchInlineSnapshot(`
      "Le disque de Vigie est plein.
      Reste 1 Ko. Les webhooks sont refusés (503) jusqu’à ce qu’il y ait de la place ; ce qui était reçu est encore envoyé."
    `)
  })

  test('have words in English', () => {
    expect(words('en', 'vigie.backup_failed', { error: 'no room', lastAt: 0 })).toMatchInlineSnapshot(`
      "Vigie’s database could not be copied.
      no room
      Last copy: 01:00. Check the room and permissions of BACKUP_PATH; I try again every hour."
    `)
    expect(words('en', 'vigie.restored', restored)).toMatchInlineSnapshot(`
      "My database was damaged: I restored the newest good copy.
      1 h are missing: 01:00 → 02:00. What was received (3) or set in between is not known any more; what was posted stays.
      2 waiting: each is looked for in its channel before it is sent.
      The database before is here: /d."
    `)
    expect(words('en', 'vigie.disk_low', { freeBytes: 1_048_576, full: false })).toMatchInlineSnapshot(`
      "Vigie’s disk is filling up.
      1 MB left, less than a tenth. Make room before it is full."
    `)
    expect(words('en', 'vigie.disk_low', { freeBytes: 1024, full: true })).toMatchInlineSnapshot(`
      "Vigie’s disk is full.
      1 KB left. Webhooks are refused (503) until there is room; what was taken before is still sent."
    `)
  })

  test('count what sleeps as one counts', () => {
    const asleep = (locale: 'fr' | 'en', count: number) =>
      words(locale, 'vigie.subscriptions_asleep', { channel: 'dev', reason: 'removed', count }).split('\n')[1]
    expect(asleep('fr', 1)).toMatch(/^1 abonnement en sommeil\. Il reprendra quand/)
    expect(asleep('fr', 2)).toMatch(/^2 abonnements en sommeil\. Ils reprendront quand/)
    expect(asleep('en', 1)).toMatch(/^1 subscription asleep\. It resumes once/)
    expect(asleep('en', 2)).toMatch(/^2 subscriptions asleep\. They resume once/)
  })
})
