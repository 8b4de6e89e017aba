// Decides what of a folder is a change, and when it is told (issue "The folder"): a file that came by a rename at once, one that is written
// in place when it stood still for 2 s, a deletion when it was not taken back for 3 s. Holds the snapshot; looks at nothing itself.

import type { Kept, RawPath, Scanned, Sighting } from './folder.ts'

export interface Pace {
  /** What is written in place has to stand still for so long. */
  readonly settledMs: number
  /** So long after it was gone, what did not return is deleted. */
  readonly goneMs: number
  /** What is written again within so long is not told again. */
  readonly repeatMs: number
}

export const usualPace: Pace = { settledMs: 2000, goneMs: 3000, repeatMs: 3000 }

/** Something to be told; `quiet`: only to be kept as it is now. */
export interface Ready {
  readonly kind: 'created' | 'modified' | 'deleted' | 'quiet'
  readonly path: RawPath
  readonly file: Kept
  /** When it was first seen so, milliseconds since 1970. */
  readonly seenAt: number
}

export interface Settling {
  /** What was told, and what was there before. */
  readonly known: ReadonlyMap<RawPath, Kept>
  /** Of files that are known: where one stands. */
  whereIs(identity: string): RawPath | undefined
  sight(sighting: Sighting, now: number): Ready | undefined
  /** A whole scan, begun at a moment. Without `deletes`, what is not there is left as it was. */
  sweep(scanned: Scanned, at: { readonly begunAt: number; readonly now: number; readonly deletes: boolean }): Ready[]
  /** What is to be looked at now; deletions want a scan, which finds the file elsewhere if it is. */
  due(now: number): { readonly looks: readonly RawPath[]; readonly wantsScan: boolean }
  /** When something is due next. */
  dueAt(): number | undefined
  /** It is told and kept. */
  keep(path: RawPath, file: Kept | undefined, toldAt?: number): void
  isGone(path: RawPath): boolean
  /** How many files are not told of yet, for they may still be written. */
  waiting(): number
  /** The folder is not there: nothing that was seen last may be told of. */
  forgetSightings(): void
}

interface Waiting {
  readonly file: Kept
  readonly since: number
  /** Changed under our eyes: its own time is not believed any more. */
  readonly isRestless: boolean
  lookAt: number
}

export function createSettling({ settledMs, goneMs, repeatMs }: Pace = usualPace): Settling {
  const known = new Map<RawPath, Kept>()
  const places = new Map<string, RawPath>()
  const waiting = new Map<RawPath, Waiting>()
  /** Since when. */
  const gone = new Map<RawPath, number>()
  /** When what was told last was first seen. */
  const told = new Map<RawPath, number>()

  function sight({ path, file, isWhole = false }: Sighting, now: number): Ready | undefined {
    const before = known.get(path)
    if (file === undefined) {
      waiting.delete(path)
      if (before !== undefined && !gone.has(path)) gone.set(path, now)
      return undefined
    }
    gone.delete(path)
    if (before !== undefined && isAlike(before, file)) {
      waiting.delete(path)
      return isSame(before, file) ? undefined : { kind: 'quiet', path, file: { ...before, ...file }, seenAt: now }
    }
    const waits = wait(path, file, now)
    const isOld = !waits.isRestless && now - file.changedAt >= settledMs
    if (!isWhole && !isOld && now - waits.since < settledMs) return undefined
    waiting.delete(path)
    const kind = isRepeat(path, waits.since) ? 'quiet' : before === undefined ? 'created' : 'modified'
    return { kind, path, file, seenAt: waits.since }
  }

  function wait(path: RawPath, file: Kept, now: number): Waiting {
    const seen = waiting.get(path)
    if (seen !== undefined && isAlike(seen.file, file) && seen.file.identity === file.identity) {
      seen.lookAt = Math.max(now, seen.since + settledMs)
      return seen
    }
    // The clock of a disk elsewhere may be an hour ahead.
    const isRestless = seen !== undefined && seen.file.identity === file.identity
    const made = { file, since: now, isRestless, lookAt: now + settledMs }
    waiting.set(path, made)
    return made
  }

  function isRepeat(path: RawPath, seenAt: number): boolean {
    const last = told.get(path)
    return last !== undefined && seenAt - last < repeatMs
  }

  function* missing({ files, unread }: Scanned): Generator<RawPath> {
    let devices: ReadonlySet<string> | undefined
    for (const [path, { identity }] of known) {
      if (files.has(path)) continue
      if (unread.some((one) => path === one.path || path.startsWith(`${one.path}/`))) continue
      // A disk of its own of which nothing is left is not there, and not emptied.
      if (identity.includes(':')) {
        devices ??= new Set([...files.values()].map((file) => deviceOf(file.identity)))
        if (!devices.has(deviceOf(identity))) continue
      }
      yield path
    }
  }

  return {
    known,
    whereIs: (identity) => places.get(identity),
    sight,

    sweep(scanned, { begunAt, now, deletes }) {
      const ready: Ready[] = []
      for (const [path, file] of scanned.files) {
        const before = known.get(path)
        if (before !== undefined && isSame(before, file) && !gone.has(path) && !waiting.has(path)) continue
        const found = sight({ path, file }, now)
        if (found !== undefined) ready.push(found)
      }
      for (const path of waiting.keys()) if (!scanned.files.has(path)) waiting.delete(path)
      const absent = deletes ? new Set(missing(scanned)) : new Set<RawPath>()
      for (const path of gone.keys()) if (!absent.has(path)) gone.delete(path)
      for (const path of absent) {
        const since = gone.get(path)
        const file = known.get(path)
        if (since === undefined) gone.set(path, begunAt)
        else if (begunAt - since >= goneMs && file !== undefined)
          ready.push({ kind: 'deleted', path, file, seenAt: since })
      }
      return ready
    },

    due(now) {
      const looks = [...waiting].filter(([, { lookAt }]) => lookAt <= now).map(([path]) => path)
      for (const [path, at] of told) if (now - at >= repeatMs * 2) told.delete(path)
      return { looks, wantsScan: [...gone.values()].some((since) => since + goneMs <= now) }
    },

    dueAt() {
      let next = Number.POSITIVE_INFINITY
      for (const { lookAt } of waiting.values()) next = Math.min(next, lookAt)
      for (const since of gone.values()) next = Math.min(next, since + goneMs)
      return Number.isFinite(next) ? next : undefined
    },

    keep(path, file, toldAt) {
      const before = known.get(path)
      if (before !== undefined && places.get(before.identity) === path) places.delete(before.identity)
      gone.delete(path)
      if (file === undefined) known.delete(path)
      else {
        known.set(path, file)
        places.set(file.identity, path)
      }
      if (toldAt !== undefined) told.set(path, toldAt)
    },

    isGone: (path) => gone.has(path),
    waiting: () => waiting.size,
    forgetSightings() {
      waiting.clear()
      gone.clear()
    },
  }
}

/** Of one content, as far as that can be told without reading it. */
export function isAlike(one: Kept, other: Kept): boolean {
  return one.sizeBytes === other.sizeBytes && one.changedAt === other.changedAt
}

function isSame(one: Kept, other: Kept): boolean {
  return (
    isAlike(one, other) &&
    one.identity === other.identity &&
    (other.fileId ?? one.fileId) === one.fileId &&
    (other.owner ?? one.owner) === one.owner
  )
}

/** Of a disk mounted below the root; empty for the root's own. */
function deviceOf(identity: string): string {
  return identity.slice(0, Math.max(0, identity.indexOf(':')))
}
