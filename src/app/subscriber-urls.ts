// URLs among those who hear: how they subscribe and are told, and how it ends (interface.md, `POST /subscribe`; threats T7, T14).

import { type InTurn, mostInChannel } from '../commands/subscriptions/room.ts'
import { isSameSubject } from '../commands/subscriptions/subject.ts'
import {
  channelOfUrls,
  endUrl,
  placeOfUrl,
  type UrlSubscription,
  urlSubscriptions,
} from '../commands/subscriptions/urls.ts'
import type { Emit, Log, Now, Subscription, Target } from '../event.ts'
import type { KeyHolder, Outward, Subscribed, Vault } from '../integrations/integration.ts'
import { subscriptionsEnded } from '../integrations/vigie/subscriptions-ended.ts'
import { notifiers } from '../notifiers/index.ts'
import type { Notifier } from '../notifiers/notifier.ts'
import type { Store } from '../store/store.ts'
import type { Said } from '../text/locale.ts'
import { isSameMaker, keyMaker, requireNoChannel } from './subscriber-rights.ts'
import { type About, readUrl, refused } from './subscriber-wish.ts'

export interface UrlParts {
  readonly store: Store
  readonly vault: Vault
  readonly outward: Outward
  readonly emit: Emit
  /** Ids of those who are told that a URL is gone, as far as they are known. */
  readonly admins: () => readonly string[]
  /** Something that was given up was put back in line. */
  readonly onReplayed: () => void
  readonly now: Now
  readonly log: Log
  /** That of the commands: a channel's subscriptions are counted and made in turn, whoever asks. */
  readonly inTurn: InTurn
}

/** Subscriptions of URLs, all of them together: each is looked at when an event is routed. */
const mostOfUrls = 2000
const secretBytes = 32
const idBytes = 12

const problems = {
  inside: {
    fr: 'Vigie n’a pas le droit d’appeler cette adresse\u00a0: une adresse interne n’est appelée que si MONITOR_ALLOW la nomme',
    en: 'Vigie is not allowed to call this address: one inside is called only where MONITOR_ALLOW names it',
  },
  manyOfMaker: {
    fr: `${mostInChannel} abonnements d’URL au plus par personne\u00a0: retirez-en un`,
    en: `${mostInChannel} subscriptions of URLs at most for each person: end one`,
  },
  many: {
    fr: `${mostOfUrls} abonnements d’URL au plus en tout\u00a0: retirez-en un`,
    en: `${mostOfUrls} subscriptions of URLs at most in all: end one`,
  },
} satisfies Record<string, Said>

export interface Urls {
  /** @throws {HttpProblem} 403, 422 */
  subscribe(url: string, about: About, holder: KeyHolder): Promise<{ made?: Subscription; answer: Subscribed }>
  /** Nothing where there is none of this holder's, or of anybody's where a Vigie administrator stands behind it. @throws {HttpProblem} 403, 422 */
  unsubscribe(url: string, about: About, holder: KeyHolder): Promise<Subscription | undefined>
  readonly notifier: Notifier
  /** A URL that is gone for good is told nothing more. */
  onTargetGone(target: Target): Promise<void>
}

export function createUrls(parts: UrlParts): Urls {
  const { store, vault, outward, log, now, inTurn } = parts

  async function end(theirs: readonly UrlSubscription[]): Promise<void> {
    for (const { subscription } of theirs) await endUrl(store, subscription, now())
    parts.onReplayed()
  }

  return {
    async subscribe(text, about, holder) {
      requireNoChannel(holder)
      const url = readUrl(text)
      if (!(await outward.admits(url))) throw refused('url', problems.inside)
      return await inTurn(channelOfUrls, () => keepUrl(parts, url.href, about, keyMaker(holder)))
    },
    async unsubscribe(text, about, holder) {
      requireNoChannel(holder)
      const { href } = readUrl(text)
      return await inTurn(channelOfUrls, async () => {
        const isTheirs = ({ subscriber }: UrlSubscription) => isSameMaker(subscriber.maker, keyMaker(holder))
        const found = (await urlSubscriptions(store)).filter(
          (one) => one.subscriber.url === href && isAbout(one, about) && (holder.vigieAdmin || isTheirs(one)),
        )
        const first = found.find(isTheirs) ?? found[0]
        if (first !== undefined) await end([first])
        return first?.subscription
      })
    },
    notifier: notifiers.webhook({
      async find(id) {
        const subscriber = await store.subscribers.find(id)
        const opened = subscriber && vault.open(subscriber.sealed, sealedFor(id))
        if (subscriber !== undefined && opened === undefined)
          log.error({ subscriber: id }, 'a subscriber’s secret cannot be opened: VIGIE_SECRET_KEY was replaced')
        return subscriber && opened && { url: subscriber.url, secret: opened.secret.reveal() }
      },
      post: outward.post,
      now,
    }),
    async onTargetGone({ notifier, address }) {
      if (notifier !== 'webhook') return
      const ended = await inTurn(channelOfUrls, async () => {
        const all = await urlSubscriptions(store)
        const gone = all.find(({ subscriber }) => subscriber.id === address)
        const theirs = all.filter(({ subscriber }) => subscriber.url === gone?.subscriber.url)
        await end(theirs)
        return theirs
      })
      const [first] = ended
      if (first === undefined) return
      const place = placeOfUrl(first.subscriber.url)
      log.warn({ subscriber: address, place, count: ended.length }, 'a URL is gone and is told nothing more')
      const heard = ended.map(({ subscription: { source, subject } }) => ({ source, ...(subject && { subject }) }))
      const only = parts.admins().map((id): Target => ({ notifier: 'mattermost', address: `@${id}` }))
      if (only.length > 0) await parts.emit(subscriptionsEnded(place, heard, now()), { only })
    },
  }
}

const sealedFor = (id: string): string => `subscriber ${id}`

const isAbout = ({ subscription }: UrlSubscription, { source, subject }: About): boolean =>
  subscription.source === source && isSameSubject(subscription.subject, subject)

async function keepUrl(
  { store, vault, now }: UrlParts,
  url: string,
  about: About,
  maker: string,
): Promise<{ made?: Subscription; answer: Subscribed }> {
  const all = await urlSubscriptions(store)
  const theirs = all.filter(({ subscriber }) => isSameMaker(subscriber.maker, maker))
  const known = theirs.find((one) => one.subscriber.url === url && isAbout(one, about))
  // Its secret was told when it was made.
  if (known !== undefined) return { answer: { id: known.subscription.id } }
  if (theirs.length >= mostInChannel) throw refused('url', problems.manyOfMaker)
  if (all.length >= mostOfUrls) throw refused('url', problems.many)
  const id = vault.random(idBytes).toString('hex')
  const secret = `whsec_${vault.random(secretBytes).toString('base64')}`
  const madeAt = now()
  await store.subscribers.save({ id, url, maker, sealed: vault.seal(secret, sealedFor(id)), madeAt })
  try {
    const { subscription } = await store.subscriptions.save({
      channel: channelOfUrls,
      target: { notifier: 'webhook', address: id },
      ...about,
      filters: {},
      maker,
      madeAt,
      byKey: true,
    })
    return { made: subscription, answer: { id: subscription.id, secret } }
  } catch (error) {
    await store.subscribers.remove(id)
    throw error
  }
}
