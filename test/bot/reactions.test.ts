// Emoji reactions to an incident's card do what its buttons do; to anything else they do nothing (issue "The watch", "Incidents").

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Pressing } from '../../src/bot/conversation.ts'
import { createReactions, type Reactions } from '../../src/bot/reactions.ts'
import { createSocket } from '../../src/bot/socket.ts'
import { createWorld, type World } from '../commands/world.ts'
import { text } from '../contract/mattermost/driver.ts'
import { log, meter, until } from './parts.ts'
import { createStage, type Stage } from './stage.ts'

let stage: Stage
let world: World
const stopping = new AbortController()
let running: Promise<void>
let reactions: Reactions
const pressed: Pressing[] = []
/** Of our posts: the cards of the events they tell. */
const told = new Map<string, readonly (string | undefined)[]>()

beforeAll(async () => {
  stage = await createStage()
  world = await createWorld()
  reactions = createReactions({
    botId: stage.bot.id,
    commands: world.commands,
    deliveries: {
      byPost: async (post) => {
        const cards = told.get(post)
        const delivery = {
          id: 'd1',
          target: { notifier: 'mattermost', address: stage.pub.id },
          events: [],
          subscriptions: [],
        }
        const settled = {
          state: 'delivered',
          attempt: 1,
          dueAt: 0,
          createdAt: 0,
          receipt: { post, channel: stage.pub.id },
        } as const
        return (
          cards && { deliveries: [{ ...delivery, ...settled }], events: cards.map((_, index) => `${post}/${index}`) }
        )
      },
    },
    events: {
      async find(id) {
        const [post = '', index] = id.split('/')
        const card = told.get(post)?.[Number(index)]
        const rest = {
          source: 'monitor',
          type: 'monitor.down',
          time: '',
          data: {},
          severity: 'info',
          audience: 'closed',
          byDefault: true,
        } as const
        return { event: { id, ...rest, ...(card === undefined ? {} : { card }) }, acceptedAt: 0, matched: 1 }
      },
    },
    dispatch: {
      press: async (pressing) => {
        pressed.push(pressing)
        return { reply: {}, locale: 'fr', refused: false }
      },
    },
    people: {
      person: async (id) =>
        id === stage.alice.id ? { id, username: 'alice', locale: 'fr', guest: false, vigieAdmin: false } : undefined,
    },
    log,
  })
  const socket = createSocket({
    url: stage.url,
    token: () => stage.bot.token,
    onEvent: (event) => reactions.hear(event),
    onGap: () => undefined,
    isTokenRevoked: async () => false,
    log,
    meter,
    now: Date.now,
    random: () => 0,
  })
  running = socket.run(stopping.signal)
  await until(() => socket.state().as === 'connected')
})
afterAll(async () => {
  stopping.abort()
  await running
  await world.store.close()
  await stage.stop()
})
beforeEach(() => {
  pressed.length = 0
})

async function post(cards?: readonly (string | undefined)[]): Promise<string> {
  const id = text(await stage.bot.post('/posts', { channel_id: stage.pub.id, message: 'card' }), 'id')
  if (cards) told.set(id, cards)
  return id
}

const react = (who: Stage['alice'], post_id: string, emoji_name: string) =>
  who.post('/reactions', { user_id: who.id, post_id, emoji_name })
const takeBack = (who: Stage['alice'], id: string, emoji: string) =>
  who.delete(`/users/${who.id}/posts/${id}/reactions/${emoji}`)

/** Once this one is heard, those before it were. */
async function settled(): Promise<readonly string[]> {
  const last = await post(['incident last'])
  await react(stage.alice, last, 'repeat')
  await until(() => pressed.some(({ object }) => object === 'last'))
  await reactions.idle()
  return pressed.filter(({ object }) => object !== 'last').map(({ verb, object }) => `${verb} ${object}`)
}

test.each([
  ['eyes', 'monitor.ack i5'],
  ['white_check_mark', 'monitor.ack i5'],
  ['no_bell', 'monitor.mute i5 1h'],
  ['mute', 'monitor.mute i5 1h'],
  ['arrows_counterclockwise', 'monitor.check i5'],
  ['repeat', 'monitor.check i5'],
])('%s presses %s', async (emoji, what) => {
  const id = await post(['incident i5', 'incident i5'])
  await react(stage.alice, id, emoji)
  expect(await settled()).toEqual([what])
  expect(pressed[0]).toMatchObject({ by: 'reaction', person: stage.alice.id, channel: stage.pub.id })
})

test('taking the reaction back gives the incident back, and does nothing else', async () => {
  const id = await post(['incident i5'])
  await react(stage.alice, id, 'eyes')
  await takeBack(stage.alice, id, 'eyes')
  await react(stage.alice, id, 'no_bell')
  await takeBack(stage.alice, id, 'no_bell')
  expect(await settled()).toEqual(['monitor.ack i5', 'monitor.release i5', 'monitor.mute i5 1h'])
})

test('other emoji, other posts, other cards, digests and bots do nothing', async () => {
  const theirs = text(await stage.alice.post('/posts', { channel_id: stage.pub.id, message: 'mine' }), 'id')
  await react(stage.alice, await post(['incident i5']), 'tada')
  await react(stage.alice, theirs, 'eyes')
  await react(stage.alice, await post(), 'eyes')
  await react(stage.alice, await post(['mr:5']), 'eyes')
  await react(stage.alice, await post([undefined]), 'eyes')
  await react(stage.alice, await post(['incident i5', 'incident i6']), 'eyes')
  await react(stage.bot, await post(['incident i5']), 'eyes')
  await react(stage.admin, await post(['incident i5']), 'eyes')
  expect(await settled()).toEqual([])
})
