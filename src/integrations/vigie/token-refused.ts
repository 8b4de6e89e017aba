// Mattermost refuses Vigie's token: an alert that only FALLBACK can carry meanwhile, and its end, on one card (threat F8).

import type { Describe, Draft } from '../../event.ts'
import { clock, duration } from '../../text/format.ts'
import { bold, code, own, rich } from '../../text/rich.ts'

export const tokenRefusedType = 'vigie.token_refused'
export const tokenAcceptedType = 'vigie.token_accepted'

/** `since`: milliseconds since 1970. */
export function tokenRefused(since: number): Draft {
  return { ...news(tokenRefusedType, since, since), severity: 'critical', alert: cardOf(since) }
}

export function tokenAccepted(since: number, at: number): Draft {
  return { ...news(tokenAcceptedType, since, at), severity: 'info', alertsOver: [cardOf(since)] }
}

const cardOf = (since: number): string => `token refused ${since}`

function news(type: string, since: number, at: number): Omit<Draft, 'severity'> {
  const time = new Date(at).toISOString()
  return { source: 'vigie', type, time, data: { since, at }, audience: 'closed', byDefault: false, card: cardOf(since) }
}

export const describeToken: Describe = ({ type, data }, { locale, timeZone, now }) => {
  const [since, at] = [Number(data.since), Number(data.at)]
  const fr = locale === 'fr'
  const began = bold(own(clock(locale, timeZone, since, now)))
  const setting = code('MATTERMOST_TOKEN')
  if (type === tokenRefusedType) {
    const title = own(fr ? 'Mattermost refuse le jeton de Vigie' : 'Mattermost refuses Vigie’s token')
    const text = fr
      ? rich`Depuis ${began}, rien ne peut être publié\u202f; tout attend, rien n’est perdu. Le jeton a été révoqué ou le compte désactivé\u00a0: ${code('vigie provision --rotate')} en fait un autre, ou renseignez ${setting}.`
      : rich`Since ${began} nothing can be posted; everything waits, nothing is lost. The token was revoked or the account deactivated: ${code('vigie provision --rotate')} makes another, or set ${setting}.`
    return { title: rich`🔴 ${title}`, text, color: '#d24b4e', footer: 'Vigie', summary: title }
  }
  const lasted = own(duration(locale, Math.max(1000, at - since)))
  const title = own(fr ? 'Mattermost accepte de nouveau Vigie' : 'Mattermost accepts Vigie again')
  const text = fr
    ? rich`Refusée pendant ${lasted}, depuis ${began}. Ce qui attendait est envoyé.`
    : rich`Refused for ${lasted}, since ${began}. What waited is sent.`
  return { title: rich`🟢 ${title}`, text, color: '#3db887', footer: 'Vigie', summary: title }
}
