// Folding: many waiting deliveries of one target become one, before their first try (design.md, "A digest is a delivery row that absorbs others").

import { sql } from 'kysely'
import { inChunks } from './chunks.ts'
import { heads } from './claims.ts'
import { eventKeys, readList, toWaiting } from './delivery-rows.ts'
import { type Ids, readId, showId } from './ids.ts'
import type { Database, DeliveryRow } from './schema.ts'
import type { DeliveryStore } from './store.ts'

export type Folds = Pick<DeliveryStore, 'foldable' | 'fold' | 'overdue' | 'nextDigestAt'>

/** What may have been sent already keeps its place, ahead of the others: only heads are ever tried. */
const isUntouched = (row: DeliveryRow): boolean => row.unsure === 0 && row.lease_until === null

export function createFolds(db: Database, ids: Ids): Folds {
  return {
    async foldable(target, { digest, limit }) {
      const rows = await db
        .selectFrom('deliveries')
        .selectAll('deliveries')
        .innerJoin('targets', 'targets.id', 'deliveries.target')
        .where('targets.notifier', '=', target.notifier)
        .where('targets.address', '=', target.address)
        .where('lane', '=', digest ? 1 : 0)
        .where(sql<boolean>`state = 'waiting'`)
        // Of digests only the last may still have room.
        .where(sql<boolean>`(folded is null or folded <> 'digest' or not exists (
          select 1 from deliveries later where later.state = 'waiting' and later.target = deliveries.target
            and later.lane = deliveries.lane and later.folded = 'digest' and later.position > deliveries.position
        ))`)
        .where('unsure', '=', 0)
        .where('lease_until', 'is', null)
        .orderBy('position')
        .limit(limit)
        .execute()
      return (await toWaiting(db, rows)).map(({ row: _row, ...waiting }) => waiting)
    },

    async fold(deliveries, as, now) {
      const keys = deliveries.flatMap((id) => readId(id) ?? [])
      return await db.transaction().execute(async (within) => {
        const rows: DeliveryRow[] = []
        for (const some of inChunks(keys)) {
          const waiting = within.selectFrom('deliveries').selectAll().where('id', 'in', some)
          rows.push(...(await waiting.where('state', '=', 'waiting').execute()))
        }
        rows.sort((one, other) => one.position - other.position)
        const first = rows[0]
        if (!first || rows.length !== deliveries.length || !rows.every(isUntouched)) return undefined
        const id = ids.next(now)
        await within
          .insertInto('deliveries')
          .values({ id, ...folded(first, rows), folded: as, due_at: now })
          .execute()
        for (const some of inChunks([...keys, ...rows.flatMap(tellers)])) {
          const absorbed = { state: 'absorbed' as const, absorbed_by: id, settled_at: now }
          await within.updateTable('deliveries').set(absorbed).where('id', 'in', some).execute()
        }
        return showId(id)
      })
    },

    async nextDigestAt(notifier, now) {
      const { rows } = await sql<{ due_at: number | null }>`
        select min(due_at) as due_at from (${heads(notifier)}) heads where lane = 1 and due_at > ${now}`.execute(db)
      return rows[0]?.due_at ?? undefined
    },

    async overdue({ notifier, now, count, olderThan }) {
      const { rows } = await sql<{ address: string; lane: number }>`
        with heads as materialized (${heads(notifier)})
        select t.address, heads.lane from heads join targets t on t.id = heads.target
        where (heads.lane = 0 and heads.created_at < ${olderThan} and ${isLongerThan(count)})
          or (heads.lane = 1 and heads.due_at <= ${now} and ${isLongerThan(1)})`.execute(db)
      return rows.map(({ address, lane }) => ({ target: { notifier, address }, digest: lane === 1 }))
    },
  }
}

/** The line behind a head holds more than `count`; looks at no more of it than that. */
const isLongerThan = (count: number) => sql`${count} < (
  select count(*) from (
    select 1 from deliveries w where w.state = 'waiting' and w.target = heads.target and w.lane = heads.lane limit ${count + 1}
  ) some
)`

function folded(first: DeliveryRow, rows: readonly DeliveryRow[]) {
  return {
    target: first.target,
    event: null,
    position: first.position,
    lane: first.lane,
    state: 'waiting',
    created_at: first.created_at,
    each_post: 0,
    subscriptions: JSON.stringify([...new Set(rows.flatMap((row) => readList(row.subscriptions)))]),
    events: JSON.stringify(rows.flatMap(eventKeys).map(showId)),
    absorbed: JSON.stringify(rows.flatMap(tellers).map(showId)),
  }
}

/** The deliveries of the events one by one: itself, or those that were folded into it before. */
export function tellers(row: Pick<DeliveryRow, 'id' | 'absorbed'>): number[] {
  return row.absorbed === null ? [row.id] : readList(row.absorbed).flatMap((id) => readId(id) ?? [])
}
