// The relay's route on a real fastify with a store that is a list: what GitLab sends, and what comes of it.

import { randomBytes } from 'node:crypto'
import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify'
import { createCron } from '../../../src/app/cron.ts'
import { createVault } from '../../../src/app/vault.ts'
import { createEnv, Secret } from '../../../src/env.ts'
import type { Accepted, Draft, EmitOptions } from '../../../src/event.ts'
import { createGitlab } from '../../../src/integrations/gitlab/gitlab.ts'
import type { Asked, Integration, IntegrationParts } from '../../../src/integrations/integration.ts'
import { registerProblems } from '../../../src/web/problem.ts'
import { createFoldersInMemory } from '../../fakes/folders.ts'
import { createHooksInMemory } from '../../fakes/hooks.ts'
import { createFakeKeys } from '../../fakes/keys.ts'
import { nothingWatched } from '../../fakes/monitors.ts'
import { nobodySubscribes } from '../../fakes/subscribing.ts'
import { receivedAt } from './fixtures.ts'

export interface Emitted {
  readonly draft: Draft
  readonly options: EmitOptions | undefined
}

export interface Relay {
  readonly gitlab: Integration
  /** What it was made from. */
  readonly parts: IntegrationParts
  readonly http: FastifyInstance
  readonly emitted: Emitted[]
  /** Reasons and counts that were logged or metered. */
  readonly noted: { readonly logs: object[]; readonly counts: string[] }
  /** Changes the settings of the running relay, as `start` does when its dotenv file changes. */
  set(settings: Readonly<Record<string, string>>): void
  /** What `emit` does from now on. */
  emitBy(emit: (draft: Draft) => Promise<Accepted>): void
  at(now: number): void
  lastEventAt(at: number | undefined): void
  /** What GitLab's `/-/health` answers from now on. */
  healthIs(health: Asked): void
  post(body: string | Buffer | object, headers?: Readonly<Record<string, string>>): Promise<LightMyRequestResponse>
}

export function createRelay(settings: Readonly<Record<string, string>>, hooks = createHooksInMemory()): Relay {
  const env = createEnv({ environment: {}, dotenv: settings, readFile: () => '' })
  const emitted: Emitted[] = []
  const logs: object[] = []
  const counts: string[] = []
  let now = receivedAt
  let last: number | undefined
  let asked: Asked = { tookMs: 42, status: 200, body: 'GitLab OK' }
  let accept: (draft: Draft) => Promise<Accepted> = async () => ({
    event: `ev${emitted.length}`,
    matched: 2,
    repeated: false,
  })
  const note = (facts: object) => void logs.push(facts)
  const parts: IntegrationParts = {
    env,
    emit: (draft, options) => {
      emitted.push({ draft, options })
      return accept(draft)
    },
    log: { debug: note, info: note, warn: note, error: note, fatal: note },
    meter: { count: (name) => void counts.push(name) },
    now: () => now,
    fetch,
    ask: async () => asked,
    lastEventAt: async () => last,
    recentEvents: async () => [],
    url: () => 'https://vigie.example.org',
    hooks,
    monitors: nothingWatched,
    folders: createFoldersInMemory(),
    personnages: { find: async () => undefined, list: async () => [], counts: async () => ({ all: 0, above: 0 }) },
    keys: createFakeKeys(),
    emitTogether: async (all) => Promise.all(all.map(({ draft, options }) => parts.emit(draft, options))),
    subscribing: nobodySubscribes,
    vault: createVault({ secrets: { current: () => [new Secret('a key for the tests alone')] }, random: randomBytes }),
    cron: createCron(),
    langOf: async () => undefined,
    admins: async () => [],
  }
  const gitlab = createGitlab(parts)
  if (gitlab === null) throw new Error('the relay is never null: its route says which setting is missing')
  env.check()
  const http = Fastify()
  registerProblems(http, { debug: note, info: note, warn: note, error: note, fatal: note })
  gitlab.routes?.(http)
  return {
    gitlab,
    parts,
    http,
    emitted,
    noted: { logs, counts },
    set: (changed) => env.reload(changed),
    emitBy: (emit) => {
      accept = emit
    },
    at: (at) => {
      now = at
    },
    healthIs: (health) => {
      asked = health
    },
    lastEventAt: (at) => {
      last = at
    },
    post: (body, headers = {}) =>
      http.inject({
        method: 'POST',
        url: '/webhook/gitlab',
        headers: { 'content-type': 'application/json', ...headers },
        payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      }),
  }
}
