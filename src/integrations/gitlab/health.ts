// How GitLab itself does, by its `/-/health` (issue "The watch", "Commands"): open only to the addresses of its monitoring allowlist.

import { duration } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'
import { code, type Rich, rich } from '../../text/rich.ts'
import type { Asked } from '../integration.ts'

export interface HealthWords {
  readonly isDown: boolean
  readonly glance: Readonly<Record<Locale, Rich>>
  readonly details: Readonly<Record<Locale, readonly Rich[]>>
}

const path = code('/-/health')

/** `/-/health` 42 ms. */
export function healthWords({ status, tookMs, error }: Asked): HealthWords {
  const said = (fr: Rich, en: Rich, isDown = false, more?: readonly [fr: Rich, en: Rich]): HealthWords => ({
    isDown,
    glance: { fr, en },
    details: { fr: more ? [more[0]] : [], en: more ? [more[1]] : [] },
  })
  const took = (locale: Locale) => ({ own: duration(locale, tookMs) })
  if (status === undefined) {
    const why = code(error ?? '')
    return said(rich`${path} ne répond pas (${why})`, rich`${path} does not answer (${why})`, true)
  }
  if (status === 200) return said(rich`${path} ${took('fr')}`, rich`${path} ${took('en')}`)
  if (status === 404) {
    return said(rich`${path} fermé à Vigie`, rich`${path} closed to Vigie`, false, [
      rich`GitLab répond ${code('404')} à ${path}\u00a0: l’adresse de Vigie manque dans sa liste d’adresses de surveillance (${code('monitoring_whitelist')} dans gitlab.rb).`,
      rich`GitLab answers ${code('404')} to ${path}: its monitoring allowlist lacks the address of Vigie (${code('monitoring_whitelist')} in gitlab.rb).`,
    ])
  }
  const words = code(String(status))
  return said(rich`${path} répond ${words}`, rich`${path} answers ${words}`, status >= 500)
}
