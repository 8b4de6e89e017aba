// Live cards, thread lines and failures of the Mattermost notifier (design.md "Exactly once, provably"; interface.md, last paragraph),
// on the stand-in, and on the real server that the environment names where it needs no faults.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Calls } from '../../src/bot/calls.ts'
import { createPosts } from '../../src/bot/posts.ts'
import type { Action, Receipt } from '../../src/event.ts'
import { createMattermostNotifier } from '../../src/notifiers/mattermost.ts'
import type { Card, Notifier, Sent } from '../../src/notifiers/notifier.ts'
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import { own } from '../../src/text/rich.ts'
import { handsOf } from '../bot/stage.ts'
import { at, refusal } from '../contract/mattermost/driver.ts'
import { clear, createChannel, furnish, join, type Server, type World } from '../contract/mattermost/world.ts'
import { failureOf, messageOf, neverStop, newId } from '../contract/notifier.ts'

interface Scene {
  readonly world: World
  readonly calls: Calls
  readonly notifier: Notifier
  readonly sandbox?: Sandbox
}

async function setUp(server: Server & { sandbox?: Sandbox }): Promise<Scene> {
  const world = await furnish(server)
  const { calls, self } = handsOf(world)
  const notifier = createMattermostNotifier({
    posts: createPosts(calls, self),
    stamp: (place) => (offers) => ({
      url: 'http://127.0.0.1:1/a',
      context: { vigie: JSON.stringify({ place, offers }) },
    }),
    permalink: ({ post }) => `${server.url}/_redirect/pl/${post}`,
    draw: async () => pictureBytes,
  })
  return { world, calls, notifier, ...(server.sandbox === undefined ? {} : { sandbox: server.sandbox }) }
}

/** The least that is a PNG to whoever looks at its first bytes. */
const pictureBytes = new Uint8Array(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNg+M9QDwADgQGA6UvVHQAAAABJRU5ErkJggg==',
    'base64',
  ),
)

const chart = { title: 'Temps de réponse sur 6 h', from: 0, to: 1, timeZone: 'UTC', points: [] }

const menu: Action = {
  kind: 'menu',
  label: 'Options…',
  options: [
    { verb: 'gitlab.mute', object: 'taaf/projet', label: 'Sourdine 1 h' },
    { verb: 'gitlab.why', object: 'e1', label: 'Pourquoi ?' },
  ],
}

const cardOf = (deliveryId: string, events: readonly string[], more: Partial<Card> = {}): Card => ({
  key: 'mr:5',
  deliveryId,
  events,
  late: false,
  ...more,
})

function described(words: string, more: object = {}) {
  return {
    title: own(words),
    text: own(`text of ${words}`),
    color: '#00ff00',
    summary: own(words),
    actions: [menu],
    ...more,
  }
}

function cards(scene: () => Scene) {
  const send = (message: Parameters<Notifier['send']>[0]) =>
    scene().notifier.send(message, scene().world.pub.id, neverStop)
  const post = ({ post: id = '' }: Receipt) => scene().calls.post(id)
  const thread = async ({ post: id = '' }: Receipt) =>
    (await scene().calls.thread(id)).filter(({ root_id }) => root_id !== '')

  /** A new card and what telling it answered. */
  async function open(words = `card ${newId()}`): Promise<{ id: string; card: Receipt; sent: Sent }> {
    const id = newId()
    const sent = await send(
      messageOf(words, { deliveryId: id, description: described(words), card: cardOf(id, ['e1']) }),
    )
    if (sent.card === undefined) throw new Error('no card')
    return { id, card: sent.card, sent }
  }

  test('a new card names its events, its delivery and itself', async () => {
    const { id, card, sent } = await open()
    expect(sent.receipt).toEqual(card)
    expect((await post(card)).props.vigie).toEqual({ events: ['e1'], deliveries: [id], card: 'mr:5' })
  })

  test('a later event edits the card and adds a line that carries its delivery alone', async () => {
    const { id, card } = await open()
    const later = messageOf('merged', {
      description: described('merged', { line: own('fusionnée') }),
      card: cardOf(id, ['e1', 'e2'], { receipt: card }),
    })
    const sent = await send(later)
    expect(sent.card).toEqual({ post: card.post, channel: card.channel })
    const root = await post(card)
    expect(JSON.stringify(root.props.attachments)).toContain('merged')
    expect(root.props.vigie).toEqual({ events: ['e1', 'e2'], deliveries: [id], card: 'mr:5' })
    expect(root.props.from_bot).toBe('true')
    const lines = await thread(card)
    expect(lines).toMatchObject([{ id: sent.receipt.post, message: 'fusionnée' }])
    expect(lines[0]?.props.vigie).toEqual({ deliveries: [later.deliveryId] })
  })

  const charted = (id: string, card: Receipt) =>
    messageOf('charted', {
      description: described('charted', { line: own('📈 courbe'), chart }),
      card: cardOf(id, ['e1', 'e2'], { receipt: card }),
    })

  test('a chart stands in the thread as a picture, beside its line, once however often it is tried', async () => {
    const { id, card } = await open()
    const message = charted(id, card)
    const sent = await send(message)
    expect((await send({ ...message, attempt: 2, unsure: true })).receipt).toEqual(sent.receipt)
    const lines = await thread(card)
    expect(lines).toMatchObject([{ message: '📈 courbe', props: { vigie: { deliveries: [message.deliveryId] } } }])
    const { body } = await scene().world.alice.get(`/posts/${sent.receipt.post}`)
    expect(at(body, 'metadata.files.0.name')).toBe('Temps de réponse sur 6 h.png')
    expect(at(body, 'metadata.files.0.mime_type')).toBe('image/png')
  })

  test('whom it rings stands above a new card by their present names, and stays there when the card is edited', async () => {
    const { alice } = scene().world
    const id = newId()
    const opening = messageOf('down', {
      deliveryId: id,
      description: described('down'),
      card: cardOf(id, ['e1']),
      mentions: [alice.id, 'here', 'x'.repeat(26)],
      isUrgent: true,
    })
    const { card } = await send(opening)
    if (card === undefined) throw new Error('no card')
    expect((await post(card)).message).toBe(`@${alice.name} @here`)
    const { body } = await scene().world.alice.get(`/posts/${card.post}`)
    expect(at(body, 'metadata.priority.priority')).toBe('urgent')
    await send(messageOf('edit', { description: described('edit'), card: cardOf(id, ['e1', 'e2'], { receipt: card }) }))
    expect((await post(card)).message).toBe(`@${alice.name} @here`)
    const line = described('still down', { line: own('Toujours en panne') })
    const later = cardOf(id, ['e1', 'e3'], { receipt: card })
    await send(messageOf('later', { description: line, card: later, mentions: [alice.id], isUrgent: true }))
    expect((await thread(card)).map(({ message }) => message)).toEqual([`Toujours en panne @${alice.name}`])
  })

  test('an edit without news in words adds no line, and its receipt is the card', async () => {
    const { id, card } = await open()
    const sent = await send(messageOf('updated', { card: cardOf(id, ['e1', 'e2'], { receipt: card }) }))
    expect(sent.receipt.post).toBe(card.post)
    expect(await thread(card)).toEqual([])
  })

  test('an edit that may have arrived is done again, its line is not', async () => {
    const { id, card } = await open()
    const description = described('merged', { line: own('fusionnée') })
    const later = messageOf('merged', { description, card: cardOf(id, ['e1', 'e2'], { receipt: card }) })
    const first = await send(later)
    const second = await send({ ...later, attempt: 2, unsure: true })
    expect(second).toEqual(first)
    expect(await thread(card)).toHaveLength(1)
  })

  test('an older event goes into the thread, its id into the card, and the card looks as before', async () => {
    const words = `card ${newId()}`
    const { id, card } = await open(words)
    const card2 = cardOf(id, ['e0', 'e1'], { receipt: card, late: true })
    await send(messageOf('older', { description: described('older', { line: own('ouverte') }), card: card2 }))
    const root = await post(card)
    expect(JSON.stringify(root.props.attachments)).toContain(words)
    expect(root.props.vigie).toEqual({ events: ['e0', 'e1'], deliveries: [id], card: 'mr:5' })
    expect(await thread(card)).toMatchObject([{ message: 'ouverte' }])
    // Nobody listens where the button leads: it is still there and still sealed, where a lost seal would be 404.
    const pressed = await scene().world.alice.post(`/posts/${card.post}/actions/action0`, { selected_option: '0' })
    expect(refusal(pressed)).toEqual({ status: 400, id: 'api.post.do_action.action_integration.app_error' })
  })

  test('a card that somebody deleted is made anew, its buttons bound to the new post', async () => {
    const { id, card, sent } = await open()
    const { status } = await scene().world.admin.delete(`/posts/${card.post}`)
    expect(status).toBe(200)
    const later = messageOf('anew', {
      description: described('anew'),
      card: cardOf(id, ['e1', 'e2'], { receipt: card }),
    })
    const anew = await send(later)
    expect(anew.card?.post).not.toBe(sent.card?.post)
    expect((await post(anew.receipt)).props.vigie).toMatchObject({ deliveries: [later.deliveryId] })
  })

  test('a card after a day of silence links to the one before', async () => {
    const { card } = await open()
    const id = newId()
    const message = messageOf('next day', { deliveryId: id, card: cardOf(id, ['e9'], { continues: card }) })
    const sent = await send(message)
    expect(JSON.stringify((await post(sent.receipt)).props.attachments)).toContain(`/_redirect/pl/${card.post}`)
  })

  test('what stands is read back: cards, lines and plain posts, also cards made before', async () => {
    const old = await open()
    await new Promise((resolve) => setTimeout(resolve, 5))
    const { create_at } = await post((await send(messageOf('a mark'))).receipt)
    const { id, card } = await open()
    const line = messageOf('merged', {
      description: described('merged', { line: own('fusionnée') }),
      card: cardOf(id, ['e1', 'e2'], { receipt: card }),
    })
    const { receipt } = await send(line)
    const single = messageOf('a push')
    const [event] = single.events
    const told = await send({ ...single, events: event === undefined ? [] : [{ ...event, origin: 'of a push' }] })
    // The server's clock and ours may differ by minutes, which are read too.
    const from = create_at + 5 * 60_000
    const request = { from, cards: [old.card, { post: newId().padEnd(26, 'x') }] }
    const standing = await scene().notifier.standing?.(scene().world.pub.id, request, neverStop)
    const byPost = new Map(standing?.map((one) => [one.receipt.post, one]))
    expect(byPost.get(card.post)).toEqual({
      receipt: card,
      deliveries: [id],
      events: ['e1', 'e2'],
      origins: [],
      card: 'mr:5',
    })
    expect(byPost.get(receipt.post)).toEqual({ receipt, deliveries: [line.deliveryId], events: [], origins: [] })
    expect(byPost.get(told.receipt.post)).toMatchObject({ deliveries: [single.deliveryId], origins: ['of a push'] })
    expect(byPost.get(old.card.post)).toMatchObject({ deliveries: [old.id] })
  })

  test('a digest names every event and delivery it tells', async () => {
    const events = ['e1', 'e2', 'e3'].map((id) => ({ ...messageOf('x').events[0], id }))
    const message = messageOf('three')
    const digest = { ...message, events: events.flatMap((event) => ({ ...message.events[0], ...event })) }
    const sent = await send({
      ...digest,
      events: digest.events as typeof message.events,
      deliveries: ['d1', 'd2', 'd3'],
    })
    expect((await post(sent.receipt)).props.vigie).toEqual({
      events: ['e1', 'e2', 'e3'],
      deliveries: ['d1', 'd2', 'd3'],
    })
  })

  test('a person is told by direct message', async () => {
    const { notifier, world, calls } = scene()
    const { receipt } = await notifier.send(messageOf('to you'), `@${world.alice.id}`, neverStop)
    expect((await calls.channel(receipt.channel ?? '')).type).toBe('D')
  })

  test('the longest that can happen is taken', async () => {
    const word = 'é"\\`@'.repeat(4000)
    const sent = await send(
      messageOf('long', {
        description: {
          message: [word, word],
          title: [word],
          text: Array.from({ length: 60 }, () => word.slice(0, 900)),
          fields: Array.from({ length: 60 }, () => ({ title: word, value: [word], short: true })),
          footer: word,
          color: '#00ff00',
          summary: [word],
          actions: [menu],
        },
      }),
    )
    expect(sent.receipt.post).toBeDefined()
  })

  test('an archived channel is gone for good', async () => {
    const { world, notifier } = scene()
    const channel = await createChannel(world.alice, world.team.id, 'O')
    await join(world.alice, 'channels', channel.id, world.bot)
    await world.alice.delete(`/channels/${channel.id}`)
    expect(await failureOf(notifier.send(messageOf('x'), channel.id, neverStop))).toMatchObject({
      retry: false,
      scope: 'target',
      reason: 'gone',
    })
  })

  test('a channel that the bot was removed from is forbidden, for new posts and for cards', async () => {
    const { world, notifier } = scene()
    const channel = await createChannel(world.alice, world.team.id, 'P')
    await join(world.alice, 'channels', channel.id, world.bot)
    const id = newId()
    const { card } = await notifier.send(
      messageOf('x', { deliveryId: id, card: cardOf(id, ['e1']) }),
      channel.id,
      neverStop,
    )
    await world.alice.delete(`/channels/${channel.id}/members/${world.bot.id}`)
    const expected = { retry: false, scope: 'target', reason: 'forbidden' }
    expect(await failureOf(notifier.send(messageOf('y'), channel.id, neverStop))).toMatchObject(expected)
    const edit = messageOf('z', { card: cardOf(id, ['e1', 'e2'], { receipt: card ?? {} }) })
    expect(await failureOf(notifier.send(edit, channel.id, neverStop))).toMatchObject(expected)
  })
}

describe('on the stand-in', () => {
  let scene: Scene & { sandbox: Sandbox }
  beforeAll(async () => {
    const sandbox = await createSandbox()
    scene = { ...(await setUp({ url: sandbox.url, adminToken: sandbox.adminToken })), sandbox }
  })
  afterEach(() => scene.sandbox.faults.heal())
  afterAll(async () => {
    await clear(scene.world)
    await scene.sandbox.stop()
  })
  cards(() => scene)

  const sent = () => scene.notifier.send(messageOf('x'), scene.world.pub.id, neverStop)

  test.each([
    [429, { retry: true, scope: 'notifier', reason: 'rate_limited', afterMs: 7000, unsure: false }],
    [503, { retry: true, scope: 'notifier', reason: 'server', afterMs: 7000, unsure: true }],
    [401, { retry: true, scope: 'notifier', reason: 'auth', afterMs: 60_000, unsure: false }],
    [413, { retry: false, scope: 'message', reason: 'client' }],
  ])('an answer of %i says how far it reaches and when to try again', async (status, expected) => {
    scene.sandbox.faults.answer(status, { count: 1, path: '/posts', headers: { 'Retry-After': '7' } })
    expect(await failureOf(sent())).toMatchObject(expected)
  })

  test('a server that is away is no refusal', async () => {
    scene.sandbox.faults.down()
    const failure = failureOf(sent())
    expect(await failure).toMatchObject({ retry: true, scope: 'notifier', reason: 'network' })
    scene.sandbox.faults.up()
  })

  test.each([
    [403, 1, true],
    [413, 1, true],
    [501, 1, true],
    [503, 3, true],
    [503, 1, false],
    [429, 1, false],
  ])('a picture that is answered %i at try %i keeps its line back no longer: %s', async (status, attempt, isTold) => {
    const id = newId()
    const channel = scene.world.pub.id
    const opened = await scene.notifier.send(
      messageOf('x', { deliveryId: id, card: cardOf(id, ['e1']) }),
      channel,
      neverStop,
    )
    const message = messageOf('charted', {
      attempt,
      description: described('charted', { line: own('📈 courbe'), chart }),
      card: cardOf(id, ['e1', 'e2'], { receipt: opened.card ?? {} }),
    })
    scene.sandbox.faults.answer(status, { count: 1, path: '/files' })
    const sending = scene.notifier.send(message, channel, neverStop)
    if (isTold) await sending
    else expect(await failureOf(sending)).toMatchObject({ retry: true })
    const lines = (await scene.calls.thread(opened.receipt.post ?? '')).filter(({ root_id }) => root_id !== '')
    expect(lines.map(({ message: words }) => words)).toEqual(isTold ? ['📈 courbe'] : [])
  })

  test('a line whose reply was lost stands once', async () => {
    const channel = scene.world.pub.id
    const id = newId()
    const opened = await scene.notifier.send(
      messageOf('x', { deliveryId: id, card: cardOf(id, ['e1']) }),
      channel,
      neverStop,
    )
    const card = cardOf(id, ['e1', 'e2'], { receipt: opened.card ?? {} })
    const later = messageOf('y', { description: described('y', { line: own('fusionnée') }), card })
    scene.sandbox.faults.loseReply({ count: 1, path: '/posts', method: 'POST' })
    expect(await failureOf(scene.notifier.send(later, channel, neverStop))).toMatchObject({ retry: true, unsure: true })
    await scene.notifier.send({ ...later, attempt: 2, unsure: true }, channel, neverStop)
    expect((await scene.calls.thread(opened.receipt.post ?? '')).map(({ message }) => message)).toEqual([
      '',
      'fusionnée',
    ])
  })
})

const { VIGIE_TEST_MATTERMOST_URL: url, VIGIE_TEST_ADMIN_TOKEN: adminToken } = process.env
describe.skipIf(url === undefined || adminToken === undefined)('on a real server', () => {
  let scene: Scene
  beforeAll(async () => {
    scene = await setUp({ url: url ?? '', adminToken: adminToken ?? '' })
  })
  afterAll(() => clear(scene.world))
  cards(() => scene)
})
