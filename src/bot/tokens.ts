// What somebody typed → words (interface.md, "What people type"). No shell's rules: a French apostrophe is a letter, `#` and `&` mean
// nothing, phones write “ ” « » „ and turn `--` into `—`.

import { UserError } from '../errors.ts'
import { code, rich } from '../text/rich.ts'
import { said } from '../text/said.ts'

export interface Token {
  readonly text: string
  /** It began with a quote: never a flag, a verb or `help`. */
  readonly quoted: boolean
}

/** Opening quote → the quotes that close it. */
const closers: Readonly<Record<string, string>> = {
  '"': '"',
  '“': '”“',
  '”': '”“',
  '„': '“”',
  '«': '»',
  '»': '«',
  "'": "'",
}

/**
 * The words. A quote opens at a word's start, or after the `=` of a flag; it ends with its partner, and `""` between straight ones is a `"`. A typed `—` or `–` before a letter is `--`.
 * @throws {UserError} for a quote that is never closed; an apostrophe without a partner is a letter.
 */
export function tokenize(input: string): readonly Token[] {
  const text = input.toWellFormed().replace(/[\r\n\u2028\u2029]/g, ' ')
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    if (isSpace(text.charAt(at))) {
      at += 1
      continue
    }
    const [token, end] = readWord(text, at)
    tokens.push(token)
    at = end
  }
  return tokens
}

function readWord(text: string, start: number): [Token, number] {
  const opening = readQuoted(text, start)
  let word = opening?.[0] ?? ''
  let at = opening?.[1] ?? start
  while (at < text.length && !isSpace(text.charAt(at))) {
    const value = opening === undefined && /^(?:--|[—–]-?)[^=]+=$/u.test(word) ? readQuoted(text, at) : undefined
    word += value?.[0] ?? text.charAt(at)
    at = value?.[1] ?? at + 1
  }
  const quoted = opening !== undefined
  return [{ text: quoted ? word : word.replace(/^[—–]-?(?=\p{L})/u, '--'), quoted }, at]
}

/** What stands between quotes that open here, and where it ends. */
function readQuoted(text: string, at: number): [string, number] | undefined {
  const opener = text.charAt(at)
  const partners = closers[opener]
  if (partners === undefined) return undefined
  if (opener === '"') {
    const [whole, inside] = /^"((?:[^"]|"")*)"(?!")/.exec(text.slice(at)) ?? []
    if (whole !== undefined && inside !== undefined) return [inside.replaceAll('""', '"'), at + whole.length]
  }
  let end = at + 1
  while (end < text.length && !closes(text, end, opener, partners)) end += 1
  if (end < text.length) {
    const inside = text.slice(at + 1, end)
    return [opener === '«' || opener === '»' ? inside.trim() : inside, end + 1]
  }
  if (opener === "'") return undefined
  const doubled =
    opener === '"'
      ? { fr: rich` Parmi eux, ${code('"')} s’écrit deux fois.`, en: rich` Among them, ${code('"')} is written twice.` }
      : { fr: [], en: [] }
  throw new UserError(
    said({
      fr: rich`Le guillemet ${code(opener)} n’est jamais refermé. Fermez-le à la fin des mots qu’il entoure.${doubled.fr}`,
      en: rich`The quote ${code(opener)} is never closed. Close it after the words it holds.${doubled.en}`,
    }),
  )
}

/** An apostrophe inside a word is a letter: only one at a word's end closes. */
function closes(text: string, at: number, opener: string, partners: string): boolean {
  if (!partners.includes(text.charAt(at))) return false
  return opener !== "'" || at + 1 === text.length || isSpace(text.charAt(at + 1))
}

const isSpace = (character: string): boolean => /\s/.test(character)
