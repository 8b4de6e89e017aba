// Which rows of `keys` bear a hash: an open-addressing table in typed arrays, 24 bytes a slot. A random key in a B-tree dirties a page of
// its own at every commit, which cost more than all the rest of an event; appended rows and this index cost next to nothing.

/** What a slot says; the row has the last word, for only 53 bits of the hash are kept here. */
export interface KeyIndex {
  /** Rows whose key may be this one and has not expired. */
  find(hash: Uint8Array, now: number): readonly number[]
  add(hash: Uint8Array, row: number, expiresAt: number, now: number): void
}

const smallest = 1024
/** How full it may be before it is made anew, without what has expired. */
const mostFull = 0.7

export function createKeyIndex(): KeyIndex {
  let hashes = new Float64Array(smallest)
  let rows = new Float64Array(smallest)
  let expiries = new Float64Array(smallest)
  let used = 0

  const put = (short: number, row: number, expiresAt: number) => {
    let at = short % rows.length
    while (rows[at] !== 0) at = (at + 1) % rows.length
    hashes[at] = short
    rows[at] = row
    expiries[at] = expiresAt
    used += 1
  }

  const remake = (now: number) => {
    const before = { hashes, rows, expiries }
    const live = before.expiries.reduce((count, expiresAt) => count + (expiresAt > now ? 1 : 0), 0)
    let size = smallest
    while (size * mostFull < live * 2) size *= 2
    hashes = new Float64Array(size)
    rows = new Float64Array(size)
    expiries = new Float64Array(size)
    used = 0
    before.rows.forEach((row, at) => {
      const expiresAt = before.expiries[at] ?? 0
      if (row !== 0 && expiresAt > now) put(before.hashes[at] ?? 0, row, expiresAt)
    })
  }

  return {
    find(hash, now) {
      const short = shorten(hash)
      const found: number[] = []
      for (let at = short % rows.length; rows[at] !== 0; at = (at + 1) % rows.length) {
        if (hashes[at] === short && (expiries[at] ?? 0) > now) found.push(rows[at] ?? 0)
      }
      return found
    },
    add(hash, row, expiresAt, now) {
      if (used + 1 > rows.length * mostFull) remake(now)
      put(shorten(hash), row, expiresAt)
    },
  }
}

/** The first 53 bits, as a whole number. */
function shorten(hash: Uint8Array): number {
  let short = (hash[0] ?? 0) & 31
  for (let at = 1; at <= 6; at += 1) short = short * 256 + (hash[at] ?? 0)
  return short
}
