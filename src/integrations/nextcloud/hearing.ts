// Whether a folder's changes are announced, and why not (fault F22): without watches it is looked through more often, and said so.

import type { Log, Now } from '../../event.ts'
import { type Failure, FolderTrouble, type Hint, type Hints, type Sighting } from './folder.ts'

/** Nothing announces changes: it is scanned so often. */
export interface Polling {
  /** `setting`: WATCH_POLL. `source`: WebDAV. `limit`: the system's watches are used up; `failed`: it refuses them otherwise. */
  readonly why: 'setting' | 'source' | 'limit' | 'failed'
  readonly everyMs: number
  /** What to raise: `fs.inotify.max_user_watches`. */
  readonly setting?: string
  /** How many folders want a watch. */
  readonly folders?: number
  readonly error?: string
}

export interface HearingParts {
  readonly name: string
  readonly hints: Hints | undefined
  /** WATCH_POLL. */
  readonly pollMs: number | undefined
  /** Where nothing is announced though it was to be. */
  readonly fallbackMs: number
  readonly now: Now
  readonly log: Log
  readonly onSightings: (sightings: readonly Sighting[]) => void
  /** All of it is to be looked through. */
  readonly onEverything: () => void
  /** From now on nothing is announced. */
  readonly onDeaf: () => void
}

export interface Hearing {
  /** Asks for watches, where there are none and some may be had. @throws {FolderTrouble} */
  arm(): Promise<void>
  disarm(): Promise<void>
  isHearing(): boolean
  isPolled(): boolean
  readonly everyMs: number
  /** `folders`: how many there are, the root included. */
  polling(folders: number | undefined): Polling | undefined
}

/** Watches that failed are asked for again. */
const rearmMs = 300_000

/** What the kernel refuses, and what to raise (inotify(7)). */
const limits: Readonly<Record<string, string>> = {
  ENOSPC: 'fs.inotify.max_user_watches',
  EMFILE: 'fs.inotify.max_user_instances',
}

export function createHearing(parts: HearingParts): Hearing {
  const { name, pollMs, fallbackMs, now, log, onSightings, onEverything, onDeaf } = parts
  const hints = pollMs === undefined ? parts.hints : undefined
  const everyMs = pollMs ?? fallbackMs
  let state: 'deaf' | 'starting' | 'hearing' = 'deaf'
  let failure: Failure | undefined
  let rearmAt = 0

  function heard(hint: Hint): void {
    if ('sightings' in hint) onSightings(hint.sightings)
    else if ('failed' in hint) doubt(hint.failed)
    else {
      if ('ready' in hint) state = 'hearing'
      onEverything()
    }
  }

  function doubt(found: Failure): void {
    if (limits[found.code] !== undefined) fail(found)
    else {
      log.debug({ folder: name, ...found }, 'a watch of a folder failed')
      if (found.code === 'ENDED') state = 'deaf'
      onEverything()
    }
  }

  function fail(found: Failure): void {
    if (failure === undefined) log.warn({ folder: name, ...found }, 'a folder cannot be watched; it is polled')
    failure = found
    rearmAt = now() + rearmMs
    void disarm()
    onDeaf()
  }

  async function disarm(): Promise<void> {
    if (state === 'deaf') return
    state = 'deaf'
    try {
      await hints?.stop()
    } catch (error) {
      // A disk that does not answer keeps its thread; the next one starts without watches.
      log.debug({ folder: name, error: String(error) }, 'watches of a folder not ended')
    }
  }

  const isPolled = () => hints === undefined || failure !== undefined

  return {
    async arm() {
      if (hints === undefined || state !== 'deaf' || (failure !== undefined && now() < rearmAt)) return
      state = 'starting'
      failure = undefined
      try {
        await hints.start(heard)
      } catch (error) {
        state = 'deaf'
        if (error instanceof FolderTrouble) throw error
        fail({ code: '', error: error instanceof Error ? error.message : String(error) })
      }
    },
    disarm,
    isHearing: () => state === 'hearing',
    isPolled,
    everyMs,
    polling(folders) {
      if (!isPolled()) return undefined
      if (pollMs !== undefined) return { why: 'setting', everyMs }
      if (failure === undefined) return { why: 'source', everyMs }
      const { code, error } = failure
      const setting = limits[code]
      if (setting === undefined) return { why: 'failed', everyMs, error }
      return { why: 'limit', everyMs, setting, error, ...(folders === undefined ? {} : { folders }) }
    },
  }
}
