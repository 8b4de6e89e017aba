// A notifier over a channel that exists in memory only: posts, edits and thread lines as Mattermost would hold them. It can be told
// to fail, and to take a message without its answer coming back.

import type { DeliveryError } from '../../src/errors.ts'
import type { Description, Receipt } from '../../src/event.ts'
import type { Message, Notifier, Sent, Standing } from '../../src/notifiers/notifier.ts'

export interface FakePost {
  readonly id: string
  readonly address: string
  /** The deliveries it bears. */
  readonly deliveries: string[]
  /** Ids of the events it tells. */
  events: readonly string[]
  description: Description
  readonly lines: FakeLine[]
  readonly continues: Receipt | undefined
  readonly card: string | undefined
  readonly origins: readonly string[]
}

export interface FakeLine {
  readonly delivery: string
  readonly events: readonly string[]
  /** What a burst's line bears. */
  readonly borne: { readonly deliveries: readonly string[]; readonly events: readonly string[] } | undefined
  readonly words: Description['line']
}

/** What to do with a message: take it (nothing), refuse it, take it and fail, or take it and never answer. */
export type Fate = { readonly refuse: DeliveryError } | { readonly lose: DeliveryError } | 'hang' | undefined

export interface FakeNotifier extends Notifier {
  readonly posts: FakePost[]
  /** Every message it was given, taken or not. */
  readonly tries: { readonly message: Message; readonly address: string }[]
  /** Decides each message's fate; all are taken where it is absent. */
  fate: ((message: Message, address: string) => Fate) | undefined
  /** Awaited before a message is looked at: holds it in flight. */
  gate: ((message: Message) => Promise<void>) | undefined
  /** Addresses that were read back, in order. */
  readonly reads: string[]
  /** Why an address cannot be read. */
  unread: ((address: string) => DeliveryError | undefined) | undefined
  deletePost(id: string): void
  /** Event ids told in an address, post after post, edits and lines in the order they were made. */
  told(address: string): readonly string[]
}

export function createFakeNotifier(name = 'mattermost'): FakeNotifier {
  const posts: FakePost[] = []
  const told = new Map<string, string[]>()
  let count = 0

  const say = (address: string, events: readonly string[]) => {
    told.set(address, [...(told.get(address) ?? []), ...events])
  }

  const takeNew = (message: Message, address: string): Sent => {
    count += 1
    const events = message.events.map(({ id }) => id)
    const post: FakePost = {
      id: `post${count}`,
      address,
      deliveries: message.card?.inThread ? [message.deliveryId] : [message.deliveryId, ...(message.deliveries ?? [])],
      events: message.card?.events ?? events,
      description: message.description,
      lines: [],
      continues: message.card?.continues,
      card: message.card?.key,
      origins: message.card ? [] : message.events.flatMap(({ origin }) => origin ?? []),
    }
    posts.push(post)
    const receipt = { post: post.id, channel: address }
    if (message.card?.inThread) return takeLine(post, message, address)
    say(address, events)
    return message.card ? { receipt, card: receipt } : { receipt }
  }

  const takeEdit = (post: FakePost, message: Message, address: string): Sent => {
    const events = message.events.map(({ id }) => id)
    if (!message.card?.late) post.description = message.description
    post.events = message.card?.events ?? events
    return takeLine(post, message, address)
  }

  const takeLine = (post: FakePost, message: Message, address: string): Sent => {
    const events = message.events.map(({ id }) => id)
    const { deliveryId: delivery, deliveries = [delivery] } = message
    const borne = message.card?.inThread ? { deliveries, events } : undefined
    post.lines.push({ delivery, events, borne, words: message.description.line })
    say(address, events)
    const card = { post: post.id, channel: address }
    return { receipt: { post: `${post.id}-${post.lines.length}`, channel: address, root: post.id }, card }
  }

  const findOwn = (message: Message): Sent | undefined => {
    const { deliveryId, card } = message
    for (const post of posts) {
      const receipt = { post: post.id, channel: post.address }
      const line = post.lines.findIndex(({ delivery }) => delivery === deliveryId)
      if (line >= 0)
        return { receipt: { post: `${post.id}-${line + 1}`, channel: post.address, root: post.id }, card: receipt }
      if (!post.deliveries.includes(deliveryId)) continue
      // A burst's card stands, the line beneath it does not.
      return card?.inThread ? takeLine(post, message, post.address) : { receipt, card: receipt }
    }
    return undefined
  }

  const standing = (address: string): Standing[] =>
    posts
      .filter((post) => post.address === address)
      .flatMap(({ id, deliveries, events, lines, card, origins }) => [
        { receipt: { post: id, channel: address }, deliveries, events, origins, ...(card ? { card } : {}) },
        ...lines.map(({ delivery, borne }, index) => {
          const receipt = { post: `${id}-${index + 1}`, channel: address, root: id }
          return { receipt, ...(borne ?? { deliveries: [delivery], events: [] }), origins: [] }
        }),
      ])

  const notifier: FakeNotifier = {
    name,
    reads: [],
    async standing(address) {
      notifier.reads.push(address)
      const fate = notifier.unread?.(address)
      if (fate) throw fate
      return standing(address)
    },
    unread: undefined,
    posts,
    tries: [],
    fate: undefined,
    gate: undefined,
    async send(message, address, signal) {
      notifier.tries.push({ message, address })
      if (notifier.gate) await Promise.race([notifier.gate(message), cut(signal)])
      const fate = notifier.fate?.(message, address)
      if (typeof fate === 'object' && 'refuse' in fate) throw fate.refuse
      const before = message.unsure ? findOwn(message) : undefined
      const post = posts.find(({ id }) => id === message.card?.receipt?.post)
      const sent = before ?? (post ? takeEdit(post, message, address) : takeNew(message, address))
      if (fate === 'hang') await cut(signal)
      if (typeof fate === 'object') throw fate.lose
      return sent
    },
    deletePost(id) {
      posts.splice(
        posts.findIndex((post) => post.id === id),
        1,
      )
    },
    told: (address) => told.get(address) ?? [],
  }
  return notifier
}

function cut(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('cut off')))
  })
}
