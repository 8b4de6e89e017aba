// How good a character is (interface.md, "Settings", NIVEAUX): the scores from which it is confirmé, and expert.

import type { Env } from '../../env.ts'
import type { Niveau } from '../../text/niveau.ts'

export interface Niveaux {
  readonly confirmé: number
  readonly expert: number
}

/** `50,80` where nothing is set. Problems are noted in `env`. */
export function readNiveaux(env: Env): Niveaux {
  const words = env.list('NIVEAUX')
  if (words.length === 0) return { confirmé: 50, expert: 80 }
  const [confirmé = Number.NaN, expert = Number.NaN] = words.map((word) =>
    /^[+-]?\d+$/.test(word) ? Number(word) : Number.NaN,
  )
  if (words.length === 2 && Number.isSafeInteger(confirmé) && Number.isSafeInteger(expert) && confirmé < expert)
    return { confirmé, expert }
  env.problem({
    fr: `NIVEAUX\u00a0: deux nombres entiers sont attendus, le plus petit d’abord, par exemple 50,80, pas «\u00a0${words.join(',')}\u00a0».`,
    en: `NIVEAUX: two whole numbers are expected, the smaller one first, for example 50,80, not "${words.join(',')}".`,
  })
  return { confirmé: 50, expert: 80 }
}

export function niveauOf({ confirmé, expert }: Niveaux, score: number): Niveau {
  if (score >= expert) return 'expert'
  return score >= confirmé ? 'confirmé' : 'débutant'
}

/** The scores of a niveau, bounds included; absent where there is none. */
export function scoresOf(
  { confirmé, expert }: Niveaux,
  niveau: Niveau,
): { readonly min?: number; readonly max?: number } {
  if (niveau === 'débutant') return { max: confirmé - 1 }
  return niveau === 'expert' ? { min: expert } : { min: confirmé, max: expert - 1 }
}
