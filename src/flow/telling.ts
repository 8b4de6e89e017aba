// From a delivery to the message its notifier is given: what of it may be told, in whose language, on which card or as which digest.

import type { Describe, Event, Log, Now, Target, Telling } from '../event.ts'
import type { Message, Sent } from '../notifiers/notifier.ts'
import type { CardRow, Claim, EventStore, StoredEvent, Waiting } from '../store/store.ts'
import { own, type Rich } from '../text/rich.ts'
import { planCard, timeOf } from './card.ts'
import { type DigestReason, describeDigest } from './digest.ts'
import { type Heard, hear, type Withheld } from './hearing.ts'
import type { Index } from './route.ts'
import type { Router } from './router.ts'

/** The language and zone of what is posted to a target. */
export type SettingsOf = (target: Target) => Promise<Pick<Telling, 'locale' | 'timeZone'>>

export interface TellingParts {
  readonly events: Pick<EventStore, 'visibility'>
  readonly router: Router
  readonly describe: Describe
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

/** When the notifier was last out of reach, if it ever was. */
export type LastAway = { readonly since: number; readonly until: number } | undefined

export interface Teller {
  /** @throws whatever `describe` throws for a single event. */
  tell(claim: Claim, lastAway: LastAway): Promise<Told>
  /** Tells a target's events in one line each, for a digest; the type of what cannot be described. */
  summariser(target: Target): Promise<(event: StoredEvent) => Rich>
}

export function createTeller(parts: TellingParts): Teller {
  const { events, router, describe, settingsOf, wasTold, isTakenOver, now, log } = parts
  const tellingFor = async (target: Target): Promise<Telling> => ({ ...(await settingsOf(target)), now: now() })

  const summaryOf = ({ event }: StoredEvent, telling: Telling): Rich => {
    try {
      return describe(event, telling).summary
    } catch (error) {
      log.error({ err: error, event: event.id, type: event.type }, 'an event in a digest could not be described')
      return own(event.type)
    }
  }

  const digest = (claim: Claim, heard: readonly StoredEvent[], telling: Telling, lastAway: LastAway) => {
    const oldest = heard[0]?.acceptedAt ?? telling.now
    const reason = reasonOf(claim, oldest, lastAway)
    const entries = heard.map((stored) => ({ at: timeOf(stored), summary: summaryOf(stored, telling) }))
    const from = reason === 'away' && lastAway ? Math.min(lastAway.since, oldest) : oldest
    const to = reason === 'away' && lastAway ? lastAway.until : (heard.at(-1)?.acceptedAt ?? telling.now)
    return describeDigest({ reason, entries, from, to }, telling)
  }

  return {
    async tell(claim, lastAway) {
      const heard = await hear(claim, { router, events, now, wasTold, isTakenOver })
      const first = heard.withheld[0]
      if (heard.events.length === 0) return { as: 'silence', reason: first?.reason ?? 'unsubscribed' }
      const telling = await tellingFor(claim.delivery.target)
      // As it was at the first try: what may stand already stands on that card.
      const plan = claim.digest ? undefined : planCard(claim, heard.events, claim.firstTriedAt)
      const message: Message = {
        deliveryId: claim.delivery.id,
        ...deliveriesOf(claim, heard),
        attempt: claim.delivery.attempt,
        unsure: claim.unsure,
        firstTriedAt: claim.firstTriedAt,
        events: heard.events.map(({ event }) => event),
        description: plan ? describe(plan.event, telling) : digest(claim, heard.events, telling, lastAway),
        locale: telling.locale,
        ...(plan?.card ? { card: plan.card } : {}),
        ...ringing(claim, heard.events, await router.current(), telling.now),
      }
      return { as: 'message', message, dropped: heard.withheld, ...(plan?.after ? { after: plan.after } : {}) }
    },
    async summariser(target) {
      const telling = await tellingFor(target)
      return (stored) => summaryOf(stored, telling)
    },
  }
}

/**
 * Whom it wakes: at home alone, those an event names and those its channel's subscriptions name. A digest has one line of mentions for
 * all that is in it. A critical alert that was addressed to its target by name (an escalation, FALLBACK) is urgent there too.
 */
function ringing(
  { delivery: { target, subscriptions } }: Claim,
  heard: readonly StoredEvent[],
  index: Index,
  now: number,
): Pick<Message, 'mentions' | 'isUrgent'> {
  const ringing_ = heard.flatMap(({ event }) => {
    const { rings, home, alert } = event
    const isCritical = event.severity === 'critical'
    if (target.notifier !== 'mattermost') return []
    if (target.address !== home) {
      const isAddressed = subscriptions.length === 0 && alert !== undefined
      return isAddressed ? [{ people: [], isCritical }] : []
    }
    if (rings === undefined) return []
    if (rings.alone) return [{ people: rings.people, isCritical }]
    const asked = index
      .explain(event, home, { now })
      .filter(({ subscription, judgement }) => judgement.hears && subscriptions.includes(subscription.id))
    const named = asked.flatMap(({ subscription }) => subscription.filters.mention ?? [])
    return [{ people: [...rings.people, ...named], isCritical }]
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
