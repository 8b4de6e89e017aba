// Rows of deliveries and cards as the shapes the rest of Vigie knows.

import { type Selectable, sql } from 'kysely'
import type { Delivery, DeliveryState, Receipt, Target } from '../event.ts'
import { loadEvents } from './events.ts'
import { readId, showId } from './ids.ts'
import type { CardTable, Database, DeliveryRow } from './schema.ts'
import type { CardRow, Gathered, StoredEvent, Waiting } from './store.ts'

const states: readonly DeliveryState[] = ['waiting', 'delivered', 'absorbed', 'withheld', 'parked']

export async function toDeliveries(db: Database, rows: readonly DeliveryRow[]): Promise<Delivery[]> {
  const targets = await loadTargets(db, rows)
  return rows.map((row) => toDelivery(row, targetOf(row, targets)))
}

/** With their events and cards; in the order of `rows`. */
export async function toWaiting(
  db: Database,
  rows: readonly DeliveryRow[],
): Promise<(Waiting & { row: DeliveryRow })[]> {
  const targets = await loadTargets(db, rows)
  const events = await loadEvents(db, [...new Set(rows.flatMap(eventKeys))])
  const found: (Waiting & { row: DeliveryRow })[] = []
  for (const row of rows) {
    const stored = eventKeys(row).flatMap((key) => events.get(key) ?? [])
    const delivery = toDelivery(row, targetOf(row, targets))
    const card = await findCard(db, row, stored)
    found.push({
      row,
      delivery,
      events: stored,
      deliveries: row.absorbed === null ? [delivery.id] : readList(row.absorbed),
      unsure: row.unsure === 1,
      each: row.each_post === 1,
      digest: row.folded === 'digest',
      wished: row.lane === 1,
      ...(card ? { card } : {}),
      ...(row.folded === 'burst' ? { burst: await findBurst(db, row, card) } : {}),
    })
  }
  return found
}

/** The live post that this delivery's event belongs to. */
async function findCard(db: Database, row: DeliveryRow, events: readonly StoredEvent[]): Promise<CardRow | undefined> {
  const key = row.folded === 'burst' ? burstCard(row.burst ?? '') : events.at(-1)?.event.card
  if (key === undefined || row.each_post === 1 || row.folded === 'digest') return undefined
  const card = await db
    .selectFrom('cards')
    .selectAll()
    .where('target', '=', row.target)
    .where('key', '=', key)
    .executeTakeFirst()
  return card && toCard(card)
}

/** The key of the card that tells a burst. */
export const burstCard = (burst: string): string => `burst ${burst}`
export const isBurstCard = (key: string): boolean => key.startsWith('burst ')

async function findBurst(db: Database, row: DeliveryRow, card: CardRow | undefined): Promise<Gathered> {
  const keys = (card?.events ?? []).flatMap((id) => readId(id) ?? [])
  const first = await loadEvents(db, keys)
  const { waiting } = await db
    .selectFrom('deliveries')
    .select((select) => select.fn.countAll<number>().as('waiting'))
    .where('target', '=', row.target)
    .where('burst', '=', row.burst)
    .where(sql<boolean>`state = 'waiting' and lane = 2`)
    .executeTakeFirstOrThrow()
  return { card: burstCard(row.burst ?? ''), first: keys.flatMap((key) => first.get(key) ?? []), waiting }
}

function toDelivery(row: DeliveryRow, target: Target): Delivery {
  return {
    id: showId(row.id),
    target,
    events: eventKeys(row).map(showId),
    subscriptions: readList(row.subscriptions),
    state: states.find((state) => state === row.state) ?? 'parked',
    attempt: row.attempt,
    dueAt: row.due_at,
    createdAt: row.created_at,
    ...(row.settled_at === null ? {} : { settledAt: row.settled_at }),
    ...(row.error === null ? {} : { error: row.error }),
    ...(row.withheld === null ? {} : { withheld: row.withheld }),
    ...(row.receipt === null ? {} : { receipt: readReceipt(row.receipt) }),
    ...(row.absorbed_by === null ? {} : { absorbedBy: showId(row.absorbed_by) }),
  }
}

export function toCard(row: Selectable<CardTable>): CardRow {
  return {
    key: row.key,
    delivery: showId(row.delivery),
    receipt: readReceipt(row.receipt),
    events: readList(row.events),
    shownAt: row.shown_at,
    changedAt: row.changed_at,
    ...(row.told === null ? {} : { told: row.told }),
  }
}

/** The keys of what a delivery tells, in order. */
export function eventKeys(row: Pick<DeliveryRow, 'event' | 'events'>): number[] {
  if (row.event !== null) return [row.event]
  return readList(row.events ?? '[]').flatMap((id) => readId(id) ?? [])
}

export function readList(text: string): readonly string[] {
  const list: readonly string[] = JSON.parse(text)
  return list
}

export function readReceipt(text: string): Receipt {
  const receipt: Receipt = JSON.parse(text)
  return receipt
}

async function loadTargets(db: Database, rows: readonly DeliveryRow[]): Promise<ReadonlyMap<number, Target>> {
  const keys = [...new Set(rows.map((row) => row.target))]
  if (keys.length === 0) return new Map()
  const targets = await db.selectFrom('targets').selectAll().where('id', 'in', keys).execute()
  return new Map(targets.map(({ id, notifier, address }) => [id, { notifier, address }]))
}

function targetOf(row: DeliveryRow, targets: ReadonlyMap<number, Target>): Target {
  const target = targets.get(row.target)
  if (!target) throw new Error(`delivery ${showId(row.id)} has no target`)
  return target
}
