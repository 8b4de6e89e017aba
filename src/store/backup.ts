// Copies of the database: made while it is in use, checked, and on the disk before they bear their name (issue 4, "Group commit").
// The key that opens secrets stands in a file or setting of its own and is in no copy.

import { hash } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { quickCheck } from './integrity.ts'

export interface CopyRequest {
  /** The database file, in use or not. */
  readonly from: string
  readonly to: string
  /** Noted in the copy; milliseconds since 1970. */
  readonly at: number
}

/** More pages than a file has: read in one go, so that writers in between never make it begin again. */
const allPages = 2 ** 31 - 1
const busyTimeoutMs = 5000
/** Left free by a copy. */
const spareBytes = 16 * 1024 * 1024

/**
 * Writes `to` whole or not at all: one file, mode 600, checked, synced, then named. Resolves its size.
 * @throws {Error} that says why there is no copy.
 */
export async function writeCopy({ from, to, at }: CopyRequest): Promise<number> {
  const part = `${to}.part`
  mkdirSync(dirname(to), { recursive: true })
  refuseWithoutRoom(from, dirname(to))
  try {
    await copyPages(from, part)
    const copy = new DatabaseSync(part)
    try {
      // One file, that can be read from a disc too.
      copy.exec('pragma journal_mode = delete')
      copy.prepare('insert or replace into marks (name, value) values (?, ?)').run('copy', JSON.stringify({ at }))
      const damage = quickCheck(copy)
      if (damage !== undefined) throw new Error(`the copy is damaged: ${damage}`)
    } finally {
      copy.close()
    }
    syncFile(part)
    renameSync(part, to)
    syncFile(dirname(to))
  } finally {
    rmSync(part, { force: true })
    rmSync(`${part}-journal`, { force: true })
  }
  return statSync(to).size
}

/** As it stands now, the log included, into a new file of mode 600. */
export async function copyPages(from: string, to: string): Promise<void> {
  rmSync(to, { force: true })
  writeFileSync(to, '', { mode: 0o600 })
  const source = new DatabaseSync(from, { readOnly: true, timeout: busyTimeoutMs })
  try {
    await backup(source, to, { rate: allPages })
  } finally {
    source.close()
  }
}

export function syncFile(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function refuseWithoutRoom(from: string, folder: string): void {
  const neededBytes = statSync(from).size + spareBytes
  const { bavail, bsize } = statfsSync(folder)
  const freeBytes = bavail * bsize
  if (freeBytes < neededBytes) throw new Error(`${folder} has ${freeBytes} bytes free, a copy needs ${neededBytes}`)
}

/** `writeCopy` on a thread of its own, where nothing else waits for it, until it is cut off. */
export function writeCopyAside(request: CopyRequest, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./backup-worker.ts', import.meta.url), { workerData: request })
    signal.addEventListener('abort', () => void worker.terminate(), { once: true })
    worker.on('message', resolve)
    worker.on('error', reject)
    worker.on('exit', (code) => reject(new Error(`the copying thread ended with code ${code}`)))
  })
}

export interface Copy {
  readonly path: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly beforeMigration: boolean
}

/** How long hourly and daily copies are kept, in milliseconds. */
export interface Keep {
  readonly hourlyMs: number
  readonly dailyMs: number
}

export interface Shelf {
  readonly folder: string
  /** Newest first. */
  copies(): readonly Copy[]
  /** Where the copy of this moment belongs. */
  placeFor(at: number, options?: { beforeMigration: boolean }): string
  /** Removes what BACKUP_KEEP no longer asks for, the oldest first and few at once; the newest stays, whatever the clock says. */
  prune(now: number, keep: Keep): void
}

const dayMs = 86_400_000
/** A clock that jumped must not cost all of them. */
const mostPruned = 3

/** The copies of one database in BACKUP_PATH: other databases' copies may stand beside them. */
export function createShelf(folder: string, databasePath: string): Shelf {
  const stem = basename(databasePath).replace(/\.[^.]*$/, '')
  const prefix = `${stem}-${hash('sha256', databasePath).slice(0, 8)}-`

  const names = () => (statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : [])
  const copies = (): readonly Copy[] =>
    names()
      .flatMap((name) => readName(name, prefix, folder) ?? [])
      .toSorted((a, b) => b.at - a.at)

  return {
    folder,
    copies,
    placeFor(at, { beforeMigration } = { beforeMigration: false }) {
      const stamp = new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '')
      return join(folder, `${prefix}${stamp}${beforeMigration ? '-before-migration' : ''}.db`)
    },
    prune(now, { hourlyMs, dailyMs }) {
      const [newest, ...rest] = copies()
      const days = new Set(newest ? [dayOf(newest)] : [])
      const unwanted: Copy[] = []
      for (const copy of rest) {
        const ageMs = now - copy.at
        const isNewestOfDay = !days.has(dayOf(copy))
        if (!copy.beforeMigration) days.add(dayOf(copy))
        if (ageMs > hourlyMs && (ageMs > dailyMs || !(isNewestOfDay || copy.beforeMigration))) unwanted.push(copy)
      }
      for (const copy of unwanted.toReversed().slice(0, mostPruned)) rmSync(copy.path, { force: true })
      // Of a copy that was cut off.
      for (const name of names())
        if (name.startsWith(prefix) && name.endsWith('.part')) rmSync(join(folder, name), { force: true })
    },
  }
}

function dayOf({ at }: Copy): number {
  return Math.floor(at / dayMs)
}

function readName(name: string, prefix: string, folder: string): Copy | undefined {
  if (!name.startsWith(prefix)) return undefined
  const read = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(-before-migration)?\.db$/.exec(name.slice(prefix.length))
  if (!read) return undefined
  const [, year, month, day, hour, minute, second, before] = read
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(at) ? undefined : { path: join(folder, name), at, beforeMigration: before !== undefined }
}
