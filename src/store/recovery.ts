// What stands between a damaged, lost or old database and an empty or doubled start (threats F13, F32): it is moved aside, the newest
// good copy takes its place, and what that copy believes still unsent is looked for before it is sent again.

import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { ConfigError, UserError } from '../errors.ts'
import type { Log } from '../event.ts'
import { copyPages, type Shelf, syncFile } from './backup.ts'
import { contentDamage, findDamage, noTables, quickCheck } from './integrity.ts'
import { migrationNames } from './migrations.ts'
import { takeOverKeys, takeOverRevocations } from './salvage.ts'

const restoredShape = z.object({
  /** `asked`: by `vigie restore`. */
  reason: z.enum(['damaged', 'missing', 'asked']),
  /** What was wrong, in SQLite's words. */
  damage: z.string().optional(),
  /** The file it was restored from. */
  from: z.string(),
  /** What happened from `since` to `until` is not known any more; milliseconds since 1970. */
  since: z.number(),
  until: z.number(),
  /** Events accepted in between, where the database before could still be read. */
  lostEvents: z.number().optional(),
  /** Deliveries that are looked for before they are sent. */
  unsure: z.number(),
  /** Where the database before was moved; absent: there was none. */
  aside: z.string().optional(),
})
export type Restored = z.infer<typeof restoredShape>

/** The mark under which a restored database keeps what happened to it. */
export const restoredMark = 'restored'

export function readRestored(mark: unknown): Restored | undefined {
  return restoredShape.safeParse(mark).data
}

export interface SoundParts {
  readonly path: string
  readonly shelf: Shelf
  readonly now: () => number
  readonly log: Log
}

/**
 * Before the database is opened, under its lock. Resolves what was restored, if anything had to be.
 * @throws {ConfigError} when it is damaged or lost and no good copy stands in BACKUP_PATH.
 */
export async function ensureSound({ path, shelf, now, log }: SoundParts): Promise<Restored | undefined> {
  finishSwap(path)
  const isThere = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0
  if (!isThere && !existsSync(madePath(path)) && shelf.copies().length === 0) return undefined
  const damage = isThere ? damageOf(path) : undefined
  if (isThere && damage === undefined) return undefined
  log.error({ path, damage }, isThere ? 'the database is damaged' : 'the database is missing')
  for (const copy of shelf.copies()) {
    try {
      const facts = isThere ? { reason: 'damaged' as const, damage } : { reason: 'missing' as const }
      const prepared = await prepareSwap({ path, file: copy.path, at: now(), facts })
      const restored = swap(path, prepared)
      log.error({ ...restored }, 'restored the newest good copy')
      return restored
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      log.warn({ copy: copy.path, err: error }, 'this copy is no good')
    }
  }
  throw lost(path, shelf.folder, damage)
}

/** A database that was never finished has no tables yet; one that was has its mark beside it. */
function damageOf(path: string): string | undefined {
  const damage = findDamage(path)
  return damage === noTables && !existsSync(madePath(path)) ? undefined : damage
}

/** Once its tables are made: from now on a missing database is a lost one. */
export function noteMade(path: string): void {
  if (!existsSync(madePath(path))) writeFileSync(madePath(path), 'Vigie had made its database here.\n', { mode: 0o600 })
}

const madePath = (path: string) => `${path}.made`
const incoming = (path: string) => `${path}.restoring`

export interface SwapRequest {
  /** The database to be replaced. */
  readonly path: string
  /** The copy. */
  readonly file: string
  /** Now. */
  readonly at: number
  readonly facts: Pick<Restored, 'reason' | 'damage'>
}

export interface PreparedSwap {
  readonly restored: Restored
}

/**
 * Copies, checks and readies `file` beside the database, which may be in use meanwhile.
 * @throws {UserError} when it is no sound database of this version of Vigie or an earlier one.
 */
export async function prepareSwap({ path, file, at, facts }: SwapRequest): Promise<PreparedSwap> {
  refuseStrange(file)
  const part = `${incoming(path)}.part`
  mkdirSync(dirname(path), { recursive: true })
  try {
    await copyPages(file, part)
    const copy = new DatabaseSync(part)
    try {
      copy.exec('pragma journal_mode = delete')
      const unsure = doubt(copy, { at, lastSeenAt: Math.min(at, lastChange(path) ?? at) })
      if (existsSync(path)) {
        takeOverKeys(copy, path, at)
        takeOverRevocations(copy, path)
      }
      const since = takenAt(copy) ?? Math.round(statSync(file).mtimeMs)
      const lostEvents = existsSync(path) ? countSince(path, newestEvent(copy)) : undefined
      const aside = existsSync(path) ? asidePath(path, facts.reason, at) : undefined
      const restored: Restored = {
        ...facts,
        from: file,
        since: Math.min(since, at),
        until: at,
        unsure,
        ...(lostEvents === undefined ? {} : { lostEvents }),
        ...(aside === undefined ? {} : { aside }),
      }
      setMark(copy, restoredMark, restored)
      const damage = quickCheck(copy)
      if (damage !== undefined) throw noCopy(file, damage)
      return { restored }
    } finally {
      copy.close()
    }
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  }
}

/** Puts what was prepared in the place of the database, which nobody may have open. Cut off anywhere, the next start finishes it. */
export function swap(path: string, { restored }: PreparedSwap): Restored {
  syncFile(`${incoming(path)}.part`)
  renameSync(`${incoming(path)}.part`, incoming(path))
  syncFile(dirname(path))
  // The log after its database: an old log beside a new database would be read into it.
  if (restored.aside !== undefined) moveAside(path, restored.aside)
  finishSwap(path)
  return restored
}

/** A swap that was cut off: once the database is out of the way, what was prepared takes its place. */
function finishSwap(path: string): void {
  rmSync(`${incoming(path)}.part`, { force: true })
  if (!existsSync(incoming(path))) return
  if (existsSync(path)) {
    rmSync(incoming(path))
    return
  }
  for (const end of ['-wal', '-shm']) if (existsSync(path + end)) renameSync(path + end, `${path}.left${end}`)
  renameSync(incoming(path), path)
  syncFile(dirname(path))
}

function moveAside(path: string, aside: string): void {
  for (const end of ['', '-wal', '-shm']) if (existsSync(path + end)) renameSync(path + end, aside + end)
}

function asidePath(path: string, reason: Restored['reason'], at: number): string {
  const stamp = new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const wanted = `${path}.${reason === 'damaged' ? 'damaged' : 'replaced'}-${stamp}`
  return existsSync(wanted) ? `${wanted}-${at % 1000}` : wanted
}

/** @throws {UserError} for a file that is absent, damaged, somebody else's, or a newer Vigie's. */
function refuseStrange(file: string): void {
  const status = statSync(file, { throwIfNoEntry: false })
  if (status?.isFile() !== true)
    throw new UserError({ fr: `${file}\u00a0: ce fichier n’existe pas.`, en: `${file}: there is no such file.` })
  const damage = damageOfCopy(file)
  if (damage !== undefined) throw noCopy(file, damage)
  const connection = new DatabaseSync(file, { readOnly: true })
  try {
    const known = new Set(migrationNames)
    const strange = connection.prepare('select name from kysely_migration').all()
    const newer = strange.map((row) => String(row.name)).filter((name) => !known.has(name))
    if (newer.length > 0)
      throw new UserError({
        fr: `${file}\u00a0: cette copie vient d’une version plus récente de Vigie (${newer.join(', ')}). Installez cette version d’abord.`,
        en: `${file}: this copy was made by a newer Vigie (${newer.join(', ')}). Install that version first.`,
      })
  } finally {
    connection.close()
  }
}

function damageOfCopy(file: string): string | undefined {
  try {
    return contentDamage(file)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.message
  }
}

function noCopy(file: string, damage: string): UserError {
  return new UserError({
    fr: `${file}\u00a0: ce n’est pas une bonne copie de la base de Vigie (${damage}).`,
    en: `${file}: this is no good copy of Vigie’s database (${damage}).`,
  })
}

/** Whatever the copy believes unsent may have been sent since: it is looked for first, from when it was made. */
function doubt(copy: DatabaseSync, { at, lastSeenAt }: { at: number; lastSeenAt: number }): number {
  const { changes } = copy
    .prepare(
      `update deliveries set unsure = 1, first_tried_at = coalesce(first_tried_at, created_at), lease_until = null,
       due_at = case when lease_until is null then due_at else ? end where state = 'waiting'`,
    )
    .run(at)
  copy.exec(
    `update deliveries set unsure = 1, first_tried_at = coalesce(first_tried_at, created_at) where state = 'parked'`,
  )
  // What a switched-off hook left out is read from GitLab from here on: before, Vigie was there to do so.
  const hasHooks = copy.prepare("select 1 from sqlite_master where type = 'table' and name = 'hooks'").get()
  if (hasHooks) copy.prepare('update hooks set looked_at = max(looked_at, ?)').run(lastSeenAt)
  return Number(changes)
}

/** When the database before was last written, milliseconds since 1970; nothing where it is gone. */
function lastChange(path: string): number | undefined {
  const times = ['', '-wal'].flatMap((end) => statSync(path + end, { throwIfNoEntry: false })?.mtimeMs ?? [])
  return times.length === 0 ? undefined : Math.round(Math.max(...times))
}

const copyMark = z.object({ at: z.number() })

/** When the copy was made; for a file copied by other means, the last thing it knows of. */
function takenAt(copy: DatabaseSync): number | undefined {
  const mark = copy.prepare("select value from marks where name = 'copy'").get()?.value
  const noted = typeof mark === 'string' ? copyMark.safeParse(JSON.parse(mark)).data?.at : undefined
  const last = copy
    .prepare(
      `select max(at) as at from (select max(accepted_at) as at from sources union all select max(at) from audit)`,
    )
    .get()?.at
  return noted ?? (typeof last === 'number' ? last : undefined)
}

function newestEvent(copy: DatabaseSync): number {
  return Number(copy.prepare('select max(id) as id from events').get()?.id ?? 0)
}

/** How many events the database before had accepted beyond one; nothing where it cannot be read. */
function countSince(path: string, event: number): number | undefined {
  try {
    const before = new DatabaseSync(path, { readOnly: true })
    try {
      return Number(
        before.prepare("select count(*) as count from events where id > ? and source <> 'vigie'").get(event)?.count ??
          0,
      )
    } finally {
      before.close()
    }
  } catch {
    // It is damaged: how much it knew cannot be counted.
    return undefined
  }
}

function setMark(connection: DatabaseSync, name: string, value: object): void {
  connection.prepare('insert or replace into marks (name, value) values (?, ?)').run(name, JSON.stringify(value))
}

function lost(path: string, folder: string, damage: string | undefined): ConfigError {
  const name = basename(path)
  const fr = damage === undefined ? `la base ${path} a disparu` : `la base ${path} est abîmée (${damage})`
  const en = damage === undefined ? `the database ${path} is gone` : `the database ${path} is damaged (${damage})`
  return new ConfigError([
    {
      fr: `DATABASE_URL\u00a0: ${fr}, et ${folder} n’en a aucune bonne copie. Rendez-en une avec «\u00a0vigie restore FICHIER\u00a0»\u202f; pour repartir de rien, écartez ${name}, ${name}-wal, ${name}-shm et ${name}.made.`,
      en: `DATABASE_URL: ${en}, and ${folder} holds no good copy of it. Give one back with "vigie restore FILE"; to begin anew, move ${name}, ${name}-wal, ${name}-shm and ${name}.made away.`,
    },
  ])
}
