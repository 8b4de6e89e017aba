// The character service (interface.md, "HTTP routes"): every route asks for an API key before it reads anything, and answers once what it
// changed is stored and on its way.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HttpProblem, UserError } from '../../errors.ts'
import type { DedupeKey, JsonObject, Personnage } from '../../event.ts'
import type { Said } from '../../text/locale.ts'
import type {
  KeyDoor,
  KeyHolder,
  PersonnageAuthor,
  PersonnageChanged,
  PersonnageKeeper,
  Scope,
  ToldSo,
} from '../integration.ts'
import { readPersonnage } from './body.ts'
import type { Niveaux } from './niveaux.ts'
import { placeOf, readPage } from './page.ts'

export interface RouteParts {
  readonly keeper: PersonnageKeeper
  readonly niveaux: Niveaux
  readonly keys: KeyDoor
}

const wrongType: Said = {
  fr: 'Le type de contenu attendu est application/json.',
  en: 'The content type must be application/json.',
}
const unknown: Said = { fr: 'Aucun personnage ne porte ce nom.', en: 'No character bears this name.' }
const notYours: Said = {
  fr: 'Seul un administrateur de Vigie retire un personnage\u00a0: qui a créé cette clé ne l’est pas.',
  en: 'Only a Vigie administrator removes a character: who made this key is none.',
}

const takesJson = { config: { door: { proof: 'key', takes: 'application/json' } } } as const
const takesNothing = { config: { door: { proof: 'key', takes: 'nothing' } } } as const

type Named = { Params: { nom: string } }

/** Registers the routes in scopes of their own: bodies are kept as they came, and nothing but JSON is one. */
export function registerRoutes(http: FastifyInstance, parts: RouteParts): void {
  const { keeper, niveaux } = parts
  const proof = createProof(parts.keys)
  void http.register(async (scope) => {
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    scope.setErrorHandler((error) => {
      throw asProblem(error)
    })
    const onRequest = proof.before('personnages:write')
    scope.post<{ Body: Buffer | undefined }>('/webhook/personnage', { ...takesJson, onRequest }, (request) =>
      changed(parts, proof, request, (wish, told, holder) => keeper.put(wish, authorOf(holder), told)),
    )
    scope.post<{ Body: Buffer | undefined }>('/scores', { ...takesJson, onRequest }, (request) =>
      changed(parts, proof, request, ({ nom, score }, told, holder) =>
        keeper.rate(nom, { to: score }, authorOf(holder), told),
      ),
    )
  })
  void http.register(async (scope) => {
    // Many clients name this type in every call, whether there is a body or not; what comes is not looked at.
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, _body, done) => done(null))
    scope.setErrorHandler((error) => {
      throw asProblem(error)
    })
    const read = { ...takesNothing, onRequest: proof.before('personnages:read') }
    scope.get<{ Querystring: Record<string, unknown> }>('/personnages', read, async ({ query }) => {
      const { query: asked, limit } = readPage(query, niveaux)
      const found = await keeper.list(asked)
      const items = found.slice(0, limit)
      const last = found.length > limit ? items.at(-1) : undefined
      return { items: items.map((one) => shownOf(parts, one)), next: last === undefined ? null : placeOf(last, query) }
    })
    scope.get<Named>('/personnages/:nom', read, async ({ params }) => {
      const found = await keeper.find(params.nom)
      if (found === undefined) throw new HttpProblem(404, unknown)
      return shownOf(parts, found)
    })
    const write = { ...takesNothing, onRequest: proof.before('personnages:write') }
    scope.delete<Named>('/personnages/:nom', write, async (request, reply) => {
      await removed(parts, proof, request)
      return reply.code(204).send()
    })
  })
}

/** Who calls, from before the body is read until the call is answered. */
function createProof(keys: KeyDoor) {
  const holders = new WeakMap<FastifyRequest, KeyHolder>()
  return {
    before: (scope: Scope) => async (request: FastifyRequest, reply: FastifyReply) => {
      holders.set(request, await keys.prove(request, reply, scope))
    },
    holderOf(request: FastifyRequest): KeyHolder {
      const holder = holders.get(request)
      if (holder === undefined) throw new Error('a call was not proved')
      return holder
    },
  }
}
type Proof = ReturnType<typeof createProof>

/** A name and a score come in: what was made of them. */
async function changed(
  parts: RouteParts,
  proof: Proof,
  request: FastifyRequest<{ Body: Buffer | undefined }>,
  change: (
    wish: Pick<Personnage, 'nom' | 'score'>,
    told: ToldSo,
    holder: KeyHolder,
  ) => Promise<PersonnageChanged | undefined>,
): Promise<JsonObject> {
  const holder = proof.holderOf(request)
  const body = request.body ?? Buffer.alloc(0)
  const wish = readPersonnage(body)
  return await parts.keys.once({ request, holder, body }, async (dedupe): Promise<JsonObject> => {
    const done = await change(wish, toldBy(holder, dedupe), holder)
    if (done === undefined) throw new HttpProblem(404, unknown)
    const { personnage, niveau, accepted } = done
    return { nom: personnage.nom, score: wish.score, niveau, event: accepted.event, matched: accepted.matched }
  })
}

async function removed({ keeper, keys }: RouteParts, proof: Proof, request: FastifyRequest<Named>): Promise<void> {
  const holder = proof.holderOf(request)
  if (!holder.vigieAdmin) throw new HttpProblem(403, notYours)
  const { nom } = request.params
  await keys.once({ request, holder, body: nom }, async (dedupe): Promise<JsonObject> => {
    const done = await keeper.remove(nom, authorOf(holder), toldBy(holder, dedupe))
    if (done === undefined) throw new HttpProblem(404, unknown)
    return { event: done.accepted.event }
  })
}

const authorOf = ({ id, name }: KeyHolder): PersonnageAuthor => ({ key: id, name })

function toldBy({ channel }: KeyHolder, dedupe: readonly DedupeKey[]): ToldSo {
  return { dedupe, ...(channel === undefined ? {} : { within: channel }) }
}

function shownOf({ keeper }: RouteParts, { nom, score }: Personnage): JsonObject {
  return { nom, score, niveau: keeper.niveauOf(score) }
}

/** What went wrong, as a problem the caller may read. */
function asProblem(error: unknown): unknown {
  if (error instanceof UserError) return new HttpProblem(422, error.said, undefined, { cause: error })
  if (!(error instanceof Error)) return error
  const code = 'code' in error ? error.code : undefined
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new HttpProblem(415, wrongType, undefined, { cause: error })
  return error
}
