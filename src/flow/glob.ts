// Globs on paths, matched segment by segment in time that a foreign glob cannot blow up: only `*` (within a segment), `?` and `**`
// mean something, everything else stands for itself (interface.md, "What people type").

export type Verdict = 'matches' | 'misses' | 'excluded'

export interface Globs {
  /** The literal segments each glob begins with, joined by `/`; empty where anything may match. What an index files it under. */
  readonly beginnings: readonly string[]
  /** Nothing as subject is matched by `**` alone. */
  judge(subject: string | undefined): Verdict
}

/**
 * Globs separated by spaces, `!` excludes; excludes alone take their bite out of everything, and so does nothing at all.
 * `*` does not cross `/`, `**` stands for any number of segments, none too: `acme/**` matches `acme`, never `acme-evil`.
 */
export function compileGlobs(text: string | undefined, { caseMatters = false } = {}): Globs {
  const fold = (words: string) => (caseMatters ? words : words.toLowerCase())
  const words = fold(text ?? '')
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '!')
  const excludes = words.filter((word) => word.startsWith('!')).map((word) => segmentsOf(word.slice(1)))
  const named = words.filter((word) => !word.startsWith('!')).map(segmentsOf)
  const includes = named.length > 0 ? named : [['**']]
  const isEverything = excludes.length === 0 && includes.some((glob) => glob.join('/') === '**')
  return {
    beginnings: [...new Set(includes.map(beginningOf))],
    judge(subject) {
      if (isEverything) return 'matches'
      if (subject === undefined) return includes.some((glob) => glob.join('/') === '**') ? 'matches' : 'misses'
      const path = segmentsOf(fold(subject))
      if (!includes.some((glob) => matchesPath(glob, path))) return 'misses'
      return excludes.some((glob) => matchesPath(glob, path)) ? 'excluded' : 'matches'
    },
  }
}

/** Whole segments, without the empty ones of `/a//b/`. */
export function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '')
}

function beginningOf(glob: readonly string[]): string {
  const wild = glob.findIndex((segment) => /[*?]/.test(segment))
  return (wild < 0 ? glob : glob.slice(0, wild)).join('/')
}

function matchesPath(glob: readonly string[], path: readonly string[]): boolean {
  return matchesRun(glob, path, { isWild: (segment) => segment === '**', matches: matchesSegment })
}

function matchesSegment(glob: string, segment: string): boolean {
  if (glob === segment) return true
  return matchesRun([...glob], [...segment], {
    isWild: (character) => character === '*',
    matches: (character, other) => character === '?' || character === other,
  })
}

/**
 * Whether `glob`, in which a wild element stands for any run of others, matches all of `line`. Going back to the last wild element
 * alone is enough, so it takes at most the product of both lengths.
 */
function matchesRun(
  glob: readonly string[],
  line: readonly string[],
  { isWild, matches }: { isWild: (element: string) => boolean; matches: (element: string, other: string) => boolean },
): boolean {
  let at = 0
  let wildAt = -1
  let resumeAt = 0
  for (let index = 0; index < line.length; ) {
    const element = glob[at]
    if (element !== undefined && isWild(element)) {
      wildAt = at
      resumeAt = index
      at += 1
    } else if (element !== undefined && matches(element, line[index] ?? '')) {
      at += 1
      index += 1
    } else if (wildAt >= 0) {
      at = wildAt + 1
      resumeAt += 1
      index = resumeAt
    } else return false
  }
  return glob.slice(at).every(isWild)
}
