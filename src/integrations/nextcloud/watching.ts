// Watches one folder, on a disk or by WebDAV: hints lead to a look, a burst or a minute to a scan, and what differs from the snapshot is told
// (design.md, "Watchers are hints; a snapshot is the truth"; faults F22 to F24). One thing after another, so that no two look at once.

import type { Log, Now } from '../../event.ts'
import type { FolderStore } from '../../store/store.ts'
import {
  type Change,
  type Failure,
  type Folder,
  FolderTrouble,
  type Hint,
  type Hints,
  type Kept,
  type RawPath,
  type Scanned,
  type Sighting,
  type Source,
  type Trouble,
} from './folder.ts'
import { createSettling, isAlike, type Pace, type Ready, usualPace } from './settling.ts'
import type { Sibling, Siblings } from './siblings.ts'
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
/** A poll leaves the disk alone for so many times as long as it took. */
const restFactor = 4
/** Watches that failed are asked for again. */
const rearmMs = 300_000

export function createWatching(parts: WatchingParts): Watching {
  const { folder, source, now, log, siblings } = parts
  const pace = { ...usual, ...parts.pace }
  const settling = createSettling(pace)
  const standing = createStanding(parts)
  const telling = createTelling({ ...parts, settling })
  const pollMs = parts.pollMs ?? pace.pollMs
  const hints = parts.pollMs === undefined ? parts.hints : undefined

  /** Ends the pause, while there is one. */
  let wake: () => void = () => undefined
  let hinted = new Map<RawPath, Sighting | { path: RawPath; isWhole: boolean; look: true }>()
  let scanAt = 0
  let checkAt = 0
  let lastScan: { at: number; tookMs: number; folders?: number } | undefined
  let failure: Failure | undefined
  let rearmAt = 0
  let turnedAt = 0
  /** What stood so by then came while nobody looked. */
  let missedUntil = Number.NEGATIVE_INFINITY
  let isOpen = false
  let stopping = new AbortController().signal
  /** Begun while the snapshot was read. */
  let ahead: Promise<Scanned> | undefined
  let hearing: 'no' | 'starting' | 'yes' = 'no'

  const scanBy = (at: number) => {
    scanAt = Math.min(scanAt, at)
    wake()
  }

  function heard(hint: Hint): void {
    if ('failed' in hint) {
      failed(hint.failed)
    } else if ('sightings' in hint) {
      for (const sighting of hint.sightings) hinted.set(sighting.path, sighting)
      if (hint.sightings.length > mostLooks) scanBy(now() + pace.againMs)
    } else {
      if ('ready' in hint) hearing = 'yes'
      // One scan is over before the next begins, and others have their turn.
      scanBy(Math.max(now(), lastScan === undefined ? 0 : lastScan.at + lastScan.tookMs * 2 + pace.againMs / 20))
    }
    wake()
  }

  function failed(reason: Failure): void {
    if (failure === undefined) log.warn({ folder: folder.name, ...reason }, 'a folder cannot be watched; it is polled')
    failure = reason
    rearmAt = now() + rearmMs
    void disarm()
    scanBy(now() + pollMs)
  }

  async function arm(): Promise<void> {
    if (hints === undefined || hearing !== 'no' || (failure !== undefined && now() < rearmAt)) return
    hearing = 'starting'
    failure = undefined
    try {
      await hints.start(heard)
    } catch (error) {
      hearing = 'no'
      if (error instanceof FolderTrouble) throw error
      failed({ code: '', error: error instanceof Error ? error.message : String(error) })
    }
  }

  async function disarm(): Promise<void> {
    if (hearing === 'no') return
    hearing = 'no'
    try {
      await hints?.stop()
    } catch (error) {
      // A disk that does not answer keeps its thread; the next one starts without watches.
      log.debug({ folder: folder.name, error: String(error) }, 'watches of a folder not ended')
    }
  }

  const isPolled = () => hints === undefined || failure !== undefined

  async function scan(signal: AbortSignal): Promise<void> {
    const begunAt = now()
    const began = performance.now()
    const isFirstAgain = lastScan === undefined || standing.isAway()
    const scanned = await (ahead ?? source.scan(signal))
    ahead = undefined
    const tookMs = performance.now() - began
    lastScan = { at: begunAt, tookMs, ...(scanned.folders === undefined ? {} : { folders: scanned.folders }) }
    scanAt = now() + (isPolled() ? Math.max(pollMs, tookMs * restFactor) : pace.scanMs)
    checkAt = now() + pace.checkMs
    if (isFirstAgain) missedUntil = now()
    await compare(scanned, begunAt)
    await arm()
  }

  async function compare(scanned: Scanned, begunAt: number): Promise<void> {
    const verdict = standing.judge(scanned, settling.known)
    if (verdict === 'new') {
      await telling.keepAll(scanned.files)
      await standing.accept(scanned.root)
      standing.seen(scanned.root)
      standing.report(scanned, verdict)
      return
    }
    const deletes = verdict !== 'replaced'
    if (standing.seen(scanned.root)) await disarm()
    await tell(settling.sweep(scanned, { begunAt, now: now(), deletes }), scanned.files)
    if (verdict === 'accepted') await standing.accept(scanned.root)
    if (standing.report(scanned, verdict)) scanBy(now() + pace.lookForMs)
  }

  /** Of these, files known elsewhere were moved. */
  async function tell(ready: readonly Ready[], present?: ReadonlyMap<RawPath, Kept>): Promise<void> {
    const changes: (Ready & { from?: RawPath; sibling?: Sibling })[] = []
    const moved = new Set<RawPath>()
    for (const one of ready) {
      if (one.kind !== 'created' && one.kind !== 'modified') continue
      const from = await whereFrom(one, present)
      if (from?.sibling === undefined && from !== undefined) moved.add(from.from)
      if (from !== undefined) changes.push({ ...one, ...from })
    }
    const paths = new Set(changes.map(({ path }) => path))
    const rest = ready.filter(({ kind, path }) => !paths.has(path) && !(kind === 'deleted' && moved.has(path)))
    const isAll = await telling.tell([...changes, ...rest], missedUntil)
    if (!isAll) scanBy(now() + pace.againMs)
  }

  async function whereFrom(
    { path, file }: Ready,
    present: ReadonlyMap<RawPath, Kept> | undefined,
  ): Promise<{ from: RawPath; sibling?: Sibling } | undefined> {
    const from = await ownLost(file, path, present)
    if (from !== undefined) return { from }
    const lost = await siblings?.whoLost(folder.name, standing.everywhere(file.identity), file)
    return lost === undefined ? undefined : { from: lost.path, sibling: lost.sibling }
  }

  /** Where a file stood that stands elsewhere now. */
  async function ownLost(
    file: Kept,
    path?: RawPath,
    present?: ReadonlyMap<RawPath, Kept>,
  ): Promise<RawPath | undefined> {
    const from = settling.whereIs(file.identity)
    const before = from === undefined ? undefined : settling.known.get(from)
    if (from === undefined || from === path || before === undefined || !isAlike(before, file)) return undefined
    if (present !== undefined && !present.has(from)) return from
    const there = await source.look(from, stopping)
    return there?.identity === file.identity ? undefined : from
  }

  async function lookAll(paths: readonly RawPath[], signal: AbortSignal, whole: ReadonlySet<RawPath>): Promise<void> {
    const files = await Promise.all(paths.map((path) => source.look(path, signal)))
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
    await disarm()
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
    checkAt = now() + pace.lookForMs
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
      checkAt = now() + pace.againMs
      scanAt = checkAt
      return
    }
    // A look that found another folder there: the scan says which.
    if (error.trouble.kind === 'replaced') {
      scanBy(now())
      return
    }
    settling.forgetSightings()
    void disarm()
    standing.away(error.trouble)
    // Nextcloud holds off who comes again and again with a password that is not good.
    const isRefused = standing.status().trouble?.kind === 'refused'
    checkAt = now() + (isRefused ? pollMs : pace.lookForMs)
  }

  function nextAt(): number {
    if (standing.isAway()) return checkAt
    const checks = source.root === undefined ? Number.POSITIVE_INFINITY : checkAt
    return Math.min(scanAt, checks, settling.dueAt() ?? Number.POSITIVE_INFINITY)
  }

  async function pause(signal: AbortSignal): Promise<void> {
    if (hinted.size > 0 && !standing.isAway()) return
    const waitMs = nextAt() - now()
    if (waitMs <= 0 || signal.aborted) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
      signal.addEventListener('abort', wake, { once: true })
    })
    signal.removeEventListener('abort', wake)
    wake = () => undefined
  }

  siblings?.add({
    name: folder.name,
    async lost(identity, file) {
      const own = standing.here(identity)
      return own === undefined ? undefined : await ownLost({ ...file, identity: own })
    },
    forget: (path) => settling.keep(path, undefined),
  })

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
      await disarm()
    },

    hint(paths, isWhole = false) {
      for (const path of paths) hinted.set(path, { path, isWhole, look: true })
      wake()
    },

    status() {
      const { state, trouble } = standing.status()
      const lastChangeAt = telling.lastAt()
      const polling = pollingOf()
      return {
        state,
        ...(trouble === undefined ? {} : { trouble }),
        files: settling.known.size,
        isHearing: hearing === 'yes',
        ...(lastChangeAt === undefined ? {} : { lastChangeAt }),
        ...(lastScan === undefined ? {} : { lastScanAt: lastScan.at }),
        ...(polling === undefined ? {} : { polling }),
      }
    },
  }

  function pollingOf(): Polling | undefined {
    if (!isPolled()) return undefined
    const folders = lastScan?.folders === undefined ? {} : { folders: lastScan.folders + 1 }
    const base = { everyMs: pollMs }
    if (parts.pollMs !== undefined) return { ...base, why: 'setting' }
    if (failure === undefined) return { ...base, why: 'source' }
    const setting = limits[failure.code]
    if (setting === undefined) return { ...base, why: 'failed', error: failure.error }
    return { ...base, ...folders, why: 'limit', setting, error: failure.error }
  }
}

/** What the kernel refuses, and what to raise (inotify(7)). */
const limits: Readonly<Record<string, string>> = {
  ENOSPC: 'fs.inotify.max_user_watches',
  EMFILE: 'fs.inotify.max_user_instances',
}
