// node:sqlite under Kysely's SqliteDialect, and SQLite's own failures told as StoreUnavailable (libraries.md §1.2; threats F11, F12).

import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { Kysely, SqliteAdapter, type SqliteDatabase, SqliteDialect } from 'kysely'
import { ConfigError } from '../errors.ts'
import type { Database, Tables } from './schema.ts'
import type { StoreUnavailable } from './store.ts'

/** Bounds the statements kept; queries of ours are a few dozen, only lists of ids make more. */
const keptStatements = 500

/** The one connection, through Kysely; whoever works on `connection` directly must hold Kysely's lock (`db.connection()`). */
export function createDatabase(connection: DatabaseSync): Database {
  return new Kysely<Tables>({ dialect: new Dialect({ database: bridge(connection) }) })
}

/** SQLite's changes of a schema take part in transactions, which Kysely does not make use of by itself. */
class Dialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new Adapter()
  }
}

class Adapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

function bridge(connection: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, { readonly statement: StatementSync; readonly reader: boolean }>()
  const statementOf = (sql: string) => {
    const kept = statements.get(sql)
    if (kept) return kept
    if (statements.size >= keptStatements) statements.clear()
    const statement = connection.prepare(sql)
    // Asked once: every column is described for it.
    const made = { statement, reader: statement.columns().length > 0 }
    statements.set(sql, made)
    return made
  }
  return {
    close: () => connection.close(),
    prepare(sql) {
      const { statement, reader } = guard(() => statementOf(spoken(sql, connection)))
      return {
        reader,
        all: (parameters) => guard(() => statement.all(...values(parameters))),
        run: (parameters) => guard(() => statement.run(...values(parameters))),
        iterate: (parameters) => guard(() => statement.iterate(...values(parameters))),
      }
    },
  }
}

function spoken(sql: string, connection: DatabaseSync): string {
  // Every transaction of ours writes: one that began by reading could not wait for another process's write.
  if (sql === 'begin') return 'begin immediate'
  // SQLite has already rolled back by itself after a full disk or a failed write; a second one would hide that error.
  if (sql === 'rollback' && !connection.isTransaction) return 'select 1'
  return sql
}

function values(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters.map((value) => {
    if (value === null || typeof value === 'string' || typeof value === 'number') return value
    if (typeof value === 'bigint' || value instanceof Uint8Array) return value
    throw new TypeError(`SQLite cannot hold a ${typeof value}`)
  })
}

class Unavailable extends Error implements StoreUnavailable {
  override readonly name = 'StoreUnavailable'
  readonly retryAfterMs: number
  constructor(message: string, retryAfterMs: number, options: ErrorOptions) {
    super(message, options)
    this.retryAfterMs = retryAfterMs
  }
}

/** Primary result codes that say nothing could be stored (sqlite.org/rescode.html), with the wait after which to ask again. */
const unavailable: Readonly<Record<number, number>> = {
  5: 1000, // SQLITE_BUSY
  6: 1000, // SQLITE_LOCKED
  7: 5000, // SQLITE_NOMEM
  8: 30_000, // SQLITE_READONLY
  10: 5000, // SQLITE_IOERR
  11: 60_000, // SQLITE_CORRUPT
  13: 10_000, // SQLITE_FULL
  14: 5000, // SQLITE_CANTOPEN
  26: 60_000, // SQLITE_NOTADB
}

/** @throws {StoreUnavailable} in place of SQLite's error when the file, not the query, is at fault. */
export function guard<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    const code = sqliteCode(error)
    const retryAfterMs = code === undefined ? undefined : unavailable[code]
    if (retryAfterMs === undefined) throw error
    throw new Unavailable(`the database cannot be used: ${messageOf(error)}`, retryAfterMs, { cause: error })
  }
}

/** SQLite's primary result code; nothing for an error of another kind. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined
  return error.errcode & 0xff
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** For whoever starts Vigie: this file cannot be used as its database. */
export function unusable(path: string, error: unknown): ConfigError {
  const reason = causeOf(error)
  const words = reason instanceof Error ? reason.message : String(reason)
  return new ConfigError([
    {
      fr: `DATABASE_URL\u00a0: la base ${path} ne peut pas être ouverte (${words}). Vérifiez le chemin, les droits et la place sur le disque.`,
      en: `DATABASE_URL: the database ${path} cannot be opened (${words}). Check the path, its permissions and the room on the disk.`,
    },
  ])
}

/** SQLite's own error, behind ours. */
export function causeOf(error: unknown): unknown {
  return error instanceof Error && error.name === 'StoreUnavailable' ? error.cause : error
}
