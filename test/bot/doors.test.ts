// Commands, buttons, menus, dialogs and mentions all the way through Mattermost and back: on the stand-in, and on the real server that
// the environment names (issue 3, "Done when").

import { randomBytes } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createAdmins } from '../../src/bot/admins.ts'
import { createAnswers } from '../../src/bot/answers.ts'
import type { Calls } from '../../src/bot/calls.ts'
import type { Answer, Dispatch, Pressing, Saying, Submission } from '../../src/bot/conversation.ts'
import { createGate } from '../../src/bot/gate.ts'
import { createMattermostRoutes } from '../../src/bot/http.ts'
import { createListener } from '../../src/bot/listen.ts'
import { createMembership } from '../../src/bot/membership.ts'
import { createPeople } from '../../src/bot/people.ts'
import { createPosts } from '../../src/bot/posts.ts'
import { render } from '../../src/bot/render.ts'
import { createResponseUrls } from '../../src/bot/response-urls.ts'
import { createSealer, type Sealer } from '../../src/bot/seal.ts'
import { createSocket } from '../../src/bot/socket.ts'
import type { Reply } from '../../src/commands/command.ts'
import type { Receipt } from '../../src/event.ts'
import { createMattermostNotifier } from '../../src/notifiers/mattermost.ts'
import type { Notifier } from '../../src/notifiers/notifier.ts'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import type { AuditEntry } from '../../src/store/store.ts'
import { own } from '../../src/text/rich.ts'
import { accepted, at, text } from '../contract/mattermost/driver.ts'
import { clear, direct, furnish, type Person, type Server, say, type World } from '../contract/mattermost/world.ts'
import { messageOf, neverStop } from '../contract/notifier.ts'
import {
  log,
  marksInMemory,
  meter,
  peopleInMemory,
  sealsInMemory,
  secretsOf,
  subscriptionsInMemory,
  until,
} from './parts.ts'
import { handsOf } from './stage.ts'

interface House {
  readonly world: World
  readonly calls: Calls
  readonly http: FastifyInstance
  readonly url: string
  readonly sealer: Sealer
  readonly notifier: Notifier
  readonly receipts: Map<string, Receipt>
  readonly said: Saying[]
  readonly pressed: Pressing[]
  readonly submitted: Submission[]
  readonly audited: AuditEntry[]
  readonly answer: { reply: Reply }
  readonly trigger: string
  stop(): Promise<void>
}

/** A Vigie of small parts in front of a Mattermost, with one slash command registered there. */
async function build(server: Server): Promise<House> {
  const world = await furnish(server)
  const { calls, self } = handsOf(world)
  const http = Fastify()
  const [said, pressed, submitted, audited]: [Saying[], Pressing[], Submission[], AuditEntry[]] = [[], [], [], []]
  const answer: { reply: Reply } = { reply: { text: own('fait') } }
  const give = async (): Promise<Answer> => ({ reply: answer.reply, locale: 'fr', refused: false })
  const dispatch: Dispatch = {
    say: (saying) => {
      said.push(saying)
      return give()
    },
    press: (pressing) => {
      pressed.push(pressing)
      return give()
    },
    submit: (submission) => {
      submitted.push(submission)
      return give()
    },
  }
  const commandTokens = secretsOf()
  const receipts = new Map<string, Receipt>()
  let url = ''
  const sealer = createSealer({
    secrets: secretsOf('a key'),
    now: Date.now,
    random: randomBytes,
    get actionUrl() {
      return `${url}/mattermost/action`
    },
  })
  const stamp: Sealer['stamp'] = (place) => (offers) => ({
    ...sealer.stamp(place)(offers),
    url: `${url}/mattermost/action`,
  })
  const answers = createAnswers({ self, calls, draw: render, sealer: { stamp } })
  createMattermostRoutes({
    dispatch,
    commandTokens,
    gate: createGate({
      sealer,
      seals: sealsInMemory(),
      deliveries: { receipt: async (id) => receipts.get(id) },
      audit: { append: async (entry) => void audited.push(entry) },
      calls,
      self,
      isOnce: () => false,
      log,
      meter,
      now: Date.now,
    }),
    sealer: { ...sealer, stamp },
    draw: render,
    calls,
    answers,
    responseUrls: createResponseUrls({ url: world.url, fetch, now: Date.now, log }),
    vigieUrl: () => url,
    log,
  })(http)
  url = await http.listen({ host: '127.0.0.1', port: 0 })
  const trigger = `v${randomBytes(4).toString('hex')}`
  const body = { team_id: world.team.id, trigger, method: 'P', url: `${url}/mattermost/command` }
  commandTokens.change(
    `${world.team.id}/${trigger}=${text(await accepted(world.admin.post('/commands', body)), 'token')}`,
  )

  const marks = marksInMemory()
  const admins = createAdmins({ names: [], calls, marks, people: peopleInMemory(), now: Date.now, log })
  const people = createPeople({ self, calls, admins, now: Date.now })
  const listener = createListener({
    bot: await self(),
    calls,
    dispatch,
    people,
    answers,
    marks,
    startedAt: Date.now(),
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
  const stopping = new AbortController()
  const heard = Promise.withResolvers<void>()
  const socket = createSocket({
    url: world.url,
    token: () => world.bot.token,
    onEvent: listener.hear,
    onGap: () =>
      void membership
        .reconcile()
        .then(({ inside }) => listener.catchUp(inside, stopping.signal))
        .then(() => heard.resolve(), heard.reject),
    isTokenRevoked: async () => false,
    log,
    meter,
    now: Date.now,
    random: Math.random,
  })
  const living = Promise.all([socket.run(stopping.signal), listener.run(stopping.signal)])
  await heard.promise
  return {
    ...{ world, calls, http, url, sealer, receipts, said, pressed, submitted, audited, answer, trigger },
    notifier: createMattermostNotifier({
      posts: createPosts(calls, self),
      stamp,
      permalink: () => undefined,
      draw: async () => undefined,
    }),
    async stop() {
      stopping.abort()
      await living
      await http.close()
      await clear(world)
    },
  }
}

/** What a person's own client is sent. */
async function eyesOf(person: Person, url: string) {
  const events: { event: string; data: Record<string, unknown> }[] = []
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/v4/websocket`, {
    headers: { authorization: `Bearer ${person.token}` },
  })
  socket.on('message', (data) => events.push(JSON.parse(String(data))))
  await until(() => events.some(({ event }) => event === 'hello'))
  const waitFor = async (event: string, words = ''): Promise<Record<string, unknown>> => {
    const found = () => events.find((one) => one.event === event && JSON.stringify(one.data).includes(words))
    await until(() => found() !== undefined)
    return found()?.data ?? {}
  }
  return { waitFor, stop: () => socket.terminate() }
}

function doors(house: () => House) {
  let eyes: Awaited<ReturnType<typeof eyesOf>>
  beforeAll(async () => {
    eyes = await eyesOf(house().world.alice, house().world.url)
  })
  afterAll(() => eyes.stop())

  const command = (who: Person, words: string) => {
    const { world, trigger } = house()
    return who.post('/commands/execute', {
      channel_id: world.pub.id,
      team_id: world.team.id,
      command: `/${trigger} ${words}`,
    })
  }
  /** Alice fills in a form that was opened for her. */
  const submit = (opened: Parameters<typeof at>[0] & { readonly url: string }, submission: object) => {
    const { world } = house()
    return world.alice.post('/actions/dialogs/submit', {
      url: opened.url,
      callback_id: at(opened, 'dialog.callback_id'),
      state: at(opened, 'dialog.state'),
      channel_id: world.pub.id,
      team_id: world.team.id,
      submission,
    })
  }
  const card = async () => {
    const { notifier, world, receipts } = house()
    const offer = { verb: 'gitlab.mute', object: 'taaf/projet' }
    const actions = [
      { kind: 'button' as const, ...offer, label: 'Sourdine' },
      {
        kind: 'menu' as const,
        label: 'Options',
        options: [
          { ...offer, label: 'Un' },
          { verb: 'gitlab.why', object: 'e1', label: 'Pourquoi' },
        ],
      },
    ]
    const message = messageOf('a card')
    const sent = await notifier.send(
      { ...message, description: { ...message.description, actions } },
      world.pub.id,
      neverStop,
    )
    receipts.set(message.deliveryId, sent.receipt)
    return { post: sent.receipt.post ?? '', delivery: message.deliveryId }
  }

  test('a slash command is answered to its speaker, formatted, with nothing posted', async () => {
    const { world, said, answer, calls } = house()
    answer.reply = { title: own('Tout va bien'), text: own('**fait** <!all>'), mood: 'good' }
    const before = (await calls.posts(world.pub.id, {})).length
    await accepted(command(world.alice, 'statut "a b"'))
    expect(said.at(-1)).toMatchObject({
      by: 'slash',
      person: world.alice.id,
      channel: world.pub.id,
      text: 'statut "a b"',
    })
    const shown = await eyes.waitFor('ephemeral_message', 'Tout va bien')
    expect(String(shown.post)).toContain('!all')
    expect(String(shown.post)).not.toContain('@all')
    expect(await calls.posts(world.pub.id, {})).toHaveLength(before)
  })

  test('the file of an answer comes by direct message', async () => {
    const { world, answer, calls } = house()
    const bytes = Buffer.from('moniteur;disponibilité')
    answer.reply = { text: own('le fichier vous est envoyé'), file: { name: 'r.csv', type: 'text/csv', bytes } }
    await accepted(command(world.alice, 'report'))
    const said = await eyes.waitFor('ephemeral_message', 'vous est envoyé')
    expect(String(said.post)).toContain('Fichier en message direct\u00a0: r.csv')
    const direct = await calls.directChannel(world.bot.id, world.alice.id)
    const [post] = await calls.posts(direct.id, {})
    const shown = await accepted(world.alice.get(`/posts/${post?.id}`))
    expect(at(shown, 'metadata.files.0')).toMatchObject({ name: 'r.csv', size: bytes.length })
  })

  test('the button of an ephemeral answer works for its person', async () => {
    const { world, pressed, answer } = house()
    answer.reply = { text: own('voulez-vous vraiment ?'), buttons: [{ verb: 'x.yes', object: '7', label: 'Oui' }] }
    await accepted(command(world.alice, 'delete'))
    const shown = JSON.parse(String((await eyes.waitFor('ephemeral_message', 'voulez-vous vraiment')).post))
    const action = at(shown, 'props.attachments.0.actions.0')
    answer.reply = { text: own('c’est fait') }
    const body = { cookie: at(action, 'cookie') }
    await accepted(world.alice.post(`/posts/${shown.id}/actions/${at(action, 'id')}`, body))
    expect(pressed.at(-1)).toMatchObject({ verb: 'x.yes', object: '7', person: world.alice.id })
    await eyes.waitFor('ephemeral_message', 'c’est fait')
  })

  test('a card’s button and menu do what they say, and answer their presser alone', async () => {
    const { world, pressed, answer } = house()
    const { post, delivery } = await card()
    answer.reply = { text: own('muet pour une heure') }
    await accepted(world.alice.post(`/posts/${post}/actions/action0`, {}))
    expect(pressed.at(-1)).toMatchObject({
      verb: 'gitlab.mute',
      object: 'taaf/projet',
      delivery,
      person: world.alice.id,
    })
    await eyes.waitFor('ephemeral_message', 'muet pour une heure')
    await accepted(world.bob.post(`/posts/${post}/actions/action1`, { selected_option: '1' }))
    expect(pressed.at(-1)).toMatchObject({ verb: 'gitlab.why', object: 'e1', person: world.bob.id })
  })

  test('an option that was never offered, and a stranger’s own button with our address, do nothing', async () => {
    const { world, pressed, audited, url } = house()
    const { post } = await card()
    const count = pressed.length
    await world.bob.post(`/posts/${post}/actions/action1`, { selected_option: '9' })
    const integration = { url: `${url}/mattermost/action`, context: { vigie: 'forged', verb: 'gitlab.mute' } }
    const forged = await say(world.bob, world.pub.id, 'click me', {
      props: { attachments: [{ text: 'x', actions: [{ id: 'a1', name: 'x', type: 'button', integration }] }] },
    })
    await accepted(world.alice.post(`/posts/${text(forged, 'id')}/actions/a1`, {}))
    expect(pressed).toHaveLength(count)
    expect(audited.at(-1)).toMatchObject({ person: world.alice.id, outcome: 'refused' })
    await eyes.waitFor('ephemeral_message', 'plus valable')
  })

  test('a command opens a form, and its submission is done and answered', async () => {
    const { world, submitted, answer } = house()
    const fields = [
      {
        name: 'source',
        label: 'Source',
        kind: 'select' as const,
        optional: false,
        options: [{ text: 'GitLab', value: 'gitlab' }],
      },
      { name: '--digest', label: 'Digest', kind: 'text' as const, optional: true },
      { name: '--confidential', label: 'Confidentiel', kind: 'bool' as const, optional: true },
    ]
    answer.reply = { dialog: { title: 'S’abonner à quelque chose', submit: 'Valider', fields, command: 'subscribe' } }
    await accepted(command(world.alice, 'subscribe'))
    const opened = JSON.parse(String((await eyes.waitFor('open_dialog')).dialog))
    answer.reply = { text: own('abonné') }
    await accepted(submit(opened, { source: 'gitlab', '--digest': '', '--confidential': false }))
    expect(submitted.at(-1)).toMatchObject({
      by: 'dialog',
      person: world.alice.id,
      command: 'subscribe',
      fields: { source: 'gitlab' },
    })
    await eyes.waitFor('ephemeral_message', 'abonné')
  })

  test('the file of a form’s answer comes by direct message too', async () => {
    const { world, answer, calls } = house()
    const fields = [{ name: 'what', label: 'Quoi', kind: 'text' as const, optional: false }]
    answer.reply = { dialog: { title: 'Exporter', submit: 'Valider', fields, command: 'export' } }
    await accepted(command(world.alice, 'export'))
    const opened = JSON.parse(String((await eyes.waitFor('open_dialog', 'Exporter')).dialog))
    const bytes = Buffer.from('nom;score')
    answer.reply = { text: own('exporté'), file: { name: 'e.csv', type: 'text/csv', bytes } }
    await accepted(submit(opened, { what: 'events' }))
    await eyes.waitFor('ephemeral_message', 'exporté')
    const direct = await calls.directChannel(world.bot.id, world.alice.id)
    await until(async () => {
      const [post] = await calls.posts(direct.id, {})
      if (post === undefined) return false
      const shown = await accepted(world.alice.get(`/posts/${post.id}`))
      return at(shown, 'metadata.files.0.name') === 'e.csv'
    })
  })

  test('a mention in a public channel and a direct message are answered', async () => {
    const { world, answer, calls } = house()
    answer.reply = { text: own('à votre service') }
    const mention = await say(world.bob, world.pub.id, `@${world.bot.name} help`)
    const dm = await direct(world.bob, world.bot)
    const message = await say(world.bob, dm, 'help')
    const answerTo = async (channel: string, post: unknown) =>
      (await calls.posts(channel, {})).find(({ props }) => props.vigie_reply === text(post, 'id'))
    await until(async () => (await answerTo(world.pub.id, mention)) !== undefined)
    await until(async () => (await answerTo(dm, message)) !== undefined)
    expect((await answerTo(world.pub.id, mention))?.root_id).toBe(text(mention, 'id'))
  })
}

function suite(start: () => Promise<Server & { stop?: () => Promise<void> }>) {
  let house: House
  let server: Server & { stop?: () => Promise<void> }
  beforeAll(async () => {
    server = await start()
    house = await build(server)
  })
  afterAll(async () => {
    await house.stop()
    await server.stop?.()
  })
  doors(() => house)
}

describe('on the stand-in', () => {
  suite(() => createSandbox())
})

const { VIGIE_TEST_MATTERMOST_URL: url, VIGIE_TEST_ADMIN_TOKEN: adminToken } = process.env
describe.skipIf(url === undefined || adminToken === undefined)('on a real server', () => {
  suite(async () => ({ url: url ?? '', adminToken: adminToken ?? '' }))
})
