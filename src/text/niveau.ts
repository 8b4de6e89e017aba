// How good a character is: the three niveaux, as the API says them in every language and as people read them.

import type { Locale } from './locale.ts'

export const niveaux = ['débutant', 'confirmé', 'expert'] as const
export type Niveau = (typeof niveaux)[number]

const names: Readonly<Record<Locale, Readonly<Record<Niveau, string>>>> = {
  fr: { débutant: '🌱 débutant', confirmé: '⭐ confirmé', expert: '🏆 expert' },
  en: { débutant: '🌱 beginner', confirmé: '⭐ experienced', expert: '🏆 expert' },
}

export const niveauWords = (locale: Locale, niveau: Niveau): string => names[locale][niveau]

/** The state a colour carries, `#rrggbb`. */
export const niveauColors: Readonly<Record<Niveau, string>> = {
  débutant: '#0082c9',
  confirmé: '#ffaa00',
  expert: '#3db887',
}
