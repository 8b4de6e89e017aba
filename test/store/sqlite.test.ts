import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/errors.ts'
import { createDatabase } from '../../src/store/bridge.ts'
import { createDedupe } from '../../src/store/dedupe.ts'
import { createIds } from '../../src/store/ids.ts'
import { createRecorder } from '../../src/store/recorder.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { draftOf, time, wishOf } from '../fakes/event.ts'
import { createFakeLog } from '../fakes/log.ts'
import { withoutColumns } from './kept.ts'

const folder = mkdtempSync(join(tmpdir(), 'vigie-sqlite-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a store on SQLite', () => {
  let count = 0
  let path: string
  beforeEach(() => {
    count += 1
    path = join(folder, `${count}`, 'vigie.db')
  })
  const parts = { now: () => time, log: createFakeLog(), busyTimeoutMs: 20 }
  const open = (at = path) => openSqliteStore({ path: at, ...parts })
  const recording = { draft: draftOf(), dedupe: [], acceptedAt: time, route: () => [] }

  test('makes its folder', async () => {
    const store = await open()
    await store.close()
    expect(existsSync(path)).toBe(true)
  })

  test('is its owner’s alone to read, its log and index too', async () => {
    const store = await open()
    await store.events.record([recording])
    const modes = ['', '-wal', '-shm'].map((end) => (statSync(`${path}${end}`).mode & 0o777).toString(8))
    expect(modes).toEqual(['600', '600', '600'])
    await store.close()
  })

  test('lists what is left where some of it is purged meanwhile by another process', async () => {
    for (let turns = 0; turns < 40; turns += 1) {
      const store = await open(join(folder, `purged-${turns}`, 'vigie.db'))
      const ids: string[] = []
      for (let nth = 0; nth < 3; nth += 1)
        ids.push(...(await store.events.record([recording])).map(({ event }) => event))
      const other = new DatabaseSync(join(folder, `purged-${turns}`, 'vigie.db'))
      const listing = store.events.list({ after: '', limit: 2 })
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
      other.exec('delete from events where id < (select max(id) from events)')
      other.close()
      const listed = (await listing).map(({ event }) => event.id)
      // Before it was purged, or after.
      expect([ids.slice(0, 2), ids.slice(2)]).toContainEqual(listed)
      await store.close()
    }
  })

  test('writes ahead and syncs every commit', async () => {
    const store = await open()
    const other = new DatabaseSync(path)
    expect(other.prepare('pragma journal_mode').get()).toMatchObject({ journal_mode: 'wal' })
    other.close()
    await store.close()
  })

  test('a database written by a newer Vigie is refused, and says so', async () => {
    await (await open()).close()
    const later = new DatabaseSync(path)
    later.exec("insert into kysely_migration (name, timestamp) values ('999-later', 'x')")
    later.close()
    await expect(open()).rejects.toThrow(/newer Vigie \(999-later\)/)
  })

  test('a file that is no database is refused and left as it is', async () => {
    const file = join(folder, 'text.db')
    writeFileSync(file, 'hello '.repeat(1000))
    await expect(open(file)).rejects.toThrow(ConfigError)
    await expect(open(join(file, 'below.db'))).rejects.toThrow(/DATABASE_URL/)
  })

  test('a start that was cut off between a change and its record goes on', async () => {
    await (await open()).close()
    const cut = new DatabaseSync(path)
    cut.exec(withoutColumns)
    cut.exec("delete from kysely_migration where name >= '022'")
    cut.close()
    const store = await open()
    await expect(store.people.admins()).resolves.toEqual([])
    await store.close()
  })

  test('while another process holds it, nothing is taken and it is said; all goes on afterwards', async () => {
    const store = await open()
    const other = new DatabaseSync(path)
    other.exec('begin immediate')
    const unavailable = { name: 'StoreUnavailable', retryAfterMs: expect.any(Number) }
    await expect(store.events.record([recording])).rejects.toMatchObject(unavailable)
    await expect(store.subscriptions.save(wishOf())).rejects.toMatchObject(unavailable)
    await expect(store.check()).rejects.toMatchObject(unavailable)
    other.exec('rollback')
    other.close()
    await expect(store.events.record([recording])).resolves.toMatchObject([{ repeated: false }])
    expect([(await store.events.recent({ limit: 9 })).length, await store.subscriptions.all()]).toEqual([1, []])
    await store.close()
  })

  test('a full disk refuses what comes in, keeps what it had, and all goes on once there is room', async () => {
    await (await open()).close()
    const connection = new DatabaseSync(path)
    const db = createDatabase(connection)
    const ids = createIds(0)
    const recorder = createRecorder(connection, ids, createDedupe(connection, ids, time))
    const large = { ...recording, draft: draftOf({ data: { text: 'x'.repeat(20_000) } }) }
    recorder.record([large])
    const pages = Number(connection.prepare('pragma page_count').get()?.page_count)
    connection.exec(`pragma max_page_count = ${pages}`)
    const unavailable = expect.objectContaining({ name: 'StoreUnavailable' })
    expect(() => recorder.record([large])).toThrow(unavailable)
    const wide = { name: 'x', value: 'x'.repeat(20_000) }
    const written = db.transaction().execute((within) => within.insertInto('marks').values(wide).execute())
    await expect(written).rejects.toEqual(unavailable)
    connection.exec('pragma max_page_count = 1000000')
    expect(recorder.record([large])).toMatchObject([{ repeated: false }])
    await db.destroy()
    const store = await open()
    expect((await store.events.recent({ limit: 9 })).length).toBe(2)
    await store.close()
  })
})
