// Questions about the websocket: signing in, order, what is told of posts and memberships.

import { accepted, at, keys, number, text } from './driver.ts'
import { mentionsOf, openSocket, postOf, type Socket } from './socket.ts'
import {
  createBot,
  createChannel,
  createPerson,
  direct,
  join,
  type Person,
  type Place,
  type Question,
  say,
  unknownId,
  type World,
} from './world.ts'

/** A connection of that person that has been greeted. */
export async function greeted(world: World, who: Person): Promise<Socket> {
  const socket = await openSocket(world.url, { token: who.token })
  await socket.event('hello')
  return socket
}

/** The `posted` event of that post. */
export const posted = (socket: Socket, id: string) => socket.event('posted', (frame) => at(postOf(frame), 'id') === id)

/** Whether an event of that name has come. */
export const has = (socket: Socket, name: string) => socket.frames.some((frame) => at(frame, 'event') === name)

/** A fresh channel of Alice's with the bot in it. */
export async function shared({ alice, bot, team }: World): Promise<Place> {
  const place = await createChannel(alice, team.id, 'O')
  await join(alice, 'channels', place.id, bot)
  return place
}

export function askAboutSockets(question: Question): void {
  question(
    'ws: hello by header',
    { default: { seq: 0, data: ['connection_id', 'server_version'], user: true } },
    async (world) => {
      const socket = await openSocket(world.url, { token: world.bot.token })
      const hello = await socket.event('hello')
      await socket.close()
      return {
        seq: at(hello, 'seq'),
        data: keys(hello, 'data').filter((key) => key !== 'server_hostname'),
        user: at(hello, 'broadcast.user_id') === world.bot.id,
      }
    },
  )
  question('ws: a plain request is refused', { default: 400 }, async ({ bot }) => (await bot.get('/websocket')).status)
  question('ws: hello by challenge', { default: ['OK', 0] }, async (world) => {
    const socket = await openSocket(world.url)
    const answer = await socket.send('authentication_challenge', { token: world.bot.token })
    const hello = await socket.event('hello')
    await socket.close()
    return [at(answer, 'status'), at(hello, 'seq')]
  })
  question('ws: wrong token in the challenge', { default: { hello: false, closed: true } }, async (world) => {
    const socket = await openSocket(world.url)
    socket.sendRaw(JSON.stringify({ seq: 1, action: 'authentication_challenge', data: { token: unknownId } }))
    await socket.closed
    return { hello: has(socket, 'hello'), closed: true }
  })
  question('ws: wrong token in the header neither closes it nor is answered', { default: 0 }, async (world) => {
    const socket = await openSocket(world.url, { token: unknownId })
    socket.sendRaw(JSON.stringify({ seq: 1, action: 'ping' }))
    await socket.ping()
    const frames = socket.frames.length
    await socket.drop()
    return frames
  })
  question('ws: ping', { default: { status: 'OK', text: 'pong' } }, async (world) => {
    const socket = await greeted(world, world.bot)
    const answer = await socket.send('ping')
    await socket.close()
    return { status: at(answer, 'status'), text: at(answer, 'data.text') }
  })
  question(
    'ws: unknown action',
    { default: { status: 'FAIL', id: 'api.web_socket_router.bad_action.app_error' } },
    async (world) => {
      const socket = await greeted(world, world.bot)
      const answer = await socket.send('nothing_such')
      await socket.close()
      return { status: at(answer, 'status'), id: at(answer, 'error.id') }
    },
  )
  question(
    'ws: an action without a sequence number',
    { default: 'api.web_socket_router.bad_seq.app_error' },
    async (world) => {
      const socket = await greeted(world, world.bot)
      socket.sendRaw(JSON.stringify({ action: 'ping' }))
      const answer = await socket.frame((frame) => at(frame, 'status') === 'FAIL')
      await socket.close()
      return at(answer, 'error.id')
    },
  )
  question('ws: sequence rises by one', { default: true }, async (world) => {
    const socket = await greeted(world, world.bot)
    for (const message of ['1', '2']) await say(world.alice, world.pub.id, message)
    await posted(socket, text(await say(world.alice, world.pub.id, '3'), 'id'))
    await socket.close()
    const numbers = socket.frames.filter((frame) => at(frame, 'event') !== null).map((frame) => at(frame, 'seq'))
    return numbers.length >= 4 && numbers.every((seq, place) => seq === place)
  })
  question('ws: own posts come too', { default: true }, async (world) => {
    const socket = await greeted(world, world.bot)
    const told = await posted(socket, text(await say(world.bot, world.pub.id, 'own'), 'id'))
    await socket.close()
    return told !== undefined
  })
  question(
    'ws: posted tells where, by whom and in which team',
    { default: { channel: true, type: 'O', sender: true, team: true, broadcast: true, mentions: 0 } },
    async (world) => {
      const socket = await greeted(world, world.bot)
      const told = await posted(socket, text(await say(world.alice, world.pub.id, 'plain'), 'id'))
      await socket.close()
      return {
        channel:
          at(told, 'data.channel_name') === world.pub.name && at(told, 'data.channel_display_name') === world.pub.name,
        type: at(told, 'data.channel_type'),
        sender: at(told, 'data.sender_name') === `@${world.alice.name}`,
        team: at(told, 'data.team_id') === world.team.id,
        broadcast: at(told, 'broadcast.channel_id') === world.pub.id,
        mentions: mentionsOf(told).length,
      }
    },
  )
  question(
    'ws: edited, deleted, reaction',
    { default: { edited: 'life2', reaction: { emoji_name: 'eyes' }, removed: { emoji_name: 'eyes' }, deleted: true } },
    async (world) => {
      const { bot, pub } = world
      const socket = await greeted(world, bot)
      const id = text(await say(bot, pub.id, 'life'), 'id')
      await accepted(bot.put(`/posts/${id}/patch`, { message: 'life2' }))
      await accepted(bot.post('/reactions', { user_id: bot.id, post_id: id, emoji_name: 'eyes' }))
      await accepted(bot.delete(`/users/${bot.id}/posts/${id}/reactions/eyes`))
      await accepted(bot.delete(`/posts/${id}`))
      const about = (field: string) => (frame: unknown) => at(JSON.parse(text(frame, 'data.reaction')), field) === id
      const edited = await socket.event('post_edited', (frame) => at(postOf(frame), 'id') === id)
      const added = await socket.event('reaction_added', about('post_id'))
      const removed = await socket.event('reaction_removed', about('post_id'))
      const deleted = await socket.event('post_deleted', (frame) => at(postOf(frame), 'id') === id)
      await socket.close()
      const emoji = (frame: unknown) => ({ emoji_name: at(JSON.parse(text(frame, 'data.reaction')), 'emoji_name') })
      return {
        edited: at(postOf(edited), 'message'),
        reaction: emoji(added),
        removed: emoji(removed),
        deleted: deleted !== undefined,
      }
    },
  )
  question(
    'ws: a reaction to a post of ours says whose it is, and is heard once for each time it is made',
    { default: { person: true, channel: true, post: true, heard: ['reaction_added', 'reaction_removed'] } },
    async (world) => {
      const { alice, bot, pub } = world
      const socket = await greeted(world, bot)
      const id = text(await say(bot, pub.id, 'card'), 'id')
      await accepted(alice.post('/reactions', { user_id: alice.id, post_id: id, emoji_name: 'eyes' }))
      await accepted(alice.delete(`/users/${alice.id}/posts/${id}/reactions/eyes`))
      const reaction = (frame: unknown) => JSON.parse(text(frame, 'data.reaction'))
      const added = await socket.event('reaction_added', (frame) => at(reaction(frame), 'post_id') === id)
      const removed = await socket.event('reaction_removed', (frame) => at(reaction(frame), 'post_id') === id)
      await socket.close()
      return {
        person: [added, removed].every((frame) => at(reaction(frame), 'user_id') === alice.id),
        channel: at(added, 'broadcast.channel_id') === pub.id,
        post: at(reaction(added), 'post_id') === id,
        heard: [at(added, 'event'), at(removed, 'event')],
      }
    },
  )
  question('ws: direct message', { default: { type: 'D', team: '', mentioned: true } }, async (world) => {
    const socket = await greeted(world, world.bot)
    const dm = await direct(world.alice, world.bot)
    const told = await posted(socket, text(await say(world.alice, dm, 'hello'), 'id'))
    await socket.close()
    return {
      type: at(told, 'data.channel_type'),
      team: at(told, 'data.team_id'),
      mentioned: mentionsOf(told).includes(world.bot.id),
    }
  })
  question('ws: posts of a channel one is not in do not come', { default: false }, async (world) => {
    const socket = await greeted(world, world.bot)
    const hidden = text(await say(world.alice, world.priv.id, 'hidden'), 'id')
    await posted(socket, text(await say(world.alice, world.pub.id, 'marker'), 'id'))
    await socket.close()
    return socket.frames.some((frame) => at(postOf(frame), 'id') === hidden)
  })
  question(
    'ws: once the bot is disabled, its connection is refused everything',
    { default: { status: 'FAIL', id: 'api.web_socket_router.not_authenticated.app_error' } },
    async (world) => {
      const { admin, url } = world
      const bot = await createBot(url, admin)
      const socket = await greeted(world, bot)
      await accepted(admin.post(`/bots/${bot.id}/disable`))
      const answer = await socket.send('ping')
      await socket.drop()
      return { status: at(answer, 'status'), id: at(answer, 'error.id') }
    },
  )
}

export function askAboutMembershipEvents(question: Question): void {
  question('ws: being added to a channel', { default: { user: true, team: true, channel: true } }, async (world) => {
    const socket = await greeted(world, world.bot)
    const place = await shared(world)
    const told = await socket.event('user_added', (frame) => at(frame, 'broadcast.channel_id') === place.id)
    await socket.close()
    return {
      user: at(told, 'data.user_id') === world.bot.id,
      team: at(told, 'data.team_id') === world.team.id,
      channel: true,
    }
  })
  question('ws: being removed from a channel', { default: { channel: true, remover: true } }, async (world) => {
    const place = await shared(world)
    const socket = await greeted(world, world.bot)
    await accepted(world.alice.delete(`/channels/${place.id}/members/${world.bot.id}`))
    const told = await socket.event('user_removed', (frame) => at(frame, 'broadcast.user_id') === world.bot.id)
    await socket.close()
    return {
      channel: at(told, 'data.channel_id') === place.id,
      remover: at(told, 'data.remover_id') === world.alice.id,
    }
  })
  question('ws: a channel archived and restored', { default: [true, true] }, async (world) => {
    const place = await shared(world)
    const socket = await greeted(world, world.bot)
    await accepted(world.alice.delete(`/channels/${place.id}`))
    const gone = await socket.event('channel_deleted', (frame) => at(frame, 'data.channel_id') === place.id)
    await accepted(world.admin.post(`/channels/${place.id}/restore`))
    const back = await socket.event('channel_restored', (frame) => at(frame, 'data.channel_id') === place.id)
    await socket.close()
    return [number(gone, 'data.delete_at') > 0, back !== undefined]
  })
  question('ws: a channel made private', { default: true }, async (world) => {
    const place = await shared(world)
    const socket = await greeted(world, world.bot)
    await accepted(world.admin.put(`/channels/${place.id}/privacy`, { privacy: 'P' }))
    const told = await socket.event('channel_converted', (frame) => at(frame, 'data.channel_id') === place.id)
    await socket.close()
    return told !== undefined
  })
  question('ws: a direct channel that is opened', { default: true }, async (world) => {
    const { admin, team, url, bot } = world
    const person = await createPerson(url, admin, 'kate')
    await join(admin, 'teams', team.id, person)
    const socket = await greeted(world, bot)
    const dm = await direct(person, bot)
    const told = await socket.event('direct_added', (frame) => at(frame, 'broadcast.channel_id') === dm)
    await socket.close()
    await accepted(admin.delete(`/users/${person.id}`))
    return told !== undefined
  })
  question('ws: being added to a team and removed', { default: [true, true] }, async (world) => {
    const { admin, team, url } = world
    const bot = await createBot(url, admin)
    const socket = await greeted(world, bot)
    await join(admin, 'teams', team.id, bot)
    const added = await socket.event('added_to_team')
    await accepted(admin.delete(`/teams/${team.id}/members/${bot.id}`))
    const left = await socket.event('leave_team')
    await socket.close()
    await accepted(admin.post(`/bots/${bot.id}/disable`))
    return [at(added, 'data.team_id') === team.id, at(left, 'data.team_id') === team.id]
  })
}
