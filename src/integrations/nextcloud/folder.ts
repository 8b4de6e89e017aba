// What the rooms of this folder share: a watched folder, the files in it as a snapshot knows them, and what a comparison found changed
// (design.md, "Watchers are hints; a snapshot is the truth").

/** One entry of WATCH_PATH. */
export interface Folder {
  /** As `/subscribe nextcloud <name>/**` names it: what stands before `=`, else the path's last segment. Unique without regard to case. */
  readonly name: string
  /** `Documents RH`: the name as people read it. */
  readonly title: string
  readonly at: { readonly disk: string } | { readonly dav: string }
}

/**
 * Below the folder's root, `/` between segments, no `/` at the ends. The bytes as Latin-1 text, one character a byte, so that a name that
 * is no UTF-8 stays what it is; `shown` (paths.ts) makes words of it.
 */
export type RawPath = string

/** A file as it stands. */
export interface Kept {
  /** What it is whatever it is called: device and inode, or Nextcloud's file id. */
  readonly identity: string
  readonly sizeBytes: number
  /** Milliseconds since 1970. */
  readonly changedAt: number
  /** Nextcloud's id of it, where known: what a link is made of. */
  readonly fileId?: string
  /** Who put it there, where known. */
  readonly owner?: string
}

export type Snapshot = ReadonlyMap<RawPath, Kept>

/** What a scan found. */
export interface Scanned {
  /** Of the root itself: another one means that the folder was replaced, or a disk (un)mounted. */
  readonly root: string
  readonly files: Snapshot
  /** Folders that could not be read, below the root: what was known there is neither there nor gone. */
  readonly unread: readonly { readonly path: RawPath; readonly error: string }[]
  /** How many folders there are, where that is known. */
  readonly folders?: number
}

/** Why a folder cannot be looked at, as a whole or in part. */
export interface Trouble {
  /**
   * `missing`: there is none. `replaced`: another stands there without what was known. `silent`: no answer within 5 s. `partly`: folders in
   * it cannot be read, the rest is watched.
   */
  readonly kind: 'missing' | 'unreadable' | 'partly' | 'replaced' | 'silent' | 'refused'
  /** In the words of the system or server, for administrators: owner and mode of what is unreadable; empty where there are none. */
  readonly error: string
  /** Of `replaced`: how many of the files that were known are not there. */
  readonly lacking?: { readonly absent: number; readonly known: number }
}

export class FolderTrouble extends Error {
  readonly trouble: Trouble
  constructor(trouble: Trouble) {
    super(`${trouble.kind}: ${trouble.error}`)
    this.name = 'FolderTrouble'
    this.trouble = trouble
  }
}

/** Where a folder's files are looked at: a disk, or WebDAV. */
export interface Source {
  /** @throws {FolderTrouble} */
  scan(signal: AbortSignal): Promise<Scanned>
  /** One file, or nothing where there is none that may be told of. @throws {FolderTrouble} */
  look(path: RawPath, signal: AbortSignal): Promise<Kept | undefined>
  /** The root's identity, where that costs next to nothing. @throws {FolderTrouble} */
  root?(signal: AbortSignal): Promise<string>
}

/** Says that something seems to have changed. */
export interface Hints {
  /** From now on; what is called before it is stopped is called with one hint after another. */
  start(listen: (hint: Hint) => void): Promise<void>
  stop(): Promise<void>
}

export type Hint =
  | { readonly sightings: readonly Sighting[] }
  /** More than can be named. */
  | { readonly everything: true }
  /** Whatever changes from now on is hinted at. */
  | { readonly ready: true }
  | { readonly failed: Failure }

/** What stood somewhere a moment ago; `isWhole`: it came there complete, by a rename. */
export interface Sighting {
  readonly path: RawPath
  readonly file?: Kept
  readonly isWhole?: boolean
}

/** Why nothing announces changes. */
export interface Failure {
  /** `ENOSPC`: the system's watches are used up. */
  readonly code: string
  readonly error: string
}

export type ChangeKind = 'created' | 'modified' | 'moved' | 'deleted'

export interface Change {
  readonly kind: ChangeKind
  readonly path: RawPath
  /** As it is; of what was deleted, as it last was. */
  readonly file: Kept
  /** Of what was moved: where it was. */
  readonly from?: RawPath
  /** Where `from` is: the name of another watched folder. */
  readonly fromFolder?: string
  /** Milliseconds since 1970, when it happened, as well as that is known. */
  readonly at: number
  /** It happened while nobody looked (Vigie was stopped, the folder was away), until this moment. */
  readonly missedUntil?: number
}
