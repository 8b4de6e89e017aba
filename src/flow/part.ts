// How sending does, for `/statut` and `vigie status`.

import type { Part } from '../event.ts'
import type { DeliveryStore } from '../store/store.ts'
import { duration, number } from '../text/format.ts'
import type { Locale } from '../text/locale.ts'
import { code, type Rich, rich } from '../text/rich.ts'
import type { OutboxStatus } from './outbox.ts'

export interface OutboxPartParts {
  readonly status: () => OutboxStatus
  readonly deliveries: Pick<DeliveryStore, 'counts'>
  readonly now: () => number
}

const lateMs = 60_000

type Counts = Awaited<ReturnType<DeliveryStore['counts']>>

export function createOutboxPart({ status, deliveries, now }: OutboxPartParts): () => Promise<Part> {
  return async () => {
    const { notifiers } = status()
    const apart = notifiers.filter((notifier) => notifier.apart).map(({ name }) => name)
    const [toUrls, others] = await Promise.all([deliveries.counts({ of: apart }), deliveries.counts({ except: apart })])
    const [waiting, parked] = [toUrls.waiting + others.waiting, toUrls.parked + others.parked]
    const away = notifiers.filter((notifier) => notifier.away !== undefined)
    const isLate = ({ oldestWaitingAt }: Counts) => oldestWaitingAt !== undefined && now() - oldestWaitingAt > lateMs
    // Somebody else's server that is away is no trouble of ours, and lasts for days.
    const isUrlLate = isLate(toUrls)
    const glance = (locale: Locale): Rich => {
      const [one, other] = [number(locale, waiting), number(locale, parked)]
      return locale === 'fr'
        ? rich`${{ own: one }} en attente, ${{ own: other }} ${{ own: parked > 1 ? 'rangés' : 'rangé' }}`
        : rich`${{ own: one }} waiting, ${{ own: other }} parked`
    }
    const details = (locale: Locale): Rich[] => [
      ...away.map(({ name, away: since }) => {
        const forMs = { own: duration(locale, Math.max(0, now() - (since?.since ?? now()))) }
        return locale === 'fr'
          ? rich`${code(name)} injoignable depuis ${forMs}`
          : rich`${code(name)} out of reach for ${forMs}`
      }),
      ...(isUrlLate ? [lateUrls(locale, toUrls.waiting)] : []),
      ...(parked === 0
        ? []
        : [rich`${code(locale === 'fr' ? '/vigie deliveries échouées' : '/vigie deliveries failed')}`]),
    ]
    const errors = away.map(({ name, away: since }) => rich`${code(name)} · ${since?.error ?? ''}`)
    return {
      name: 'outbox',
      title: { fr: 'File d’envoi', en: 'Outbox' },
      state: away.length > 0 || isLate(others) ? 'down' : parked > 0 || isUrlLate ? 'warning' : 'ok',
      glance: { fr: glance('fr'), en: glance('en') },
      details: { fr: details('fr'), en: details('en') },
      ...(errors.length === 0 ? {} : { operatorDetails: { fr: errors, en: errors } }),
    }
  }
}

function lateUrls(locale: Locale, waiting: number): Rich {
  const count = { own: number(locale, waiting) }
  return locale === 'fr'
    ? rich`${count} en attente d’une URL qui ne répond pas\u00a0: ${code('/subscribe liste')} en message direct montre laquelle`
    : rich`${count} waiting for a URL that does not answer: ${code('/subscribe list')} in a direct message shows which`
}
