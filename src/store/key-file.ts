// The database as `vigie key` opens it, beside a running `start`: keys and the audit alone, nothing of what takes a start its time.

import { randomInt } from 'node:crypto'
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { createApiKeyStore } from './api-keys.ts'
import { createAuditStore } from './audit.ts'
import { createDatabase, unusable } from './bridge.ts'
import { createIds } from './ids.ts'
import { migrationNames } from './migrations.ts'
import type { ApiKeyStore, AuditStore } from './store.ts'

const patienceMs = 5000

export interface KeyFile {
  readonly apiKeys: ApiKeyStore
  readonly audit: Pick<AuditStore, 'append'>
  close(): Promise<void>
}

/** Whether it is there, as this version makes it: what is not has to be made by who holds its lock. @throws {ConfigError} */
export function isCurrent(path: string): boolean {
  if (!existsSync(path)) return false
  const connection = open(path)
  try {
    const tables = connection.prepare("select 1 from sqlite_master where name = 'kysely_migration'").all()
    const rows = tables.length > 0 ? connection.prepare('select name from kysely_migration').all() : []
    const applied = rows.map(({ name }) => String(name))
    return applied.length === migrationNames.length && applied.every((name) => migrationNames.includes(name))
  } catch (error) {
    throw unusable(path, error)
  } finally {
    connection.close()
  }
}

/** Of a database that is current. @throws {ConfigError} when it cannot be opened. */
export function openKeyFile(path: string): KeyFile {
  const connection = open(path)
  const db = createDatabase(connection)
  // A running start counts its own ids: these lie between them.
  const ids = createIds(0)
  const between = { next: (now: number) => ids.next(now) + randomInt(1, 4096) }
  return {
    apiKeys: createApiKeyStore(db),
    audit: createAuditStore(db, between),
    close: () => db.destroy(),
  }
}

function open(path: string): DatabaseSync {
  try {
    const connection = new DatabaseSync(path, { timeout: patienceMs })
    connection.exec('pragma synchronous = full')
    return connection
  } catch (error) {
    throw unusable(path, error)
  }
}
