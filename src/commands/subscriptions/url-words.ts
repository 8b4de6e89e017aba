// What Vigie's administrators are told of the URLs that hear without chat: how each stands, and that one ended.

import type { Store } from '../../store/store.ts'
import { moment } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'
import { bold, code, own, type Rich, rich, shorten } from '../../text/rich.ts'
import type { Around, CallContext, Reply } from '../command.ts'
import { asTyped } from './subject.ts'
import { placeOfUrl, type UrlSubscription } from './urls.ts'
import { heardWords, listCommand } from './words.ts'

const words = {
  fr: {
    all: 'tout',
    ended: (place: Rich, what: Rich) =>
      rich`${bold(own('Désabonnée\u00a0:'))} ${place} n’entend plus ${what}. Pour revenir\u00a0: ${code('POST /subscribe')}`,
    never: 'rien ne lui a encore été dit',
    told: (when: string) => `🟢 dernière livraison ${when}`,
    failing: (when: string, error: Rich) => rich`🔴 en panne depuis ${own(when)} (${error})`,
  },
  en: {
    all: 'all',
    ended: (place: Rich, what: Rich) =>
      rich`${bold(own('Unsubscribed:'))} ${place} no longer hears ${what}. To go back: ${code('POST /subscribe')}`,
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
    subject === undefined ? own(all) : [code(asTyped(source, subject))],
    [],
    [await around.username(maker)],
    failed && error ? rich`${failing(when(failed.since), error)}, ${last}` : last,
  ]
}

export function urlEnded({ subscription, subscriber }: UrlSubscription, locale: Locale): Reply {
  const { id, source, subject } = subscription
  return {
    text: words[locale].ended([code(placeOfUrl(subscriber.url))], heardWords(subscription, locale)),
    mood: 'good',
    next: listCommand[locale],
    changed: [id, source, subject ?? ''].filter((word) => word !== '').join(' '),
    personal: true,
  }
}
