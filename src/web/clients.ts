// Who calls: the address of the socket, or what a trusted proxy says of it (interface.md, `TRUST_PROXY`). Nobody else's word counts.

import type { IncomingHttpHeaders } from 'node:http'
import { BlockList, isIP } from 'node:net'
import type { Env } from '../env.ts'

/** The proxies whose `X-Forwarded-For` counts. */
export interface Proxies {
  /** False where nobody is trusted: the header is then never looked at. */
  readonly any: boolean
  trusts(address: string): boolean
}

/** Words for the usual private networks, as Express and Fastify have them. */
const networks: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

/** `TRUST_PROXY`: addresses, networks (`10.0.0.0/8`) and the words above, comma separated. Problems are noted in `env`. */
export function readProxies(env: Env): Proxies {
  const list = new BlockList()
  const words = env.list('TRUST_PROXY')
  for (const word of words)
    for (const network of networks[word.toLowerCase()] ?? [word])
      if (!add(list, network))
        env.problem({
          fr: `TRUST_PROXY\u00a0: des adresses ou des réseaux sont attendus, par exemple 10.0.0.7, 192.168.1.0/24 ou loopback, pas «\u00a0${word}\u00a0».`,
          en: `TRUST_PROXY: addresses or networks are expected, for example 10.0.0.7, 192.168.1.0/24 or loopback, not "${word}".`,
        })
  return { any: words.length > 0, trusts: (address) => contains(list, address) }
}

/** False for what is no network; the whole Internet is no proxy. */
function add(list: BlockList, network: string): boolean {
  const [, address = '', length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(network) ?? []
  const family = isIP(address)
  const most = family === 4 ? 32 : 128
  const bits = length === undefined ? most : Number(length)
  if (family === 0 || bits < 1 || bits > most || address.includes('%')) return false
  list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6')
  return true
}

function contains(list: BlockList, address: string): boolean {
  const family = isIP(address)
  return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

/** The nearest address that no trusted proxy has; read from the right, since every proxy adds whom it heard at the end. */
export function clientOf({ any, trusts }: Proxies, peer: string, headers: IncomingHttpHeaders | undefined): string {
  const said = headers?.['x-forwarded-for']
  if (!any || said === undefined) return peer
  let client = peer
  for (const hop of [said].flat().join(',').split(',').toReversed()) {
    if (!trusts(client)) break
    const address = hop.trim()
    if (isIP(address) === 0) break
    client = address
  }
  return client
}
