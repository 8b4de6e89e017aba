// Deliveries looked at by people: found, listed, replayed, traced from a post.

import { sql } from 'kysely'
import type { Target } from '../event.ts'
import { createBursts } from './bursts.ts'
import { createClaims } from './claims.ts'
import { createClockMoves } from './clock.ts'
import { isBurstCard, readList, readReceipt, toDeliveries } from './delivery-rows.ts'
import { createFolds } from './folds.ts'
import type { Group } from './group.ts'
import { type Ids, readId } from './ids.ts'
import { createReconciling } from './reconcile.ts'
import type { Database } from './schema.ts'
import type { DeliveryFilter, DeliveryStore, Lately } from './store.ts'

/** A delivery's target where few are parked: those are looked through, rather than all that the target was ever told. */
const unsought = sql<number>`+deliveries.target`

/** A post's deliveries beyond these are not traced. */
const mostOfAPost = 200
const mostEventsOfAPost = 1000

export function createDeliveryStore(db: Database, ids: Ids, write: Group): DeliveryStore {
  return {
    ...createClaims(db, write),
    ...createFolds(db, ids),
    ...createBursts(db),
    ...createReconciling(db),
    ...createClockMoves(db),

    async find(id) {
      const rows = await db
        .selectFrom('deliveries')
        .selectAll()
        .where('id', '=', readId(id) ?? 0)
        .execute()
      return (await toDeliveries(db, rows))[0]
    },

    async nearest(id) {
      const key = readId(id)
      if (key === undefined) return undefined
      const before = db.selectFrom('deliveries').selectAll().where('id', '<=', key).orderBy('id', 'desc').limit(1)
      const rows = await before.execute()
      const [found] = await toDeliveries(db, rows)
      return found && { found, isIt: rows[0]?.id === key }
    },

    list: (filter) => list(db, filter),

    async replay(id, now) {
      const { numUpdatedRows } = await db
        .updateTable('deliveries')
        .set({
          state: 'waiting',
          position: ids.next(now),
          due_at: now,
          settled_at: null,
          refusals: 0,
          // What may have arrived is looked for since its first try.
          first_tried_at: sql<number | null>`case when unsure = 1 then first_tried_at else null end`,
        })
        .where('id', '=', readId(id) ?? 0)
        .where('state', '=', 'parked')
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },

    async receipt(id) {
      const row = await db
        .selectFrom('deliveries')
        .select('receipt')
        .where('id', '=', readId(id) ?? 0)
        .executeTakeFirst()
      return row === undefined || row.receipt === null ? undefined : readReceipt(row.receipt)
    },

    async byPost(post) {
      const rows = await db
        .selectFrom('deliveries')
        .selectAll()
        .where((where) => where.or([where('post', '=', post), where('root', '=', post)]))
        .orderBy('id')
        .limit(mostOfAPost)
        .execute()
      const card = await db.selectFrom('cards').select(['key', 'events']).where('post', '=', post).executeTakeFirst()
      if (rows.length === 0 && card === undefined) return undefined
      const deliveries = await toDeliveries(db, rows)
      // A burst's card keeps the first only, its thread may tell thousands.
      const isWhole = card !== undefined && !isBurstCard(card.key)
      const told = deliveries.flatMap((delivery) => delivery.events).slice(-mostEventsOfAPost)
      return { deliveries, events: isWhole ? readList(card.events) : told }
    },

    lately: (target) => lately(db, target),

    async counts(notifiers) {
      // An empty list is none in SQL.
      const ofAny = (names: readonly string[]) =>
        sql`in (select id from targets where notifier in (${sql.join([null, ...names])}))`
      const only = notifiers?.of === undefined ? sql`` : sql`and target ${ofAny(notifiers.of)}`
      const but = notifiers?.except === undefined ? sql`` : sql`and target not ${ofAny(notifiers.except)}`
      const ofIt = sql`${only} ${but}`
      const { rows } = await sql<{ waiting: number; oldest: number | null }>`
        select count(*) as waiting, min(case when lane > 0 and folded is null then due_at else created_at end) as oldest
        from deliveries where state = 'waiting' ${ofIt}`.execute(db)
      const parked = await sql<{ parked: number }>`
        select count(*) as parked from deliveries where state = 'parked' ${ofIt}`.execute(db)
      const oldest = rows[0]?.oldest ?? undefined
      return {
        waiting: rows[0]?.waiting ?? 0,
        parked: parked.rows[0]?.parked ?? 0,
        ...(oldest === undefined ? {} : { oldestWaitingAt: oldest }),
      }
    },
  }
}

async function list(db: Database, { channel, state, event, limit }: DeliveryFilter) {
  let query = db.selectFrom('deliveries').selectAll('deliveries').orderBy('deliveries.id', 'desc').limit(limit)
  if (channel !== undefined) {
    const targets = db.selectFrom('targets').select('id').where('address', '=', channel)
    query = query.where(state === 'parked' ? unsought : 'target', 'in', targets)
  }
  if (state === 'parked') query = query.where(sql<boolean>`state = 'parked'`)
  else if (state !== undefined) query = query.where('state', '=', state)
  if (event !== undefined) {
    const key = readId(event) ?? 0
    const row = await db.selectFrom('events').select('matched').where('id', '=', key).executeTakeFirst()
    // An event's deliveries bear the numbers right after its own.
    query = query.where('deliveries.id', '>', key).where('deliveries.id', '<=', key + (row?.matched ?? 0))
  }
  return await toDeliveries(db, await query.execute())
}

async function lately(db: Database, { notifier, address }: Target): Promise<Lately> {
  const target = db.selectFrom('targets').select('id').where('notifier', '=', notifier).where('address', '=', address)
  const ofIt = db.selectFrom('deliveries').where('target', '=', target)
  const [delivered, parked, tried] = await Promise.all([
    ofIt.select('settled_at').where('state', '=', 'delivered').orderBy('id', 'desc').limit(1).executeTakeFirst(),
    db
      .selectFrom('deliveries')
      .select(['settled_at', 'first_tried_at', 'created_at', 'error'])
      .where(unsought, '=', target)
      .where(sql<boolean>`state = 'parked'`)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst(),
    ofIt
      .select(['first_tried_at', 'created_at', 'error'])
      .where(sql<boolean>`state = 'waiting'`)
      .where('attempt', '>', 0)
      .where('error', '<>', '')
      // As the index of what waits has them.
      .orderBy('lane')
      .orderBy('position')
      .limit(1)
      .executeTakeFirst(),
  ])
  const deliveredAt = delivered?.settled_at ?? undefined
  const isGivenUp = parked !== undefined && (parked.settled_at ?? 0) > (deliveredAt ?? 0)
  const failed = isGivenUp ? parked : tried
  return {
    ...(deliveredAt === undefined ? {} : { deliveredAt }),
    ...(failed && { failing: { since: failed.first_tried_at ?? failed.created_at, error: failed.error ?? '' } }),
  }
}
