// Who hears an event: an index over all subscriptions, so that the cost does not grow with their number. Pure.

import type { AccessRule, Audience, Event, Mute, Subscription } from '../event.ts'
import type { Routed } from '../store/store.ts'
import { burstWindowMs } from './gathering.ts'
import { compileGlobs, type Globs, segmentsOf } from './glob.ts'
import { type Circumstances, createListener, hears, type Judgement, judge, type Listener, topicOf } from './judge.ts'

export interface Known {
  readonly subscriptions: readonly Subscription[]
  readonly rules: readonly AccessRule[]
  readonly mutes: readonly Mute[]
  /** User ids of Vigie administrators, as last known. */
  readonly admins: readonly string[]
}

/** When the judgement is made, and what was last said of the event's subject; absent: what the event says itself. */
export interface Moment {
  readonly now: number
  readonly visibility?: Audience | undefined
}

export interface Index {
  /** One entry for every target that hears it, however many of its subscriptions do. `now` is the instant of acceptance. */
  route(event: Event, now: number): readonly Routed[]
  /** What one subscription makes of an event; nothing where there is no such subscription any more. */
  judge(event: Event, subscription: string, moment: Moment): Judgement | undefined
  /** What every subscription of a channel makes of an event, in the order they were made. */
  explain(
    event: Event,
    channel: string,
    moment: Moment,
  ): readonly { subscription: Subscription; judgement: Judgement }[]
  /** Whether an event is open to a channel or was opened to it, whatever is subscribed there. */
  mayHear(event: Event, channel: string, moment: Moment): boolean
}

export function createIndex({ subscriptions, rules, mutes, admins }: Known): Index {
  const listeners = subscriptions.map(createListener)
  const byId = new Map(listeners.map((listener) => [listener.subscription.id, listener]))
  const bySubject = createSubjectIndex(
    listeners.map((listener) => ({ source: listener.subscription.source, globs: listener.subject, item: listener })),
  )
  const around = createCircumstances(rules, mutes, admins)

  return {
    route(event, now) {
      const circumstances = around(event, { now })
      const byTarget = new Map<string, [Listener, ...Listener[]]>()
      for (const listener of bySubject.find(event.source, topicOf(event))) {
        if (!hears(event, listener, circumstances)) continue
        const together = byTarget.get(listener.target)
        if (together) together.push(listener)
        else byTarget.set(listener.target, [listener])
      }
      return Array.from(byTarget.values(), (together) => routedOf(together, event.burst, now))
    },
    judge(event, subscription, moment) {
      const listener = byId.get(subscription)
      return listener && judge(event, listener, around(event, moment))
    },
    explain(event, channel, moment) {
      const circumstances = around(event, moment)
      return listeners
        .filter(({ subscription }) => subscription.channel === channel)
        .map((listener) => ({
          subscription: listener.subscription,
          judgement: judge(event, listener, circumstances),
        }))
    },
    mayHear(event, channel, moment) {
      if (event.within !== undefined && event.within !== channel) return false
      const { visibility, isAllowed } = around(event, moment)
      const isOpen = event.audience === 'open' && visibility !== 'closed'
      return event.home === channel || isOpen || isAllowed(event, channel)
    },
  }
}

/** The most eager of a target's subscriptions decides: at once before a digest, a post of its own before a live card. */
function routedOf(listeners: readonly [Listener, ...Listener[]], burst: string | undefined, now: number): Routed {
  let waitMs = Number.POSITIVE_INFINITY
  let isPrompt = false
  let each = false
  for (const { subscription } of listeners) {
    const { digestMs = 0, cards } = subscription.filters
    waitMs = Math.min(waitMs, digestMs)
    if (digestMs > 0) continue
    isPrompt = true
    each ||= cards === 'each'
  }
  const { target } = listeners[0].subscription
  const subscriptions = listeners.map(({ subscription }) => subscription.id).sort()
  const gathers = burst !== undefined && isPrompt && !each
  const routed = { target, subscriptions, dueAt: now + (gathers ? burstWindowMs : waitMs), each, digest: !isPrompt }
  return gathers ? { ...routed, burst } : routed
}

function createCircumstances(rules: readonly AccessRule[], mutes: readonly Mute[], admins: readonly string[]) {
  const administrators = new Set(admins)
  const ruleIndex = createSubjectIndex(
    rules.map((rule) => {
      const globs = compileGlobs(rule.subject)
      return { source: rule.source, globs, item: { rule, globs } }
    }),
  )
  const mutesOf = Map.groupBy(mutes, ({ channel }) => channel)

  const isAllowed = (event: Event, channel: string): boolean => {
    const covering = [...ruleIndex.find(event.source, topicOf(event))]
      .filter(({ rule }) => rule.channel === undefined || rule.channel === channel)
      .filter(({ globs }) => globs.judge(topicOf(event)) === 'matches')
    return covering.length > 0 && covering.every(({ rule }) => rule.effect === 'allow')
  }

  return (event: Event, { now, visibility = saidBy(event) }: Moment): Circumstances => ({
    visibility,
    isAdmin: (person) => administrators.has(person),
    isAllowed,
    isMuted: (_event, channel) =>
      mutesOf
        .get(channel)
        ?.some(
          ({ source, until, subject }) =>
            source === event.source &&
            until > now &&
            (subject === undefined || subject.toLowerCase() === topicOf(event)?.toLowerCase()),
        ) ?? false,
  })
}

function saidBy({ visibility }: Event): Audience | undefined {
  if (visibility === undefined) return undefined
  return visibility === 'public' ? 'open' : 'closed'
}

/** Finds what may match by source and literal beginning; whoever asks still has to judge. */
function createSubjectIndex<T>(entries: readonly { source: string; globs: Globs; item: T }[]) {
  const filed = new Map<string, T[]>()
  for (const { source, globs, item } of entries) {
    for (const beginning of globs.beginnings) {
      const name = `${source} ${beginning}`
      const drawer = filed.get(name)
      if (drawer) drawer.push(item)
      else filed.set(name, [item])
    }
  }
  return {
    find(source: string, subject: string | undefined): ReadonlySet<T> {
      const found = new Set(filed.get(`${source} `))
      let beginning = ''
      for (const segment of segmentsOf((subject ?? '').toLowerCase())) {
        beginning += beginning === '' ? segment : `/${segment}`
        for (const item of filed.get(`${source} ${beginning}`) ?? []) found.add(item)
      }
      return found
    },
  }
}
