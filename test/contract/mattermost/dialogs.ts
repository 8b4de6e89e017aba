// Questions about dialogs: how one opens, and what its submission proves (only who submits it).

import { click, draw } from './buttons.ts'
import { register, type as typeCommand } from './commands.ts'
import { type Answer, accepted, at, type Caller, keys, refusal, text } from './driver.ts'
import { openSocket } from './socket.ts'
import type { Question, World } from './world.ts'

const forbidden = { status: 403, id: 'api.context.permissions.app_error' }

const dialog = {
  callback_id: 'cb',
  title: 'Title',
  state: 'st',
  elements: [{ display_name: 'Name', name: 'name', type: 'text' }],
}

/** A fresh trigger id of Alice's, from a slash command. */
async function triggerOf(world: World): Promise<string> {
  const command = await register(world, {})
  await accepted(typeCommand(world, world.alice, world.pub.id, `/${command.trigger}`))
  return new URLSearchParams(command.ear.last().body).get('trigger_id') ?? ''
}

export function askAboutDialogs(question: Question): void {
  question(
    'dialog: opens from a command',
    { default: { status: 200, event: ['dialog', 'trigger_id', 'url'], title: 'Title', again: 200 } },
    async (world) => {
      const socket = await openSocket(world.url, { token: world.alice.token })
      await socket.event('hello')
      const open = { trigger_id: await triggerOf(world), url: world.listener.url, dialog }
      const opened = await world.nobody.post('/actions/dialogs/open', open)
      const told = await socket.event('open_dialog')
      await socket.close()
      const carried: unknown = JSON.parse(text(told, 'data.dialog'))
      const again = await world.nobody.post('/actions/dialogs/open', open)
      return { status: opened.status, event: keys(carried), title: at(carried, 'dialog.title'), again: again.status }
    },
  )
  question('dialog: opens with a password field', { default: [200, 'password'] }, async (world) => {
    const socket = await openSocket(world.url, { token: world.alice.token })
    await socket.event('hello')
    const secret = {
      display_name: 'X-Token',
      name: 'secret.X-Token',
      type: 'text',
      subtype: 'password',
      max_length: 3000,
    }
    const open = {
      trigger_id: await triggerOf(world),
      url: world.listener.url,
      dialog: { ...dialog, elements: [secret] },
    }
    const opened = await world.nobody.post('/actions/dialogs/open', open)
    const told = await socket.event('open_dialog')
    await socket.close()
    return [opened.status, at(JSON.parse(text(told, 'data.dialog')), 'dialog.elements.0.subtype')]
  })
  question('dialog: opens from a button', { default: [200, 'Title'] }, async (world) => {
    const drawn = await draw(world, {}, {})
    const socket = await openSocket(world.url, { token: world.alice.token })
    await socket.event('hello')
    await accepted(click(world.alice, drawn))
    const trigger = at(JSON.parse(drawn.ear.last().body), 'trigger_id')
    const opened = await world.nobody.post('/actions/dialogs/open', {
      trigger_id: trigger,
      url: world.listener.url,
      dialog,
    })
    const told = await socket.event('open_dialog')
    await socket.close()
    return [opened.status, at(JSON.parse(text(told, 'data.dialog')), 'dialog.title')]
  })
  question(
    'dialog: a trigger id that is none',
    { default: 400 },
    async (world) =>
      (await world.nobody.post('/actions/dialogs/open', { trigger_id: 'none', url: world.listener.url, dialog }))
        .status,
  )
  question('dialog: a trigger id that was altered', { default: 400 }, async (world) => {
    const trigger = await triggerOf(world)
    const decoded = Buffer.from(trigger, 'base64').toString().replace(world.alice.id, world.bob.id)
    const altered = Buffer.from(decoded).toString('base64')
    return (await world.nobody.post('/actions/dialogs/open', { trigger_id: altered, url: world.listener.url, dialog }))
      .status
  })
  question(
    'dialog: submit',
    {
      default: {
        status: 200,
        fields: ['callback_id', 'cancelled', 'channel_id', 'state', 'submission', 'team_id', 'type', 'user_id'],
        type: 'dialog_submission',
        user: true,
        submission: { n: 3, name: 'v' },
        auth: null,
      },
    },
    async (world) => {
      const ear = world.listener.ear({})
      const answer = await submit(world, world.alice, { url: ear.url, submission: { n: 3, name: 'v' } })
      const heard = ear.last()
      const body: unknown = JSON.parse(heard.body)
      return {
        status: answer.status,
        fields: keys(body),
        type: at(body, 'type'),
        user: at(body, 'user_id') === world.alice.id,
        submission: at(body, 'submission'),
        auth: heard.headers.authorization ?? null,
      }
    },
  )
  question(
    'dialog: state and callback id are what the client says',
    { default: ['forged', 'other'] },
    async (world) => {
      const ear = world.listener.ear({})
      await accepted(submit(world, world.alice, { url: ear.url, state: 'forged', callback_id: 'other' }))
      const body: unknown = JSON.parse(ear.last().body)
      return [at(body, 'state'), at(body, 'callback_id')]
    },
  )
  question('dialog: the user is what the server says', { default: true }, async (world) => {
    const ear = world.listener.ear({})
    await accepted(submit(world, world.alice, { url: ear.url, user_id: world.admin.id }))
    return at(JSON.parse(ear.last().body), 'user_id') === world.alice.id
  })
  question('dialog: submit for a channel not mine', { default: forbidden }, async (world) =>
    refusal(await submit(world, world.bob, { url: world.listener.ear({}).url, channel_id: world.priv.id })),
  )
  question('dialog: errors of the answer come back', { default: [200, { errors: { name: 'no' } }] }, async (world) => {
    const answer = await submit(world, world.alice, {
      url: world.listener.ear({ body: { errors: { name: 'no' } } }).url,
    })
    return [answer.status, answer.body]
  })
  question('dialog: an error of the answer comes back', { default: [200, { error: 'no' }] }, async (world) => {
    const answer = await submit(world, world.alice, { url: world.listener.ear({ body: { error: 'no' } }).url })
    return [answer.status, answer.body]
  })
  question(
    'dialog: an empty answer is taken',
    { default: 200 },
    async (world) => (await submit(world, world.alice, { url: world.listener.ear({ body: '' }).url })).status,
  )
  question(
    'dialog: answer 500',
    { default: 400 },
    async (world) =>
      (await submit(world, world.alice, { url: world.listener.ear({ status: 500, body: {} }).url })).status,
  )
  question('dialog: a cancelled one is told', { default: true }, async (world) => {
    const ear = world.listener.ear({})
    await accepted(submit(world, world.alice, { url: ear.url, submission: {}, cancelled: true }))
    return at(JSON.parse(ear.last().body), 'cancelled')
  })
}

function submit(world: World, who: Caller, more: object): Promise<Answer> {
  return who.post('/actions/dialogs/submit', {
    callback_id: 'cb',
    state: 'st',
    channel_id: world.pub.id,
    team_id: world.team.id,
    submission: { name: 'v' },
    cancelled: false,
    ...more,
  })
}
