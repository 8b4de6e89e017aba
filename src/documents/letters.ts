// Text in the letters that a font has: what it lacks would be drawn as empty boxes. Read from its table of characters (OpenType, "cmap",
// format 4).

/** True for a character that the font draws, by its code point. */
export type HasLetter = (codePoint: number) => boolean

const windows = 3
const unicode = 1

/** @throws {Error} for a font without such a table. */
export function lettersOf(font: Uint8Array): HasLetter {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength)
  const at = tableAt(view, tagged('cmap'))
  const table = encodingAt(view, at)
  const segments = view.getUint16(table + 6) / 2
  const ends = table + 14
  const starts = ends + 2 * segments + 2
  const deltas = starts + 2 * segments
  const ranges = deltas + 2 * segments
  return (codePoint) => {
    if (codePoint > 0xfffe) return false
    let segment = 0
    while (segment < segments && view.getUint16(ends + 2 * segment) < codePoint) segment += 1
    if (segment === segments) return false
    const start = view.getUint16(starts + 2 * segment)
    if (codePoint < start) return false
    const delta = view.getUint16(deltas + 2 * segment)
    const range = view.getUint16(ranges + 2 * segment)
    if (range === 0) return ((codePoint + delta) & 0xffff) !== 0
    return view.getUint16(ranges + 2 * segment + range + 2 * (codePoint - start)) !== 0
  }
}

const tagged = (tag: string): number => Buffer.from(tag, 'latin1').readUInt32BE()

function tableAt(view: DataView, tag: number): number {
  const tables = view.getUint16(4)
  for (let index = 0; index < tables; index += 1) {
    const entry = 12 + 16 * index
    if (view.getUint32(entry) === tag) return view.getUint32(entry + 8)
  }
  throw new Error('a font without characters')
}

function encodingAt(view: DataView, cmap: number): number {
  const encodings = view.getUint16(cmap + 2)
  for (let index = 0; index < encodings; index += 1) {
    const entry = cmap + 4 + 8 * index
    const table = cmap + view.getUint32(entry + 4)
    const isOurs = view.getUint16(entry) === windows && view.getUint16(entry + 2) === unicode
    if (isOurs && view.getUint16(table) === 4) return table
  }
  throw new Error('a font whose characters are not Unicode')
}

/** What stands for what many fonts lack. */
const instead: ReadonlyMap<string, string> = new Map([
  ['\u202f', '\u00a0'],
  ['→', '>'],
  ['←', '<'],
])
const nothingLeft = '…'

/** A text without what the font lacks: `🛒 boutique` is `boutique`. What is all of such characters stays visible. */
export function inLetters(text: string, has: HasLetter): string {
  if (text === '') return ''
  const left = [...text.normalize('NFC')]
    .map((character) => (has(character.codePointAt(0) ?? 0) ? character : (instead.get(character) ?? '')))
    .join('')
    .replace(/ {2,}/g, ' ')
    .trim()
  return left === '' ? nothingLeft : left
}
