// URLs that are told without chat (interface.md, `POST /subscribe`), as Vigie's administrators see them and end them. Their secrets stay
// where they are, and of a URL only where it leads is shown: the rest of it may be a secret.

import type { Subscription } from '../../event.ts'
import type { Store, Subscriber } from '../../store/store.ts'

export type UrlStore = {
  readonly subscriptions: Pick<Store['subscriptions'], 'inChannel'>
  readonly subscribers: Pick<Store['subscribers'], 'all' | 'remove'>
  readonly deliveries: Pick<Store['deliveries'], 'list' | 'replay'>
}

/** URLs are in no channel. */
export const channelOfUrls = ''

const mostAtOnce = 500

export interface UrlSubscription {
  readonly subscriber: Subscriber
  readonly subscription: Subscription
}

/** All of them, as they were made. */
export async function urlSubscriptions({
  subscriptions,
  subscribers,
}: Pick<UrlStore, 'subscriptions' | 'subscribers'>): Promise<readonly UrlSubscription[]> {
  const [all, kept] = await Promise.all([subscriptions.inChannel(channelOfUrls), subscribers.all()])
  const byId = new Map(kept.map((subscriber) => [subscriber.id, subscriber]))
  return all.flatMap((subscription) => {
    const subscriber = byId.get(subscription.target.address)
    return subscriber === undefined ? [] : [{ subscriber, subscription }]
  })
}

/** `https://example.org/…` */
export function placeOfUrl(url: string): string {
  const { origin, pathname, search } = new URL(url)
  return pathname === '/' && search === '' ? origin : `${origin}/…`
}

/** Ends one with its URL. What was given up there can never be sent again: it goes back in line, where it is held back for good. */
export async function endUrl(store: UrlStore, { target }: Subscription, now: number): Promise<void> {
  await store.subscribers.remove(target.address)
  for (;;) {
    const parked = await store.deliveries.list({ channel: target.address, state: 'parked', limit: mostAtOnce })
    for (const { id: delivery } of parked) await store.deliveries.replay(delivery, now)
    if (parked.length < mostAtOnce) return
  }
}
