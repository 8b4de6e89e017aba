// The way in: a batch of events, deduplicated, routed and written with their deliveries in one SQLite transaction. It uses prepared
// statements of its own, for the number of rows and indexes here decides how many webhooks a second are taken (libraries.md §7).

import type { DatabaseSync } from 'node:sqlite'
import type { Accepted, Draft, Event, Target, Track } from '../event.ts'
import { guard } from './bridge.ts'
import { type Dedupe, hashKeys } from './dedupe.ts'
import { type Ids, showId } from './ids.ts'
import { createPersonnageHand } from './personnages.ts'
import type { Recording, Routed } from './store.ts'

export interface Recorder {
  /** One transaction. @throws {StoreUnavailable} when nothing was taken; whatever a recording's `route` throws, when nothing was taken either. */
  record(batch: readonly Recording[]): Accepted[]
}

/** `connection` must be free: held through Kysely's lock. */
export function createRecorder(connection: DatabaseSync, ids: Ids, dedupe: Dedupe): Recorder {
  const begin = connection.prepare('begin immediate')
  const commit = connection.prepare('commit')
  const insertEvent = connection.prepare(
    'insert into events (id, accepted_at, matched, source, subject, body) values (?, ?, ?, ?, ?, ?)',
  )
  const insertDelivery = connection.prepare(
    `insert into deliveries (id, target, event, position, lane, state, due_at, created_at, each_post, subscriptions, burst)
     values (?, ?, ?, ?, ?, 'waiting', ?, ?, ?, ?, ?)`,
  )
  const setSource = connection.prepare(
    `insert into sources (source, accepted_at) values (?, ?)
     on conflict (source) do update set accepted_at = excluded.accepted_at`,
  )
  const standing = createStanding(connection)
  const alerts = createAlertNotes(connection)
  const targets = createTargets(connection, ids)
  const characters = createPersonnageHand(connection)

  function recordOne({ draft, dedupe: keys, acceptedAt, route, keeps }: Recording): Accepted {
    const hashed = hashKeys(keys)
    const first = dedupe.find(hashed, acceptedAt)
    if (first !== undefined) return { ...first, repeated: true }
    const id = ids.next(acceptedAt)
    const changed = keeps?.change(characters.find(keeps.nom))
    const known = standing.note(changed?.draft ?? draft)
    const event: Event = { id: showId(id), ...known }
    const routed = route(event)
    insertEvent.run(id, acceptedAt, routed.length, event.source, lower(event.subject), JSON.stringify(known))
    if (routed.length > 0) insertDeliveries(id, acceptedAt, routed)
    alerts.note(event, id, acceptedAt)
    if (keeps !== undefined) characters.write(keeps.nom, changed?.personnage)
    dedupe.keep(hashed, id, acceptedAt)
    const accepted = { event: event.id, matched: routed.length, repeated: false }
    return changed === undefined ? accepted : { ...accepted, type: event.type }
  }

  function insertDeliveries(event: number, acceptedAt: number, routed: readonly Routed[]): void {
    const first = ids.next(acceptedAt, routed.length)
    routed.forEach(({ target, digest, each, dueAt, subscriptions, burst }, index) => {
      const id = first + index
      const line = digest ? 1 : burst === undefined ? 0 : 2
      const heard = JSON.stringify(subscriptions)
      insertDelivery.run(
        id,
        targets.keyOf(target),
        event,
        id,
        line,
        dueAt,
        acceptedAt,
        each ? 1 : 0,
        heard,
        burst ?? null,
      )
    })
  }

  return {
    record(batch) {
      const at = batch.at(-1)?.acceptedAt ?? 0
      guard(() => begin.run())
      try {
        const accepted = guard(() => batch.map(recordOne))
        const newest = new Map(batch.map(({ draft, acceptedAt }) => [draft.source, acceptedAt]))
        guard(() => {
          for (const [source, acceptedAt] of newest) setSource.run(source, acceptedAt)
          dedupe.forget(at)
          commit.run()
        })
        dedupe.settle(true, at)
        return accepted
      } catch (error) {
        targets.forget()
        dedupe.settle(false, at)
        if (connection.isTransaction) connection.exec('rollback')
        throw error
      }
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

/** What has to be heard, until it is known to be. */
function createAlertNotes(connection: DatabaseSync) {
  const begin = connection.prepare(
    'insert into alerts (key, since, ways) values (?, ?, 0) on conflict (key) do nothing',
  )
  const add = connection.prepare('insert into alert_events (alert, event, takes_over) values (?, ?, ?)')
  const end = connection.prepare('update alerts set over = ? where key = ?')
  return {
    note({ alert, alertsOver = [], takesOver }: Event, id: number, acceptedAt: number): void {
      if (alert !== undefined) {
        // One that was taken over and is over already does not begin anew.
        if (!takesOver) begin.run(alert, acceptedAt)
        add.run(alert, id, takesOver ? 1 : 0)
      }
      for (const key of alertsOver) end.run(id, key)
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
