// How deep JSON nests and how much it holds, found out before it is parsed (threat T28): one look at each byte, no further than needed.

/** Deeper than anything that anybody honest sends us. */
export const maxDepth = 64

/** `bytes`: UTF-8. Brackets inside strings do not count; what is no JSON gets some answer. */
export function isTooDeep(bytes: Uint8Array): boolean {
  let depth = 0
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0
    if (byte === 0x22) index = endOfString(bytes, index)
    // All four brackets come after every digit, sign and space.
    else if (byte < 0x5b) continue
    else if (byte === 0x5b || byte === 0x7b) {
      depth += 1
      if (depth > maxDepth) return true
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1
  }
  return false
}

/** More than this at once holds everybody else up: a short one costs as much to take in as a long one. */
export const maxValues = 20_000

/** `bytes`: UTF-8. Whether there are more than `maxValues` values in it, lists and objects among them; an empty one counts twice. */
export function isTooMuch(bytes: Uint8Array): boolean {
  // Most bodies are too short for it.
  if (bytes.length <= maxValues) return false
  let values = 1
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0
    if (byte === 0x22) index = endOfString(bytes, index)
    else if (byte === 0x2c || byte === 0x5b || byte === 0x7b) {
      values += 1
      if (values > maxValues) return true
    }
  }
  return false
}

/** What a string's end is looked for in, byte by byte. */
const soonBytes = 64

/** Where the string ends that begins here: most end soon, of a long one the quotes alone are looked at. */
function endOfString(bytes: Uint8Array, start: number): number {
  const soon = Math.min(bytes.length, start + soonBytes)
  let index = start + 1
  while (index < soon && bytes[index] !== 0x22) index += bytes[index] === 0x5c ? 2 : 1
  if (index < soon) return index
  for (;;) {
    const quote = bytes.indexOf(0x22, index)
    if (quote === -1) return bytes.length
    let first = quote
    // Not before `index`: what stands there is no second half of an escape.
    while (first > index && bytes[first - 1] === 0x5c) first -= 1
    if ((quote - first) % 2 === 0) return quote
    index = quote + 1
  }
}
