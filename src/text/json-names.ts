// Names that are said twice within one JSON object (RFC 8259 §4: what a reader makes of them is anybody's guess). `JSON.parse` takes the
// last one; another reader of the same bytes may have taken the first.

const quote = 0x22
const backslash = 0x5c

/** The first name that its object says twice; nothing where there is none. `json` is valid. */
export function doubledName(json: string): string | undefined {
  /** Of every object that is open its names so far; nothing for a list. */
  const open: (Set<string> | undefined)[] = []
  let isName = false
  for (let index = 0; index < json.length; index += 1) {
    const character = json.charCodeAt(index)
    if (character === quote) {
      const end = endOfString(json, index)
      const names = isName ? open.at(-1) : undefined
      if (names !== undefined) {
        const name = String(JSON.parse(json.slice(index, end + 1)))
        if (names.has(name)) return name
        names.add(name)
      }
      isName = false
      index = end
    } else if (character === 0x7b) {
      open.push(new Set())
      isName = true
    } else if (character === 0x5b) {
      open.push(undefined)
      isName = false
    } else if (character === 0x7d || character === 0x5d) open.pop()
    else if (character === 0x2c) isName = open.at(-1) !== undefined
  }
  return undefined
}

function endOfString(json: string, start: number): number {
  let index = start + 1
  while (json.charCodeAt(index) !== quote) index += json.charCodeAt(index) === backslash ? 2 : 1
  return index
}
