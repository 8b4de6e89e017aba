// The things of a file that is imported, one by one however long it is: the elements of a JSON array, or a JSON value a line.

import { hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { ImportRecord } from '../app/import.ts'
import { exactNumbers } from '../text/exact-number.ts'
import type { Said } from '../text/locale.ts'

export interface Unread {
  readonly line: number
  readonly said: Said
}

interface Piece {
  readonly line: number
  readonly text: string
}

const notJson: Said = { fr: 'ce n’est pas du JSON valide', en: 'this is not valid JSON' }
const longestCharacters = 32 * 1024 * 1024
const tooLong: Said = { fr: 'trop long', en: 'too long' }

/** In the file's order. `input`: its text as it comes. */
export async function* recordsIn(input: AsyncIterable<Buffer | string>): AsyncGenerator<ImportRecord | Unread> {
  const seen = new Map<string, number>()
  for await (const { line, text } of piecesOf(input)) {
    if (text.length > longestCharacters) {
      yield { line, said: tooLong }
      continue
    }
    let value: unknown
    try {
      value = JSON.parse(text, exactNumbers(text))
    } catch {
      // Told with its line.
      yield { line, said: notJson }
      continue
    }
    const same = hash('sha256', JSON.stringify(value), 'base64').slice(0, 22)
    const nth = seen.get(same) ?? 0
    seen.set(same, nth + 1)
    yield { line, value, nth }
  }
}

export const fileText = (path: string): AsyncIterable<string> => createReadStream(path, { encoding: 'utf8' })

/** Elements of the one array that stands there, else lines. */
async function* piecesOf(input: AsyncIterable<Buffer | string>): AsyncGenerator<Piece> {
  const decoder = new TextDecoder()
  let take: ((text: string) => Piece[]) | undefined
  let end: () => Piece[] = () => []
  let line = 1
  for await (const chunk of input) {
    let text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    if (take === undefined) {
      const [blank = ''] = /^[\s\ufeff]*/.exec(text) ?? []
      line += newlines(blank)
      text = text.slice(blank.length)
      if (text === '') continue
      ;({ take, end } = text.startsWith('[') ? createArrayReader(line) : createLineReader(line))
    }
    yield* take(text)
  }
  yield* end()
}

const newlines = (text: string): number => text.split('\n').length - 1

interface Reader {
  take(text: string): Piece[]
  end(): Piece[]
}

function createLineReader(first: number): Reader {
  let line = first
  let rest = ''
  const pieceOf = (text: string): Piece[] => {
    const at = line
    line += 1
    const bare = text.trim().replace(/,$/, '')
    return bare === '' ? [] : [{ line: at, text: bare }]
  }
  return {
    take(text) {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      return lines.flatMap(pieceOf)
    },
    end: () => pieceOf(rest),
  }
}

/** By depth alone: what stands between two commas of the outermost array is an element, whether or not it is JSON. */
function createArrayReader(first: number): Reader {
  let [line, startedAt, depth] = [first, first, 0]
  let [inText, isEscaped, isOver] = [false, false, false]
  let element = ''
  const flush = (): Piece[] => {
    const text = element.trim()
    element = ''
    return text === '' ? [] : [{ line: startedAt, text }]
  }
  function step(character: string): Piece[] {
    if (character === '\n') line += 1
    if (isOver) return []
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
      isOver = depth === 0
      if (isOver) return flush()
    } else if (character === ',' && depth === 1) return flush()
    if (element === '') {
      if (/\s/.test(character)) return []
      startedAt = line
    }
    if (element.length <= longestCharacters) element += character
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
