// Looks at a folder on a disk without ever leaving it (threat T30): each folder is opened below the one before and never by a link, so
// that one swapped in between leads nowhere; files are looked at, never opened. Blocks: it is for a thread of its own.

import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, realpathSync, type Stats } from 'node:fs'
import { userInfo } from 'node:os'
import { FolderTrouble, type Kept, type RawPath } from './folder.ts'
import { type Ignores, ignoresAny } from './ignore.ts'
import { isAscii, systemPath } from './paths.ts'

export interface DiskReader {
  /** The identity of the root as it stands. @throws {FolderTrouble} */
  root(): string
  /** `kept` for a file that may be told of. @throws {FolderTrouble} where that cannot be known. */
  look(path: RawPath): Looked
  /** Goes through all of it, some entries a step; what it found is in `found` afterwards. @throws {FolderTrouble} */
  walk(found: Found): Generator<undefined>
}

export interface Looked {
  readonly root: string
  readonly kept?: Kept
  readonly isFolder?: boolean
  /** What stands there under a name that is not told of. */
  readonly ignored?: string
}

/** Columns, so that much of it goes from one thread to another soon. */
export interface Found {
  root: string
  readonly paths: RawPath[]
  readonly identities: string[]
  readonly sizes: number[]
  readonly times: number[]
  readonly folders: RawPath[]
  readonly unread: { path: RawPath; error: string }[]
}

interface Open {
  readonly fd: number
  /** What reaches the entries of the open folder. */
  readonly base: string
  readonly dev: number
  readonly root: string
}

const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NONBLOCK
/** Less than a tenth of a millisecond, on a quick disk. */
const stepEntries = 16
const descriptors = descriptorsOf('/proc/self')
const gone = new Set(['ENOENT', 'ENOTDIR', 'ELOOP'])

/** `at`: the root's path, which itself may be a link. */
export function createDiskReader(at: string, ignores: Ignores): DiskReader {
  const root = Buffer.from(at, 'utf8').toString('latin1')

  function openRoot(): Open {
    try {
      const fd = openSync(systemPath(root), flags)
      const { dev, ino } = fstatSync(fd)
      // Below it, no link is followed; it may be one itself.
      const base = descriptors !== undefined ? `${descriptors}/${fd}` : realpathSync(systemPath(root), 'latin1')
      return { fd, base, dev, root: `${dev}:${ino}` }
    } catch (error) {
      throw troubleOf(root, error)
    }
  }

  function openBelow(parent: Open, name: RawPath): Open {
    const fd = openSync(entryOf(parent, name), flags | constants.O_NOFOLLOW)
    return { ...parent, fd, base: descriptors !== undefined ? `${descriptors}/${fd}` : `${parent.base}/${name}` }
  }

  /** Where folders cannot be reached by what is open, a link swapped in shows in where they really are. */
  const isWhereItSeems = ({ base }: Open) =>
    descriptors !== undefined || realpathSync(systemPath(base), 'latin1') === base

  function look(path: RawPath): Looked {
    const open: Open[] = [openRoot()]
    const [top] = open
    const root = top?.root ?? ''
    const segments = path.split('/')
    try {
      let folder = open[0]
      for (const name of segments.slice(0, -1)) {
        if (folder === undefined || name === '' || name === '.' || name === '..') return { root }
        folder = openBelow(folder, name)
        open.push(folder)
      }
      const name = segments.at(-1) ?? ''
      if (folder === undefined || name === '' || name === '.' || name === '..') return { root }
      const stats = lstatSync(entryOf(folder, name), { throwIfNoEntry: false })
      if (stats === undefined || !isWhereItSeems(folder)) return { root }
      if (ignoresAny(ignores, path)) return { root, ignored: identityOf(stats, folder.dev) }
      if (stats.isDirectory()) return { root, isFolder: true }
      return stats.isFile() ? { root, kept: keptOf(stats, folder.dev) } : { root }
    } catch (error) {
      if (gone.has(codeOf(error))) return { root }
      throw troubleOf(`${at}/${segments.slice(0, open.length).join('/')}`, error)
    } finally {
      for (const { fd } of open) closeSync(fd)
    }
  }

  function* walk(found: Found): Generator<undefined> {
    const open: (Open & { readonly path: RawPath; readonly names: string[]; next: number })[] = []
    const enter = (folder: Open, path: RawPath) => {
      try {
        const names = readdirSync(systemPath(folder.base), 'latin1')
        if (!isWhereItSeems(folder)) names.length = 0
        open.push({ ...folder, path, names, next: 0 })
      } catch (error) {
        closeSync(folder.fd)
        throw error
      }
    }
    let looked = 0
    const top = openRoot()
    found.root = top.root
    try {
      try {
        enter(top, '')
      } catch (error) {
        throw troubleOf(root, error)
      }
      for (let folder = open.at(-1); folder !== undefined; folder = open.at(-1)) {
        const name = folder.names[folder.next]
        folder.next += 1
        if (name === undefined) {
          open.pop()
          closeSync(folder.fd)
          continue
        }
        const path = folder.path === '' ? name : `${folder.path}/${name}`
        if (ignores(name, path)) continue
        try {
          const stats = lstatSync(entryOf(folder, name), { throwIfNoEntry: false })
          if (stats?.isFile()) {
            found.paths.push(path)
            found.identities.push(identityOf(stats, folder.dev))
            found.sizes.push(stats.size)
            found.times.push(Math.floor(stats.mtimeMs))
          } else if (stats?.isDirectory()) {
            enter(openBelow(folder, name), path)
            found.folders.push(path)
          }
        } catch (error) {
          if (!gone.has(codeOf(error))) found.unread.push(unreadOf(root, path, error))
        }
        looked += 1
        if (looked % stepEntries === 0) yield
      }
    } finally {
      for (const { fd } of open) closeSync(fd)
    }
  }

  return {
    root() {
      const { fd, root } = openRoot()
      closeSync(fd)
      return root
    },
    look,
    walk,
  }
}

export function emptyFound(): Found {
  return { root: '', paths: [], identities: [], sizes: [], times: [], folders: [], unread: [] }
}

/** Of two, the folder's words are the system's own, but where there are no descriptors. */
function entryOf({ base }: Open, name: RawPath): string | Buffer {
  const path = `${base}/${name}`
  return isAscii(name) && descriptors !== undefined ? path : systemPath(path)
}

/** A process's own descriptors by its number: one link less on each way. */
function descriptorsOf(self: string): string | undefined {
  try {
    return `${realpathSync(self)}/fd`
  } catch {
    // No Linux, or nothing mounted there.
    return undefined
  }
}

/** The inode alone on the root's own device, whose number may be another after the next start of the machine. */
function identityOf({ dev, ino }: Stats, rootDev: number): string {
  return dev === rootDev ? String(ino) : `${dev}:${ino}`
}

function keptOf(stats: Stats, rootDev: number): Kept {
  return { identity: identityOf(stats, rootDev), sizeBytes: stats.size, changedAt: Math.floor(stats.mtimeMs) }
}

function unreadOf(root: string, path: RawPath, error: unknown): { path: RawPath; error: string } {
  return { path, error: wordsOf(`${root}/${path}`, error) }
}

function troubleOf(path: string, error: unknown): FolderTrouble {
  return new FolderTrouble({ kind: gone.has(codeOf(error)) ? 'missing' : 'unreadable', error: wordsOf(path, error) })
}

/** `EACCES: /srv/rh, owner 0:0, mode 0700, read as 999:999`: whose it is, where we are refused. */
function wordsOf(path: string, error: unknown): string {
  const code = codeOf(error)
  if (code !== 'EACCES' && code !== 'EPERM') return error instanceof Error ? error.message : String(error)
  for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const stats = statsOf(at)
    if (stats === undefined) continue
    const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0')
    const { uid, gid } = userInfo()
    const words = Buffer.from(at, 'latin1').toString('utf8')
    return `${code}: ${words}, owner ${stats.uid}:${stats.gid}, mode ${mode}, read as ${uid}:${gid}`
  }
  return code
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(systemPath(path), { throwIfNoEntry: false })
  } catch {
    // What is above it refuses us: that is the one to name.
    return undefined
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
