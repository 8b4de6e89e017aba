// MONITOR_ALLOW: the private places that the operator lets monitors reach, beside the servers that Vigie works with
// (interface.md, "Settings"; threats-and-faults.md §3b).

import { type BlockList, isIPv4, isIPv6 } from 'node:net'
import type { Env } from '../../../env.ts'
import type { Said } from '../../../text/locale.ts'
import { readAddress } from './address.ts'
import { hostOf, portOf, readEndpoint, readHost, showEndpoint } from './endpoint.ts'
import { blockList, isMetadataName, rangeOf } from './ranges.ts'

export interface AllowList {
  /** The setting's words as they stand, for the line an administrator is told to write. */
  readonly words: readonly string[]
  /** `host:port`: this machine too. */
  readonly endpoints: ReadonlySet<string>
  /** Those of them that the setting names; the others are of servers that Vigie works with. */
  readonly listed: ReadonlySet<string>
  /** Names and addresses, at any port. */
  readonly hosts: ReadonlySet<string>
  readonly networks: BlockList
  /** Entries that can never have an effect, for the log. */
  readonly idle: readonly Said[]
}

/** Servers that Vigie works with anyway. */
const alwaysAllowed = ['MATTERMOST_URL', 'GITLAB_URL', 'NEXTCLOUD_URL']

/** What monitors may reach beside public addresses. Problems are noted on `env`; nothing is thrown. */
export function readAllowList(env: Env): AllowList {
  const words = env.list('MONITOR_ALLOW')
  const endpoints = new Set<string>()
  const hosts = new Set<string>()
  const networks: string[] = []
  const idle: Said[] = []
  for (const word of words) {
    const entry = readEntry(word)
    if (entry === undefined) env.problem(wrong(word))
    else if ('network' in entry) networks.push(entry.network)
    else if (isNever(entry.host)) idle.push(neverAllowed(word))
    else if (entry.port !== undefined) endpoints.add(showEndpoint({ host: entry.host, port: entry.port }))
    else if (isSelf(entry.host)) idle.push(portNeeded(word))
    else hosts.add(entry.host)
  }
  const listed = new Set(endpoints)
  for (const name of alwaysAllowed) {
    const address = env.address(name)
    const url = address === undefined ? undefined : new URL(address)
    const host = url === undefined ? undefined : hostOf(url)
    if (url !== undefined && host !== undefined) endpoints.add(showEndpoint({ host, port: portOf(url) }))
  }
  return { words, endpoints, listed, hosts, networks: blockList(networks), idle }
}

type Entry = { readonly network: string } | { readonly host: string; readonly port: number | undefined }

function readEntry(word: string): Entry | undefined {
  const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(word) ?? []
  if (address !== '') {
    if (!(isIPv4(address) && Number(bits) <= 32) && !(isIPv6(address) && Number(bits) <= 128)) return undefined
    return { network: `${address}/${Number(bits)}` }
  }
  const bare = isIPv6(word) ? readAddress(word)?.text : readHost(word)
  if (bare !== undefined) return { host: bare, port: undefined }
  return readEndpoint(word)
}

const noOwn: ReadonlySet<string> = new Set()

/** Whatever the operator lists: link-local, metadata, multicast. */
export function isNever(host: string): boolean {
  const address = readAddress(host)
  return isMetadataName(host) || (address !== undefined && rangeOf(address, noOwn) === 'never')
}

function isSelf(host: string): boolean {
  const address = readAddress(host)
  return isLocalhost(host) || (address !== undefined && rangeOf(address, noOwn) === 'self')
}

/** RFC 6761: this machine, whatever a name server says. */
export const isLocalhost = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost')

const wrong = (word: string): Said => ({
  fr: `MONITOR_ALLOW\u00a0: un hôte (intranet.exemple), un hôte et son port (127.0.0.1:8080) ou un réseau (10.0.0.0/8) est attendu, pas «\u00a0${word}\u00a0».`,
  en: `MONITOR_ALLOW: a host (intranet.example), a host and its port (127.0.0.1:8080) or a network (10.0.0.0/8) is expected, not "${word}".`,
})

const neverAllowed = (word: string): Said => ({
  fr: `MONITOR_ALLOW\u00a0: «\u00a0${word}\u00a0» reste sans effet, cette adresse n’est jamais permise.`,
  en: `MONITOR_ALLOW: "${word}" has no effect, this address is never allowed.`,
})

const portNeeded = (word: string): Said => ({
  fr: `MONITOR_ALLOW\u00a0: «\u00a0${word}\u00a0» reste sans effet, cette machine n’est permise que port par port (${word}:8080).`,
  en: `MONITOR_ALLOW: "${word}" has no effect, this machine is allowed port by port only (${word}:8080).`,
})
