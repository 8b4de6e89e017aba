// Claim and settle: who has which delivery in hand, and what became of it (design.md, "Outbox").

import { type Kysely, sql } from 'kysely'
import type { Target } from '../event.ts'
import { readList, toWaiting } from './delivery-rows.ts'
import type { Group } from './group.ts'
import { readId } from './ids.ts'
import type { Database, DeliveryRow, Tables } from './schema.ts'
import type { CardRow, Claim, DeliveryStore, Outcome } from './store.ts'

export type Claims = Pick<DeliveryStore, 'claim' | 'renew' | 'settle' | 'releaseClaims' | 'nextDueAt'>

type Lanes = readonly [number, ...number[]]
/** The lanes that are told from; what waits for its burst's window is not told from where it waits. */
const told: Lanes = [0, 1]
/** The lanes there are. */
export const allLanes: Lanes = [0, 1, 2]

/**
 * The first in each line of a notifier's targets. What stands behind it waits, whether it is in flight or backing off.
 * Goes from one target that has something waiting to the next: a few seeks each, whatever waits behind and however many have nothing.
 * SQLite keeps to the order of a cross join.
 */
export const heads = (notifier: string, lanes: Lanes = told) => sql`
  with recursive busy(target) as (
    select min(target) from deliveries where state = 'waiting'
    union all
    select (select min(w.target) from deliveries w where w.state = 'waiting' and w.target > busy.target)
    from busy where busy.target is not null
  )
  select d.id, d.target, d.lane, d.position, d.due_at, d.created_at, d.lease_until
  from busy
  cross join targets t
  cross join (${sql.join(
    lanes.map((lane, index) => (index === 0 ? sql`select ${sql.lit(lane)} as lane` : sql`select ${sql.lit(lane)}`)),
    sql` union all `,
  )}) line
  cross join deliveries d
  where t.id = busy.target and t.notifier = ${notifier}
    and d.state = 'waiting' and d.target = busy.target and d.lane = line.lane and d.position = (
      select min(w.position) from deliveries w where w.state = 'waiting' and w.target = busy.target and w.lane = line.lane
    )`

export function createClaims(db: Database, write: Group): Claims {
  return {
    async claim({ notifier, now, leaseMs, limit, last }) {
      return await write(async (within) => {
        const { rows } = await sql<DeliveryRow>`
        with heads as materialized (${heads(notifier)})
        update deliveries set
          attempt = attempt + 1, due_at = ${now + leaseMs}, lease_until = ${now + leaseMs},
          first_tried_at = coalesce(first_tried_at, ${now}),
          unsure = case when lease_until is null then unsure else 1 end
        where id in (
          select min(id) from heads
          where due_at <= ${now} and target not in (select target from heads where lease_until > ${now})
          group by target
          order by case when target = (${keyOf(last)}) then 1 else 0 end, min(position)
          limit ${limit}
        )
        returning *`.execute(within)
        const claimed = await toWaiting(
          within,
          rows.toSorted((a, b) => a.position - b.position),
        )
        return claimed.map(({ row, ...waiting }): Claim => {
          return { ...waiting, firstTriedAt: row.first_tried_at ?? now, refusals: row.refusals }
        })
      })
    },

    async renew(id, attempt, { now, leaseMs }) {
      return await write(async (within) => {
        const { numUpdatedRows } = await within
          .updateTable('deliveries')
          .set({ due_at: now + leaseMs, lease_until: now + leaseMs })
          .where('id', '=', readId(id) ?? 0)
          .where('attempt', '=', attempt)
          .where('state', '=', 'waiting')
          .where('lease_until', 'is not', null)
          .executeTakeFirst()
        return numUpdatedRows > 0n
      })
    },

    async settle(id, attempt, outcome, now) {
      const key = readId(id) ?? 0
      return await write(async (within) => {
        const { numUpdatedRows } = await within
          .updateTable('deliveries')
          .set({ lease_until: null, ...settled(outcome, now) })
          .where('id', '=', key)
          .where('attempt', '=', attempt)
          .where('state', '=', 'waiting')
          .where('lease_until', 'is not', null)
          .executeTakeFirst()
        if (numUpdatedRows === 0n) return false
        if (outcome.as !== 'delivered') return true
        if (outcome.card) await saveCard(within, key, outcome.card)
        if (outcome.dropped && outcome.dropped.length > 0) await drop(within, key, outcome.dropped, now)
        return true
      })
    },

    async releaseClaims(now) {
      const { numUpdatedRows } = await db
        .updateTable('deliveries')
        .set({ due_at: now, lease_until: null, unsure: 1 })
        .where(sql<boolean>`state = 'waiting'`)
        .where('lease_until', 'is not', null)
        .executeTakeFirst()
      return Number(numUpdatedRows)
    },

    async nextDueAt(notifier, gatheredAt) {
      const { rows } = await sql<{ due_at: number | null; window_at: number | null }>`
        select min(free_at) as due_at, min(closes_at) as window_at from (
          select
            case when max(lease_until) is null then min(case when lane < 2 then due_at end) else max(lease_until) end as free_at,
            min(case when lane = 2 and due_at > ${gatheredAt} then due_at end) as closes_at
          from (${heads(notifier, allLanes)}) heads group by target
        ) targets`.execute(db)
      return { dueAt: rows[0]?.due_at ?? undefined, windowAt: rows[0]?.window_at ?? undefined }
    },
  }
}

const keyOf = (target: Target | undefined) => sql`
  select id from targets where notifier = ${target?.notifier ?? ''} and address = ${target?.address ?? ''}`

export function settled(outcome: Outcome, now: number) {
  switch (outcome.as) {
    case 'delivered':
      return {
        state: 'delivered',
        settled_at: now,
        unsure: 0,
        error: null,
        receipt: JSON.stringify(outcome.receipt),
        post: outcome.receipt.post ?? null,
        root: outcome.receipt.root ?? null,
      }
    case 'withheld':
      return { state: 'withheld', settled_at: now, withheld: outcome.reason }
    case 'parked':
      return { state: 'parked', settled_at: now, error: outcome.error, ...(outcome.unsure ? { unsure: 1 } : {}) }
    case 'retry':
      return {
        due_at: outcome.dueAt,
        error: outcome.error,
        unsure: outcome.unsure ? 1 : 0,
        refusals: sql<number>`refusals + ${outcome.refused ? 1 : 0}`,
      }
  }
}

async function saveCard(db: Kysely<Tables>, delivery: number, card: CardRow): Promise<void> {
  const { target } = await db
    .selectFrom('deliveries')
    .select('target')
    .where('id', '=', delivery)
    .executeTakeFirstOrThrow()
  const shown = {
    delivery: readId(card.delivery) ?? delivery,
    receipt: JSON.stringify(card.receipt),
    post: card.receipt.post ?? null,
    events: JSON.stringify(card.events),
    shown_at: card.shownAt,
    changed_at: card.changedAt,
    told: card.told ?? null,
  }
  await db
    .insertInto('cards')
    .values({ target, key: card.key, ...shown })
    .onConflict((conflict) => conflict.columns(['target', 'key']).doUpdateSet(shown))
    .execute()
}

/** Leaves events out of a folded delivery: their own deliveries are withheld. */
async function drop(
  db: Kysely<Tables>,
  delivery: number,
  dropped: readonly { readonly event: string; readonly reason: string }[],
  now: number,
): Promise<void> {
  const row = await db
    .selectFrom('deliveries')
    .select(['events', 'absorbed'])
    .where('id', '=', delivery)
    .executeTakeFirstOrThrow()
  const events = readList(row.events ?? '[]')
  const absorbed = readList(row.absorbed ?? '[]')
  const reasons = new Map(dropped.map(({ event, reason }) => [event, reason]))
  for (const [index, event] of events.entries()) {
    const reason = reasons.get(event)
    if (reason === undefined) continue
    await db
      .updateTable('deliveries')
      .set({ state: 'withheld', withheld: reason, settled_at: now, absorbed_by: null })
      .where('id', '=', readId(absorbed[index] ?? '') ?? 0)
      .execute()
  }
  const told = events.map((event) => !reasons.has(event))
  await db
    .updateTable('deliveries')
    .set({
      events: JSON.stringify(events.filter((_, index) => told[index])),
      absorbed: JSON.stringify(absorbed.filter((_, index) => told[index])),
    })
    .where('id', '=', delivery)
    .execute()
}
