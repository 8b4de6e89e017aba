// Whether what was accepted may still be told, judged afresh before every post, edit, digest and replay (interface.md, "Who may").

import type { Event, Target } from '../event.ts'
import type { EventStore, StoredEvent, Waiting } from '../store/store.ts'
import type { Judgement, Silence } from './judge.ts'
import type { Router } from './router.ts'

/** `unsubscribed`: none of the subscriptions that matched is left. `told`: before a restore. `taken`: an alert that was told elsewhere. */
export type Withheld = Silence | 'unsubscribed' | 'told' | 'taken'

export interface Heard {
  readonly events: readonly StoredEvent[]
  readonly withheld: readonly { readonly event: string; readonly reason: Withheld }[]
  /** Ids of those that nobody wants to hear named. */
  readonly unnamed: ReadonlySet<string>
  /** By the id of those that are told in words somebody asked for. */
  readonly templates: ReadonlyMap<string, string>
}

export interface HearingParts {
  readonly router: Router
  readonly events: Pick<EventStore, 'visibility'>
  readonly now: () => number
  /** What was fetched again after a restore and stands there already. */
  readonly wasTold: (target: Target, stored: StoredEvent) => boolean
  /** An alert that FALLBACK told instead. */
  readonly isTakenOver: (target: Target, event: Event) => Promise<boolean>
}

/** What of a delivery its subscriptions hear now. What was addressed to its target by name has none, and is heard. */
export async function hear(waiting: Pick<Waiting, 'delivery' | 'events'>, parts: HearingParts): Promise<Heard> {
  const { router, events: store, now, wasTold } = parts
  const { subscriptions, target } = waiting.delivery
  const isSure = subscriptions.length === 0
  const index = await router.current()
  const said = new Map<string, Awaited<ReturnType<EventStore['visibility']>>>()
  const events: StoredEvent[] = []
  const withheld: { event: string; reason: Withheld }[] = []
  const unnamed = new Set<string>()
  const templates = new Map<string, string>()
  for (const stored of waiting.events) {
    const { event } = stored
    if (await parts.isTakenOver(target, event)) {
      withheld.push({ event: event.id, reason: 'taken' })
      continue
    }
    if (isSure) {
      events.push(stored)
      continue
    }
    const subject = event.subject
    if (subject !== undefined && !said.has(subject)) said.set(subject, await store.visibility(event.source, subject))
    const moment = { now: now(), visibility: subject === undefined ? undefined : said.get(subject) }
    const judgements = subscriptions.flatMap((id) => index.judge(event, id, moment) ?? [])
    const reason = wasTold(target, stored) ? 'told' : silenceOf(judgements)
    if (reason === undefined) {
      events.push(stored)
      if (judgements.every((judgement) => !judgement.hears || judgement.noNames)) unnamed.add(event.id)
      const template = templateOf(judgements)
      if (template !== undefined) templates.set(event.id, template)
    } else withheld.push({ event: event.id, reason })
  }
  return { events, withheld, unnamed, templates }
}

/** The oldest subscription's that asked for one. */
function templateOf(judgements: readonly Judgement[]): string | undefined {
  for (const judgement of judgements) if (judgement.hears && judgement.template !== undefined) return judgement.template
  return undefined
}

function silenceOf(judgements: readonly Judgement[]): Withheld | undefined {
  if (judgements.some((judgement) => judgement.hears)) return undefined
  const reasons = judgements.flatMap((judgement: Judgement) => (judgement.hears ? [] : judgement.because))
  // Asleep is said first: what slept through may be replayed.
  return reasons.includes('asleep') ? 'asleep' : (reasons[0] ?? 'unsubscribed')
}
