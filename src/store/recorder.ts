// The way in: a batch of events, deduplicated, routed and written with their deliveries in one SQLite transaction. It uses prepared
// statements of its own, for the number of rows and indexes here decides how many webhooks a second are taken (libraries.md §7).

import { hash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Accepted, DedupeKey, Draft, Event, Target, Track } from '../event.ts'
import { guard } from './bridge.ts'
import { type Ids, showId } from './ids.ts'
import type { Recording, Routed } from './store.ts'

export interface Recorder {
  /** One transaction. @throws {StoreUnavailable} when nothing was taken; whatever a recording's `route` throws, when nothing was taken either. */
  record(batch: readonly Recording[]): Accepted[]
}

/** One 256th of the expired dedupe keys is forgotten this often. */
const forgetEveryMs = 60_000

/** `connection` must be free: held through Kysely's lock. */
export function createRecorder(connection: DatabaseSync, ids: Ids): Recorder {
  const begin = connection.prepare('begin immediate')
  const commit = connection.prepare('commit')
  const insertEvent = connection.prepare(
    'insert into events (id, accepted_at, matched, source, subject, body) values (?, ?, ?, ?, ?, ?)',
  )
  const insertDelivery = connection.prepare(
    `insert into deliveries (id, target, event, position, lane, state, due_at, created_at, each_post, subscriptions)
     values (?, ?, ?, ?, ?, 'waiting', ?, ?, ?, ?)`,
  )
  const setSource = connection.prepare(
    `insert into sources (source, accepted_at) values (?, ?)
     on conflict (source) do update set accepted_at = excluded.accepted_at`,
  )
  const dedupe = createDedupe(connection)
  const standing = createStanding(connection)
  const targets = createTargets(connection, ids)

  function recordOne({ draft, dedupe: keys, acceptedAt, route }: Recording): Accepted {
    const hashed = keys.map((key) => ({ ...key, hash: hashOf(key) }))
    const first = dedupe.find(hashed, acceptedAt)
    if (first !== undefined) return { ...first, repeated: true }
    const id = ids.next(acceptedAt)
    const known = standing.note(draft)
    const event: Event = { id: showId(id), ...known }
    const routed = route(event)
    const { id: _given, ...body } = event
    insertEvent.run(id, acceptedAt, routed.length, event.source, lower(event.subject), JSON.stringify(body))
    if (routed.length > 0) insertDeliveries(id, acceptedAt, routed)
    dedupe.keep(hashed, id, acceptedAt)
    return { event: event.id, matched: routed.length, repeated: false }
  }

  function insertDeliveries(event: number, acceptedAt: number, routed: readonly Routed[]): void {
    const first = ids.next(acceptedAt, routed.length)
    routed.forEach(({ target, digest, each, dueAt, subscriptions }, index) => {
      const id = first + index
      const line = digest ? 1 : 0
      const heard = JSON.stringify(subscriptions)
      insertDelivery.run(id, targets.keyOf(target), event, id, line, dueAt, acceptedAt, each ? 1 : 0, heard)
    })
  }

  return {
    record(batch) {
      guard(() => begin.run())
      try {
        const accepted = guard(() => batch.map(recordOne))
        const newest = new Map(batch.map(({ draft, acceptedAt }) => [draft.source, acceptedAt]))
        guard(() => {
          for (const [source, acceptedAt] of newest) setSource.run(source, acceptedAt)
          dedupe.forget(batch.at(-1)?.acceptedAt ?? 0)
          commit.run()
        })
        return accepted
      } catch (error) {
        targets.forget()
        if (connection.isTransaction) connection.exec('rollback')
        throw error
      }
    },
  }
}

interface HashedKey extends DedupeKey {
  readonly hash: Uint8Array
}

/** 16 bytes are enough to tell keys apart, and short rows keep this table small for its 14 days. */
function hashOf(key: DedupeKey): Uint8Array {
  return hash('sha256', key.key, 'buffer').subarray(0, 16)
}

function createDedupe(connection: DatabaseSync) {
  const select = connection.prepare(
    'select d.event, e.matched from dedupe d join events e on e.id = d.event where d.key = ? and d.expires_at > ?',
  )
  const upsert = connection.prepare(
    `insert into dedupe (key, event, expires_at) values (?, ?, ?)
     on conflict (key) do update set event = excluded.event, expires_at = excluded.expires_at`,
  )
  const forget = connection.prepare('delete from dedupe where key >= ? and key <= ? and expires_at <= ?')
  let forgottenAt = 0
  let slice = 0

  return {
    /** The event that bears one of these keys. Its other keys are noted too: a twin that came by another hook may be sent again. */
    find(keys: readonly HashedKey[], now: number): { event: string; matched: number } | undefined {
      const unknown: HashedKey[] = []
      let found: { event: number; matched: number } | undefined
      for (const key of keys) {
        const row = select.get(key.hash, now)
        if (row === undefined) unknown.push(key)
        else found ??= { event: Number(row.event), matched: Number(row.matched) }
      }
      if (found === undefined) return undefined
      this.keep(unknown, found.event, now)
      return { event: showId(found.event), matched: found.matched }
    },
    keep(keys: readonly HashedKey[], event: number, now: number): void {
      for (const key of keys) upsert.run(key.hash, event, now + key.lifeMs)
    },
    /** Keys are evenly spread, so one first byte is one 256th: no index on the expiry, no long pause. */
    forget(now: number): void {
      if (now - forgottenAt < forgetEveryMs) return
      forgottenAt = now
      forget.run(Buffer.alloc(16).fill(slice, 0, 1), Buffer.alloc(16, 0xff).fill(slice, 0, 1), now)
      slice = (slice + 1) % 256
    },
  }
}

/** What outlives single events: the tracked states and what was last said of a subject's visibility. */
function createStanding(connection: DatabaseSync) {
  const before = connection.prepare(
    'select value from tracks where key = ? and position <= ? order by position desc limit 1',
  )
  const keep = connection.prepare(
    `insert into tracks (key, position, value) values (?, ?, ?)
     on conflict (key, position) do update set value = excluded.value`,
  )
  // The one before the newest stays, for an event that comes in between, late.
  const forget = connection.prepare(
    'delete from tracks where key = ? and position < (select max(position) from tracks where key = ? and position < ?)',
  )
  const seen = connection.prepare('select visibility from subjects where source = ? and subject = ?')
  const say = connection.prepare(
    `insert into subjects (source, subject, visibility) values (?, ?, ?)
     on conflict (source, subject) do update set visibility = excluded.visibility`,
  )

  function track(source: string, { key, value, order }: Track): Track {
    const name = `${source} ${key}`
    const last = before.get(name, order)?.value
    keep.run(name, order, value)
    forget.run(name, name, order)
    return { key, value, order, ...(typeof last === 'string' ? { before: last } : {}) }
  }

  return {
    /** The draft with `track.before` filled in. */
    note(draft: Draft): Draft {
      const { source, subject, visibility } = draft
      if (subject !== undefined && visibility !== undefined) {
        if (seen.get(source, lower(subject))?.visibility !== visibility) say.run(source, lower(subject), visibility)
      }
      return draft.track === undefined ? draft : { ...draft, track: track(source, draft.track) }
    },
  }
}

function createTargets(connection: DatabaseSync, ids: Ids) {
  const select = connection.prepare('select id from targets where notifier = ? and address = ?')
  const insert = connection.prepare('insert into targets (id, notifier, address) values (?, ?, ?)')
  const known = new Map<string, number>()

  return {
    keyOf({ notifier, address }: Target): number {
      const name = `${notifier} ${address}`
      const kept = known.get(name)
      if (kept !== undefined) return kept
      const row = select.get(notifier, address)
      const key = row === undefined ? ids.next(0) : Number(row.id)
      if (row === undefined) insert.run(key, notifier, address)
      known.set(name, key)
      return key
    },
    /** After a rollback, which may have taken new ones back. */
    forget: () => known.clear(),
  }
}

/** GitLab's paths are equal without regard to case. */
function lower(subject: string | undefined): string {
  return (subject ?? '').toLowerCase()
}
