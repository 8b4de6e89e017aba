// Numbers that no double holds (above 2^53, or with more digits than it keeps), as they were written: `JSON.stringify` writes them out
// again digit by digit (ECMA-262, `JSON.rawJSON`). RFC 8259 §6 sets no bounds to a number; what reads it may.

import type { Json } from '../event.ts'

declare global {
  interface JSON {
    rawJSON(text: string): ExactNumber
    isRawJSON(value: unknown): value is ExactNumber
  }
}

/** Its digits; to `JSON.stringify` a number. */
export type ExactNumber = { readonly rawJSON: string }

/** Only such a text may hold one: looked at number by number, all others are left to the parser. */
const mayHoldOne = /(?<![\d.])[\d.]{16}|[eE]-\d{3}/
/** A double keeps as many, whatever they are. */
const keptDigits = 15

export function isExactNumber(value: unknown): value is ExactNumber {
  return JSON.isRawJSON(value)
}

/** What `JSON.parse` takes beside a text, so that what it would round is an `ExactNumber`; nothing where it rounds nothing. */
export function exactNumbers(text: string): typeof kept | undefined {
  return mayHoldOne.test(text) ? kept : undefined
}

function kept(_name: string, value: Json, context?: { readonly source?: string }): Json {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined || !Number.isFinite(value)) return value
  return isRounded(value, source) ? JSON.rawJSON(source) : value
}

/** The same with each of them as text. */
export function numbersAsText(value: Json): Json {
  if (isExactNumber(value)) return value.rawJSON
  if (Array.isArray(value)) return value.map(numbersAsText)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (inner === undefined ? [] : [[name, numbersAsText(inner)]])),
  )
}

function isRounded(value: number, source: string): boolean {
  if (source.length <= keptDigits && !/[eE]/.test(source)) return false
  return inOneSpelling(String(value)) !== inOneSpelling(source)
}

/** Digits without zeros before and after, and the power of ten behind them: `-12e3`. */
function inOneSpelling(number: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? []
  const digits = whole + fraction
  let [from, to] = [0, digits.length]
  while (digits[from] === '0') from += 1
  while (to > from && digits[to - 1] === '0') to -= 1
  if (from === to) return '0'
  return `${sign}${digits.slice(from, to)}e${Number(exponent) - fraction.length + digits.length - to}`
}
