// `POST /webhook/events` and `POST /webhook/in/:name` (interface.md, "HTTP routes"): who calls is proved before the body is read, unless
// they sign; what is answered is stored.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HttpProblem } from '../../errors.ts'
import type { Accepted, DedupeKey, EmitTogether, JsonObject, Log, Meter, Now } from '../../event.ts'
import { isPlausible } from '../../standard-webhooks.ts'
import { typedSubject } from '../../text/typed.ts'
import type { KeyDoor, KeyHolder } from '../integration.ts'
import { readChatBody } from './chat-body.ts'
import { isBinary, isLine, isType, readBatch, readBinary, readStructured } from './cloud-event.ts'
import { type MakeDraft, ownKeys } from './draft.ts'
import { type Facts, isObject } from './facts.ts'
import { readPlain } from './plain.ts'
import { expected, jsonOf, refusedFields, unsupported, unsupportedIn } from './refusals.ts'

export interface RouteParts {
  readonly keys: KeyDoor
  readonly emitTogether: EmitTogether
  readonly draftOf: MakeDraft
  readonly now: Now
  readonly log: Log
  readonly meter: Meter
}

export const mostBytes = 1024 * 1024
const nothing = Buffer.alloc(0)

type Call = FastifyRequest<{ Body: Buffer | undefined }>
type CallIn = FastifyRequest<{ Body: Buffer | undefined; Params: { name: string } }>
type Draft = ReturnType<MakeDraft>

/** What a call tells: one event, or a batch. */
type Said = { readonly one: Told } | { readonly all: readonly Told[] }
interface Told {
  readonly facts: Facts
  readonly draft: (holder: KeyHolder) => Draft
}

/** Registers both in a scope of its own: its parser keeps the bytes that a signature covers. */
export function registerRoutes(http: FastifyInstance, parts: RouteParts): void {
  const { keys } = parts
  void http.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    scope.addHook('onError', async (request, _reply, error) => noteRefusal(parts, request, error))

    const proven = new WeakMap<FastifyRequest, KeyHolder>()
    const holderOf = async (request: Call, reply: FastifyReply): Promise<KeyHolder> =>
      proven.get(request) ??
      (await keys.proveSigned(request, request.body ?? nothing)) ??
      (await keys.prove(request, reply, 'events:write'))

    scope.post<{ Body: Buffer | undefined }>('/webhook/events', {
      config: { door: { proof: 'key', takes: 'anything' } },
      bodyLimit: mostBytes,
      async onRequest(request, reply) {
        // A signature is over the body: who signs well enough to be asked is judged once it is read, any other signature at once.
        if (hasKey(request)) proven.set(request, await keys.prove(request, reply, 'events:write'))
        else if (!isPlausible(request.headers, parts.now())) await refuseUnproven(keys, request, reply)
        if (modeOf(request) === undefined) throw unsupported()
      },
      async handler(request, reply) {
        const holder = await holderOf(request, reply)
        const said = readEvents(request, parts.draftOf)
        return reply.code(200).send(await take(parts, { request, holder, body: bytesOf(request) }, said))
      },
    })

    scope.post<{ Body: Buffer | undefined; Params: { name: string } }>('/webhook/in/:name', {
      config: { door: { proof: 'key', takes: ['application/json', 'application/x-www-form-urlencoded'] } },
      bodyLimit: mostBytes,
      async onRequest(request, reply) {
        proven.set(request, await keys.proveIn(request, reply, request.params.name))
        if (inModeOf(request) === undefined) throw unsupportedIn()
      },
      async handler(request, reply) {
        const holder = proven.get(request) ?? (await keys.proveIn(request, reply, request.params.name))
        const facts = readIn(request)
        const said = { one: { facts, draft: (by: KeyHolder) => parts.draftOf(facts, by) } }
        const answer = await take(parts, { request, holder, body: request.body ?? nothing }, said)
        // Senders to Slack look for it in an answer that is JSON.
        return reply.code(200).send({ ok: true, ...answer })
      },
    })
  })
}

function noteRefusal({ log, meter }: RouteParts, request: FastifyRequest, error: Error): void {
  if (!(error instanceof HttpProblem) || error.statusCode >= 500) return
  log.info({ route: request.routeOptions.url, status: error.statusCode, client: request.ip }, 'a webhook was refused')
  meter.count('webhooks_refused', { source: 'hook' })
}

const hasKey = ({ headers }: FastifyRequest): boolean =>
  headers.authorization !== undefined || headers['x-api-key'] !== undefined

/** In the words of a signature to who sent one. What is proved here is not taken as proof: the body is not read yet. */
async function refuseUnproven(keys: KeyDoor, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if ((await keys.proveSigned(request, nothing)) === undefined) await keys.prove(request, reply, 'events:write')
}

type Mode = 'structured' | 'batch' | 'binary' | 'json'

/** Nothing for a content type that is none of ours. */
function modeOf({ headers }: FastifyRequest): Mode | undefined {
  const type = mediaTypeOf(headers['content-type'])
  if (type === 'application/cloudevents+json') return 'structured'
  if (type === 'application/cloudevents-batch+json') return 'batch'
  if (type.startsWith('application/cloudevents')) return undefined
  if (isBinary(headers)) return 'binary'
  return type === 'application/json' ? 'json' : undefined
}

function inModeOf({ headers }: FastifyRequest): 'json' | 'form' | undefined {
  const type = mediaTypeOf(headers['content-type'])
  if (type === 'application/x-www-form-urlencoded') return 'form'
  return type === 'application/json' ? 'json' : undefined
}

/** In lower case, without its parameters. */
function mediaTypeOf(header: string | undefined): string {
  return (header ?? '').replace(/;.*$/s, '').trim().toLowerCase()
}

/** What a repeat is compared by: in binary mode the attributes too. */
function bytesOf(request: Call): Buffer {
  const body = request.body ?? nothing
  if (modeOf(request) !== 'binary') return body
  const attributes = Object.entries(request.headers).filter(([name]) => name.startsWith('ce-'))
  return Buffer.concat([Buffer.from(JSON.stringify(attributes)), body])
}

function readEvents(request: Call, draftOf: MakeDraft): Said {
  const body = request.body ?? nothing
  const told = (facts: Facts): Told => ({ facts, draft: (holder) => draftOf(facts, holder) })
  const mode = modeOf(request)
  if (mode === undefined) throw unsupported()
  if (mode === 'binary') return { one: told(readBinary(request.headers, body)) }
  const value = jsonOf(body)
  if (mode === 'batch') return { all: readBatch(value).map(told) }
  // Whoever forgot the content type's name says what it is in the body.
  if (mode === 'structured' || (isObject(value) && Object.hasOwn(value, 'specversion')))
    return { one: told(readStructured(value)) }
  const { facts, severity } = readPlain(value)
  return { one: { facts, draft: (holder) => draftOf(facts, holder, severity) } }
}

const nameWanted = {
  fr: 'un nom fait de lettres, de chiffres et de . _ - (64 au plus)',
  en: 'a name made of letters, digits and . _ - (at most 64)',
}

function readIn(request: CallIn): Facts {
  const { name } = request.params
  if (!isType(name) || name.includes('/') || !isLine(name, 64))
    throw refusedFields([{ field: 'name', said: expected(nameWanted, name) }])
  const body = request.body ?? nothing
  if (inModeOf(request) === 'json') return readChatBody(name, jsonOf(body))
  const payload = new URLSearchParams(body.toString('utf8')).get('payload')
  if (payload !== null) return readChatBody(name, jsonOf(Buffer.from(payload)))
  throw refusedFields([
    { field: 'payload', said: { fr: 'le champ payload est attendu', en: 'the field payload is expected' } },
  ])
}

/** Everything that was said is stored, or nothing. */
async function take(
  { keys, emitTogether }: RouteParts,
  call: { readonly request: FastifyRequest; readonly holder: KeyHolder; readonly body: Buffer },
  said: Said,
): Promise<JsonObject | readonly JsonObject[]> {
  const { holder } = call
  const within = holder.channel === undefined ? {} : { within: holder.channel }
  if ('one' in said) {
    return await keys.once(call, async (dedupe) => {
      const [answer] = await tell([said.one], (facts) => [...dedupe, ...ownKeys(facts, holder)])
      if (answer === undefined) throw new Error('an event was stored without an answer')
      return answer
    })
  }
  return await keys.once(call, async (dedupe) =>
    tell(said.all, (facts, index) => [
      ...dedupe.map(({ key, lifeMs }) => ({ key: `${key} ${index}`, lifeMs })),
      ...ownKeys(facts, holder),
    ]),
  )

  async function tell(
    all: readonly Told[],
    dedupeOf: (facts: Facts, index: number) => readonly DedupeKey[],
  ): Promise<readonly JsonObject[]> {
    if (all.length === 0) return []
    const accepted = await emitTogether(
      all.map(({ facts, draft }, index) => ({
        draft: draft(holder),
        options: { dedupe: dedupeOf(facts, index), ...within },
      })),
    )
    return all.flatMap(({ facts }, index) => answerOf(accepted[index], facts))
  }
}

/** `matched` 0 comes with the command that would hear it. */
function answerOf(accepted: Accepted | undefined, { type }: Facts): JsonObject[] {
  if (accepted === undefined) return []
  const { event, matched } = accepted
  return [{ event, matched, ...(matched === 0 ? { hint: `/subscribe hook ${typedSubject(type)}` } : {}) }]
}
