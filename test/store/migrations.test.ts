// Threat F21: a migration that ends at any step leaves a database that starts, with everything in it; a newer schema is refused.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { afterAll, describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/errors.ts'
import { createDatabase } from '../../src/store/bridge.ts'
import { migrate, migrationNames } from '../../src/store/migrations.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { time } from '../fakes/event.ts'
import { createFakeLog } from '../fakes/log.ts'
import { makeDatabase, openAt, snapshot, withoutColumns } from './kept.ts'

const folder = mkdtempSync(join(tmpdir(), 'vigie-migrations-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const dialect = { long: sql`integer`, bytes: sql`blob`, clustered: sql`without rowid` }

/** The last changes undone: what an older Vigie left behind. */
async function makeOlder(path: string): Promise<void> {
  await makeDatabase(path, 3)
  const database = new DatabaseSync(path)
  for (const table of ['people', 'hooks', 'keys']) database.exec(`drop table if exists ${table}`)
  database.exec(withoutColumns)
  database.exec("delete from kysely_migration where name >= '022'")
  database.close()
}

/** Migrates, and keeps the database as a kill -9 would leave it before each statement. */
async function crashes(path: string): Promise<string[]> {
  const images: string[] = []
  const connection = new DatabaseSync(path)
  connection.exec('pragma journal_mode = wal')
  const watched = new Proxy(connection, {
    get(target, name) {
      if (name !== 'prepare') {
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      }
      return (statement: string) => {
        const image = `${path}-${images.length}.db`
        snapshot(path, image)
        images.push(image)
        return target.prepare(statement)
      }
    },
  })
  const db = createDatabase(watched)
  await migrate(db, dialect)
  await db.destroy()
  return images
}

describe('a migration', () => {
  test('that ends at any step of a first start leaves a database that starts', async () => {
    const path = join(folder, 'first.db')
    const images = await crashes(path)
    expect(images.length).toBeGreaterThan(migrationNames.length)
    for (const image of images) await (await openAt(image)).close()
  })

  test('that ends at any step of an upgrade loses no row', async () => {
    const path = join(folder, 'older.db')
    await makeOlder(path)
    const images = await crashes(path)
    expect(images.length).toBeGreaterThan(3)
    for (const image of images) {
      const store = await openAt(image)
      expect(await store.events.recent({ limit: 10 })).toHaveLength(3)
      await store.close()
    }
  })

  test('that fails changes nothing, so that the Vigie before still runs', async () => {
    const path = join(folder, 'fails.db')
    await makeOlder(path)
    const database = new DatabaseSync(path)
    const before = database.prepare('select name from kysely_migration').all()
    const db = createDatabase(database)
    await expect(migrate(db, { ...dialect, long: sql`integer)` })).rejects.toThrow()
    expect(database.prepare('select name from kysely_migration').all()).toEqual(before)
    await db.destroy()
  })

  test('is preceded by a copy where there is something to copy, and only then', async () => {
    const path = join(folder, 'copied.db')
    let copies = 0
    const open = () =>
      openSqliteStore({
        path,
        now: () => time,
        log: createFakeLog(),
        async beforeMigration() {
          copies += 1
        },
      })
    await (await open()).close()
    await (await open()).close()
    expect(copies).toBe(0)
    await makeOlder(path)
    await (await open()).close()
    expect(copies).toBe(1)
  })

  test('is not begun when no copy could be made', async () => {
    const path = join(folder, 'uncopied.db')
    await makeOlder(path)
    const beforeMigration = async () => {
      throw new ConfigError([{ fr: 'pas de copie', en: 'no copy' }])
    }
    const parts = { path, now: () => time, log: createFakeLog(), beforeMigration }
    await expect(openSqliteStore(parts)).rejects.toThrow('no copy')
    const database = new DatabaseSync(path)
    expect(database.prepare("select 1 from kysely_migration where name like '022%'").get()).toBeUndefined()
    database.close()
  })

  test('of a newer Vigie is refused with what to do', async () => {
    const path = join(folder, 'newer.db')
    await makeDatabase(path, 1)
    const database = new DatabaseSync(path)
    database.exec("insert into kysely_migration (name, timestamp) values ('999-later', '')")
    database.close()
    await expect(openAt(path)).rejects.toThrow(ConfigError)
    await expect(openAt(path)).rejects.toThrow('999-later')
  })
})
