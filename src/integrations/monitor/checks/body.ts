// What is looked for in an HTTP answer's body, while it comes: never more of it is kept than is needed, and nothing of it leaves
// (threats T18, T19).

import type { HttpWish } from '../monitor.ts'
import type { Answer, Reader } from './exchange.ts'
import { CheckFailure } from './failures.ts'

const plainBytes = 65_536
const soughtBytes = 1_048_576
const jsonDepth = 64

/** The reader for what a monitor wants. @throws never before it has read. */
export function readerFor(wish: HttpWish | undefined, answer: Answer): Reader {
  const readers: Reader[] = []
  if (wish?.contains !== undefined) readers.push(wordReader(wish.contains, answer.contentType))
  if (wish?.json !== undefined) readers.push(jsonReader(wish.json))
  const [first = lengthReader(), second] = readers
  return second === undefined ? first : both(first, second)
}

/** Whether it comes to its end, or far enough. */
function lengthReader(): Reader {
  let size = 0
  return {
    take(chunk) {
      size += chunk.length
      return size >= plainBytes
    },
    end() {
      // Any body will do.
    },
  }
}

function both(first: Reader, second: Reader): Reader {
  let firstIsDone = false
  let secondIsDone = false
  return {
    take(chunk) {
      firstIsDone ||= first.take(chunk)
      secondIsDone ||= second.take(chunk)
      return firstIsDone && secondIsDone
    },
    end() {
      first.end()
      second.end()
    },
  }
}

/** Keeps only the tail in which the word may have begun. */
function wordReader(word: string, contentType: string | undefined): Reader {
  const decoder = decoderFor(contentType)
  let tail = ''
  let size = 0
  let isFound = false
  return {
    take(chunk) {
      const text = tail + decoder.decode(chunk.subarray(0, soughtBytes - size), { stream: true })
      size += chunk.length
      isFound ||= text.includes(word)
      tail = word.length > 1 ? text.slice(1 - word.length) : ''
      return isFound || size >= soughtBytes
    },
    end() {
      if (!isFound) throw new CheckFailure('content', 'word not found')
    },
  }
}

/** Of the page's own character set where it names one that is known. */
function decoderFor(contentType: string | undefined): TextDecoder {
  const label = /charset\s*=\s*"?([\w.:-]+)/i.exec(contentType ?? '')?.[1]
  try {
    return new TextDecoder(label)
  } catch {
    // An unknown name: most pages are UTF-8 all the same.
    return new TextDecoder()
  }
}

function jsonReader(wish: { readonly path: string; readonly value: string }): Reader {
  const chunks: Buffer[] = []
  let size = 0
  return {
    take(chunk) {
      size += chunk.length
      if (size > soughtBytes) throw new CheckFailure('content', 'JSON beyond 1 MiB')
      chunks.push(chunk)
      return false
    },
    end() {
      const body = Buffer.concat(chunks)
      if (isDeep(body)) throw new CheckFailure('content', `JSON deeper than ${jsonDepth}`)
      if (valueAt(parsed(body.toString('utf8')), wish.path) !== wish.value)
        throw new CheckFailure('content', 'JSON value differs')
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CheckFailure('content', 'no JSON')
  }
}

/** Brackets within strings count too: nobody's status page has so many. */
function isDeep(body: Buffer): boolean {
  let depth = 0
  for (const byte of body) {
    if (byte === 0x7b || byte === 0x5b) depth += 1
    else if (byte === 0x7d || byte === 0x5d) depth -= 1
    if (depth > jsonDepth) return true
  }
  return false
}

/** The value at `data.items[0].state` or `data.items.0.state` as text; objects as JSON; nothing where there is none. */
export function valueAt(json: unknown, path: string): string | undefined {
  let value = json
  for (const name of path.replace(/\[(\d+)\]/g, '.$1').split('.')) {
    if (name === '' || name === '$') continue
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = Reflect.get(value, name)
  }
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}
