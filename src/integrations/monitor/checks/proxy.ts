// HTTPS_PROXY and NO_PROXY: a monitor asks the proxy for a CONNECT to the address that the guard has judged (interface.md,
// "Settings"), so that a name is looked up once and the proxy is no way around the guard.

import { request } from 'node:http'
import { type BlockList, isIP, isIPv4, type Socket } from 'node:net'
import type { Env } from '../../../env.ts'
import { isLocalhost } from '../guard/allow.ts'
import { type Endpoint, hostOf, portOf, readHost, showEndpoint } from '../guard/endpoint.ts'
import { blockList } from '../guard/ranges.ts'
import { opened } from './connect.ts'
import { CheckFailure, createTrace } from './failures.ts'
import { type Limit, LimitOver } from './limit.ts'
import type { Resolver } from './resolver.ts'
import type { Handshake } from './trust.ts'

export interface ProxySetting extends Endpoint {
  readonly isTls: boolean
  /** `Basic …` */
  readonly authorization: string | undefined
  readonly except: Exceptions
}

interface Exceptions {
  readonly all: boolean
  /** Hosts and domains; a domain stands for the names below it too. */
  readonly names: readonly { readonly name: string; readonly port: number | undefined }[]
  readonly networks: BlockList
}

export interface ProxyRoute {
  /** Whether the way to a host leads through it. */
  isFor(endpoint: Endpoint, address: string): boolean
  /** A socket to the address, through it. @throws {CheckFailure | LimitOver | NodeJS.ErrnoException} */
  tunnel(to: Endpoint, limit: Limit): Promise<Socket>
}

/** Of HTTPS_PROXY: without a scheme it is an http address. */
export const proxyAddress = (value: string): string =>
  /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`

/** Nothing where HTTPS_PROXY is absent or wrong; a problem is noted on `env`. */
export function readProxy(env: Env): ProxySetting | undefined {
  const value = env.text('HTTPS_PROXY')
  if (value === undefined) return undefined
  const text = proxyAddress(value)
  const url = URL.canParse(text) ? new URL(text) : undefined
  const host = url === undefined ? undefined : hostOf(url)
  if (url === undefined || host === undefined || !/^https?:$/.test(url.protocol)) {
    // The value may hold a password.
    env.problem({
      fr: 'HTTPS_PROXY\u00a0: une adresse comme http://proxy.exemple:3128 est attendue.',
      en: 'HTTPS_PROXY: an address like http://proxy.example:3128 is expected.',
    })
    return undefined
  }
  const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return {
    host,
    port: portOf(url),
    isTls: url.protocol === 'https:',
    authorization: login === ':' ? undefined : `Basic ${Buffer.from(login).toString('base64')}`,
    except: readExceptions(env.list('NO_PROXY')),
  }
}

function readExceptions(words: readonly string[]): Exceptions {
  const names: { name: string; port: number | undefined }[] = []
  for (const word of words) {
    if (networkOf(word) !== undefined) continue
    const [, text = '', port] = /^(.*?)(?::(\d+))?$/.exec(isIP(word) === 6 ? `[${word}]` : word) ?? []
    const name = readHost(text.replace(/^\*?\./, ''))
    if (name !== undefined) names.push({ name, port: port === undefined ? undefined : Number(port) })
  }
  return { all: words.includes('*'), names, networks: exceptedNetworks(words) }
}

/** The networks among the words of NO_PROXY; one with more bits than an address has is none. */
export function exceptedNetworks(words: readonly string[]): BlockList {
  const networks = words.flatMap((word) => networkOf(word) ?? [])
  const right = networks.filter(({ address, bits }) => bits <= (isIPv4(address) ? 32 : 128))
  return blockList(right.map(({ address, bits }) => `${address}/${bits}`))
}

function networkOf(word: string): { readonly address: string; readonly bits: number } | undefined {
  const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(word) ?? []
  return isIP(address) === 0 ? undefined : { address, bits: Number(bits) }
}

export interface ProxyParts {
  readonly setting: ProxySetting
  readonly resolver: Pick<Resolver, 'resolve'>
  readonly open: (address: string, port: number) => Socket
  readonly handshake: Handshake
}

export function createProxyRoute({ setting, resolver, open, handshake }: ProxyParts): ProxyRoute {
  const { except } = setting
  return {
    isFor({ host, port }, address) {
      if (except.all || isLocalhost(host) || /^127\.|^::1$/.test(address)) return false
      if (except.networks.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')) return false
      return !except.names.some(
        (one) =>
          (one.port ?? port) === port && (one.name === host || one.name === address || host.endsWith(`.${one.name}`)),
      )
    },
    async tunnel(to, limit) {
      const [address = ''] = await limit.within(resolver.resolve(setting.host))
      const plain = await opened(open(address, setting.port), limit)
      const wish = { host: setting.host, trust: 'verify', isHttp: true } as const
      const socket = setting.isTls ? await handshake(plain, wish, limit, createTrace()) : plain
      return await connectThrough(socket, to, setting.authorization, limit)
    },
  }
}

function connectThrough(
  socket: Socket,
  to: Endpoint,
  authorization: string | undefined,
  limit: Limit,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const place = showEndpoint(to)
    const asked = request({
      createConnection: () => socket,
      method: 'CONNECT',
      path: place,
      setHost: false,
      maxHeaderSize: 16_384,
      headers: { host: place, ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }) },
    })
    const fail = (error: Error) => {
      release()
      reject(error)
      socket.destroy()
    }
    const release = limit.onOver(() => fail(new LimitOver()))
    const refused = (status: number | undefined) =>
      fail(new CheckFailure('unreachable', `CONNECT ${status ?? 0} (proxy)`, true))
    asked.on('error', fail)
    asked.once('connect', (answer, tunnel: Socket, head) => {
      if (answer.statusCode !== 200) return refused(answer.statusCode)
      release()
      if (head.length > 0) tunnel.unshift(head)
      resolve(tunnel)
    })
    asked.once('response', (answer) => refused(answer.statusCode))
    asked.end()
  })
}
