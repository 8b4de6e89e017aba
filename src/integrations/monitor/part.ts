// How the watch does, for `/statut` and `vigie status`.

import type { Part } from '../../event.ts'
import { number, plural } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'
import { code, join, type Rich, rich } from '../../text/rich.ts'
import type { Sight } from './reference.ts'
import type { Watch } from './watch.ts'
import { briefWords } from './words.ts'

export interface PartParts {
  readonly watch: Pick<Watch, 'all' | 'cut'>
  /** Of MONITOR_REFERENCE. */
  readonly references: () => readonly Sight[]
}

export function createPart({ watch, references }: PartParts): () => Promise<Part> {
  return async () => {
    const all = watch.all().filter(({ monitor }) => !monitor.isPaused)
    const down = all.filter(({ state: { health, beneath } }) => health === 'down' || beneath === 'down')
    const isCut = watch.cut() !== undefined
    const glance = (locale: Locale): Rich => {
      if (isCut) return locale === 'fr' ? rich`Vigie semble coupée du réseau` : rich`Vigie seems cut off`
      const sites = plural(
        locale,
        all.length,
        locale === 'fr' ? 'moniteur' : 'monitor',
        locale === 'fr' ? 'moniteurs' : 'monitors',
      )
      const watched = rich`${{ own: number(locale, all.length) }} ${{ own: sites }}`
      if (down.length === 0) return watched
      return rich`${watched}, ${{ own: number(locale, down.length) }} ${{ own: locale === 'fr' ? 'en panne' : 'down' }}`
    }
    const seen = references()
    return {
      name: 'monitor',
      title: { fr: 'Surveillance', en: 'Monitoring' },
      state: isCut ? 'down' : down.length > 0 ? 'warning' : all.length === 0 ? 'off' : 'ok',
      glance: all.length === 0 ? nothing : { fr: glance('fr'), en: glance('en') },
      ...(seen.length === 0 ? {} : { operatorDetails: { fr: seen.map(sightIn('fr')), en: seen.map(sightIn('en')) } }),
    }
  }
}

/** Référence `192.168.1.1:443` : répond. */
const sightIn =
  (locale: Locale) =>
  ({ place, failure }: Sight): Rich => {
    const head = locale === 'fr' ? rich`Référence ${code(place)}\u00a0:` : rich`Reference ${code(place)}:`
    if (failure === undefined) return rich`${head} ${{ own: locale === 'fr' ? 'répond' : 'answers' }}`
    return rich`${head} ${briefWords(failure, locale)}`
  }

const nothing: Part['glance'] = {
  fr: join([rich`rien à surveiller\u00a0:`, [code('/monitor ajouter')]], ' '),
  en: join([rich`nothing watched:`, [code('/monitor add')]], ' '),
}
