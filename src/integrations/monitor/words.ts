// What a failure is, in words a reader can act on (issue "The watch", "Incidents").

import { duration } from '../../text/format.ts'
import type { Locale, Said } from '../../text/locale.ts'
import { code, type Rich, rich } from '../../text/rich.ts'
import type { FailureFacts, ResultFacts } from './facts.ts'
import type { FailureKind } from './monitor.ts'

const failures: Readonly<Record<FailureKind, Said>> = {
  refused: { fr: 'connexion refusée\u00a0: rien n’écoute là', en: 'connection refused: nothing listens there' },
  timeout: { fr: 'pas de réponse à temps', en: 'no answer in time' },
  unreachable: { fr: 'injoignable', en: 'unreachable' },
  dns: { fr: 'son nom ne mène nulle part', en: 'its name leads nowhere' },
  tls: { fr: 'liaison TLS impossible', en: 'no TLS connection possible' },
  status: { fr: '', en: '' },
  content: { fr: 'la réponse n’est pas celle attendue', en: 'the answer is not the expected one' },
  redirects: { fr: 'redirection refusée', en: 'redirect not followed' },
  protocol: { fr: 'réponse illisible', en: 'unreadable answer' },
  forbidden: { fr: 'adresse non autorisée', en: 'address not allowed' },
  missed: { fr: 'la tâche ne s’est pas annoncée', en: 'the job did not report' },
  reported: { fr: 'la tâche a signalé un échec', en: 'the job reported a failure' },
}

/** Details that are our own words, in French; those of the world stay as it says them. */
const ownDetails: Readonly<Record<string, string>> = {
  'word not found': 'mot absent',
  'JSON value differs': 'valeur JSON différente',
  'JSON beyond 1 MiB': 'JSON de plus de 1 Mio',
  'no JSON': 'pas du JSON',
  'no such answer': 'aucune réponse de cette valeur',
  'more than 3': 'plus de 3',
  'not allowed': 'non autorisée',
  'body to another origin': 'un corps vers une autre origine',
  'a secret header cannot be opened': 'un en-tête secret ne s’ouvre pas',
  'ETIMEDOUT proxy': 'ETIMEDOUT mandataire',
  'ETIMEDOUT TLS handshake': 'ETIMEDOUT négociation TLS',
  'ETIMEDOUT answer': 'ETIMEDOUT réponse',
  'ETIMEDOUT rest of the answer': 'ETIMEDOUT suite de la réponse',
}

/** The detail as it is shown, in a code span. */
const detailOf = (detail: string, locale: Locale): Rich => [
  code(locale === 'fr' && Object.hasOwn(ownDetails, detail) ? (ownDetails[detail] ?? detail) : detail),
]

/** `503 Service Unavailable` après 212 ms. The detail is foreign and stands in a code span. */
export function resultWords(result: ResultFacts, locale: Locale): Rich {
  const after = { own: duration(locale, result.tookMs) }
  const { failure } = result
  if (failure === undefined) {
    // A job that reports, and did not say when it began.
    if (result.status === undefined && result.tookMs === 0)
      return [{ own: locale === 'fr' ? 'réponse reçue' : 'answered' }]
    const said =
      result.status === undefined ? { own: locale === 'fr' ? 'réponse' : 'answer' } : code(String(result.status))
    return locale === 'fr' ? rich`${said} en ${after}` : rich`${said} in ${after}`
  }
  const isTimeless = failure.kind === 'missed' || failure.kind === 'reported' || failure.kind === 'forbidden'
  const when = isTimeless ? [] : locale === 'fr' ? rich` après ${after}` : rich` after ${after}`
  const said = saidOf(failure.kind)[locale]
  if (failure.detail === '') return rich`${{ own: said }}${when}`
  if (said === '') return rich`${detailOf(failure.detail, locale)}${when}`
  return rich`${detailOf(failure.detail, locale)}${when} (${{ own: said }})`
}

/** The failure alone, for a line: `503`. */
export function failureWords({ failure, status }: ResultFacts, locale: Locale): Rich {
  if (status !== undefined && (failure === undefined || failure.kind === 'status')) return [code(String(status))]
  return failure === undefined ? [] : briefWords(failure, locale)
}

/** In the world's own words where there are some: `503 Service Unavailable`. */
export function briefWords({ kind, detail }: FailureFacts, locale: Locale): Rich {
  return detail === '' ? [{ own: saidOf(kind)[locale] }] : detailOf(detail, locale)
}

function saidOf(kind: string): Said {
  return Object.entries(failures).find(([name]) => name === kind)?.[1] ?? { fr: kind, en: kind }
}
