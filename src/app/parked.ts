// What was given up, told to Vigie's administrators: gathered for a few seconds, so that a hundred at once are one card, and brought up
// to date when one is put back in line (interface.md, "Event types"; threat F8).

import { placeOfUrl } from '../commands/subscriptions/urls.ts'
import type { Delivery, Describe, Emit, Log, Now, Target } from '../event.ts'
import { isAsleep } from '../flow/sending.ts'
import { createAlarm, type Wait, waitByTheClock } from '../flow/waiting.ts'
import { deliveriesParked, type ParkedFacts } from '../integrations/vigie/parked.ts'
import type { Store, StoredEvent } from '../store/store.ts'
import { plain, shorten } from '../text/rich.ts'

export interface ParkedTellerParts {
  readonly store: { readonly deliveries: Pick<Store['deliveries'], 'list'> } & {
    readonly subscribers: Pick<Store['subscribers'], 'find'>
  } & Pick<Store, 'marks' | 'events'>
  readonly describe: Describe
  readonly timeZone: string
  readonly emit: Emit
  /** Ids of those who are told, as far as they are known. */
  readonly admins: () => readonly string[]
  /** A channel's name and address; nothing where it cannot be seen. */
  readonly channel: (id: string) => Promise<ParkedFacts['channel']>
  /** The outbox looks at what is due. */
  readonly wake: () => void
  readonly now: Now
  readonly log: Log
  readonly wait?: Wait
}

export interface ParkedTeller {
  /** A delivery was given up. */
  parked(delivery: Delivery, error: string): Promise<void>
  /** One was put back in line: it is due now, and the card is outdated. */
  replayed(): void
  /** Until the signal. */
  run(signal: AbortSignal): Promise<void>
}

const gatherMs = 2000
/** Between two tellings of news: more in a storm, so that it is a few lines and no flood. */
const firstPauseMs = 10_000
const longestPauseMs = 600_000
/** Asked so often even when nobody says that something changed: what a process that ended could not tell. */
const lookEveryMs = 3_600_000
const troubleMs = 10_000
const mostShown = 5
const mostCounted = 200
/** A card lives for 24 h after its last change: a later one would make a new post of no news. */
const editableMs = 23 * 3_600_000
const markName = 'parked'

export function createParkedTeller(parts: ParkedTellerParts): ParkedTeller {
  const { store, emit, admins, now, log, wait = waitByTheClock } = parts
  const alarm = createAlarm(wait)
  let pauseMs = 0
  let newsAt = Number.NEGATIVE_INFINITY

  /** The newest first; not what sleeps with its channel, which is told otherwise, nor news of ours that could not be told. */
  async function standing(): Promise<{ rows: { delivery: Delivery; first: StoredEvent }[]; more: boolean }> {
    const found = await store.deliveries.list({ state: 'parked', limit: mostCounted })
    const rows: { delivery: Delivery; first: StoredEvent }[] = []
    for (const delivery of found) {
      if (isAsleep(delivery.error)) continue
      const first = await store.events.find(delivery.events[0] ?? '')
      if (first !== undefined && first.event.source !== 'vigie') rows.push({ delivery, first })
    }
    rows.sort((one, other) => (other.delivery.settledAt ?? 0) - (one.delivery.settledAt ?? 0))
    return { rows, more: found.length === mostCounted }
  }

  async function factsOf({ delivery, first }: { delivery: Delivery; first: StoredEvent }): Promise<ParkedFacts> {
    const { id, target, events, error = '?', attempt, createdAt, settledAt } = delivery
    const isDirect = target.address.startsWith('@')
    const what = (locale: 'fr' | 'en') => {
      const telling = { locale, timeZone: parts.timeZone, now: now() }
      try {
        return shorten(plain(parts.describe(first.event, telling).summary), 120)
      } catch {
        // What cannot be described may be why it was given up.
        return first.event.type
      }
    }
    return {
      delivery: id,
      event: first.event.id,
      count: events.length,
      what: { fr: what('fr'), en: what('en') },
      channel: isDirect || target.notifier !== 'mattermost' ? undefined : await parts.channel(target.address),
      ...(target.notifier === 'mattermost' ? {} : { address: await placeOf(target) }),
      isDirect,
      error,
      attempt,
      since: createdAt,
      at: settledAt ?? createdAt,
    }
  }

  /** An address of e-mail, or where a URL leads. */
  async function placeOf({ notifier, address }: Target): Promise<string> {
    const subscriber = notifier === 'webhook' ? await store.subscribers.find(address) : undefined
    return subscriber === undefined ? address : placeOfUrl(subscriber.url)
  }

  /** Resolves for how long nothing is to be looked at, unless something changes; milliseconds. */
  async function tell(): Promise<number> {
    const mark = await store.marks.get(markName)
    const toldUntil = typeof mark?.until === 'number' ? mark.until : 0
    const saidBefore = Array.isArray(mark?.says) ? mark.says : []
    const toldAt = typeof mark?.at === 'number' ? mark.at : 0
    const { rows, more } = await standing()
    const fresh = rows.filter(({ delivery }) => (delivery.settledAt ?? 0) > toldUntil).length
    const shown = rows.slice(0, mostShown)
    const says = [...shown.map(({ delivery }) => delivery.id), String(rows.length)]
    const isOutdated = says.join() !== saidBefore.join() && now() - toldAt < editableMs
    if (fresh === 0 && !isOutdated) return lookEveryMs
    if (fresh > 0 && now() < newsAt + pauseMs) return newsAt + pauseMs - now()
    const only = admins().map((id): Target => ({ notifier: 'mattermost', address: `@${id}` }))
    if (only.length === 0) return troubleMs
    const facts: ParkedFacts[] = []
    for (const row of shown) facts.push(await factsOf(row))
    await emit(deliveriesParked({ shown: facts, count: rows.length, more, fresh }, now()), { only })
    const until = Math.max(toldUntil, ...rows.map(({ delivery }) => delivery.settledAt ?? 0))
    await store.marks.set(markName, { until, says, at: now() })
    if (fresh > 0) {
      pauseMs = now() - newsAt > longestPauseMs ? firstPauseMs : Math.min(longestPauseMs, pauseMs * 2)
      newsAt = now()
    }
    return lookEveryMs
  }

  return {
    async parked({ id, target, events }, error) {
      log.warn({ delivery: id, target, error }, 'a delivery was parked')
      alarm.ring()
      try {
        const first = await store.events.find(events[0] ?? '')
        // Nobody can be told that they could not be told: the log is what is left.
        if (first?.event.source === 'vigie')
          log.fatal({ delivery: id, target, error, type: first.event.type, data: first.event.data }, 'news not told')
      } catch (failure) {
        log.error({ err: failure, delivery: id }, 'what was parked could not be looked at')
      }
    },
    replayed() {
      parts.wake()
      alarm.ring()
    },
    async run(signal) {
      signal.addEventListener('abort', () => alarm.ring())
      while (!signal.aborted) {
        try {
          await wait(gatherMs, signal)
          if (signal.aborted) return
          await alarm.sleep(await tell())
        } catch (error) {
          log.error({ err: error }, 'what was parked could not be told')
          await wait(troubleMs, signal)
        }
      }
    },
  }
}
