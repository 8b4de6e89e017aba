// What a folder's thread (disk-worker.ts) and the process (disk.ts) say to each other.

import type { Hint, Kept, RawPath, Trouble } from './folder.ts'

export interface DiskWork {
  /** The folder's path. */
  readonly root: string
  /** Patterns of what is not told of. */
  readonly ignore: readonly string[]
}

export type Question =
  | { readonly id: number; readonly ask: 'scan' | 'root' }
  | { readonly id: number; readonly ask: 'look'; readonly path: RawPath }
  /** From now on, or no longer, what changes is hinted at. */
  | { readonly id: number; readonly ask: 'watch' | 'unwatch' }

/** Some files of a scan, column by column. */
export interface Part {
  readonly paths: readonly RawPath[]
  readonly identities: readonly string[]
  readonly sizes: readonly number[]
  readonly times: readonly number[]
}

export type Word =
  | { readonly id: number; readonly part: Part }
  /** It goes on. */
  | { readonly id: number; readonly alive: true }
  | {
      readonly id: number
      readonly scanned: {
        readonly root: string
        readonly folders: number
        readonly unread: readonly { path: RawPath; error: string }[]
      }
    }
  | { readonly id: number; readonly root: string; readonly kept?: Kept }
  | { readonly id: number; readonly trouble: Trouble }
  | { readonly id: number; readonly done: true }
  | { readonly hint: Hint }
