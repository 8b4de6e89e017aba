// Says whether a monitor may reach a place, on every check and every redirect, before anything is sent
// (threats-and-faults.md §3b, T14–T16). All addresses of a name are judged; only those judged are connected to.

import { type Address, readAddress } from './address.ts'
import { type AllowList, isLocalhost } from './allow.ts'
import { type Endpoint, showEndpoint } from './endpoint.ts'
import { keptFor } from './kept.ts'
import { isMetadataName, ownAddresses, type Range, rangeOf } from './ranges.ts'

export type Verdict =
  | { readonly isAllowed: true; readonly addresses: readonly Address[] }
  /** `isNever`: whatever the operator lists. */
  | { readonly isAllowed: false; readonly isNever: boolean }

export interface Guard {
  /** Whether a host is refused by its name alone: it is not even looked up. */
  refusesName(host: string): boolean
  /** Judges a host in its one spelling with all its addresses; without any it is not allowed, and never if its name says so. */
  judge(endpoint: Endpoint, addresses: readonly string[]): Promise<Verdict>
}

export interface GuardParts {
  readonly allow: AllowList
  /** Vigie's own sockets, its database, Ollama: never, even if listed. Hosts as their settings name them, `0.0.0.0` too. */
  readonly forbidden: readonly Endpoint[]
  /** `os.networkInterfaces` */
  readonly interfaces: () => Parameters<typeof ownAddresses>[0]
  /** For forbidden places that are known by name. @throws where it has none. */
  readonly resolve: (host: string) => Promise<readonly string[]>
  /** Monotonic milliseconds. */
  readonly elapsed: () => number
}

const interfacesForMs = 10_000

export function createGuard(parts: GuardParts): Guard {
  const own = keptFor(interfacesForMs, parts.elapsed, () => ownAddresses(parts.interfaces()))
  const isForbidden = forbids(parts, own)
  return {
    refusesName: isMetadataName,
    async judge(endpoint, addresses) {
      const { host } = endpoint
      if (isMetadataName(host)) return { isAllowed: false, isNever: true }
      const read = addresses.map(readAddress)
      const known = read.filter((address) => address !== undefined)
      if (known.length < read.length) return { isAllowed: false, isNever: true }
      if (await isForbidden(endpoint, known)) return { isAllowed: false, isNever: true }
      if (known.length === 0) return { isAllowed: false, isNever: false }
      const mine = own()
      const ranges = known.map((address) => rangeOf(address, mine))
      if (ranges.includes('never')) return { isAllowed: false, isNever: true }
      const may = known.filter((address, index) => isListed(parts.allow, endpoint, address, ranges[index] ?? 'never'))
      // Of `localhost` we know both addresses ourselves: one may be listed without the other.
      const isEnough = isLocalhost(host) ? may.length > 0 : may.length === known.length
      return isEnough ? { isAllowed: true, addresses: may } : { isAllowed: false, isNever: false }
    },
  }
}

function isListed(allow: AllowList, { host, port }: Endpoint, { text, family }: Address, range: Range): boolean {
  if (range === 'public') return true
  if (range === 'never') return false
  if (allow.endpoints.has(showEndpoint({ host, port }))) return true
  if (allow.endpoints.has(showEndpoint({ host: text, port }))) return true
  if (range === 'self') return allow.endpoints.has(`localhost:${port}`) && /^127\.|^::1$/.test(text)
  return allow.hosts.has(host) || allow.hosts.has(text) || allow.networks.check(text, family === 4 ? 'ipv4' : 'ipv6')
}

type IsForbidden = (endpoint: Endpoint, addresses: readonly Address[]) => Promise<boolean>

/** What listens on one address of this machine is taken to listen on all of them. */
function forbids(parts: GuardParts, own: () => ReadonlySet<string>): IsForbidden {
  const known = new Map<string, readonly string[]>()
  const addressesOf = async (host: string): Promise<readonly string[]> => {
    const literal = readAddress(host)
    if (literal !== undefined) return [literal.text]
    try {
      known.set(host, await parts.resolve(host))
    } catch {
      // Its last addresses count while the name servers are away; without any, its name alone.
    }
    return (known.get(host) ?? []).flatMap((text) => readAddress(text)?.text ?? [])
  }
  const isSelf = (text: string) => {
    const address = readAddress(text)
    return address !== undefined && (text === '0.0.0.0' || text === '::' || rangeOf(address, own()) === 'self')
  }
  return async ({ host, port }, addresses) => {
    for (const place of parts.forbidden) {
      if (place.port !== port) continue
      if (place.host === host) return true
      const theirs = await addressesOf(place.host)
      if (addresses.some(({ text }) => theirs.includes(text))) return true
      if (theirs.some(isSelf) && addresses.some(({ text }) => isSelf(text))) return true
    }
    return false
  }
}
