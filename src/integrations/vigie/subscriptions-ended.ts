// A URL wants nothing any more (it answered 410 Gone): what it was subscribed to ended, and Vigie's administrators hear it once
// (interface.md, `POST /subscribe`; Standard Webhooks).

import type { Describe, Draft, Json } from '../../event.ts'
import { code, item, own, rich } from '../../text/rich.ts'

export const subscriptionsEndedType = 'vigie.subscriptions_ended'

/** What it heard: `gitlab`, `group/**`. */
export interface HeardThere {
  readonly source: string
  readonly subject?: string | undefined
}

const mostShown = 20

/** `place`: where it leads, nothing secret in it. */
export function subscriptionsEnded(place: string, heard: readonly HeardThere[], at: number): Draft {
  const shown = heard.slice(0, mostShown).map(({ source, subject }) => [source, subject ?? ''].join(' ').trim())
  return {
    source: 'vigie',
    type: subscriptionsEndedType,
    time: new Date(at).toISOString(),
    data: { place, heard: shown, count: heard.length },
    severity: 'warning',
    audience: 'closed',
    byDefault: false,
  }
}

export const describeSubscriptionsEnded: Describe = ({ data }, { locale }) => {
  const place = code(textOf(data.place))
  const heard = Array.isArray(data.heard) ? data.heard.map(textOf) : []
  const left = (typeof data.count === 'number' ? data.count : heard.length) - heard.length
  const fr = locale === 'fr'
  const title = fr ? rich`${place} ne veut plus rien recevoir` : rich`${place} wants nothing any more`
  const why = fr
    ? rich`Cette adresse a répondu 410 (Gone)\u00a0: ce à quoi elle était abonnée a pris fin, et rien ne l’attend plus. Pour y revenir\u00a0: ${code('POST /subscribe')}.`
    : rich`This address answered 410 (Gone): what it was subscribed to has ended, and nothing waits for it any more. To go back: ${code('POST /subscribe')}.`
  const rest = left > 0 ? [item(own(fr ? `… et ${left} de plus` : `… and ${left} more`))] : []
  return {
    title,
    text: [...why, ...heard.map((one) => item([code(one)])), ...rest],
    color: '#ffaa00',
    footer: 'Vigie',
    summary: title,
  }
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' && value !== '' ? value : '?')
