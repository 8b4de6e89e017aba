// A burst's card and its thread in Mattermost (interface.md, last paragraph): each event's id in exactly one post, through lost answers,
// refusals and a deleted card. On the stand-in, and on the real server that the environment names where it needs no faults.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Calls } from '../../src/bot/calls.ts'
import { createPosts } from '../../src/bot/posts.ts'
import { createMattermostNotifier, type NewPost } from '../../src/notifiers/mattermost.ts'
import type { Card, Message, Notifier } from '../../src/notifiers/notifier.ts'
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import { code, own } from '../../src/text/rich.ts'
import { handsOf } from '../bot/stage.ts'
import { clear, createChannel, furnish, join, type Server, type World } from '../contract/mattermost/world.ts'
import { eventOf, failureOf, messageOf, neverStop, newId } from '../contract/notifier.ts'

interface Scene {
  readonly world: World
  readonly calls: Calls
  readonly notifier: Notifier
  /** Called before a post is made. */
  before: ((draft: NewPost) => void) | undefined
  channel: string
}

async function setUp(server: Server): Promise<Scene> {
  const world = await furnish(server)
  const { calls, self } = handsOf(world)
  const posts = createPosts(calls, self)
  const scene: Scene = {
    world,
    calls,
    before: undefined,
    channel: world.pub.id,
    notifier: createMattermostNotifier({
      posts: {
        ...posts,
        createPost(draft, signal) {
          scene.before?.(draft)
          return posts.createPost(draft, signal)
        },
      },
      stamp: () => () => ({ url: 'http://127.0.0.1:1/a', context: { vigie: 'sealed' } }),
      permalink: ({ post }) => `${server.url}/_redirect/pl/${post}`,
      draw: async () => undefined,
    }),
  }
  return scene
}

const burstCard = (more: Partial<Card> = {}): Card => ({
  key: 'burst rh /',
  deliveryId: 'first',
  events: [],
  late: false,
  inThread: true,
  ...more,
})

/** A part of a burst: so many events, with ids of their own. */
function partOf(count: number, card: Card, more: Partial<Message> = {}): Message {
  const deliveryId = newId()
  const ids = Array.from({ length: count }, () => newId())
  return messageOf('x', {
    deliveryId,
    deliveries: ids.map((id) => `d${id}`),
    events: ids.map((id) => eventOf(`e${id}`)),
    description: {
      title: own(`${count} files`),
      color: '#0082c9',
      summary: own(`${count} files`),
      line: ids.flatMap((id) => [code(`${id}.pdf`), { own: ' ' }]),
    },
    card: card.receipt === undefined ? { ...card, deliveryId } : card,
    ...more,
  })
}

function bursts(scene: () => Scene) {
  const send = (message: Message) => scene().notifier.send(message, scene().channel, neverStop)
  const all = async () =>
    (await scene().calls.posts(scene().channel, { per_page: 200 })).filter(({ type }) => type === '')
  const vigies = async () =>
    (await all()).reverse().map(({ root_id, props }) => ({ isLine: root_id !== '', vigie: props.vigie }))
  const expected = (message: Message) => ({
    events: message.events.map(({ id }) => id),
    deliveries: message.deliveries,
  })
  const cardVigie = (delivery: string) => ({ events: [], deliveries: [delivery], card: 'burst rh /' })

  beforeEach(async () => {
    const { alice, team, bot } = scene().world
    const channel = await createChannel(alice, team.id, 'O')
    await join(alice, 'channels', channel.id, bot)
    scene().channel = channel.id
  })
  afterEach(() => {
    scene().before = undefined
  })

  test('the first part makes the card and its first line, the next edits and adds one', async () => {
    const first = partOf(6, burstCard())
    const sent = await send(first)
    expect(sent.receipt).toMatchObject({ root: sent.card?.post })
    const second = partOf(1, burstCard({ deliveryId: first.deliveryId, receipt: sent.card ?? {} }))
    const later = await send(second)
    expect(later.card).toEqual(sent.card)
    expect(await vigies()).toEqual([
      { isLine: false, vigie: cardVigie(first.deliveryId) },
      { isLine: true, vigie: expected(first) },
      { isLine: true, vigie: expected(second) },
    ])
    const [line] = await scene().calls.thread(sent.receipt.post ?? '')
    expect(JSON.stringify(line)).toContain('1 files')
  })

  test('what may have arrived is looked for, card and line', async () => {
    const first = partOf(6, burstCard())
    const sent = await send(first)
    expect(await send({ ...first, attempt: 2, unsure: true })).toEqual(sent)
    const second = partOf(2, burstCard({ deliveryId: first.deliveryId, receipt: sent.card ?? {} }))
    const later = await send(second)
    expect(await send({ ...second, attempt: 2, unsure: true })).toEqual(later)
    expect(await vigies()).toHaveLength(3)
  })

  test('a thousand names of 12 characters fit, cut nowhere', async () => {
    const message = partOf(1000, burstCard())
    const sent = await send({ ...message, description: { ...message.description, line: own('n'.repeat(16_383)) } })
    const line = await scene().calls.post(sent.receipt.post ?? '')
    expect(line.message).toHaveLength(16_383)
    expect(line.props.vigie).toEqual(expected(message))
  })

  test('a deleted card is followed by another, with its own line', async () => {
    const sent = await send(partOf(6, burstCard()))
    await scene().world.admin.delete(`/posts/${sent.card?.post}`)
    const second = partOf(2, burstCard({ deliveryId: 'first', receipt: sent.card ?? {} }))
    const later = await send(second)
    expect(later.card?.post).not.toBe(sent.card?.post)
    expect(await vigies()).toEqual([
      { isLine: false, vigie: cardVigie(second.deliveryId) },
      { isLine: true, vigie: expected(second) },
    ])
  })

  test('what stands is read back with the ids its lines bear', async () => {
    const first = partOf(6, burstCard())
    const withOrigin = { ...first, events: first.events.map((event) => ({ ...event, origin: `o${event.id}` })) }
    const sent = await send(withOrigin)
    const standing =
      (await scene().notifier.standing?.(scene().channel, { from: Date.now(), cards: [] }, neverStop)) ?? []
    const byPost = new Map(standing.map((one) => [one.receipt.post, one]))
    expect(byPost.get(sent.card?.post)).toEqual({
      receipt: sent.card,
      deliveries: [first.deliveryId],
      events: [],
      origins: [],
      card: 'burst rh /',
    })
    expect(byPost.get(sent.receipt.post)).toEqual({
      receipt: sent.receipt,
      ...expected(first),
      origins: withOrigin.events.map(({ origin }) => origin),
    })
  })
  return { send, vigies, expected, cardVigie }
}

describe('a burst on the stand-in', () => {
  let scene: Scene
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await createSandbox()
    scene = await setUp({ url: sandbox.url, adminToken: sandbox.adminToken })
  })
  afterEach(() => sandbox.faults.heal())
  afterAll(async () => {
    await clear(scene.world)
    await sandbox.stop()
  })
  const { send, vigies, expected, cardVigie } = bursts(() => scene)

  test.each([
    ['the card', (draft: NewPost) => draft.root_id === undefined],
    ['the line', (draft: NewPost) => draft.root_id !== undefined],
  ])('stands once where the answer to %s was lost', async (_what, isThat) => {
    const message = partOf(6, burstCard())
    scene.before = (draft) => {
      if (isThat(draft)) sandbox.faults.loseReply({ count: 1, path: '/posts', method: 'POST' })
    }
    expect(await failureOf(send(message))).toMatchObject({ retry: true, unsure: true })
    scene.before = undefined
    await send({ ...message, attempt: 2, unsure: true })
    expect(await vigies()).toEqual([
      { isLine: false, vigie: cardVigie(message.deliveryId) },
      { isLine: true, vigie: expected(message) },
    ])
  })

  test.each([429, 400, 503, 401])('says that something stands where its line was answered %i', async (status) => {
    const message = partOf(6, burstCard())
    scene.before = ({ root_id }) => {
      if (root_id !== undefined) sandbox.faults.answer(status, { count: 1, path: '/posts', method: 'POST' })
    }
    expect(await failureOf(send(message))).toMatchObject({ unsure: true })
    scene.before = undefined
    await send({ ...message, attempt: 2, unsure: true })
    expect(await vigies()).toHaveLength(2)
  })

  test('is tried again where its card was deleted before its line, until Mattermost has forgotten that post', async () => {
    const message = partOf(6, burstCard())
    scene.before = ({ root_id }) => {
      if (root_id !== undefined) sandbox.faults.answer(503, { count: 1, path: '/posts', method: 'POST' })
    }
    await failureOf(send(message))
    scene.before = undefined
    const [card] = await scene.calls.posts(scene.channel, { per_page: 1 })
    await scene.world.admin.delete(`/posts/${card?.id}`)
    // For 30 s it answers a known `pending_post_id` with the post it made.
    const failure = await failureOf(send({ ...message, attempt: 2, unsure: true }))
    expect(failure).toMatchObject({ retry: true, scope: 'target' })
    expect(await vigies()).toEqual([])
  })
})

const { VIGIE_TEST_MATTERMOST_URL: url, VIGIE_TEST_ADMIN_TOKEN: adminToken } = process.env
describe.skipIf(url === undefined || adminToken === undefined)('a burst on a real server', () => {
  let scene: Scene
  beforeAll(async () => {
    scene = await setUp({ url: url ?? '', adminToken: adminToken ?? '' })
  })
  afterAll(() => clear(scene.world))
  bursts(() => scene)
})
