// Hears from the system what changes in a folder (libraries.md §3), through chokidar's raw events: chokidar looks after one watch for each
// folder and is told nothing of files, for what they are stands in the snapshot. Runs in the folder's own thread, without an environment,
// so that CHOKIDAR_USEPOLLING and CHOKIDAR_INTERVAL change nothing.

import { basename, join, relative } from 'node:path'
import { type FSWatcher, watch } from 'chokidar'
import type { DiskReader } from './disk-reader.ts'
import type { Failure, Hint, Kept, RawPath, Sighting } from './folder.ts'
import { type Ignores, ignoresAny } from './ignore.ts'
import { rawOf } from './paths.ts'

export interface HintingParts {
  /** The real path of the folder: chokidar is not to follow links. */
  readonly root: string
  readonly reader: DiskReader
  readonly ignores: Ignores
  readonly tell: (hint: Hint) => void
}

export interface Hinting {
  /** What a scan found: a folder that is not watched, twice in a row, makes it all be watched anew. */
  check(folders: readonly RawPath[]): void
  close(): Promise<void>
}

/** A burst has the time to be one, and an upload its rename. */
const gatherMs = 4
/** What was written while we looked has been heard of then. */
const againMs = 3
/** More than so many are sooner found by a scan. */
const most = 400
/** Files under unfinished names, to be known by when they have got their own. */
const keptUnfinished = 5000

interface Touched {
  renamed: boolean
  changed: boolean
}

export function createHinting({ root, reader, ignores, tell }: HintingParts): Hinting {
  /** The folders that chokidar may watch, by their whole path. */
  const known = new Set([root])
  let touched = new Map<RawPath, Touched>()
  /** Looked at, and not told of yet. */
  let looking: Map<RawPath, Touched> | undefined
  let timer: NodeJS.Timeout | undefined
  let missing: ReadonlySet<string> = new Set()
  let isReady = false
  let isEverything = false
  const unfinished = createUnfinished()
  let watcher = open()

  const rawBelow = (path: string) => rawOf(relative(root, path))

  function open(): FSWatcher {
    isReady = false
    const made = watch(root, {
      ignoreInitial: true,
      atomic: false,
      followSymlinks: false,
      ignorePermissionErrors: true,
      backend: 'native',
      // Asked without `stats` before anything is looked at: files, and names that are gone, cost nothing.
      ignored: (path, stats) => {
        if (stats === undefined) return !known.has(path)
        if (!stats.isDirectory()) return true
        if (path !== root && ignoresAny(ignores, rawBelow(path))) return true
        known.add(path)
        return false
      },
    })
    made.on('raw', (event: string, name: unknown, details: unknown) => heard(event, name, details))
    made.on('unlinkDir', (path) => known.delete(path))
    made.on('ready', () => {
      isReady = true
      tell({ ready: true })
    })
    made.on('error', (error) => tell({ failed: failureOf(error) }))
    return made
  }

  function heard(event: string, name: unknown, details: unknown): void {
    const folder = watchedPathOf(details)
    // A name that is no UTF-8 is not known from here.
    if (folder === undefined || typeof name !== 'string' || name.includes('\ufffd')) {
      lookThroughAll()
      return
    }
    const isRename = event === 'rename'
    // So does a folder say that it is gone itself.
    if (folder === root && isRename && name === basename(root)) lookThroughAll()
    const path = join(folder, name)
    const raw = rawBelow(path)
    if (isRename && !known.has(path) && looksLikeFolder(raw)) known.add(path)
    const seen = looking?.get(raw)
    if (seen !== undefined && !isRename) seen.changed = true
    const one = touched.get(raw) ?? { renamed: false, changed: false }
    if (isRename) one.renamed = true
    else one.changed = true
    touched.set(raw, one)
    if (touched.size > most) lookThroughAll()
    else soon()
  }

  /** Before chokidar asks whether it is to be watched. */
  function looksLikeFolder(path: RawPath): boolean {
    try {
      return reader.look(path).isFolder === true
    } catch {
      // It is looked at once more when it is told of.
      return false
    }
  }

  function lookThroughAll(): void {
    isEverything = true
    touched.clear()
    soon()
  }

  function soon(): void {
    timer ??= setTimeout(look, gatherMs)
  }

  function look(): void {
    if (isEverything) {
      isEverything = false
      touched.clear()
      timer = undefined
      tell({ everything: true })
      return
    }
    const now = touched
    touched = new Map()
    looking = now
    const found = new Map<RawPath, Kept | undefined>()
    let needsScan = false
    for (const path of now.keys()) {
      try {
        const { kept, isFolder, ignored } = reader.look(path)
        if (ignored !== undefined) unfinished.add(ignored)
        else if (isFolder) needsScan = true
        else if (!ignoresAny(ignores, path)) found.set(path, kept)
      } catch {
        needsScan = true
      }
    }
    timer = setTimeout(() => {
      timer = undefined
      looking = undefined
      const sightings = [...found].map(([path, file]) => sightingOf(path, file, now.get(path)))
      if (sightings.length > 0) tell({ sightings })
      if (needsScan) tell({ everything: true })
      if (touched.size > 0 || isEverything) soon()
    }, againMs)
  }

  function sightingOf(path: RawPath, file: Kept | undefined, how: Touched | undefined): Sighting {
    if (file === undefined) return { path }
    // Whoever writes into a file is heard after its name; a rename of what is complete is not followed by anything.
    const isMoved = how?.renamed === true && !how.changed && file.sizeBytes > 0
    return { path, file, isWhole: isMoved || unfinished.has(file.identity) }
  }

  return {
    check(folders) {
      const absent = new Set(folders.filter((path) => !path.includes('\ufffd') && !known.has(join(root, path))))
      const isMissing = isReady && [...absent].some((path) => missing.has(path))
      missing = absent
      if (!isMissing) return
      // The kernel's queue was full when they were made.
      void watcher.close()
      known.clear()
      known.add(root)
      watcher = open()
    },
    async close() {
      clearTimeout(timer)
      await watcher.close()
    },
  }
}

/** The newest few thousand. */
function createUnfinished(): { add(identity: string): void; has(identity: string): boolean } {
  const known = new Set<string>()
  return {
    add(identity) {
      known.delete(identity)
      known.add(identity)
      if (known.size <= keptUnfinished) return
      const [oldest] = known
      if (oldest !== undefined) known.delete(oldest)
    },
    has: (identity) => known.has(identity),
  }
}

function watchedPathOf(details: unknown): string | undefined {
  if (typeof details !== 'object' || details === null || !('watchedPath' in details)) return undefined
  return typeof details.watchedPath === 'string' ? details.watchedPath : undefined
}

function failureOf(error: unknown): Failure {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  return { code, error: error instanceof Error ? error.message : String(error) }
}
