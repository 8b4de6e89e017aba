// An answer to a mention or a direct message as a post of the bot, provably once: its `props.vigie_reply` names the post it answers
// (interface.md, last paragraph), and `pending_post_id` makes a quick repetition harmless.

import type { Reply, ReplyFile } from '../commands/command.ts'
import type { Locale } from '../text/locale.ts'
import type { Calls, Post } from './calls.ts'
import type { Answer } from './conversation.ts'
import { readBack } from './history.ts'
import type { Rendered } from './render.ts'
import { answered } from './rest.ts'
import type { Sealer, Stamp } from './seal.ts'
import type { Self } from './self.ts'

/** `render` of `bot/render.ts`. */
export type Draw = (reply: Reply, locale: Locale, stamp: Stamp) => Rendered

export interface Answers {
  /** Posts the answer: in the thread of a mention, plainly in a direct channel; by direct message what is not for everybody, or where the bot may not post. @throws {MattermostError} */
  give(post: Post, direct: boolean, answer: Answer): Promise<void>
  /** By direct message: what could be said neither within an HTTP answer nor by `response_url`. Once, without care for a lost reply. @throws {MattermostError} */
  tell(person: string, answer: Answer): Promise<void>
  /** Whether an answer to this post stands somewhere already. @throws {MattermostError} */
  isAnswered(post: Post, direct: boolean): Promise<boolean>
}

export interface AnswersParts {
  readonly self: Self
  readonly calls: Calls
  readonly draw: Draw
  readonly sealer: Pick<Sealer, 'stamp'>
}

export function createAnswers({ self, calls, draw, sealer }: AnswersParts): Answers {
  /** Set for posts whose first try ended without an answer that can be trusted. */
  const unsure = new Set<string>()

  const directWith = async (person: string) => (await calls.directChannel((await self()).id, person)).id

  const attached = async (channel: string, file: ReplyFile | undefined) => {
    if (file === undefined) return {}
    const { name, type, bytes } = file
    return { file_ids: [await calls.uploadFile(channel, new File([new Uint8Array(bytes)], name, { type }))] }
  }

  const place = async (post: Post, direct: boolean, isPersonal: boolean) => {
    if (direct) return { channel: post.channel_id, root: post.root_id }
    if (!isPersonal) return { channel: post.channel_id, root: post.root_id || post.id }
    return { channel: await directWith(post.user_id), root: '' }
  }

  const isIn = async (channel: string, post: Post) => {
    const { id } = await self()
    for await (const found of readBack(calls, channel, post.create_at)) if (isAnswer(found, post, id)) return true
    return false
  }

  const isAnswered: Answers['isAnswered'] = async (post, direct) => {
    if (direct) return isIn(post.channel_id, post)
    const { id } = await self()
    const thread = await calls.thread(post.root_id || post.id)
    return thread.some((found) => isAnswer(found, post, id)) || isIn(await directWith(post.user_id), post)
  }

  const give = async (post: Post, direct: boolean, { reply, locale }: Answer, isPersonal: boolean): Promise<void> => {
    if (unsure.has(post.id) && (await isAnswered(post, direct))) return void unsure.delete(post.id)
    const { channel, root } = await place(post, direct, isPersonal)
    const { message, props } = draw(reply, locale, sealer.stamp({ channel, person: post.user_id }))
    try {
      await calls.createPost({
        channel_id: channel,
        root_id: root,
        message,
        props: { ...props, vigie_reply: post.id },
        ...(await attached(channel, reply.file)),
        pending_post_id: `vigie-answer-${post.id}`,
      })
      unsure.delete(post.id)
    } catch (error) {
      if (!answered(error, 400, 401, 403, 404, 413, 429)) unsure.add(post.id)
      throw error
    }
  }

  return {
    isAnswered,
    async tell(person, { reply, locale }) {
      const channel = await directWith(person)
      const { message, props } = draw(reply, locale, sealer.stamp({ channel, person }))
      const file = await attached(channel, reply.file)
      await calls.createPost({ channel_id: channel, message, props: { ...props }, ...file })
    },
    async give(post, direct, answer) {
      const isPersonal = answer.reply.personal === true
      try {
        await give(post, direct, answer, isPersonal)
      } catch (error) {
        if (direct || isPersonal || !answered(error, 400, 403)) throw error
        await give(post, direct, answer, true)
      }
    },
  }
}

function isAnswer(found: Post, to: Post, botId: string): boolean {
  return found.user_id === botId && found.props.vigie_reply === to.id
}
