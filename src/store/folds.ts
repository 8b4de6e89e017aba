// Folding: many waiting deliveries of one target become one, before their first try (design.md, "A digest is a delivery row that absorbs others").

import { type RawBuilder, sql } from 'kysely'
import type { Target } from '../event.ts'
import { isLive } from './bursts.ts'
import { inChunks } from './chunks.ts'
import { allLanes, heads } from './claims.ts'
import { eventKeys, readList, toWaiting } from './delivery-rows.ts'
import { type Ids, readId, showId } from './ids.ts'
import type { Database, DeliveryRow } from './schema.ts'
import type { DeliveryStore } from './store.ts'

export type Folds = Pick<DeliveryStore, 'foldable' | 'fold' | 'overdue' | 'nextWindowAt'>

/** What may have been sent already keeps its place, ahead of the others: only heads are ever tried. */
const isUntouched = (row: DeliveryRow): boolean => row.unsure === 0 && row.lease_until === null

export function createFolds(db: Database, ids: Ids): Folds {
  const foldableOf = (target: Target, lane: number, limit: number) =>
    db
      .selectFrom('deliveries')
      .selectAll('deliveries')
      .innerJoin('targets', 'targets.id', 'deliveries.target')
      .where('targets.notifier', '=', target.notifier)
      .where('targets.address', '=', target.address)
      .where('lane', '=', lane)
      .where(sql<boolean>`state = 'waiting'`)
      .where('unsure', '=', 0)
      .where('lease_until', 'is', null)
      .orderBy('position')
      .limit(limit)

  return {
    async foldable(target, { digest, limit, liveSince }) {
      const rows = await foldableOf(target, digest ? 1 : 0, limit)
        // Of digests only the last may still have room.
        .where(sql<boolean>`(folded is null or folded <> 'digest' or not exists (
          select 1 from deliveries later where later.state = 'waiting' and later.target = deliveries.target
            and later.lane = deliveries.lane and later.folded = 'digest' and later.position > deliveries.position
        ))`)
        .where(sql<boolean>`(folded is null or folded <> 'burst')`)
        .execute()
      const gathering = digest
        ? []
        : await foldableOf(target, 2, limit)
            .where(sql<boolean>`not ${isLive(sql`deliveries`, liveSince)}`)
            .execute()
      const all = [...rows, ...gathering].toSorted((one, other) => one.position - other.position)
      return (await toWaiting(db, all.slice(0, limit))).map(({ row: _row, ...waiting }) => waiting)
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
          .values({
            id,
            ...folded(first, rows),
            ...(as === 'burst' ? { position: id, burst: first.burst } : {}),
            folded: as,
            due_at: now,
          })
          .execute()
        for (const some of inChunks([...keys, ...rows.flatMap(tellers)])) {
          const absorbed = { state: 'absorbed' as const, absorbed_by: id, settled_at: now }
          await within.updateTable('deliveries').set(absorbed).where('id', 'in', some).execute()
        }
        return showId(id)
      })
    },

    async nextWindowAt(notifier, now) {
      const { rows } = await sql<{ due_at: number | null }>`
        select min(due_at) as due_at from (${heads(notifier, allLanes)}) heads where lane > 0 and due_at > ${now}`.execute(
        db,
      )
      return rows[0]?.due_at ?? undefined
    },

    async overdue({ notifier, now, count, olderThan }) {
      const { rows } = await sql<{ address: string; digest: number }>`
        with heads as materialized (${heads(notifier, allLanes)})
        select distinct t.address, heads.lane = 1 as digest from heads cross join targets t
        where t.id = heads.target and ((heads.lane <> 1 and heads.created_at < ${olderThan} and ${isLongerThan(count, sql`w.lane in (0, 2)`)})
          or (heads.lane = 1 and heads.due_at <= ${now} and ${isLongerThan(1, sql`w.lane = 1`)}))`.execute(db)
      return rows.map(({ address, digest }) => ({ target: { notifier, address }, digest: digest === 1 }))
    },
  }
}

/** More than `count` wait in these lanes of a head's target; looks at no more of them than that. */
const isLongerThan = (count: number, lanes: RawBuilder<unknown>) => sql`${count} < (
  select count(*) from (
    select 1 from deliveries w where w.state = 'waiting' and w.target = heads.target and ${lanes} limit ${count + 1}
  ) some
)`

function folded(first: DeliveryRow, rows: readonly DeliveryRow[]) {
  return {
    target: first.target,
    event: null,
    position: first.position,
    // What was waited for is over.
    lane: first.lane === 1 ? 1 : 0,
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
