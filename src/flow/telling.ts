// From a delivery to the message its notifier is given: what of it may be told, in whose language, on which card or as which digest.

import type { Describe, DescribeBurst, Description, Event, Log, Now, Target, Telling } from '../event.ts'
import type { Message, Sent } from '../notifiers/notifier.ts'
import type { CardRow, Claim, EventStore, Gathered, StoredEvent, Waiting } from '../store/store.ts'
import { own, type Rich } from '../text/rich.ts'
import { type CardPlan, planBurst, planCard, timeOf } from './card.ts'
import { type DigestReason, describeDigest, weigh } from './digest.ts'
import { type Heard, hear, type Withheld } from './hearing.ts'
import type { Index } from './route.ts'
import type { Router } from './router.ts'

/** The language and zone of what is posted to a target. */
export type SettingsOf = (target: Target) => Promise<Pick<Telling, 'locale' | 'timeZone'>>

export interface TellingParts {
  readonly events: Pick<EventStore, 'visibility'>
  readonly router: Router
  readonly describe: Describe
  readonly describeBurst: DescribeBurst
  readonly settingsOf: SettingsOf
  readonly wasTold: (target: Target, stored: StoredEvent) => boolean
  readonly isTakenOver: (target: Target, event: Event) => Promise<boolean>
  readonly now: Now
  readonly log: Log
}

export type Told =
  | { readonly as: 'silence'; readonly reason: Withheld }
  | {
      readonly as: 'message'
      readonly message: Message
      readonly dropped: Heard['withheld']
      readonly after?: (sent: Sent, now: number) => CardRow
    }

/** A post takes 16,383 characters (threats F1), and bears at most 1,000 ids (interface.md). */
const mostRunesOfALine = 16_000
const mostOfALine = 1000

/** When the notifier was last out of reach, if it ever was. */
export type LastAway = { readonly since: number; readonly until: number } | undefined

export interface Teller {
  /** @throws whatever `describe` throws for a single event. */
  tell(claim: Claim, lastAway: LastAway): Promise<Told>
  /** How many of these, of one burst and in order, one line of its card's thread can name; at least one. */
  fitting(waiting: readonly Waiting[]): Promise<number>
  /** Tells a target's events in one line each, for a digest; the type of what cannot be described. */
  summariser(target: Target): Promise<(event: StoredEvent) => Rich>
}

export function createTeller(parts: TellingParts): Teller {
  const { events, router, describe, describeBurst, settingsOf, wasTold, isTakenOver, now, log } = parts
  const hearing = { router, events, now, wasTold, isTakenOver }
  const tellingFor = async (target: Target): Promise<Telling> => ({ ...(await settingsOf(target)), now: now() })

  const summaryOf = ({ event }: StoredEvent, telling: Telling): Rich => {
    try {
      return describe(event, telling).summary
    } catch (error) {
      log.error({ err: error, event: event.id, type: event.type }, 'an event in a digest could not be described')
      return own(event.type)
    }
  }

  const digest = (claim: Claim, { events: heard, ...wished }: Heard, telling: Telling, lastAway: LastAway) => {
    const oldest = heard[0]?.acceptedAt ?? telling.now
    const reason = reasonOf(claim, oldest, lastAway)
    const entries = heard.map((stored) => {
      return { at: timeOf(stored), summary: summaryOf(stored, tellingOf(stored, telling, wished)) }
    })
    const from = reason === 'away' && lastAway ? Math.min(lastAway.since, oldest) : oldest
    const to = reason === 'away' && lastAway ? lastAway.until : (heard.at(-1)?.acceptedAt ?? telling.now)
    return describeDigest({ reason, entries, from, to }, telling)
  }

  /** The card's words are of its first events, the line's of these; of both, those that somebody wants to hear named. */
  const burst = async (claim: Claim & { readonly burst: Gathered }, heard: Heard, telling: Telling) => {
    const { card, after, count } = planBurst(claim, heard.events, claim.firstTriedAt)
    const first = await hear({ delivery: claim.delivery, events: claim.burst.first }, hearing)
    const unnamed = new Set([...first.unnamed, ...heard.unnamed])
    const shown = describeNamed([...first.events, ...heard.events], count, telling, unnamed)
    const line = lineOf(describeNamed(heard.events, count, telling, unnamed))
    return { description: { ...shown, line }, card, after }
  }

  const describeNamed = (
    stored: readonly StoredEvent[],
    count: number,
    telling: Telling,
    unnamed: ReadonlySet<string>,
  ): Description => {
    const all = stored.map(({ event }) => event)
    const named = all.filter(({ id }) => !unnamed.has(id))
    return named.length > 0
      ? describeBurst({ events: named, count }, telling)
      : describeBurst({ events: all, count }, { ...telling, noNames: true })
  }

  async function plan(
    claim: Claim,
    heard: Heard,
    telling: Telling,
    lastAway: LastAway,
  ): Promise<Pick<CardPlan, 'card' | 'after'> & { readonly description: Description }> {
    if (claim.burst) return await burst({ ...claim, burst: claim.burst }, heard, telling)
    const planned = claim.digest ? undefined : planCard(claim, heard.events, claim.firstTriedAt)
    if (!planned) return { description: digest(claim, heard, telling, lastAway) }
    return { ...planned, description: describe(planned.event, tellingOf(planned, telling, heard)) }
  }

  return {
    async fitting(waiting) {
      const target = waiting[0]?.delivery.target
      if (!target) return 1
      const telling = await tellingFor(target)
      const stored = waiting.flatMap(({ events: of }) => of)
      const unnamed = new Set<string>()
      for (const some of Map.groupBy(waiting, ({ delivery }) => delivery.subscriptions.join(' ')).values()) {
        const [first] = some
        if (!first) continue
        const heard = await hear({ delivery: first.delivery, events: some.flatMap(({ events: of }) => of) }, hearing)
        for (const id of heard.unnamed) unnamed.add(id)
      }
      const isFitting = (count: number) =>
        weigh(lineOf(describeNamed(stored.slice(0, count), count, telling, unnamed))) <= mostRunesOfALine
      let few = 1
      let many = Math.min(stored.length, mostOfALine) + 1
      if (isFitting(many - 1)) return many - 1
      while (many - few > 1) {
        const some = (few + many) >> 1
        if (isFitting(some)) few = some
        else many = some
      }
      return few
    },

    async tell(claim, lastAway) {
      const heard = await hear(claim, hearing)
      const first = heard.withheld[0]
      if (heard.events.length === 0) return { as: 'silence', reason: first?.reason ?? 'unsubscribed' }
      const telling = await tellingFor(claim.delivery.target)
      // As it was at the first try: what may stand already stands on that card.
      const { description, card, after } = await plan(claim, heard, telling, lastAway)
      const message: Message = {
        deliveryId: claim.delivery.id,
        ...deliveriesOf(claim, heard),
        attempt: claim.delivery.attempt,
        unsure: claim.unsure,
        firstTriedAt: claim.firstTriedAt,
        events: heard.events.map(({ event }) => event),
        description,
        locale: telling.locale,
        ...(card ? { card } : {}),
        ...ringing(claim, heard.events, await router.current(), telling.now),
      }
      return { as: 'message', message, dropped: heard.withheld, ...(after ? { after } : {}) }
    },
    async summariser(target) {
      const telling = await tellingFor(target)
      return (stored) => summaryOf(stored, telling)
    },
  }
}

const lineOf = ({ line, summary }: Description): Rich => line ?? summary

function tellingOf(
  { event: { id } }: { readonly event: Event },
  telling: Telling,
  { unnamed, templates }: Pick<Heard, 'unnamed' | 'templates'>,
): Telling {
  const template = templates.get(id)
  if (template === undefined && !unnamed.has(id)) return telling
  return { ...telling, ...(unnamed.has(id) ? { noNames: true } : {}), ...(template === undefined ? {} : { template }) }
}

/**
 * Whom it wakes: at home alone, those an event names and those its channel's subscriptions name. A digest has one line of mentions for
 * all that is in it.
 */
function ringing(
  { delivery: { target, subscriptions } }: Claim,
  heard: readonly StoredEvent[],
  index: Index,
  now: number,
): Pick<Message, 'mentions' | 'isUrgent'> {
  const ringing_ = heard.flatMap(({ event }) => {
    const { rings, home } = event
    if (rings === undefined || target.notifier !== 'mattermost' || target.address !== home) return []
    const asked = index
      .explain(event, home, { now })
      .filter(({ subscription, judgement }) => judgement.hears && subscriptions.includes(subscription.id))
    const named = asked.flatMap(({ subscription }) => subscription.filters.mention ?? [])
    return [{ people: [...rings.people, ...named], isCritical: event.severity === 'critical' }]
  })
  const mentions = [...new Set(ringing_.flatMap(({ people }) => people))]
  return {
    ...(mentions.length > 0 ? { mentions } : {}),
    ...(ringing_.some(({ isCritical }) => isCritical) ? { isUrgent: true } : {}),
  }
}

/** A channel that asked for digests gets what it asked for, whatever the weather. */
function reasonOf(claim: Claim, oldest: number, lastAway: LastAway): DigestReason {
  if (claim.wished) return 'wish'
  return lastAway && lastAway.until >= oldest ? 'away' : 'crowd'
}

/** Of a folded delivery, those whose events are told. */
function deliveriesOf(waiting: Waiting, { events }: Heard): Pick<Message, 'deliveries'> {
  if (waiting.deliveries.length === 1 && waiting.deliveries[0] === waiting.delivery.id) return {}
  const told = new Set(events.map(({ event }) => event.id))
  return { deliveries: waiting.deliveries.filter((_, index) => told.has(waiting.events[index]?.event.id ?? '')) }
}
