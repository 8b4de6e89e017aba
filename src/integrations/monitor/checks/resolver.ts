// Names to addresses without the thread pool, which slow name servers would fill (libraries.md §8): literals and localhost by
// ourselves, the hosts file, then c-ares. Nothing is kept from check to check: each one sees the name servers as they are.

import { lookup, Resolver as Servers } from 'node:dns/promises'
import { isIP } from 'node:net'
import { readAddress } from '../guard/address.ts'
import { isLocalhost } from '../guard/allow.ts'
import { keptFor } from '../guard/kept.ts'
import type { DnsWish } from '../monitor.ts'

export interface Resolver {
  /** All addresses, IPv4 first, never empty. @throws {NodeJS.ErrnoException} `ENOTFOUND`, `ENODATA`, `ESERVFAIL`, `ETIMEOUT`… */
  resolve(host: string): Promise<readonly string[]>
  /** The answers as text: `10 mail.example.org` (MX), `0 issue "ca.example.net"` (CAA). @throws as above. */
  answers(name: string, record: DnsWish['record']): Promise<readonly string[]>
}

export interface ResolverParts {
  /** Name servers as `address` or `address:port`; those of the system unless given. */
  readonly servers?: readonly string[]
  /** The text of the hosts file; empty where there is none. */
  readonly readHosts: () => string
  /** What the system knows beside DNS: search domains, mDNS. Asked only for names that DNS denies. */
  readonly lookup?: (host: string) => Promise<readonly string[]>
  /** Monotonic milliseconds. */
  readonly elapsed: () => number
  /** First wait for an answer; there are two more, of 2 s at most. */
  readonly firstTryMs?: number
}

const hostsForMs = 10_000
/** Name servers change with the network; a new set of them reads where they are. */
const serversForMs = 60_000
const firstTryMs = 1500
const mostTryMs = 2000
/** How long the addresses of the other family are waited for. */
const otherFamilyMs = 500

export function createResolver(parts: ResolverParts): Resolver {
  const hosts = keptFor(hostsForMs, parts.elapsed, () => readHostsFile(parts.readHosts()))
  const servers = keptFor(serversForMs, parts.elapsed, () => {
    const made = new Servers({ timeout: parts.firstTryMs ?? firstTryMs, tries: 3, maxTimeout: mostTryMs })
    if (parts.servers !== undefined) made.setServers([...parts.servers])
    return made
  })
  return {
    async resolve(host) {
      const literal = isIP(host) === 0 ? undefined : readAddress(host)?.text
      if (literal !== undefined) return [literal]
      if (isLocalhost(host)) return ['127.0.0.1', '::1']
      const listed = hosts().get(host)
      if (listed !== undefined) return listed
      try {
        return await bothFamilies(servers(), host)
      } catch (error) {
        if (parts.lookup === undefined || !isDenied(error)) throw error
        return await parts.lookup(host)
      }
    },
    async answers(name, record) {
      return await ask(servers(), name, record)
    },
  }
}

/** The system's own way, on the thread pool. @throws {NodeJS.ErrnoException} */
export async function systemLookup(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address)
}

const isDenied = (error: unknown) =>
  error instanceof Error && 'code' in error && (error.code === 'ENOTFOUND' || error.code === 'ENODATA')

/** A server that never answers for one family must not hold up the other: what is not waited for is not connected to either. */
async function bothFamilies(servers: Servers, host: string): Promise<readonly string[]> {
  const four = settled(servers.resolve4(host))
  const six = settled(servers.resolve6(host))
  const first = await Promise.race([four, six])
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Settled>((done) => {
    if (first.addresses.length > 0) timer = setTimeout(done, otherFamilyMs, { addresses: [], error: undefined })
  })
  const [left, right] = await Promise.all([Promise.race([four, late]), Promise.race([six, late])])
  clearTimeout(timer)
  const addresses = [...left.addresses, ...right.addresses]
  if (addresses.length > 0) return addresses
  // The name exists where only one family says that it has no address.
  throw codeOf(left.error) === 'ENODATA' ? (right.error ?? left.error) : left.error
}

interface Settled {
  readonly addresses: readonly string[]
  readonly error: unknown
}

async function settled(answer: Promise<readonly string[]>): Promise<Settled> {
  try {
    return { addresses: await answer, error: undefined }
  } catch (error) {
    return { addresses: [], error }
  }
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined)

async function ask(servers: Servers, name: string, record: DnsWish['record']): Promise<readonly string[]> {
  switch (record) {
    case 'A':
      return await servers.resolve4(name)
    case 'AAAA':
      return await servers.resolve6(name)
    case 'CNAME':
      return await servers.resolveCname(name)
    case 'NS':
      return await servers.resolveNs(name)
    case 'TXT':
      return (await servers.resolveTxt(name)).map((parts) => parts.join(''))
    case 'MX':
      return (await servers.resolveMx(name)).map(({ priority, exchange }) => `${priority} ${exchange}`)
    case 'SRV':
      return (await servers.resolveSrv(name)).map((srv) => `${srv.priority} ${srv.weight} ${srv.port} ${srv.name}`)
    case 'CAA':
      return (await servers.resolveCaa(name)).map(({ critical, ...property }) => {
        const [tag = '', value = ''] = Object.entries(property).find(([key]) => key !== 'type') ?? []
        return `${critical} ${tag} "${value}"`
      })
  }
}

/** Names in lower case to their addresses. */
function readHostsFile(text: string): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const [first = '', ...rest] = line.replace(/#.*/, '').trim().split(/\s+/)
    const address = readAddress(first)?.text
    if (address === undefined) continue
    for (const name of rest) {
      const addresses = names.get(name.toLowerCase()) ?? []
      if (!addresses.includes(address)) addresses.push(address)
      names.set(name.toLowerCase(), addresses)
    }
  }
  return names
}
