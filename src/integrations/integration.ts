// The contract of everything that brings events in (design.md, "Integration"): one folder per source, one line in the list.

import type { FastifyInstance } from 'fastify'
import type { Env } from '../env.ts'
import type { Describe, Emit, Log, Meter, Now, Part } from '../event.ts'

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
}

/** `null`: its settings are absent, it is switched off. Routes that say which setting is missing are the integration's own matter: it then returns itself with status `off`. */
export type MakeIntegration = (parts: IntegrationParts) => Integration | null
