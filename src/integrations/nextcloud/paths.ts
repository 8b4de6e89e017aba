// Paths below a watched folder: bytes kept as Latin-1 text, and the words that people read (threat T31).

import type { RawPath } from './folder.ts'

/** The words of a path: UTF-8, with U+FFFD for what is none. Nothing is escaped yet. */
export function shown(path: RawPath): string {
  return isAscii(path) ? path : Buffer.from(path, 'latin1').toString('utf8')
}

/** The bytes of words. */
export function rawOf(words: string): RawPath {
  return isAscii(words) ? words : Buffer.from(words, 'utf8').toString('latin1')
}

/** What the system takes: its bytes. */
export function systemPath(raw: string): string | Buffer {
  return isAscii(raw) ? raw : Buffer.from(raw, 'latin1')
}

/** The last segment. */
export function nameOf(path: RawPath): RawPath {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** In lower case, without the dot; empty where there is none. */
export function extensionOf(path: RawPath): string {
  return (/[^/]\.([^./]+)$/.exec(shown(nameOf(path)))?.[1] ?? '').toLowerCase()
}

export function isAscii(text: string): boolean {
  return !/[\x80-\uffff]/.test(text)
}
