// Which watched folder sees the file that Nextcloud speaks of (issue "The folder": "the same file by both ways is told once").

import type { Folder, RawPath } from '../folder.ts'
import { rawOf } from '../paths.ts'

export interface Place {
  readonly folder: Folder
  readonly path: RawPath
  /** Nothing else can be meant: the folder is the very one. Else it has its name, and the file has to be there. */
  readonly isSure: boolean
}

/** Of a path such as `/admin/files/Documents_RH/a.pdf`. */
export interface UserPath {
  readonly user: string
  /** Below the user's files: `Documents_RH/a.pdf`. */
  readonly below: string
}

/** Nothing for what is none of a user's files: trash, versions, previews, unfinished uploads. */
export function userPathOf(path: string): UserPath | undefined {
  const [, user, below] = /^\/([^/]+)\/files\/(.+)$/s.exec(path.replace(/\/{2,}/g, '/').replace(/\/$/, '')) ?? []
  if (user === undefined || below === undefined) return undefined
  return below.split('/').some((part) => part === '.' || part === '..') ? undefined : { user, below }
}

/** The likeliest first. `davUser`: whose files a folder of WebDAV is among. */
export function placesOf({ user, below }: UserPath, folders: readonly Folder[], davUser: string | undefined): Place[] {
  const segments = [user, 'files', ...below.split('/')]
  const found = folders.flatMap((folder) => {
    const root = rootOf(folder, davUser)
    // As the folder's last segment may stand anywhere, all places are tried where it does.
    return segments.flatMap((segment, index) => {
      if (segment !== root.at(-1) || index === segments.length - 1) return []
      const common = commonEnd(root, segments.slice(0, index + 1))
      const isSure = common === index + 1 && index >= 1
      return [{ folder, path: rawOf(segments.slice(index + 1).join('/')), isSure, common }]
    })
  })
  const sorted = found.toSorted((one, other) => Number(other.isSure) - Number(one.isSure) || other.common - one.common)
  return sorted.map(({ common: _common, ...place }) => place)
}

function rootOf({ at }: Folder, davUser: string | undefined): readonly string[] {
  const path = 'disk' in at ? at.disk : `${davUser ?? ''}/files/${at.dav}`
  return path.split('/').filter((segment) => segment !== '')
}

function commonEnd(one: readonly string[], other: readonly string[]): number {
  let count = 0
  while (count < Math.min(one.length, other.length) && one.at(-1 - count) === other.at(-1 - count)) count += 1
  return count
}
