// How a watched folder stands as a whole (fault F23): awaited, there, gone, replaced by another, out of reach. What is not there as a whole is
// never "everything deleted"; each trouble is told once, and when it is over.

import type { FolderStore, KeptFolder } from '../../store/store.ts'
import type { Folder, Kept, RawPath, Scanned, Snapshot, Trouble } from './folder.ts'

export interface StandingParts {
  readonly folder: Folder
  readonly store: FolderStore
  readonly onTrouble: (trouble: Trouble | undefined) => Promise<void>
}

/**
 * `new`: seen for the first time, nothing of it is told. `accepted`: another root with what was known, or the one that was awaited.
 * `replaced`: another root without.
 */
export type Verdict = 'new' | 'same' | 'accepted' | 'replaced'

export interface Standing {
  /** What was known of it. */
  open(): Promise<AsyncIterable<readonly (readonly [RawPath, Kept])[]>>
  judge(scanned: Scanned, known: Snapshot): Verdict
  /** This root is the folder's. */
  accept(root: string): Promise<void>
  /** Takes note of a scan's root. True when it is not the one before. */
  seen(root: string): boolean
  /** It is the one that was seen last. */
  isStill(root: string): boolean
  /** After a scan. True where another one has to confirm it. */
  report(scanned: Scanned, verdict: Verdict): boolean
  /** It could not be looked at. */
  away(trouble: Trouble): void
  isAway(): boolean
  /** Tells what is to be told of it as a whole, and keeps it. */
  settle(): Promise<void>
  /** A file's identity beyond this folder, and back; nothing for a file that cannot be here. */
  everywhere(identity: string): string
  here(identity: string): string | undefined
  status(): { readonly state: 'starting' | 'watched' | 'awaited' | 'trouble'; readonly trouble?: Trouble }
}

export function placeOf({ at }: Folder): string {
  return 'disk' in at ? at.disk : `dav:${at.dav}`
}

export function createStanding({ folder, store, onTrouble }: StandingParts): Standing {
  const place = placeOf(folder)
  let kept: KeptFolder | undefined
  let lastRoot: string | undefined
  /** Nothing could be looked at. */
  let isGone = false
  let isSeen = false
  let isAwaited = false
  /** Of the files that were known, in the folder that stands there now. */
  let lacking = { absent: 0, known: 0 }
  let trouble: Trouble | undefined
  /** What was told of it last. */
  let told: Trouble | undefined
  /** Seen once only. */
  let suspicion: Trouble['kind'] | undefined
  /** A disk's number, before the inode; folders of WebDAV share one account. */
  const space = () => ('dav' in folder.at ? 'dav' : (lastRoot ?? '').split(':', 1).join(''))

  async function save(changed: KeptFolder): Promise<void> {
    await store.save(changed)
    kept = changed
  }

  /** What lasts is told; a folder that is swapped for another is not there for a moment. */
  function suspect(found: Trouble): boolean {
    const isSure = suspicion === found.kind || trouble?.kind === found.kind || found.kind === 'silent'
    suspicion = found.kind
    if (isSure) trouble = found
    return !isSure
  }

  return {
    async open() {
      kept = await store.find(folder.name)
      if (kept?.place !== place) {
        // Another folder of this name, or one whose first files were being kept when we were killed.
        await store.forget(folder.name)
        kept = undefined
      }
      trouble = kept?.trouble
      told = trouble
      return store.files(folder.name)
    },

    judge({ root, files }, known) {
      if (kept === undefined) return 'new'
      if (kept.root === root) return 'same'
      if (kept.root === undefined) return 'accepted'
      let absent = 0
      for (const path of known.keys()) if (!files.has(path)) absent += 1
      lacking = { absent, known: known.size }
      return absent * 2 > known.size ? 'replaced' : 'accepted'
    },

    async accept(root) {
      await save({ name: folder.name, place, root, ...(kept?.trouble ? { trouble: kept.trouble } : {}) })
    },

    seen(root) {
      const isOther = lastRoot !== undefined && root !== lastRoot
      lastRoot = root
      return isOther
    },

    isStill: (root) => root === lastRoot,

    report({ unread }, verdict) {
      isGone = false
      isSeen = true
      const [first, ...more] = unread
      if (verdict === 'replaced') return suspect({ kind: 'replaced', error: '', lacking })
      if (first !== undefined) {
        const error = more.length === 0 ? first.error : `${first.error} (+${more.length})`
        return suspect({ kind: 'partly', error })
      }
      suspicion = undefined
      trouble = undefined
      return false
    },

    away(found) {
      isGone = true
      isAwaited = kept?.root === undefined && found.kind === 'missing'
      if (!isAwaited) {
        suspect(found)
        return
      }
      suspicion = undefined
      trouble = undefined
    },

    isAway: () => isGone,

    async settle() {
      // Before its first scan, nothing but that it is awaited may be kept.
      if (isGone && isAwaited && kept === undefined) await save({ name: folder.name, place })
      if (told?.kind === trouble?.kind) return
      const news = trouble
      await onTrouble(news)
      told = news
      if (kept === undefined) return
      const { trouble: _before, ...known } = kept
      await save({ ...known, ...(news ? { trouble: news } : {}) })
    },

    everywhere: (identity) => (identity.includes(':') ? identity : `${space()}:${identity}`),

    here(identity) {
      const [disk = ''] = identity.split(':', 1)
      if ((disk === 'dav') !== 'dav' in folder.at || lastRoot === undefined) return undefined
      return disk === space() ? identity.slice(disk.length + 1) : identity
    },

    status() {
      if (trouble !== undefined) return { state: 'trouble', trouble }
      if (isGone && isAwaited && kept !== undefined) return { state: 'awaited' }
      return { state: isSeen ? 'watched' : 'starting' }
    },
  }
}
