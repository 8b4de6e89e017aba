// The door of routes that are called with an API key (interface.md, "API keys"; threats T9–T11): who calls is proved by digests in
// constant time, and a refusal does not say what was wrong with a key.

import { hash, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { HttpProblem } from '../errors.ts'
import type { Log, Now } from '../event.ts'
import type { KeyDoor, KeyHolder, Scope, Vault } from '../integrations/integration.ts'
import { type Headers, signaturesProve, signingKey } from '../standard-webhooks.ts'
import type { ApiKeyStore, KeptKey } from '../store/store.ts'
import type { Said } from '../text/locale.ts'
import { createKeyLimit } from './key-limit.ts'
import { createOnce } from './key-once.ts'

export interface KeyDoorParts {
  readonly keys: ApiKeyStore
  readonly vault: Pick<Vault, 'open' | 'seal'>
  /** What the maker of a key may now; nothing for who may nothing any more. */
  readonly makerNow: (person: string) => Promise<{ readonly vigieAdmin: boolean } | undefined>
  readonly now: Now
  readonly log: Log
}

/** Another process may revoke a key: what was read of it counts no longer than this. */
const freshMs = 1000
const usedEveryMs = 60_000
const mostMade = 10_000

const unauthorized: Said = {
  fr: 'Une clé d’API valable est attendue (dans l’en-tête X-API-Key, ou Authorization avec Bearer).',
  en: 'A valid API key is expected (in the header X-API-Key, or Authorization with Bearer).',
}
const unsigned: Said = {
  fr: 'La signature de cet appel n’est pas valable, ou son heure s’écarte de plus de cinq minutes de la nôtre.',
  en: 'The signature of this call is not valid, or its time differs from ours by more than five minutes.',
}

/** What the secret of a signing key is sealed for. */
export const sealedFor = (id: string): string => `api key ${id}`

export function createKeyDoor(parts: KeyDoorParts): KeyDoor {
  const { keys, vault, makerNow, now, log } = parts
  const read = createReading(keys, now)
  const limit = createKeyLimit(now)
  const noteUse = createUse(parts)
  const verifiers = createVerifiers(vault, keys, log)

  const refused = (request: FastifyRequest, cause: string, said = unauthorized): HttpProblem => {
    log.info({ route: request.routeOptions.url, cause, client: request.ip }, 'an API call was refused')
    return new HttpProblem(401, said, { 'www-authenticate': 'Bearer realm="vigie"' })
  }

  const holderOf = async (key: KeptKey): Promise<KeyHolder | undefined> => {
    const { id, name, maker, channel } = key
    const may = maker === undefined ? { vigieAdmin: true } : await makerNow(maker)
    if (may === undefined) return undefined
    return {
      id,
      name,
      vigieAdmin: may.vigieAdmin,
      ...(maker === undefined ? {} : { maker }),
      ...(channel === undefined ? {} : { channel }),
    }
  }

  /** The key whose text this is, if it may be used now. */
  const keyOf = async (text: string): Promise<KeptKey | undefined> => {
    const [, id = '', secret = ''] = /^vigie_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/.exec(text) ?? []
    const given = digest(secret)
    const key = await read.find(async (all) => openedBy(all, id, given))
    return key !== undefined && isAlive(key, now()) ? key : undefined
  }

  const prove = async (request: FastifyRequest, reply: FastifyReply, texts: readonly string[]) => {
    const [text] = texts
    if (text === undefined) throw refused(request, 'none')
    if (!areSame(texts)) throw refused(request, 'several')
    const key = await keyOf(text)
    const holder = key && (await holderOf(key))
    if (key === undefined || holder === undefined) throw refused(request, 'key')
    limit.take(key.id, reply)
    noteUse(key)
    return { key, holder }
  }

  return {
    async prove(request, reply, scope) {
      const { key, holder } = await prove(request, reply, inHeaders(request))
      requireScope(key, scope)
      if (key.inName !== undefined) throw onlyIn(key.inName)
      return holder
    },

    async proveIn(request, reply, name) {
      const inAddress = inQuery(request)
      const { key, holder } = await prove(request, reply, [...inHeaders(request), ...inAddress])
      // What stands in addresses is seen by many: only a key that opens next to nothing may.
      if (inAddress.length > 0 && key.inName === undefined) throw refused(request, 'address')
      requireScope(key, 'events:write')
      if (key.inName !== undefined && key.inName !== name) throw onlyIn(key.inName)
      return holder
    },

    async proveSigned(request, body) {
      const headers: Headers = request.headers
      if (headers['webhook-signature'] === undefined) return undefined
      const at = now()
      const signedBy = async ({ signing }: KeysRead): Promise<KeptKey | undefined> => {
        let found: KeptKey | undefined
        for (const key of signing) {
          const verifier = isAlive(key, at) ? await verifiers(key) : undefined
          if (verifier !== undefined && (await signaturesProve(verifier, { headers, body, now: at }))) found = key
        }
        return found
      }
      const proven = await read.find(signedBy)
      const holder = proven && (await holderOf(proven))
      if (proven === undefined || holder === undefined) throw refused(request, 'signature', unsigned)
      noteUse(proven)
      return holder
    },

    once: createOnce({ keys, now }),
  }
}

/** Of a key that is not there, or has no text: compared all the same. */
const nobodys = '00'.repeat(32)
const nobody = { key: undefined, expected: Buffer.from(nobodys, 'hex') }

function openedBy({ byId }: KeysRead, id: string, given: Buffer): KeptKey | undefined {
  const { key, expected } = byId.get(id) ?? nobody
  const isRight = timingSafeEqual(expected, given)
  return isRight && key?.hash !== undefined ? key : undefined
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

/** Every way in which a caller named a key names the same one. */
function areSame(texts: readonly string[]): boolean {
  const [first = '', ...others] = texts
  return others.filter((other) => !timingSafeEqual(digest(first), digest(other))).length === 0
}

/** The keys in the headers; an authorization of another kind is no key's text. */
function inHeaders({ headers }: FastifyRequest): readonly string[] {
  const { authorization } = headers
  const bearer = authorization === undefined ? [] : [/^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '']
  return [...bearer, ...[headers['x-api-key'] ?? []].flat()]
}

function inQuery({ url }: FastifyRequest): readonly string[] {
  const at = url.indexOf('?')
  return at < 0 ? [] : new URLSearchParams(url.slice(at + 1)).getAll('key')
}

function isAlive({ revokedAt, expiresAt }: KeptKey, now: number): boolean {
  return revokedAt === undefined && (expiresAt === undefined || now < expiresAt)
}

function requireScope({ scopes }: KeptKey, scope: Scope): void {
  if (scopes.includes(scope)) return
  throw new HttpProblem(403, {
    fr: `Cette clé n’a pas la portée ${scope}.`,
    en: `This key does not have the scope ${scope}.`,
  })
}

function onlyIn(name: string): HttpProblem {
  return new HttpProblem(403, {
    fr: `Cette clé ne vaut que pour /webhook/in/${name}.`,
    en: `This key is good for /webhook/in/${name} alone.`,
  })
}

/**
 * All keys as they were a moment ago. What does not open is looked for once more where keys were added since; how long that takes does not
 * depend on whether there is such a key (threat T10).
 */
function createReading(keys: Pick<ApiKeyStore, 'all' | 'count'>, now: Now) {
  let last: { readonly at: number; readonly read: Promise<KeysRead> } | undefined
  const readAll = (): Promise<KeysRead> => {
    const read = keys.all().then((all): KeysRead => {
      const byId = new Map(all.map((key) => [key.id, { key, expected: Buffer.from(key.hash ?? nobodys, 'hex') }]))
      return { byId, signing: all.filter(({ sealed, revokedAt }) => sealed !== undefined && revokedAt === undefined) }
    })
    const one = { at: now(), read }
    last = one
    // Nobody is kept out longer than the store is away.
    read.catch(() => {
      if (last === one) last = undefined
    })
    return read
  }
  return {
    async find(look: (all: KeysRead) => Promise<KeptKey | undefined>): Promise<KeptKey | undefined> {
      const known = await (last !== undefined && Math.abs(now() - last.at) < freshMs ? last.read : readAll())
      const found = await look(known)
      if (found !== undefined || (await keys.count()) === known.byId.size) return found
      return await look(await readAll())
    },
  }
}

interface KeysRead {
  readonly byId: ReadonlyMap<string, { readonly key: KeptKey; readonly expected: Buffer }>
  /** Those that sign and are not revoked. */
  readonly signing: readonly KeptKey[]
}

/** When a key was last used, to the minute; that it could not be noted keeps nobody out. */
function createUse({ keys, now, log }: Pick<KeyDoorParts, 'keys' | 'now' | 'log'>): (key: KeptKey) => void {
  const notedAt = new Map<string, number>()
  return ({ id, usedAt }) => {
    const at = now()
    if (at - (notedAt.get(id) ?? usedAt ?? 0) < usedEveryMs) return
    notedAt.set(id, at)
    keys.used(id, at).catch((error: unknown) => log.warn({ err: error, key: id }, 'the use of a key was not noted'))
  }
}

/** What verifies a signing key's signatures; sealed anew where VIGIE_SECRET_KEY changed. */
function createVerifiers(vault: KeyDoorParts['vault'], keys: Pick<ApiKeyStore, 'reseal'>, log: Log) {
  const made = new Map<string, KeyObject>()
  return async ({ id, sealed }: KeptKey): Promise<KeyObject | undefined> => {
    if (sealed === undefined) return undefined
    const known = made.get(sealed)
    if (known !== undefined) return known
    const opened = vault.open(sealed, sealedFor(id))
    const verifier = opened && signingKey(opened.secret.reveal())
    if (opened === undefined || verifier === undefined) {
      log.warn({ key: id }, 'a signing key cannot be opened: VIGIE_SECRET_KEY is not the one it was sealed under')
      return undefined
    }
    if (opened.old) await keys.reseal(id, vault.seal(opened.secret.reveal(), sealedFor(id)))
    if (made.size >= mostMade) made.clear()
    made.set(sealed, verifier)
    return verifier
  }
}
