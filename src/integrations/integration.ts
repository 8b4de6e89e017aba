// The contract of everything that brings events in (design.md, "Integration"): one folder per source, one line in the list.

import type { FastifyInstance } from 'fastify'
import type { Env, Secret } from '../env.ts'
import type { Describe, Emit, Log, Meter, Now, Part } from '../event.ts'
import type { HookStore, KeptHook, StoredEvent } from '../store/store.ts'
import type { Said } from '../text/locale.ts'

export interface Integration {
  /** The source its events carry and `/subscribe` names. */
  readonly name: string
  /** Registers its HTTP routes; on every replica. */
  routes?(http: FastifyInstance): void
  /** Runs until the signal; where the lease is held. */
  watch?(signal: AbortSignal): Promise<void>
  /** Pure: its events in words. */
  readonly describe: Describe
  /** How it does, for `/statut`. */
  status(): Promise<Part>
  /** A harmless request that takes the whole path, for `vigie doctor`; nothing while the integration is off. */
  probe?(nonce: string): Promise<Probe | undefined>
  /** What `--events` may name, for help and did-you-mean: `merge_request`, `merge_request.open`. */
  readonly events: readonly string[]
  /** Looks after the webhooks at the origin; absent where there are none to look after. */
  readonly hooks?: HookKeeper
}

/** `/vigie gitlab install|check|remove`, and what `/subscribe` says of projects that nobody is told about. */
export interface HookKeeper {
  /** All that are kept, as last known. */
  known(): Promise<readonly KeptHook[]>
  /** Makes or repairs the hooks of a project, or of a group (`group/**`). @throws {UserError} */
  install(target: string): Promise<readonly HookLine[]>
  /** @throws {UserError} */
  check(target: string): Promise<readonly HookLine[]>
  /** Takes away what was made. @throws {UserError} */
  remove(target: string): Promise<readonly HookLine[]>
  /** Projects that a subject names and that have no working hook, as far as the asker may know of them; nothing where it cannot be found out soon. */
  unheard(subject: string | undefined, asker: { readonly vigieAdmin: boolean }): Promise<readonly string[]>
}

/** What was done or found at one project or group. */
export interface HookLine {
  /** `group/project`, `group/**` */
  readonly path: string
  /** `covered`: a hook of its group does it. `looked`: nothing was changed. */
  readonly did: 'made' | 'repaired' | 'kept' | 'covered' | 'removed' | 'looked' | 'failed'
  readonly state: KeptHook['state'] | 'elsewhere'
  /** Until when it is paused, milliseconds since 1970. */
  readonly until?: number
  /** Where it points, when that is not here. */
  readonly url?: string
  /** Its latest calls, newest first: `push_hooks 200`. */
  readonly last?: readonly string[]
  /** Why it failed, in GitLab's words. */
  readonly error?: string
  readonly hint?: Said
}

/** Keeps secrets sealed at rest. */
export interface Vault {
  random(sizeBytes: number): Buffer
  /** `about` binds it to its place: nothing else opens it. */
  seal(secret: string, about: string): string
  /** Nothing for what was altered or sealed under a key we no longer have. `old`: seal it again, its key is on its way out. */
  open(sealed: string, about: string): { readonly secret: Secret; readonly old: boolean } | undefined
}

export interface Probe {
  /** Below VIGIE_URL: `/webhook/gitlab`. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Of the event it makes; nobody else's. */
  readonly subject: string
}

export interface IntegrationParts {
  readonly env: Env
  readonly emit: Emit
  readonly log: Log
  readonly meter: Meter
  readonly now: Now
  readonly fetch: typeof fetch
  /** When an event of a source last came in, milliseconds since 1970. */
  readonly lastEventAt: (source: string) => Promise<number | undefined>
  /** What was last accepted of a subject, newest first. */
  readonly recentEvents: (source: string, subject: string, limit: number) => Promise<readonly StoredEvent[]>
  /** VIGIE_URL, once the settings are read. */
  readonly url: () => string
  readonly hooks: HookStore
  readonly vault: Vault
  /** Ids of Vigie's administrators, as last known. */
  readonly admins: () => Promise<readonly string[]>
}

/** `null`: its settings are absent, it is switched off. Routes that say which setting is missing are the integration's own matter: it then returns itself with status `off`. */
export type MakeIntegration = (parts: IntegrationParts) => Integration | null
