// How the hooks do, for `/statut`: how many, how many work, and which do not.

import type { KeptHook } from '../../../store/store.ts'
import { plural } from '../../../text/format.ts'
import type { Locale } from '../../../text/locale.ts'
import { code, own, type Rich, rich } from '../../../text/rich.ts'

export interface HookWords {
  readonly glance: Readonly<Record<Locale, Rich>>
  readonly details: Readonly<Record<Locale, readonly Rich[]>>
  /** GitLab's own words. */
  readonly operatorDetails: Readonly<Record<Locale, readonly Rich[]>>
  readonly worrying: boolean
}

/** Said by `/statut` to everybody: how many, never which project. */
export function hookWords(kept: readonly KeptHook[], trouble: string | undefined): HookWords {
  const working = kept.filter(({ state }) => state === 'working').length
  const off = kept.length - working
  return {
    glance: { fr: glance('fr', working, off), en: glance('en', working, off) },
    details: { fr: details('fr', off), en: details('en', off) },
    operatorDetails: { fr: troubleWords('fr', trouble), en: troubleWords('en', trouble) },
    worrying: off > 0 || trouble !== undefined,
  }
}

function glance(locale: Locale, working: number, off: number): Rich {
  if (working + off === 0) return []
  const hooks = `${working + off} ${plural(locale, working + off, 'webhook', 'webhooks')}`
  if (off === 0) return own(hooks)
  return own(
    locale === 'fr'
      ? `${hooks}, ${off} ${plural(locale, off, 'désactivé', 'désactivés')}`
      : `${hooks}, ${off} switched off`,
  )
}

function details(locale: Locale, off: number): Rich[] {
  if (off === 0) return []
  return [
    locale === 'fr'
      ? rich`Webhooks désactivés\u00a0: ${code('/vigie gitlab')} dit lesquels, ${code('/vigie gitlab install …')} les répare`
      : rich`Webhooks switched off: ${code('/vigie gitlab')} says which, ${code('/vigie gitlab install …')} mends them`,
  ]
}

function troubleWords(locale: Locale, trouble: string | undefined): Rich[] {
  if (trouble === undefined) return []
  return [
    locale === 'fr'
      ? rich`L’API de GitLab ne répond pas comme attendu\u00a0: ${code(trouble)}`
      : rich`GitLab's API does not answer as expected: ${code(trouble)}`,
  ]
}
