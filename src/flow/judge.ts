// Whether a subscription hears an event, and why not: one judgement for routing, for every try of the outbox and for
// `/vigie explain` (interface.md, "Who may", "What people type"). Pure.

import type { Audience, Event, Filters, Severity, Subscription } from '../event.ts'
import { compileGlobs, type Globs } from './glob.ts'

/** What keeps a subscription from hearing an event, in the order in which it is asked. */
export type Silence =
  | 'source'
  | 'elsewhere'
  | 'subject'
  | 'excluded'
  | 'events'
  | 'branch'
  | 'label'
  | 'author'
  | 'ext'
  | 'larger'
  | 'severity'
  | 'unchanged'
  | 'confidential'
  | 'closed'
  | 'muted'
  | 'asleep'

/** `noNames`: names of files are not told to it. `template`: the words it is told in. */
export type Judgement =
  | { readonly hears: true; readonly noNames?: true; readonly template?: string }
  | { readonly hears: false; readonly because: Silence }

/** What else the judgement depends on, as last known. */
export interface Circumstances {
  /** What was last said of the event's subject as a whole, where anything was. */
  readonly visibility: Audience | undefined
  readonly isAdmin: (person: string) => boolean
  /** An `allow` covers the event for this channel and no `deny` does. */
  readonly isAllowed: (event: Event, channel: string) => boolean
  readonly isMuted: (event: Event, channel: string) => boolean
}

/** A subscription with its globs compiled. */
export interface Listener {
  readonly subscription: Subscription
  /** Equal for subscriptions that tell the same target. */
  readonly target: string
  readonly subject: Globs
  readonly branches: Globs | undefined
}

export function createListener(subscription: Subscription): Listener {
  const { target, filters } = subscription
  const { branch } = filters
  return {
    subscription,
    target: `${target.notifier} ${target.address}`,
    subject: compileGlobs(subscription.subject),
    // Git tells branches apart by case, GitLab does not so with paths.
    branches: branch && branch.length > 0 ? compileGlobs(branch.join(' '), { caseMatters: true }) : undefined,
  }
}

export function judge(event: Event, listener: Listener, circumstances: Circumstances): Judgement {
  const because = silenceOf(event, listener, circumstances)
  if (because !== undefined) return { hears: false, because }
  const { noNames, template } = listener.subscription.filters
  return { hears: true, ...(noNames ? { noNames: true } : {}), ...(template === undefined ? {} : { template }) }
}

/** For routing, which asks for every event and need not know why. */
export function hears(event: Event, listener: Listener, circumstances: Circumstances): boolean {
  return silenceOf(event, listener, circumstances) === undefined
}

/** What globs of subscriptions, rules and mutes are matched against. */
export function topicOf({ topic, subject }: Pick<Event, 'topic' | 'subject'>): string | undefined {
  return topic ?? subject
}

function silenceOf(event: Event, listener: Listener, circumstances: Circumstances): Silence | undefined {
  const { subscription } = listener
  if (event.source !== subscription.source) return 'source'
  if (!reaches(event, subscription)) return 'elsewhere'
  const subject = listener.subject.judge(topicOf(event))
  if (subject === 'misses') return 'subject'
  if (subject === 'excluded') return 'excluded'
  // Who names no subject hears what belongs to this channel; `**` hears that of others too, as far as it may.
  const isHome = event.home === subscription.channel
  if (event.home !== undefined && !isHome && subscription.subject === undefined) return 'subject'
  const filtered = filteredBy(event, listener)
  if (filtered) return filtered
  const { channel, maker, filters } = subscription
  const isAdmins = subscription.byKey !== true && circumstances.isAdmin(maker)
  if (event.confidential && !(filters.confidential && isAdmins)) return 'confidential'
  const isClosed = !isHome && (event.audience === 'closed' || circumstances.visibility === 'closed')
  if (isClosed && !isAdmins && !circumstances.isAllowed(event, channel)) return 'closed'
  if (circumstances.isMuted(event, channel)) return 'muted'
  return subscription.asleep === undefined ? undefined : 'asleep'
}

/** What is told in one channel alone leaves it by no other way either. */
function reaches({ within }: Event, { target }: Subscription): boolean {
  return within === undefined || (target.notifier === 'mattermost' && target.address === within)
}

function filteredBy(event: Event, { subscription: { filters }, branches }: Listener): Silence | undefined {
  if (!isNamed(event, filters.events)) return 'events'
  if (branches && !hasBranch(event.facets?.branches ?? [], branches)) return 'branch'
  if (filters.label && !passes(event.facets?.labels ?? [], filters.label)) return 'label'
  const author = event.facets?.author
  if (filters.author && !passes(author === undefined ? [] : [author], filters.author)) return 'author'
  // What is no file has neither, and is not what was asked for.
  const { extension, sizeBytes } = event.facets ?? {}
  if (filters.ext && !(extension !== undefined && filters.ext.includes(extension))) return 'ext'
  if (filters.largerBytes !== undefined && !(sizeBytes !== undefined && sizeBytes > filters.largerBytes))
    return 'larger'
  if (filters.severity !== undefined && !isGrave(event, filters.severity)) return 'severity'
  return isUnchanged(event, filters) ? 'unchanged' : undefined
}

const rank: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 }

/** Who heard that something failed also hears that it works again. */
function isGrave({ severity, byDefaultAfter, track }: Event, least: Severity): boolean {
  return rank[severity] >= rank[least] || (byDefaultAfter !== undefined && track?.before === byDefaultAfter)
}

/** `merge_request`, `merge_request.open`, the full type or `all`, whole words only; a leading `!` excludes, from what is told by default where nothing else is named. */
function isNamed(event: Event, names: readonly string[] | undefined): boolean {
  if (names === undefined) return isByDefault(event)
  const type = event.type.toLowerCase()
  const isSaidBy = (name: string): boolean =>
    name === 'all' || [name, `${event.source}.${name}`].some((full) => type === full || type.startsWith(`${full}.`))
  const said = names.map((name) => name.toLowerCase())
  if (said.some((name) => name.startsWith('!') && isSaidBy(name.slice(1)))) return false
  const wanted = said.filter((name) => !name.startsWith('!'))
  return wanted.length === 0 ? isByDefault(event) : wanted.some(isSaidBy)
}

function isByDefault(event: Event): boolean {
  return event.byDefault && (event.byDefaultAfter === undefined || event.track?.before === event.byDefaultAfter)
}

function hasBranch(branches: readonly string[], globs: Globs): boolean {
  const verdicts = branches.map((branch) => globs.judge(branch))
  return verdicts.includes('matches') && !verdicts.includes('excluded')
}

/** Bears one of the wanted words, where any is wanted, and none of those behind `!`. Without regard to case. */
function passes(words: readonly string[], filter: readonly string[]): boolean {
  const borne = new Set(words.map((word) => word.toLowerCase()))
  const said = filter.map((word) => word.toLowerCase())
  if (said.some((word) => word.startsWith('!') && borne.has(word.slice(1)))) return false
  const wanted = said.filter((word) => !word.startsWith('!'))
  return wanted.length === 0 || wanted.some((word) => borne.has(word))
}

function isUnchanged({ track }: Event, { changesOnly }: Filters): boolean {
  return changesOnly === true && track !== undefined && track.before === track.value
}
