// The contract of the watch: what is watched, what one check says, what is made of it, and what an incident went through
// (interface.md, "/monitor"; design.md, "Monitors run from one heap and one timer"). Durations are milliseconds, instants milliseconds
// since 1970.

import type { Severity, Target } from '../../event.ts'

export type MonitorType = 'http' | 'tcp' | 'dns' | 'tls' | 'heartbeat'

/** Something that is watched. Known by its name within its channel, without regard to case. */
export interface Monitor {
  /** Short. */
  readonly id: string
  /** Mattermost channel where it was added, and whose people have rights over it. */
  readonly channel: string
  /** One line of 1 to 100 characters. */
  readonly name: string
  readonly type: MonitorType
  /** A URL (http), `host:port` (tcp, tls), a name (dns), empty (heartbeat). As it was normalised when it was added. */
  readonly target: string
  /** Mattermost user id of who added it. */
  readonly maker: string
  readonly madeAt: number
  /** 5 s to 1 day; a heartbeat's period up to 31 days. */
  readonly everyMs: number
  readonly timeoutMs: number
  /** Down at this failure in a row. */
  readonly failures: number
  /** Between checks after the first failure. */
  readonly retryEveryMs: number
  /** Up again after so many successes in a row. */
  readonly successes: number
  /** Slower than this is degraded. */
  readonly slowMs?: number
  readonly tls: TlsTrust
  /** http only. */
  readonly http?: HttpWish
  /** dns only. */
  readonly dns?: DnsWish
  /** heartbeat only. */
  readonly heartbeat?: HeartbeatWish
  /** Id of the monitor that this one stands behind. */
  readonly after?: string
  readonly severity: Severity
  /** Mentioned when it goes down, is reminded of and comes back: Mattermost user ids, `here`, `channel`. */
  readonly mention?: readonly string[]
  /** Until somebody acknowledges, again every so often. */
  readonly remindMs?: number
  readonly escalate?: { readonly target: Target; readonly afterMs: number }
  /** Mails to EMAIL_RECEIVER are not wanted. */
  readonly noEmail?: true
  /** Instead of the built-in request to the model. */
  readonly prompt?: string
  /** Shown to everybody on the status page. */
  readonly isPublic?: true
  readonly isPaused?: true
  readonly mute?: MonitorMute
  readonly maintenance: readonly Maintenance[]
}

/** `any-ca`: the certificate's dates and name are judged, not who signed it. */
export type TlsTrust = 'verify' | 'any-ca' | 'off'

export interface HttpWish {
  /** Upper case. */
  readonly method: string
  readonly body?: string
  /** Inclusive ranges of the statuses that are well. */
  readonly status: readonly (readonly [from: number, to: number])[]
  /** A word that must stand in the body's first MiB. */
  readonly contains?: string
  /** `data.state=ok`: the value at a path of the JSON body, as text. */
  readonly json?: { readonly path: string; readonly value: string }
  readonly headers: Readonly<Record<string, string>>
  /** Values sealed by the vault. */
  readonly sealedHeaders: Readonly<Record<string, string>>
}

export interface DnsWish {
  readonly record: 'A' | 'AAAA' | 'CNAME' | 'MX' | 'NS' | 'TXT' | 'SRV' | 'CAA'
  /** One of the answers must be, or contain, it. */
  readonly contains?: string
}

export interface HeartbeatWish {
  /** How late a job may be before it counts as missed. */
  readonly graceMs: number
  /** When it is expected, instead of every `everyMs`. */
  readonly cron?: string
  readonly timeZone?: string
  /** SHA-256 of the token that its address ends with, hexadecimal. */
  readonly tokenHash: string
}

export interface MonitorMute {
  readonly until: number
  readonly by: string
  readonly reason?: string
}

/** A time in which failures are counted apart and told to nobody. */
export interface Maintenance {
  readonly id: string
  /** Minutes from the start. */
  readonly lastsMs: number
  /** `once` at an instant; `cron` whenever it fires in its zone. */
  readonly when: { readonly once: number } | { readonly cron: string; readonly timeZone: string }
  readonly by: string
  readonly reason?: string
}

/** What a failure is, told apart so that each has its advice. */
export type FailureKind =
  | 'refused' // nothing listens there
  | 'timeout'
  | 'unreachable' // no route, network down, reset
  | 'dns' // the name has no address, or its servers do not answer
  | 'tls' // handshake, certificate
  | 'status' // an HTTP answer of another status
  | 'content' // an answer without what was expected in it
  | 'redirects' // too many, or to a place we do not go
  | 'protocol' // an answer that is no HTTP, or beyond its limits
  | 'forbidden' // the guard refuses the address
  | 'missed' // a heartbeat that did not come
  | 'reported' // a job that says it failed

/** How long each part of a check took. */
export interface Phases {
  readonly dnsMs?: number
  readonly connectMs?: number
  readonly tlsMs?: number
  /** From the request to the first byte of its answer. */
  readonly firstByteMs?: number
}

/** One check's verdict; holds nothing of an answer's body. */
export interface Result {
  readonly at: number
  /** Whole. */
  readonly tookMs: number
  readonly phases: Phases
  readonly failure?: Failure
  /** Of an HTTP answer. */
  readonly status?: number
  /** When the certificate that was shown ends. */
  readonly certificateEndsAt?: number
}

export interface Failure {
  readonly kind: FailureKind
  /** In the world's own words, short, foreign: `ECONNREFUSED 10.0.0.3:443`, `503 Service Unavailable`, `CERT_HAS_EXPIRED`. */
  readonly detail: string
  /** True when it may be our own network: no answer came that somebody else must have written. */
  readonly isNetwork: boolean
}

/** Runs one check; never rejects for what it is told by the world. @throws only what `signal` aborts with. */
export type Check = (monitor: Monitor, signal: AbortSignal) => Promise<Result>

export type Health = 'unknown' | 'up' | 'suspect' | 'down' | 'degraded' | 'flapping'

/** What is known of a monitor, kept over restarts. All the judge needs beside the next result. */
export interface State {
  readonly health: Health
  /** Since when, by the first result that said so. */
  readonly since: number
  /** Failures in a row, or successes in a row while down. */
  readonly streak: number
  /** The first failure of the row, or of the outage. */
  readonly failingSince?: number
  /** The first success of the row, while down. */
  readonly goodSince?: number
  readonly last?: Result
  /** The newest check that was well. */
  readonly lastGood?: Pick<Result, 'at' | 'tookMs'>
  /** When it went down or came back, newest last, within the window of flapping. */
  readonly turns: readonly number[]
  /** What it is while it flaps: a judgement that is told to nobody until it is steady. */
  readonly beneath?: 'up' | 'down'
  /** Slow answers in a row; fast ones while degraded. */
  readonly slowStreak: number
  /** Told as degraded, through a failure in between too. */
  readonly isSlow?: true
  /** The smallest threshold in days that was told of this certificate. */
  readonly certificateTold?: { readonly endsAt: number; readonly days: number }
  /** The open incident. */
  readonly incident?: string
}

/** What the judge found changed. */
export type Change =
  | { readonly kind: 'down'; readonly result: Result }
  | { readonly kind: 'up'; readonly result: Result; readonly from: number; readonly to: number }
  /** Slow so many times in a row. */
  | { readonly kind: 'degraded'; readonly result: Result }
  /** As fast as it should be again. */
  | { readonly kind: 'quick'; readonly result: Result }
  | { readonly kind: 'flapping'; readonly turns: number; readonly result: Result }
  /** While it flaps, which tells nobody: down by a verdict since `from`, or, with `to`, no longer. */
  | { readonly kind: 'turned'; readonly from: number; readonly to?: number; readonly result: Result }
  /** No longer flapping, and what it is. */
  | { readonly kind: 'steady'; readonly health: 'up' | 'down'; readonly result: Result }
  | { readonly kind: 'certificate'; readonly endsAt: number; readonly days: number }

export interface Circumstances {
  readonly now: number
  /** In maintenance or muted: no verdict against it. */
  readonly isHeld: boolean
  /** Vigie itself is cut off: states are frozen. */
  readonly isIsolated: boolean
  /** The monitor it stands behind fails, and its verdict is not out yet: wait for it. */
  readonly isBehindSuspect: boolean
}

export interface Judged {
  readonly state: State
  readonly changes: readonly Change[]
  /** When to look again. */
  readonly nextInMs: number
}

/** Pure (design.md, "translate / judge / route / render"). */
export type Judge = (state: State, result: Result, monitor: Monitor, circumstances: Circumstances) => Judged

/** From the verdict until all is well again: one monitor's trouble, with whatever fell with it. */
export interface Incident {
  readonly id: string
  readonly channel: string
  readonly cause: 'down' | 'degraded' | 'flapping'
  /** Many that failed together are told in one card (threat F30). */
  readonly isGroup?: true
  /** Whose it is comes first. */
  readonly monitors: readonly Stricken[]
  /** The highest of those that were told. */
  readonly severity: Severity
  /** Who was woken by it so far: Mattermost user ids, `here`, `channel`. */
  readonly rung?: readonly string[]
  /** When a line in its thread woke somebody last. */
  readonly calledAt?: number
  readonly openedAt: number
  readonly closedAt?: number
  readonly closedAs?: Closing
  readonly acknowledged?: Acknowledgement
  readonly mute?: MonitorMute
  /** What it began with. */
  readonly failure?: Failure
  /** By a model, filtered. */
  readonly text?: string
  readonly remindedAt?: number
  readonly escalatedAt?: number
  readonly chartedAt?: number
  /** That it opened. */
  readonly mailedAt?: number
  /** How many steps it went through. */
  readonly steps: number
}

/** `worse`: it went on as another incident. `ended`: what it was about was removed or paused. */
export type Closing = 'up' | 'worse' | 'ended'

export interface Acknowledgement {
  /** Mattermost user id. */
  readonly by: string
  /** Their username then. */
  readonly name: string
  readonly at: number
}

/** A monitor within an incident. */
export interface Stricken {
  readonly monitor: string
  readonly name: string
  readonly target: string
  readonly failingSince: number
  /** Well again since. */
  readonly upSince?: number
  /** When it was down, where that is not simply from `failingSince` on: it came and went. The last may go on. */
  readonly downs?: readonly Stretch[]
  /** It stands behind the first, which is down. */
  readonly isBehind?: true
  /** It was removed or paused meanwhile. */
  readonly isGone?: true
}

/** From a first failure to the first success after it. */
export interface Stretch {
  readonly from: number
  readonly to?: number
}

export type StepKind =
  | 'opened'
  /** More monitors fell with it, or came back before the others. */
  | 'joined'
  | 'flapping'
  /** Flaps no more, and is down. */
  | 'steady'
  /** Checked on demand. */
  | 'checked'
  | 'acknowledged'
  | 'released'
  | 'muted'
  | 'unmuted'
  | 'reminded'
  | 'escalated'
  /** The chart of the last hours, for its thread. */
  | 'charted'
  /** A text by a model. */
  | 'written'
  /** To EMAIL_RECEIVER: that it opened, or, once it is closed, that. */
  | 'mailed'
  | 'closed'

/** What happened to an incident, in order; each is told once, as an event. */
export interface IncidentStep {
  readonly incident: string
  /** 1, 2, 3… within the incident. */
  readonly number: number
  readonly at: number
  readonly kind: StepKind
  /** Mattermost user id of who did it. */
  readonly by?: string
  readonly facts: StepFacts
  /** Its event, once told. */
  readonly event?: string
}

/** What telling it needs: everything as it was then. JSON. */
export interface StepFacts {
  readonly incident: Incident
  /** Whose it is: type, target, interval, thresholds. */
  readonly type: MonitorType
  readonly everyMs: number
  readonly failures: number
  readonly result?: Result
  readonly lastGood?: Pick<Result, 'at' | 'tookMs'>
  /** Username of who did it. */
  readonly byName?: string
  /** Those that fell with it whose people have to be woken by a line, since the card's edit wakes nobody. */
  readonly called?: Called
}

export interface Called {
  readonly names: readonly string[]
  /** As in `Monitor.mention`. */
  readonly people: readonly string[]
  /** The incident is critical from now on: whom the channel's subscriptions name is woken again. */
  readonly isWorse?: true
}

/** How a monitor did over a time: the accounting of reports and of the status page (issue "The watch", "Commands"). */
export interface Account {
  readonly monitor: Pick<Monitor, 'id' | 'name' | 'target' | 'type'>
  /** Of the time asked for, what it was watched: from when it was added. */
  readonly watchedMs: number
  readonly downMs: number
  /** 0 to 1; absent: it was not watched. */
  readonly availability?: number
  /** Oldest first. */
  readonly outages: readonly Outage[]
  /** From the verdict until somebody took it, of those that were taken. */
  readonly meanTakenMs?: number
  /** From the first failure to the first success after it, of those that ended. */
  readonly meanRepairMs?: number
}

export interface Outage {
  readonly incident: string
  /** By its first failure; it may lie before the time asked for. */
  readonly from: number
  /** By the first success after it; absent: it lasts. */
  readonly to?: number
  readonly takenMs?: number
}

/** What everybody may see of a monitor that is marked public: nothing of where it looks, nor of who looks after it. */
export interface Shown {
  readonly name: string
  readonly state: 'unknown' | 'up' | 'degraded' | 'down' | 'flapping' | 'maintenance' | 'paused'
  /** Milliseconds since 1970; absent: not known. */
  readonly since?: number
  /** Of its last answer that was well. */
  readonly tookMs?: number
  /** 0 to 1, over the last so many days; absent where it was not watched. */
  readonly availability: Readonly<Partial<Record<ShownDays, number>>>
  /** The last 90, oldest first; `share` as above. */
  readonly days: readonly { readonly from: number; readonly share?: number; readonly downMs: number }[]
  /** Of the last 90 days, newest first. */
  readonly outages: readonly Outage[]
}

export type ShownDays = 1 | 7 | 30 | 90
