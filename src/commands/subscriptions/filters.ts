// A subscription's filters: from the flags of `/subscribe`, and back into the command that would make them.

import { UserError } from '../../errors.ts'
import type { Filters, Subscription } from '../../event.ts'
import { code, rich } from '../../text/rich.ts'
import { said } from '../../text/said.ts'
import type { Around, Call, Choice } from '../command.ts'
import type { Source } from '../index.ts'
import { mentionNames } from '../monitor/mention.ts'
import { readGlob } from './subject.ts'

const longestDigestMs = 7 * 86_400_000
const shortestDigestMs = 1000
const mostWords = 50
const longestList = 2000

/** @throws {UserError} for an event the source does not have, a branch glob that cannot be read, a list too long, or a digest of no use. */
export function readFilters(flags: Call['flags'], source: Source): Filters {
  const events = listOf(flags, 'events')?.map((word) => readEvent(word, source))
  const branch = listOf(flags, 'branch')?.map(readGlob)
  const label = listOf(flags, 'label')
  const author = listOf(flags, 'author')?.map((name) => name.replace(/^(!?)@/, '$1'))
  const digestMs = readDigest(flags.digest)
  return {
    ...(events === undefined ? {} : { events: [...new Set(events)] }),
    ...(branch === undefined ? {} : { branch }),
    ...(label === undefined ? {} : { label }),
    ...(author === undefined ? {} : { author }),
    ...(flags['changes-only'] === true ? { changesOnly: true } : {}),
    ...(flags.confidential === true ? { confidential: true } : {}),
    ...(digestMs === undefined ? {} : { digestMs }),
    ...(flags.cards === 'each' || flags.cards === 'live' ? { cards: flags.cards } : {}),
  }
}

/** What `--events` may name, of any source: `merge_request`, `merge_request.open`, the full type, `all`. */
export function eventChoices(sources: readonly Source[]): readonly Choice[] {
  const short = sources.flatMap(({ events }) => events)
  const kindsFirst = [...short.filter((event) => !event.includes('.')), ...short.filter((event) => event.includes('.'))]
  const full = sources.flatMap(({ name, events }) => events.map((event) => `${name}.${event}`))
  return ['all', ...new Set([...kindsFirst, ...full])].map((value) => ({ value }))
}

/** A subscription whose mentions are names as they are now, to be shown: `@alice`. */
export async function shownFilters<T extends Pick<Subscription, 'filters'>>(
  subscription: T,
  around: Pick<Around, 'username'>,
): Promise<T> {
  const { filters } = subscription
  if (filters.mention === undefined) return subscription
  return { ...subscription, filters: { ...filters, mention: await mentionNames(filters.mention, around) } }
}

/** The flags that make these filters, as they are typed; empty for none. */
export function flagsOf(filters: Filters): string {
  const { events, branch, label, author, changesOnly, confidential, digestMs, cards, mention } = filters
  return [
    listFlag('events', events),
    listFlag('branch', branch),
    listFlag('label', label),
    listFlag('author', author),
    changesOnly === true ? '--changes-only' : '',
    confidential === true ? '--confidential' : '',
    digestMs === undefined ? '' : `--digest ${typedDuration(digestMs)}`,
    cards === undefined ? '' : `--cards ${cards}`,
    listFlag('mention', mention),
  ]
    .filter((flag) => flag !== '')
    .join(' ')
}

/** The command that makes this subscription. */
export function commandOf({ source, subject, filters }: Pick<Subscription, 'source' | 'subject' | 'filters'>): string {
  return ['/subscribe', source, subject ?? '', flagsOf(filters)].filter((word) => word !== '').join(' ')
}

function listOf(flags: Call['flags'], name: string): readonly string[] | undefined {
  const value = flags[name]
  if (!Array.isArray(value)) return undefined
  if (value.length <= mostWords && value.join(',').length <= longestList) return value
  throw new UserError(
    said({
      fr: rich`${code(`--${name}`)} est trop long\u00a0: ${mostWords} mots et ${longestList} caractères au plus.`,
      en: rich`${code(`--${name}`)} is too long: ${mostWords} words and ${longestList} characters at most.`,
    }),
  )
}

/** The choices are those of every source: one of another source ends here. */
function readEvent(word: string, { name, events }: Source): string {
  const mark = word.startsWith('!') ? '!' : ''
  const kind = word.slice(mark.length).replace(new RegExp(`^${name}\\.`), '')
  if ((kind === 'all' && mark === '') || events.includes(kind)) return mark + kind
  const kinds = events.filter((event) => !event.includes('.')).join(', ')
  throw new UserError(
    said({
      fr: rich`${name} n’a pas d’événement ${code(word)}. Il y a\u00a0: ${code(kinds)}, et ${code('all')}.`,
      en: rich`${name} has no event ${code(word)}. There are: ${code(kinds)}, and ${code('all')}.`,
    }),
  )
}

function readDigest(value: Call['flags'][string] | undefined): number | undefined {
  if (typeof value !== 'number') return undefined
  if (value >= shortestDigestMs && value <= longestDigestMs) return value
  throw new UserError(
    said({
      fr: rich`${code('--digest')} attend une durée d’une seconde à 7 jours, par exemple ${code('10m')}.`,
      en: rich`${code('--digest')} needs a duration from one second to 7 days, for example ${code('10m')}.`,
    }),
  )
}

function listFlag(name: string, values: readonly string[] | undefined): string {
  if (values === undefined || values.length === 0) return ''
  const words = values.join(',')
  return `--${name} ${/\s/.test(words) ? `"${words}"` : words}`
}

/** The largest unit that says it exactly: `10m`, `90s`. */
function typedDuration(durationMs: number): string {
  const units: readonly (readonly [number, string])[] = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'm'],
    [1000, 's'],
  ]
  const exact = units.find(([unitMs]) => durationMs % unitMs === 0)
  return exact === undefined ? `${durationMs}ms` : `${durationMs / exact[0]}${exact[1]}`
}
