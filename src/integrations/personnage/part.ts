// How the characters do, for `/statut` and `vigie status`: « 12 personnages · dernier il y a 3 min ».

import type { Part } from '../../event.ts'
import { ago, number, plural } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'
import { own, type Rich } from '../../text/rich.ts'

/** `lastAt`: when one last changed, milliseconds since 1970. */
export function personnagePart(count: number, lastAt: number | undefined, now: number): Part {
  const words = (locale: Locale): Rich => {
    const nouns = { fr: ['personnage', 'personnages'], en: ['character', 'characters'] } as const
    const [one, other] = nouns[locale]
    const last = lastAt === undefined ? '' : ` · ${locale === 'fr' ? 'dernier' : 'last'} ${ago(locale, now - lastAt)}`
    return own(`${number(locale, count)} ${plural(locale, count, one, other)}${last}`)
  }
  return {
    name: 'personnage',
    title: { fr: 'Personnages', en: 'Characters' },
    state: 'ok',
    glance: { fr: words('fr'), en: words('en') },
  }
}
