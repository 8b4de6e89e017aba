// `POST /subscribe` and `DELETE /subscribe` (interface.md, "HTTP routes"): notifications switched on and off without chat.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type FieldProblem, HttpProblem } from '../../errors.ts'
import type { KeyDoor, KeyHolder, Subscribing, SubscriptionWish } from '../integration.ts'
import { isObject } from './facts.ts'
import { expected, jsonOf, refusedFields } from './refusals.ts'

export interface SubscribingParts {
  readonly keys: KeyDoor
  readonly subscribing: Subscribing
}

const mostBytes = 64 * 1024
const longestUrl = 2000
const longestSubject = 2000
export const subscribingShape = z.strictObject({
  channel: z.string().min(1).max(64).optional(),
  url: z.string().min(1).max(longestUrl).optional(),
  source: z.string().min(1).max(64),
  subject: z.string().min(1).max(longestSubject).optional(),
})
type Field = keyof typeof subscribingShape.shape

const wanted: Readonly<Record<Field, { readonly fr: string; readonly en: string }>> = {
  channel: { fr: 'l’identifiant d’un canal', en: 'the id of a channel' },
  url: {
    fr: `une adresse http ou https de ${longestUrl} caractères au plus`,
    en: `an http or https address of ${longestUrl} characters at most`,
  },
  source: { fr: 'une source, comme "gitlab" ou "personnage",', en: 'a source, like "gitlab" or "personnage",' },
  subject: {
    fr: `un motif de ${longestSubject} caractères au plus, comme "groupe/**",`,
    en: `a glob of ${longestSubject} characters at most, like "group/**",`,
  },
}
const wrongType = {
  fr: 'Le type de contenu attendu est application/json.',
  en: 'The content type must be application/json.',
}
const oneOfBoth = {
  fr: 'il faut channel ou url, et un seul des deux',
  en: 'channel or url is needed, and only one of them',
}

export function registerSubscribing(http: FastifyInstance, { keys, subscribing }: SubscribingParts): void {
  void http.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    const proven = new WeakMap<FastifyRequest, KeyHolder>()
    for (const method of ['POST', 'DELETE'] as const) {
      scope.route<{ Body: Buffer | undefined }>({
        method,
        url: '/subscribe',
        config: { door: { proof: 'key', takes: 'application/json' } },
        bodyLimit: mostBytes,
        async onRequest(request, reply) {
          proven.set(request, await keys.prove(request, reply, 'subscriptions:write'))
          const type = request.headers['content-type'] ?? ''
          if (!/^application\/json\s*(?:;|$)/i.test(type)) throw new HttpProblem(415, wrongType)
        },
        async handler(request, reply) {
          const holder = proven.get(request) ?? (await keys.prove(request, reply, 'subscriptions:write'))
          const body = request.body ?? Buffer.alloc(0)
          const wish = readWish(body)
          // Told once: it is no part of the answer that is kept for a repeat.
          let secret: string | undefined
          const answer = await keys.once({ request, holder, body }, async () => {
            if (method === 'DELETE') return { id: await subscribing.unsubscribe(wish, holder) }
            const made = await subscribing.subscribe(wish, holder)
            secret = made.secret
            return { id: made.id }
          })
          return reply.code(200).send({ ...answer, ...(secret === undefined ? {} : { secret }) })
        },
      })
    }
  })
}

/** @throws {HttpProblem} 400, 422 */
function readWish(body: Buffer): SubscriptionWish {
  const value = jsonOf(body)
  if (!isObject(value))
    throw refusedFields([{ field: '', said: expected({ fr: 'un objet JSON', en: 'a JSON object' }, value) }])
  const read = subscribingShape.safeParse(value)
  if (!read.success) {
    const names = Object.keys(wanted)
    const wrong = new Set(read.error.issues.flatMap(({ path: [name] }) => (typeof name === 'string' ? [name] : [])))
    const strange = read.error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []))
    throw refusedFields([
      ...names
        .filter((name): name is Field => wrong.has(name) && Object.hasOwn(wanted, name))
        .map((field) => ({
          field,
          said: expected(wanted[field], Object.hasOwn(value, field) ? value[field] : undefined),
        })),
      ...(Object.hasOwn(value, 'channel') === Object.hasOwn(value, 'url') ? [whereTo(value)] : []),
      ...strange.slice(0, 20).map((name) => ({
        field: name.slice(0, 200),
        said: {
          fr: `ce champ n’existe pas\u00a0: il y a ${names.join(', ')}`,
          en: `there is no such field: there are ${names.join(', ')}`,
        },
      })),
    ])
  }
  const { channel, url, source, subject } = read.data
  const about = { source, ...(subject === undefined ? {} : { subject }) }
  if (channel !== undefined && url === undefined) return { to: { channel }, ...about }
  if (url !== undefined && channel === undefined) return { to: { url }, ...about }
  throw refusedFields([whereTo(value)])
}

const whereTo = (value: object): FieldProblem => ({
  field: Object.hasOwn(value, 'url') ? 'url' : 'channel',
  said: oneOfBoth,
})
