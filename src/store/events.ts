// Events as they were accepted, and what was said of their subjects.

import { type Selectable, sql } from 'kysely'
import type { Draft } from '../event.ts'
import { exactNumbers } from '../text/exact-number.ts'
import { inChunks } from './chunks.ts'
import { readId, showId } from './ids.ts'
import type { Recorder } from './recorder.ts'
import type { Database, EventTable } from './schema.ts'
import type { EventStore, StoredEvent } from './store.ts'

/** `recent` looks no further back than this many events. */
const recentEvents = 20_000

export function createEventStore(db: Database, recorder: Recorder): EventStore {
  return {
    record: (batch) => db.connection().execute(async () => recorder.record(batch)),

    async find(id) {
      const key = readId(id)
      if (key === undefined) return undefined
      const row = await db.selectFrom('events').selectAll().where('id', '=', key).executeTakeFirst()
      return row && toStoredEvent(row)
    },

    async nearest(id) {
      const key = readId(id)
      if (key === undefined) return undefined
      const before = db.selectFrom('events').selectAll().where('id', '<=', key).orderBy('id', 'desc').limit(1)
      const row = await before.executeTakeFirst()
      return row && { found: toStoredEvent(row), isIt: row.id === key }
    },

    async recent({ source, subject, limit }) {
      let found = db
        .selectFrom((from) =>
          from
            .selectFrom('events')
            .select(['id', 'source', 'subject'])
            .orderBy('id', 'desc')
            .limit(recentEvents)
            .as('newest'),
        )
        .select('id')
      if (source !== undefined) found = found.where('source', '=', source)
      if (subject !== undefined) found = found.where('subject', '=', subject.toLowerCase())
      const rows = await db
        .selectFrom('events')
        .selectAll()
        .where('id', 'in', found.orderBy('id', 'desc').limit(limit))
        .orderBy('id', 'desc')
        .execute()
      return rows.map(toStoredEvent)
    },

    list: (request) => listEvents(db, request),

    async lastAcceptedAt(source) {
      const row = await db.selectFrom('sources').select('accepted_at').where('source', '=', source).executeTakeFirst()
      return row?.accepted_at
    },

    async visibility(source, subject) {
      const row = await db
        .selectFrom('subjects')
        .select('visibility')
        .where('source', '=', source)
        .where('subject', '=', subject.toLowerCase())
        .executeTakeFirst()
      if (row === undefined) return undefined
      return row.visibility === 'public' ? 'open' : 'closed'
    },
  }
}

/** Behind so much nothing more is read at once: it is held in memory, and nobody else has a turn meanwhile. */
const mostBytesAtOnce = 512 * 1024

/** Those after an id (empty: all), in the order they were accepted; fewer than `limit` where they are large. */
export async function listEvents(
  db: Database,
  { after, limit }: { after: string; limit: number },
): Promise<readonly StoredEvent[]> {
  const from = readId(after) ?? 0
  // One statement: what is purged meanwhile must not look like the end.
  const last = sql<number>`(
    select max(id) from (
      select id, sum(bytes) over (order by id) - bytes as ahead from (
        select id, octet_length(body) as bytes from events where id > ${from} order by id limit ${limit}) as asked) as summed
    where ahead <= ${mostBytesAtOnce})`
  const rows = await db
    .selectFrom('events')
    .selectAll()
    .where('id', '>', from)
    .where('id', '<=', last)
    .orderBy('id')
    .execute()
  return rows.map(toStoredEvent)
}

/** By id; those that exist. */
export async function loadEvents(db: Database, ids: readonly number[]): Promise<ReadonlyMap<number, StoredEvent>> {
  const found = new Map<number, StoredEvent>()
  for (const some of inChunks(ids)) {
    const rows = await db.selectFrom('events').selectAll().where('id', 'in', some).execute()
    for (const row of rows) found.set(row.id, toStoredEvent(row))
  }
  return found
}

function toStoredEvent(row: Selectable<EventTable>): StoredEvent {
  const draft: Draft = JSON.parse(row.body, exactNumbers(row.body))
  return { event: { id: showId(row.id), ...draft }, acceptedAt: row.accepted_at, matched: row.matched }
}
