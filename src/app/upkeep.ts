// The database's keep: sound before it is opened, copied by the hour, watched for room, purged by night; what befalls it is told to
// Vigie's administrators (issue 4, "Group commit"; threats F11–F13, F21, F32).

import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConfigError } from '../errors.ts'
import type { DedupeKey, Draft, Emit, Log, Now, Part, Target } from '../event.ts'
import { type Wait, waitByTheClock } from '../flow/waiting.ts'
import { backupFailed, databaseRestored, diskLow, vigieStarted } from '../integrations/vigie/upkeep.ts'
import type { Settings } from '../settings.ts'
import type { Archive } from '../store/archive.ts'
import { createShelf, type Shelf, writeCopy, writeCopyAside } from '../store/backup.ts'
import { ensureSound, noteMade, type Restored, readRestored, restoredMark } from '../store/recovery.ts'
import { createReserve, type Reserve } from '../store/reserve.ts'
import { openSqliteStore, type SqliteStore } from '../store/sqlite.ts'
import type { EventStore, StoreUnavailable } from '../store/store.ts'
import { databasePart } from './database-part.ts'

export interface KeptStore extends SqliteStore {
  readonly shelf: Shelf
  readonly reserve: Reserve
}

export interface KeptStoreParts {
  readonly settings: Pick<Settings, 'databasePath' | 'backupPath'>
  readonly now: Now
  readonly log: Log
}

/**
 * Opens the database, under its lock: checked, restored where it had to be, copied before a migration.
 * @throws {ConfigError} when it cannot be used, or is lost and no good copy is there.
 */
export async function openKeptStore({ settings, now, log }: KeptStoreParts): Promise<KeptStore> {
  const { databasePath: path, backupPath } = settings
  const shelf = createShelf(backupPath, path)
  mkdirSync(dirname(path), { recursive: true })
  await ensureSound({ path, shelf, now, log })
  const beforeMigration = async () => {
    const to = shelf.placeFor(now(), { beforeMigration: true })
    await writeCopy({ from: path, to, at: now() }).catch((error: unknown) => {
      throw noCopyBefore(to, error)
    })
    log.info({ copy: to }, 'copied the database before its migration')
  }
  const store = await openSqliteStore({ path, now, log, beforeMigration })
  noteMade(path)
  const reserve = createReserve({ databasePath: path, log })
  return { ...store, events: refuseWhenFull(store.events, reserve), shelf, reserve }
}

function noCopyBefore(to: string, error: unknown): ConfigError {
  const words = error instanceof Error ? error.message : String(error)
  return new ConfigError([
    {
      fr: `BACKUP_PATH\u00a0: la base doit être copiée avant sa migration, et ${to} n’a pas pu être écrit (${words}).`,
      en: `BACKUP_PATH: the database must be copied before its migration, and ${to} could not be written (${words}).`,
    },
  ])
}

const fullRetryMs = 10_000

/** The reserve is for what is under way and for our own news. */
function refuseWhenFull(events: EventStore, reserve: Pick<Reserve, 'space'>): EventStore {
  return {
    ...events,
    async record(batch) {
      if (reserve.space().state !== 'full' || batch.every(({ draft }) => draft.source === 'vigie'))
        return await events.record(batch)
      const refusal: StoreUnavailable = Object.assign(new Error('the disk is full'), {
        name: 'StoreUnavailable' as const,
        retryAfterMs: fullRetryMs,
      })
      throw refusal
    },
  }
}

export interface UpkeepParts {
  readonly store: KeptStore
  readonly archive: Pick<Archive, 'purge'>
  readonly settings: Settings
  /** Vigie's own. */
  readonly version: string
  readonly emit: Emit
  /** Ids of those who are told, as far as they are known. */
  readonly admins: () => readonly string[]
  readonly now: Now
  readonly log: Log
  readonly wait?: Wait
  /** In [0, 1). */
  readonly random?: () => number
}

export interface Upkeep {
  /** Until the signal. */
  run(signal: AbortSignal): Promise<void>
  status(): Promise<Part>
}

const hourMs = 3_600_000
const minuteMs = 60_000
/** What has only just begun is not worth a copy yet. */
const firstCopyMs = minuteMs
const lookEveryMs = 5000
const tellAgainMs = 10_000
const tellOnceMs = 14 * 24 * hourMs
/** A restored database says so for this long. */
const rememberMs = 7 * 24 * hourMs
const batchPauseMs = 20
const purgeHour = 3
const jitterMinutes = 30

export function createUpkeep(parts: UpkeepParts): Upkeep {
  const { store, settings, version, emit, admins, now, log, wait = waitByTheClock, random = Math.random } = parts
  const { shelf, reserve } = store
  let copyError: string | undefined
  let lastTold = 'ok'

  /** Until it is stored; the same news is not told twice. */
  async function tell(draft: Draft, key: string, signal: AbortSignal, lifeMs = tellOnceMs): Promise<void> {
    const dedupe: DedupeKey[] = [{ key: `${draft.type} ${key}`, lifeMs }]
    while (!signal.aborted) {
      try {
        const only = admins().map((id): Target => ({ notifier: 'mattermost', address: `@${id}` }))
        if (only.length > 0) return void (await emit(draft, { only, dedupe }))
      } catch (error) {
        log.debug({ err: error, type: draft.type }, 'the administrators cannot be told yet')
      }
      await wait(tellAgainMs, signal)
    }
  }

  async function copy(signal: AbortSignal): Promise<void> {
    const at = now()
    const before = shelf.copies()[0]?.at
    try {
      const sizeBytes = await writeCopyAside({ from: settings.databasePath, to: shelf.placeFor(at), at }, signal)
      shelf.prune(at, settings.backupKeep)
      copyError = undefined
      log.info({ sizeBytes }, 'copied the database')
    } catch (error) {
      if (signal.aborted) return
      copyError = error instanceof Error ? error.message : String(error)
      log.error({ err: error }, 'the database could not be copied')
      void tell(backupFailed(copyError, before, at), String(before ?? 'none'), signal)
    }
  }

  async function copyHourly(signal: AbortSignal): Promise<void> {
    const newest = shelf.copies()[0]?.at
    const ageMs = newest === undefined ? hourMs : now() - newest
    await wait(ageMs < 0 ? firstCopyMs : Math.max(firstCopyMs, hourMs - ageMs), signal)
    while (!signal.aborted) {
      await copy(signal)
      await wait(hourMs, signal)
    }
  }

  async function watchSpace(signal: AbortSignal): Promise<void> {
    await wait(lookEveryMs, signal)
    for (; !signal.aborted; await wait(lookEveryMs, signal)) {
      try {
        const { state, freeBytes } = await reserve.look()
        if (state !== 'ok' && state !== lastTold) {
          log.warn({ freeBytes }, 'little room is left on the disk')
          void tell(diskLow(freeBytes, state === 'full', now()), state, signal, 24 * hourMs)
        }
        lastTold = state
      } catch (error) {
        log.warn({ err: error }, 'the room on the disk could not be looked at')
      }
    }
  }

  async function purgeNightly(signal: AbortSignal): Promise<void> {
    const minute = Math.floor(random() * jitterMinutes)
    for (; !signal.aborted; await wait(minuteMs, signal)) {
      const day = nightOf(now(), settings.timeZone, minute)
      if (day === undefined || (await store.marks.get('purged'))?.day === day) continue
      await store.marks.set('purged', { day })
      const gone = await store.purge({
        eventsBefore: now() - settings.retention.eventsMs,
        auditBefore: now() - settings.retention.auditMs,
        async goOn() {
          await wait(batchPauseMs, signal)
          return !signal.aborted
        },
      })
      const archived = await parts.archive.purge(now() - settings.retention.eventsMs)
      log.info({ ...gone, archived }, 'purged what RETENTION no longer keeps')
    }
  }

  async function tellStarted(signal: AbortSignal): Promise<void> {
    const at = now()
    await tell(vigieStarted(version, at), String(at), signal)
  }

  async function tellRestored(signal: AbortSignal): Promise<void> {
    const restored = await lastRestored()
    if (restored) await tell(databaseRestored(restored), String(restored.until), signal)
  }

  const lastRestored = async (): Promise<Restored | undefined> => {
    const restored = readRestored(await store.marks.get(restoredMark))
    return restored && now() - restored.until < rememberMs ? restored : undefined
  }

  /** One that fails (the store is away) begins again. */
  async function persist(work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        return await work(signal)
      } catch (error) {
        log.error({ err: error }, 'the upkeep of the database stumbled')
        await wait(minuteMs, signal)
      }
    }
  }

  return {
    async run(signal) {
      if (settings.databasePath === ':memory:') return
      await Promise.all(
        [tellStarted, tellRestored, copyHourly, watchSpace, purgeNightly].map((work) => persist(work, signal)),
      )
    },
    async status() {
      const facts = { copy: shelf.copies()[0], copyError, space: reserve.space(), restored: await lastRestored() }
      return databasePart(facts, { timeZone: settings.timeZone, now: now() })
    },
  }
}

/** The local day whose night's purge is due; nothing before 03:00 and the jitter. */
export function nightOf(now: number, timeZone: string, jitterMinute: number): string | undefined {
  const local = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone)
  const isDue = local.hour * 60 + local.minute >= purgeHour * 60 + jitterMinute
  return isDue ? local.toPlainDate().toString() : undefined
}
