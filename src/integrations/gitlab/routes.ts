// `POST /webhook/gitlab` (interface.md, "HTTP routes"): proves who calls, reads the body within bounds, and answers once the
// event is stored. GitLab repeats nothing it got an error for, so only a store that cannot take it says 503.

import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HttpProblem } from '../../errors.ts'
import type { Emit, Log, Meter, Now } from '../../event.ts'
import type { Bytes } from '../../standard-webhooks.ts'
import type { KeptHook } from '../../store/store.ts'
import { maxDepth } from '../../text/json-depth.ts'
import type { Said } from '../../text/locale.ts'
import { createTurns, untilAnswered } from '../../turns.ts'
import type { Read, Refusal } from './body.ts'
import { gather } from './bytes.ts'
import { dedupeKeys, hookDedupeKeys } from './dedupe.ts'
import { type OwnHooks, speaksFor } from './hooks/own.ts'
import type { Reader } from './reader.ts'
import type { Verifier } from './verify.ts'

export const maxBytes = 25 * 1024 * 1024
/** A signature is known to be right once its body is read: this many larger bodies are, at a time. Smaller ones do not wait. */
const mostUnproven = 4
const smallBytes = 1024 * 1024

export interface RouteParts {
  readonly verifier: Verifier
  /** Hooks that Vigie made, each with a secret of its own. */
  readonly own: OwnHooks
  /** Whether a call of this hook is the sample that a test call of ours asked for. */
  readonly isTest: (hook: KeptHook) => boolean
  /** A hook's call told of a place that is not its own: perhaps that was renamed. */
  readonly onStray: (hook: KeptHook) => void
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
const wrongType: Said = {
  fr: 'Le type de contenu attendu est application/json.',
  en: 'The content type must be application/json.',
}

/** Registers the route in a scope of its own: its parser keeps the bytes that a signature covers. */
export function registerRoutes(http: FastifyInstance, parts: RouteParts): void {
  const { verifier } = parts
  const turns = createTurns(mostUnproven)
  void http.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('application/json', ({ headers }: FastifyRequest, payload: Readable) => {
      const said = headers['content-length']
      return gather(payload, { length: said === undefined ? undefined : Number(said), most: maxBytes })
    })
    scope.addHook('onClose', () => parts.reader.close())
    scope.setErrorHandler((error) => {
      throw asProblem(error)
    })
    scope.post<{ Body: Bytes | undefined }>('/webhook/gitlab', {
      config: { door: { proof: 'hook', takes: 'application/json' } },
      bodyLimit: maxBytes,
      // A wrong token is refused before its body is read.
      async onRequest(request, reply) {
        await parts.own.load()
        if (parts.own.byToken(request.headers) !== undefined) return
        if (!verifier.configured() && parts.own.all().length === 0)
          throw refused(parts, request, 'not configured', notConfigured)
        if (!verifier.signed(request.headers)) {
          if (verifier.byToken(request.headers) === undefined) throw refused(parts, request, 'token', unauthorized)
          return
        }
        if (!verifier.plausible(request.headers)) throw refused(parts, request, 'signature', unauthorized)
        if (isSmall(request)) return
        await turns.take(untilAnswered(reply.raw))
      },
      handler: (request, reply) => receive(parts, request, reply),
    })
  })
}

type Call = FastifyRequest<{ Body: Bytes | undefined }>
const nothing = new Uint8Array(0)

/** What does not say its length may be as large as may be. */
function isSmall({ headers }: Call): boolean {
  return Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) <= smallBytes
}

async function receive(parts: RouteParts, request: Call, reply: FastifyReply): Promise<FastifyReply> {
  const { verifier, own } = parts
  const { headers } = request
  const body = request.body ?? nothing
  const hook = own.byToken(headers)
  if (hook !== undefined) {
    if (!(await own.signedWell(hook, headers, body))) throw refused(parts, request, 'signature', unauthorized)
    return reply.code(200).send(await takeFromHook(parts, hook, request, body))
  }
  const credential = verifier.signed(headers) ? await verifier.bySignature(headers, body) : verifier.byToken(headers)
  if (credential === undefined) throw refused(parts, request, 'signature', unauthorized)
  const read = await readWhole(parts, request, body)
  const dedupe = dedupeKeys(read, credential, (name) => header(request, name))
  const accepted = await parts.emit(read.draft, read.relayed ? { dedupe } : { dedupe, only: [] })
  parts.onAccepted()
  return reply.code(200).send({ event: accepted.event, matched: accepted.matched })
}

async function takeFromHook(
  parts: RouteParts,
  hook: KeptHook,
  request: Call,
  body: Bytes,
): Promise<{ event: string; matched: number }> {
  const read = await readWhole(parts, request, body, true)
  if (!speaksFor(hook, read.draft.subject, read.home)) {
    parts.onStray(hook)
    throw refused(parts, request, 'another place', unauthorized)
  }
  // Asked for by ourselves, to see whether the hook works again: nothing happened that anybody should hear of.
  const isTest = parts.isTest(hook)
  const dedupe = isTest ? [] : hookDedupeKeys(read, hook.key, (name) => header(request, name))
  const { event, matched } = await parts.emit(read.draft, read.relayed && !isTest ? { dedupe } : { dedupe, only: [] })
  parts.onAccepted()
  return { event, matched }
}

type Taken = Exclude<Read, { refusal: Refusal }>

async function readWhole(parts: RouteParts, request: Call, body: Bytes, logged = false): Promise<Taken> {
  const read = await parts.reader.read(body, {
    header: header(request, 'x-gitlab-event'),
    gitlabUrl: parts.gitlabUrl,
    receivedAt: parts.now(),
    ...(logged ? { logged } : {}),
  })
  if ('refusal' in read) throw new HttpProblem(400, refusals[read.refusal])
  return read
}

function refused(parts: RouteParts, { ip }: Call, cause: string, said: Said): HttpProblem {
  parts.log.info({ route: '/webhook/gitlab', cause, client: ip }, 'a webhook was refused')
  parts.meter.count('webhooks_refused', { source: 'gitlab' })
  parts.onRefused()
  return new HttpProblem(401, said)
}

function header(request: Call, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

/** What went wrong, as a problem the caller may read. */
function asProblem(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const code = 'code' in error ? error.code : undefined
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new HttpProblem(415, wrongType, undefined, { cause: error })
  return error
}
