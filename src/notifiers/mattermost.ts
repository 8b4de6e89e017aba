// Events as Mattermost posts and live cards (design.md "Exactly once, provably"; interface.md, last paragraph). After an unknown outcome
// the channel is read before anything is sent again; a card's edit is idempotent, its thread line is the post with the delivery's id. An
// edit without a line needs no id of its delivery on the card: made again it shows and lists the same.

import { z } from 'zod'
import { DeliveryError } from '../errors.ts'
import type { Receipt } from '../event.ts'
import { link, own, type Rich, rich } from '../text/rich.ts'
import type { Draw } from './chart-drawer.ts'
import { createPictures } from './mattermost-picture.ts'
import { cutTo, renderActions, renderPost, type Stamp } from './mattermost-post.ts'
import type { Card, Message, Notifier, Sent, Standing } from './notifier.ts'

/** What of Mattermost is needed; every call rejects with an error named `MattermostError`. */
export interface MattermostPosts {
  createPost(draft: NewPost, signal: AbortSignal): Promise<StandingPost>
  patchPost(id: string, patch: { message?: string; props: Props }, signal: AbortSignal): Promise<StandingPost>
  /** Resolves the file's id. */
  uploadFile(channel: string, file: File, signal: AbortSignal): Promise<string>
  post(id: string, signal: AbortSignal): Promise<StandingPost>
  thread(root: string, signal: AbortSignal): Promise<readonly StandingPost[]>
  /** Posts made at or after a moment, newest first. */
  since(channel: string, from: number, signal: AbortSignal): AsyncIterable<StandingPost>
  /** The direct channel with a person. */
  direct(person: string, signal: AbortSignal): Promise<string>
  /** Our own user id. */
  botId(): Promise<string>
  /** Their present usernames; of whom there is none left, nothing. */
  usernames(ids: readonly string[], signal: AbortSignal): Promise<readonly string[]>
}

export type Props = Readonly<Record<string, unknown>>

export interface NewPost {
  readonly channel_id: string
  readonly root_id?: string
  readonly message: string
  readonly props: Props
  readonly pending_post_id: string
  readonly file_ids?: readonly string[]
  /** Of a root post only. */
  readonly metadata?: { readonly priority: { readonly priority: 'urgent' } }
}

export interface StandingPost {
  readonly id: string
  readonly channel_id: string
  readonly user_id: string
  readonly root_id: string
  readonly props: Props
}

export interface MattermostNotifierParts {
  readonly posts: MattermostPosts
  /** Seals the buttons of one post. */
  readonly stamp: (place: { channel: string; delivery: string }) => Stamp
  readonly permalink: (receipt: Receipt) => string | undefined
  readonly draw: Draw
}

/** The server's clock and ours may differ, by as much as a day that somebody set wrongly (threat F17). */
const clockMarginMs = 25 * 3_600_000
const lineRunes = 4000
/** A line that names a burst's files takes all that Mattermost does. */
const messageRunes = 16_383

export function createMattermostNotifier({ posts, stamp, permalink, draw }: MattermostNotifierParts): Notifier {
  const statusOf = (error: unknown) => readFailure(error)?.status
  const pictures = createPictures({ upload: posts.uploadFile, draw, statusOf })
  const directs = new Map<string, string>()

  const channelOf = async (address: string, signal: AbortSignal): Promise<string> => {
    if (!address.startsWith('@')) return address
    const person = address.slice(1)
    const channel = directs.get(person) ?? (await posts.direct(person, signal))
    directs.set(person, channel)
    return channel
  }

  /** Ours that carries this delivery already. */
  const isOurs = async (message: Message) => {
    const botId = await posts.botId()
    // Any of them: the first may have fallen silent since it was told.
    const ids = new Set([message.deliveryId, ...deliveriesOf(message)])
    return (post: StandingPost) => post.user_id === botId && vigieOf(post.props).deliveries.some((id) => ids.has(id))
  }

  /** `@alice @here`: the one place where Vigie mentions anybody (design.md, "Mentions"). */
  const ringing = async ({ mentions = [] }: Message, signal: AbortSignal): Promise<string> => {
    const crowds = mentions.filter(isCrowd)
    const people = mentions.filter((id) => !isCrowd(id))
    const names = people.length === 0 ? [] : await posts.usernames(people, signal)
    return [...names.filter((name) => /^[a-z0-9._-]+$/.test(name)), ...crowds].map((name) => `@${name}`).join(' ')
  }

  const createRoot = async (message: Message, channel: string, signal: AbortSignal): Promise<Sent> => {
    const { card, description, deliveryId, events } = message
    const sent = ({ id }: StandingPost): Sent => {
      const receipt = { post: id, channel }
      return card === undefined ? { receipt } : { receipt, card: receipt }
    }
    if (message.unsure) {
      const isThis = await isOurs(message)
      for await (const post of posts.since(channel, message.firstTriedAt - clockMarginMs, signal)) {
        if (post.root_id === '' && isThis(post)) return sent(post)
      }
    }
    const text = continuing(description.text, card, message, permalink)
    const rung = await ringing(message, signal)
    const { message: words, attachments } = renderPost(
      { ...description, text, ...ringLine(description.message, rung) },
      stamp({ channel, delivery: deliveryId }),
    )
    const told = card?.events ?? events.map(({ id }) => id)
    const deliveries = card?.inThread ? [deliveryId] : deliveriesOf(message)
    const vigie = { events: told, deliveries, ...(card === undefined ? {} : { card: card.key }) }
    const draft: NewPost = {
      channel_id: channel,
      message: words,
      props: { attachments, vigie, ...originsOf(message) },
      pending_post_id: deliveryId,
      ...(message.isUrgent ? { metadata: { priority: { priority: 'urgent' } } } : {}),
    }
    return sent(await posts.createPost(draft, signal))
  }

  /** The card as it now is. An older event changes its list of events only, and the buttons, whose seals cannot be read back. */
  const patchRoot = async (message: Message, card: Card, root: string, channel: string, signal: AbortSignal) => {
    const sealed = stamp({ channel, delivery: card.deliveryId })
    const vigie = { events: card.events, deliveries: [card.deliveryId], card: card.key }
    if (!card.late) {
      const { message: words, attachments } = renderPost(message.description, sealed)
      // Whom it rang stands above it still, where the card says nothing there itself.
      const said = message.description.message === undefined ? {} : { message: words }
      await posts.patchPost(root, { ...said, props: { from_bot: 'true', attachments, vigie } }, signal)
      return
    }
    const { props } = await posts.post(root, signal)
    const actions = renderActions(message.description.actions ?? [], sealed)
    const attachments = attachmentsOf(props).map((attachment) =>
      'actions' in attachment ? { ...attachment, actions } : attachment,
    )
    const deliveries = vigieOf(props).deliveries
    await posts.patchPost(root, { props: { ...props, attachments, vigie: { ...vigie, deliveries } } }, signal)
  }

  const addLine = async (message: Message, line: Rich, root: string, channel: string, signal: AbortSignal) => {
    if (message.unsure) {
      const isThis = await isOurs(message)
      const found = (await posts.thread(root, signal)).find((post) => post.id !== root && isThis(post))
      if (found !== undefined) return found.id
    }
    const deliveries = deliveriesOf(message)
    // The post that begins a burst bears the delivery's own id.
    const names = message.card?.inThread
      ? { runes: messageRunes, events: { events: message.events.map(({ id }) => id) }, pending: deliveries[0] }
      : { runes: lineRunes }
    const rung = await ringing(message, signal)
    const fileIds = await pictures(message, channel, signal)
    const draft = {
      channel_id: channel,
      root_id: root,
      message: cutTo([...line, ...(rung.length === 0 ? [] : own(` ${rung}`))], names.runes),
      props: { vigie: { ...names.events, deliveries }, ...lineOriginsOf(message) },
      pending_post_id: names.pending ?? message.deliveryId,
      ...(fileIds.length > 0 ? { file_ids: fileIds } : {}),
    }
    return (await posts.createPost(draft, signal)).id
  }

  const isDeleted = async (post: string, signal: AbortSignal): Promise<boolean> => {
    try {
      await posts.post(post, signal)
      return false
    } catch (error) {
      if (readFailure(error)?.status === 404) return true
      throw error
    }
  }

  /** A new post, and a burst's first line. */
  const begin = async (message: Message, channel: string, signal: AbortSignal): Promise<Sent> => {
    const sent = await createRoot(message, channel, signal)
    const { post: root } = sent.receipt
    if (!message.card?.inThread || root === undefined) return sent
    const { line, summary } = message.description
    try {
      const post = await addLine({ ...message, mentions: [] }, line ?? summary, root, channel, signal)
      return { receipt: { post, channel, root }, card: sent.receipt }
    } catch (error) {
      const failure = readFailure(error)
      if (failure === undefined) throw error
      // The post stands: the next try looks for it.
      const { message: words, ...facts } = toDeliveryError(failure, error)
      throw new DeliveryError(words, { ...facts, unsure: true }, { cause: error })
    }
  }

  const send = async (message: Message, address: string, signal: AbortSignal): Promise<Sent> => {
    const channel = await channelOf(address, signal)
    const { card, description } = message
    const root = card?.receipt?.post
    if (card === undefined || root === undefined) return begin(message, channel, signal)
    try {
      await patchRoot(message, card, root, channel, signal)
    } catch (error) {
      const status = readFailure(error)?.status
      if ((status === 403 || status === 404) && (await isDeleted(root, signal))) return begin(message, channel, signal)
      throw error
    }
    const standing = { post: root, channel }
    const line = description.line ?? (card.late || card.inThread ? description.summary : undefined)
    if (line === undefined) return { receipt: standing, card: standing }
    return { receipt: { post: await addLine(message, line, root, channel, signal), channel, root }, card: standing }
  }

  const postOrNothing = async (id: string, signal: AbortSignal): Promise<StandingPost | undefined> => {
    try {
      return await posts.post(id, signal)
    } catch (error) {
      if (readFailure(error)?.status === 404) return undefined
      throw error
    }
  }

  const standing: NonNullable<Notifier['standing']> = async (address, { from, cards }, signal) => {
    const channel = await channelOf(address, signal)
    const botId = await posts.botId()
    const found = new Map<string, StandingPost>()
    for await (const post of posts.since(channel, from - clockMarginMs, signal)) {
      if (post.user_id === botId) found.set(post.id, post)
    }
    for (const { post: id } of cards) {
      if (id === undefined || found.has(id)) continue
      const post = await postOrNothing(id, signal)
      if (post !== undefined) found.set(id, post)
    }
    return [...found.values()].map(toStanding)
  }

  return {
    name: 'mattermost',
    send: (message, address, signal) => understood(() => send(message, address, signal)),
    standing: (address, request, signal) => understood(() => standing(address, request, signal)),
  }
}

const isCrowd = (id: string): boolean => id === 'here' || id === 'channel'

/** Above the card: a phone shows it, and rings. */
function ringLine(message: Rich | undefined, rung: string): { message?: Rich } {
  if (rung === '') return message === undefined ? {} : { message }
  return { message: message === undefined ? own(rung) : [...own(`${rung} `), ...message] }
}

async function understood<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const failure = readFailure(error)
    throw failure === undefined ? error : toDeliveryError(failure, error)
  }
}

/** A live card and its lines are known by the card. */
function originsOf({ card, events }: Pick<Message, 'card' | 'events'>): { vigie_origins?: readonly string[] } {
  const origins = card === undefined ? events.flatMap(({ origin }) => origin ?? []) : []
  return origins.length === 0 ? {} : { vigie_origins: origins }
}

function lineOriginsOf({ card, events }: Message): { vigie_origins?: readonly string[] } {
  return card?.inThread ? originsOf({ events }) : {}
}

function deliveriesOf({ deliveryId, deliveries }: Message): readonly string[] {
  return deliveries === undefined || deliveries.length === 0 ? [deliveryId] : deliveries
}

/** A card that goes on after a day of silence links to the one before. */
function continuing(
  text: Rich | undefined,
  card: Card | undefined,
  { locale }: Message,
  permalink: (receipt: Receipt) => string | undefined,
): Rich | undefined {
  const before = card?.continues === undefined ? undefined : permalink(card.continues)
  if (before === undefined) return text
  const words =
    locale === 'fr' ? rich`Suite de ${link(before, 'cette carte')}` : rich`Continues ${link(before, 'this card')}`
  return text === undefined || text.length === 0 ? words : [...text, { own: '\n' }, ...words]
}

const ids = z.array(z.string()).default([])
const vigieShape = z.looseObject({ deliveries: ids, events: ids, card: z.string().optional() })

function vigieOf(props: Props): z.infer<typeof vigieShape> {
  return vigieShape.safeParse(props.vigie).data ?? { deliveries: [], events: [] }
}

function toStanding({ id, channel_id: channel, root_id: root, props }: StandingPost): Standing {
  const { deliveries, events, card } = vigieOf(props)
  return {
    receipt: { post: id, channel, ...(root === '' ? {} : { root }) },
    deliveries,
    events,
    origins: ids.safeParse(props.vigie_origins).data ?? [],
    ...(card === undefined ? {} : { card }),
  }
}

function attachmentsOf(props: Props): readonly Record<string, unknown>[] {
  return z.array(z.record(z.string(), z.unknown())).safeParse(props.attachments).data ?? []
}

/** What rooms that may not import each other know of a failed call (`MattermostError`, bot/rest.ts). */
const failureShape = z.object({
  name: z.literal('MattermostError'),
  message: z.string(),
  failure: z.enum(['answered', 'network', 'timeout', 'cancelled']),
  status: z.number().optional(),
  id: z.string().optional(),
  retryAfterMs: z.number().optional(),
  unsure: z.boolean(),
})
type Failure = z.infer<typeof failureShape>

function readFailure(error: unknown): Failure | undefined {
  if (!(error instanceof Error) || error.name !== 'MattermostError') return undefined
  return failureShape.safeParse({ ...error, name: error.name, message: error.message }).data
}

/** A refused token is tried once a minute (threats F8). */
const refusedTokenMs = 60_000

/** Whether to try again, how far it reaches, and when (threats F2, F3, F8). */
function toDeliveryError({ message, failure, status, id, retryAfterMs: afterMs, unsure }: Failure, cause: unknown) {
  const fail = (facts: ConstructorParameters<typeof DeliveryError>[1]) => new DeliveryError(message, facts, { cause })
  if (failure !== 'answered' || status === undefined) {
    const reason = failure === 'answered' ? 'server' : failure
    return fail({ retry: true, scope: 'notifier', reason, unsure })
  }
  if (status === 401) return fail({ retry: true, scope: 'notifier', reason: 'auth', afterMs: refusedTokenMs })
  if (status === 429)
    return fail({ retry: true, scope: 'notifier', reason: 'rate_limited', afterMs: Math.max(1000, afterMs ?? 0) })
  // Its twin is being stored this moment: the next try finds it.
  if (id === 'api.post.deduplicate_create_post.pending')
    return fail({ retry: true, scope: 'target', reason: 'server', afterMs: 1000, unsure: true })
  if (status >= 500) {
    // An error with a name is Mattermost's own and may concern this post alone; without one nobody is at home.
    const scope = status === 500 && id !== undefined ? 'target' : 'notifier'
    return fail({ retry: true, scope, reason: 'server', afterMs, unsure: true })
  }
  // The card was deleted between its edit and its line: the next try makes a new one.
  if (id === 'api.post.create_post.root_id.app_error') return fail({ retry: true, scope: 'message', reason: 'gone' })
  if (id !== undefined && inArchived.has(id)) return fail({ retry: false, scope: 'target', reason: 'gone' })
  if (status === 403) return fail({ retry: false, scope: 'target', reason: 'forbidden' })
  if (status === 404) return fail({ retry: false, scope: 'target', reason: 'gone' })
  return fail({ retry: false, scope: 'message', reason: 'client' })
}

const inArchived: ReadonlySet<string> = new Set([
  'api.post.create_post.can_not_post_to_deleted.error',
  'api.post.update_post.can_not_update_post_in_deleted.error',
  'api.post.patch_post.can_not_update_post_in_deleted.error',
])
