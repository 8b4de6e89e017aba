// What makes a repeated webhook recognisable: keys as 16-byte hashes, appended row by row and looked up in memory (interface.md,
// "Repeated means"). One process writes them.

import { hash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { DedupeKey } from '../event.ts'
import { type Ids, showId } from './ids.ts'
import { createKeyIndex } from './key-index.ts'

export interface Dedupe {
  /** The event that bears one of these keys. Its other keys are noted too: a twin that came by another hook may be sent again. */
  find(keys: readonly HashedKey[], now: number): { event: string; matched: number } | undefined
  keep(keys: readonly HashedKey[], event: number, now: number): void
  /** Deletes some of what has expired, at most once in a while. */
  forget(now: number): void
  /** What was kept since the last call stays kept, or was rolled back. */
  settle(isCommitted: boolean, now: number): void
}

export interface HashedKey extends DedupeKey {
  /** 16 bytes, enough to tell keys apart. */
  readonly hash: Buffer
}

/** Rows looked through for expired ones, and how often. */
const sweepRows = 5000
const sweepEveryMs = 60_000

export function hashKeys(keys: readonly DedupeKey[]): HashedKey[] {
  return keys.map((key) => ({ ...key, hash: hash('sha256', key.key, 'buffer').subarray(0, 16) }))
}

/** Reads the keys that are still alive at `now`: some seconds for a million. */
export function createDedupe(connection: DatabaseSync, ids: Ids, now: number): Dedupe {
  const select = connection.prepare(
    'select k.key, k.event, coalesce(e.matched, 0) as matched from keys k left join events e on e.id = k.event where k.id = ?',
  )
  const insert = connection.prepare('insert into keys (id, key, event, expires_at) values (?, ?, ?, ?)')
  const sweep = createSweep(connection)
  const index = createKeyIndex()
  for (const row of connection.prepare('select id, key, expires_at from keys where expires_at > ?').iterate(now)) {
    if (row.key instanceof Uint8Array) index.add(row.key, Number(row.id), Number(row.expires_at), now)
  }
  /** Of the transaction under way: in the table, not yet in the index. */
  const fresh = new Map<string, { hash: Buffer; row: number; expiresAt: number }>()

  const rowsOf = (hashed: Buffer, at: number): readonly number[] => {
    const twin = fresh.get(hashed.toString('latin1'))
    const known = index.find(hashed, at)
    return twin && twin.expiresAt > at ? [...known, twin.row] : known
  }

  const findOne = ({ hash: hashed }: HashedKey, at: number): { event: number; matched: number } | undefined => {
    for (const id of rowsOf(hashed, at)) {
      const row = select.get(id)
      if (row?.key instanceof Uint8Array && Buffer.compare(row.key, hashed) === 0)
        return { event: Number(row.event), matched: Number(row.matched) }
    }
    return undefined
  }

  const keep: Dedupe['keep'] = (keys, event, at) => {
    for (const { hash: hashed, lifeMs } of keys) {
      const row = ids.next(at)
      insert.run(row, hashed, event, at + lifeMs)
      fresh.set(hashed.toString('latin1'), { hash: hashed, row, expiresAt: at + lifeMs })
    }
  }

  return {
    find(keys, at) {
      const found = keys.map((key) => findOne(key, at))
      const first = found.find((one) => one !== undefined)
      if (!first) return undefined
      const unknown = keys.filter((_, which) => found[which] === undefined)
      keep(unknown, first.event, at)
      return { event: showId(first.event), matched: first.matched }
    },
    keep,
    forget: sweep,
    settle(isCommitted, at) {
      if (isCommitted) for (const key of fresh.values()) index.add(key.hash, key.row, key.expiresAt, at)
      fresh.clear()
    },
  }
}

/** Goes round the table a piece at a time: no index on the expiry, no long pause. */
function createSweep(connection: DatabaseSync): (now: number) => void {
  const last = connection.prepare('select max(id) as id from (select id from keys where id > ? order by id limit ?)')
  const remove = connection.prepare('delete from keys where id > ? and id <= ? and expires_at <= ?')
  let sweptAt = 0
  let from = 0
  return (now) => {
    if (now - sweptAt < sweepEveryMs) return
    sweptAt = now
    const until = Number(last.get(from, sweepRows)?.id ?? 0)
    remove.run(from, until, now)
    from = until
  }
}
