// Questions about buttons and menus: what a click sends, and what its answer may change.

import { type Answer, accepted, at, type Caller, keys, list, number, refusal, text } from './driver.ts'
import type { Ear, Heard, Reply } from './listener.ts'
import { openSocket, postOf } from './socket.ts'
import { createChannel, join, type Question, say, unknownId, type World } from './world.ts'

const forbidden = { status: 403, id: 'api.context.permissions.app_error' }

/** A post with one action, and the ear that the action calls. */
export interface Drawn {
  readonly post: string
  readonly action: string
  readonly ear: Ear
}

/** A post of the bot in `pub` that holds one action, answered as told. */
export async function draw(
  world: World,
  action: object,
  reply: Reply | ((heard: Heard) => Reply),
  more: object = {},
): Promise<Drawn> {
  const ear = world.listener.ear(reply)
  const drawn = {
    id: 'go',
    name: 'Go',
    type: 'button',
    integration: { url: ear.url, context: { n: 1, secret: 's3' } },
    ...action,
  }
  const props = { attachments: [{ text: 'card', actions: [drawn] }], ...more }
  const made = await say(world.bot, world.pub.id, 'old', { props })
  return { post: text(made, 'id'), action: text(made, 'props.attachments.0.actions.0.id'), ear }
}

/** Somebody clicks it. */
export const click = (who: Caller, { post, action }: Drawn, more: object = {}): Promise<Answer> =>
  who.post(`/posts/${post}/actions/${action}`, more)

export function askAboutButtons(question: Question): void {
  question(
    'action: id is given when missing',
    { default: 26 },
    async (world) => (await draw(world, { id: '' }, {})).action.length,
  )
  question('action: its integration is not told to clients', { default: [false, false] }, async (world) => {
    const drawn = await draw(world, {}, {})
    const path = 'props.attachments.0.actions.0'
    const read = await world.alice.get(`/posts/${drawn.post}`)
    const own = await world.bot.get(`/posts/${drawn.post}`)
    return [keys(read, path).includes('integration'), keys(own, path).includes('integration')]
  })
  question('action: its integration is not told on the websocket', { default: false }, async (world) => {
    const socket = await openSocket(world.url, { token: world.alice.token })
    await socket.event('hello')
    const drawn = await draw(world, {}, {})
    const told = await socket.event('posted', (frame) => at(postOf(frame), 'id') === drawn.post)
    await socket.close()
    return keys(postOf(told), 'props.attachments.0.actions.0').includes('integration')
  })
  question(
    'action: request',
    {
      default: {
        status: 200,
        answer: ['status', 'trigger_id'],
        fields: [
          'channel_id',
          'channel_name',
          'context',
          'data_source',
          'post_id',
          'team_domain',
          'team_id',
          'trigger_id',
          'type',
          'user_id',
          'user_name',
        ],
        context: { n: 1, secret: 's3' },
        user: true,
        name: true,
        post: true,
        channel: true,
        team: true,
        type: 'button',
        auth: null,
        ctype: 'application/json',
      },
    },
    async (world) => {
      const drawn = await draw(world, {}, {})
      const answer = await click(world.alice, drawn)
      const heard = drawn.ear.last()
      const body: unknown = JSON.parse(heard.body)
      return {
        status: answer.status,
        answer: keys(answer),
        fields: keys(body),
        context: at(body, 'context'),
        user: at(body, 'user_id') === world.alice.id,
        name: at(body, 'user_name') === world.alice.name,
        post: at(body, 'post_id') === drawn.post,
        channel: at(body, 'channel_id') === world.pub.id && at(body, 'channel_name') === world.pub.name,
        team: at(body, 'team_id') === world.team.id && at(body, 'team_domain') === world.team.name,
        type: at(body, 'type'),
        auth: heard.headers.authorization ?? null,
        ctype: heard.headers['content-type'],
      }
    },
  )
  const menu = {
    type: 'select',
    name: 'Menu',
    options: [
      { text: 'One', value: '1' },
      { text: 'Two', value: '2' },
    ],
  }
  question(
    'action: menu',
    { default: { type: 'select', context: { k: 1, selected_option: '1' }, source: '' } },
    async (world) => {
      const ear = world.listener.ear({})
      const drawn = await draw(world, { ...menu, integration: { url: ear.url, context: { k: 1 } } }, {})
      await accepted(click(world.alice, drawn, { selected_option: '1' }))
      const body: unknown = JSON.parse(ear.last().body)
      return { type: at(body, 'type'), context: at(body, 'context'), source: at(body, 'data_source') }
    },
  )
  question('action: a menu may send an option that was never offered', { default: [200, 'never'] }, async (world) => {
    const drawn = await draw(world, menu, {})
    const answer = await click(world.alice, drawn, { selected_option: 'never' })
    return [answer.status, at(JSON.parse(drawn.ear.last().body), 'context.selected_option')]
  })
  question('action: a client cannot change the context', { default: { n: 1, secret: 's3' } }, async (world) => {
    const drawn = await draw(world, {}, {})
    await accepted(click(world.alice, drawn, { context: { n: 2 }, cookie: '' }))
    return at(JSON.parse(drawn.ear.last().body), 'context')
  })
  question('action: update message', { default: { message: 'new', att: 1, edited: true } }, async (world) => {
    const drawn = await draw(world, {}, { body: { update: { message: 'new' } } })
    const before = number(await accepted(world.bot.get(`/posts/${drawn.post}`)), 'update_at')
    await accepted(click(world.alice, drawn))
    const after = await accepted(world.bot.get(`/posts/${drawn.post}`))
    return {
      message: at(after, 'message'),
      att: list(after, 'props.attachments').length,
      edited: number(after, 'update_at') > before,
    }
  })
  question(
    'action: update props without message',
    { default: { message: '', att: 'done', k: 1, from_bot: null } },
    async (world) => {
      const drawn = await draw(world, {}, { body: { update: { props: { k: 1, attachments: [{ text: 'done' }] } } } })
      await accepted(click(world.alice, drawn))
      const after = await accepted(world.bot.get(`/posts/${drawn.post}`))
      return {
        message: at(after, 'message'),
        att: at(after, 'props.attachments.0.text'),
        k: at(after, 'props.k'),
        from_bot: at(after, 'props.from_bot'),
      }
    },
  )
  question('action: an update is told as an edit', { default: 'new' }, async (world) => {
    const drawn = await draw(world, {}, { body: { update: { message: 'new' } } })
    const socket = await openSocket(world.url, { token: world.alice.token })
    await socket.event('hello')
    await accepted(click(world.alice, drawn))
    const told = await socket.event('post_edited', (frame) => at(postOf(frame), 'id') === drawn.post)
    await socket.close()
    return at(postOf(told), 'message')
  })
  question('action: an update cannot move the post or change its author', { default: [true, true] }, async (world) => {
    const { bot, pub, town, alice } = world
    const drawn = await draw(
      world,
      {},
      { body: { update: { message: 'new', channel_id: town.id, user_id: alice.id } } },
    )
    await accepted(click(alice, drawn))
    const after = await accepted(bot.get(`/posts/${drawn.post}`))
    return [at(after, 'channel_id') === pub.id, at(after, 'user_id') === bot.id]
  })
  question('action: ephemeral text reaches the clicker alone', { default: ['for you', 0] }, async (world) => {
    const drawn = await draw(world, {}, { body: { ephemeral_text: 'for you' } })
    const mine = await openSocket(world.url, { token: world.alice.token })
    const theirs = await openSocket(world.url, { token: world.bob.token })
    await mine.event('hello')
    await theirs.event('hello')
    await accepted(click(world.alice, drawn))
    const told = await mine.event('ephemeral_message')
    const marker = text(await say(world.alice, world.pub.id, 'marker'), 'id')
    await theirs.event('posted', (frame) => at(postOf(frame), 'id') === marker)
    const leaked = theirs.frames.filter((frame) => at(frame, 'event') === 'ephemeral_message').length
    await Promise.all([mine.close(), theirs.close()])
    return [at(postOf(told), 'message'), leaked]
  })
  const links = '<http://a.example|label> <!all>'
  question(
    'action: of ephemeral text only the links are slack-parsed, unless told otherwise',
    { default: ['[label](http://a.example) <!all>', '<http://a.example|label> <!all>'] },
    async (world) => {
      const socket = await openSocket(world.url, { token: world.alice.token })
      await socket.event('hello')
      await accepted(click(world.alice, await draw(world, {}, { body: { ephemeral_text: links } })))
      await accepted(
        click(world.alice, await draw(world, {}, { body: { ephemeral_text: links, skip_slack_parsing: true } })),
      )
      await socket.frame(
        (frame) =>
          at(frame, 'event') === 'ephemeral_message' &&
          socket.frames.filter((one) => at(one, 'event') === 'ephemeral_message').length === 2,
      )
      await socket.close()
      return socket.frames
        .filter((frame) => at(frame, 'event') === 'ephemeral_message')
        .map((frame) => at(postOf(frame), 'message'))
    },
  )
  for (const [what, reply] of [
    ['500', { status: 500, body: {} }],
    ['that is no JSON', { body: 'x' }],
    ['404', { status: 404, body: {} }],
  ] as const) {
    question(
      `action: answer ${what}`,
      { default: { status: 400, id: 'api.post.do_action.action_integration.app_error' } },
      async (world) => refusal(await click(world.alice, await draw(world, {}, reply))),
    )
  }
  question(
    'action: nobody listens',
    { default: 400 },
    async (world) =>
      (await click(world.alice, await draw(world, { integration: { url: 'http://127.0.0.1:9/' } }, {}))).status,
  )
  question('action: id with a dash', { default: { status: 404, id: 'api.context.404.app_error' } }, async (world) => {
    const drawn = await draw(world, { id: 'go-on' }, {})
    return refusal(await click(world.alice, drawn))
  })
  question(
    'action: unknown id',
    { default: { status: 404, id: 'api.post.do_action.action_id.app_error' } },
    async (world) => {
      const drawn = await draw(world, {}, {})
      return refusal(await click(world.alice, { ...drawn, action: 'none' }))
    },
  )
  question('action: on an unknown post', { default: forbidden }, async (world) =>
    refusal(await world.alice.post(`/posts/${unknownId}/actions/go`, {})),
  )
  question('action: on a deleted post', { default: { status: 404, id: 'app.post.get.app_error' } }, async (world) => {
    const drawn = await draw(world, {}, {})
    await accepted(world.bot.delete(`/posts/${drawn.post}`))
    return refusal(await click(world.alice, drawn))
  })
  question('action: disabled button', { default: { status: 200 } }, async (world) => ({
    status: (await click(world.alice, await draw(world, { disabled: true }, {}))).status,
  }))
  question('action: somebody outside the team', { default: forbidden }, async (world) =>
    refusal(await click(world.carol, await draw(world, {}, {}))),
  )
  question('action: of a public channel, somebody who is not in it', { default: forbidden }, async (world) => {
    const { alice, bob, bot, team, listener } = world
    const place = await createChannel(alice, team.id, 'O')
    await join(alice, 'channels', place.id, bot)
    const action = { id: 'go', name: 'Go', type: 'button', integration: { url: listener.ear({}).url } }
    const post = text(
      await say(bot, place.id, 'm', { props: { attachments: [{ text: 'x', actions: [action] }] } }),
      'id',
    )
    return refusal(await bob.post(`/posts/${post}/actions/go`, {}))
  })
  question('action: any member may draw a button at any address', { default: [200, true] }, async (world) => {
    const ear = world.listener.ear({})
    const action = { id: 'go', name: 'Go', type: 'button', integration: { url: ear.url, context: { token: 'guess' } } }
    const post = text(
      await say(world.bob, world.pub.id, 'm', { props: { attachments: [{ text: 'x', actions: [action] }] } }),
      'id',
    )
    const answer = await world.alice.post(`/posts/${post}/actions/go`, {})
    return [answer.status, ear.heard.length === 1]
  })
  question('action: buttons live on through a patch of the message', { default: 200 }, async (world) => {
    const drawn = await draw(world, {}, {})
    await accepted(world.bot.put(`/posts/${drawn.post}/patch`, { message: 'changed' }))
    return (await click(world.alice, drawn)).status
  })
  question('action: a patch that brings new buttons replaces their context', { default: { n: 2 } }, async (world) => {
    const drawn = await draw(world, {}, {})
    const action = { id: 'go', name: 'Go', type: 'button', integration: { url: drawn.ear.url, context: { n: 2 } } }
    await accepted(
      world.bot.put(`/posts/${drawn.post}/patch`, { props: { attachments: [{ text: 'x', actions: [action] }] } }),
    )
    await accepted(click(world.alice, drawn))
    return at(JSON.parse(drawn.ear.last().body), 'context')
  })
}
