// An http check: one request, redirects followed by hand and guarded each, the answer judged by its status and what is wanted
// in it (threats T16, T18).

import { STATUS_CODES } from 'node:http'
import { isIPv6 } from 'node:net'
import { hostOf, portOf } from '../guard/endpoint.ts'
import type { HttpWish, Monitor } from '../monitor.ts'
import { readerFor } from './body.ts'
import type { Connect } from './connect.ts'
import { type Answer, exchange, type Request } from './exchange.ts'
import { CheckFailure, type Trace } from './failures.ts'
import type { Limit } from './limit.ts'

export interface HttpParts {
  readonly connect: Connect
  /** Opens a monitor's sealed headers; nothing where their key is gone. */
  readonly openHeaders: (monitor: Monitor) => Readonly<Record<string, string>> | undefined
  /** Monotonic milliseconds. */
  readonly elapsed: () => number
}

/** A request on its way through redirects. */
interface Hop {
  readonly url: URL
  readonly method: string
  readonly body: string | undefined
  readonly headers: Readonly<Record<string, string>>
}

const mostRedirects = 3
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const success = [[200, 299]] as const

/** @throws {CheckFailure | LimitOver | NodeJS.ErrnoException} unless all is well. */
export async function checkHttp(parts: HttpParts, monitor: Monitor, limit: Limit, trace: Trace): Promise<void> {
  const { http } = monitor
  const sealed = parts.openHeaders(monitor)
  if (sealed === undefined) throw new CheckFailure('protocol', 'a secret header cannot be opened')
  let hop: Hop = {
    url: new URL(monitor.target),
    method: http?.method ?? 'GET',
    body: http?.body,
    headers: { ...http?.headers, ...sealed },
  }
  for (let count = 0; ; count += 1) {
    const { status, location } = await ask(parts, monitor, hop, limit, trace)
    if (isWell(http, status)) return
    if (!redirects.has(status) || location === undefined) {
      throw new CheckFailure('status', `${status} ${STATUS_CODES[status] ?? ''}`.trim())
    }
    if (count === mostRedirects) throw new CheckFailure('redirects', `more than ${mostRedirects}`)
    hop = nextHop(hop, status, location)
  }
}

const isWell = (http: HttpWish | undefined, status: number) =>
  (http?.status ?? success).some(([from, to]) => status >= from && status <= to)

async function ask(parts: HttpParts, monitor: Monitor, hop: Hop, limit: Limit, trace: Trace): Promise<Answer> {
  const { url } = hop
  const host = hostOf(url)
  if (host === undefined) throw new CheckFailure('redirects', 'not allowed')
  const tls = url.protocol === 'https:' ? { trust: monitor.tls, isHttp: true } : undefined
  const wanted = { host, port: portOf(url), ...(tls === undefined ? {} : { tls }) }
  const socket = await parts.connect(wanted, limit, trace)
  // A status that is not wanted needs no body.
  const choose = (answer: Answer) =>
    isWell(monitor.http, answer.status) && answer.status !== 101 ? readerFor(monitor.http, answer) : undefined
  try {
    return await exchange(socket, requestOf(hop, host), choose, { limit, trace, elapsed: parts.elapsed })
  } finally {
    socket.destroy()
  }
}

function requestOf({ url, method, body, headers }: Hop, host: string): Request {
  const lines = new Map([
    ['host', ['Host', `${isIPv6(host) ? `[${host}]` : host}${url.port === '' ? '' : `:${url.port}`}`]],
    ['user-agent', ['User-Agent', 'Vigie']],
    ['accept', ['Accept', '*/*']],
    ['accept-encoding', ['Accept-Encoding', 'identity']],
    ['connection', ['Connection', 'close']],
  ])
  if (body !== undefined || /^P/.test(method)) {
    lines.set('content-length', ['Content-Length', String(Buffer.byteLength(body ?? ''))])
  }
  for (const [name, value] of Object.entries(headers)) {
    if (!fixed.has(name.toLowerCase())) lines.set(name.toLowerCase(), [name, value])
  }
  return { method, path: `${url.pathname}${url.search}`, headers: [...lines.values()].flat(), body }
}

/** What says where a message ends, or who reads it, is ours to write. */
const fixed: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Where a redirect leads. Another origin gets neither headers nor body: any of them may hold a secret. @throws {CheckFailure} */
function nextHop(hop: Hop, status: number, location: string): Hop {
  const url = URL.canParse(location, hop.url.href) ? new URL(location, hop.url.href) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new CheckFailure('redirects', 'not allowed')
  }
  if (hop.url.protocol === 'https:' && url.protocol === 'http:') throw new CheckFailure('redirects', 'https → http')
  const isGet = status === 303 ? hop.method !== 'HEAD' : status < 303 && hop.method === 'POST'
  const body = isGet ? undefined : hop.body
  const isSame = url.origin === hop.url.origin
  if (!isSame && body !== undefined) throw new CheckFailure('redirects', 'body to another origin')
  return { url, method: isGet ? 'GET' : hop.method, body, headers: isSame ? hop.headers : {} }
}
