// One POST to somebody who asked to be told, by the same guard and the same pinned connection as a check (threats T14–T18): nothing is
// followed, and of the answer only its head is read.

import { isIPv6 } from 'node:net'
import type { Outward } from '../../integration.ts'
import { hostOf, portOf } from '../guard/endpoint.ts'
import type { Connect } from './connect.ts'
import { exchange } from './exchange.ts'
import { createTrace, failureOf, type Trace } from './failures.ts'
import { createLimit } from './limit.ts'

export interface PostParts {
  readonly connect: Connect
  /** Monotonic milliseconds. */
  readonly elapsed: () => number
  readonly timeoutMs?: number
}

/** In all: connection, request and answer. */
const defaultTimeoutMs = 15_000

export function createPost({ connect, elapsed, timeoutMs = defaultTimeoutMs }: PostParts): Outward['post'] {
  return async ({ url: address, headers, body }, signal) => {
    if (signal.aborted) return { failed: 'cancelled', detail: 'stopped', unsure: false }
    const url = URL.parse(address)
    const host = url === null ? undefined : hostOf(url)
    if (url === null || host === undefined || !/^https?:$/.test(url.protocol))
      return { failed: 'forbidden', detail: 'not allowed', unsure: false }
    const tls = url.protocol === 'https:' ? { tls: { trust: 'verify', isHttp: true } as const } : {}
    const trace = createTrace()
    const limit = createLimit(timeoutMs, signal)
    try {
      const socket = await connect({ host, port: portOf(url), ...tls }, limit, trace)
      try {
        const request = {
          method: 'POST',
          path: `${url.pathname}${url.search}`,
          headers: linesOf({ ...headers, host: hostLine(url, host) }, body),
          body,
        }
        const { status, retryAfter } = await exchange(socket, request, () => undefined, { limit, trace, elapsed })
        return { status, ...(retryAfter === undefined ? {} : { retryAfter }) }
      } finally {
        socket.destroy()
      }
    } catch (error) {
      return failed(error, trace, signal)
    } finally {
      limit.end()
    }
  }
}

function hostLine(url: URL, host: string): string {
  return `${isIPv6(host) ? `[${host}]` : host}${url.port === '' ? '' : `:${url.port}`}`
}

function linesOf(headers: Readonly<Record<string, string>>, body: string): readonly string[] {
  const all = {
    ...headers,
    'user-agent': 'Vigie',
    'accept-encoding': 'identity',
    connection: 'close',
    'content-length': String(Buffer.byteLength(body)),
  }
  return Object.entries(all).flat()
}

function failed(error: unknown, trace: Trace, signal: AbortSignal): Awaited<ReturnType<Outward['post']>> {
  const unsure = trace.stage === 'request' || trace.stage === 'body'
  if (signal.aborted) return { failed: 'cancelled', detail: 'stopped', unsure }
  const { kind, detail } = failureOf(error, trace)
  if (kind === 'forbidden') return { failed: 'forbidden', detail: 'not allowed', unsure: false }
  return { failed: kind === 'timeout' ? 'timeout' : 'network', detail, unsure }
}
