// Knows a file that moved by what it is whatever it is called (fault F24): within its folder, or from another that is watched.

import { type Folder, FolderTrouble, type Kept, type RawPath, type Source } from './folder.ts'
import { isAlike, type Ready, type Settling } from './settling.ts'
import type { Siblings } from './siblings.ts'
import type { Standing } from './standing.ts'
import type { Tellable } from './telling.ts'

export interface MovingParts {
  readonly folder: Folder
  readonly source: Source
  readonly settling: Settling
  readonly standing: Standing
  readonly siblings?: Siblings
}

export interface Moving {
  /** What moved comes first, and is neither made nor deleted. `present`: what a scan saw just now. */
  pair(ready: readonly Ready[], signal: AbortSignal, present?: ReadonlyMap<RawPath, Kept>): Promise<readonly Tellable[]>
}

export function createMoving({ folder, source, settling, standing, siblings }: MovingParts): Moving {
  /** Where a file stood that stands elsewhere now. */
  async function lost(
    file: Kept,
    signal: AbortSignal,
    { path, present }: { path?: RawPath; present?: ReadonlyMap<RawPath, Kept> | undefined } = {},
  ): Promise<RawPath | undefined> {
    const from = settling.whereIs(file.identity)
    const before = from === undefined ? undefined : settling.known.get(from)
    if (from === undefined || from === path || before === undefined || !isAlike(before, file)) return undefined
    if (present !== undefined && !present.has(from)) return from
    const there = await source.look(from, signal)
    return there?.identity === file.identity ? undefined : from
  }

  async function moved(
    one: Ready,
    signal: AbortSignal,
    present: ReadonlyMap<RawPath, Kept> | undefined,
  ): Promise<Tellable | undefined> {
    const { path, file } = one
    const from = await lost(file, signal, { path, present })
    if (from !== undefined) return { ...one, from }
    const other = await siblings?.whoLost(folder.name, standing.everywhere(file.identity), file)
    return other === undefined ? undefined : { ...one, from: other.path, sibling: other.sibling }
  }

  siblings?.add({
    name: folder.name,
    async lost(identity, file) {
      const own = standing.here(identity)
      if (own === undefined || standing.isAway()) return undefined
      try {
        return await lost({ ...file, identity: own }, new AbortController().signal)
      } catch (error) {
        // It is out of reach just now: nothing is known to have left it.
        if (error instanceof FolderTrouble) return undefined
        throw error
      }
    },
    forget: (path) => settling.keep(path, undefined),
  })

  return {
    async pair(ready, signal, present) {
      const pairs: Tellable[] = []
      for (const one of ready) {
        const pair = one.kind === 'created' || one.kind === 'modified' ? await moved(one, signal, present) : undefined
        if (pair !== undefined) pairs.push(pair)
      }
      const to = new Set(pairs.map(({ path }) => path))
      const from = new Set(pairs.filter(({ sibling }) => sibling === undefined).map((pair) => pair.from))
      const rest = ready.filter(({ kind, path }) => !to.has(path) && !(kind === 'deleted' && from.has(path)))
      return [...pairs, ...rest]
    },
  }
}
