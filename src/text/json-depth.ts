// How deep JSON nests, found out before it is parsed (threat T28): one look at each byte, no further than needed.

/** Deeper than anything that anybody honest sends us. */
export const maxDepth = 64

/** `bytes`: UTF-8. Brackets inside strings do not count; what is no JSON gets some answer. */
export function isTooDeep(bytes: Uint8Array): boolean {
  let depth = 0
  let inString = false
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index]
    if (inString) {
      if (byte === 0x5c) index += 1
      else if (byte === 0x22) inString = false
    } else if (byte === 0x22) inString = true
    else if (byte === 0x5b || byte === 0x7b) {
      depth += 1
      if (depth > maxDepth) return true
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1
  }
  return false
}
