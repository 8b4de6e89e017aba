// How the archive does, for `/statut` and `vigie status`.

import type { Part } from '../event.ts'
import type { ArchiveState, MendedFile } from '../store/archive.ts'
import { ago, number, plural } from '../text/format.ts'
import type { Locale } from '../text/locale.ts'
import { code, own, type Rich, rich } from '../text/rich.ts'

/** A file that was filled up is a warning for so long. */
const rememberMs = 24 * 3_600_000

export function archivePart(state: ArchiveState, now: number): Part {
  const mended = state.mended.filter(({ at }) => now - at < rememberMs)
  const isUnwell = state.error !== undefined || mended.length > 0
  return {
    name: 'archive',
    title: { fr: 'Archive', en: 'Archive' },
    state: isUnwell ? 'warning' : 'ok',
    glance: { fr: glance(state, mended, 'fr', now), en: glance(state, mended, 'en', now) },
    ...(isUnwell ? { details: { fr: details(state, mended, 'fr'), en: details(state, mended, 'en') } } : {}),
  }
}

function glance(
  { error, since = 0, days }: ArchiveState,
  mended: readonly MendedFile[],
  locale: Locale,
  now: number,
): Rich {
  const isFrench = locale === 'fr'
  if (error !== undefined) {
    const age = ago(locale, Math.max(0, now - since))
    return own(isFrench ? `en retard, depuis\u00a0: ${age}` : `behind, since: ${age}`)
  }
  const files = `${number(locale, days)} ${isFrench ? plural('fr', days, 'fichier', 'fichiers') : plural('en', days, 'file', 'files')}`
  if (mended.length === 0) return own(isFrench ? `à jour, ${files}` : `up to date, ${files}`)
  const filled = new Set(mended.map(({ day }) => day)).size
  const count = number(locale, filled)
  return own(
    isFrench
      ? `à jour, ${files}, dont ${count} ${plural('fr', filled, 'complété', 'complétés')} depuis la base`
      : `up to date, ${files}, ${count} of them filled up from the database`,
  )
}

const hows: Readonly<Record<Locale, Readonly<Record<MendedFile['how'], string>>>> = {
  fr: { missing: 'manquait', empty: 'était vide', cut: 'était coupé' },
  en: { missing: 'was missing', empty: 'was empty', cut: 'was cut' },
}

function details({ error }: ArchiveState, mended: readonly MendedFile[], locale: Locale): readonly Rich[] {
  const isFrench = locale === 'fr'
  const trouble =
    error === undefined
      ? []
      : [isFrench ? rich`rien ne s’écrit\u00a0: ${code(error)}` : rich`nothing can be written: ${code(error)}`]
  return [
    ...trouble,
    ...mended.map(({ day, how, events }) => {
      const count = number(locale, events)
      const word = hows[locale][how]
      return isFrench
        ? rich`${code(`${day}.ndjson`)} ${own(`${word}\u00a0: ${count} ${plural('fr', events, 'événement réécrit', 'événements réécrits')}`)}`
        : rich`${code(`${day}.ndjson`)} ${own(`${word}: ${count} ${plural('en', events, 'event', 'events')} written again`)}`
    }),
  ]
}
