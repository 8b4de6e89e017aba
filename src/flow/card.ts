// A card lives while it changes (interface.md): which live post a message belongs to, and what that post shows afterwards. Pure.

import { isDeepStrictEqual } from 'node:util'
import type { Event } from '../event.ts'
import type { Card, Sent } from '../notifiers/notifier.ts'
import type { CardRow, Gathered, StoredEvent, Waiting } from '../store/store.ts'

/** A card that has not changed for so long is followed by a new one. */
export const cardLifeMs = 24 * 3_600_000
/** A live card lists its newest events only. */
const mostEvents = 50

export interface CardPlan {
  /** The event whose description the message carries. */
  readonly event: Event
  /** Nothing for a post of its own. */
  readonly card?: Card
  /** What the card is once the message was taken. */
  readonly after?: (sent: Sent, now: number) => CardRow
}

export function isAlive(card: CardRow | undefined, now: number): card is CardRow {
  return card !== undefined && now - card.changedAt <= cardLifeMs
}

/** `events` are those of `waiting` that may be told, in order, first tried at `triedAt`; one, or several of one card. Nothing for none. */
export function planCard(waiting: Waiting, events: readonly StoredEvent[], triedAt: number): CardPlan | undefined {
  const newest = newestOf(events)
  if (!newest) return undefined
  const { event } = newest
  if (event.card === undefined || waiting.each) return { event }
  const before = event.cardStays || isAlive(waiting.card, triedAt) ? waiting.card : undefined
  const at = timeOf(newest)
  const late = before !== undefined && at < before.shownAt
  const card: Card = {
    key: event.card,
    deliveryId: before?.delivery ?? waiting.delivery.id,
    events: [...(before?.events ?? []), ...events.map((stored) => stored.event.id)].slice(-mostEvents),
    late,
    ...(before ? { receipt: before.receipt } : {}),
    ...(waiting.card && !before ? { continues: waiting.card.receipt } : {}),
  }
  const after = (sent: Sent, changedAt: number): CardRow => {
    const receipt = sent.card ?? sent.receipt
    // Where somebody had deleted the card, this delivery made another one, and its buttons are bound to it.
    const isNew = !isDeepStrictEqual(receipt, before?.receipt)
    return {
      key: card.key,
      delivery: isNew ? waiting.delivery.id : card.deliveryId,
      receipt,
      events: card.events,
      shownAt: late ? before.shownAt : at,
      changedAt: late && !isNew ? before.changedAt : changedAt,
    }
  }
  return { event, card, after }
}

/** So many of a burst are remembered, for the names on its card. */
const mostFirst = 20

/** The card of a burst, for a part of it; `events` are those that may be told. */
export function planBurst(
  { burst, card: known, delivery }: Pick<Waiting, 'card' | 'delivery'> & { readonly burst: Gathered },
  events: readonly StoredEvent[],
  triedAt: number,
): Required<Pick<CardPlan, 'card' | 'after'>> & { readonly count: number } {
  const before = isAlive(known, triedAt) ? known : undefined
  const told = (before?.told ?? 0) + events.length
  const card: Card = {
    key: burst.card,
    deliveryId: before?.delivery ?? delivery.id,
    events: [],
    late: false,
    inThread: true,
    ...(before ? { receipt: before.receipt } : {}),
    ...(known && !before ? { continues: known.receipt } : {}),
  }
  const after = (sent: Sent, changedAt: number): CardRow => {
    const receipt = sent.card ?? sent.receipt
    const isNew = !isDeepStrictEqual(receipt, before?.receipt)
    return {
      key: card.key,
      delivery: isNew ? delivery.id : card.deliveryId,
      receipt,
      events: [...(before?.events ?? []), ...events.map(({ event }) => event.id)].slice(0, mostFirst),
      shownAt: Math.max(before?.shownAt ?? 0, ...events.map(timeOf)),
      changedAt,
      told,
    }
  }
  return { card, after, count: told + burst.waiting }
}

/** By the origin's clock; of equal ones the last accepted. */
function newestOf(events: readonly StoredEvent[]): StoredEvent | undefined {
  let newest: StoredEvent | undefined
  for (const stored of events) if (!newest || timeOf(stored) >= timeOf(newest)) newest = stored
  return newest
}

/** Milliseconds since 1970; when it was accepted where its origin's time cannot be read. */
export function timeOf({ event, acceptedAt }: StoredEvent): number {
  const at = Date.parse(event.time)
  return Number.isNaN(at) ? acceptedAt : at
}
