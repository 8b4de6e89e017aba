// Requests from the server to integrations: slash commands, buttons, dialogs. An address inside one's own network is refused unless
// `AllowedUntrustedInternalConnections` lists it (server/platform/services/httpservice).
import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import type { World } from './world.ts'

/** How much of an integration's answer is read. */
const answerLimitBytes = 1024 * 1024

const internal = new BlockList()
for (const [net, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
  ['0.0.0.0', 8],
] as const)
  internal.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [
  ['::1', 128],
  ['::', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  internal.addSubnet(net, bits, 'ipv6')

export interface IntegrationAnswer {
  status: number
  contentType: string
  text: string
}

/**
 * Sends a request to an integration and reads at most 1 MiB of its answer.
 * @throws Error when the address is refused, nobody listens, or the time is over.
 */
export async function callIntegration(world: World, url: string, init: RequestInit): Promise<IntegrationAnswer> {
  await refuseInternal(world, new URL(url).hostname.replace(/^\[|\]$/g, ''))
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(world.config.integrationTimeoutMs) })
  const text = await readUpTo(response, answerLimitBytes)
  return { status: response.status, contentType: response.headers.get('content-type') ?? '', text }
}

async function readUpTo(response: Response, limitBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= limitBytes) break
  }
  return Buffer.concat(chunks).subarray(0, limitBytes).toString('utf8')
}

async function refuseInternal(world: World, host: string): Promise<void> {
  const allowed = world.config.allowedInternal.split(/[\s,]+/).filter(Boolean)
  if (allowed.includes(host)) return
  const addresses = isIP(host) ? [host] : (await lookup(host, { all: true })).map((one) => one.address)
  const outside = addresses.some((address) => !isInternal(address) || allowed.some((entry) => covers(entry, address)))
  if (!outside) throw new Error(`address forbidden: ${host} is internal and not in AllowedUntrustedInternalConnections`)
}

const family = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

const isInternal = (address: string): boolean => internal.check(address, family(address))

function covers(entry: string, address: string): boolean {
  const [net = '', bits] = entry.split('/')
  if (!isIP(net)) return false
  if (bits === undefined) return net === address
  const list = new BlockList()
  list.addSubnet(net, Number(bits), family(net))
  return list.check(address, family(address))
}
