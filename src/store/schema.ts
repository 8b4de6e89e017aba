// The tables, as Kysely types. Only what SQLite and PostgreSQL share: integers, text, bytes; switches are 0 or 1, JSON is text,
// instants are milliseconds since 1970.

import type { Generated, Kysely, Selectable } from 'kysely'

export type Database = Kysely<Tables>

export interface Tables {
  events: EventTable
  targets: TargetTable
  deliveries: DeliveryTable
  cards: CardTable
  keys: KeyTable
  tracks: TrackTable
  subjects: SubjectTable
  sources: SourceTable
  subscriptions: SubscriptionTable
  access_rules: AccessRuleTable
  mutes: MuteTable
  settings: SettingTable
  marks: MarkTable
  used: UsedTable
  audit: AuditTable
  people: PersonTable
  hooks: HookTable
  subscribers: SubscriberTable
  monitors: MonitorTable
  results: ResultTable
  rolled: RolledTable
  incidents: IncidentTable
  incident_monitors: { monitor: string; incident: string }
  incident_steps: IncidentStepTable
  alerts: AlertTable
  alert_events: { alert: string; event: number; takes_over: number }
  folders: FolderTable
  folder_files: FolderFileTable
  api_keys: ApiKeyTable
  kept_answers: KeptAnswerTable
  personnages: PersonnageTable
}

export interface EventTable {
  id: number
  accepted_at: number
  /** Its deliveries' ids are the `matched` numbers after its own. */
  matched: number
  source: string
  /** Lower case; empty for none. */
  subject: string
  /** The event without its id. */
  body: string
}

export interface TargetTable {
  id: number
  notifier: string
  address: string
}

export interface DeliveryTable {
  id: number
  target: number
  /** Absent for what was folded out of others. */
  event: number | null
  /** Its place in line: its own id, or that of the first it took in. */
  position: number
  /** 1 waits for a digest's window, 2 for that of a burst; neither holds anything else up. */
  lane: number
  state: string
  attempt: Generated<number>
  /** Tries that ended in "never". */
  refusals: Generated<number>
  due_at: number
  created_at: number
  first_tried_at: number | null
  /** Set while somebody has it in hand. */
  lease_until: number | null
  settled_at: number | null
  unsure: Generated<number>
  each_post: number
  subscriptions: string
  /** `digest`, `burst`, or `card`: several events of one live card. */
  folded: string | null
  /** Event ids of what was folded, in order. */
  events: string | null
  /** The deliveries it took in, one for each of `events`. */
  absorbed: string | null
  absorbed_by: number | null
  error: string | null
  withheld: string | null
  receipt: string | null
  /** Of the receipt, to be found by. */
  post: string | null
  root: string | null
  /** The burst of its event, or of those that were folded as one. */
  burst: string | null
}
export type DeliveryRow = Selectable<DeliveryTable>

export interface CardTable {
  target: number
  key: string
  delivery: number
  receipt: string
  post: string | null
  events: string
  shown_at: number
  changed_at: number
  /** Of a burst's card: how many events its thread tells. */
  told: number | null
}

export interface KeyTable {
  id: number
  /** 16 bytes of its hash. */
  key: Uint8Array
  event: number
  expires_at: number
}

export interface TrackTable {
  key: string
  position: number
  value: string
}

export interface SubjectTable {
  source: string
  subject: string
  visibility: string
}

export interface SourceTable {
  source: string
  accepted_at: number
}

export interface SubscriptionTable {
  id: number
  channel: string
  notifier: string
  address: string
  source: string
  /** As it was typed; empty for none. */
  subject: string
  /** Lower case, to be known by. */
  subject_key: string
  filters: string
  maker: string
  made_at: number
  asleep: string | null
  /** 1: made by an API key. */
  by_key: number | null
}

/** URLs that are told of events; subscriptions name them as their address. */
export interface SubscriberTable {
  id: string
  url: string
  maker: string
  sealed: string
  made_at: number
}

export interface AccessRuleTable {
  source: string
  subject: string
  subject_key: string
  /** Empty for everyone. */
  channel: string
  effect: string
  maker: string
  made_at: number
}

export interface MuteTable {
  channel: string
  source: string
  /** Lower case; empty for all of the source. */
  subject: string
  until: number
  maker: string
}

export interface SettingTable {
  channel: string
  lang: string | null
}

export interface MarkTable {
  name: string
  value: string
}

export interface UsedTable {
  name: string
  expires_at: number
}

export interface AuditTable {
  id: number
  at: number
  person: string
  channel: string | null
  verb: string
  object: string | null
  outcome: string
  detail: string | null
}

export interface PersonTable {
  id: string
  admin: number
  asked_at: number
}

export interface HookTable {
  key: string
  path: string
  hook: number | null
  sealed: string
  seen: number
  state: string
  until: number | null
  told: number
  failed_tests: number
  made_at: number
  looked_at: number
}

export interface MonitorTable {
  id: string
  channel: string
  /** Lower case, to be known by within its channel. */
  name_key: string
  body: string
  state: string | null
}

export interface ResultTable {
  monitor: string
  at: number
  took_ms: number
  counts: string
  /** What else was seen. */
  rest: string
}

export interface RolledTable {
  span: string
  monitor: string
  at: number
  up: number
  down: number
  maintained: number
  isolated: number
  /** Of answers that were well: how many, and their times. */
  good: number
  took_sum: number
  took_min: number | null
  took_max: number | null
}

export interface IncidentTable {
  id: string
  channel: string
  opened_at: number
  closed_at: number | null
  body: string
}

export interface IncidentStepTable {
  incident: string
  number: number
  at: number
  kind: string
  by: string | null
  facts: string
  event: string | null
}

/** Alerts that have to be looked after; one that was taken is gone. */
export interface AlertTable {
  key: string
  /** When its first event was accepted. */
  since: number
  /** How many ways of FALLBACK it was given to. */
  ways: number
  /** When it was given to the last of them. */
  passed_at: number | null
  /** The event that ended it. */
  over: number | null
}

/** Watched folders. */
export interface FolderTable {
  name: string
  place: string
  root: string | null
  /** What was told of it as a whole. */
  trouble: string | null
}

export interface FolderFileTable {
  folder: string
  /** Its bytes, as the disk has them. */
  path: Uint8Array
  identity: string
  size: number
  changed_at: number
  file_id: string | null
  owner: string | null
}

export interface ApiKeyTable {
  id: string
  name: string
  /** Lower case. */
  name_key: string
  hash: string | null
  /** Separated by spaces. */
  scopes: string
  maker: string | null
  channel: string | null
  in_name: string | null
  sealed: string | null
  made_at: number
  expires_at: number | null
  used_at: number | null
  revoked_at: number | null
}

/** What calls that may be repeated were answered with. */
export interface KeptAnswerTable {
  id: string
  /** The digest of the call's body. */
  body: string
  answer: string
  expires_at: number
}

export interface PersonnageTable {
  /** Its name without regard to case. */
  name_key: string
  nom: string
  score: number
  made_at: number
  changed_at: number
  by: string
}
