// The API documentation over HTTP: `/openapi.json` for programs, `/docs` for people (interface.md, "HTTP routes").

import type { FastifyInstance } from 'fastify'
import type { RouteDoc } from '../../integrations/integration.ts'
import type { Locale } from '../../text/locale.ts'
import { type Asked, answerOnce, languageOf } from '../page-answer.ts'
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

/** Until then a reader does not ask again. */
const freshMs = 60_000
const open = { config: { door: { proof: 'open', takes: 'nothing' } } } as const

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
    return answerOnce(request, reply, once('json', languageOf(request, parts.locale)), freshMs)
  })

  http.get<Asked>('/docs', open, async (request, reply) => {
    const policy = `default-src 'none'; style-src ${styleHash}; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
    reply.header('content-security-policy', policy).type('text/html; charset=utf-8')
    return answerOnce(request, reply, once('page', languageOf(request, parts.locale)), freshMs)
  })
}
