// Tells what changed and keeps it afterwards, many in one transaction: what was told and not kept when we were killed is told again, and
// known by its key to whoever records it.

import type { Log } from '../../event.ts'
import type { FolderRow, FolderStore } from '../../store/store.ts'
import type { Change, Folder, Kept, RawPath } from './folder.ts'
import type { Ready, Settling } from './settling.ts'
import type { Sibling } from './siblings.ts'

export interface TellingParts {
  readonly folder: Folder
  readonly store: FolderStore
  readonly settling: Settling
  readonly log: Log
  readonly onChange: (change: Change) => Promise<void>
}

/** `from`: it was moved; `sibling`: from another watched folder. */
export type Tellable = Ready & { readonly from?: RawPath; readonly sibling?: Sibling }

export interface Telling {
  /** In order, some hundreds at a time; what stood so by `missedUntil` as missed. Resolves whether all of them are told and kept. */
  tell(all: readonly Tellable[], missedUntil: number): Promise<boolean>
  /** Without a word: they were there before. */
  keepAll(files: ReadonlyMap<RawPath, Kept>): Promise<void>
  /** When what was told last happened. */
  lastAt(): number | undefined
}

/** At the same time; intake writes them in one transaction. */
const mostAtOnce = 250
/** Rows of one transaction: some ten milliseconds. */
const mostRows = 2000

export function createTelling({ folder, store, settling, log, onChange }: TellingParts): Telling {
  let last: number | undefined

  async function tellSome(some: readonly Tellable[], missedUntil: number): Promise<boolean> {
    const told = await Promise.allSettled(
      some.map(async (one) => {
        const change = changeOf(one, missedUntil)
        if (change !== undefined) await onChange(change)
        return one
      }),
    )
    const good = told.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    const bad = told.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    if (bad.length > 0) {
      const words = bad[0] instanceof Error ? bad[0].message : String(bad[0])
      log.warn({ folder: folder.name, changes: bad.length, error: words }, 'changes of a folder not told; tried again')
    }
    await store.record(good.flatMap((one) => rowsOf(folder.name, one)))
    for (const { kind, path, file, from, sibling, seenAt } of good) {
      const isTold = kind !== 'quiet'
      settling.keep(path, kind === 'deleted' ? undefined : file, isTold ? seenAt : undefined)
      if (sibling !== undefined && from !== undefined) sibling.forget(from)
      else if (from !== undefined) settling.keep(from, undefined)
      if (isTold) last = seenAt
    }
    return bad.length === 0
  }

  return {
    async tell(all, missedUntil) {
      let isAll = true
      for (let start = 0; start < all.length; start += mostAtOnce) {
        isAll = (await tellSome(all.slice(start, start + mostAtOnce), missedUntil)) && isAll
      }
      return isAll
    },

    async keepAll(files) {
      const rows = [...files].map(([path, file]): FolderRow => ({ folder: folder.name, path, file }))
      for (let start = 0; start < rows.length; start += mostRows)
        await store.record(rows.slice(start, start + mostRows))
      for (const [path, file] of files) settling.keep(path, file)
    },

    lastAt: () => last,
  }
}

function changeOf({ kind, path, file, seenAt, from, sibling }: Tellable, missedUntil: number): Change | undefined {
  if (kind === 'quiet') return undefined
  const change = { path, file, at: seenAt, ...(seenAt <= missedUntil ? { missedUntil } : {}) }
  if (from === undefined) return { ...change, kind }
  return { ...change, kind: 'moved', from, ...(sibling ? { fromFolder: sibling.name } : {}) }
}

function rowsOf(folder: string, { kind, path, file, from, sibling }: Tellable): FolderRow[] {
  const row = kind === 'deleted' ? { folder, path } : { folder, path, file }
  return from === undefined ? [row] : [row, { folder: sibling?.name ?? folder, path: from }]
}
