// Pages of other origins that may call the API (interface.md, `CORS_ORIGINS`): exact origins, routes with keys alone, never with cookies.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Env } from '../env.ts'

/** What a page may send along; CloudEvents in binary mode bring names of their own. */
const sendable = ['authorization', 'x-api-key', 'content-type', 'idempotency-key', 'webhook-id', 'accept-language']
const readable = 'RateLimit, RateLimit-Policy, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After'
const keptSeconds = 600

/** `CORS_ORIGINS`: origins as browsers write them, comma separated. Problems are noted in `env`. */
export function readOrigins(env: Env): readonly string[] {
  const origins = env.list('CORS_ORIGINS')
  for (const origin of origins)
    if (!URL.canParse(origin) || new URL(origin).origin !== origin || !/^https?:/.test(origin))
      env.problem({
        fr: `CORS_ORIGINS\u00a0: des origines exactes sont attendues, par exemple https://tableau.example.org, pas «\u00a0${origin}\u00a0».`,
        en: `CORS_ORIGINS: exact origins are expected, for example https://board.example.org, not "${origin}".`,
      })
  return origins
}

/** Before any route: those whose door is a key's are opened to pages of these origins. */
export function allowOrigins(http: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return
  const methods = new Map<string, Set<string>>()

  const allow = (request: FastifyRequest, reply: FastifyReply): boolean => {
    void reply.header('vary', 'Origin')
    const { origin } = request.headers
    if (origin === undefined || !origins.includes(origin)) return false
    void reply.headers({ 'access-control-allow-origin': origin, 'access-control-expose-headers': readable })
    return true
  }

  http.addHook('onRoute', (route) => {
    if (route.config?.door?.proof !== 'key') return
    const before = async (request: FastifyRequest, reply: FastifyReply) => void allow(request, reply)
    route.onRequest = [before, ...[route.onRequest ?? []].flat()]
    const known = methods.get(route.url)
    for (const method of [route.method].flat()) known?.add(method)
    if (known !== undefined) return
    methods.set(route.url, new Set([route.method].flat()))
    http.options(
      route.url,
      { config: { door: { proof: 'open', takes: 'nothing' } } },
      async (request: FastifyRequest, reply: FastifyReply) => {
        if (!allow(request, reply) || request.headers['access-control-request-method'] === undefined)
          return reply.callNotFound()
        return reply
          .code(204)
          .headers({
            'access-control-allow-methods': [...(methods.get(route.url) ?? [])].join(', '),
            'access-control-allow-headers': wantedOf(request).join(', '),
            'access-control-max-age': String(keptSeconds),
          })
          .send()
      },
    )
  })
}

function wantedOf({ headers }: FastifyRequest): readonly string[] {
  const asked = String(headers['access-control-request-headers'] ?? '').toLowerCase()
  const events = asked
    .split(',')
    .map((name) => name.trim())
    .filter((name) => /^ce-[a-z0-9]{1,40}$/.test(name))
  return [...sendable, ...new Set(events)]
}
