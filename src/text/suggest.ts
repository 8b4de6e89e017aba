// Did you mean: the nearest right word for one that is not known.

import leven from 'leven'

/** A word without case and accents, as people compare: `Vérifier` is `verifier`. */
export function fold(word: string): string {
  return word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

/** The candidate that was probably meant; nothing where none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const wanted = fold(word)
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: distanceOf(wanted, fold(candidate)) }))
    .filter(({ candidate, distance }) => isNear(distance, Math.min(wanted.length, candidate.length)))
    .sort((one, other) => one.distance - other.distance)
  return ranked[0]?.candidate
}

/** At most half of the shorter word, never all of it. */
const isNear = (distance: number, length: number): boolean => distance < length && distance <= Math.ceil(length / 2)

/** Letters to change; a word typed in part is nearer than its missing letters say. */
function distanceOf(wanted: string, candidate: string): number {
  if (wanted.length >= 2 && candidate.startsWith(wanted)) return 0.5
  return leven(wanted, candidate)
}
