// `POST /webhook/nextcloud` (interface.md, "HTTP routes"): proves who calls, and answers once what it tells is stored. Nextcloud repeats
// nothing it got an error for; only a store that cannot take it says 503.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { LiveSecrets } from '../../../env.ts'
import { HttpProblem } from '../../../errors.ts'
import type { Log, Meter, Now } from '../../../event.ts'
import type { Said } from '../../../text/locale.ts'
import { readCall } from './body.ts'
import { proves } from './proof.ts'
import type { Take } from './take.ts'

export interface RouteParts {
  readonly tokens: LiveSecrets
  readonly take: Take
  readonly log: Log
  readonly meter: Meter
  readonly now: Now
  readonly onRefused: () => void
  readonly onAccepted: () => void
}

const mostBytes = 256 * 1024

/** One text for every cause: it tells a stranger nothing. */
const unauthorized: Said = {
  fr: 'Le jeton secret de cet appel n’est pas valable.',
  en: 'The secret token of this call is not valid.',
}
const notConfigured: Said = {
  fr: 'Les appels de Nextcloud ne sont pas configurés ici\u00a0: renseignez NEXTCLOUD_WEBHOOK_TOKEN.',
  en: 'Calls of Nextcloud are not configured here: set NEXTCLOUD_WEBHOOK_TOKEN.',
}
const wrongType: Said = {
  fr: 'Le type de contenu attendu est application/json.',
  en: 'The content type must be application/json.',
}

/** Registers the route in a scope of its own: Nextcloud names no content type unless it is told to. */
export function registerRoutes(http: FastifyInstance, parts: RouteParts): void {
  const { tokens, take, now } = parts
  void http.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    scope.post<{ Body: Buffer | undefined }>('/webhook/nextcloud', {
      config: { door: { proof: 'hook', takes: 'application/json' } },
      bodyLimit: mostBytes,
      // A wrong token is refused before its body is read.
      async onRequest(request) {
        if (tokens.current().length === 0) throw refused(parts, request, 'not configured', notConfigured)
        if (!proves(request.headers, tokens)) throw refused(parts, request, 'token', unauthorized)
        const type = request.headers['content-type']
        if (type !== undefined && !/^application\/json\s*(?:;|$)/i.test(type)) throw new HttpProblem(415, wrongType)
      },
      async handler(request, reply) {
        const call = readCall(request.body ?? Buffer.alloc(0), now())
        const { event, matched } = await take(call)
        parts.onAccepted()
        return reply.code(200).send({ event, matched })
      },
    })
  })
}

function refused(parts: RouteParts, { ip }: FastifyRequest, cause: string, said: Said): HttpProblem {
  parts.log.info({ route: '/webhook/nextcloud', cause, client: ip }, 'a webhook was refused')
  parts.meter.count('webhooks_refused', { source: 'nextcloud' })
  parts.onRefused()
  return new HttpProblem(401, said)
}
