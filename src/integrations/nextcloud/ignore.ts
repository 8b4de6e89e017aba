// Names that are never told: hidden, unfinished and lock files (issue "The folder"), and the patterns of WATCH_IGNORE.

import type { RawPath } from './folder.ts'
import { rawOf } from './paths.ts'

/** True for a name, of a file or a folder, that is not told of; `path` is where it stands. */
export type Ignores = (name: RawPath, path: RawPath) => boolean

/**
 * Hidden ones are most of it: `.name.XXXXXX` (rsync), `.~lock.name#` (LibreOffice), `.name.~1a2b` and `.sync_*.db` (Nextcloud's desktop
 * client), `.name.swp` (vim). Nextcloud's own uploads are `name.ocTransferId123.part`.
 */
const builtIn =
  /^[.~]|~$|^#.*#$|\.(?:tmp|temp|part|partial|filepart|crdownload|download|sw[a-z]|lock|lck)$|^(?:thumbs\.db|desktop\.ini)$/i

/** `patterns`: `*.bak`, `brouillons/**`. `*` and `?` stay within a name, `**` does not; without `/` it is compared with each name of a path. */
export function createIgnores(patterns: readonly string[]): Ignores {
  const names = patterns.filter((pattern) => !pattern.includes('/')).map(regexOf)
  const paths = patterns
    .filter((pattern) => pattern.includes('/'))
    .map((pattern) => regexOf(pattern.replace(/^\//, '')))
  if (patterns.length === 0) return (name) => builtIn.test(name)
  return (name, path) =>
    builtIn.test(name) || names.some((one) => one.test(name)) || paths.some((one) => one.test(path))
}

/** True where any folder on the way, or the name itself, is ignored. */
export function ignoresAny(ignores: Ignores, path: RawPath): boolean {
  for (let end = path.indexOf('/'); ; end = path.indexOf('/', end + 1)) {
    const part = end < 0 ? path : path.slice(0, end)
    if (ignores(part.slice(part.lastIndexOf('/') + 1), part)) return true
    if (end < 0) return false
  }
}

/** Over bytes, as paths are. */
function regexOf(pattern: string): RegExp {
  const source = rawOf(pattern).replace(/\/\*\*$|\*\*\/?|[^\w/]/g, (part) => wild[part] ?? `\\${part}`)
  return new RegExp(`^${source}$`, 'is')
}

const wild: Readonly<Record<string, string>> = {
  '/**': '(?:/.*)?',
  '**/': '.*',
  '**': '.*',
  '*': '[^/]*',
  // One character is one byte, or a first one and those that go on.
  '?': '[^/\\x80-\\xbf][\\x80-\\xbf]*',
}
