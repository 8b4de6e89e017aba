// A call of Nextcloud's → what is told of it: by the watched folder that sees the file, else by an event of its own (issue "The folder").

import { hash } from 'node:crypto'
import type { Accepted, DedupeKey, Draft, Emit } from '../../../event.ts'
import type { Telling, Told } from '../draft.ts'
import type { ChangeKind, Folder, Kept, RawPath } from '../folder.ts'
import { type Ignores, ignoresAny } from '../ignore.ts'
import { rawOf } from '../paths.ts'
import type { NextcloudCall, Node } from './body.ts'
import { type Place, placesOf, type UserPath, userPathOf } from './places.ts'

/** What a call says of a file besides its path. */
export interface Known {
  readonly fileId?: string
  readonly owner?: string
}

export interface TakeParts {
  readonly folders: readonly Folder[]
  /** NEXTCLOUD_USER. */
  readonly davUser: string | undefined
  readonly ignores: Ignores
  /** Whether the file is there, in a watched folder. Never rejects. */
  readonly isThere: (folder: Folder, path: RawPath) => Promise<boolean>
  /** Has a watched folder look at a path; resolves once what changed there is stored: how it was told, if it was told lately. */
  readonly hint: (
    folder: Folder,
    path: RawPath,
    said: Known & { readonly isGoing: boolean },
  ) => Promise<Accepted | undefined>
  /**
   * A file that no watched folder sees, looked at by WebDAV; `unknown` where that cannot be done; nothing where there is none that may be
   * told of (a folder). Never rejects.
   */
  readonly look: (path: UserPath) => Promise<Kept | 'unknown' | undefined>
  readonly tell: (change: Told, folder: Folder) => Telling
  readonly emit: Emit
}

const day = 86_400_000
/** Created and written at once, it is created. */
const togetherMs = 3000
const mostRecent = 1000

export type Take = (call: NextcloudCall) => Promise<Accepted>

export function createTake(parts: TakeParts): Take {
  const { folders, davUser, ignores, emit } = parts
  /** What was told of a path lately, newest last. */
  const recent = new Map<string, { readonly at: number; readonly accepted: Accepted }>()

  /** The path, if it is one that may be told of. */
  const pathOf = (node: Node | undefined): UserPath | undefined => {
    const path = node && userPathOf(node.path)
    return path === undefined || ignoresAny(ignores, rawOf(path.below)) ? undefined : path
  }

  async function seenAt(path: UserPath | undefined): Promise<Place | undefined> {
    if (path === undefined) return undefined
    for (const place of placesOf(path, folders, davUser))
      if (place.isSure || (await parts.isThere(place.folder, place.path))) return place
    return undefined
  }

  function remember(path: UserPath, at: number, accepted: Accepted): void {
    const key = keyOf(path)
    recent.delete(key)
    recent.set(key, { at, accepted })
    if (recent.size <= mostRecent) return
    const [oldest] = recent.keys()
    if (oldest !== undefined) recent.delete(oldest)
  }

  async function tellOwn(call: NextcloudCall, change: OwnChange): Promise<Accepted | undefined> {
    const { kind, path, from } = change
    const before = recent.get(keyOf(path))
    if (kind === 'modified' && before !== undefined && Math.abs(call.at - before.at) <= togetherMs)
      return before.accepted
    const looked = kind === 'deleted' ? 'unknown' : await parts.look(path)
    if (looked === undefined) return undefined
    const known = knownOf(call)
    const { fileId } = known
    // A new file's id says which; what happens to it later is told apart by its time.
    const changedAt = kind === 'created' && fileId !== undefined ? 0 : call.at
    const folder = folderOf(path)
    const bare: Told = {
      kind,
      path: pathIn(path, folder),
      ...(from === undefined ? {} : { from: pathIn(from, folder) }),
      at: call.at,
      file: { identity: fileId ?? '', sizeBytes: 0, changedAt, ...known },
      isSeen: false,
    }
    const { draft, dedupe } = parts.tell(bare, folder)
    const seen =
      looked === 'unknown' ? draft : parts.tell({ ...bare, file: { ...looked, ...known }, isSeen: true }, folder).draft
    const accepted = await emit(seen, { dedupe })
    if (!accepted.repeated) remember(path, call.at, accepted)
    return accepted
  }

  /** By the watched folder that sees it; nothing where that told nothing lately. */
  const tellThere = async (place: Place | undefined, isGoing: boolean, known: Known = {}) =>
    place && (await parts.hint(place.folder, place.path, { ...known, isGoing }))

  const tellNobody = (call: NextcloudCall) => emit(unheard(call), { only: [], dedupe: callKeys(call) })

  return async (call) => {
    const to = pathOf(call.node)
    const from = call.kind === 'renamed' ? pathOf(call.from) : undefined
    const kind = kindOf(call, to, from)
    const path = to ?? from
    if (kind === undefined || path === undefined) return await tellNobody(call)
    const seen = await seenAt(to)
    const seenBefore = await seenAt(from)
    const there = (await tellThere(seen, kind === 'deleted', knownOf(call))) ?? (await tellThere(seenBefore, true))
    if (seen !== undefined || (to === undefined && seenBefore !== undefined)) return there ?? (await tellNobody(call))
    // What went from a watched folder is told there; where it came to it is new.
    const change =
      kind === 'moved' && seenBefore !== undefined ? { kind: 'created' as const, path } : { kind, path, from }
    return (await tellOwn(call, change)) ?? (await tellNobody(call))
  }
}

interface OwnChange {
  readonly kind: ChangeKind
  readonly path: UserPath
  readonly from?: UserPath | undefined
}

function knownOf({ node, user }: NextcloudCall): Known {
  return { ...(node?.id === undefined ? {} : { fileId: node.id }), ...(user === undefined ? {} : { owner: user }) }
}

/** Nothing where nothing of it may be told. */
function kindOf({ kind }: NextcloudCall, to: UserPath | undefined, from: UserPath | undefined): ChangeKind | undefined {
  if (kind === 'renamed') {
    if (to === undefined) return from === undefined ? undefined : 'deleted'
    return from === undefined ? 'created' : 'moved'
  }
  if (to === undefined || kind === 'other') return undefined
  return kind === 'written' ? 'modified' : kind
}

/** The first folder below a user's files; what lies in none is told under the user's name. */
function folderOf({ user, below }: UserPath): Folder {
  const slash = below.indexOf('/')
  const name = slash === -1 ? user : below.slice(0, slash)
  return { name, title: name.replaceAll('_', ' '), at: { dav: slash === -1 ? '/' : `/${name}` } }
}

function pathIn({ below }: UserPath, { name, at }: Folder): RawPath {
  const isInside = 'dav' in at && at.dav !== '/' && below.startsWith(`${name}/`)
  return rawOf(isInside ? below.slice(name.length + 1) : below)
}

function keyOf({ user, below }: UserPath): string {
  return `${user}/${below}`
}

/** Taken, and told to nobody: what we do not relay, or what a watched folder tells or told by itself. */
function unheard({ className, at }: NextcloudCall): Draft {
  return {
    source: 'nextcloud',
    type: `nextcloud.webhook.${className.replace(/[^A-Za-z0-9_]/g, '').slice(0, 80) || 'unknown'}`,
    time: new Date(at).toISOString(),
    data: { class: className },
    severity: 'info',
    audience: 'closed',
    byDefault: false,
  }
}

/** The same call again is the same event; one without a time of its own is not known again. */
function callKeys({ className, node, from, at }: NextcloudCall): DedupeKey[] {
  if (node === undefined) return []
  const facts = hash('sha256', JSON.stringify([className, node.id, node.path, from?.path, at]))
  return [{ key: `nextcloud:call:${facts}`, lifeMs: 14 * day }]
}
