// GitLab with its hooks on one side, the relay with the real store and the real routing on the other; HTTP between them.

import { randomBytes } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import { freePort } from '../../../src/app/free-port.ts'
import { createVault } from '../../../src/app/vault.ts'
import { createEnv, Secret } from '../../../src/env.ts'
import type { Delivery } from '../../../src/event.ts'
import { createIntake } from '../../../src/flow/intake.ts'
import { createRouter } from '../../../src/flow/router.ts'
import { createKeeper, type Keeper } from '../../../src/integrations/gitlab/hooks/keeper.ts'
import { createReader } from '../../../src/integrations/gitlab/reader.ts'
import { registerRoutes } from '../../../src/integrations/gitlab/routes.ts'
import { createVerifier } from '../../../src/integrations/gitlab/verify.ts'
import { openSqliteStore } from '../../../src/store/sqlite.ts'
import type { Store } from '../../../src/store/store.ts'
import { registerProblems } from '../../../src/web/problem.ts'
import { wishOf } from '../../fakes/event.ts'
import { type FakeGitlab, startGitlab } from '../../fakes/gitlab-server.ts'
import { createFakeLog, createFakeMeter } from '../../fakes/log.ts'

export const admin = 'the-admin'
export const byHand = 'a token of the settings'

export interface HookStage {
  readonly gitlab: FakeGitlab
  readonly store: Store
  readonly vigieUrl: string
  readonly keeper: Keeper
  readonly clock: { now: number }
  readonly logged: ReturnType<typeof createFakeLog>['lines']
  /** Deliveries to a channel or person, oldest first. */
  told(address?: string): Promise<readonly Delivery[]>
  /** The data of what they tell, in order. */
  facts(address?: string): Promise<readonly Record<string, unknown>[]>
  pass(): Promise<void>
  /** Vigie's door closes; GitLab finds nobody. */
  leave(): Promise<void>
  /** Vigie starts again: nothing is left but the store. */
  comeBack(): Promise<void>
  close(): Promise<void>
}

export async function openHookStage(): Promise<HookStage> {
  const gitlab = await startGitlab()
  const port = await freePort('127.0.0.1')
  const vigieUrl = `http://127.0.0.1:${port}`
  const clock = { now: Date.now() }
  const now = () => clock.now
  const log = createFakeLog()
  const store = await openSqliteStore({ path: ':memory:', now, log })
  await store.people.setAdmin(admin, true, clock.now)
  await store.subscriptions.save(wishOf({ filters: { events: ['all'], confidential: true }, maker: admin }))
  const router = createRouter(store)
  const vault = createVault({ secrets: { current: () => [new Secret('the key of this stage')] }, random: randomBytes })
  const env = createEnv({ environment: { GITLAB_WEBHOOK_TOKEN: byHand }, dotenv: {}, readFile: () => '' })

  async function start(): Promise<{ keeper: Keeper; http: FastifyInstance }> {
    const meter = createFakeMeter()
    const { emit } = createIntake({ store, router, now, log, meter })
    const reader = createReader()
    const keeper = createKeeper({
      gitlabUrl: gitlab.url,
      tokens: { current: () => [new Secret(gitlab.token)] },
      reader,
      emit,
      log,
      now,
      fetch,
      url: () => vigieUrl,
      hooks: store.hooks,
      vault,
      admins: () => store.people.admins(),
      recentEvents: (source, subject, limit) => store.events.recent({ source, subject, limit }),
      wait: async () => undefined,
    })
    const tokens = env.secrets('GITLAB_WEBHOOK_TOKEN')
    const signing = env.secrets('GITLAB_SIGNING_SECRET')
    const http = Fastify({ forceCloseConnections: true })
    registerProblems(http, log)
    registerRoutes(http, {
      verifier: createVerifier({ tokens, signing, now }),
      own: keeper.own,
      isTest: keeper.care.isTest,
      onStray: keeper.care.stray,
      reader,
      gitlabUrl: undefined,
      emit,
      log,
      meter,
      now,
      onRefused: () => undefined,
      onAccepted: () => undefined,
    })
    await http.listen({ host: '127.0.0.1', port })
    return { keeper, http }
  }

  let running = await start()
  const told: HookStage['told'] = async (address = 'town') => {
    const all = await store.deliveries.list({ limit: 10_000 })
    return all.filter(({ target }) => target.address === address).toReversed()
  }
  return {
    gitlab,
    store,
    vigieUrl,
    get keeper() {
      return running.keeper
    },
    clock,
    logged: log.lines,
    told,
    async facts(address) {
      const deliveries = await told(address)
      const events = await Promise.all(deliveries.flatMap(({ events }) => events.map((id) => store.events.find(id))))
      return events.flatMap((stored) => (stored === undefined ? [] : [{ ...stored.event.data }]))
    },
    pass: () => running.keeper.care.pass(new AbortController().signal),
    leave: () => running.http.close(),
    async comeBack() {
      running = await start()
    },
    async close() {
      await running.http.close()
      await store.close()
      await gitlab.close()
    },
  }
}

/** A push as GitLab tells it; `count` makes it another one. */
export function pushTo({ id, path }: { id: number; path: string }, count: number): object {
  const after = count.toString(16).padStart(40, '0').replace(/^0/, 'c')
  return {
    object_kind: 'push',
    event_name: 'push',
    before: 'a'.repeat(40),
    after,
    ref: 'refs/heads/main',
    user_name: 'Jeanne',
    user_username: 'jeanne',
    user_email: 'jeanne@example.org',
    project_id: id,
    project: { id, path_with_namespace: path, visibility_level: 20 },
    commits: [{ id: after, title: `commit ${count}`, author: { name: 'Jeanne', email: 'jeanne@example.org' } }],
    total_commits_count: 1,
  }
}
