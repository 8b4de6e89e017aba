// The watched folders of one Vigie: a file that goes from one to another was moved, not deleted and made anew.

import type { Kept, RawPath } from './folder.ts'

export interface Sibling {
  readonly name: string
  /** Where a file stood that is there no longer; nothing where it never did, or still does. `identity` is that of its whole disk. */
  lost(identity: string, file: Kept): Promise<RawPath | undefined>
  /** It is told, and kept, that a file stands elsewhere. */
  forget(path: RawPath): void
}

export interface Siblings {
  add(sibling: Sibling): void
  /** The sibling that lost a file, and where it stood there. */
  whoLost(asking: string, identity: string, file: Kept): Promise<{ sibling: Sibling; path: RawPath } | undefined>
}

export function createSiblings(): Siblings {
  const all = new Map<string, Sibling>()
  return {
    add(sibling) {
      all.set(sibling.name, sibling)
    },
    async whoLost(asking, identity, file) {
      for (const sibling of all.values()) {
        if (sibling.name === asking) continue
        const path = await sibling.lost(identity, file)
        if (path !== undefined) return { sibling, path }
      }
      return undefined
    },
  }
}
