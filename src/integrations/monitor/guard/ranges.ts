// What kind of place an address is: the special ranges of IANA's registries, and the addresses at which clouds tell their
// machines secrets (threats-and-faults.md §3b).

import { BlockList, isIPv4 } from 'node:net'
import { type Address, readAddress } from './address.ts'

/**
 * `never`: whatever the operator lists. `self`: this machine, only as an exact `host:port`. `private`: only what the operator
 * lists. `public`: anybody may.
 */
export type Range = 'never' | 'self' | 'private' | 'public'

const never = blockList([
  '0.0.0.0/8', // this network
  '169.254.0.0/16', // link-local, and the metadata of most clouds
  '224.0.0.0/4', // multicast
  '255.255.255.255/32',
  '168.63.129.16/32', // Azure's own service, at a public address
  '100.100.100.200/32', // Alibaba's metadata
  '192.0.0.192/32', // Oracle's metadata
  '::/128',
  'fe80::/10', // link-local
  'ff00::/8', // multicast
  'fd00:ec2::/32', // AWS: metadata at ::254, credentials of containers at ::23
  'fd20:ce::254/128', // Google's metadata
  'fd00:42::42/128', // Scaleway's metadata
])

const loopback = blockList(['127.0.0.0/8', '::1/128'])

const special = blockList([
  '10.0.0.0/8',
  '100.64.0.0/10', // shared between carriers and their customers
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16',
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24',
  '203.0.113.0/24',
  '240.0.0.0/4',
  '2001::/23', // Teredo, ORCHID, benchmarks
  '2001:db8::/32',
  '2002::/16', // 6to4
  '3fff::/20',
])

const globalIpv6 = blockList(['2000::/3'])
/** The one way in which an IPv6-only network reaches public IPv4 addresses (RFC 6052). */
const nat64 = blockList(['64:ff9b::/96'])

/** Names at which clouds tell their machines secrets, without a dot at the end. */
const metadataNames = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.platformequinix.com',
  'metadata.packet.net',
  'metadata.tencentyun.com',
  'instance-data',
  'instance-data.ec2.internal',
])

/** A name in lower case. */
export const isMetadataName = (host: string): boolean => metadataNames.has(host)

/** What kind of place an address is; `own` are this machine's addresses in their one spelling. An address that carries others is the worst of them. */
export function rangeOf(address: Address, own: ReadonlySet<string>): Range {
  const { text } = address
  const family = address.family === 4 ? 'ipv4' : 'ipv6'
  if (never.check(text, family)) return 'never'
  const carried = address.carries.map((inner) => rangeOf({ text: inner, family: 4, carries: [] }, own))
  // Nobody can say whose loopback a gateway would unwrap.
  if (carried.some((range) => range === 'never' || range === 'self')) return 'never'
  if (loopback.check(text, family) || own.has(text)) return 'self'
  if (carried.length > 0) return nat64.check(text, family) && carried.includes('public') ? 'public' : 'private'
  if (special.check(text, family)) return 'private'
  return address.family === 4 || globalIpv6.check(text, family) ? 'public' : 'private'
}

/** The machine's addresses in their one spelling, from `os.networkInterfaces()`. */
export function ownAddresses(
  interfaces: Readonly<Record<string, readonly { readonly address: string }[] | undefined>>,
) {
  const all = Object.values(interfaces).flatMap((addresses) => addresses ?? [])
  return new Set(all.map(({ address }) => readAddress(address)?.text).filter((text) => text !== undefined))
}

/** Networks as `address/bits`. */
export function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    list.addSubnet(address, Number(bits), isIPv4(address) ? 'ipv4' : 'ipv6')
  }
  return list
}
