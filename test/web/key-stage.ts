// Keys in a real store, and a small API behind their door.

import { randomBytes } from 'node:crypto'
import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify'
import { createKeyRing } from '../../src/app/keys.ts'
import { createVault } from '../../src/app/vault.ts'
import { Secret } from '../../src/env.ts'
import type { KeyDoor, KeyRing, KeyWish, Scope } from '../../src/integrations/integration.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { allowOrigins } from '../../src/web/cors.ts'
import { guardDoors } from '../../src/web/doors.ts'
import { createKeyDoor } from '../../src/web/keys.ts'
import { registerProblems } from '../../src/web/problem.ts'
import { createFakeLog } from '../fakes/log.ts'

export const start = Date.UTC(2026, 10, 21, 8)

export interface KeyStage {
  readonly store: Store
  readonly ring: KeyRing
  readonly door: KeyDoor
  readonly http: FastifyInstance
  readonly clock: { now: number }
  /** What Mattermost knows of the people who made keys; nothing: gone. */
  readonly people: Map<string, { readonly vigieAdmin: boolean }>
  readonly logged: object[]
  /** How often the work behind `POST /things` was done. */
  readonly done: string[]
  /** What `POST /things` does from now on. */
  work: { next: () => Promise<void> }
  make(scopes: readonly Scope[], more?: Partial<KeyWish>): Promise<string>
  post(headers: Readonly<Record<string, string>>, body?: string, url?: string): Promise<LightMyRequestResponse>
  close(): Promise<void>
}

export async function createKeyStage({
  path = ':memory:',
  origins = [],
}: {
  readonly path?: string
  readonly origins?: readonly string[]
} = {}): Promise<KeyStage> {
  const clock = { now: start }
  const now = () => clock.now
  const people: KeyStage['people'] = new Map()
  const logged: object[] = []
  const note = (facts: object, message: string) => void logged.push({ ...facts, message })
  const log = { debug: note, info: note, warn: note, error: note, fatal: note }
  const store = await openSqliteStore({ path, now, log: createFakeLog() })
  const vault = createVault({
    secrets: { current: () => [new Secret('a key for the tests alone')] },
    random: randomBytes,
  })
  const ring = createKeyRing({ keys: store.apiKeys, vault, now })
  const door = createKeyDoor({ keys: store.apiKeys, vault, makerNow: async (id) => people.get(id), now, log })
  const done: string[] = []
  const work: KeyStage['work'] = { next: async () => undefined }
  const http = Fastify({ logger: false })
  guardDoors(http)
  registerProblems(http, log)
  allowOrigins(http, origins)
  http.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body))
  const config = { door: { proof: 'key', takes: 'application/json' } } as const
  http.post<{ Body: Buffer | undefined }>('/things', { config }, async (request, reply) => {
    const body = request.body ?? Buffer.alloc(0)
    const signer = await door.proveSigned(request, body)
    const holder = signer ?? (await door.prove(request, reply, 'events:write'))
    return door.once({ request, holder, body }, async (dedupe) => {
      await work.next()
      done.push(String(body))
      return { holder: { ...holder }, nth: done.length, dedupe: dedupe.map(({ key }) => key) }
    })
  })
  http.post<{ Params: { name: string } }>('/in/:name', { config }, async (request, reply) => ({
    ...(await door.proveIn(request, reply, request.params.name)),
  }))
  await http.ready()
  return {
    store,
    ring,
    door,
    http,
    clock,
    people,
    logged,
    done,
    work,
    make: async (scopes, more = {}) =>
      (await ring.make({ name: `key ${randomBytes(4).toString('hex')}`, scopes, signing: false, ...more })).shown,
    post: (headers, body = '{}', url = '/things') =>
      http.inject({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json', 'accept-language': 'en', ...headers },
        payload: body,
      }),
    async close() {
      await http.close()
      await store.close()
    },
  }
}

export const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
