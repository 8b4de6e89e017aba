// How Mattermost and we stand, for `/statut` and `vigie status` (event.ts, "Part").

import type { Now, Part } from '../event.ts'
import type { Asked } from '../integrations/integration.ts'
import type { SubscriptionStore } from '../store/store.ts'
import { duration, plural } from '../text/format.ts'
import type { Locale } from '../text/locale.ts'
import { code, join, own, type Rich, rich } from '../text/rich.ts'
import type { SocketState } from './socket.ts'
import type { Trouble } from './triggers.ts'

export interface StatusParts {
  readonly socket: () => SocketState
  readonly subscriptions: Pick<SubscriptionStore, 'all'>
  /** Slash commands that are not as they were registered. */
  readonly troubles: () => readonly Trouble[]
  /** Mattermost's own ping. */
  readonly ping: () => Promise<Asked>
  readonly now: Now
}

export function createMattermostStatus({
  socket,
  subscriptions,
  troubles,
  ping,
  now,
}: StatusParts): () => Promise<Part> {
  return async () => {
    const state = socket()
    const asleep = (await subscriptions.all()).filter((subscription) => subscription.asleep !== undefined)
    const sinceMs = Math.max(0, now() - state.since)
    const words = (locale: Locale): Rich => [...glance(locale, state, sinceMs), ...pinged(locale, state, asked)]
    const wrong = troubles()
    const asked = await ping()
    const more = (locale: Locale): Rich[] => (asleep.length === 0 ? [] : [sleeping(locale, asleep.length)])
    // They name teams, which are not everybody's.
    const wrongOnes = (locale: Locale): Rich[] => (wrong.length === 0 ? [] : [changed(locale, wrong)])
    const brief = (locale: Locale): Rich => [
      ...briefAsleep(locale, asleep.length),
      ...briefChanged(locale, wrong.length),
    ]
    return {
      name: 'mattermost',
      title: { fr: 'Mattermost', en: 'Mattermost' },
      state: state.as !== 'connected' ? 'down' : asleep.length + wrong.length > 0 ? 'warning' : 'ok',
      glance: {
        fr: [...words('fr'), ...brief('fr')],
        en: [...words('en'), ...brief('en')],
      },
      details: { fr: more('fr'), en: more('en') },
      operatorDetails: { fr: wrongOnes('fr'), en: wrongOnes('en') },
    }
  }
}

function glance(locale: Locale, state: SocketState, sinceMs: number): Rich {
  const since = own(duration(locale, sinceMs))
  if (state.as === 'revoked')
    return locale === 'fr'
      ? rich`jeton refusé depuis ${since}\u00a0: lancez vigie provision`
      : rich`token refused for ${since}: run vigie provision`
  if (state.as === 'connecting')
    return locale === 'fr' ? rich`injoignable depuis ${since}` : rich`out of reach for ${since}`
  const version = state.serverVersion.split('.').slice(0, 3).join('.')
  const tail = version === '' ? [] : rich` · ${version}`
  return locale === 'fr' ? rich`connecté depuis ${since}${tail}` : rich`connected for ${since}${tail}`
}

/** Its answer time; while the websocket is away, whether it is there at all. */
function pinged(locale: Locale, { as }: SocketState, { status, tookMs, error = '' }: Asked): Rich {
  const took = own(duration(locale, tookMs))
  if (status === 200 && as === 'connected') return rich` · ping ${took}`
  if (status === 200)
    return locale === 'fr' ? rich` · il répond au ping en ${took}` : rich` · it answers a ping in ${took}`
  const why = code(status === undefined ? error : String(status))
  return locale === 'fr' ? rich` · ping sans réponse (${why})` : rich` · no answer to a ping (${why})`
}

function briefAsleep(locale: Locale, count: number): Rich {
  if (count === 0) return []
  return locale === 'fr'
    ? rich` · ${count} ${plural(locale, count, 'abonnement endormi', 'abonnements endormis')}`
    : rich` · ${count} ${plural(locale, count, 'subscription asleep', 'subscriptions asleep')}`
}

function sleeping(locale: Locale, count: number): Rich {
  return locale === 'fr'
    ? rich`${count} ${plural(locale, count, 'abonnement dort', 'abonnements dorment')}\u00a0: le canal est archivé, ou je n’en suis plus membre. Invitez-moi (/invite @vigie) ou désarchivez le canal.`
    : rich`${count} ${plural(locale, count, 'subscription sleeps', 'subscriptions sleep')}: the channel is archived, or I am no longer a member of it. Invite me (/invite @vigie) or unarchive the channel.`
}

function briefChanged(locale: Locale, count: number): Rich {
  if (count === 0) return []
  return locale === 'fr'
    ? rich` · ${count} ${plural(locale, count, 'commande à rétablir', 'commandes à rétablir')}`
    : rich` · ${count} ${plural(locale, count, 'command to restore', 'commands to restore')}`
}

const mostNamed = 5

function changed(locale: Locale, troubles: readonly Trouble[]): Rich {
  const some = troubles.slice(0, mostNamed).map(({ team, trigger }) => rich`${code(`/${trigger}`)} (${team})`)
  const named = join([...some, troubles.length > mostNamed ? own('…') : []], ', ')
  return locale === 'fr'
    ? rich`Absentes de leur équipe, en double, ou pas à moi\u00a0: ${named}. Lancez ${code('vigie provision')}.`
    : rich`Absent from their team, doubled, or not mine: ${named}. Run ${code('vigie provision')}.`
}
