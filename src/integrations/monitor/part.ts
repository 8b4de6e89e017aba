// How the watch does, for `/statut` and `vigie status`.

import type { Part } from '../../event.ts'
import { number, plural } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'
import { code, join, type Rich, rich } from '../../text/rich.ts'
import type { Watch } from './watch.ts'

export function createPart({ watch }: { readonly watch: Pick<Watch, 'all' | 'cut'> }): () => Promise<Part> {
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
    return {
      name: 'monitor',
      title: { fr: 'Surveillance', en: 'Monitoring' },
      state: isCut ? 'down' : down.length > 0 ? 'warning' : all.length === 0 ? 'off' : 'ok',
      glance: all.length === 0 ? nothing : { fr: glance('fr'), en: glance('en') },
    }
  }
}

const nothing: Part['glance'] = {
  fr: join([rich`rien à surveiller\u00a0:`, [code('/monitor ajouter')]], ' '),
  en: join([rich`nothing watched:`, [code('/monitor add')]], ' '),
}
