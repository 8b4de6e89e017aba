// The store on SQLite: one file, WAL, every commit on the disk before it is answered (design.md, "What is decided"; libraries.md §1.2).

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Log } from '../event.ts'
import { createAlertStore } from './alerts.ts'
import { createApiKeyStore } from './api-keys.ts'
import { createAuditStore } from './audit.ts'
import { causeOf, createDatabase, guard, sqliteCode, unusable } from './bridge.ts'
import { createDedupe } from './dedupe.ts'
import { createDeliveryStore } from './deliveries.ts'
import { createEventStore } from './events.ts'
import { createFolderStore } from './folders.ts'
import { createGroup } from './group.ts'
import { createHookStore } from './hooks.ts'
import { createIds } from './ids.ts'
import { createMarkStore } from './marks.ts'
import { type Dialect, migrate } from './migrations.ts'
import { createMonitorStore } from './monitors.ts'
import { createPeopleStore } from './people.ts'
import { createPersonnageStore } from './personnages.ts'
import { createRecorder } from './recorder.ts'
import { type Purged, type PurgeRequest, purge } from './retention.ts'
import type { Database } from './schema.ts'
import { createSealStore } from './seals.ts'
import type { Store } from './store.ts'
import { createSubscriberStore } from './subscribers.ts'
import { createListeners, createSubscriptionStore } from './subscriptions.ts'

const patienceMs = 5000
const journalSizeLimitBytes = 64 * 1024 * 1024

const dialect: Dialect = { long: sql`integer`, bytes: sql`blob`, clustered: sql`without rowid` }

export interface SqliteParts {
  /** A file, made with its folder where it is absent; `:memory:` for a store that ends with the process. */
  readonly path: string
  readonly now: () => number
  readonly log: Log
  /** How long a call waits for another process that writes; 5 s where absent. */
  readonly busyTimeoutMs?: number
  /** Awaited before a schema that has been used is changed. */
  readonly beforeMigration?: () => Promise<void>
  /** Gives the event loop a turn, in which more may queue for a commit. */
  readonly breathe?: () => Promise<unknown>
}

/** What only a store of our own file needs: PostgreSQL's operators have their tools. */
export interface SqliteStore extends Store {
  purge(request: PurgeRequest): Promise<Purged>
}

/** @throws {ConfigError} when the file cannot be opened, is no database, or was written by a newer Vigie. */
export async function openSqliteStore(parts: SqliteParts): Promise<SqliteStore> {
  const { path, now, log, busyTimeoutMs = patienceMs, beforeMigration, breathe = setImmediate } = parts
  const connection = open(path, busyTimeoutMs)
  const db = createDatabase(connection)
  try {
    await migrate(db, dialect, beforeMigration)
    const last = guard(() => lastId(connection))
    log.debug({ path, sqlite: connection.prepare('select sqlite_version() as version').get()?.version }, 'store open')
    return compose(db, connection, { now, last, breathe })
  } catch (error) {
    await db.destroy()
    throw sqliteCode(causeOf(error)) === undefined ? error : unusable(path, error)
  }
}

function compose(
  db: Database,
  connection: DatabaseSync,
  { now, last, breathe }: { now: () => number; last: number; breathe: () => Promise<unknown> },
): SqliteStore {
  const ids = createIds(last)
  const changed = createListeners()
  const dedupe = guard(() => createDedupe(connection, ids, now()))
  return {
    events: createEventStore(db, createRecorder(connection, ids, dedupe)),
    deliveries: createDeliveryStore(db, ids, createGroup(db, breathe)),
    subscriptions: createSubscriptionStore(db, ids, { now, changed }),
    marks: createMarkStore(db),
    seals: createSealStore(db, now),
    audit: createAuditStore(db, ids),
    people: createPeopleStore(db, createListeners()),
    hooks: createHookStore(db),
    subscribers: createSubscriberStore(db, changed),
    monitors: createMonitorStore(db, breathe),
    alerts: createAlertStore(db),
    apiKeys: createApiKeyStore(db),
    folders: createFolderStore(db, connection, breathe),
    personnages: createPersonnageStore(db),
    async check() {
      const value = String(now())
      await db
        .insertInto('marks')
        .values({ name: 'check', value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute()
      await db.selectFrom('marks').select('value').where('name', '=', 'check').executeTakeFirstOrThrow()
    },
    purge: (request) => purge(db, request),
    close: () => db.destroy(),
  }
}

function open(path: string, busyTimeoutMs: number): DatabaseSync {
  try {
    if (path !== ':memory:') makeFile(path)
    const connection = new DatabaseSync(path, { timeout: busyTimeoutMs })
    connection.exec('pragma journal_mode = wal')
    connection.exec('pragma synchronous = full')
    connection.exec(`pragma journal_size_limit = ${journalSizeLimitBytes}`)
    return connection
  } catch (error) {
    throw unusable(path, error)
  }
}

/** Where there is none: what is told of private projects stands in it, and its log and index are made with the same mode. */
function makeFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  // One that exists is left closed: closing it would end the locks that we may hold on it.
  if (!existsSync(path)) writeFileSync(path, '', { mode: 0o600, flag: 'a' })
}

/** The greatest id given in any table: the next ones are above it, even if the clock stepped back meanwhile. */
function lastId(connection: DatabaseSync): number {
  const tables = ['events', 'deliveries', 'keys', 'targets', 'subscriptions', 'audit']
  return Math.max(
    ...tables.map((table) => Number(connection.prepare(`select max(id) as last from ${table}`).get()?.last ?? 0)),
  )
}
