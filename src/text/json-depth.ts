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

/** Where the string ends that begins here. */
function endOfString(bytes: Uint8Array, start: number): number {
  let index = start + 1
  while (index < bytes.length && bytes[index] !== 0x22) index += bytes[index] === 0x5c ? 2 : 1
  return index
}
