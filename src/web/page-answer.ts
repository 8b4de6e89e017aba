// What everybody may read in a browser is answered alike: in the reader's language, and once for as long as it stays the same.

import { hash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Locale, localeOf } from '../text/locale.ts'

/** What a page may be asked for. */
export interface Asked {
  Querystring: { lang?: string }
}

/** `?lang=`, else what the browser asks for, else `usual`. */
export function languageOf({ query, headers }: FastifyRequest<Asked>, usual: Locale): Locale {
  if (query.lang === 'fr' || query.lang === 'en') return query.lang
  return localeOf(headers['accept-language'], usual)
}

/** The body, or that it is the one that the reader has. Readers ask again after `freshMs`. */
export function answerOnce(request: FastifyRequest, reply: FastifyReply, body: string, freshMs: number): FastifyReply {
  const tag = `"${hash('sha256', body, 'base64url').slice(0, 27)}"`
  reply.headers({
    etag: tag,
    vary: 'accept-language',
    'cache-control': `public, max-age=${freshMs / 1000}, must-revalidate`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  })
  const known = (request.headers['if-none-match'] ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''))
  return known.includes(tag) || known.includes('*') ? reply.code(304).send() : reply.send(body)
}
