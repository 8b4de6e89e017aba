// Niveaux and authors as people read them, in both languages.

import type { Locale } from '../../text/locale.ts'
import { bold, code, own, type Rich, rich } from '../../text/rich.ts'
import type { Niveau } from '../integration.ts'
import type { Facts } from './facts.ts'

const names: Readonly<Record<Locale, Readonly<Record<Niveau, string>>>> = {
  fr: { débutant: '🌱 débutant', confirmé: '⭐ confirmé', expert: '🏆 expert' },
  en: { débutant: '🌱 beginner', confirmé: '⭐ experienced', expert: '🏆 expert' },
}

export const niveauWords = (locale: Locale, niveau: Niveau): string => names[locale][niveau]

/** The state a colour carries. */
export const niveauColors: Readonly<Record<Niveau, string>> = {
  débutant: '#0082c9',
  confirmé: '#ffaa00',
  expert: '#3db887',
}

/** `**claire**`, `l’API (clé \`k1\`)`. */
export function authorWords(locale: Locale, by: Facts['by']): Rich {
  if ('name' in by) return [bold(by.name)]
  return locale === 'fr' ? rich`l’API (clé ${code(by.key)})` : rich`the API (key ${code(by.key)})`
}

/** A thin sign before what was lost. */
export function signed(shown: string, difference: number): Rich {
  return own(`${difference < 0 ? '−' : '+'}${shown}`)
}
