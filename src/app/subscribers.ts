// The wiring of who is told without chat: `POST /subscribe`, `DELETE /subscribe`, and the URLs among those who hear (interface.md,
// "API keys"; threats T7, T14).

import { requireRoom } from '../commands/subscriptions/room.ts'
import { isSameSubject } from '../commands/subscriptions/subject.ts'
import { HttpProblem } from '../errors.ts'
import type { Subscription } from '../event.ts'
import type { Integration, KeyHolder, Subscribing } from '../integrations/integration.ts'
import type { Said } from '../text/locale.ts'
import { isSameMaker, keyMaker, requireStanding, type StandingOf } from './subscriber-rights.ts'
import { createUrls, type UrlParts, type Urls } from './subscriber-urls.ts'
import { type About, orRefused, readWish } from './subscriber-wish.ts'

export interface SubscriberParts extends UrlParts {
  /** What can be subscribed to. */
  readonly sources: readonly Pick<Integration, 'name'>[]
  readonly standing: StandingOf
}

export interface Subscribers extends Pick<Urls, 'notifier' | 'onTargetGone'> {
  readonly subscribing: Subscribing
}

const none: Said = { fr: 'Il n’y a pas d’abonnement ainsi écrit.', en: 'There is no subscription written like that.' }
const others: Said = {
  fr: 'Cet abonnement est à quelqu’un d’autre.',
  en: 'This subscription is somebody else’s.',
}

export function createSubscribers(parts: SubscriberParts): Subscribers {
  const { sources, standing, inTurn } = parts
  const { notifier, onTargetGone, ...urls } = createUrls(parts)

  async function subscribeChannel(channel: string, about: About, holder: KeyHolder): Promise<Subscription> {
    const { subscriptions } = parts.store
    const here = await subscriptions.inChannel(channel)
    // What stands is left with its filters, and with its maker's rights.
    const known = here.find((one) => isAbout(one, about, channel))
    if (known !== undefined) return known
    orRefused('channel', () => requireRoom(here.length + 1))
    const { subscription } = await subscriptions.save({
      channel,
      target: { notifier: 'mattermost', address: channel },
      ...about,
      filters: {},
      maker: keyMaker(holder),
      madeAt: parts.now(),
      byKey: true,
    })
    await note(parts, holder, 'subscribe', subscription)
    return subscription
  }

  async function unsubscribeChannel(
    channel: string,
    about: About,
    holder: KeyHolder,
  ): Promise<Subscription | undefined> {
    const { isAdmin } = await requireStanding(standing, holder, { channel, enter: false })
    return await inTurn(channel, async () => {
      const here = await parts.store.subscriptions.inChannel(channel)
      const found = here.find((one) => isAbout(one, about, channel))
      if (found === undefined) return undefined
      if (!isAdmin && !isSameMaker(found.maker, keyMaker(holder))) throw new HttpProblem(403, others)
      await parts.store.subscriptions.remove(found.id)
      return found
    })
  }

  return {
    notifier,
    onTargetGone,
    subscribing: {
      async subscribe(wish, holder) {
        const about = readWish(wish, sources)
        const { to } = wish
        if ('channel' in to) {
          await requireStanding(standing, holder, { channel: to.channel, enter: true })
          const { id } = await inTurn(to.channel, () => subscribeChannel(to.channel, about, holder))
          return { id }
        }
        const { made, answer } = await urls.subscribe(to.url, about, holder)
        if (made !== undefined) await note(parts, holder, 'subscribe', made)
        return answer
      },
      async unsubscribe(wish, holder) {
        const about = readWish(wish, sources)
        const { to } = wish
        const ended =
          'channel' in to
            ? await unsubscribeChannel(to.channel, about, holder)
            : await urls.unsubscribe(to.url, about, holder)
        if (ended === undefined) throw new HttpProblem(404, none)
        await note(parts, holder, 'unsubscribe', ended)
        return ended.id
      },
    },
  }
}

const isAbout = (one: Subscription, { source, subject }: About, channel: string): boolean =>
  one.source === source && isSameSubject(one.subject, subject) && one.target.address === channel

/** For integrations, which are made before. */
export function subscribingWhenMade(made: () => Subscribers): Subscribing {
  return {
    subscribe: (wish, holder) => made().subscribing.subscribe(wish, holder),
    unsubscribe: (wish, holder) => made().subscribing.unsubscribe(wish, holder),
  }
}

async function note(
  { store, now, log }: SubscriberParts,
  holder: KeyHolder,
  verb: 'subscribe' | 'unsubscribe',
  { id, channel, source, subject }: Subscription,
): Promise<void> {
  log.info({ key: holder.id, verb, subscription: id, source }, 'subscriptions changed by a key')
  const entry = {
    at: now(),
    person: keyMaker(holder),
    verb,
    object: [id, source, subject ?? ''].filter((word) => word !== '').join(' '),
    outcome: 'done' as const,
    detail: `key ${holder.id}`,
    ...(channel === '' ? {} : { channel }),
  }
  // What was changed stands, and a secret that is told once must be told.
  await store.audit.append(entry).catch((error: unknown) => log.error({ err: error }, 'a change could not be audited'))
}
