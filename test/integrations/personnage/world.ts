// The character service behind a real door, on the real store in memory, with the real routing; keys are the fake ones.

import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { createEnv } from '../../../src/env.ts'
import type { Event, Log } from '../../../src/event.ts'
import { createIntake } from '../../../src/flow/intake.ts'
import { createRouter } from '../../../src/flow/router.ts'
import type { KeyHolder, PersonnageKeeper } from '../../../src/integrations/integration.ts'
import { createDescribe } from '../../../src/integrations/personnage/describe.ts'
import { createKeeper } from '../../../src/integrations/personnage/keeper.ts'
import { readNiveaux } from '../../../src/integrations/personnage/niveaux.ts'
import { registerRoutes } from '../../../src/integrations/personnage/routes.ts'
import { openSqliteStore } from '../../../src/store/sqlite.ts'
import type { Store } from '../../../src/store/store.ts'
import { registerProblems } from '../../../src/web/problem.ts'
import { createServer } from '../../../src/web/server.ts'
import { bearer, createFakeKeys } from '../../fakes/keys.ts'

/** Saturday 21 November 2026, 09:00 in Paris. */
export const morning = Date.UTC(2026, 10, 21, 8)

export interface Answered {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: whatever JSON came back.
  readonly body: any
  readonly response: LightMyRequestResponse
}

export interface World {
  readonly store: Store
  readonly keeper: PersonnageKeeper
  readonly clock: { now: number }
  readonly logged: { facts: object; message: string }[]
  /** With all scopes, in English, unless it says otherwise. */
  call(
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answered>
  post(body: unknown, headers?: Record<string, string>): Promise<Answered>
  events(): Promise<readonly Event[]>
  noms(): Promise<readonly string[]>
  close(): Promise<void>
}

export async function createWorld({
  holder = {},
  environment = {},
}: {
  readonly holder?: Partial<KeyHolder>
  readonly environment?: Readonly<Record<string, string>>
} = {}): Promise<World> {
  const clock = { now: morning }
  const now = () => clock.now
  const logged: World['logged'] = []
  const note = (facts: object, message: string) => void logged.push({ facts, message })
  const log: Log = { debug: note, info: note, warn: note, error: note, fatal: note }
  const store = await openSqliteStore({ path: ':memory:', now, log })
  const { emit } = createIntake({ store, router: createRouter(store), now, log, meter: { count: () => undefined } })
  const niveaux = readNiveaux(createEnv({ environment, dotenv: {}, readFile: () => '' }))
  const keeper = createKeeper({ store: store.personnages, niveaux, emit, log, now })
  const http = createServer({ pathPrefix: '/', proxies: { any: false, trusts: () => false }, log })
  registerProblems(http, log)
  registerRoutes(http, { keeper, niveaux, keys: createFakeKeys(holder) })

  const call: World['call'] = async (method, url, body, headers = {}) => {
    const options: InjectOptions = {
      method,
      url,
      headers: {
        'accept-language': 'en',
        ...bearer('personnages:read', 'personnages:write'),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
    }
    if (body !== undefined)
      options.payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
    const response = await http.inject(options)
    return { status: response.statusCode, body: response.body === '' ? undefined : response.json(), response }
  }
  return {
    store,
    keeper,
    clock,
    logged,
    call,
    post: (body, headers) => call('POST', '/webhook/personnage', body, headers),
    events: async () =>
      (await store.events.recent({ source: 'personnage', limit: 1000 })).map(({ event }) => event).toReversed(),
    noms: async () =>
      (await store.personnages.list({ sort: 'score', order: 'desc', limit: 1000 })).map(({ nom }) => nom),
    async close() {
      await http.close()
      await store.close()
    },
  }
}

export const describe = createDescribe(undefined)
