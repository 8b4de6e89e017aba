// The contract of everything that brings events in (design.md, "Integration"): one folder per source, one line in the list.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodType } from 'zod'
import type { Env, Secret } from '../env.ts'
import type {
  Accepted,
  DedupeKey,
  Describe,
  DescribeBurst,
  Emit,
  EmitOptions,
  EmitTogether,
  Json,
  JsonObject,
  Log,
  Meter,
  Now,
  Part,
  Personnage,
} from '../event.ts'
import type { PostOutside } from '../notifiers/notifier.ts'
import type {
  FolderStore,
  HookStore,
  IncidentFilter,
  KeptHook,
  KeptKey,
  MonitorStore,
  PersonnageStore,
  Rolled,
  Span,
  StoredEvent,
} from '../store/store.ts'
import type { Locale, Said } from '../text/locale.ts'
import type { Niveau } from '../text/niveau.ts'
import type { Rich } from '../text/rich.ts'
import type {
  Account,
  Acknowledgement,
  Incident,
  IncidentStep,
  Maintenance,
  Monitor,
  MonitorMute,
  MonitorType,
  Result,
  Shown,
  State,
} from './monitor/monitor.ts'

export interface Integration {
  /** The source its events carry and `/subscribe` names. */
  readonly name: string
  /** Registers its HTTP routes; on every replica. */
  routes?(http: FastifyInstance): void
  /** Its routes as `/openapi.json` and `/docs` tell them, in the order in which their examples can be tried. */
  readonly documents?: readonly RouteDoc[]
  /** Runs until the signal; where the lease is held. */
  watch?(signal: AbortSignal): Promise<void>
  /** False while what it watches stands still; absent where nothing has to go on. For HEARTBEAT_URL. */
  goesOn?(): boolean
  /** Pure: its events in words. */
  readonly describe: Describe
  /** Pure: events of one `burst` that are told together; absent where events have none. */
  readonly describeBurst?: DescribeBurst
  /** How it does, for `/statut`. */
  status(): Promise<Part>
  /** What else of it stands by itself there: the model, the mail server. */
  alsoStatus?(): Promise<readonly Part[]>
  /** A harmless request that takes the whole path, for `vigie doctor`; nothing while the integration is off. */
  probe?(nonce: string): Promise<Probe | undefined>
  /** What `--events` may name, for help and did-you-mean: `merge_request`, `merge_request.open`. */
  readonly events: readonly string[]
  /** Looks after the webhooks at the origin; absent where there are none to look after. */
  readonly hooks?: HookKeeper
  /** What is watched, for `/monitor`; the integration `monitor` alone has it. */
  readonly monitors?: MonitorKeeper
  /** The way to addresses that others name; the integration `monitor` alone has it. */
  readonly outward?: Outward
  /** How it did, for reports and the status page; the integration `monitor` alone has it. */
  readonly records?: MonitorRecords
  /** Characters, for `/personnage`; the integration `personnage` alone has it. */
  readonly personnages?: PersonnageKeeper
}

/** What `/personnage`, the buttons of its cards and an import do. What it changes is stored and told in one commit. */
export interface PersonnageKeeper extends PersonnageStore {
  /** By NIVEAUX. */
  niveauOf(score: number): Niveau
  /** Makes a character, or sets the score of the one of that name. @throws {UserError} for a name that is none. */
  put(wish: Pick<Personnage, 'nom' | 'score'>, by: PersonnageAuthor, options?: ToldSo): Promise<PersonnageChanged>
  /** Sets a score, or adds to it; nothing where the name is unknown. @throws {UserError} for a score out of bounds. */
  rate(
    nom: string,
    change: { readonly to: number } | { readonly add: number },
    by: PersonnageAuthor,
    options?: ToldSo,
  ): Promise<PersonnageChanged | undefined>
  /** The character as it was; nothing where the name is unknown. */
  remove(nom: string, by: PersonnageAuthor, options?: ToldSo): Promise<PersonnageChanged | undefined>
}

export type PersonnageAuthor =
  /** An API key's id, and what people call it. */
  | { readonly key: string; readonly name: string }
  /** A Mattermost user id, and the username. */
  | { readonly person: string; readonly name: string }

export type ToldSo = Pick<EmitOptions, 'dedupe' | 'within'>

export interface PersonnageChanged {
  readonly personnage: Personnage
  readonly niveau: Niveau
  /** Its score before; absent for a new one. */
  readonly before?: number
  readonly accepted: Accepted
}

/** Guarded: nothing inside is reached but what MONITOR_ALLOW lists (threats-and-faults.md §3b). */
export interface Outward {
  /** Whether the address may be told of events, as far as is known now; judged again on every connection. */
  admits(url: URL): Promise<boolean>
  readonly post: PostOutside
}

/** What `/monitor` and an incident's buttons do. Everything it resolves is stored, and told where it is to be told. */
export interface MonitorKeeper {
  inChannel(channel: string): readonly WatchedNow[]
  /** By name, without regard to case. */
  find(channel: string, name: string): WatchedNow | undefined
  byId(id: string): WatchedNow | undefined
  /** Those marked public, of all channels. */
  publicOnes(): readonly WatchedNow[]
  all(): readonly WatchedNow[]
  /** Now. */
  isMaintained(monitor: Monitor): boolean
  /** Since when Vigie believes itself cut off. */
  cutSince(): number | undefined
  /** A heartbeat's address is known only now: what is stored is its token's hash. @throws {UserError} for a wish that cannot be fulfilled. */
  add(wish: MonitorWish, by: Asker): Promise<Added>
  /** What is absent stays. @throws {UserError} */
  edit(id: string, wish: Partial<MonitorWish>, by: Asker): Promise<Added>
  remove(id: string): Promise<void>
  pause(id: string): Promise<void>
  /** Ends a pause. */
  resume(id: string): Promise<void>
  mute(id: string, mute: MonitorMute | undefined, by: Asker): Promise<void>
  maintain(id: string, maintenance: readonly Maintenance[]): Promise<void>
  /** Checks now; nothing for what is paused or was never heard of. */
  check(id: string, by: Asker): Promise<Result | undefined>
  incident(id: string): Promise<Incident | undefined>
  /** Newest first. */
  incidents(filter: IncidentFilter): Promise<readonly Incident[]>
  steps(incident: string): Promise<readonly IncidentStep[]>
  /** Resolves how it is then, and whether that changed anything; nothing where it is not open. */
  acknowledge(incident: string, by: Asker): Promise<ActedOn | undefined>
  release(incident: string, by: Asker): Promise<ActedOn | undefined>
  muteIncident(incident: string, mute: MonitorMute | undefined, by: Asker): Promise<ActedOn | undefined>
  /** `200` in 84 ms. */
  inWords(result: Result, locale: Locale): Rich
  history(monitor: string, request: { from: number; to: number; span?: Span }): Promise<readonly Rolled[]>
  results(monitor: string, request: { from: number; to: number; limit: number }): Promise<readonly Result[]>
}

/** What was seen, accounted for. Instants are milliseconds since 1970. */
export interface MonitorRecords {
  account(
    monitors: readonly Monitor[],
    time: { readonly from: number; readonly to: number },
  ): Promise<readonly Account[]>
  /** Those that are marked public, by name. */
  shown(): Promise<readonly Shown[]>
  /** Since when Vigie believes itself cut off: what is shown is as it was then. */
  cutSince(): number | undefined
}

export interface WatchedNow {
  readonly monitor: Monitor
  readonly state: State
}

export interface ActedOn {
  readonly incident: Incident
  readonly isChanged: boolean
}

/** Who asks, as known at this moment. */
export type Asker = Pick<Acknowledgement, 'by' | 'name'> & { readonly vigieAdmin: boolean }

/** A monitor as it is asked for; the keeper reads, checks and completes it. */
export interface MonitorWish
  extends Partial<
    Pick<
      Monitor,
      | 'everyMs'
      | 'timeoutMs'
      | 'failures'
      | 'retryEveryMs'
      | 'successes'
      | 'slowMs'
      | 'tls'
      | 'severity'
      | 'mention'
      | 'remindMs'
      | 'escalate'
      | 'noEmail'
      | 'prompt'
      | 'isPublic'
    >
  > {
  readonly channel: string
  /** As it was typed; absent for a heartbeat. */
  readonly target?: string
  readonly type?: MonitorType
  /** Absent: from the target. */
  readonly name?: string
  readonly method?: string
  readonly body?: string
  /** `200-299,404`: as it was typed. */
  readonly status?: string
  readonly contains?: string
  /** `data.state=ok`: as it was typed. */
  readonly json?: string
  /** `Name: value`, one each. */
  readonly headers?: readonly string[]
  /** By name; sealed before they are stored. */
  readonly secretHeaders?: Readonly<Record<string, Pick<Secret, 'reveal'>>>
  readonly record?: string
  readonly graceMs?: number
  readonly cron?: string
  readonly timeZone?: string
  /** The name of the monitor it stands behind; empty for none. */
  readonly after?: string
  /** Of an edit: what was set and is no longer wanted. */
  readonly without?: readonly Unset[]
}

/** What an edit takes back, by its flag. */
export type Unset =
  | 'slow'
  | 'remind'
  | 'escalate'
  | 'prompt'
  | 'no-email'
  | 'public'
  | 'status'
  | 'contains'
  | 'json'
  | 'header'
  | 'secret-header'
  | 'body'
  | 'cron'

export interface Added {
  readonly monitor: Monitor
  /** Where a new heartbeat's job reports. */
  readonly address?: string
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

/** A route as the API documentation tells it. Its schemas are those the route reads with, so that the two cannot disagree. */
export interface RouteDoc {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** As fastify knows it: `/personnages/:nom`. */
  readonly path: string
  readonly group: RouteGroup
  readonly summary: Said
  /** Paragraphs, in plain words. */
  readonly description?: Said
  /** How it proves who calls. */
  readonly proof: RouteProof
  /** Of the path and of the address's query, by name. What the query holds may be left out where its schema says so. */
  readonly params?: Readonly<Record<string, RouteParam>>
  readonly query?: Readonly<Record<string, RouteParam>>
  readonly headers?: Readonly<Record<string, RouteParam>>
  /** Set where a call may be repeated under one `Idempotency-Key` or `webhook-id`. */
  readonly once?: true
  /** One a content type. */
  readonly bodies?: readonly { readonly type: string; readonly schema: ZodType }[]
  readonly answers: readonly RouteAnswer[]
  /** Refusals it answers beside those of its proof and its body (401, 403, 429, 400, 413, 415, 422), which are told for every route. */
  readonly refusals?: readonly { readonly status: number; readonly said: Said }[]
  /** Sent by a test as they stand, in order, after those of the routes before; each is answered with its status. */
  readonly examples: readonly RouteExample[]
}

export type RouteGroup = 'personnages' | 'events' | 'subscriptions' | 'webhooks' | 'state'

export type RouteProof =
  | { readonly by: 'open' }
  /** Standard Webhooks signatures are taken too where `orSigned`, a key of `--in` as `?key=` where `orInAddress`. */
  | { readonly by: 'key'; readonly scope: Scope; readonly orSigned?: true; readonly orInAddress?: true }
  /** A secret in a header, which a setting names. */
  | { readonly by: 'secret'; readonly header: string; readonly setting: string }
  /** The same as `Authorization: Bearer`. */
  | { readonly by: 'bearer'; readonly setting: string }
  /** The address itself is secret. */
  | { readonly by: 'address' }

export interface RouteParam {
  readonly said: Said
  readonly schema: ZodType
}

export interface RouteAnswer {
  readonly status: number
  readonly said: Said
  /** Absent: no body. JSON is told by its schema, all else by its type alone. */
  readonly type?: string
  readonly schema?: ZodType
}

export interface RouteExample {
  /** A word or two, unique within its route: `new`, `unknown`. */
  readonly name: string
  readonly said: Said
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly type?: string
  /** As JSON where it is no text. */
  readonly body?: Json
  /** Set where it is sent without what proves who calls. */
  readonly unproven?: true
  readonly status: number
  /** What is answered, where that is the same each time or looks alike. */
  readonly answer?: Json
}

/** What an API key may do (interface.md, "API keys"). */
export type Scope = 'personnages:read' | 'personnages:write' | 'events:write' | 'subscriptions:write'

/** A key as it stood when a call was proved. */
export interface KeyHolder {
  /** Public, short: what logs and the audit name it by. */
  readonly id: string
  /** What people call it. */
  readonly name: string
  /** The Mattermost user id of who made it; absent: made in a shell, with a Vigie administrator's rights. */
  readonly maker?: string
  /** Whether its maker is a Vigie administrator now. */
  readonly vigieAdmin: boolean
  /** What it sends is told there alone, and it subscribes that channel alone. */
  readonly channel?: string
}

/** The door of routes that are called with an API key. */
export interface KeyDoor {
  /**
   * Who calls, with this scope, before the body is read. The reply gets the rate limit's headers.
   * @throws {HttpProblem} 401 without a hint, 403 that names the missing scope, 429 with `Retry-After`
   */
  prove(request: FastifyRequest, reply: FastifyReply, scope: Scope): Promise<KeyHolder>
  /** The same for `/webhook/in/:name`, where a key made with `--in NAME` may also stand in `?key=`. @throws {HttpProblem} */
  proveIn(request: FastifyRequest, reply: FastifyReply, name: string): Promise<KeyHolder>
  /** Who signed (Standard Webhooks) with a key's `--signing` secret, once the body is read; nothing for a call without a signature. @throws {HttpProblem} 401 */
  proveSigned(request: FastifyRequest, body: Uint8Array): Promise<KeyHolder | undefined>
  /**
   * Does `work` once for each `Idempotency-Key` (or `webhook-id`) of a holder on a route, and answers a repeat with the first answer;
   * concurrent twins wait. Without such a header `work` is done. Kept 14 days.
   * @throws {HttpProblem} 422 where the key came with another body before
   */
  once<T extends JsonObject | readonly JsonObject[]>(
    call: { readonly request: FastifyRequest; readonly holder: KeyHolder; readonly body: Uint8Array | string },
    work: (dedupe: readonly DedupeKey[]) => Promise<T>,
  ): Promise<T>
}

/** Makes and revokes API keys, for `/vigie key` and `vigie key`. */
export interface KeyRing {
  /** What is shown once, and the key as it is kept. @throws {UserError} for a wish that cannot be fulfilled. */
  make(wish: KeyWish): Promise<{ readonly shown: string; readonly key: KeptKey }>
  /** By name; those that were revoked are left out. */
  list(): Promise<readonly KeptKey[]>
  /** By name, whatever the case, or id. @throws {UserError} where there is none. */
  revoke(words: string): Promise<KeptKey>
}

/** An API key as it is asked for. */
export interface KeyWish {
  readonly name: string
  /** As they were typed. */
  readonly scopes: readonly string[]
  /** `365d`, `12h`, `never`; absent: a year. */
  readonly expires?: string
  readonly channel?: string
  readonly inName?: string
  readonly signing: boolean
  /** Absent: made in a shell. */
  readonly maker?: string
}

/** Keeps secrets sealed at rest. */
export interface Vault {
  random(sizeBytes: number): Buffer
  /** `about` binds it to its place: nothing else opens it. */
  seal(secret: string, about: string): string
  /** Nothing for what was altered or sealed under a key we no longer have. `old`: seal it again, its key is on its way out. */
  open(sealed: string, about: string): { readonly secret: Secret; readonly old: boolean } | undefined
}

/** Notifications switched on and off without chat (interface.md, `POST /subscribe`). */
export interface Subscribing {
  /** Makes the subscription; one that stands already is left as it is. @throws {HttpProblem} */
  subscribe(wish: SubscriptionWish, holder: KeyHolder): Promise<Subscribed>
  /** Ends it, whoever made it where the holder may. Resolves its id. @throws {HttpProblem} */
  unsubscribe(wish: SubscriptionWish, holder: KeyHolder): Promise<string>
}

export interface SubscriptionWish {
  readonly to: { readonly channel: string } | { readonly url: string }
  readonly source: string
  /** As `/subscribe` takes it. */
  readonly subject?: string
}

export interface Subscribed {
  readonly id: string
  /** `whsec_…`, known only now: what a URL receives is signed with it. */
  readonly secret?: string
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
  readonly emitTogether: EmitTogether
  readonly log: Log
  readonly meter: Meter
  readonly now: Now
  readonly fetch: typeof fetch
  readonly ask: Ask
  /** When an event of a source last came in, milliseconds since 1970. */
  readonly lastEventAt: (source: string) => Promise<number | undefined>
  /** What was last accepted of a subject, newest first. */
  readonly recentEvents: (source: string, subject: string, limit: number) => Promise<readonly StoredEvent[]>
  /** VIGIE_URL, once the settings are read. */
  readonly url: () => string
  readonly hooks: HookStore
  /** The language that a channel asked for (`/vigie settings lang`). */
  readonly langOf: (channel: string) => Promise<Locale | undefined>
  readonly vault: Vault
  readonly monitors: MonitorStore
  readonly folders: FolderStore
  readonly personnages: PersonnageStore
  readonly keys: KeyDoor
  readonly subscribing: Subscribing
  readonly cron: Cron
  /** Ids of Vigie's administrators, as last known. */
  readonly admins: () => Promise<readonly string[]>
}

/** Asks a neighbour's health page. Never rejects, resolves within 2 s; within 10 s the same is not asked again. */
export type Ask = (address: string) => Promise<Asked>

export interface Asked {
  readonly tookMs: number
  /** Absent: no answer came. */
  readonly status?: number
  /** Its first 16 KiB. */
  readonly body?: string
  /** Why none came: `ECONNREFUSED`, `timeout`. */
  readonly error?: string
}

/** When cron expressions fire, in an IANA zone, with Temporal's `compatible` reading of days that are shorter or longer. */
export interface Cron {
  /** @throws {UserError} for what is no expression of five fields, or no zone. */
  check(expression: string, timeZone: string): void
  /** The first moment after `after`, milliseconds since 1970; nothing where none comes within five years. */
  next(expression: string, timeZone: string, after: number): number | undefined
}

/** `null`: its settings are absent, it is switched off. Routes that say which setting is missing are the integration's own matter: it then returns itself with status `off`. */
export type MakeIntegration = (parts: IntegrationParts) => Integration | null
