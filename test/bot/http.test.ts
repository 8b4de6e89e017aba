// Slash commands, buttons and dialogs prove who calls, and one text refuses them (threats T1, T3–T5; interface.md "HTTP routes").

import { randomBytes } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, describe, expect, test } from 'vitest'
import type { Answer, Pressing, Saying, Submission } from '../../src/bot/conversation.ts'
import { createGate } from '../../src/bot/gate.ts'
import { createMattermostRoutes } from '../../src/bot/http.ts'
import { render } from '../../src/bot/render.ts'
import { createResponseUrls } from '../../src/bot/response-urls.ts'
import { MattermostError } from '../../src/bot/rest.ts'
import { createSealer } from '../../src/bot/seal.ts'
import type { DialogSpec, Reply } from '../../src/commands/command.ts'
import type { AuditEntry } from '../../src/store/store.ts'
import { own } from '../../src/text/rich.ts'
import { registerProblems } from '../../src/web/problem.ts'
import { log, sealsInMemory, secretsOf, until } from './parts.ts'

const id = (letter: string) => letter.repeat(26)
const [alice, bob, channel, team, post, botId] = [id('a'), id('b'), id('c'), id('t'), id('p'), id('v')]

const servers: FastifyInstance[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

function open(options: { patienceMs?: number; once?: boolean } = {}) {
  const http = Fastify()
  servers.push(http)
  registerProblems(http, log)
  let at = 1_000_000
  const now = () => at
  const sealer = createSealer({
    secrets: secretsOf('key'),
    now,
    random: randomBytes,
    actionUrl: 'http://vigie/mattermost/action',
  })
  const commandTokens = secretsOf(`${team}/vigie=right`, `${team}/subscribe=other`)
  const seen = {
    said: [] as Saying[],
    pressed: [] as Pressing[],
    submitted: [] as Submission[],
    audited: [] as AuditEntry[],
    opened: [] as { trigger: string; url: string; dialog: { state: string; title: string } }[],
    told: [] as [string, Answer][],
    posted: [] as [string, unknown][],
  }
  const stage = {
    reply: (): Partial<Answer> | Promise<Partial<Answer>> => ({}),
    receipts: new Map([['d1', { post }]]),
    posts: new Map<string, { user_id: string; props: object }>(),
    dialogsOpen: true,
  }
  const answer = async (): Promise<Answer> => ({
    reply: { text: own('fait') },
    locale: 'fr',
    refused: false,
    ...(await stage.reply()),
  })
  const gate = createGate({
    sealer,
    seals: sealsInMemory(),
    deliveries: { receipt: async (delivery) => stage.receipts.get(delivery) },
    audit: { append: async (entry) => void seen.audited.push(entry) },
    calls: {
      post: async (wanted) => {
        const found = stage.posts.get(wanted)
        if (!found) throw new MattermostError('GET: 404', { failure: 'answered', status: 404, unsure: false })
        const times = { create_at: 1, update_at: 1, edit_at: 0, delete_at: 0 }
        const rest = { id: wanted, channel_id: channel, root_id: '', message: '', type: '', pending_post_id: '' }
        return { ...times, ...rest, user_id: found.user_id, props: { ...found.props } }
      },
    },
    self: async () => ({ id: botId, username: 'vigie' }),
    isOnce: () => options.once ?? false,
    log,
    meter: { count: () => undefined },
    now,
  })
  createMattermostRoutes({
    dispatch: {
      say: (saying) => {
        seen.said.push(saying)
        return answer()
      },
      press: (pressing) => {
        seen.pressed.push(pressing)
        return answer()
      },
      submit: (submission) => {
        seen.submitted.push(submission)
        return answer()
      },
    },
    commandTokens,
    gate,
    sealer,
    draw: render,
    calls: {
      openDialog: async (trigger, url, dialog) => {
        if (!stage.dialogsOpen)
          throw new MattermostError('POST: 400', { failure: 'answered', status: 400, unsure: false })
        seen.opened.push({ trigger, url, dialog: dialog as { state: string; title: string } })
      },
    },
    answers: { tell: async (person, said) => void seen.told.push([person, said]) },
    responseUrls: createResponseUrls({
      url: 'http://mattermost',
      fetch: async (url, init) => {
        seen.posted.push([String(url), JSON.parse(String(init?.body))])
        return new Response('')
      },
      now,
      log,
    }),
    vigieUrl: () => 'http://vigie',
    log,
    ...(options.patienceMs === undefined ? {} : { patienceMs: options.patienceMs }),
  })(http)
  const pass = (ms: number) => {
    at += ms
  }
  const say = (
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
    method: 'POST' | 'GET' | 'PUT' = 'POST',
  ) =>
    http.inject({
      method,
      url: '/mattermost/command',
      headers: { ...(method === 'GET' ? {} : { 'content-type': 'application/x-www-form-urlencoded' }), ...headers },
      ...(method === 'GET' ? {} : { payload: new URLSearchParams({ ...slash, ...fields }).toString() }),
    })
  const press = async (fields: object) => {
    const answered = await http.inject({ method: 'POST', url: '/mattermost/action', payload: { ...click, ...fields } })
    expect(answered.statusCode).toBe(200)
    return answered.json()
  }
  const submit = async (fields: object) => {
    const answered = await http.inject({ method: 'POST', url: '/mattermost/dialog', payload: { ...form, ...fields } })
    expect(answered.statusCode).toBe(200)
    return answered.json()
  }
  return { http, sealer, stage, seen, say, press, submit, pass, commandTokens }
}

const slash = {
  token: 'right',
  team_id: team,
  channel_id: channel,
  user_id: alice,
  command: '/vigie',
  text: 'statut  "a b"',
  trigger_id: 'trigger',
  root_id: '',
  response_url: 'http://public.example/hooks/commands/hook1',
}
const click = {
  user_id: alice,
  channel_id: channel,
  team_id: team,
  post_id: post,
  trigger_id: 'trigger',
  type: 'button',
}
const form = {
  type: 'dialog_submission',
  callback_id: 'vigie',
  user_id: alice,
  channel_id: channel,
  team_id: team,
  cancelled: false,
  submission: { source: 'gitlab' },
}
const dialog: DialogSpec = { title: 'S’abonner', submit: 'Valider', fields: [], command: 'subscribe' }
const asDialog = (): Partial<Answer> => ({ reply: { text: own('il manque…'), dialog } satisfies Reply })

describe('slash commands', () => {
  test('a command is answered whole, ephemerally, without Slack parsing', async () => {
    const { say, seen } = open()
    const answered = await say({}, { authorization: 'Token right' })
    expect(answered.json()).toMatchObject({
      response_type: 'ephemeral',
      skip_slack_parsing: true,
      attachments: [{ text: 'fait' }],
    })
    expect(seen.said).toEqual([
      { by: 'slash', person: alice, channel, team, root: undefined, trigger: 'vigie', text: 'statut  "a b"' },
    ])
  })

  test('people’s own messages are known by the name of their channel', async () => {
    const { say, seen } = open()
    for (const channel_name of [`${alice}__${bob}`, '0f'.repeat(20), 'town-square', '']) await say({ channel_name })
    expect(seen.said.map(({ isMessages }) => isMessages)).toEqual([true, true, undefined, undefined])
  })

  test('a file, which no answer of its own carries, is sent by direct message', async () => {
    const file = { name: 'report.csv', type: 'text/csv', bytes: Buffer.from('a;b') }
    const { say, seen, stage } = open()
    stage.reply = () => ({ reply: { text: own('envoyé'), file } })
    expect((await say()).json()).toMatchObject({ attachments: [{ text: 'envoyé' }] })
    expect(seen.told.map(([person, { reply }]) => [person, reply.file])).toEqual([[alice, file]])
  })

  test('every forgery is refused with one identical reply and no effect', async () => {
    const { say, seen } = open()
    const forgeries = await Promise.all([
      say({ token: '' }),
      say({ token: 'wrong' }),
      say({ token: 'righ' }),
      say({ token: 'rightx' }),
      say({ token: 'other' }),
      say({ command: '/subscribe' }),
      say({ command: '/unknown' }),
      say({ team_id: id('u') }),
      say({}, { authorization: 'Token wrong' }),
      say({}, { authorization: 'Bearer right' }),
      say({ token: 'wrong' }, { authorization: 'Token right' }),
      say({ user_id: 'x'.repeat(1000) }),
      say({}, {}, 'GET'),
      say({}, {}, 'PUT'),
    ])
    expect(new Set(forgeries.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1)
    expect(forgeries[0]?.statusCode).toBe(401)
    expect(forgeries[0]?.headers['content-type']).toContain('application/problem+json')
    expect(seen.said).toEqual([])
  })

  test('after a rotation the old token is refused and the new one right', async () => {
    const { say, commandTokens } = open()
    commandTokens.change(`${team}/vigie=fresh`)
    expect((await say()).statusCode).toBe(401)
    expect((await say({ token: 'fresh' })).statusCode).toBe(200)
  })

  test('another content type and a body too large are refused', async () => {
    const { http, say } = open()
    const json = await http.inject({ method: 'POST', url: '/mattermost/command', payload: slash })
    expect(json.statusCode).toBe(415)
    expect((await say({ text: 'x'.repeat(70_000) })).statusCode).toBe(413)
  })

  test('what takes too long is answered a second time, at the hook of our own Mattermost', async () => {
    const { say, stage, seen } = open({ patienceMs: 5 })
    const late = Promise.withResolvers<Partial<Answer>>()
    stage.reply = () => late.promise
    const first = await say()
    expect(first.json()).toMatchObject({ response_type: 'ephemeral', text: expect.stringContaining('Un instant') })
    late.resolve({})
    await until(() => seen.posted.length === 1)
    expect(seen.posted).toEqual([
      [
        'http://mattermost/hooks/commands/hook1',
        expect.objectContaining({ response_type: 'ephemeral', skip_slack_parsing: true }),
      ],
    ])
  })

  test('a form opens instead of an answer, and where it cannot, a button stands in the answer', async () => {
    const { say, stage, seen } = open()
    stage.reply = asDialog
    expect((await say()).json()).toEqual({})
    expect(seen.opened).toMatchObject([
      { trigger: 'trigger', url: 'http://vigie/mattermost/dialog', dialog: { title: 'S’abonner' } },
    ])
    stage.dialogsOpen = false
    expect((await say()).json()).toMatchObject({ attachments: [{ actions: [{ type: 'button' }] }] })
  })
})

describe('buttons and menus', () => {
  const offers = [
    { verb: 'gitlab.mute', object: 'taaf/projet' },
    { verb: 'gitlab.why', object: 'e1' },
  ]

  test('a press on the post of its delivery does what was offered and answers its presser alone', async () => {
    const { press, sealer, seen } = open()
    const { context } = sealer.stamp({ channel, delivery: 'd1' })(offers)
    const answered = await press({ context: { ...context, selected_option: '1' } })
    expect(answered).toEqual({ ephemeral_text: 'fait', skip_slack_parsing: true })
    expect(seen.pressed).toEqual([
      { by: 'button', person: alice, channel, team, verb: 'gitlab.why', object: 'e1', delivery: 'd1' },
    ])
  })

  test('every forgery is refused with one text, no effect, and is audited', async () => {
    const { press, sealer, seen, pass, http } = open()
    const { context } = sealer.stamp({ channel, delivery: 'd1' })(offers.slice(0, 1))
    const elsewhere = sealer.stamp({ channel, delivery: 'd2' })(offers.slice(0, 1))
    const personal = sealer.stamp({ channel, person: bob })(offers.slice(0, 1))
    const altered = `${context.vigie.slice(0, -2)}${context.vigie.endsWith('AA') ? 'BB' : 'AA'}`
    const answers = [
      await press({ context: {} }),
      await press({ context: { vigie: altered } }),
      await press({ context, channel_id: id('d') }),
      await press({ context, post_id: id('q') }),
      await press({ context: elsewhere.context }),
      await press({ context: personal.context }),
      await press({ context: { ...context, selected_option: '7' } }),
      await press({ context: 'no' }),
      await press({ user_id: 7, context }),
      (
        await http.inject({
          method: 'POST',
          url: '/mattermost/action',
          headers: { 'content-type': 'application/json' },
          payload: '{',
        })
      ).json(),
      (
        await http.inject({
          method: 'POST',
          url: '/mattermost/action',
          headers: { 'content-type': 'text/plain' },
          payload: 'x',
        })
      ).json(),
    ]
    pass(31 * 86_400_000)
    answers.push(await press({ context }))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({
      skip_slack_parsing: true,
      ephemeral_text: expect.stringContaining('n’est plus valable'),
    })
    expect(seen.pressed).toEqual([])
    expect(seen.audited.length).toBeGreaterThan(5)
    expect(seen.audited[0]).toMatchObject({ person: alice, channel, outcome: 'refused' })
  })

  test('while the receipt is not stored yet, the post itself says whether it carries the delivery', async () => {
    const { press, sealer, stage, seen } = open()
    const { context } = sealer.stamp({ channel, delivery: 'd9' })(offers.slice(0, 1))
    stage.posts.set(post, { user_id: botId, props: { vigie: { deliveries: ['d9'] } } })
    await press({ context })
    expect(seen.pressed).toHaveLength(1)
    stage.posts.set(post, { user_id: alice, props: { vigie: { deliveries: ['d9'] } } })
    await press({ context })
    stage.posts.set(post, { user_id: botId, props: { vigie: { deliveries: ['d8'] } } })
    await press({ context })
    expect(seen.pressed).toHaveLength(1)
  })

  test('what may be pressed once works once, and again where nothing was done', async () => {
    const { press, sealer, stage, seen } = open({ once: true })
    const { context } = sealer.stamp({ channel, delivery: 'd1' })(offers.slice(0, 1))
    stage.reply = () => ({ refused: true })
    await press({ context })
    stage.reply = () => ({})
    await press({ context })
    const third = await press({ context })
    expect(third.ephemeral_text).toContain('n’est plus valable')
    expect(seen.pressed).toHaveLength(2)
  })

  test('a press may open a form; one that takes too long is answered by direct message', async () => {
    const { press, sealer, stage, seen } = open({ patienceMs: 20 })
    const { context } = sealer.stamp({ channel, person: alice })(offers.slice(0, 1))
    stage.reply = asDialog
    expect(await press({ context })).toEqual({})
    expect(seen.opened).toHaveLength(1)
    const late = Promise.withResolvers<Partial<Answer>>()
    stage.reply = () => late.promise
    expect((await press({ context })).ephemeral_text).toContain('Un instant')
    late.resolve({})
    await until(() => seen.told.length === 1)
    expect(seen.told[0]?.[0]).toBe(alice)
  })
})

describe('dialogs', () => {
  async function opened(options: Parameters<typeof open>[0] = {}) {
    const door = open(options)
    door.stage.reply = asDialog
    await door.say()
    door.stage.reply = () => ({})
    const state = door.seen.opened[0]?.dialog.state ?? ''
    return { ...door, state }
  }

  test('a form is done, and answered where the command was', async () => {
    const { submit, state, seen } = await opened()
    expect(await submit({ state })).toEqual({})
    expect(seen.submitted).toEqual([
      {
        by: 'dialog',
        person: alice,
        channel,
        team,
        command: 'subscribe',
        commandVerb: undefined,
        fields: { source: 'gitlab' },
      },
    ])
    await until(() => seen.posted.length === 1)
    expect(seen.posted[0]?.[0]).toBe('http://mattermost/hooks/commands/hook1')
  })

  test('somebody else’s, an altered, an expired and a repeated form are refused with one text', async () => {
    const { submit, state, seen, pass, sealer } = await opened()
    await submit({ state })
    const button = sealer.stamp({ channel, person: alice })([{ verb: 'x.y', object: '' }]).context.vigie
    const answers = [
      await submit({ state }),
      await submit({ state: `${state}A` }),
      await submit({ state, user_id: bob }),
      await submit({ state, channel_id: id('d') }),
      await submit({ state: button }),
      await submit({}),
      await submit({ state, submission: 'no' }),
    ]
    const fresh = sealer.sealDialog({ person: alice, channel, command: 'subscribe' })
    pass(16 * 60_000)
    answers.push(await submit({ state: fresh }))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toEqual({ error: expect.stringContaining('n’est plus valable') })
    expect(seen.submitted).toHaveLength(1)
  })

  test('a form with a mistake says so at its field, and can be sent again', async () => {
    const { submit, state, stage, seen } = await opened()
    // A form shows it as plain text, without the marks of code.
    stage.reply = () => ({ refused: true, fieldErrors: { source: '`gitlub` est inconnue' } })
    expect(await submit({ state })).toEqual({ errors: { source: 'gitlub est inconnue' } })
    stage.reply = () => ({ refused: true, reply: { text: own('non, `12x` n’en est pas un') } })
    expect(await submit({ state })).toEqual({ error: 'non, 12x n’en est pas un' })
    stage.reply = () => ({})
    expect(await submit({ state })).toEqual({})
    expect(seen.submitted).toHaveLength(3)
  })

  test('a form that was cancelled does nothing and can be opened again', async () => {
    const { submit, state, seen } = await opened()
    expect(await submit({ state, cancelled: true, submission: null })).toEqual({})
    expect(seen.submitted).toEqual([])
  })

  test('a form opened by a button is answered by direct message', async () => {
    const { submit, seen, sealer } = open()
    expect(await submit({ state: sealer.sealDialog({ person: alice, channel, command: 'subscribe' }) })).toEqual({})
    await until(() => seen.told.length === 1)
    expect(seen.told[0]?.[0]).toBe(alice)
  })

  test('a form too large to be one of ours is refused', async () => {
    const { http, seen } = open()
    const answered = await http.inject({
      method: 'POST',
      url: '/mattermost/dialog',
      payload: { ...form, state: 'x'.repeat(300_000) },
    })
    expect([answered.statusCode, Object.keys(answered.json())]).toEqual([200, ['error']])
    expect(seen.submitted).toEqual([])
  })
})
