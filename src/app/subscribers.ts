// The wiring of who is told without chat: `POST /subscribe`, `DELETE /subscribe`, and the URLs among those who hear (interface.md,
// "API keys"; threats T7, T14).

import { createTurns, requireRoom } from '../commands/subscriptions/room.ts'
import { isSameSubject, readSubject } from '../commands/subscriptions/subject.ts'
import { HttpProblem, UserError } from '../errors.ts'
import type { Log, Now, Subscription, Target } from '../event.ts'
import type {
  Integration,
  KeyHolder,
  Outward,
  Subscribed,
  Subscribing,
  SubscriptionWish,
  Vault,
} from '../integrations/integration.ts'
import { notifiers } from '../notifiers/index.ts'
import type { Notifier } from '../notifiers/notifier.ts'
import type { Store, Subscriber } from '../store/store.ts'
import type { Said } from '../text/locale.ts'

/** What whoever stands behind a key may do in a channel. */
export interface Standing {
  /** True for channel administrators and Vigie's. */
  readonly isAdmin: boolean
}

export interface SubscriberParts {
  readonly store: Store
  readonly vault: Vault
  readonly outward: Outward
  /** What can be subscribed to. */
  readonly sources: readonly Pick<Integration, 'name'>[]
  /**
   * How a key's maker (nobody: a key made in a shell) stands in a channel; nothing where there is none, they are no member, or a guest.
   * `enter`: the bot comes in, or it is nothing. @throws {MattermostError}
   */
  readonly standing: (channel: string, maker: string | undefined, enter: boolean) => Promise<Standing | undefined>
  readonly now: Now
  readonly log: Log
}

const problems = {
  channel: {
    fr: 'Il n’y a pas ici de canal de ce numéro où cette clé puisse abonner.',
    en: 'There is no channel of this id here that this key may subscribe.',
  },
  otherChannel: {
    fr: 'Cette clé n’abonne que le canal pour lequel elle a été faite.',
    en: 'This key subscribes only the channel that it was made for.',
  },
  none: { fr: 'Il n’y a pas d’abonnement ainsi écrit.', en: 'There is no subscription written like that.' },
  others: {
    fr: 'Cet abonnement est à quelqu’un d’autre.',
    en: 'This subscription is somebody else’s.',
  },
  away: {
    fr: 'Mattermost ne répond pas\u00a0: réessayez plus tard.',
    en: 'Mattermost does not answer: try again later.',
  },
  wrong: {
    fr: 'Cet abonnement ne peut pas être pris\u00a0: voir les champs.',
    en: 'This subscription cannot be taken: see the fields.',
  },
  address: {
    fr: 'une adresse http ou https, sans nom ni mot de passe, est attendue',
    en: 'an http or https address is expected, without a name or password',
  },
  inside: {
    fr: 'Vigie n’a pas le droit d’appeler cette adresse',
    en: 'Vigie is not allowed to call this address',
  },
} satisfies Record<string, Said>

/** Subscriptions of URLs, all of them together: each is looked at when an event is routed. */
const mostOfUrls = 2000
const idPattern = /^[a-z0-9]{26}$/
const secretBytes = 32
const idBytes = 12

const keyMaker = (holder: KeyHolder): string => holder.maker ?? `key:${holder.id}`
/** Keys made in a shell are one and the same operator's. */
const isSameMaker = (one: string, other: string): boolean =>
  one === other || (one.startsWith('key:') && other.startsWith('key:'))

export interface Subscribers {
  readonly subscribing: Subscribing
  readonly notifier: Notifier
  /** A URL that is gone for good is told nothing more. */
  onTargetGone(target: Target): Promise<void>
}

export function createSubscribers(parts: SubscriberParts): Subscribers {
  const { store, vault, outward, log, now } = parts
  const inTurn = createTurns()

  const subscribing: Subscribing = {
    async subscribe(wish, holder) {
      const { source, subject } = readWish(wish, parts)
      const about = { source, ...(subject === undefined ? {} : { subject }) }
      const { to } = wish
      if ('channel' in to) {
        await requireStanding(parts, to.channel, holder, true)
        return await inTurn(to.channel, () => subscribeChannel(parts, to.channel, about, holder))
      }
      requireNoChannel(holder)
      const url = readUrl(to.url)
      if (!(await outward.admits(url))) throw refused('url', problems.inside)
      return await inTurn('', () => subscribeUrl(parts, url.href, about, holder))
    },
    async unsubscribe(wish, holder) {
      const { source, subject } = readWish(wish, parts)
      const isThis = (one: Subscription) => one.source === source && isSameSubject(one.subject, subject)
      const { to } = wish
      if ('channel' in to) {
        const { isAdmin } = await requireStanding(parts, to.channel, holder, false)
        return await inTurn(to.channel, async () => {
          const here = await store.subscriptions.inChannel(to.channel)
          const found = here.find((one) => isThis(one) && one.target.address === to.channel)
          if (found === undefined) throw new HttpProblem(404, problems.none)
          if (!isAdmin && !isSameMaker(found.maker, keyMaker(holder))) throw new HttpProblem(403, problems.others)
          await store.subscriptions.remove(found.id)
          await note(parts, holder, 'unsubscribe', found)
          return found.id
        })
      }
      requireNoChannel(holder)
      const url = readUrl(to.url)
      return await inTurn('', async () => {
        const theirs = (await ofUrl(parts, url.href)).filter(
          ({ subscriber, subscription }) =>
            isThis(subscription) && (holder.vigieAdmin || isSameMaker(subscriber.maker, keyMaker(holder))),
        )
        const [first] = theirs.toSorted(({ subscriber: a }) => (isSameMaker(a.maker, keyMaker(holder)) ? -1 : 1))
        if (first === undefined) throw new HttpProblem(404, problems.none)
        await store.subscriptions.remove(first.subscription.id)
        await store.subscribers.remove(first.subscriber.id)
        await note(parts, holder, 'unsubscribe', first.subscription)
        return first.subscription.id
      })
    },
  }

  return {
    subscribing,
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
      const ended = (await store.subscriptions.inChannel('')).filter(({ target }) => target.address === address)
      for (const { id } of ended) await store.subscriptions.remove(id)
      await store.subscribers.remove(address)
      log.warn({ subscriber: address, count: ended.length }, 'a URL is gone and is told nothing more')
    },
  }
}

/** For integrations, which are made before. */
export function subscribingWhenMade(made: () => Subscribers): Subscribing {
  return {
    subscribe: (wish, holder) => made().subscribing.subscribe(wish, holder),
    unsubscribe: (wish, holder) => made().subscribing.unsubscribe(wish, holder),
  }
}

/** The guarded way outside; without the integration that has it nothing is let out. */
export function outwardOf(integrations: readonly Integration[]): Outward {
  const known = integrations.flatMap(({ outward }) => outward ?? [])[0]
  if (known === undefined) throw new Error('no integration guards the way outside')
  return known
}

/** Vigie's own news come from no source that can be subscribed to. */
export function sourcesOf(integrations: readonly Integration[]): readonly Integration[] {
  return integrations.filter(({ events }) => events.length > 0)
}

const sealedFor = (id: string): string => `subscriber ${id}`

type About = Pick<Subscription, 'source' | 'subject'>

async function subscribeChannel(
  parts: SubscriberParts,
  channel: string,
  about: About,
  holder: KeyHolder,
): Promise<Subscribed> {
  const { subscriptions } = parts.store
  const here = await subscriptions.inChannel(channel)
  // What stands is left with its filters, and with its maker's rights.
  const known = here.find(
    (one) => one.source === about.source && isSameSubject(one.subject, about.subject) && one.target.address === channel,
  )
  if (known !== undefined) return { id: known.id }
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
  return { id: subscription.id }
}

async function subscribeUrl(parts: SubscriberParts, url: string, about: About, holder: KeyHolder): Promise<Subscribed> {
  const { subscriptions, subscribers } = parts.store
  const maker = keyMaker(holder)
  const known = (await ofUrl(parts, url)).find(
    ({ subscriber, subscription }) =>
      isSameMaker(subscriber.maker, maker) &&
      subscription.source === about.source &&
      isSameSubject(subscription.subject, about.subject),
  )
  // Its secret was told when it was made.
  if (known !== undefined) return { id: known.subscription.id }
  const all = await subscriptions.inChannel('')
  orRefused('url', () => requireRoom(all.filter((one) => isSameMaker(one.maker, maker)).length + 1))
  if (all.length >= mostOfUrls) throw refused('url', problems.inside)
  const id = parts.vault.random(idBytes).toString('hex')
  const secret = `whsec_${parts.vault.random(secretBytes).toString('base64')}`
  const madeAt = parts.now()
  let saved: Subscription
  await subscribers.save({ id, url, maker, sealed: parts.vault.seal(secret, sealedFor(id)), madeAt })
  try {
    const { subscription } = await subscriptions.save({
      channel: '',
      target: { notifier: 'webhook', address: id },
      ...about,
      filters: {},
      maker,
      madeAt,
      byKey: true,
    })
    saved = subscription
  } catch (error) {
    await subscribers.remove(id)
    throw error
  }
  await note(parts, holder, 'subscribe', saved)
  return { id: saved.id, secret }
}

async function ofUrl(
  { store }: SubscriberParts,
  url: string,
): Promise<{ readonly subscriber: Subscriber; readonly subscription: Subscription }[]> {
  const [there, all] = await Promise.all([store.subscribers.at(url), store.subscriptions.inChannel('')])
  return there.flatMap((subscriber) =>
    all.filter(({ target }) => target.address === subscriber.id).map((subscription) => ({ subscriber, subscription })),
  )
}

/** @throws {HttpProblem} 403, 404 that tell nothing of channels; 503 */
async function requireStanding(
  { standing }: SubscriberParts,
  channel: string,
  holder: KeyHolder,
  enter: boolean,
): Promise<Standing> {
  if (holder.channel !== undefined && holder.channel !== channel) throw new HttpProblem(403, problems.otherChannel)
  if (!idPattern.test(channel)) throw new HttpProblem(404, problems.channel)
  try {
    const found = await standing(channel, holder.maker, enter)
    if (found !== undefined) return found
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'MattermostError') throw error
    throw new HttpProblem(503, problems.away, { 'retry-after': '10' }, { cause: error })
  }
  throw new HttpProblem(404, problems.channel)
}

function requireNoChannel(holder: KeyHolder): void {
  if (holder.channel !== undefined) throw new HttpProblem(403, problems.otherChannel)
}

/** @throws {HttpProblem} 422 */
function readWish(wish: SubscriptionWish, { sources }: SubscriberParts): About {
  const source = sources.find(({ name }) => name === wish.source)?.name
  if (source === undefined) {
    const names = sources.map(({ name }) => name).join(', ')
    throw refused('source', {
      fr: `cette source n’existe pas\u00a0: il y a ${names}`,
      en: `there is no such source: there are ${names}`,
    })
  }
  const typed = source === 'personnage' ? nameOrGlobs(wish.subject) : wish.subject
  const subject = orRefused('subject', () => readSubject(typed, source))
  return { source, ...(subject === undefined ? {} : { subject }) }
}

/** A character's name is one subject, its spaces `_`, as chat takes it in quotes; globs of which some exclude are a list. */
const nameOrGlobs = (text = ''): string => (/(?:^|\s)!\S/u.test(text) ? text : text.trim().replace(/\s/gu, '_'))

/** In its one spelling. @throws {HttpProblem} 422 */
function readUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw refused('url', problems.address)
  url.hash = ''
  return url
}

function orRefused<T>(field: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof UserError) throw refused(field, error.said)
    throw error
  }
}

function refused(field: string, said: Said): HttpProblem {
  return new HttpProblem(422, problems.wrong, undefined, { fields: [{ field, said }] })
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
