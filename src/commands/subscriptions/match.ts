// Which of a channel's subscriptions a person means, and what is left of one that shall no longer hear a kind of event.

import type { Filters, Subscription } from '../../event.ts'
import { isSameSubject } from './subject.ts'

/** By id, else by source and subject as they were written. `several`: it could be any of these. */
export type Meant =
  | { readonly one: Subscription }
  | { readonly several: readonly Subscription[] }
  | { readonly none: true }

/** `words` are an id, or a source and a subject. A source alone means the subscription without subject. */
export function meant(here: readonly Subscription[], id: string, subject: string | undefined): Meant {
  const named = subject === undefined ? here.find((one) => one.id === id) : undefined
  if (named !== undefined) return { one: named }
  const ofSource = here.filter(({ source }) => source === id.toLowerCase())
  const exact = ofSource.find((one) => isSameSubject(one.subject, subject))
  if (exact !== undefined) return { one: exact }
  const near =
    subject === undefined
      ? ofSource
      : ofSource.filter((one) => one.subject?.toLowerCase().includes(stem(subject)) === true)
  return near.length > 0 ? { several: near } : { none: true }
}

/** A glob without its wildcards: `group/**` is about what begins with `group/`. */
const stem = (subject: string): string => subject.replace(/^!/, '').split('*')[0]?.toLowerCase() ?? ''

/** Filters that hear everything as before but one kind; nothing when no event would be left. */
export function withoutKind(filters: Filters, source: string, kind: string): Filters | undefined {
  const events = filters.events ?? []
  const isKind = (event: string) =>
    [kind, `${source}.${kind}`].some((one) => event === one || event.startsWith(`${one}.`))
  const wanted = events.filter((event) => !event.startsWith('!'))
  const left = wanted.filter((event) => !isKind(event))
  if (wanted.length > 0 && left.length === 0) return undefined
  const isBroad = wanted.length === 0 || left.includes('all') || left.includes(source)
  const excluded = events.filter((event) => event.startsWith('!') && !isKind(event.slice(1)))
  return { ...filters, events: [...left, ...excluded, ...(isBroad ? [`!${kind}`] : [])] }
}

/** Whether a subscription's `--events` lets a kind through at all; what is told by default counts as heard. */
export function hearsKind({ filters, source }: Subscription, kind: string): boolean {
  const names = [kind, `${source}.${kind}`]
  const events = filters.events ?? []
  if (names.some((name) => events.includes(`!${name}`))) return false
  const wanted = events.filter((event) => !event.startsWith('!'))
  return (
    wanted.length === 0 ||
    wanted.some((event) => event === 'all' || names.some((name) => event === name || event.startsWith(`${name}.`)))
  )
}
