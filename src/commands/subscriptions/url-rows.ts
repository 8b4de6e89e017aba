// How the URLs that are told without chat stand, for Vigie's administrators: when they were last told something, since when they fail.

import type { Store } from '../../store/store.ts'
import { moment } from '../../text/format.ts'
import { code, own, type Rich, rich, shorten } from '../../text/rich.ts'
import type { Around, CallContext } from '../command.ts'
import { placeOfUrl, type UrlSubscription } from './urls.ts'

const words = {
  fr: {
    all: 'tout',
    never: 'rien ne lui a encore été dit',
    told: (when: string) => `🟢 dernière livraison ${when}`,
    failing: (when: string, error: Rich) => rich`🔴 en panne depuis ${own(when)} (${error})`,
  },
  en: {
    all: 'all',
    never: 'nothing was told to it yet',
    told: (when: string) => `🟢 last delivery ${when}`,
    failing: (when: string, error: Rich) => rich`🔴 failing since ${own(when)} (${error})`,
  },
}

export interface UrlRowParts {
  readonly around: Pick<Around, 'username'>
  readonly timeZone: string
  readonly store: { readonly deliveries: Pick<Store['deliveries'], 'lately'> }
}

/** Id, where, source, subject, filters (none), maker, state. */
export async function urlRow(
  { around, timeZone, store }: UrlRowParts,
  { subscription, subscriber }: UrlSubscription,
  { locale, now }: CallContext,
): Promise<readonly Rich[]> {
  const { id, source, subject, maker, target } = subscription
  const { all, never, told, failing } = words[locale]
  const { deliveredAt, failing: failed } = await store.deliveries.lately(target)
  const when = (at: number) => moment(locale, timeZone, at, now)
  const last = own(deliveredAt === undefined ? never : told(when(deliveredAt)))
  const error = failed && [code(shorten(failed.error.replace(/^webhook: /, ''), 60))]
  return [
    [code(id)],
    [code(placeOfUrl(subscriber.url))],
    own(source),
    subject === undefined ? own(all) : [code(subject)],
    [],
    [await around.username(maker)],
    failed && error ? rich`${failing(when(failed.since), error)}, ${last}` : last,
  ]
}
