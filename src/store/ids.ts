// Ids of everything stored: one integer key that rises with time, 41 bits of milliseconds since 2020 and a 12-bit counter, shown
// outside as 11 characters of lower-case Crockford base32, which sort as the numbers do (libraries.md §7).

const epochMs = Date.UTC(2020, 0, 1)
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const length = 11

export interface Ids {
  /** The first of `count` ids in a row, above every id given before, even when the clock stepped back. */
  next(now: number, count?: number): number
}

/** `last` is the greatest id ever given, 0 for none. */
export function createIds(last: number): Ids {
  let given = last
  return {
    next(now, count = 1) {
      const first = Math.max(given + 1, (now - epochMs) * 4096)
      given = first + count - 1
      return first
    },
  }
}

/** When it was given, milliseconds since 1970; later where the clock had stepped back. */
export function timeOfId(id: number): number {
  return Math.floor(id / 4096) + epochMs
}

/** What sorts before the id of everything stored at or after a moment, milliseconds since 1970. */
export function idBefore(at: number): string {
  return showId(Math.max(0, (at - epochMs) * 4096 - 1))
}

/** `06g0a1b2c3d`. */
export function showId(id: number): string {
  let text = ''
  let rest = id
  while (text.length < length) {
    text = alphabet.charAt(rest % 32) + text
    rest = Math.floor(rest / 32)
  }
  return text
}

/** The key behind an id as a person may type it (capitals, `o` for `0`, `i` or `l` for `1`); nothing where it is no id. */
export function readId(text: string): number | undefined {
  if (text.length === 0 || text.length > length) return undefined
  let id = 0
  for (const character of text.toLowerCase().replaceAll('o', '0').replaceAll(/[il]/g, '1')) {
    const digit = alphabet.indexOf(character)
    if (digit < 0) return undefined
    id = id * 32 + digit
  }
  return Number.isSafeInteger(id) ? id : undefined
}
