// Numbers, sizes, durations and times as a reader of each language writes them (reference/cards.md).

import type { Locale } from './locale.ts'

const tags: Record<Locale, string> = { fr: 'fr-FR', en: 'en-GB' }
/** Made once: each costs a tenth of a millisecond, and every card needs some. */
const pluralRules: Record<Locale, Intl.PluralRules> = {
  fr: new Intl.PluralRules(tags.fr),
  en: new Intl.PluralRules(tags.en),
}
const twoDecimals: Record<Locale, Intl.NumberFormat> = {
  fr: new Intl.NumberFormat(tags.fr, { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
  en: new Intl.NumberFormat(tags.en, { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
}
const numberFormats = new Map<string, Intl.NumberFormat>()
const dateFormats = new Map<string, Intl.DateTimeFormat>()

/** The form of a word for a count: French says "0 commit", "1,5 commit"; English "0 commits". */
export function plural(locale: Locale, count: number, one: string, other: string): string {
  return pluralRules[locale].select(count) === 'one' ? one : other
}

/** A number in the reader's language, its minus a minus: `1 204`, `1,204`, `−3`. */
export function number(locale: Locale, value: number, maximumFractionDigits = 2): string {
  const known = numberFormats.get(`${locale} ${maximumFractionDigits}`)
  const format = known ?? new Intl.NumberFormat(tags[locale], { maximumFractionDigits })
  if (!known) numberFormats.set(`${locale} ${maximumFractionDigits}`, format)
  return format.format(value).replace('-', '−')
}

/** A share of 0 to 1 as `99,96 %`, `99.96%`; never rounded up to what it is not. Nothing known: `–`. */
export function percent(locale: Locale, share: number | undefined): string {
  if (share === undefined) return '–'
  return `${number(locale, Math.floor(share * 10_000) / 100)}${locale === 'fr' ? '\u00a0' : ''}%`
}

/** A size, 1 Ko = 1 KB = 1024 bytes: `1,42 Mo`, `1.42 MB`. */
export function size(locale: Locale, sizeBytes: number): string {
  const units = locale === 'fr' ? ['o', 'Ko', 'Mo', 'Go', 'To'] : ['B', 'KB', 'MB', 'GB', 'TB']
  let value = sizeBytes
  let index = 0
  while (value >= 1024 && index < units.length - 1) {
    value /= 1024
    index += 1
  }
  return `${number(locale, value)}\u00a0${units[index]}`
}

/** A file's size, always two decimals: `0,49 Ko` below 1 MB, else `1,42 Mo` (issue "The folder"). */
export function fileSize(locale: Locale, sizeBytes: number): string {
  const isSmall = sizeBytes < megabyte
  const unit = isSmall ? { fr: 'Ko', en: 'KB' } : { fr: 'Mo', en: 'MB' }
  return `${twoDecimals[locale].format(sizeBytes / (isSmall ? 1024 : megabyte))}\u00a0${unit[locale]}`
}

const megabyte = 1024 * 1024

/** The day and the hour apart: `21/11/2026` and `08:12:31`. */
export function dayAndHour(
  locale: Locale,
  timeZone: string,
  at: number,
): { readonly day: string; readonly hour: string } {
  return {
    day: dateFormat(locale, timeZone, 'day').format(at),
    hour: dateFormat(locale, timeZone, 'second').format(at),
  }
}

const dateParts: Readonly<Record<'day' | 'minute' | 'second', Intl.DateTimeFormatOptions>> = {
  day: { day: '2-digit', month: '2-digit', year: 'numeric' },
  minute: { hour: '2-digit', minute: '2-digit' },
  second: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
}

/** The day, or the time of day to the minute or second. There are few zones: each is kept. */
function dateFormat(locale: Locale, timeZone: string, parts: 'day' | 'minute' | 'second'): Intl.DateTimeFormat {
  const key = `${locale} ${parts} ${timeZone}`
  const known = dateFormats.get(key)
  const format = known ?? new Intl.DateTimeFormat(tags[locale], { timeZone, ...dateParts[parts] })
  if (!known) dateFormats.set(key, format)
  return format
}

/** A duration in at most two units: `4 min 12 s`, `3 j 2 h`, `850 ms`. */
export function duration(locale: Locale, durationMs: number): string {
  if (durationMs < 1000) return `${Math.max(0, Math.round(durationMs))}\u00a0ms`
  const seconds = Math.round(durationMs / 1000)
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), locale === 'fr' ? 'j' : 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ]
  const first = parts.findIndex(([count]) => count > 0)
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit], index) => `${unit === 's' && index > 0 ? String(count).padStart(2, '0') : count}\u00a0${unit}`)
    .join(' ')
}

/** How often: one of a unit is said in the smaller one, `60 s`, `24 h`, so that "every" can stand before it in any language. */
export function interval(locale: Locale, intervalMs: number): string {
  const smaller = ones.find(([one]) => one === intervalMs)?.[1]
  return smaller === undefined ? duration(locale, intervalMs) : smaller
}

const ones: readonly (readonly [number, string])[] = [
  [1000, '1000\u00a0ms'],
  [60_000, '60\u00a0s'],
  [3_600_000, '60\u00a0min'],
  [86_400_000, '24\u00a0h'],
]

/** How long ago: `il y a 3 min`, `3 min ago`. */
export function ago(locale: Locale, durationMs: number): string {
  const words = duration(locale, Math.max(1000, durationMs)).split(' ')[0] ?? ''
  return locale === 'fr' ? `il y a ${words}` : `${words} ago`
}

/** A time of day in the reader's zone, with the date when it is another day than `now`: `09:02`, `21/11/2026 09:02`. Instants are milliseconds since 1970. */
export function moment(locale: Locale, timeZone: string, at: number, now: number): string {
  const time = dateFormat(locale, timeZone, 'minute').format(at)
  const day = dateFormat(locale, timeZone, 'day')
  return day.format(at) === day.format(now) ? time : `${day.format(at)} ${time}`
}

/** `jusqu’à 09:02`, `jusqu’au 20/11/2026 09:02`, `until 09:02`. */
export function until(locale: Locale, timeZone: string, at: number, now: number): string {
  const when = moment(locale, timeZone, at, now)
  if (locale === 'en') return `until ${when}`
  return when.includes('/') ? `jusqu’au ${when}` : `jusqu’à ${when}`
}

/** A time of day to the second, with the date when it is another day than `now`: `09:02:13`. */
export function clock(locale: Locale, timeZone: string, at: number, now: number): string {
  const time = dateFormat(locale, timeZone, 'second').format(at)
  const day = dateFormat(locale, timeZone, 'day')
  return day.format(at) === day.format(now) ? time : `${day.format(at)} ${time}`
}

/** A list in words: `a, b et c`, `a, b and c`. */
export function list(
  locale: Locale,
  words: readonly string[],
  type: 'conjunction' | 'disjunction' = 'conjunction',
): string {
  return new Intl.ListFormat(tags[locale], { type }).format(words)
}

const unitsMs: Record<string, number> = {
  ms: 1,
  s: 1000,
  sec: 1000,
  seconde: 1000,
  secondes: 1000,
  second: 1000,
  seconds: 1000,
  m: 60_000,
  min: 60_000,
  mn: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  heure: 3_600_000,
  heures: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  j: 86_400_000,
  jour: 86_400_000,
  jours: 86_400_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
  w: 604_800_000,
  sem: 604_800_000,
  semaine: 604_800_000,
  semaines: 604_800_000,
  week: 604_800_000,
  weeks: 604_800_000,
}

/** A duration somebody typed, in milliseconds: `10m`, `1h30`, `1,5h`, `2 jours`, `90` (seconds). Nothing where it cannot be read. */
export function parseDuration(text: string): number | undefined {
  const words = text.trim().toLowerCase()
  if (/^\d+$/.test(words)) return Number(words) * 1000
  const hours = /^(\d+)h(\d{1,2})$/.exec(words)
  if (hours) return Number(hours[1]) * 3_600_000 + Number(hours[2]) * 60_000
  if (!/^(\d+(?:[.,]\d+)?\s*\p{L}+\s*)+$/u.test(words)) return undefined
  let totalMs = 0
  for (const [, amount = '', unit = ''] of words.matchAll(/(\d+(?:[.,]\d+)?)\s*(\p{L}+)/gu)) {
    const unitMs = unitsMs[unit]
    if (unitMs === undefined) return undefined
    totalMs += Number(amount.replace(',', '.')) * unitMs
  }
  return Number.isSafeInteger(Math.round(totalMs)) ? Math.round(totalMs) : undefined
}
