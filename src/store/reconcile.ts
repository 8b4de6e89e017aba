// A restored database and what stands in the channels brought together (threat F32): the posts are right.

import { isDeepStrictEqual } from 'node:util'
import { type Kysely, sql } from 'kysely'
import type { Target } from '../event.ts'
import type { Standing } from '../notifiers/notifier.ts'
import { settled } from './claims.ts'
import { eventKeys, isBurstCard, readReceipt, toCard } from './delivery-rows.ts'
import { loadEvents } from './events.ts'
import { tellers } from './folds.ts'
import { readId, showId, timeOfId } from './ids.ts'
import type { Database, Tables } from './schema.ts'
import type { DeliveryStore, Reconciled } from './store.ts'

/** A live card lists its newest events only. */
const mostEvents = 50
/** Of a burst's, its first. */
const mostFirst = 20

export function createReconciling(db: Database): Pick<DeliveryStore, 'liveCards' | 'reconcile'> {
  return {
    async liveCards(target, changedAfter) {
      const rows = await db
        .selectFrom('cards')
        .innerJoin('targets', 'targets.id', 'cards.target')
        .select('cards.receipt')
        .where('targets.notifier', '=', target.notifier)
        .where('targets.address', '=', target.address)
        .where('cards.changed_at', '>=', changedAfter)
        .execute()
      return rows.map(({ receipt }) => readReceipt(receipt))
    },

    async reconcile(target, standing, request) {
      return await db.transaction().execute(async (within) => {
        const key = await targetKey(within, target)
        const counts = await settleWaiting(within, key, standing, request)
        return { ...counts, ahead: await adoptCards(within, key, standing) }
      })
    },
  }
}

async function targetKey(db: Kysely<Tables>, { notifier, address }: Target): Promise<number> {
  const found = db.selectFrom('targets').select('id').where('notifier', '=', notifier).where('address', '=', address)
  return (await found.executeTakeFirstOrThrow()).id
}

async function settleWaiting(
  db: Kysely<Tables>,
  target: number,
  standing: readonly Standing[],
  { claimed, now }: { claimed: string; now: number },
): Promise<Pick<Reconciled, 'told' | 'waiting'>> {
  const posts = new Map(standing.flatMap((post) => post.deliveries.map((id) => [id, post.receipt] as const)))
  // An edit without a line of its own leaves no delivery behind, but its event stands on the card.
  const cards = new Map(standing.flatMap((post) => post.events.map((id) => [id, post.receipt] as const)))
  const head = readId(claimed) ?? 0
  const rows = await db
    .selectFrom('deliveries')
    .select(['id', 'absorbed', 'attempt', 'event', 'events', 'folded'])
    .where('target', '=', target)
    .where(sql<boolean>`state = 'waiting'`)
    .where((where) => where.or([where('id', '=', head), where('lease_until', 'is', null)]))
    .where((where) => where.or([where('id', '=', head), where('unsure', '=', 1)]))
    .execute()
  let told = 0
  for (const row of rows) {
    // A burst's card bears the delivery that made it, whether or not the line beneath it was told.
    const ids = row.folded === 'burst' ? tellers(row) : [row.id, ...tellers(row)]
    const byDelivery = ids.map((id) => posts.get(showId(id)))
    const byEvent = eventKeys(row).map((id) => cards.get(showId(id)))
    const receipt =
      byDelivery.find((found) => found !== undefined) ??
      (byEvent.every((found) => found !== undefined) ? byEvent.at(-1) : undefined)
    // The claim under way is a try that sent nothing.
    const tried = row.id === head ? row.attempt - 1 : row.attempt
    const free = { lease_until: null, attempt: tried, ...(row.id === head ? { due_at: now } : {}) }
    const sure = tried === 0 ? { unsure: 0, first_tried_at: null } : {}
    const change = receipt ? { ...free, ...settled({ as: 'delivered', receipt }, now) } : { ...free, ...sure }
    await db.updateTable('deliveries').set(change).where('id', '=', row.id).execute()
    if (receipt) told += 1
  }
  return { told, waiting: rows.length - told }
}

/** A card is what its newest post shows. Resolves those that tell what the store does not know, and until when. */
async function adoptCards(
  db: Kysely<Tables>,
  target: number,
  standing: readonly Standing[],
): Promise<ReadonlyMap<string, number>> {
  const ahead = new Map<string, number>()
  const newest = new Map<string, Standing>()
  for (const post of standing) {
    if (post.card === undefined) continue
    const other = newest.get(post.card)
    const whole = isBurstCard(post.card) ? withLines(post, standing) : post
    if (other === undefined || (whole.events.at(-1) ?? '') > (other.events.at(-1) ?? '')) newest.set(post.card, whole)
  }
  for (const [key, post] of newest) {
    const unknownUntil = await adoptCard(db, target, key, post)
    if (unknownUntil !== undefined) ahead.set(key, unknownUntil)
  }
  return ahead
}

/** A burst's card with the events of its thread. */
function withLines(post: Standing, standing: readonly Standing[]): Standing {
  const lines = standing.filter(({ receipt }) => receipt.root !== undefined && receipt.root === post.receipt.post)
  return { ...post, events: lines.flatMap(({ events }) => events).toSorted() }
}

async function adoptCard(
  db: Kysely<Tables>,
  target: number,
  key: string,
  { events, deliveries, receipt }: Standing,
): Promise<number | undefined> {
  const row = await db
    .selectFrom('cards')
    .selectAll()
    .where('target', '=', target)
    .where('key', '=', key)
    .executeTakeFirst()
  const before = row && toCard(row)
  const ids = events.flatMap((id) => readId(id) ?? [])
  const found = await loadEvents(db, ids)
  const unknown = ids.filter((id) => !found.has(id)).map(timeOfId)
  const known = [...found.values()].map(({ event, acceptedAt }) => Date.parse(event.time) || acceptedAt)
  const isSame = before !== undefined && isDeepStrictEqual(before.receipt, receipt)
  const shownAt = Math.max(isSame ? before.shownAt : 0, ...unknown, ...known)
  const all = [...new Set([...(isSame ? before.events : []), ...events])].toSorted()
  const shown = {
    delivery: readId(deliveries[0] ?? '') ?? row?.delivery ?? 0,
    receipt: JSON.stringify(receipt),
    post: receipt.post ?? null,
    events: JSON.stringify(isBurstCard(key) ? all.slice(0, mostFirst) : all.slice(-mostEvents)),
    shown_at: shownAt,
    changed_at: Math.max(isSame ? before.changedAt : 0, ...unknown, shownAt),
    told: isBurstCard(key) ? Math.max(isSame ? (before.told ?? 0) : 0, events.length) : null,
  }
  await db
    .insertInto('cards')
    .values({ target, key, ...shown })
    .onConflict((conflict) => conflict.columns(['target', 'key']).doUpdateSet(shown))
    .execute()
  return unknown.length === 0 ? undefined : Math.max(...unknown)
}
