// What a mail about an incident is called (issue "The watch", "E-mail"). Pure.

import { plural } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'
import { own, type Rich, rich } from '../../text/rich.ts'
import type { Facts, StrickenFacts } from './facts.ts'

const opening: Readonly<Record<Locale, Readonly<Record<Facts['incident']['cause'], string>>>> = {
  fr: {
    down: 'Indisponibilité du service',
    degraded: 'Lenteur du service',
    flapping: 'Instabilité du service',
  },
  en: {
    down: 'Outage of the service',
    degraded: 'Slowness of the service',
    flapping: 'Instability of the service',
  },
}

const closing: Readonly<Record<Locale, Readonly<Record<Facts['incident']['cause'], string>>>> = {
  fr: { down: 'est de nouveau disponible', degraded: 'répond vite de nouveau', flapping: 'est stable' },
  en: { down: 'is available again', degraded: 'answers quickly again', flapping: 'is steady' },
}

/** Of every step: mailboxes show them together. */
export function subjectOf({ kind, incident }: Facts, first: StrickenFacts, locale: Locale): Rich {
  const what = whatOf(incident, first, locale)
  if (incident.closedAt !== undefined) return closedSubject(incident, what, locale)
  const head = incident.isGroup ? groupOpening[locale] : opening[locale][incident.cause]
  const alert = own(mark(locale === 'fr' ? 'ALERTE' : 'ALERT', locale))
  return [...rich`${alert} ${own(head)} ${what}`, ...own(nuance(kind, locale))]
}

const groupOpening: Readonly<Record<Locale, string>> = {
  fr: 'Indisponibilité de',
  en: 'Outage of',
}

function closedSubject({ closedAs, cause, isGroup }: Facts['incident'], what: Rich, locale: Locale): Rich {
  const fr = locale === 'fr'
  if (closedAs !== 'up') return rich`${own(mark(fr ? 'FIN D’ALERTE' : 'ALERT OVER', locale))} ${what}`
  const head = own(mark(fr ? 'RÉTABLI' : 'RECOVERED', locale))
  if (isGroup) return rich`${head} ${what}`
  return rich`${head} ${own(fr ? 'Le service' : 'The service')} ${what} ${own(closing[locale][cause])}`
}

function whatOf({ isGroup, monitors: { length } }: Facts['incident'], { name }: StrickenFacts, locale: Locale): Rich {
  if (!isGroup) return [name]
  const words =
    locale === 'fr' ? plural('fr', length, 'service', 'services') : plural('en', length, 'service', 'services')
  return own(`${length} ${words}`)
}

/** `ALERTE :` with a plain space: mail is sorted by it, letter by letter. */
function mark(word: string, locale: Locale): string {
  return `${word}${locale === 'fr' ? ' ' : ''}:`
}

function nuance(kind: string, locale: Locale): string {
  if (kind === 'escalated') return locale === 'fr' ? ' (personne ne l’a prise en charge)' : ' (nobody has taken it)'
  if (kind === 'reminded') return locale === 'fr' ? ' (rappel)' : ' (reminder)'
  return ''
}
