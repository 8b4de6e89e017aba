// JSON read as it stands, nothing bent (issue 7, "Bad input"): bounded in depth, each name once, each number as it was written, none
// without bounds.

import { isUtf8 } from 'node:buffer'
import type { Json } from '../event.ts'
import { exactNumbers } from './exact-number.ts'
import { number } from './format.ts'
import { isTooDeep, maxDepth, maxValues } from './json-depth.ts'
import type { Said } from './locale.ts'

export type ExactJson =
  | { readonly value: Json }
  /** It cannot be read at all: 400. */
  | { readonly unreadable: Said }
  /** It can be read in more than one way: 422. `at`: `data.items.0.name`. */
  | { readonly at: string; readonly wrong: Said }

/** `blank`: white space alone. */
export type Unreadable = 'empty' | 'blank' | 'notUtf8' | 'tooDeep' | 'notJson'

const notJson: Said = { fr: 'Le corps n’est pas du JSON valide.', en: 'The body is not valid JSON.' }
export const unreadableWords: Readonly<Record<Unreadable, Said>> = {
  empty: { fr: 'Le corps est vide\u202f; du JSON est attendu.', en: 'The body is empty; JSON is expected.' },
  blank: notJson,
  notUtf8: { fr: 'Le corps n’est pas en UTF-8.', en: 'The body is not UTF-8.' },
  tooDeep: {
    fr: `Le JSON est imbriqué sur plus de ${maxDepth} niveaux.`,
    en: `The JSON nests deeper than ${maxDepth} levels.`,
  },
  notJson,
}
/** Of a body of the API with more values than one call may bring (threat T28). */
export const tooMuch: Said = {
  fr: `Le JSON contient plus de ${number('fr', maxValues)} valeurs\u00a0: envoyez-le en plusieurs fois.`,
  en: `The JSON holds more than ${number('en', maxValues)} values: send it in several calls.`,
}
const twice: Said = { fr: 'ce nom est donné deux fois', en: 'this name is given twice' }
const tooLarge: Said = {
  fr: 'il faut un nombre qui puisse être gardé\u202f; celui-ci dépasse 1,8\u00a0×\u00a010³⁰⁸',
  en: 'a number that can be kept is expected; this one exceeds 1.8 × 10³⁰⁸',
}

/** What bytes hold and its text, its depth bounded before it is parsed (threat T28); or why it cannot be read. */
export function parseJson(
  bytes: Uint8Array,
): { readonly text: string; readonly value: Json } | { readonly unreadable: Unreadable } {
  if (bytes.length === 0) return { unreadable: 'empty' }
  if (!isUtf8(bytes)) return { unreadable: 'notUtf8' }
  if (isTooDeep(bytes)) return { unreadable: 'tooDeep' }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  try {
    return { text, value: JSON.parse(text) }
  } catch (error) {
    // What the parser says quotes the body.
    if (error instanceof SyntaxError) return { unreadable: text.trim() === '' ? 'blank' : 'notJson' }
    throw error
  }
}

export function readExactJson(bytes: Uint8Array): ExactJson {
  const parsed = parseJson(bytes)
  if ('unreadable' in parsed) return { unreadable: unreadableWords[parsed.unreadable] }
  const { text, value } = parsed
  const repeated = repeatedName(text)
  if (repeated !== undefined) return { at: repeated, wrong: twice }
  const endless = mayBeEndless.test(text) ? endlessNumber(value, '') : undefined
  if (endless !== undefined) return { at: endless, wrong: tooLarge }
  const keep = exactNumbers(text)
  return { value: keep === undefined ? value : JSON.parse(text, keep) }
}

interface Level {
  /** Nothing for a list. */
  readonly names: Set<string> | undefined
  name: string
  index: number
}

/** Where a name stands twice in one object of valid JSON: what a reader makes of it is anybody's guess (RFC 8259 §4). */
export function repeatedName(text: string): string | undefined {
  const levels: Level[] = []
  let isName = false
  for (const token of text.match(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g) ?? []) {
    const level = levels.at(-1)
    if (token === '{' || token === '[') {
      levels.push({ names: token === '{' ? new Set() : undefined, name: '', index: 0 })
      isName = token === '{'
    } else if (token === '}' || token === ']') {
      levels.pop()
      isName = false
    } else if (token === ',') {
      if (level !== undefined) level.index += 1
      isName = level?.names !== undefined
    } else if (isName && level?.names !== undefined) {
      level.name = token.includes('\\') ? String(JSON.parse(token)) : token.slice(1, -1)
      if (level.names.has(level.name)) return pathOf(levels)
      level.names.add(level.name)
      isName = false
    }
  }
  return undefined
}

function pathOf(levels: readonly Level[]): string {
  return levels.map(({ names, name, index }) => (names === undefined ? String(index) : name)).join('.')
}

/** A number that no number holds is written with an exponent, or with more than 300 digits. */
const mayBeEndless = /\d[eE]|\d{300}/

function endlessNumber(value: Json | undefined, at: string): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : at
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, inner] of Object.entries(value)) {
    const found = endlessNumber(inner, at === '' ? name : `${at}.${name}`)
    if (found !== undefined) return found
  }
  return undefined
}
