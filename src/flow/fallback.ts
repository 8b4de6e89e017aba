// An alert that nobody took for a minute is told by the ways of FALLBACK in turn, each for a minute; when all fail it stands in the log,
// whole (interface.md, FALLBACK; threat F26). Whoever took one over hears of its end.

import { setImmediate } from 'node:timers/promises'
import type { Describe, Draft, Emit, Event, Log, Now, Target } from '../event.ts'
import type { AlertStore, EventStore, OpenAlert } from '../store/store.ts'
import type { Locale } from '../text/locale.ts'
import { plain } from '../text/rich.ts'
import type { Wait } from './waiting.ts'

/** One of FALLBACK's, with whom it reaches now. */
export interface Way {
  readonly name: string
  targets(): readonly Target[]
}

export interface FallbackParts {
  readonly alerts: AlertStore
  readonly events: Pick<EventStore, 'find'>
  readonly ways: readonly Way[]
  readonly emit: Emit
  readonly describe: Describe
  readonly telling: { readonly locale: Locale; readonly timeZone: string }
  readonly now: Now
  readonly log: Log
  readonly wait: Wait
}

export interface Fallback {
  /** Until the signal. */
  run(signal: AbortSignal): Promise<void>
  /** One look at what is open; for tests of time. */
  look(): Promise<void>
}

/** How long an alert may be with nobody, and with one way. */
const patienceMs = 60_000
/** A try that is under way is waited for, so long: told twice is worse than told a little later. */
const graceMs = 8000
const lookEveryMs = 2000
const mostAtOnce = 200
const onceMs = 14 * 86_400_000
/** In the place of a number of ways: all failed, and the log has it. */
const lost = 1_000_000

export function createFallback(parts: FallbackParts): Fallback {
  const { alerts, events, ways, emit, now, log, wait } = parts

  async function look(): Promise<void> {
    for (const alert of await alerts.open({ since: now() - patienceMs, limit: mostAtOnce })) {
      await care(alert)
      await setImmediate()
    }
  }

  async function care(alert: OpenAlert): Promise<void> {
    if (alert.over !== undefined) return await end(alert, alert.over)
    if (alert.taken === 'own' && alert.passedTo.length === 0) return await alerts.close(alert.key)
    // Until it is over: whoever it was passed to hears of that, though its own target took it since.
    if (alert.taken !== undefined || alert.ways === lost) return
    const sinceMs = now() - (alert.passedAt ?? alert.since)
    if (sinceMs < patienceMs || (alert.isInHand && sinceMs < patienceMs + graceMs)) return
    await pass(alert)
  }

  /** To the next way that leads somewhere new. */
  async function pass(alert: OpenAlert): Promise<void> {
    const stored = await events.find(alert.event)
    if (stored === undefined) return await alerts.close(alert.key)
    for (let index = alert.ways; index < ways.length; index += 1) {
      const way = ways[index]
      const only = way?.targets().filter((target) => !isAmong(target, alert.targets)) ?? []
      if (way === undefined || only.length === 0) continue
      // Noted first: told again after a kill it is the same event.
      await alerts.pass(alert.key, index + 1, now())
      log.warn({ alert: alert.key, way: way.name }, 'nobody took an alert: it is passed on')
      await emit(copyOf(stored.event, true), { only, dedupe: [onceOf(`fallback ${alert.key} ${index}`)] })
      return
    }
    log.fatal({ alert: alert.key, ...wordsOf(stored.event) }, 'an alert that nobody took')
    await alerts.pass(alert.key, lost, now())
  }

  async function end(alert: OpenAlert, over: string): Promise<void> {
    const stored = await events.find(over)
    if (stored !== undefined && alert.passedTo.length > 0) {
      const only = alert.passedTo
      await emit(copyOf(stored.event, false), { only, dedupe: [onceOf(`fallback ${alert.key} over`)] })
    }
    await alerts.close(alert.key)
  }

  /** All that there is to know, for who has nothing but the log. */
  function wordsOf(event: Event): object {
    const { type, subject, url, severity, time, data } = event
    const facts = { type, subject, url, severity, time }
    try {
      const { title = [], text = [], fields = [], summary } = parts.describe(event, { ...parts.telling, now: now() })
      const rows = fields.map((field) => `${field.title}: ${plain(field.value)}`)
      return { ...facts, told: [plain(title.length > 0 ? title : summary), plain(text), ...rows].join('\n') }
    } catch {
      // What cannot be described is told as it came.
      return { ...facts, data }
    }
  }

  return {
    look,
    async run(signal) {
      while (!signal.aborted) {
        try {
          await look()
        } catch (error) {
          log.error({ err: error }, 'alerts that nobody took could not be looked after')
        }
        await wait(lookEveryMs, signal)
      }
    },
  }
}

/** Not at home there, with nobody to wake by name; the words are the same. */
function copyOf(
  { id: _id, home: _home, rings: _rings, alertsOver: _over, ...event }: Event,
  takesOver: boolean,
): Draft {
  if (takesOver) return { ...event, takesOver: true }
  const { alert: _alert, ...rest } = event
  return rest
}

function onceOf(key: string) {
  return { key, lifeMs: onceMs }
}

function isAmong({ notifier, address }: Target, targets: readonly Target[]): boolean {
  return targets.some((target) => target.notifier === notifier && target.address === address)
}
