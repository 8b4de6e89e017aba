// A cell's value in words, as a reader of each language writes it.

import { duration, number, percent } from '../text/format.ts'
import type { Column, Document } from './document.ts'

export function cellText(
  value: string | number | undefined,
  { kind }: Column,
  { locale, timeZone }: Pick<Document, 'locale' | 'timeZone'>,
): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return printable(value)
  if (kind === 'share') return percent(locale, value)
  if (kind === 'duration') return value === 0 ? '–' : duration(locale, value)
  return kind === 'moment' ? wallTime(value, timeZone) : number(locale, value)
}

/** `2026-11-21 08:41:07`: sorts as it reads. */
export function wallTime(at: number, timeZone: string): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
  return zoned.toPlainDateTime().toString({ smallestUnit: 'second' }).replace('T', ' ')
}

/** Without what no file format may hold or what turns text around. */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu, ' ')
    .trim()
}
