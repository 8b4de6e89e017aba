// How the database does, for `/statut` and `vigie status`.

import type { Part } from '../event.ts'
import type { Restored } from '../store/recovery.ts'
import type { Space } from '../store/reserve.ts'
import { ago, moment, size } from '../text/format.ts'
import type { Locale } from '../text/locale.ts'
import { code, own, type Rich, rich } from '../text/rich.ts'

export interface DatabaseFacts {
  readonly copy: { readonly at: number } | undefined
  readonly copyError: string | undefined
  readonly space: Space
  readonly restored: Restored | undefined
}

export function databasePart(facts: DatabaseFacts, telling: { timeZone: string; now: number }): Part {
  const { space, copyError } = facts
  const said = (locale: Locale) => describeState(facts, { ...telling, locale })
  return {
    name: 'store',
    title: { fr: 'Base de données', en: 'Database' },
    state: space.state === 'full' ? 'down' : space.state === 'low' || copyError !== undefined ? 'warning' : 'ok',
    glance: { fr: said('fr').glance, en: said('en').glance },
    details: { fr: said('fr').details, en: said('en').details },
    ...(copyError === undefined ? {} : { operatorDetails: { fr: whyNot.fr(copyError), en: whyNot.en(copyError) } }),
  }
}

/** The system's words name where the copies lie. */
const whyNot: Readonly<Record<Locale, (error: string) => readonly Rich[]>> = {
  fr: (error) => [rich`pas de copie\u00a0: ${code(error)}`],
  en: (error) => [rich`no copy: ${code(error)}`],
}

function describeState(
  { copy, space, restored }: DatabaseFacts,
  { locale, timeZone, now }: { locale: Locale; timeZone: string; now: number },
): { glance: Rich; details: Rich[] } {
  const isFrench = locale === 'fr'
  const age = copy === undefined ? undefined : ago(locale, Math.max(0, now - copy.at))
  const free = size(locale, space.freeBytes)
  const glance = [
    isFrench ? (age ? `copiée ${age}` : 'pas encore copiée') : age ? `copied ${age}` : 'not copied yet',
    ...(space.state === 'ok' ? [] : [isFrench ? `reste ${free} sur le disque` : `${free} left on the disk`]),
    ...(restored ? [isFrench ? 'rendue depuis une copie' : 'restored from a copy'] : []),
  ]
  const details: Rich[] = []
  if (restored) {
    const [since, until] = [restored.since, restored.until].map((at) => moment(locale, timeZone, at, now))
    const lost = restored.lostEvents === undefined ? '' : ` (${restored.lostEvents})`
    details.push(
      own(
        isFrench
          ? `manque de ${since} à ${until}\u00a0: ce qui a été reçu entre-temps${lost} n’est plus connu`
          : `missing from ${since} to ${until}: what was received in between${lost} is not known any more`,
      ),
    )
  }
  return { glance: own(glance.join(' · ')), details }
}
