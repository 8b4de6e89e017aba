// Mentions and direct messages: heard by websocket, or read by REST when they came while nobody listened, and answered once each as a
// post of the bot (interface.md, "What people type"). A post is for us only if a person wrote it and did not edit it since.

import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { isStoreUnavailable } from '../errors.ts'
import type { Log, Now } from '../event.ts'
import type { MarkStore } from '../store/store.ts'
import type { Answers } from './answers.ts'
import type { Calls, Channel, Post } from './calls.ts'
import { readPost } from './calls.ts'
import type { Dispatch, People } from './conversation.ts'
import { readBack } from './history.ts'
import { calledWith, saidDirectly } from './mention.ts'
import { pause } from './pause.ts'
import type { Reactions } from './reactions.ts'
import { answered, MattermostError } from './rest.ts'
import type { Bot } from './self.ts'
import type { SocketEvent } from './socket.ts'

export interface Listener {
  /** Takes up a `posted` event, or a reaction; the rest is not its matter. */
  hear(event: SocketEvent): void
  /** Reads what was written since the mark in these channels. Resolves whether all could be read. @throws {StoreUnavailable} nothing was read: call again. */
  catchUp(channels: readonly Channel[], signal: AbortSignal): Promise<boolean>
  /** Reads what could not be read before. Resolves whether nothing is left. */
  readOn(signal: AbortSignal): Promise<boolean>
  /** From here on posts heard live may be gone unheard: the mark stays where it is until the next `catchUp` has read all. */
  lost(): void
  /** Stores the mark every few seconds until the signal; answers begun before are ended first, for a few seconds. */
  run(signal: AbortSignal): Promise<void>
  /** Resolves when nothing is being answered. */
  idle(): Promise<void>
}

export interface ListenerParts {
  readonly bot: Bot
  readonly calls: Calls
  readonly dispatch: Pick<Dispatch, 'say'>
  readonly people: Pick<People, 'person'>
  readonly answers: Answers
  /** What reactions to our posts do; absent: nothing. */
  readonly reactions?: Reactions
  readonly marks: MarkStore
  readonly startedAt: number
  readonly now: Now
  readonly log: Log
}

/** Nothing older is answered: who wrote it has gone on. */
const lookBackMs = 3_600_000
/** Posts are stored a little out of the order of their times. */
const marginMs = 60_000
const markName = 'listen'
const markEveryMs = 5000
const drainMs = 5000

/** `at`: everything up to here was heard; `since`: our very first start, before which nothing is answered. Milliseconds since 1970. */
const markShape = z.object({ at: z.number(), since: z.number() })
type Mark = z.infer<typeof markShape>

/** What is said to us and where. */
interface Heard {
  readonly post: Post
  readonly direct: boolean
  readonly team: string | undefined
  readonly text: string
  /** Read afterwards: it may have been answered by who listened before us. */
  readonly isLate: boolean
}

export function createListener(parts: ListenerParts): Listener {
  const { bot, calls, dispatch, people, answers, marks, startedAt, now, log } = parts
  const stopped = new AbortController()
  /** Time of the newest post seen, by the server's clock. */
  let seenAt = 0
  let losses = 0
  /** The loss up to which the channels were gone through, but for the unread. */
  let caughtUpWith = -1
  /** Channels that could not be read, from when on, and since when. */
  const unread = new Map<string, { readonly channel: Channel; readonly from: number; readonly since: number }>()
  let mark: Mark | undefined
  /** Posts being answered, by id; `lines` keep the order within a channel. */
  const pending = new Map<string, number>()
  const taken = new Set<string>()
  const lines = new Map<string, Promise<void>>()

  const respond = async ({ post, direct, team, text, isLate }: Heard): Promise<void> => {
    const author = await people.person(post.user_id)
    if (author === undefined) return
    const isNew = await marks.once(`answer:${post.id}`, now(), 2 * lookBackMs)
    if ((isLate || !isNew) && (await answers.isAnswered(post, direct))) return
    const said = await dispatch.say({
      by: direct ? 'direct' : 'mention',
      person: post.user_id,
      channel: post.channel_id,
      team,
      root: post.root_id || undefined,
      ...(post.file_ids?.length ? { files: post.file_ids } : {}),
      text,
    })
    await retrying(() => answers.give(post, direct, said))
  }

  /** Tries again while Mattermost is away; a refusal is final. */
  const retrying = async (work: () => Promise<void>): Promise<void> => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await work()
      } catch (error) {
        if (!isPassing(error) || stopped.signal.aborted) throw error
        log.warn({ err: error }, 'an answer could not be given yet')
        const askedMs = error instanceof MattermostError ? (error.retryAfterMs ?? 0) : 0
        const waitMs = Math.max(askedMs, Math.min(60_000, 1000 * 2 ** attempt))
        await sleep(waitMs, undefined, { signal: stopped.signal })
      }
    }
  }

  const take = (heard: Heard) => {
    const { post } = heard
    if (taken.has(post.id)) return
    taken.add(post.id)
    if (taken.size > 10_000) for (const id of taken) if (taken.size > 5000 && !pending.has(id)) taken.delete(id)
    pending.set(post.id, post.create_at)
    const line = (lines.get(post.channel_id) ?? Promise.resolve())
      .then(() => retrying(() => respond(heard)))
      .then(
        () => void pending.delete(post.id),
        (error: unknown) => {
          // Kept as pending when we are stopping: the mark stays before it, and the next start answers it.
          if (!stopped.signal.aborted) pending.delete(post.id)
          log.error({ err: error, post: post.id }, 'a message could not be answered')
        },
      )
      .finally(() => lines.get(post.channel_id) === line && lines.delete(post.channel_id))
    lines.set(post.channel_id, line)
  }

  const listenTo = (post: Post, isDirect: boolean, team: string | undefined, isLate: boolean) => {
    seenAt = Math.max(seenAt, post.create_at)
    if (!isByPerson(post, bot.id)) return
    const text = isDirect ? saidDirectly(post.message, bot.username) : calledWith(post.message, bot.username)
    if (text === undefined || (isDirect && text === '')) return
    take({ post, direct: isDirect, team: team || undefined, text, isLate })
  }

  const storeMark = async () => {
    const at = Math.min(Math.max(seenAt, mark?.at ?? startedAt), ...pending.values())
    if (caughtUpWith !== losses || unread.size > 0 || at === mark?.at) return
    const next = { at, since: mark?.since ?? startedAt }
    await marks.set(markName, next)
    mark = next
  }

  const read = async (channel: Channel, from: number, signal: AbortSignal) => {
    const posts: Post[] = []
    try {
      for await (const post of readBack(calls, channel.id, from, signal)) posts.push(post)
    } catch (error) {
      // Left or lost in the meantime: not ours to read any more.
      if (answered(error, 403, 404)) return
      throw error
    }
    for (const post of posts.reverse()) listenTo(post, channel.type === 'D', channel.team_id, true)
  }

  /** One channel that cannot be read keeps nobody in another waiting. */
  const readOn = async (signal: AbortSignal): Promise<boolean> => {
    for (const [id, { channel, from, since }] of unread) {
      if (signal.aborted) break
      try {
        if (now() - since < lookBackMs) await read(channel, Math.max(from, now() - lookBackMs), signal)
        unread.delete(id)
      } catch (error) {
        log.warn({ err: error, channel: id }, 'a channel could not be read yet')
      }
    }
    if (unread.size === 0) await storeMark()
    return unread.size === 0
  }

  return {
    readOn,
    hear(heard) {
      parts.reactions?.hear(heard)
      const { event, data } = heard
      if (event !== 'posted') return
      const post = readPost(data.post)
      const team = typeof data.team_id === 'string' ? data.team_id : undefined
      if (post) listenTo(post, data.channel_type === 'D', team, false)
    },
    lost() {
      losses += 1
    },
    async catchUp(channels, signal) {
      mark = markShape.safeParse(await marks.get(markName)).data
      const from = mark ? Math.max(mark.at - marginMs, mark.since, now() - lookBackMs) : startedAt
      unread.clear()
      for (const channel of channels)
        if (channel.last_post_at >= from) unread.set(channel.id, { channel, from, since: now() })
      caughtUpWith = losses
      return readOn(signal)
    },
    async run(signal) {
      while (!signal.aborted) {
        await pause(markEveryMs, signal)
        await storeMark().catch((error: unknown) =>
          log.warn({ err: error }, 'the mark of what was heard is not stored'),
        )
      }
      const ended = Promise.all([...lines.values(), parts.reactions?.idle()])
      await Promise.race([ended, sleep(drainMs, undefined, { ref: false })])
      stopped.abort()
      await storeMark().catch((error: unknown) => log.warn({ err: error }, 'the mark of what was heard is not stored'))
    },
    async idle() {
      while (lines.size > 0) await Promise.all(lines.values())
      await parts.reactions?.idle()
    },
  }
}

/** Mattermost or the store is away; anything else would fail again. */
function isPassing(error: unknown): boolean {
  if (error instanceof MattermostError) return !answered(error, 400, 403, 404, 413)
  return isStoreUnavailable(error)
}

/** Written by hand, in the channel, and still as it was. Whether its author is a bot is asked later. */
function isByPerson(post: Post, botId: string): boolean {
  const { from_webhook, from_bot, from_plugin } = post.props
  const isOfPrograms = [from_webhook, from_bot, from_plugin].some((mark) => mark !== undefined && mark !== 'false')
  return post.user_id !== botId && post.type === '' && post.edit_at === 0 && post.delete_at === 0 && !isOfPrograms
}
