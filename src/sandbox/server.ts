// The HTTP side: from the bytes of a request to its handler and back, with the refusals, headers, limits and faults that stand before it
// (server/channels/web/handlers.go).
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError, signedOut } from './api-error.ts'
import { type Answer, Call, noSuchPage, type Route, reply } from './call.ts'
import type { FaultDesk } from './faults.ts'
import { newId } from './ids.ts'
import { pageFile } from './page-files.ts'
import { answerPage, type PageOffer, pagePathOf } from './page-routes.ts'
import type { RateVerdict } from './rate-limit.ts'
import { createRouter, type Match } from './router.ts'
import { apiRoutes, hookRoutes } from './routes.ts'
import { sessionOf } from './sessions.ts'
import type { SocketServer } from './socket.ts'
import type { World } from './world.ts'

export interface ServerParts {
  world: World
  desk: FaultDesk
  sockets: SocketServer
  pagePath: string
  pageOffer: PageOffer
  limiter: ((caller: string) => RateVerdict) | null
  /** Told of what no route foresaw: a fault in this server itself. */
  onBug(error: unknown): void
}

const prefix = '/api/v4'

/** The HTTP server, not listening yet. With `local`, every caller may do everything: the local-mode socket. */
export function createHttpServer(parts: ServerParts, local = false): Server {
  const api = createRouter(local ? apiRoutes.filter((route) => route.local) : apiRoutes)
  const hooks = createRouter(hookRoutes)
  // As long as Mattermost's IdleTimeout: one that closes sooner may close while a request is on its way.
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    serve(parts, { api, hooks, local }, request, response).catch((error: unknown) => {
      parts.onBug(error)
      if (!response.headersSent) send(parts.world, response, refusal(new ApiError('api.internal_error', 500)))
      else response.destroy()
    })
  })
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) =>
    upgrade(parts, request, stream, head),
  )
  return server
}

interface Routers {
  api(method: string, path: string): Match | null
  hooks(method: string, path: string): Match | null
  local: boolean
}

async function serve(
  parts: ServerParts,
  routers: Routers,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { world, desk } = parts
  const url = new URL(request.url ?? '/', 'http://localhost')
  const method = request.method ?? 'GET'
  const isApi = url.pathname.startsWith(`${prefix}/`)
  const path = isApi ? url.pathname.slice(prefix.length) : url.pathname
  const verdict = desk.judge(method, path)
  if (desk.isDown()) return reset(request)
  if (verdict.answer) {
    request.resume()
    if (verdict.delayMs > 0) await sleep(verdict.delayMs)
    return send(world, response, plain(verdict.answer.status, verdict.answer.headers))
  }
  const limit = parts.limiter?.(request.socket.remoteAddress ?? '')
  for (const [name, value] of Object.entries(limit?.headers ?? {})) response.setHeader(name, value)
  if (limit?.limited) return send(world, response, plain(429, {}, 'limit exceeded\n'))
  if (!isApi && !path.startsWith('/hooks/')) return servePage(parts, request, response, path)
  const match = isApi ? routers.api(method, path) : routers.hooks(method, path)
  const pause = async (): Promise<void> => {
    if (verdict.delayMs > 0) await sleep(verdict.delayMs)
  }
  const answer = await answerTo(parts, match, request, url, routers.local, pause)
  if (verdict.loseReply || desk.isDown()) return reset(request)
  send(world, response, answer)
}

async function answerTo(
  parts: ServerParts,
  match: Match | null,
  request: IncomingMessage,
  url: URL,
  local: boolean,
  pause: () => Promise<void>,
): Promise<Answer> {
  const { world } = parts
  try {
    const limitBytes = match?.route.file ? world.config.fileBytes : world.config.payloadBytes
    const bytes = await readBody(request, limitBytes + 512)
    if (!match) throw noSuchPage()
    // A token in the address would stand in every log on the way.
    if (!local && sessionOf(world, url.searchParams.get('access_token') ?? ''))
      throw new ApiError('api.context.token_provided.app_error', 401)
    const session = local ? null : sessionFor(world, request, match.route)
    if (bytes === null) throw new ApiError('api.context.request_body_too_large.app_error', 413)
    const call = new Call({
      world,
      session,
      params: match.params,
      query: url.searchParams,
      headers: textHeaders(request),
      bytes,
      local,
      pause,
    })
    if (!match.route.pausesItself) await pause()
    return await match.route.handler(call)
  } catch (error) {
    if (error instanceof ApiError) return refusal(error)
    throw error
  }
}

function sessionFor(world: World, request: IncomingMessage, route: Route): ReturnType<typeof sessionOf> {
  const { token, fromCookie } = tokenOf(request)
  const session = sessionOf(world, token)
  if (route.open) return session
  if (!session) throw signedOut()
  // A cookie travels by itself: what changes something must also carry a header that only the page itself can send.
  const safe =
    request.method === 'GET' ||
    request.headers['x-requested-with'] === 'XMLHttpRequest' ||
    request.headers['x-csrf-token']
  if (fromCookie && !safe) throw signedOut()
  return session
}

/** The token of a request: header, cookie or nothing. */
export function tokenOf(request: IncomingMessage): { token: string; fromCookie: boolean } {
  const header = request.headers.authorization ?? ''
  const bearer = /^(?:bearer|token)\s+(\S+)$/i.exec(header)?.[1]
  if (bearer !== undefined) return { token: bearer, fromCookie: false }
  const cookie = /(?:^|;\s*)MMAUTHTOKEN=([^;]+)/.exec(request.headers.cookie ?? '')?.[1]
  return { token: cookie ?? '', fromCookie: cookie !== undefined }
}

function upgrade(parts: ServerParts, request: IncomingMessage, stream: Duplex, head: Buffer): void {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  stream.on('error', () => stream.destroy())
  const verdict = parts.desk.judge('GET', pathname.replace(prefix, ''))
  if (parts.desk.isDown()) {
    stream.destroy()
    return
  }
  const status = pathname === `${prefix}/websocket` ? verdict.answer?.status : 404
  if (status !== undefined) {
    stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
    return
  }
  const go = (): void => parts.sockets.upgrade(request, stream, head, tokenOf(request).token)
  if (verdict.delayMs > 0) setTimeout(go, verdict.delayMs).unref()
  else go()
}

function reset(request: IncomingMessage): void {
  request.socket.resetAndDestroy()
}

function readBody(request: IncomingMessage, limitBytes: number): Promise<Uint8Array | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limitBytes) chunks.push(chunk)
    })
    request.on('end', () => resolve(size > limitBytes ? null : Buffer.concat(chunks)))
    request.on('error', reject)
  })
}

function textHeaders(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
}

function refusal(error: ApiError): Answer {
  const body = {
    id: error.id,
    message: error.message,
    detailed_error: '',
    request_id: newId(),
    status_code: error.status,
  }
  return reply(body, error.status)
}

const plain = (status: number, headers: Record<string, string>, text = ''): Answer =>
  reply(Buffer.from(text), status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers })

function send(world: World, response: ServerResponse, answer: Answer): void {
  const bytes = answer.body instanceof Uint8Array ? answer.body : Buffer.from(`${JSON.stringify(answer.body)}\n`)
  response.writeHead(answer.status, {
    'Content-Type': 'application/json',
    'Content-Length': String(bytes.length),
    'X-Request-Id': newId(),
    'X-Version-Id': `${world.config.version}.${world.config.version}.stand-in.false`,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    ...answer.headers,
  })
  response.end(bytes)
}

async function servePage(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  request.resume()
  const method = request.method ?? 'GET'
  const { token, fromCookie } = tokenOf(request)
  const isSignedIn = !fromCookie && sessionOf(parts.world, token) !== null
  const answer = await answerPage(parts.pageOffer, { method, path, host: request.headers.host ?? '', isSignedIn })
  if (answer) return send(parts.world, response, answer)
  const isRead = method === 'GET' || method === 'HEAD'
  const file = isRead ? await pageFile(parts.pagePath, pagePathOf(safeDecode(path))) : null
  if (!file) return send(parts.world, response, plain(404, {}, 'not found\n'))
  const policy =
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; frame-ancestors 'self'"
  send(
    parts.world,
    response,
    reply(file.bytes, 200, {
      'Content-Type': file.type,
      'Cache-Control': 'no-cache',
      'Content-Security-Policy': policy,
    }),
  )
}

function safeDecode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    // Not a percent-encoding at all: no file has such a name.
    return '\0'
  }
}
