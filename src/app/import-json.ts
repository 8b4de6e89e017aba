// The JSON values of a file that is imported or pushed, one by one however long it is: the elements of an array, a value a line, or, as `jq`
// writes them, a value over several lines after another.

import { isUtf8 } from 'node:buffer'
import { exactNumbers } from '../text/exact-number.ts'
import { isTooDeep } from '../text/json-depth.ts'
import type { Said } from '../text/locale.ts'

export interface Read {
  /** Where it begins in the file, from 1. */
  readonly line: number
  readonly value: unknown
}

export interface Unread {
  readonly line: number
  readonly said: Said
  /** It could not even be parted from what stands around it. */
  readonly garbled?: true
}

interface Piece {
  readonly line: number
  readonly text: string
  readonly isLong?: boolean
  /** Its letters could not all be read. */
  readonly isLossy: boolean
}

const notJson: Said = { fr: 'ce n’est pas du JSON valide', en: 'this is not valid JSON' }
const notUtf8: Said = {
  fr: 'ce n’est pas de l’UTF-8\u00a0: ses accents se perdraient',
  en: 'this is not UTF-8: its accents would be lost',
}
const tooLong: Said = { fr: 'trop long', en: 'too long' }
const tooDeep: Said = { fr: 'imbriqué trop profondément', en: 'nested too deep' }

/** Of one value, unless told otherwise. */
const longestCharacters = 32 * 1024 * 1024

/** In the file's order. `input`: its text, or its bytes in UTF-8, as it comes; `mostCharacters`: of a value, é counting as two. */
export async function* jsonIn(
  input: AsyncIterable<Uint8Array | string>,
  mostCharacters = longestCharacters,
): AsyncGenerator<Read | Unread> {
  for await (const { line, text, isLong, isLossy } of piecesOf(input, mostCharacters)) {
    if (isLong) yield { line, said: tooLong }
    else if (isTooDeep(Buffer.from(text))) yield { line, said: tooDeep }
    else {
      let value: unknown
      try {
        value = JSON.parse(text, exactNumbers(text))
      } catch {
        // Told with its line.
        yield { line, said: notJson, garbled: true }
        continue
      }
      yield isLossy ? { line, said: notUtf8 } : { line, value }
    }
  }
}

async function* piecesOf(input: AsyncIterable<Uint8Array | string>, mostCharacters: number): AsyncGenerator<Piece> {
  let take: ((text: string) => Piece[]) | undefined
  let end: () => Piece[] = () => []
  let line = 1
  let text = ''
  const begin = () => {
    const [blank = ''] = /^(?:\s|\xef\xbb\xbf)*/.exec(text) ?? []
    line += newlines(blank)
    text = text.slice(blank.length)
    // Enough of the first line to tell which way it is written; the mark of UTF-8 is three bytes.
    if (/^\xef\xbb?$/.test(text) || !/^[^{]|^\{[^\S\n]*\S|^\{[^\S\n]*\n/.test(text)) return
    const isList = text.startsWith('[')
    const isSpread = /^\{\s*\n/.test(text)
    ;({ take, end } =
      isList || isSpread
        ? createValueReader(line, isList ? 0 : 1, mostCharacters)
        : createLineReader(line, mostCharacters))
  }
  for await (const chunk of input) {
    // A character for each byte: what stands between two marks of JSON is read as UTF-8 once it is whole, and told where it is none.
    text += Buffer.from(chunk).toString('latin1')
    if (take === undefined) begin()
    if (take === undefined) continue
    yield* take(text)
    text = ''
  }
  if (take === undefined && text.trim() !== '') ({ take, end } = createLineReader(line, mostCharacters))
  if (take !== undefined) yield* take(text)
  yield* end()
}

/** Of bytes, a character each. */
function wordsOf(bytes: string): Pick<Piece, 'text' | 'isLossy'> {
  const buffer = Buffer.from(bytes, 'latin1')
  return { text: buffer.toString('utf8').trim(), isLossy: !isUtf8(buffer) }
}

const newlines = (text: string): number => text.split('\n').length - 1

interface Reader {
  take(text: string): Piece[]
  end(): Piece[]
}

function createLineReader(first: number, mostCharacters: number): Reader {
  let line = first
  let [rest, isLong] = ['', false]
  const pieceOf = (text: string): Piece[] => {
    const at = { line, ...(isLong || text.length > mostCharacters ? { isLong: true } : {}) }
    line += 1
    isLong = false
    const words = wordsOf(text)
    const bare = words.text.replace(/,$/, '')
    return bare === '' ? [] : [{ ...words, ...at, text: bare }]
  }
  return {
    take(text) {
      const [head = '', ...lines] = text.split('\n')
      rest += head
      const whole: Piece[] = []
      for (const next of lines) {
        whole.push(...pieceOf(rest))
        rest = next
      }
      // Not kept, however long it becomes.
      if (rest.length > mostCharacters) [rest, isLong] = ['?', true]
      return whole
    },
    end: () => pieceOf(rest),
  }
}

/**
 * By depth alone: what stands between two commas of the outermost array is a value, whether or not it is JSON. From depth 1 on there is no
 * array around: a value ends where its bracket is closed.
 */
function createValueReader(first: number, outside: 0 | 1, mostCharacters: number): Reader {
  let [line, startedAt, depth] = [first, first, Number(outside)]
  let [inText, isEscaped, isOver] = [false, false, false]
  let element = ''
  const flush = (): Piece[] => {
    const isLong = element.length > mostCharacters
    const words = wordsOf(element)
    element = ''
    return words.text === '' ? [] : [{ line: startedAt, ...words, isLong }]
  }
  const add = (character: string) => {
    if (element === '') {
      if (/\s/.test(character)) return
      startedAt = line
    }
    if (element.length <= mostCharacters) element += character
  }
  function step(character: string): Piece[] {
    if (character === '\n') line += 1
    if (isOver) {
      // Another list may follow (`cat a.json b.json`); anything else is told.
      if (character !== '[') add(character)
      else [isOver, depth] = [false, 1]
      return isOver ? [] : flush()
    }
    if (inText) {
      if (isEscaped) isEscaped = false
      else if (character === '\\') isEscaped = true
      else if (character === '"') inText = false
    } else if (character === '"') inText = true
    else if (character === '[' || character === '{') {
      depth += 1
      if (depth === 1) return []
    } else if (character === ']' || character === '}') {
      depth -= 1
      if (outside === 1 && depth <= 1) {
        depth = 1
        add(character)
        return flush()
      }
      isOver = depth === 0
      if (isOver) return flush()
    } else if (character === ',' && depth === 1) return flush()
    add(character)
    return []
  }
  return {
    take(text) {
      const pieces: Piece[] = []
      for (const character of text) pieces.push(...step(character))
      return pieces
    },
    // A file that was cut: what is there of the last one is told as not understood.
    end: flush,
  }
}
