// The API documentation over HTTP: `/openapi.json` for programs, `/docs` for people (interface.md, "HTTP routes").

import { hash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RouteDoc } from '../../integrations/integration.ts'
import { type Locale, localeOf } from '../../text/locale.ts'
import { openApiOf } from './openapi.ts'
import { docsOf } from './page.ts'
import { styleHash } from './style.ts'

export interface ApiParts {
  readonly documents: readonly RouteDoc[]
  /** VIGIE_URL. */
  readonly url: string
  readonly version: string
  /** Of who asks for no language. */
  readonly locale: Locale
}

const open = { config: { door: { proof: 'open', takes: 'nothing' } } } as const

interface Asked {
  Querystring: { lang?: string }
}

export function registerApi(http: FastifyInstance, parts: ApiParts): void {
  const made = new Map<string, string>()
  // The same for everybody who reads the same language, as long as this process lives.
  const once = (name: 'json' | 'page', locale: Locale): string => {
    const known = made.get(name + locale)
    if (known !== undefined) return known
    const facts = { ...parts, locale }
    const text = name === 'json' ? JSON.stringify(openApiOf(facts), undefined, 2) : docsOf(facts)
    made.set(name + locale, text)
    return text
  }

  http.get<Asked>('/openapi.json', open, async (request, reply) => {
    reply.type('application/json; charset=utf-8')
    return answer(request, reply, once('json', languageOf(request, parts.locale)))
  })

  http.get<Asked>('/docs', open, async (request, reply) => {
    const policy = `default-src 'none'; style-src ${styleHash}; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
    reply.header('content-security-policy', policy).type('text/html; charset=utf-8')
    return answer(request, reply, once('page', languageOf(request, parts.locale)))
  })
}

/** `?lang=`, else what the browser asks for, else VIGIE_LOCALE. */
function languageOf({ query, headers }: FastifyRequest<Asked>, usual: Locale): Locale {
  if (query.lang === 'fr' || query.lang === 'en') return query.lang
  const said = headers['accept-language']
  // What clients that are no browsers say when nobody chose.
  return localeOf(said?.trim() === '*' ? undefined : said, usual)
}

/** The body, or that it is the one that the reader has. */
function answer(request: FastifyRequest, reply: FastifyReply, body: string): FastifyReply {
  const tag = `"${hash('sha256', body, 'base64url').slice(0, 27)}"`
  reply.headers({
    etag: tag,
    vary: 'accept-language',
    'cache-control': 'public, max-age=60, must-revalidate',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  })
  const known = (request.headers['if-none-match'] ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''))
  return known.includes(tag) || known.includes('*') ? reply.code(304).send() : reply.send(body)
}
