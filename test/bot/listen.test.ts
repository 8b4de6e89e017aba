// Mentions and direct messages, answered once each, also those written while nobody listened (interface.md, "What people type").

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createAdmins } from '../../src/bot/admins.ts'
import { createAnswers } from '../../src/bot/answers.ts'
import type { Post } from '../../src/bot/calls.ts'
import type { Saying } from '../../src/bot/conversation.ts'
import { createListener } from '../../src/bot/listen.ts'
import { createMembership } from '../../src/bot/membership.ts'
import { createPeople } from '../../src/bot/people.ts'
import { render } from '../../src/bot/render.ts'
import { createSocket } from '../../src/bot/socket.ts'
import type { Reply } from '../../src/commands/command.ts'
import { own } from '../../src/text/rich.ts'
import { text } from '../contract/mattermost/driver.ts'
import { createBot, createChannel, direct, join, type Person, say } from '../contract/mattermost/world.ts'
import { log, marksInMemory, meter, peopleInMemory, subscriptionsInMemory, until } from './parts.ts'
import { createStage, handsOf, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await createStage()
})
afterAll(() => stage.stop())

const running: (() => Promise<void>)[] = []
afterEach(async () => {
  stage.sandbox.faults.heal()
  stage.sandbox.faults.up()
  for (const stop of running.splice(0)) await stop()
})

interface Ears {
  readonly bot: Person
  readonly heard: readonly Saying[]
  /** Connected and caught up. */
  ready(): Promise<void>
  idle(): Promise<void>
  catchUp(): Promise<boolean>
  readOn(): Promise<boolean>
  lost(): void
  stop(): Promise<void>
  reply: (saying: Saying) => Reply | Promise<Reply>
}

/** The bot listens; `marks` survive from one to the next like a store. */
async function listen(
  options: { marks?: ReturnType<typeof marksInMemory>; startedAt?: number; bot?: Person; connect?: boolean } = {},
): Promise<Ears> {
  const bot = options.bot ?? stage.bot
  const { calls, self } = handsOf({ url: stage.url, bot })
  const marks = options.marks ?? marksInMemory()
  const heard: Saying[] = []
  const admins = createAdmins({ names: [], calls, marks, people: peopleInMemory(), now: Date.now, log })
  const people = createPeople({ self, calls, admins, now: Date.now })
  const stamp = () => () => ({ url: 'http://127.0.0.1:1/mattermost/action', context: { vigie: 'sealed' } })
  const ears: Pick<Ears, 'reply'> = { reply: (saying) => ({ text: own(`heard ${saying.text}`) }) }
  const listener = createListener({
    bot: await self(),
    calls,
    dispatch: {
      say: async (saying) => {
        heard.push(saying)
        return { reply: await ears.reply(saying), locale: 'fr', refused: false }
      },
    },
    people,
    answers: createAnswers({ self, calls, draw: render, sealer: { stamp } }),
    marks,
    startedAt: options.startedAt ?? Date.now(),
    now: Date.now,
    log,
  })
  const membership = createMembership({
    self,
    calls,
    subscriptions: subscriptionsInMemory(),
    tell: async () => undefined,
    now: Date.now,
    log,
  })
  const stop = new AbortController()
  const catchUp = async () => listener.catchUp((await membership.reconcile()).inside, stop.signal)
  let caughtUp: Promise<unknown> = Promise.resolve()
  let streams = 0
  const socket = createSocket({
    url: stage.url,
    token: () => bot.token,
    onEvent: listener.hear,
    onGap: () => {
      listener.lost()
      streams += 1
      caughtUp = catchUp()
    },
    isTokenRevoked: async () => false,
    log,
    meter,
    now: Date.now,
    random: () => 0,
    timing: { firstBackOffMs: 10, lastBackOffMs: 20 },
  })
  const ended = Promise.all([
    options.connect === false ? undefined : socket.run(stop.signal),
    listener.run(stop.signal),
  ])
  const end = async () => {
    stop.abort()
    await ended
  }
  running.push(end)
  return Object.assign(ears, {
    bot,
    heard,
    catchUp,
    readOn: () => listener.readOn(stop.signal),
    lost: listener.lost,
    async ready() {
      await until(() => streams > 0)
      await caughtUp
    },
    idle: () => listener.idle(),
    stop: end,
  })
}

const postsIn = (channel: string) => handsOf(stage).calls.posts(channel, { per_page: 200 })
const answersTo = async (channel: string, post: unknown): Promise<Post[]> =>
  (await postsIn(channel)).filter(({ props }) => props.vigie_reply === text(post, 'id'))

/** Words after everything else: once they are answered, what came before was judged. */
async function flush(ears: Ears): Promise<void> {
  const channel = await direct(stage.alice, ears.bot)
  const last = await say(stage.alice, channel, 'the last word')
  await until(async () => (await answersTo(channel, last)).length > 0)
}

test('a mention is answered in its thread, by a post that names it', async () => {
  const ears = await listen()
  await ears.ready()
  const post = await say(stage.alice, stage.pub.id, `@${stage.bot.name} subscribe gitlab`)
  await until(async () => (await answersTo(stage.pub.id, post)).length === 1)
  const [answer] = await answersTo(stage.pub.id, post)
  expect(answer).toMatchObject({ root_id: text(post, 'id'), user_id: stage.bot.id })
  expect(JSON.stringify(answer?.props.attachments)).toContain('heard subscribe gitlab')
  expect(ears.heard).toMatchObject([
    { by: 'mention', person: stage.alice.id, channel: stage.pub.id, team: stage.team.id },
  ])
})

test('a mention in a thread is answered in the same thread', async () => {
  const ears = await listen()
  await ears.ready()
  const root = text(await say(stage.bob, stage.pub.id, 'root'), 'id')
  const post = await say(stage.alice, stage.pub.id, `@${stage.bot.name} help`, { root_id: root })
  await until(async () => (await answersTo(stage.pub.id, post)).length === 1)
  expect((await answersTo(stage.pub.id, post))[0]?.root_id).toBe(root)
  expect(ears.heard.at(-1)?.root).toBe(root)
})

test('a direct message is answered plainly, without being called', async () => {
  const ears = await listen()
  await ears.ready()
  const channel = await direct(stage.alice, stage.bot)
  const post = await say(stage.alice, channel, 'statut')
  await until(async () => (await answersTo(channel, post)).length === 1)
  expect((await answersTo(channel, post))[0]?.root_id).toBe('')
  expect(ears.heard).toMatchObject([{ by: 'direct', text: 'statut' }])
})

test('an answer that is not for everybody is given by direct message', async () => {
  const ears = await listen()
  ears.reply = () => ({ text: own('for you alone'), personal: true })
  await ears.ready()
  const post = await say(stage.alice, stage.pub.id, `@${stage.bot.name} audit`)
  const channel = await direct(stage.alice, stage.bot)
  await until(async () => (await answersTo(channel, post)).length === 1)
  expect(await answersTo(stage.pub.id, post)).toEqual([])
})

test('what a program wrote, what was edited since, and what only looks like a mention is ignored', async () => {
  const ears = await listen({ connect: false })
  const { name, id } = stage.bot
  const other = await createBot(stage.url, stage.admin)
  await join(stage.admin, 'teams', stage.team.id, other)
  await join(stage.admin, 'channels', stage.pub.id, other)
  const said = `@${name} help`
  await say(other, stage.pub.id, said)
  await say(stage.alice, stage.pub.id, said, { props: { from_webhook: 'true' } })
  await say(stage.alice, stage.pub.id, said, { props: { from_bot: 'true' } })
  await say(stage.alice, stage.pub.id, said, { props: { from_plugin: 'true' } })
  await say(stage.alice, stage.pub.id, `\`${said}\``)
  await say(stage.alice, stage.pub.id, `${said}`.replace('@', '@not-'))
  await say(stage.bot, stage.pub.id, said)
  const edited = await say(stage.alice, stage.pub.id, 'nothing')
  await stage.alice.put(`/posts/${text(edited, 'id')}/patch`, { message: said })
  await ears.catchUp()
  await ears.idle()
  expect(id).not.toBe(other.id)
  expect(ears.heard).toEqual([])
})

test('what was written while nobody listened is answered at the next start, in order and once', async () => {
  const marks = marksInMemory()
  const first = await listen({ marks })
  await first.ready()
  await flush(first)
  await first.stop()
  const channel = await direct(stage.alice, stage.bot)
  const posts: unknown[] = []
  for (const word of ['one', 'two', 'three']) posts.push(await say(stage.alice, channel, word))
  posts.push(await say(stage.bob, stage.pub.id, `@${stage.bot.name} four`))

  const second = await listen({ marks })
  await second.ready()
  await second.idle()
  expect(second.heard.filter(({ by }) => by === 'direct').map(({ text: words }) => words)).toEqual([
    'one',
    'two',
    'three',
  ])
  expect(second.heard.filter(({ by }) => by === 'mention').map(({ text: words }) => words)).toEqual(['four'])
  await second.stop()

  const third = await listen({ marks })
  await third.ready()
  await third.idle()
  expect(third.heard).toEqual([])
  for (const post of posts.slice(0, 3)) expect(await answersTo(channel, post)).toHaveLength(1)
})

test('a mention is found below more than a thousand newer posts', async () => {
  const marks = marksInMemory()
  await marks.set('listen', { at: Date.now(), since: 0 })
  const channel = await createChannel(stage.alice, stage.team.id, 'O')
  await join(stage.alice, 'channels', channel.id, stage.bot)
  await say(stage.alice, channel.id, `@${stage.bot.name} buried`)
  for (let count = 0; count < 1100; count += 1) await say(stage.alice, channel.id, `noise ${count}`)
  const ears = await listen({ marks, connect: false })
  await ears.catchUp()
  await ears.idle()
  expect(ears.heard.map(({ text: words }) => words)).toContain('buried')
})

test('nothing written before the first start is answered, and nothing older than an hour', async () => {
  const channel = await direct(stage.carol, stage.bot)
  await say(stage.carol, channel, 'long ago')
  const fresh = await listen({ connect: false, startedAt: Date.now() + 1000 })
  await fresh.catchUp()
  const marks = marksInMemory()
  await marks.set('listen', { at: 1, since: 0 })
  const bot = stage.bot
  const later = await listen({ connect: false, marks, bot, startedAt: 0 })
  await later.catchUp()
  await later.idle()
  expect(fresh.heard).toEqual([])
  expect(later.heard.map(({ text: words }) => words)).toContain('long ago')
})

test('a crash between the answer and its note answers nothing twice', async () => {
  const marks = marksInMemory()
  const first = await listen({ marks })
  await first.ready()
  const post = await say(stage.alice, stage.pub.id, `@${stage.bot.name} once`)
  await until(async () => (await answersTo(stage.pub.id, post)).length === 1)
  await first.stop()
  await marks.set('listen', { at: Date.now() - 30_000, since: 0 })
  const second = await listen({ marks, connect: false })
  await second.catchUp()
  await second.idle()
  expect(second.heard.filter(({ text: words }) => words === 'once')).toEqual([])
  expect(await answersTo(stage.pub.id, post)).toHaveLength(1)
})

test('a mention that was begun but never answered is answered after the crash', async () => {
  const marks = marksInMemory()
  await marks.set('listen', { at: Date.now(), since: 0 })
  const post = await say(stage.alice, stage.pub.id, `@${stage.bot.name} begun`)
  await marks.once(`answer:${text(post, 'id')}`, Date.now(), 1)
  const ears = await listen({ marks, connect: false })
  await ears.catchUp()
  await ears.idle()
  expect(await answersTo(stage.pub.id, post)).toHaveLength(1)
})

test('an answer whose reply was lost on the way stands once', async () => {
  const ears = await listen()
  await ears.ready()
  const channel = await direct(stage.alice, stage.bot)
  // The first reply lost is that of the person's own post, the second that of the answer.
  stage.sandbox.faults.loseReply({ count: 2, path: '/posts', method: 'POST' })
  await expect(say(stage.alice, channel, 'are you there')).rejects.toThrow()
  const asked = async () => (await postsIn(channel)).filter(({ message }) => message === 'are you there')
  await until(async () => (await asked()).length === 1 && ears.heard.length === 1)
  await ears.idle()
  expect(await answersTo(channel, (await asked())[0])).toHaveLength(1)
})

test('where the thread is gone, the answer comes by direct message', async () => {
  const ears = await listen()
  await ears.ready()
  let post: unknown
  ears.reply = async () => {
    await until(() => post !== undefined)
    await stage.alice.delete(`/posts/${text(post, 'id')}`)
    return { text: own('here instead') }
  }
  post = await say(stage.alice, stage.pub.id, `@${stage.bot.name} help`)
  const channel = await direct(stage.alice, stage.bot)
  await until(async () => (await answersTo(channel, post)).length === 1)
})

test('a channel that cannot be read keeps nobody elsewhere waiting, and is read once it can be', async () => {
  const marks = marksInMemory()
  await marks.set('listen', { at: Date.now(), since: 0 })
  const before = JSON.stringify(await marks.get('listen'))
  const [bad, good] = [
    await createChannel(stage.alice, stage.team.id, 'O'),
    await createChannel(stage.alice, stage.team.id, 'O'),
  ]
  for (const { id } of [bad, good]) {
    await join(stage.alice, 'channels', id, stage.bot)
    await say(stage.alice, id, `@${stage.bot.name} in ${id}`)
  }
  const ears = await listen({ marks, connect: false })
  const wordsIn = (id: string) => ears.heard.filter(({ channel }) => channel === id).map(({ text: words }) => words)
  stage.sandbox.faults.answer(500, { path: `/channels/${bad.id}/posts` })
  expect(await ears.catchUp()).toBe(false)
  expect(await ears.readOn()).toBe(false)
  await ears.idle()
  expect([wordsIn(bad.id), wordsIn(good.id)]).toEqual([[], [`in ${good.id}`]])
  expect(JSON.stringify(await marks.get('listen'))).toBe(before)
  stage.sandbox.faults.heal()
  expect(await ears.readOn()).toBe(true)
  await ears.idle()
  expect([wordsIn(bad.id), wordsIn(good.id)]).toEqual([[`in ${bad.id}`], [`in ${good.id}`]])
  expect(JSON.stringify(await marks.get('listen'))).not.toBe(before)
})

test('what was lost while the rest was being read keeps the mark where it is', async () => {
  const marks = marksInMemory()
  await marks.set('listen', { at: Date.now(), since: 0 })
  const before = JSON.stringify(await marks.get('listen'))
  const channel = await direct(stage.bob, stage.bot)
  await say(stage.bob, channel, 'before the loss')
  const ears = await listen({ marks, connect: false })
  const reading = ears.catchUp()
  await stage.sandbox.faults.waitForRequests(stage.sandbox.faults.requests(/\/posts$/) + 1, /\/posts$/)
  ears.lost()
  await reading
  await ears.idle()
  expect(JSON.stringify(await marks.get('listen'))).toBe(before)
  await ears.catchUp()
  expect(JSON.stringify(await marks.get('listen'))).not.toBe(before)
})
