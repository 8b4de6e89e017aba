// A subscription's filters: from the flags of `/subscribe`, and back into the command that would make them.

import { UserError } from '../../errors.ts'
import type { Filters, Severity, Subscription } from '../../event.ts'
import type { Said } from '../../text/locale.ts'
import { code, own, rich, shorten } from '../../text/rich.ts'
import { said } from '../../text/said.ts'
import { inQuotes } from '../../text/typed.ts'
import type { Around, Call, Choice } from '../command.ts'
import type { Source } from '../index.ts'
import { mentionNames } from '../monitor/mention.ts'
import { asTyped, readGlob } from './subject.ts'

/** The least grave first. */
export const severities: readonly Severity[] = ['info', 'warning', 'critical']

const longestDigestMs = 7 * 86_400_000
const shortestDigestMs = 1000
const mostWords = 50
const longestList = 2000
const longestType = 200

/**
 * @throws {UserError} for an event the source does not have, a branch glob that cannot be read, a list too long, a digest of no use, or what
 * means nothing of this source. */
export function readFilters(flags: Call['flags'], source: Source): Filters {
  const events = listOf(flags, 'events')?.map((word) => readEvent(word, source))
  const branch = listOf(flags, 'branch')?.map((word) => readGlob(word))
  const label = listOf(flags, 'label')
  const author = listOf(flags, 'author')?.map((name) => name.replace(/^(!?)@/, '$1'))
  const digestMs = readDigest(flags.digest)
  requireOwn(flags, source)
  const ext = listOf(flags, 'ext')?.map(readExtension)
  const largerBytes = readSize(flags.larger)
  const template = readTemplate(flags.template, source)
  const severity = severities.find((one) => one === flags.severity)
  return {
    ...(events === undefined ? {} : { events: [...new Set(events)] }),
    ...(branch === undefined ? {} : { branch }),
    ...(label === undefined ? {} : { label }),
    ...(author === undefined ? {} : { author }),
    ...(flags['changes-only'] === true ? { changesOnly: true } : {}),
    ...(flags.confidential === true ? { confidential: true } : {}),
    ...(ext === undefined ? {} : { ext: [...new Set(ext)] }),
    ...(largerBytes === undefined ? {} : { largerBytes }),
    ...(flags['no-names'] === true ? { noNames: true } : {}),
    ...(severity === undefined ? {} : { severity }),
    ...(digestMs === undefined ? {} : { digestMs }),
    ...(template === undefined ? {} : { template }),
    ...(flags.cards === 'each' || flags.cards === 'live' ? { cards: flags.cards } : {}),
  }
}

/** Its types are its senders': ours are no words for them. */
const foreign = 'hook'

/** What `--events` may name, of any of these sources: `merge_request`, `merge_request.open`, the full type, `all`; nothing where any word may. */
export function eventChoices(sources: readonly Source[]): readonly Choice[] | undefined {
  if (sources.some(({ name }) => name === foreign)) return undefined
  const short = sources.flatMap(({ events }) => events)
  const kinds = short.filter((event) => !event.includes('.'))
  const full = sources.flatMap(({ name, events }) => events.map((event) => `${name}.${event}`))
  const actions = sources.flatMap((source) => source.events.flatMap((event) => actionOf(event, source) ?? []))
  return ['all', ...new Set([...kinds, ...actions, ...short, ...full])].map((value) => ({ value }))
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
  const { ext, largerBytes, noNames, template, severity } = filters
  return [
    listFlag('events', events),
    listFlag('branch', branch),
    listFlag('label', label),
    listFlag('author', author),
    changesOnly === true ? '--changes-only' : '',
    confidential === true ? '--confidential' : '',
    listFlag('ext', ext),
    largerBytes === undefined ? '' : `--larger ${typedSize(largerBytes)}`,
    noNames === true ? '--no-names' : '',
    severity === undefined ? '' : `--severity ${severity}`,
    digestMs === undefined ? '' : `--digest ${typedDuration(digestMs)}`,
    cards === undefined ? '' : `--cards ${cards}`,
    listFlag('mention', mention),
    template === undefined ? '' : `--template ${inQuotes(template)}`,
  ]
    .filter((flag) => flag !== '')
    .join(' ')
}

/** The command that makes this subscription. */
export function commandOf({ source, subject, filters }: Pick<Subscription, 'source' | 'subject' | 'filters'>): string {
  const typed = subject === undefined ? '' : asTyped(source, subject)
  return ['/subscribe', source, typed, flagsOf(filters)].filter((word) => word !== '').join(' ')
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

/** `created` for `file.created`, of a source that tells of one kind of thing only. */
function actionOf(event: string, { events }: Source): string | undefined {
  const [kind, action] = event.split('.')
  return events.every((other) => other.split('.')[0] === kind) ? action : undefined
}

function readEvent(word: string, source: Source): string {
  const { name, events } = source
  const mark = word.startsWith('!') ? '!' : ''
  if (name === foreign) return readForeignType(word)
  const kind = word.slice(mark.length).replace(new RegExp(`^${name}\\.`), '')
  if ((kind === 'all' && mark === '') || events.includes(kind)) return mark + kind
  const whole = events.find((event) => actionOf(event, source) === kind)
  if (whole !== undefined) return mark + whole
  const kinds = events.filter((event) => !event.includes('.')).join(', ')
  throw new UserError(
    said({
      fr: rich`${name} n’a pas d’événement ${code(word)}. Il y a\u00a0: ${code(kinds)}, et ${code('all')}.`,
      en: rich`${name} has no event ${code(word)}. There are: ${code(kinds)}, and ${code('all')}.`,
    }),
  )
}

/** `deploy.done`, and all that begins so: `deploy`. */
function readForeignType(word: string): string {
  if (word.length <= longestType && /^!?[^\s!*?,]+$/u.test(word)) return word
  throw new UserError(
    said({
      fr: rich`${code(shorten(word, 60))} n’est pas un type\u00a0: ${code('--events')} attend ${code('deploy.done')}, ou son début, ${code('deploy')}\u202f; un motif est le sujet, ${code('/subscribe hook deploy.*')}.`,
      en: rich`${code(shorten(word, 60))} is no type: ${code('--events')} needs ${code('deploy.done')}, or its beginning, ${code('deploy')}; a glob is the subject, ${code('/subscribe hook deploy.*')}.`,
    }),
  )
}

/** What is asked of the events of one source only, and how those of any other are. */
const belongings: Readonly<Record<string, { readonly to: string } & Said>> = {
  branch: { to: 'gitlab', fr: 'n’a pas de branche', en: 'has no branch' },
  label: { to: 'gitlab', fr: 'n’a pas d’étiquette', en: 'has no label' },
  author: { to: 'gitlab', fr: 'n’a pas d’auteur', en: 'has no author' },
  'changes-only': { to: 'gitlab', fr: 'n’a pas d’état qui se répète', en: 'has no state that repeats' },
  confidential: { to: 'gitlab', fr: 'n’est jamais confidentiel', en: 'is never confidential' },
  ext: { to: 'nextcloud', fr: 'n’est pas un fichier', en: 'is no file' },
  larger: { to: 'nextcloud', fr: 'n’est pas un fichier', en: 'is no file' },
  'no-names': { to: 'nextcloud', fr: 'n’est pas un fichier', en: 'is no file' },
}

function requireOwn(flags: Call['flags'], { name: source }: Source): void {
  for (const [flag, { to, fr, en }] of Object.entries(belongings)) {
    if (flags[flag] === undefined || source === to) continue
    throw new UserError(
      said({
        fr: rich`${code(`--${flag}`)} ne vaut que pour ${code(to)}\u00a0: ce qui vient de ${source} ${own(fr)}.`,
        en: rich`${code(`--${flag}`)} is for ${code(to)} only: what comes from ${source} ${own(en)}.`,
      }),
    )
  }
}

const longestTemplate = 1000

function readTemplate(value: Call['flags'][string] | undefined, source: Source): string | undefined {
  if (typeof value !== 'string') return undefined
  if (source.name !== foreign)
    throw new UserError(
      said({
        fr: rich`${code('--template')} ne vaut que pour ${code(foreign)}\u00a0: ${source.name} a ses propres cartes.`,
        en: rich`${code('--template')} is for ${code(foreign)} only: ${source.name} has cards of its own.`,
      }),
    )
  if (value.trim() !== '' && value.length <= longestTemplate) return value.trim()
  throw new UserError(
    said({
      fr: rich`${code('--template')} attend un texte de 1 à ${longestTemplate} caractères, par exemple ${code('"Commande {{data.id}}"')}\u00a0: ce qui est entre accolades est remplacé, ${code('\\n')} va à la ligne.`,
      en: rich`${code('--template')} needs a text of 1 to ${longestTemplate} characters, for example ${code('"Order {{data.id}}"')}: what stands in braces is replaced, ${code('\\n')} begins a new line.`,
    }),
  )
}

/** `pdf` of `pdf`, `.PDF` or `*.pdf`. */
function readExtension(word: string): string {
  const extension = word.toLowerCase().replace(/^\*?\./, '')
  if (/^[\p{L}\p{N}_+~-]{1,32}$/u.test(extension)) return extension
  throw new UserError(
    said({
      fr: rich`${code(shorten(word, 60))} n’est pas une extension\u00a0: ${code('--ext')} attend ${code('pdf')}, ou plusieurs séparées par des virgules, ${code('pdf,docx')}.`,
      en: rich`${code(shorten(word, 60))} is no extension: ${code('--ext')} needs ${code('pdf')}, or several separated by commas, ${code('pdf,docx')}.`,
    }),
  )
}

/** As sizes are told: 1 KB = 1 Ko = 1024 bytes. */
const sizeUnits: readonly (readonly [string, number])[] = [
  ['GB', 1024 ** 3],
  ['MB', 1024 ** 2],
  ['KB', 1024],
]

/** In bytes: `10MB`, `1,5 Go`, `500 Ko`, `2048`. */
function readSize(value: Call['flags'][string] | undefined): number | undefined {
  if (typeof value !== 'string') return undefined
  const [, amount = '', unit = ''] = /^(\d{1,12}(?:[.,]\d{1,6})?)\s*([kmg]?)[bo]?$/i.exec(value.trim()) ?? []
  const times = sizeUnits.find(([name]) => unit !== '' && name.startsWith(unit.toUpperCase()))?.[1] ?? 1
  const sizeBytes = Math.round(Number(amount.replace(',', '.')) * times)
  if (amount !== '' && Number.isSafeInteger(sizeBytes)) return sizeBytes
  throw new UserError(
    said({
      fr: rich`${code('--larger')} attend une taille\u00a0: ${code('10MB')}, ${code('1,5Go')}, ${code('500Ko')}, ou un nombre d’octets\u202f; et non ${code(shorten(value, 60))}.`,
      en: rich`${code('--larger')} needs a size: ${code('10MB')}, ${code('1.5GB')}, ${code('500KB')}, or a number of bytes; not ${code(shorten(value, 60))}.`,
    }),
  )
}

/** The largest unit that says it exactly: `10MB`, `1536KB`, `2049`. */
function typedSize(sizeBytes: number): string {
  const exact = sizeUnits.find(([, unitBytes]) => sizeBytes > 0 && sizeBytes % unitBytes === 0)
  return exact === undefined ? `${sizeBytes}` : `${sizeBytes / exact[1]}${exact[0]}`
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
