// A change of a watched folder → the event that tells it (issue "The folder"). Pure but for the bursts, which know what came before.

import { hash } from 'node:crypto'
import type { DedupeKey, Draft, JsonObject, Now } from '../../event.ts'
import type { Looks } from './card-file.ts'
import { categoryOf, isAboutPeople } from './categories.ts'
import { parentOf } from './describe.ts'
import { typePrefix } from './facts.ts'
import type { Change, Folder } from './folder.ts'
import { kindOf } from './kinds.ts'
import { extensionOf, shown } from './paths.ts'

const dedupeMs = 14 * 86_400_000
/** 88 bits, as every event's origin has. */
const originLength = 22
const quietMs = 10_000
const longestMs = 600_000
/** Directories remembered before those that fell quiet are forgotten. */
const mostBursts = 10_000

export interface Told extends Change {
  /** Where `from` is: the name of another watched folder. */
  readonly fromFolder?: string
  /** False where nothing but its name is known (a webhook told of it, and nobody could look). */
  readonly isSeen?: boolean
}

export interface TellingParts {
  readonly looks: Looks
  /** NEXTCLOUD_URL, without a slash at its end. */
  readonly nextcloudUrl: string | undefined
  readonly burstOf: (folder: Folder, directory: string) => string
}

export interface Telling {
  readonly draft: Draft
  readonly dedupe: readonly DedupeKey[]
}

export function tell(change: Told, folder: Folder, { looks, nextcloudUrl, burstOf }: TellingParts): Telling {
  const { kind, file, isSeen = true } = change
  const path = shown(change.path)
  const directory = parentOf(path)
  const name = path.slice(path.lastIndexOf('/') + 1)
  const extension = extensionOf(change.path)
  const directories = directory === '' ? [] : directory.split('/')
  const roots = [rootName(folder), folder.name, folder.title]
  const own = directories.at(-1) ?? folder.title
  const fileId = /^\d{1,20}$/.test(file.fileId ?? '') ? file.fileId : undefined
  const data: JsonObject = {
    folder: folder.name,
    title: folder.title,
    path,
    name,
    directory,
    kind: kindOf(extension),
    extension,
    category: categoryOf({ directories, roots }, looks(folder.name).categories)?.contains ?? own,
    isAboutPeople: [...roots, ...directories].some(isAboutPeople),
    ...(isSeen ? { sizeBytes: file.sizeBytes, changedAt: file.changedAt } : {}),
    ...(fileId === undefined ? {} : { fileId }),
    ...(file.owner === undefined ? {} : { owner: file.owner }),
    ...(change.from === undefined ? {} : { from: shown(change.from) }),
    ...(change.missedUntil === undefined ? {} : { isMissed: true }),
    ...(change.fromFolder === undefined ? {} : { fromTitle: change.fromFolder.replaceAll('_', ' ') }),
  }
  const key = keyOf(change, folder)
  const isThere = kind !== 'deleted'
  // No folder's name begins with a slash. All that was missed of a kind is told together, wherever it is.
  const { missedUntil } = change
  const burst =
    missedUntil === undefined
      ? burstOf(folder, kind === 'created' ? directory : `/${kind}/${directory}`)
      : `${folder.name} /${kind} ${new Date(missedUntil).toISOString()}`
  return {
    draft: {
      source: 'nextcloud',
      type: `${typePrefix}${kind}`,
      subject: subjectOf(directory === '' ? folder.name : `${folder.name}/${directory}`),
      time: new Date(change.at).toISOString(),
      data,
      severity: 'info',
      ...(isThere && nextcloudUrl !== undefined && fileId !== undefined ? { url: `${nextcloudUrl}/f/${fileId}` } : {}),
      audience: 'closed',
      origin: key.slice(0, originLength),
      byDefault: kind === 'created',
      facets: { extension, ...(isSeen ? { sizeBytes: file.sizeBytes } : {}) },
      burst,
    },
    dedupe: [{ key: `nextcloud:${key}`, lifeMs: dedupeMs }],
  }
}

/** The same change of the same file, however often and by whichever way it is noticed. */
function keyOf({ kind, path, from = '', file }: Change, { name }: Folder): string {
  const { identity, sizeBytes, changedAt } = file
  return hash('sha256', JSON.stringify([name.toLowerCase(), kind, path, from, identity, sizeBytes, changedAt]))
}

function rootName({ at }: Folder): string {
  const path = 'disk' in at ? at.disk : at.dav
  return path.replace(/\/+$/, '').split('/').at(-1) ?? ''
}

/** Names the burst that a new file of a directory belongs to: it begins after 10 s of quiet there, and lasts 10 minutes at most. */
export function createBursts(now: Now): (folder: Folder, directory: string) => string {
  const running = new Map<string, { readonly began: number; last: number }>()
  return ({ name }, directory) => {
    const place = JSON.stringify([name, directory])
    const at = now()
    const known = running.get(place)
    const goesOn = known !== undefined && at - known.last <= quietMs && at - known.began <= longestMs
    const burst = goesOn ? known : { began: at, last: at }
    burst.last = at
    if (!goesOn) {
      if (running.size >= mostBursts)
        for (const [old, { last }] of running) if (at - last > quietMs) running.delete(old)
      running.set(place, burst)
    }
    return `${name} ${directory} ${new Date(burst.began).toISOString()}`
  }
}

/** Globs are told apart by spaces: in subjects `_` stands for each. */
const subjectOf = (path: string): string => path.replace(/\s/gu, '_')
