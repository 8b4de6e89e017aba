// The contract of what survives a restart: intentions, not tables (design.md, "Store"). Always async, transactions inside; one suite
// over SQLite and, later, PostgreSQL. Instants are milliseconds since 1970; ids are strings that rise with time.

import type {
  Accepted,
  AccessRule,
  Audience,
  DedupeKey,
  Delivery,
  Draft,
  Event,
  JsonObject,
  Keeping,
  Mute,
  Personnage,
  Receipt,
  Subscription,
  Target,
} from '../event.ts'
import type { Scope } from '../integrations/integration.ts'
import type { Incident, IncidentStep, Monitor, Result, State } from '../integrations/monitor/monitor.ts'
import type { Kept, RawPath, Trouble } from '../integrations/nextcloud/folder.ts'
import type { Standing } from '../notifiers/notifier.ts'
import type { Locale } from '../text/locale.ts'

export interface Store {
  readonly events: EventStore
  readonly deliveries: DeliveryStore
  readonly subscriptions: SubscriptionStore
  readonly marks: MarkStore
  readonly seals: SealStore
  readonly audit: AuditStore
  readonly people: PeopleStore
  readonly hooks: HookStore
  readonly subscribers: SubscriberStore
  readonly monitors: MonitorStore
  readonly alerts: AlertStore
  readonly folders: FolderStore
  readonly personnages: PersonnageStore
  readonly apiKeys: ApiKeyStore
  /** Resolves when a row could be written and read back just now. @throws {StoreUnavailable} */
  check(): Promise<void>
  close(): Promise<void>
}

/** Nothing could be stored (disk full, locked, damaged): nothing was taken, answer 503. `name` tells it apart across rooms. */
export interface StoreUnavailable extends Error {
  readonly name: 'StoreUnavailable'
  readonly retryAfterMs: number
}

/** Who hears an event and through which subscriptions; one entry a target. */
export interface Routed {
  readonly target: Target
  readonly subscriptions: readonly string[]
  /** First try not before; a digest's window. */
  readonly dueAt: number
  /** Tells it as a post of its own, whatever its card. */
  readonly each: boolean
  /** Set for a subscription's `--digest`: waits and is told together with what else waits for this target. */
  readonly digest?: boolean
  /** Waits for others of this burst, and is told with them where they are many. */
  readonly burst?: string
}

export interface Recording {
  readonly draft: Draft
  readonly dedupe: readonly DedupeKey[]
  readonly acceptedAt: number
  /** Pure; called within the transaction once `track.before` is known. */
  readonly route: (event: Event) => readonly Routed[]
  /** Decides the event, and is written with it; not where it repeats an earlier one. */
  readonly keeps?: Keeping
}

export interface StoredEvent {
  readonly event: Event
  readonly acceptedAt: number
  readonly matched: number
}

/** What has an id, or what was given the one before: to look for what is not there takes as long as for what is (threat T7). */
export interface Nearest<T> {
  readonly found: T
  readonly isIt: boolean
}

export interface EventStore {
  /** One transaction for the whole batch: deduplicates, fills `track.before`, routes, writes events and deliveries. All or nothing. @throws {StoreUnavailable} */
  record(batch: readonly Recording[]): Promise<readonly Accepted[]>
  find(id: string): Promise<StoredEvent | undefined>
  nearest(id: string): Promise<Nearest<StoredEvent> | undefined>
  /** Newest first. */
  recent(filter: { source?: string; subject?: string; limit: number }): Promise<readonly StoredEvent[]>
  /** Those after an id (empty: all), in the order they were accepted: at most `limit`, fewer where they are large, none where there are no more. */
  list(request: { after: string; limit: number }): Promise<readonly StoredEvent[]>
  lastAcceptedAt(source: string): Promise<number | undefined>
  /** What was last said of a subject as a whole. */
  visibility(source: string, subject: string): Promise<Audience | undefined>
}

/** A delivery with what it takes to tell it. */
export interface Waiting {
  readonly delivery: Delivery
  /** As many as `delivery.events`, in the same order. */
  readonly events: readonly StoredEvent[]
  /** The deliveries it tells, one for each event: itself, or what it took in. */
  readonly deliveries: readonly string[]
  /** An earlier try ended without an answer that says it was refused. */
  readonly unsure: boolean
  readonly each: boolean
  /** Told as one list of events; several events without it are one live card's. */
  readonly digest: boolean
  /** It waited for the window of a subscription's `--digest`. */
  readonly wished: boolean
  /** The live post of this target and card key, where there is one; a burst's for what was folded as one. */
  readonly card?: CardRow
  readonly burst?: Gathered
}

/** Several events of one burst in one delivery: told on its card, named in its thread. */
export interface Gathered {
  /** Its card's key. */
  readonly card: string
  /** Those its card's thread told first, oldest first; none where there is no card. */
  readonly first: readonly StoredEvent[]
  /** How many more of the burst wait here. */
  readonly waiting: number
}

export interface WaitingBurst {
  readonly name: string
  /** It has a card that changed since a moment, or a part of it waits to be told. */
  readonly isLive: boolean
  /** A part of this burst or another waits to be told at the target. */
  readonly isBusy: boolean
}

/** What waits for its burst's window. */
export interface Gathering {
  readonly delivery: string
  /** When its window closes, if it is the first in it. */
  readonly dueAt: number
  /** It may have been told before a restore. */
  readonly unsure: boolean
}

/** A delivery that is ours until the lease ends. */
export interface Claim extends Waiting {
  readonly firstTriedAt: number
  /** Tries that ended in "never". */
  readonly refusals: number
}

export interface CardRow {
  readonly key: string
  /** The delivery that made it. */
  readonly delivery: string
  readonly receipt: Receipt
  /** Newest 50, oldest first. */
  readonly events: readonly string[]
  /** `time` of the newest event it shows, milliseconds since 1970. */
  readonly shownAt: number
  readonly changedAt: number
  /** Of a burst's card: how many events its thread tells; `events` are the first of them. */
  readonly told?: number
}

export type Outcome =
  | {
      readonly as: 'delivered'
      readonly receipt: Receipt
      readonly card?: CardRow
      /** Events of a folded delivery that were left out of the telling, and why. */
      readonly dropped?: readonly { readonly event: string; readonly reason: string }[]
    }
  | { readonly as: 'withheld'; readonly reason: string }
  | {
      readonly as: 'retry'
      readonly dueAt: number
      readonly error: string
      readonly unsure: boolean
      /** True when the answer was "never". */
      readonly refused?: boolean
    }
  | {
      readonly as: 'parked'
      readonly error: string
      /** Something of it may stand: looked for when it is replayed. */
      readonly unsure?: boolean
    }

export interface DeliveryFilter {
  readonly channel?: string
  readonly state?: Delivery['state']
  readonly event?: string
  readonly limit: number
}

export interface Reconciled {
  /** How many turned out to have been told. */
  readonly told: number
  /** How many are to be sent. */
  readonly waiting: number
  /** Of cards that tell events which are not known any more: when the newest of those was accepted, milliseconds since 1970. */
  readonly ahead: ReadonlyMap<string, number>
}

export interface DeliveryStore {
  /**
   * Claims the head of every target of a notifier that is due and has nothing in flight, the oldest first, one a target: pushes it
   * forward by the lease and counts the attempt, in one statement. What waits for a digest's window is a line of its own.
   * `last` comes after all others, however old its head is.
   */
  claim(request: {
    notifier: string
    now: number
    leaseMs: number
    limit: number
    last?: Target | undefined
  }): Promise<readonly Claim[]>
  /** Extends a lease. Resolves false when somebody else claimed it since: it must not be sent any more. */
  renew(id: string, attempt: number, request: { now: number; leaseMs: number }): Promise<boolean>
  /** Settles only if `attempt` still is the delivery's. Resolves false when somebody else claimed it since. */
  settle(id: string, attempt: number, outcome: Outcome, now: number): Promise<boolean>
  /**
   * What of a target's line may be folded, in order: nothing that may already have been sent or is in flight. Beside a digest's window:
   * also what waits for a burst's, unless the burst is live (`WaitingBurst`); and nothing that was folded as a burst.
   */
  foldable(target: Target, request: { digest: boolean; limit: number; liveSince: number }): Promise<readonly Waiting[]>
  /**
   * Turns these, digests among them too, into one delivery in the place of the first, in one transaction: a digest, or one edit of a
   * live card, or a part of a burst, which goes to the end of the line. Resolves its id, or nothing (and changes nothing) when one of
   * them is not waiting untouched any more.
   */
  fold(deliveries: readonly string[], as: 'digest' | 'card' | 'burst', now: number): Promise<string | undefined>
  /** When the next window of a `--digest` or a burst closes after `now`; nothing while none is open. */
  nextWindowAt(notifier: string, now: number): Promise<number | undefined>
  /** Targets where the window of a burst has closed. */
  gathering(notifier: string, now: number): Promise<readonly Target[]>
  /** The bursts of a target of which something waits and the window of the first has closed, oldest first. */
  bursts(target: Target, request: { now: number; liveSince: number; limit: number }): Promise<readonly WaitingBurst[]>
  /** What of a burst waits for its window, in order. */
  gathered(target: Target, burst: string, limit: number): Promise<readonly Gathering[]>
  /** These, with what it takes to tell them, in order. */
  waiting(deliveries: readonly string[]): Promise<readonly Waiting[]>
  /** These wait for their burst no more: each is told by itself, in its place. */
  release(deliveries: readonly string[]): Promise<void>
  /** Targets with more than `count` waiting deliveries, the oldest made before `olderThan`; and targets whose digest window has closed. */
  overdue(request: {
    notifier: string
    now: number
    count: number
    olderThan: number
  }): Promise<readonly { target: Target; digest: boolean }[]>
  /** After a crash: what the process before us held is due at once, and unsure. */
  releaseClaims(now: number): Promise<number>
  /** The clock was set back: whatever waits for a moment, or was first tried at one, does so as much earlier. */
  setBack(byMs: number): Promise<void>
  /** Where the live posts of a target stand that changed after a moment. */
  liveCards(target: Target, changedAfter: number): Promise<readonly Receipt[]>
  /**
   * After a restore: what stands at a target is what was told there. Whatever waits unsure and stands is delivered; the rest was not told,
   * and is no longer unsure unless it was tried since; cards are as their posts say. Gives `claimed` back.
   */
  reconcile(
    target: Target,
    standing: readonly Standing[],
    request: { claimed: string; now: number },
  ): Promise<Reconciled>
  /** When the next delivery of a notifier can be claimed, and when a burst's window closes after `gatheredAt`; nothing when nothing waits. */
  nextDueAt(
    notifier: string,
    gatheredAt: number,
  ): Promise<{ readonly dueAt: number | undefined; readonly windowAt: number | undefined }>
  find(id: string): Promise<Delivery | undefined>
  nearest(id: string): Promise<Nearest<Delivery> | undefined>
  /** Newest first. */
  list(filter: DeliveryFilter): Promise<readonly Delivery[]>
  /** Puts a parked delivery back, at the end of its line. Resolves false when it was not parked. */
  replay(id: string, now: number): Promise<boolean>
  /** Where a delivery's post (or its card's) stands. */
  receipt(id: string): Promise<Receipt | undefined>
  /** The delivery and card told by a Mattermost post, for `explain` and buttons. */
  byPost(post: string): Promise<{ deliveries: readonly Delivery[]; events: readonly string[] } | undefined>
  /** How a target does: when it was last told something; since when it was not, and why, where it is tried in vain or was given up since. */
  lately(target: Target): Promise<Lately>
  /** Of these notifiers, or of all but these. `oldestWaitingAt`: since when the oldest could have been told; a digest's window is no wait. */
  counts(notifiers?: {
    readonly of?: readonly string[]
    readonly except?: readonly string[]
  }): Promise<{ waiting: number; parked: number; oldestWaitingAt?: number }>
}

/** Instants are milliseconds since 1970. */
export interface Lately {
  readonly deliveredAt?: number
  readonly failing?: { readonly since: number; readonly error: string }
}

/** An alert that is not known to be taken, or was taken over and is not over. */
export interface OpenAlert {
  readonly key: string
  /** Its first event. */
  readonly event: string
  readonly since: number
  /** How many ways of FALLBACK it was given to, and when to the last. */
  readonly ways: number
  readonly passedAt?: number
  /** The event that ended it. */
  readonly over?: string
  readonly taken?: Taken
  /** Whom it was sent to so far, each once. */
  readonly targets: readonly Target[]
  /** Of these, whom FALLBACK named. */
  readonly passedTo: readonly Target[]
  /** One of its deliveries is with its notifier this moment. */
  readonly isInHand: boolean
}

/** Who took an alert: a target of its own, or one of FALLBACK's. */
export type Taken = 'own' | 'fallback'

/** What has to be heard (threat F26). Events with `alert` are noted as they are recorded. */
export interface AlertStore {
  /** Those that began at or before a moment, the oldest first. */
  open(request: { since: number; limit: number }): Promise<readonly OpenAlert[]>
  /** The events of an alert that were taken, whether or not it is looked after still. */
  takers(key: string): Promise<readonly { readonly event: string; readonly by: Taken }[]>
  /** It is given to the next way of FALLBACK. */
  pass(key: string, ways: number, now: number): Promise<void>
  /** Nothing more is to be done about it. */
  close(key: string): Promise<void>
}

/** A URL that is told of events. */
export interface Subscriber {
  /** What its subscriptions name as their address; says nothing of the URL, which may hold a secret. */
  readonly id: string
  readonly url: string
  /** As of its subscription. */
  readonly maker: string
  /** The secret that what it receives is signed with. */
  readonly sealed: string
  readonly madeAt: number
}

export interface SubscriberStore {
  find(id: string): Promise<Subscriber | undefined>
  /** As they were made. */
  all(): Promise<readonly Subscriber[]>
  save(subscriber: Subscriber): Promise<void>
  /** With what it heard, in one transaction. */
  remove(id: string): Promise<boolean>
}

export interface SubscriptionStore {
  /** Creates, or replaces the filters of the one known by channel, source and subject (and target). */
  save(subscription: Omit<Subscription, 'id'>): Promise<{ subscription: Subscription; replaced?: Subscription }>
  remove(id: string): Promise<boolean>
  find(id: string): Promise<Subscription | undefined>
  all(): Promise<readonly Subscription[]>
  inChannel(channel: string): Promise<readonly Subscription[]>
  /** All of a channel fall asleep, or wake. Resolves those that changed. */
  sleep(channel: string, reason: Subscription['asleep'] | undefined): Promise<readonly Subscription[]>
  rules(): Promise<readonly AccessRule[]>
  /** An `allow` ends a `deny` of the same words and the other way round; the same rule twice is one. */
  saveRule(rule: AccessRule): Promise<void>
  removeRule(rule: Pick<AccessRule, 'effect' | 'source' | 'subject' | 'channel'>): Promise<boolean>
  mutes(): Promise<readonly Mute[]>
  /** Where somebody else's lasts beyond both `respectAfter` and the new one, that one is left, and resolved. */
  mute(mute: Mute, respectAfter?: number): Promise<Mute | undefined>
  /** Somebody else's that lasts beyond `respectAfter` is left. Resolves false when none was ended. */
  unmute(mute: Omit<Mute, 'until'>, respectAfter?: number): Promise<boolean>
  settings(channel: string): Promise<{ lang?: Locale }>
  allSettings(): Promise<ReadonlyMap<string, { lang?: Locale }>>
  saveSettings(channel: string, settings: { lang?: Locale }): Promise<void>
  /** Called after every change here, in this process; what routes rebuilds its index. */
  onChange(listener: () => void): void
}

/** Small facts that rooms keep for themselves: catch-up marks, the command tokens' state, VIGIE_ADMINS' ids. */
export interface MarkStore {
  get(name: string): Promise<JsonObject | undefined>
  set(name: string, value: JsonObject): Promise<void>
  /** Notes that a thing was begun (a mention to answer); resolves false when it had been already. Forgotten after `lifeMs`. */
  once(name: string, now: number, lifeMs: number): Promise<boolean>
}

export interface SealStore {
  /** Uses a single-use seal; resolves false when it was used before. */
  use(id: string, expiresAt: number): Promise<boolean>
}

export interface AuditEntry {
  readonly at: number
  readonly person: string
  readonly channel?: string
  /** `subscribe`, `unsubscribe`, `settings`, `button`, `refused`… */
  readonly verb: string
  readonly object?: string
  readonly outcome: 'done' | 'refused'
  readonly detail?: string
}

export interface AuditStore {
  append(entry: AuditEntry): Promise<void>
  /** Newest first. */
  list(filter: { person?: string; channel?: string; limit: number }): Promise<readonly AuditEntry[]>
}

/** What was last known of people, so that routing works while Mattermost is away. */
export interface PeopleStore {
  /** Resolves user ids that were Vigie administrators when last asked. */
  admins(): Promise<readonly string[]>
  setAdmin(person: string, admin: boolean, now: number): Promise<void>
  /** Called after the set of administrators changed, in this process. */
  onChange(listener: () => void): void
}

/** A webhook at its origin that Vigie made or took over, and how it did when last looked at. */
export interface KeptHook {
  /** `p15` a project's, `g7` a group's: the origin's own id of the place. */
  readonly key: string
  /** The place's full path as last known. */
  readonly path: string
  /** The origin's id of the hook; absent while nobody answered that it was made. */
  readonly hook?: number
  /** What its calls prove themselves by, sealed by the vault. */
  readonly sealed: string
  /** The newest entry of its event list that was dealt with. */
  readonly seen: number
  readonly state: 'working' | 'paused' | 'disabled' | 'missing'
  /** Until when it is paused. */
  readonly until?: number
  /** Whether its state was told to the administrators. */
  readonly told: boolean
  /** Test calls of ours that failed and still have to turn up in its event list. */
  readonly failedTests: number
  readonly madeAt: number
  /** When its origin last said how it does. */
  readonly lookedAt: number
}

export interface HookStore {
  /** By path. */
  all(): Promise<readonly KeptHook[]>
  save(hook: KeptHook): Promise<void>
  remove(key: string): Promise<boolean>
}

/** What is watched, what was seen, and the incidents it made. */
export interface MonitorStore {
  /** By name. */
  all(): Promise<readonly KeptMonitor[]>
  /** Creates or replaces, by id; its state stays. Resolves false, and changes nothing, where another of its channel bears the name (without regard to case). */
  save(monitor: Monitor): Promise<boolean>
  /** With its state and results; its incidents stay until retention takes them. */
  remove(id: string): Promise<boolean>
  /** One transaction: all of a round, or nothing. @throws {StoreUnavailable} */
  record(round: Round): Promise<void>
  incident(id: string): Promise<Incident | undefined>
  /** Newest first. */
  incidents(filter: IncidentFilter): Promise<readonly Incident[]>
  /** Of one incident, in order. */
  steps(incident: string): Promise<readonly IncidentStep[]>
  /** What happened and was not emitted yet, in the order it happened. */
  untold(): Promise<readonly IncidentStep[]>
  /** Notes a step's event. */
  told(incident: string, step: number, event: string): Promise<void>
  /** The newest single results, oldest first. */
  results(monitor: string, request: { from: number; to: number; limit: number }): Promise<readonly Result[]>
  /** Rolled up by minute, hour or day (UTC), oldest first; from the finest that is still kept where `span` says nothing. */
  history(monitor: string, request: { from: number; to: number; span?: Span }): Promise<readonly Rolled[]>
  /** Rolls up what is complete and drops what is too old, in small steps. */
  tidy(now: number): Promise<void>
}

export interface KeptMonitor {
  readonly monitor: Monitor
  /** Absent: never checked. */
  readonly state?: State
  /** Of its results that were judged. */
  readonly newest?: Result
}

export interface Round {
  readonly results: readonly { readonly monitor: string; readonly result: Result; readonly counts: Counts }[]
  readonly states: readonly { readonly monitor: string; readonly state: State }[]
  /** As they now are; by id. */
  readonly incidents: readonly Incident[]
  readonly steps: readonly IncidentStep[]
}

/** As what a result counts in availability: while down it counts as down, a failure that was no verdict as well. */
export type Counts = 'up' | 'down' | 'maintained' | 'isolated'

export interface IncidentFilter {
  readonly channel?: string
  readonly monitor?: string
  readonly isOpen?: boolean
  /** Still open at, or opened after. */
  readonly from?: number
  readonly to?: number
  readonly limit: number
}

export type Span = 'minute' | 'hour' | 'day'

/** What was seen within one minute, hour or day. */
export interface Rolled {
  /** Its beginning. */
  readonly at: number
  readonly span: Span
  readonly counts: Readonly<Record<Counts, number>>
  /** Of checks that were answered well. */
  readonly tookMs?: { readonly mean: number; readonly min: number; readonly max: number }
}

/** Watched folders as they were when last looked at: what is different now has happened since. */
export interface FolderStore {
  find(name: string): Promise<KeptFolder | undefined>
  /** What is said of the folder itself; its files stay as they are. */
  save(folder: KeptFolder): Promise<void>
  /** All of a folder's, in batches, so that nobody waits for a large one. */
  files(name: string): AsyncIterable<readonly (readonly [RawPath, Kept])[]>
  /** One transaction: all of these, or nothing. @throws {StoreUnavailable} */
  record(rows: readonly FolderRow[]): Promise<void>
  /** A folder with its files. */
  forget(name: string): Promise<void>
}

export interface KeptFolder {
  readonly name: string
  /** Its path, on the disk or in WebDAV: another one is another folder. */
  readonly place: string
  /** The identity of its root; absent while it was never there. */
  readonly root?: string
  /** What was told of it as a whole. */
  readonly trouble?: Trouble
}

/** A file as it is now; without `file` it is forgotten. */
export interface FolderRow {
  readonly folder: string
  readonly path: RawPath
  readonly file?: Kept
}

/** Characters; they change by the events that say so (`Recording.keeps`) and no other way. */
export interface PersonnageStore {
  /** By name, without regard to case. */
  find(nom: string): Promise<Personnage | undefined>
  /** Those that answer to a query, from a place in its order on: whatever changes meanwhile, none that stays in its place is left out or told twice. */
  list(query: PersonnageQuery): Promise<readonly Personnage[]>
  /** How many there are, and how many of them have a greater score than this. */
  counts(above: number): Promise<{ readonly all: number; readonly above: number }>
}

export interface PersonnageQuery {
  /** Equal ones by name, from A on. */
  readonly sort: 'score' | 'nom' | 'changedAt'
  readonly order: 'asc' | 'desc'
  /** Part of the name, without regard to case. */
  readonly contains?: string
  /** The least and the greatest score. */
  readonly min?: number
  readonly max?: number
  /** Behind this one, as it stood when it was read. */
  readonly after?: Pick<Personnage, 'nom' | 'score' | 'changedAt'>
  readonly limit: number
}

/** An API key as it is kept: what was shown of it, once, cannot be read here. */
export interface KeptKey {
  /** Public: it stands in the key's text and names it in logs. */
  readonly id: string
  /** Of those that are not revoked one alone bears it, whatever the case. */
  readonly name: string
  /** SHA-256 of its secret, hexadecimal; absent where it only signs. */
  readonly hash?: string
  readonly scopes: readonly Scope[]
  /** The Mattermost user id of who made it; absent: made in a shell. */
  readonly maker?: string
  readonly channel?: string
  /** Good for that `/webhook/in/` alone. */
  readonly inName?: string
  /** The secret it signs with, sealed by the vault. */
  readonly sealed?: string
  readonly madeAt: number
  readonly expiresAt?: number
  readonly usedAt?: number
  readonly revokedAt?: number
}

/** What a call was answered with, and the digest of its body. */
export interface KeptAnswer {
  readonly body: string
  readonly answer: string
}

export interface ApiKeyStore {
  /** The revoked ones too, by name. */
  all(): Promise<readonly KeptKey[]>
  /** How many `all` gives: none ever goes. */
  count(): Promise<number>
  /** Resolves false, and adds nothing, where one that is not revoked bears the name. */
  add(key: KeptKey): Promise<boolean>
  used(id: string, at: number): Promise<void>
  reseal(id: string, sealed: string): Promise<void>
  /** Resolves false where it was revoked before, or never was. */
  revoke(id: string, at: number): Promise<boolean>
  /** What the call of this name was answered with. */
  answer(id: string, now: number): Promise<KeptAnswer | undefined>
  keepAnswer(id: string, kept: KeptAnswer, life: { readonly now: number; readonly lifeMs: number }): Promise<void>
}
