// Text with structure instead of markup. Each target renders it with its own escaper, so a foreign word can never become
// a mention, a link or a heading (design.md, "Foreign text").

/**
 * A piece of text. A bare string is foreign: it is escaped for the target and kept on one line.
 * `own` is a word of ours, told as it stands (it holds no markup; `\n` breaks the line).
 * A `link`'s address must be one we built or checked.
 */
export type Span =
  | string
  | { readonly own: string }
  | { readonly code: string }
  | { readonly bold: Rich }
  | { readonly strike: Rich }
  | { readonly link: string; readonly text: Rich }
  | { readonly item: Rich }

export type Rich = readonly Span[]

/**
 * Tagged template: the literal parts are our own words, what is interpolated is foreign unless it is a span.
 * @example rich`${bold(name)} a ouvert une merge request`
 */
export function rich(words: TemplateStringsArray, ...values: readonly (Span | Rich | number)[]): Rich {
  const spans: Span[] = []
  words.forEach((word, index) => {
    if (word !== '') spans.push({ own: word })
    const value = values[index]
    if (value === undefined) return
    if (typeof value === 'number') spans.push({ own: String(value) })
    else if (isRich(value)) spans.push(...value)
    else if (value !== '') spans.push(value)
  })
  return spans
}

/** Our own words, as they stand. */
export const own = (words: string): Rich => (words === '' ? [] : [{ own: words }])
export const bold = (text: string | Rich): Span => ({ bold: typeof text === 'string' ? [text] : text })
export const strike = (text: string | Rich): Span => ({ strike: typeof text === 'string' ? [text] : text })
/** Machine words: branches, files, hashes, addresses, statuses. */
export const code = (text: string): Span => ({ code: text })
export const link = (address: string, text: string | Rich): Span => ({
  link: address,
  text: typeof text === 'string' ? [text] : text,
})
/** A line of a list. */
export const item = (text: Rich): Span => ({ item: text })

/** The pieces one after the other, `separator` between those that say something. */
export function join(pieces: readonly Rich[], separator: string): Rich {
  const spans: Span[] = []
  for (const piece of pieces) {
    if (piece.length === 0) continue
    if (spans.length > 0) spans.push({ own: separator })
    spans.push(...piece)
  }
  return spans
}

/** The words alone, without structure: for titles with a link, footers, fallbacks and logs. */
export function plain(text: Rich): string {
  return text.map(plainSpan).join('')
}

function plainSpan(span: Span): string {
  if (typeof span === 'string') return oneLine(span)
  if ('own' in span) return span.own
  if ('code' in span) return oneLine(span.code)
  if ('bold' in span) return plain(span.bold)
  if ('strike' in span) return plain(span.strike)
  if ('item' in span) return `\n- ${plain(span.item)}`
  return plain(span.text)
}

function isRich(value: Span | Rich): value is Rich {
  return Array.isArray(value)
}

/** Control, direction-changing, invisible and tag characters. The joiner U+200D stays: emoji are made with it. */
const hidden = /[\p{Cc}\u061c\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu

/** Something that is folded, trimmed, shown by its number or half a character. */
const unusual =
  /^\s|\s$| {2}|[\p{Cc}\p{Cs}\u061c\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/u

/** Foreign text on one line: spaces and line breaks folded (no-break spaces stay), control and direction-changing characters shown by their number, so that nothing hides or turns around. */
export function oneLine(text: string): string {
  if (!unusual.test(text)) return text
  return text
    .toWellFormed()
    .replace(/[\t-\r \u0085\u2028\u2029]+/g, ' ')
    .trim()
    .replace(
      hidden,
      (character) => `‹U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`,
    )
}

/** Foreign text cut to `runes` characters (code points), with an ellipsis where something is left out. */
export function shorten(text: string, runes: number): string {
  // Of a long text the beginning is enough, unless folding leaves too little of it; its last character may be half of one.
  const enough = 16 * runes + 64
  if (text.length > enough) {
    const begin = [...oneLine(text.slice(0, enough))]
    if (begin.length > runes + 1) return cut(begin, runes)
  }
  const line = oneLine(text)
  if (line.length <= runes) return line
  const characters = [...line]
  return characters.length <= runes ? line : cut(characters, runes)
}

function cut(characters: readonly string[], runes: number): string {
  return `${characters
    .slice(0, Math.max(0, runes - 1))
    .join('')
    .trimEnd()}…`
}
