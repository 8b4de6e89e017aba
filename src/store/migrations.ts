// The schema's history. All that is missing is done in one transaction, so that a process may end at any step (threat F21); the
// `if not exists` are of the time before that. Entries are only ever added, never altered.

import { type RawBuilder, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { ConfigError } from '../errors.ts'
import { nameOrder } from './personnages.ts'
import type { Database } from './schema.ts'

/** What SQLite and PostgreSQL spell differently. */
export interface Dialect {
  /** A whole number of 64 bits: `integer`, `bigint`. */
  readonly long: RawBuilder<unknown>
  /** `blob`, `bytea`. */
  readonly bytes: RawBuilder<unknown>
  /** After a table that is kept in the order of its key: `without rowid`, nothing. */
  readonly clustered: RawBuilder<unknown>
}

type Changes = Readonly<Record<string, RawBuilder<unknown>>>

const history = ({ long, bytes, clustered }: Dialect): Changes => ({
  '001-events': sql`create table if not exists events (
    id ${long} primary key, accepted_at ${long} not null, matched integer not null,
    source text not null, subject text not null, body text not null)`,
  '002-targets': sql`create table if not exists targets (
    id ${long} primary key, notifier text not null, address text not null, unique (notifier, address))`,
  '003-deliveries': sql`create table if not exists deliveries (
    id ${long} primary key, target ${long} not null, event ${long}, position ${long} not null, lane integer not null,
    state text not null, attempt integer not null default 0, refusals integer not null default 0, due_at ${long} not null,
    created_at ${long} not null, first_tried_at ${long}, lease_until ${long}, settled_at ${long}, unsure integer not null default 0,
    each_post integer not null, subscriptions text not null, folded text, events text, absorbed text, absorbed_by ${long},
    error text, withheld text, receipt text, post text, root text)`,
  '004-deliveries-waiting': sql`create index if not exists deliveries_waiting
    on deliveries (target, lane, position) where state = 'waiting'`,
  '005-deliveries-parked': sql`create index if not exists deliveries_parked on deliveries (id) where state = 'parked'`,
  '006-deliveries-target': sql`create index if not exists deliveries_target on deliveries (target, id)`,
  '007-deliveries-post': sql`create index if not exists deliveries_post on deliveries (post) where post is not null`,
  '008-deliveries-root': sql`create index if not exists deliveries_root on deliveries (root) where root is not null`,
  '009-cards': sql`create table if not exists cards (
    target ${long} not null, key text not null, delivery ${long} not null, receipt text not null, post text,
    events text not null, shown_at ${long} not null, changed_at ${long} not null, primary key (target, key))`,
  '010-cards-post': sql`create index if not exists cards_post on cards (post) where post is not null`,
  '011-dedupe': sql`create table if not exists dedupe (
    key ${bytes} primary key, event ${long} not null, expires_at ${long} not null) ${clustered}`,
  '012-tracks': sql`create table if not exists tracks (
    key text not null, position ${long} not null, value text not null, primary key (key, position)) ${clustered}`,
  '013-subjects': sql`create table if not exists subjects (
    source text not null, subject text not null, visibility text not null, primary key (source, subject)) ${clustered}`,
  '014-sources': sql`create table if not exists sources (source text primary key, accepted_at ${long} not null)`,
  '015-subscriptions': sql`create table if not exists subscriptions (
    id ${long} primary key, channel text not null, notifier text not null, address text not null, source text not null,
    subject text not null, subject_key text not null, filters text not null, maker text not null, made_at ${long} not null,
    asleep text, unique (channel, source, subject_key, notifier, address))`,
  '016-access-rules': sql`create table if not exists access_rules (
    source text not null, subject text not null, subject_key text not null, channel text not null, effect text not null,
    maker text not null, made_at ${long} not null, primary key (source, subject_key, channel))`,
  '017-mutes': sql`create table if not exists mutes (
    channel text not null, source text not null, subject text not null, until ${long} not null, maker text not null,
    primary key (channel, source, subject))`,
  '018-settings': sql`create table if not exists settings (channel text primary key, lang text)`,
  '019-marks': sql`create table if not exists marks (name text primary key, value text not null)`,
  '020-used': sql`create table if not exists used (name text primary key, expires_at ${long} not null)`,
  '021-audit': sql`create table if not exists audit (
    id ${long} primary key, at ${long} not null, person text not null, channel text, verb text not null, object text,
    outcome text not null, detail text)`,
  '022-people': sql`create table if not exists people (id text primary key, admin integer not null, asked_at ${long} not null)`,
  '023-hooks': sql`create table if not exists hooks (
    key text primary key, path text not null, hook ${long}, sealed text not null, seen ${long} not null, state text not null,
    until ${long}, told integer not null, failed_tests integer not null, made_at ${long} not null, looked_at ${long} not null)`,
  // Looked up in memory, so that a commit dirties no page for each random key.
  '024-keys': sql`create table if not exists keys (
    id ${long} primary key, key ${bytes} not null, event ${long} not null, expires_at ${long} not null)`,
  '025-dedupe-gone': sql`drop table if exists dedupe`,
  '026-monitors': sql`create table if not exists monitors (
    id text primary key, channel text not null, name_key text not null, body text not null, state text,
    unique (channel, name_key))`,
  '027-results': sql`create table if not exists results (
    monitor text not null, at ${long} not null, took_ms integer not null, counts text not null, rest text not null,
    primary key (monitor, at)) ${clustered}`,
  '028-rolled': sql`create table if not exists rolled (
    span text not null, monitor text not null, at ${long} not null, up integer not null, down integer not null,
    maintained integer not null, isolated integer not null, good integer not null, took_sum ${long} not null,
    took_min integer, took_max integer, primary key (monitor, span, at)) ${clustered}`,
  '029-incidents': sql`create table if not exists incidents (
    id text primary key, channel text not null, opened_at ${long} not null, closed_at ${long}, body text not null)`,
  '030-incidents-open': sql`create index if not exists incidents_open on incidents (opened_at) where closed_at is null`,
  '031-incidents-opened': sql`create index if not exists incidents_opened on incidents (opened_at)`,
  '032-incident-monitors': sql`create table if not exists incident_monitors (
    monitor text not null, incident text not null, primary key (monitor, incident)) ${clustered}`,
  '033-incident-steps': sql`create table if not exists incident_steps (
    incident text not null, number integer not null, at ${long} not null, kind text not null, by text,
    facts text not null, event text, primary key (incident, number)) ${clustered}`,
  '034-incident-steps-untold': sql`create index if not exists incident_steps_untold on incident_steps (at, number) where event is null`,
  '035-alerts': sql`create table if not exists alerts (
    key text primary key, since ${long} not null, ways integer not null, passed_at ${long}, over ${long})`,
  '036-alert-events': sql`create table if not exists alert_events (
    alert text not null, event ${long} not null, takes_over integer not null, primary key (alert, event)) ${clustered}`,
  '037-folders': sql`create table if not exists folders (name text primary key, place text not null, root text, trouble text)`,
  '038-folder-files': sql`create table if not exists folder_files (
    folder text not null, path ${bytes} not null, identity text not null, size ${long} not null, changed_at ${long} not null,
    file_id text, owner text, primary key (folder, path)) ${clustered}`,
  '039-deliveries-burst': sql`alter table deliveries add column burst text`,
  '040-deliveries-gathering': sql`create index if not exists deliveries_gathering
    on deliveries (target, burst, position) where state = 'waiting' and lane = 2`,
  '041-deliveries-parts': sql`create index if not exists deliveries_parts
    on deliveries (target, burst) where state = 'waiting' and folded = 'burst'`,
  '042-cards-told': sql`alter table cards add column told integer`,
  '043-api-keys': sql`create table if not exists api_keys (
    id text primary key, name text not null, name_key text not null, hash text, scopes text not null, maker text,
    channel text, in_name text, sealed text, made_at ${long} not null, expires_at ${long}, used_at ${long},
    revoked_at ${long})`,
  '043-kept-answers': sql`create table if not exists kept_answers (
    id text primary key, body text not null, answer text not null, expires_at ${long} not null)`,
  '043-kept-answers-expire': sql`create index if not exists kept_answers_expire on kept_answers (expires_at)`,
  '044-personnages': sql`create table if not exists personnages (
    name_key text primary key, nom text not null, score ${long} not null, made_at ${long} not null,
    changed_at ${long} not null, by text not null) ${clustered}`,
  '044-personnages-score': sql`create index if not exists personnages_score on personnages (score desc, name_key)`,
  '045-subscribers': sql`create table if not exists subscribers (
    id text primary key, url text not null, maker text not null, sealed text not null, made_at ${long} not null)`,
  '045-subscriptions-by-key': sql`alter table subscriptions add column by_key integer`,
  '046-personnages-nom': sql`create index if not exists personnages_nom on personnages (${sql.raw(nameOrder)}, name_key)`,
})

/** Every change this version knows, in order. */
export const migrationNames: readonly string[] = Object.keys(history({ long: sql``, bytes: sql``, clustered: sql`` }))

/**
 * Brings the schema up to date, all changes or none. `before` is awaited when a database that has been used is about to be changed.
 * @throws {ConfigError} when a newer Vigie has written it. @throws whatever `before` throws, and nothing was changed.
 */
export async function migrate(db: Database, dialect: Dialect, before?: () => Promise<void>): Promise<void> {
  const changes = history(dialect)
  const migrations: Record<string, Migration> = {}
  for (const [name, change] of Object.entries(changes)) {
    migrations[name] = {
      up: async (on) => {
        await change.execute(on)
      },
    }
  }
  const applied = await appliedTo(db)
  refuseNewer(applied)
  if (applied.length > 0 && applied.length < migrationNames.length) await before?.()
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
}

async function appliedTo(db: Database): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some((table) => table.name === 'kysely_migration')) return []
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db)
  return rows.map((row) => row.name)
}

function refuseNewer(applied: readonly string[]): void {
  const strange = applied.filter((name) => !migrationNames.includes(name))
  if (strange.length === 0) return
  throw new ConfigError([
    {
      fr: `DATABASE_URL\u00a0: cette base a été écrite par une version plus récente de Vigie (${strange.join(', ')}). Installez cette version, ou rendez une sauvegarde d’avant.`,
      en: `DATABASE_URL: this database was written by a newer Vigie (${strange.join(', ')}). Install that version, or restore a backup from before.`,
    },
  ])
}
