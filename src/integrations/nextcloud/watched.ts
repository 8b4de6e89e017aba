// All watched folders: each watched by itself, what changed told as events, and Nextcloud's calls brought to the folder that sees the file.

import { setImmediate as turn } from 'node:timers/promises'
import type { Accepted, Emit } from '../../event.ts'
import { createDiskSource } from './disk.ts'
import type { Telling, Told } from './draft.ts'
import type { Find } from './finder.ts'
import type { Change, Folder, Hints, Kept, RawPath, Source } from './folder.ts'
import { createIgnores, ignoresAny } from './ignore.ts'
import type { FolderNow } from './part.ts'
import { rawOf } from './paths.ts'
import { createSiblings } from './siblings.ts'
import { createTroubleTeller, type TroublesParts } from './troubles.ts'
import { createWatching, type Watching, type WatchingParts } from './watching.ts'
import type { Known } from './webhook/take.ts'

export interface WatchedParts extends TroublesParts, Pick<WatchingParts, 'store'> {
  readonly folders: readonly Folder[]
  /** WATCH_IGNORE. */
  readonly ignore: readonly string[]
  /** WATCH_POLL. */
  readonly pollMs: number | undefined
  /** NEXTCLOUD_USER. */
  readonly davUser: string | undefined
  readonly davSource: (path: string) => Source
  readonly find: Find
  readonly tell: (change: Told, folder: Folder) => Telling
  readonly emit: Emit
}

export interface Watched {
  /** Until the signal. */
  watch(signal: AbortSignal): Promise<void>
  status(): readonly FolderNow[]
  /** Whether a file that may be told of is there. Never rejects. */
  isThere(folder: Folder, path: RawPath): Promise<boolean>
  /** Has a folder look at a path, and waits some seconds for what it tells: how the file as it is was told, if it was lately. */
  hint(folder: Folder, path: RawPath, said: Known & { readonly isGoing: boolean }): Promise<Accepted | undefined>
}

const davPollMs = 60_000
const mostRemembered = 1000
/** A call is about what is told so soon after it. */
const saidMs = 10_000
/** A file is told within a look; one that is gone is waited for. */
const patienceMs = 3000
const goingPatienceMs = 6000
/** With more at once, nobody waits for what Nextcloud knows of each. */
const fewAtOnce = 5

interface One {
  readonly folder: Folder
  readonly source: Source
  readonly watching: Watching
  readonly close: () => Promise<void>
}

export function createWatched(parts: WatchedParts): Watched {
  const { emit, tell, find, davUser } = parts
  const siblings = createSiblings()
  const ignores = createIgnores(parts.ignore)
  const told = createMemory<{ readonly file: Kept | undefined; readonly accepted: Accepted }>()
  const said = createMemory<{ readonly known: Known; readonly at: number }>()
  const waiters = new Map<string, Set<(accepted: Accepted) => void>>()
  let running = 0

  const all = parts.folders.map((folder): One => {
    const { source, hints, close } = sourceOf(folder, parts)
    const watching = createWatching({
      ...parts,
      folder,
      source,
      siblings,
      isIgnored: (path) => ignoresAny(ignores, path),
      ...(hints === undefined ? {} : { hints }),
      ...(parts.pollMs === undefined ? {} : { pollMs: parts.pollMs }),
      ...('dav' in folder.at ? { pace: { pollMs: davPollMs } } : {}),
      onChange: (change) => changed(folder, change),
      onTrouble: createTroubleTeller(folder, parts),
    })
    return { folder, source, watching, close }
  })
  const byName = new Map(all.map((one) => [one.folder.name, one]))

  async function changed(folder: Folder, change: Change): Promise<void> {
    running += 1
    try {
      // So that all that come at once are counted.
      await turn()
      const known = change.kind === 'deleted' ? {} : await knownOf(folder, change)
      const { draft, dedupe } = tell({ ...change, file: { ...change.file, ...known } }, folder)
      const accepted = await emit(draft, { dedupe })
      const key = keyOf(folder, change.path)
      told.keep(key, { file: change.kind === 'deleted' ? undefined : change.file, accepted })
      for (const resolve of waiters.get(key) ?? []) resolve(accepted)
    } finally {
      running -= 1
    }
  }

  async function knownOf(folder: Folder, { path, file }: Change): Promise<Known> {
    const call = saidOf(keyOf(folder, path))
    const account = accountPath(folder, davUser)
    if (file.fileId !== undefined || call.fileId !== undefined || account === undefined || running > fewAtOnce)
      return call
    const found = await find(rawOf(account) + path)
    if (found === 'unknown' || found === undefined) return call
    const { fileId, owner } = found
    return { ...(fileId === undefined ? {} : { fileId }), ...(owner === undefined ? {} : { owner }), ...call }
  }

  /** Of this change, and not of one before. */
  function saidOf(key: string): Known {
    const call = said.find(key)
    return call !== undefined && parts.now() - call.at <= saidMs ? call.known : {}
  }

  async function lookAt({ name }: Folder, path: RawPath): Promise<Kept | undefined> {
    return await byName.get(name)?.source.look(path, AbortSignal.timeout(patienceMs))
  }

  function waitFor(key: string, withinMs: number): Promise<Accepted | undefined> {
    const { promise, resolve } = Promise.withResolvers<Accepted | undefined>()
    const mine = waiters.get(key) ?? new Set()
    waiters.set(key, mine.add(resolve))
    const timer = setTimeout(() => resolve(undefined), withinMs)
    return promise.finally(() => {
      clearTimeout(timer)
      mine.delete(resolve)
      if (mine.size === 0) waiters.delete(key)
    })
  }

  return {
    async watch(signal) {
      await Promise.all(all.map(({ watching }) => watching.watch(signal)))
      await Promise.all(all.map(({ close }) => close()))
    },

    status: () => all.map(({ folder, watching }) => ({ folder, status: watching.status() })),

    isThere: (folder, path) =>
      lookAt(folder, path).then(
        (file) => file !== undefined,
        // What cannot be looked at is not seen from here.
        () => false,
      ),

    async hint(folder, path, { isGoing, ...known }) {
      const key = keyOf(folder, path)
      let file: Kept | undefined
      try {
        file = await lookAt(folder, path)
      } catch {
        // Told by the watch, once the folder can be looked at again.
        return undefined
      }
      const before = told.find(key)
      if (before !== undefined && isTold(before.file, file)) return before.accepted
      said.keep(key, { known, at: parts.now() })
      const waited = waitFor(key, file === undefined ? goingPatienceMs : patienceMs)
      byName.get(folder.name)?.watching.hint([path], true)
      return file === undefined && !isGoing ? undefined : await waited
    },
  }
}

function sourceOf(
  { at }: Folder,
  { ignore, davSource }: WatchedParts,
): { readonly source: Source; readonly hints?: Hints; readonly close: () => Promise<void> } {
  if ('dav' in at) return { source: davSource(at.dav), close: async () => undefined }
  const disk = createDiskSource({ path: at.disk, ignore })
  return { source: disk, hints: disk.hints, close: disk.close }
}

/** Where a folder of the disk lies in the account of a user: `Documents_RH/` of `…/data/admin/files/Documents_RH`; nothing where it is none of theirs. */
export function accountPath({ at }: Folder, user: string | undefined): string | undefined {
  if (!('disk' in at) || user === undefined) return undefined
  const files = `/${user}/files/`
  const index = `${at.disk}/`.lastIndexOf(files)
  return index === -1 ? undefined : `${at.disk}/`.slice(index + files.length)
}

function isTold(told: Kept | undefined, file: Kept | undefined): boolean {
  if (told === undefined || file === undefined) return told === file
  return told.identity === file.identity && told.sizeBytes === file.sizeBytes && told.changedAt === file.changedAt
}

function keyOf({ name }: Folder, path: RawPath): string {
  return `${name}\0${path}`
}

/** The newest thousand. */
function createMemory<T>(): { keep(key: string, value: T): void; find(key: string): T | undefined } {
  const kept = new Map<string, T>()
  return {
    keep(key, value) {
      kept.delete(key)
      kept.set(key, value)
      if (kept.size <= mostRemembered) return
      const [oldest] = kept.keys()
      if (oldest !== undefined) kept.delete(oldest)
    },
    find: (key) => kept.get(key),
  }
}
