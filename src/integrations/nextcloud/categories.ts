// What a file belongs to, by the folders it lies in (issue "The folder": "a category by folder").

import type { Said } from '../../text/locale.ts'

export interface Category {
  /** Stands in a folder's name once that is written plainly (`plainly`). */
  readonly contains: string
  readonly title: Said
  readonly icon: string
}

/** Of a folder that no category knows. */
export const ownIcon = '📁'

export const builtIn: readonly Category[] = [
  { contains: 'contrats', title: { fr: 'Contrats', en: 'Contracts' }, icon: '📋' },
  { contains: 'fiches paie', title: { fr: 'Fiches de Paie', en: 'Payslips' }, icon: '💰' },
  { contains: 'notes service', title: { fr: 'Notes de Service', en: 'Service Notes' }, icon: '📢' },
  { contains: 'documents rh', title: { fr: 'RH Général', en: 'General HR' }, icon: '👥' },
  { contains: 'conges', title: { fr: 'Congés', en: 'Leave' }, icon: '🌴' },
  { contains: 'formations', title: { fr: 'Formations', en: 'Training' }, icon: '🎓' },
]

/** In lower case, without accents, `-` and `_` as spaces, without the word `de`. */
export function plainly(name: string): string {
  const words = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[-_\s]+/)
  return words.filter((word) => word !== '' && word !== 'de').join(' ')
}

/** Whether a folder's name says that it is about human resources: the words of the built-in card are then theirs. */
export function isAboutPeople(name: string): boolean {
  return /(?:^| )(?:rh|hr|ressources humaines|human resources)(?: |$)/.test(plainly(name))
}

export interface Place {
  /** Folders from the watched folder down to the file's own, as shown; empty where it lies in the watched folder itself. */
  readonly directories: readonly string[]
  /** What the watched folder is called: by its path, by its setting. */
  readonly roots: readonly string[]
}

/**
 * The nearest folder inside the watch that a category knows; for what lies in the watched folder itself, that one's. Nothing where no
 * category knows any: the folder's own name is what it belongs to.
 */
export function categoryOf({ directories, roots }: Place, categories: readonly Category[]): Category | undefined {
  const named = (name: string) => {
    const words = plainly(name)
    return categories.find(({ contains }) => words.includes(contains))
  }
  const nearestFirst = directories.length === 0 ? roots : directories.toReversed()
  for (const name of nearestFirst) {
    const found = named(name)
    if (found !== undefined) return found
  }
  return undefined
}
