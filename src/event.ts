// The shapes that travel between rooms: what happened, who wants to hear it, and what has to be sent (design.md, "One shape").

import type { Locale } from './text/locale.ts'
import type { Rich } from './text/rich.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined }
export type JsonObject = { readonly [name: string]: Json | undefined }

export type Severity = 'info' | 'warning' | 'critical'

/** Who may hear of a thing: `open` to every channel, `closed` until a Vigie administrator opened it (interface.md, "Who may"). */
export type Audience = 'open' | 'closed'

/** Something that happened, as facts; sentences are made by its integration's `describe`. CloudEvents 1.0 attributes and what routing needs. */
export interface Event {
  /** Short, unique, rising with the order of acceptance; given by intake. */
  readonly id: string
  /** The integration: `gitlab`. What `/subscribe <source>` names. */
  readonly source: string
  /** `gitlab.merge_request.open`. */
  readonly type: string
  /** What subscriptions' globs are matched against: a project's or group's full path. Absent: only `**` hears it. */
  readonly subject?: string
  /** What globs are matched against instead of the subject: for `hook` the CloudEvents type (interface.md, "`hook` takes a glob on the event's type"). */
  readonly topic?: string
  /** When it happened at its origin, ISO 8601; the time of acceptance where the origin does not say. */
  readonly time: string
  readonly data: JsonObject
  readonly severity: Severity
  /** A page about it; only an address that was checked against the allowed origin. */
  readonly url?: string
  readonly audience: Audience
  /** What the origin says of its subject as a whole; later judgements of the same subject use the newest one said. */
  readonly visibility?: 'public' | 'internal' | 'private'
  /** A channel that it belongs to: open there, whatever its audience (a channel's own monitors). */
  readonly home?: string
  /**
   * It should wake people, at home: these are mentioned (Mattermost user ids, `here`, `channel`), and whom its subscriptions name.
   * Critical: a new post is urgent. `alone`: nobody beside these, since the others were woken before.
   */
  readonly rings?: { readonly people: readonly string[]; readonly alone?: true }
  /**
   * It must be heard: what no target took within 60 s goes to FALLBACK. Events of one key are one alert: whoever took one took it. Critical:
   * a new post for whom it is addressed to by name is urgent.
   */
  readonly alert?: string
  /** These alerts are over: what nobody took by now is not taken over any more, and whoever took one over hears of the end. */
  readonly alertsOver?: readonly string[]
  /** Tells an alert that nobody took, by FALLBACK: whoever takes it has it, and no mail about it follows. */
  readonly takesOver?: true
  /** Its card is gone on with however long it was quiet (an incident's). */
  readonly cardStays?: true
  /** Told in this channel alone, where it is subscribed to: intake's, from `EmitOptions.within`. */
  readonly within?: string
  /** Reaches only subscriptions with `--confidential`. */
  readonly confidential?: boolean
  /**
   * By what its origin's own words are known for good, however often and by whichever way they come: 22 hexadecimal characters. Posts
   * carry it, so that after a restore nothing fetched anew is told twice.
   */
  readonly origin?: string
  /** Read from its origin afterwards, when its call had not arrived: it may have been told before a restore. */
  readonly fetched?: true
  /** Events that share a card update one live post. */
  readonly card?: string
  /** With others of the same burst that come within 2 s, where they are more than 5, it is told on one card; those that come later, on that card too. */
  readonly burst?: string
  /** What filters of subscriptions compare: branches, labels, author (username), in the origin's spelling. */
  readonly facets?: Facets
  /** Told to whoever asked nothing more precise than the source; others need `--events` (interface.md, "Events of gitlab unless named"). */
  readonly byDefault: boolean
  /** With `byDefault`: told by default only when `track.before` equals this (a success only after a failure). */
  readonly byDefaultAfter?: string
  /** A state that outlives the event: intake fills `before` with the last value recorded under `key` by an earlier `order`. */
  readonly track?: Track
}

export interface Facets {
  readonly branches?: readonly string[]
  readonly labels?: readonly string[]
  readonly author?: string
  /** A file's, in lower case, without the dot; empty where it has none. */
  readonly extension?: string
  readonly sizeBytes?: number
}

export interface Track {
  readonly key: string
  readonly value: string
  /** Rises with time at the origin (a pipeline's id); an older one never replaces a newer value. */
  readonly order: number
  /** The value before this event; filled by intake. */
  readonly before?: string
}

/** An event before intake has given it its id. */
export type Draft = Omit<Event, 'id'>

/** What makes a repeated webhook recognisable: the same key within its life is the same event. */
export interface DedupeKey {
  readonly key: string
  readonly lifeMs: number
}

export interface EmitOptions {
  readonly dedupe?: readonly DedupeKey[]
  /** Told to these and nobody else, whatever is subscribed: Vigie's own events to its administrators. */
  readonly only?: readonly Target[]
  /** Told to these as well, whatever is subscribed: an incident's mail and escalation. */
  readonly also?: readonly Target[]
  /** Told in this channel alone, and there only if it asked to hear it: what a key made with `--channel` sends. */
  readonly within?: string
  /** Decided when the event is recorded, and written in its commit, or neither; a repeated event changes nothing. */
  readonly keeps?: Keeping
}

/** A character and its score. Instants are milliseconds since 1970. */
export interface Personnage {
  /** As it was first written: NFC, trimmed. */
  readonly nom: string
  readonly score: number
  /** Tells it from one of the same name that was removed before. */
  readonly madeAt: number
  readonly changedAt: number
  /** Who changed it last: a Mattermost user id, or `key <id>`. */
  readonly by: string
}

/** A change of a character that depends on how it stands by then. */
export interface Keeping {
  /** By what it is known, without regard to case. */
  readonly nom: string
  /** Pure, and may be called again: the event in place of the draft, and the character as it is from then on; absent: it is gone. @throws whatever refuses it */
  readonly change: (known: Personnage | undefined) => { readonly draft: Draft; readonly personnage?: Personnage }
}

/** Several events of one call, stored together or not at all, in order. @throws {StoreUnavailable} */
export type EmitTogether = (
  all: readonly { readonly draft: Draft; readonly options?: EmitOptions }[],
) => Promise<readonly Accepted[]>

/** What intake answers once the event and its deliveries are committed. */
export interface Accepted {
  readonly event: string
  /** Targets that will hear it; a channel counts once. */
  readonly matched: number
  /** True when this repeats an earlier one: `event` and `matched` are those of the first. */
  readonly repeated: boolean
  /** As what it was recorded, where that was decided then (`EmitOptions.keeps`). */
  readonly type?: string
}

/** Resolves after the commit. @throws {StoreUnavailable} when nothing could be stored: answer 503, nothing was taken. */
export type Emit = (draft: Draft, options?: EmitOptions) => Promise<Accepted>

/** Where a message leaves to: a notifier and an address it understands; for `mattermost` a channel id, or `@<user id>` for a direct message. */
export interface Target {
  readonly notifier: string
  readonly address: string
}

export interface Filters {
  /** `merge_request`, `merge_request.open`, a full type, or `all`; a leading `!` excludes; nothing else named: what is told by default. */
  readonly events?: readonly string[]
  /** Branch globs, any of which may match. */
  readonly branch?: readonly string[]
  /** Label names; a leading `!` excludes. */
  readonly label?: readonly string[]
  /** Usernames; a leading `!` excludes. */
  readonly author?: readonly string[]
  /** Only events whose tracked state differs from the one before. */
  readonly changesOnly?: boolean
  readonly confidential?: boolean
  /** Extensions in lower case, without the dot. */
  readonly ext?: readonly string[]
  /** Only files of more bytes. */
  readonly largerBytes?: number
  /** Folders and counts are told, names of files are not. */
  readonly noNames?: boolean
  /** Wait this long and tell what came in one post. */
  readonly digestMs?: number
  /** Only events at least so grave, and what ends one. */
  readonly severity?: Severity
  /** Mentioned when an event rings: Mattermost user ids, `here`, `channel`. */
  readonly mention?: readonly string[]
  /** What is told instead of the card's own text, as it was typed; `{{data.x}}` stands for the event's own words. */
  readonly template?: string
  /** `live`: one post per thing, edited (default); `each`: every event a post of its own. */
  readonly cards?: 'live' | 'each'
}

/** A channel's wish to hear a source. Known by channel, source and subject. */
export interface Subscription {
  readonly id: string
  /** Mattermost channel id where it was made, and whose people have rights over it; empty for a URL's, which is nowhere in Mattermost. */
  readonly channel: string
  readonly target: Target
  readonly source: string
  /** Globs separated by spaces, `!` excludes; absent: everything of the source. */
  readonly subject?: string
  readonly filters: Filters
  /** Mattermost user id of who made or last repeated it; `key:<id>` for a key made in a shell. */
  readonly maker: string
  /** Milliseconds since 1970. */
  readonly madeAt: number
  /** Made by an API key: it hears what is open or allowed, whoever the maker is. */
  readonly byKey?: true
  /** Why it hears nothing for now (bot removed, channel archived); absent: awake. */
  readonly asleep?: 'removed' | 'archived'
}

/** `/vigie allow` and `/vigie deny`: opens closed subjects to one channel or to everyone. A deny wins over an allow. */
export interface AccessRule {
  readonly effect: 'allow' | 'deny'
  readonly source: string
  readonly subject: string
  /** Mattermost channel id; absent: everyone. */
  readonly channel?: string
  readonly maker: string
  readonly madeAt: number
}

/** A channel hears nothing of a subject until a time, without losing its subscription. */
export interface Mute {
  readonly channel: string
  readonly source: string
  /** The exact subject, or absent for all of the source. */
  readonly subject?: string
  readonly until: number
  readonly maker: string
}

export type DeliveryState = 'waiting' | 'delivered' | 'absorbed' | 'withheld' | 'parked'

/** One event (or one digest) on its way to one target. */
export interface Delivery {
  readonly id: string
  readonly target: Target
  /** In the order they were accepted: one, or many in a digest. */
  readonly events: readonly string[]
  readonly subscriptions: readonly string[]
  readonly state: DeliveryState
  readonly attempt: number
  /** Milliseconds since 1970. */
  readonly dueAt: number
  readonly createdAt: number
  readonly settledAt?: number
  readonly error?: string
  /** Why it was withheld: `unsubscribed`, `ended`, `muted`, `closed`, `asleep`. */
  readonly withheld?: string
  readonly receipt?: Receipt
  /** The digest that took it in. */
  readonly absorbedBy?: string
}

/** What a later edit needs, as the notifier gave it. For Mattermost: `{ post, channel }`, for a thread line also `{ root }`. */
export type Receipt = Readonly<Record<string, string>>

/** An event in the words of one language; structure, not markup, so that every notifier can render it. */
export interface Description {
  /** The line above the card. */
  readonly message?: Rich
  readonly title?: Rich
  /** Where the title leads. */
  readonly url?: string
  readonly text?: Rich
  readonly fields?: readonly Field[]
  /** `#rrggbb`. */
  readonly color: string
  readonly footer?: string
  /** The whole in one line: digests, notifications on a phone, logs. */
  readonly summary: Rich
  /** What a notification on a phone says alone; absent: the summary. */
  readonly fallback?: Rich
  /** What a mail about it is called; absent: the summary. */
  readonly subject?: Rich
  /** What a later event of the same card adds to its thread; absent: the edit says enough. */
  readonly line?: Rich
  /** Stands with the line, as a picture. */
  readonly chart?: Chart
  readonly actions?: readonly Action[]
}

/** Answer times over some hours, for a picture. */
export interface Chart {
  /** What it shows, for who cannot see it. */
  readonly title: string
  readonly from: number
  readonly to: number
  /** Whose hours are written below it. */
  readonly timeZone: string
  /** Oldest first; `value` in milliseconds, absent where there was none (a failure). */
  readonly points: readonly { readonly at: number; readonly value?: number }[]
}

/** Who is ahead, for a picture: the best first. */
export interface Ranking {
  /** What it shows, for who cannot see it. */
  readonly title: string
  readonly rows: readonly RankedRow[]
}

export interface RankedRow {
  readonly rank: number
  /** Foreign text. */
  readonly name: string
  readonly score: number
  /** `#rrggbb`. */
  readonly color: string
}

export interface Field {
  readonly title: string
  readonly value: Rich
  readonly short: boolean
}

/** Something to press. `verb` is `<command>.<name of its button>`; `object` is what the button is about, opaque to the notifier. */
export type Action =
  | {
      readonly kind: 'button'
      readonly verb: string
      readonly object: string
      readonly label: string
      readonly style?: ButtonStyle
    }
  | { readonly kind: 'menu'; readonly label: string; readonly options: readonly MenuOption[] }
export type ButtonStyle = 'default' | 'primary' | 'danger' | 'good'
export interface MenuOption {
  readonly verb: string
  readonly object: string
  readonly label: string
}

/** What `describe` may know besides the event. */
export interface Telling {
  readonly locale: Locale
  readonly timeZone: string
  /** Milliseconds since 1970, when it is told. */
  readonly now: number
  /** Names of files are not to be told. */
  readonly noNames?: boolean
  /** The words that a subscription asked to be told in (`--template`). */
  readonly template?: string
}

/** Pure: an event in the words of one language. */
export type Describe = (event: Event, telling: Telling) => Description

/** Events of one burst that are told by one message, in the order they were accepted. */
export interface Burst {
  readonly events: readonly Event[]
  /** How many the burst has by now, these included. */
  readonly count: number
}

/** Pure: a burst in the words of one language. Title, text and summary are the card's as it then stands; `line` names these events, for its thread. */
export type DescribeBurst = (burst: Burst, telling: Telling) => Description

/** A part of Vigie at a glance, for `/statut` and `vigie status`. */
export interface Part {
  /** `mattermost`, `gitlab`, `outbox`… what `/statut <part>` names. */
  readonly name: string
  readonly title: Readonly<Record<Locale, string>>
  readonly state: 'ok' | 'warning' | 'down' | 'off'
  /** The verdict in a few words. */
  readonly glance: Readonly<Record<Locale, Rich>>
  /** More lines for whoever asks for this part. */
  readonly details?: Readonly<Record<Locale, readonly Rich[]>>
  /** What names what is closed to others (folders, addresses, words of the system): for Vigie's administrators alone. */
  readonly operatorDetails?: Readonly<Record<Locale, readonly Rich[]>>
}

/** The structured log every room gets; `pino`'s call shape. */
export interface Log {
  debug(facts: object, message: string): void
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
  fatal(facts: object, message: string): void
}

/** Counters by name, without the library behind them. */
export interface Meter {
  count<N extends CounterName>(name: N, labels: Readonly<Record<CounterLabels[N], string>>, by?: number): void
}
/** Every counter and the labels it takes. */
export interface CounterLabels {
  events_accepted: 'source'
  events_matched: 'source'
  events_deduplicated: 'source'
  deliveries_delivered: 'notifier'
  deliveries_retried: 'notifier' | 'reason'
  deliveries_parked: 'notifier'
  deliveries_withheld: 'reason'
  deliveries_digested: 'notifier'
  /** `by`: slash, mention, direct, button, dialog. */
  commands: 'command' | 'by' | 'outcome'
  actions_refused: 'cause'
  websocket_connects: never
  webhooks_refused: 'source'
}
export type CounterName = keyof CounterLabels

/** Milliseconds since 1970. */
export type Now = () => number
