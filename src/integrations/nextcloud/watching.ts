// Watches one folder, on a disk or by WebDAV: hints lead to a look, a burst or a minute to a scan, and what differs from the snapshot is told
// (design.md, "Watchers are hints; a snapshot is the truth"; faults F22 to F24). One thing after another, so that no two look at once.

import type { Log, Now } from '../../event.ts'
import type { FolderStore } from '../../store/store.ts'
import {
  type Change,
  type Folder,
  FolderTrouble,
  type Hints,
  type Kept,
  type RawPath,
  type Scanned,
  type Sighting,
  type Source,
  type Trouble,
} from './folder.ts'
import { createHearing, type Polling } from './hearing.ts'
import { createMoving } from './moving.ts'
import { createSettling, type Pace, type Ready, usualPace } from './settling.ts'
import type { Siblings } from './siblings.ts'
import { createStanding } from './standing.ts'
import { createTelling } from './telling.ts'

export interface WatchingParts {
  readonly folder: Folder
  readonly source: Source
  /** Absent: nothing announces changes; scans find them. */
  readonly hints?: Hints
  /** WATCH_POLL: scanned so often, and no hints asked for. */
  readonly pollMs?: number
  /** Whether a path is not told of: one that was known before WATCH_IGNORE named it is not gone. */
  readonly isIgnored?: (path: RawPath) => boolean
  readonly store: FolderStore
  readonly now: Now
  readonly log: Log
  /** Resolves once its event is committed; only then is it kept. The same change may come again after a crash. */
  readonly onChange: (change: Change) => Promise<void>
  /** Once for each trouble, and with nothing when it is over; over restarts too. */
  readonly onTrouble: (trouble: Trouble | undefined) => Promise<void>
  /** The other watched folders. */
  readonly siblings?: Siblings
  readonly pace?: Partial<WatchingPace>
}

export interface WatchingPace extends Pace {
  /** Without a reason. */
  readonly scanMs: number
  /** With nothing to announce changes. */
  readonly pollMs: number
  /** How often a folder that is not there, or cannot be read, is looked for. */
  readonly lookForMs: number
  /** How often it is seen that the root still is the same. */
  readonly checkMs: number
  /** After the last of a burst, and after what went wrong. */
  readonly againMs: number
}

export interface WatchingStatus {
  readonly state: 'starting' | 'watched' | 'awaited' | 'trouble'
  readonly trouble?: Trouble
  readonly files: number
  /** When what was last told of it happened. */
  readonly lastChangeAt?: number
  readonly lastScanAt?: number
  /** Changes are announced, and do not wait for a scan. */
  readonly isHearing: boolean
  readonly polling?: Polling
}

export interface Watching {
  /** Until the signal. */
  watch(signal: AbortSignal): Promise<void>
  /** Something was said of these paths. `isWhole`: written to their end. */
  hint(paths: readonly RawPath[], isWhole?: boolean): void
  status(): WatchingStatus
}

const usual: WatchingPace = {
  ...usualPace,
  scanMs: 60_000,
  pollMs: 10_000,
  lookForMs: 1000,
  checkMs: 2000,
  againMs: 2000,
}
/** More than so many looks take longer than a scan. */
const mostLooks = 100
const looksAtOnce = 8
/** A poll leaves the disk alone for so many times as long as it took. */
const restFactor = 4

export function createWatching(parts: WatchingParts): Watching {
  const { folder, source, now, log } = parts
  const pace = { ...usual, ...parts.pace }
  const settling = createSettling(pace)
  const standing = createStanding(parts)
  const telling = createTelling({ ...parts, settling })
  const moving = createMoving({ ...parts, settling, standing })
  const hearing = createHearing({
    name: folder.name,
    hints: parts.hints,
    pollMs: parts.pollMs,
    fallbackMs: pace.pollMs,
    now,
    log,
    onSightings(sightings) {
      for (const sighting of sightings) hinted.set(sighting.path, sighting)
      // What the system could not announce of a burst is found afterwards.
      if (sightings.length > mostLooks) scanBy(now() + pace.againMs)
      wake()
    },
    onEverything() {
      // A storm of hints does not make one scan follow the other.
      const nextBy = lastScan === undefined ? 0 : lastScan.at + lastScan.tookMs * 2 + pace.againMs / 20
      scanBy(Math.max(now(), nextBy))
    },
    onDeaf: () => scanBy(now() + hearing.everyMs),
  })

  /** A request each is more than a look at a disk. */
  const lookForMs = pace.lookForMs * (source.root === undefined ? 5 : 1)
  /** Ends the pause, while there is one. */
  let wake: () => void = () => undefined
  let hinted = new Map<RawPath, Sighting | { path: RawPath; isWhole: boolean; look: true }>()
  let scanAt = 0
  let checkAt = 0
  let restUntil = 0
  let lastScan: { at: number; tookMs: number; folders?: number } | undefined
  let turnedAt = 0
  /** What stood so by then came while nobody looked. */
  let missedUntil = Number.NEGATIVE_INFINITY
  let isOpen = false
  let stopping = new AbortController().signal
  /** Begun while the snapshot was read. */
  let ahead: Promise<Scanned> | undefined

  const scanBy = (at: number) => {
    scanAt = Math.min(scanAt, at)
    wake()
  }

  /** What went wrong is not tried again at once, whatever is due. */
  function rest(): void {
    restUntil = now() + pace.againMs
    scanBy(restUntil)
  }

  async function scan(signal: AbortSignal): Promise<void> {
    const begunAt = now()
    const began = performance.now()
    const isFirstAgain = lastScan === undefined || standing.isAway()
    const scanned = await (ahead ?? source.scan(signal))
    ahead = undefined
    const tookMs = performance.now() - began
    lastScan = { at: begunAt, tookMs, ...(scanned.folders === undefined ? {} : { folders: scanned.folders }) }
    scanAt = now() + (hearing.isPolled() ? Math.max(hearing.everyMs, tookMs * restFactor) : pace.scanMs)
    checkAt = now() + pace.checkMs
    await compare(scanned, begunAt, isFirstAgain)
    await hearing.arm()
  }

  async function compare(scanned: Scanned, begunAt: number, isFirstAgain: boolean): Promise<void> {
    const verdict = standing.judge(scanned, settling.known)
    if (verdict === 'new') {
      await telling.keepAll(scanned.files)
      await standing.accept(scanned.root)
      standing.seen(scanned.root)
      standing.report(scanned, verdict)
      return
    }
    const deletes = verdict !== 'replaced'
    if (standing.seen(scanned.root)) await hearing.disarm()
    const sweptAt = now()
    if (isFirstAgain) missedUntil = sweptAt
    await tell(settling.sweep(scanned, { begunAt, now: sweptAt, deletes }), scanned.files)
    if (verdict === 'accepted') await standing.accept(scanned.root)
    if (standing.report(scanned, verdict)) scanBy(now() + pace.lookForMs)
  }

  async function tell(ready: readonly Ready[], present?: ReadonlyMap<RawPath, Kept>): Promise<void> {
    if (ready.length === 0) return
    const isAll = await telling.tell(await moving.pair(ready, stopping, present), missedUntil)
    if (!isAll) rest()
  }

  async function lookAll(paths: readonly RawPath[], signal: AbortSignal, whole: ReadonlySet<RawPath>): Promise<void> {
    const files: (Kept | undefined)[] = []
    for (let start = 0; start < paths.length; start += looksAtOnce) {
      const some = paths.slice(start, start + looksAtOnce)
      files.push(...(await Promise.all(some.map((path) => source.look(path, signal)))))
    }
    const sightings = paths.map((path, index): Sighting => {
      const file = files[index]
      return { path, isWhole: whole.has(path), ...(file === undefined ? {} : { file }) }
    })
    await sightAll(sightings)
  }

  async function sightAll(sightings: readonly Sighting[]): Promise<void> {
    const at = now()
    const ready: Ready[] = []
    const absent = new Set<RawPath>()
    for (const sighting of sightings) {
      if (sighting.file === undefined && !settling.known.has(sighting.path)) absent.add(sighting.path)
      const found = settling.sight(sighting, at)
      if (found !== undefined) ready.push(found)
    }
    await tell(ready)
    // Files of a folder that went away are not named one by one.
    if (absent.size > 0 && wasFolder(absent)) scanBy(at + pace.againMs / 4)
  }

  function wasFolder(paths: ReadonlySet<RawPath>): boolean {
    for (const path of settling.known.keys()) {
      for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1))
        if (paths.has(path.slice(0, end))) return true
    }
    return false
  }

  async function check(signal: AbortSignal): Promise<void> {
    if (source.root === undefined) return
    checkAt = now() + pace.checkMs
    if (standing.isStill(await source.root(signal))) return
    await hearing.disarm()
    scanBy(now())
  }

  /** The first scan goes on meanwhile. */
  async function open(signal: AbortSignal): Promise<void> {
    ahead = source.scan(signal)
    // Its failure is heard of when it is awaited.
    void ahead.catch(() => undefined)
    for await (const rows of await standing.open())
      for (const [path, file] of rows) if (parts.isIgnored?.(path) !== true) settling.keep(path, file)
    isOpen = true
  }

  /** A clock that was set back would have everything wait for as long. */
  function heedClock(): void {
    const at = now()
    if (at < turnedAt) {
      settling.forgetSightings()
      missedUntil = Number.NEGATIVE_INFINITY
      scanAt = at
      checkAt = at
      restUntil = at
    }
    turnedAt = at
  }

  async function turn(signal: AbortSignal): Promise<void> {
    heedClock()
    if (!isOpen) await open(signal)
    await standing.settle()
    if (standing.isAway()) return await lookFor(signal)
    if (now() >= checkAt) await check(signal)
    const news = hinted
    hinted = new Map()
    const named = [...news.values()]
    if (named.length > mostLooks * 4) scanBy(now())
    else {
      await sightAll(named.filter((one): one is Sighting => !('look' in one)))
      const looks = named.filter((one) => 'look' in one)
      await lookAll(
        looks.map(({ path }) => path),
        signal,
        new Set(looks.filter(({ isWhole }) => isWhole === true).map(({ path }) => path)),
      )
    }
    const { looks, wantsScan } = settling.due(now())
    if (wantsScan || looks.length > mostLooks || now() >= scanAt) await scan(signal)
    else await lookAll(looks, signal, new Set())
  }

  async function lookFor(signal: AbortSignal): Promise<void> {
    checkAt = now() + lookForMs
    if (source.root !== undefined) await source.root(signal)
    hinted.clear()
    await scan(signal)
  }

  async function stumble(error: unknown): Promise<void> {
    try {
      away(error)
      await standing.settle()
    } catch (other) {
      away(other)
    }
  }

  function away(error: unknown): void {
    if (!(error instanceof FolderTrouble)) {
      const words = error instanceof Error ? (error.stack ?? error.message) : String(error)
      log.error({ folder: folder.name, error: words }, 'a folder could not be looked at')
      rest()
      return
    }
    // A look that found another folder there: the scan says which.
    if (error.trouble.kind === 'replaced') {
      scanBy(now())
      return
    }
    settling.forgetSightings()
    void hearing.disarm()
    standing.away(error.trouble)
    // Nextcloud holds off who comes again and again with a password that is not good.
    const isRefused = standing.status().trouble?.kind === 'refused'
    checkAt = now() + (isRefused ? hearing.everyMs : lookForMs)
  }

  function nextAt(): number {
    if (standing.isAway()) return checkAt
    const checks = source.root === undefined ? Number.POSITIVE_INFINITY : checkAt
    return Math.min(scanAt, checks, settling.dueAt() ?? Number.POSITIVE_INFINITY)
  }

  async function pause(signal: AbortSignal): Promise<void> {
    const isUrgent = hinted.size > 0 && !standing.isAway()
    const waitMs = Math.max(isUrgent ? 0 : nextAt() - now(), restUntil - now())
    if (waitMs <= 0 || signal.aborted) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => end(), waitMs)
      const end = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
      signal.addEventListener('abort', end)
      if (now() >= restUntil) wake = end
    })
    wake = () => undefined
  }

  return {
    async watch(signal) {
      stopping = signal
      while (!signal.aborted) {
        try {
          await turn(signal)
          await standing.settle()
        } catch (error) {
          ahead = undefined
          if (!signal.aborted) await stumble(error)
        }
        await pause(signal)
      }
      await hearing.disarm()
    },

    hint(paths, isWhole = false) {
      for (const path of paths) hinted.set(path, { path, isWhole, look: true })
      wake()
    },

    status() {
      const { state, trouble } = standing.status()
      const lastChangeAt = telling.lastAt()
      const polling = hearing.polling(lastScan?.folders === undefined ? undefined : lastScan.folders + 1)
      return {
        state,
        ...(trouble === undefined ? {} : { trouble }),
        files: settling.known.size,
        isHearing: hearing.isHearing(),
        ...(lastChangeAt === undefined ? {} : { lastChangeAt }),
        ...(lastScan === undefined ? {} : { lastScanAt: lastScan.at }),
        ...(polling === undefined ? {} : { polling }),
      }
    },
  }
}
