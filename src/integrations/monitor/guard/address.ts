// One spelling for every address, and the IPv4 addresses that an IPv6 address carries for a gateway to unwrap
// (threats-and-faults.md T14). Nothing here decides; `ranges.ts` does.

import { isIPv4, isIPv6 } from 'node:net'

export interface Address {
  /** `10.0.0.3`, `fd00::2`: what is compared, and connected to. */
  readonly text: string
  readonly family: 4 | 6
  /** IPv4 addresses written inside an IPv6 one: NAT64, 6to4, Teredo, IPv4-compatible, SIIT, ISATAP. */
  readonly carries: readonly string[]
}

/** The address in its one spelling, an IPv4-mapped one as the IPv4 address it is; nothing for what is no address, or has a zone. */
export function readAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { text, family: 4, carries: [] }
  if (!isIPv6(text) || text.includes('%')) return undefined
  const groups = groupsOf(text)
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return { text: ipv4(groups, 6), family: 4, carries: [] }
  }
  return { text: new URL(`http://[${text}]`).hostname.slice(1, -1), family: 6, carries: carriedBy(groups) }
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(text: string): readonly number[] {
  // The URL parser writes every spelling, with dots too, as groups of hexadecimal digits.
  const [head = '', tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = Array.from({ length: 8 - left.length - right.length }, () => '0')
  return [...left, ...gap, ...right].map((group) => Number.parseInt(group, 16))
}

/** The IPv4 address in two groups. */
function ipv4(groups: readonly number[], at: number): string {
  const high = groups[at] ?? 0
  const low = groups[at + 1] ?? 0
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.')
}

function carriedBy(groups: readonly number[]): readonly string[] {
  const [first = 0, second = 0, third = 0] = groups
  const zeros = (to: number) => groups.slice(0, to).every((group) => group === 0)
  const last = ipv4(groups, 6)
  // RFC 6052: the well-known prefix, and RFC 8215's /48, whose own prefix lengths put the address in four places.
  if (first === 0x64 && second === 0xff9b) {
    if (groups.slice(2, 6).every((group) => group === 0)) return [last]
    if (third === 1) return localNat64(groups, last)
  }
  if (first === 0x2002) return [ipv4(groups, 1)]
  // Teredo: its server, and the client turned around bit by bit.
  if (first === 0x2001 && second === 0)
    return [
      ipv4(groups, 2),
      ipv4(
        groups.map((group) => group ^ 0xffff),
        6,
      ),
    ]
  if (zeros(6) && !(groups[6] === 0 && (groups[7] ?? 0) <= 1)) return [last]
  if (zeros(4) && groups[4] === 0xffff && groups[5] === 0) return [last]
  if (groups[5] === 0x5efe && ((groups[4] ?? 0) & 0xfdff) === 0) return [last]
  return []
}

/** RFC 6052 §2.2: at the end, or behind a prefix of 48, 56 or 64 bits around the byte that stays zero. Which it is only the network knows; a place that starts with 0 holds none. */
function localNat64(groups: readonly number[], last: string): readonly string[] {
  const bytes = groups.flatMap((group) => [group >> 8, group & 0xff])
  const at = (...places: number[]) => places.map((place) => bytes[place] ?? 0).join('.')
  const places = [last, at(6, 7, 9, 10), at(7, 9, 10, 11), at(9, 10, 11, 12)]
  const held = places.filter((place) => !place.startsWith('0.'))
  return held.length > 0 ? held : [last]
}
