// `POST /webhook/gitlab` (interface.md, "HTTP routes"): proves who calls, reads the body within bounds, and answers once the
// event is stored. GitLab repeats nothing it got an error for, so only a store that cannot take it says 503.

import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HttpProblem } from '../../errors.ts'
import type { DedupeKey, Emit, Log, Meter, Now } from '../../event.ts'
import type { Said } from '../../text/locale.ts'
import { maxDepth, type Read, type Refusal } from './body.ts'
import type { Reader } from './reader.ts'
import type { Verifier } from './verify.ts'

export const maxBytes = 25 * 1024 * 1024
const day = 86_400_000

export interface RouteParts {
  readonly verifier: Verifier
  readonly reader: Reader
  readonly gitlabUrl: string | undefined
  readonly emit: Emit
  readonly log: Log
  readonly meter: Meter
  readonly now: Now
  /** Told of every call that was refused. */
  readonly onRefused: () => void
  readonly onAccepted: () => void
}

/** One text for every cause: it tells a stranger nothing. */
const unauthorized: Said = {
  fr: 'Le jeton secret ou la signature de cet appel n’est pas valable.',
  en: 'The secret token or the signature of this call is not valid.',
}
const notConfigured: Said = {
  fr: 'GitLab n’est pas configuré ici\u00a0: renseignez GITLAB_WEBHOOK_TOKEN ou GITLAB_SIGNING_SECRET.',
  en: 'GitLab is not configured here: set GITLAB_WEBHOOK_TOKEN or GITLAB_SIGNING_SECRET.',
}
const refusals: Readonly<Record<Refusal, Said>> = {
  not_utf8: { fr: 'Le corps n’est pas en UTF-8.', en: 'The body is not UTF-8.' },
  too_deep: {
    fr: `Le JSON est imbriqué sur plus de ${maxDepth} niveaux.`,
    en: `The JSON nests deeper than ${maxDepth} levels.`,
  },
  not_json: { fr: 'Le corps n’est pas du JSON.', en: 'The body is not JSON.' },
  not_object: { fr: 'Le corps doit être un objet JSON.', en: 'The body must be a JSON object.' },
}
const tooLarge: Said = { fr: 'Le corps dépasse 25\u00a0Mio.', en: 'The body is larger than 25 MiB.' }
const wrongType: Said = {
  fr: 'Le type de contenu attendu est application/json.',
  en: 'The content type must be application/json.',
}
const notStored: Said = {
  fr: 'L’événement n’a pas pu être enregistré\u00a0: réessayez plus tard.',
  en: 'The event could not be stored: try again later.',
}

/** Registers the route in a scope of its own: its parser keeps the bytes that a signature covers. */
export function registerRoutes(http: FastifyInstance, parts: RouteParts): void {
  const { verifier } = parts
  void http.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit: maxBytes }, (_request, body, done) =>
      done(null, body),
    )
    scope.addHook('onClose', () => parts.reader.close())
    scope.setErrorHandler((error) => {
      throw asProblem(error)
    })
    scope.post('/webhook/gitlab', {
      bodyLimit: maxBytes,
      // A wrong token is refused before its body is read.
      async onRequest(request) {
        if (!verifier.configured()) throw refused(parts, 'not configured', notConfigured)
        if (!verifier.signed(request.headers) && verifier.byToken(request.headers) === undefined) {
          throw refused(parts, 'token', unauthorized)
        }
      },
      handler: (request, reply) => receive(parts, request, reply),
    })
  })
}

async function receive(parts: RouteParts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { verifier, reader, emit, now } = parts
  const { headers } = request
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const credential = verifier.signed(headers) ? await verifier.bySignature(headers, body) : verifier.byToken(headers)
  if (credential === undefined) throw refused(parts, 'signature', unauthorized)
  const read = await reader.read(body, {
    header: header(request, 'x-gitlab-event'),
    gitlabUrl: parts.gitlabUrl,
    receivedAt: now(),
  })
  if ('refusal' in read) throw new HttpProblem(400, refusals[read.refusal])
  const dedupe = dedupeKeys(read, credential, header(request, 'webhook-id') ?? header(request, 'idempotency-key'))
  const accepted = await emit(read.draft, read.relayed ? { dedupe } : { dedupe, only: [] })
  parts.onAccepted()
  return reply.code(200).send({ event: accepted.event, matched: accepted.matched })
}

/** interface.md, "A repeated webhook": the caller's id for 14 days, an equal body for 5 minutes. */
function dedupeKeys(
  read: Exclude<Read, { refusal: Refusal }>,
  credential: string,
  id: string | undefined,
): readonly DedupeKey[] {
  const keys: DedupeKey[] = []
  if (id !== undefined && id !== '') {
    const hash = createHash('sha256').update(`${credential}\n${read.bodyHash}\n${id}`).digest('hex')
    keys.push({ key: `gitlab:id:${hash}`, lifeMs: 14 * day })
  }
  if (read.timed) keys.push({ key: `gitlab:body:${read.bodyHash}`, lifeMs: 300_000 })
  return keys
}

function refused(parts: RouteParts, cause: string, said: Said): HttpProblem {
  parts.log.info({ route: '/webhook/gitlab', cause }, 'a webhook was refused')
  parts.meter.count('webhooks_refused', { source: 'gitlab' })
  parts.onRefused()
  return new HttpProblem(401, said)
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

/** What went wrong, as a problem the caller may read. */
function asProblem(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  if (error.name === 'StoreUnavailable')
    return new HttpProblem(503, notStored, { 'retry-after': '10' }, { cause: error })
  const code = 'code' in error ? error.code : undefined
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new HttpProblem(413, tooLarge, undefined, { cause: error })
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new HttpProblem(415, wrongType, undefined, { cause: error })
  return error
}
