// What waits for the window of its burst (event.ts, `burst`): found, and let go to be told by itself. Many are folded (folds.ts).

import { type RawBuilder, sql } from 'kysely'
import type { Target } from '../event.ts'
import { inChunks } from './chunks.ts'
import { allLanes, heads } from './claims.ts'
import { toWaiting } from './delivery-rows.ts'
import { readId, showId } from './ids.ts'
import type { Database, DeliveryRow } from './schema.ts'
import type { DeliveryStore } from './store.ts'

export type Bursts = Pick<DeliveryStore, 'gathering' | 'bursts' | 'gathered' | 'waiting' | 'release'>

async function keyOf(db: Database, { notifier, address }: Target): Promise<number> {
  const found = db.selectFrom('targets').select('id').where('notifier', '=', notifier).where('address', '=', address)
  return (await found.executeTakeFirst())?.id ?? 0
}

/** It is of a burst that has a card, or will have one once its first part is told. */
export const isLive = (delivery: RawBuilder<unknown>, since: number) => sql<boolean>`(exists (
  select 1 from cards c where c.target = ${delivery}.target and c.key = 'burst ' || ${delivery}.burst and c.changed_at >= ${since}
) or exists (
  select 1 from deliveries p
  where p.state = 'waiting' and p.folded = 'burst' and p.target = ${delivery}.target and p.burst = ${delivery}.burst
))`

export function createBursts(db: Database): Bursts {
  return {
    async gathering(notifier, now) {
      const { rows } = await sql<{ address: string }>`
        select t.address from (${heads(notifier, allLanes)}) heads cross join targets t
        where t.id = heads.target and heads.lane = 2 and heads.due_at <= ${now}`.execute(db)
      return rows.map(({ address }) => ({ notifier, address }))
    },

    // From one burst to the next: a few seeks each, however much of it waits.
    async bursts(target, { now, liveSince, limit }) {
      const key = await keyOf(db, target)
      const { rows } = await sql<{ name: string; live: number; busy: number }>`
        with recursive some(name) as (
          select min(burst) from deliveries where state = 'waiting' and lane = 2 and target = ${key}
          union all
          select (
            select min(d.burst) from deliveries d
            where d.state = 'waiting' and d.lane = 2 and d.target = ${key} and d.burst > some.name
          ) from some where some.name is not null
        )
        select some.name, ${isLive(sql`d`, liveSince)} as live, exists (
          select 1 from deliveries p where p.state = 'waiting' and p.folded = 'burst' and p.target = ${key}
        ) as busy
        from some cross join deliveries d
        where d.state = 'waiting' and d.lane = 2 and d.target = ${key} and d.burst = some.name and d.due_at <= ${now}
          and d.position = (
            select min(w.position) from deliveries w
            where w.state = 'waiting' and w.lane = 2 and w.target = ${key} and w.burst = some.name
          )
        order by d.position limit ${limit}`.execute(db)
      return rows.map(({ name, live, busy }) => ({ name, isLive: live === 1, isBusy: busy === 1 }))
    },

    async gathered(target, burst, limit) {
      const key = await keyOf(db, target)
      const { rows } = await sql<{ id: number; due_at: number; unsure: number }>`
        select id, due_at, unsure from deliveries
        where state = 'waiting' and lane = 2 and target = ${key} and burst = ${burst}
        order by position limit ${limit}`.execute(db)
      return rows.map(({ id, due_at, unsure }) => ({ delivery: showId(id), dueAt: due_at, unsure: unsure === 1 }))
    },

    async waiting(deliveries) {
      const rows: DeliveryRow[] = []
      for (const some of inChunks(deliveries.flatMap((id) => readId(id) ?? []))) {
        const found = db.selectFrom('deliveries').selectAll().where('id', 'in', some)
        rows.push(...(await found.where('state', '=', 'waiting').orderBy('position').execute()))
      }
      return (await toWaiting(db, rows)).map(({ row: _row, ...waiting }) => waiting)
    },

    async release(deliveries) {
      for (const some of inChunks(deliveries.flatMap((id) => readId(id) ?? []))) {
        const found = db.updateTable('deliveries').set({ lane: 0 }).where('id', 'in', some)
        await found.where(sql<boolean>`state = 'waiting' and lane = 2`).execute()
      }
    },
  }
}
