// Questions about resuming a websocket after its connection dropped, and about being forgotten.

import { accepted, at, number, text } from './driver.ts'
import { openSocket, postOf, type Socket } from './socket.ts'
import { greeted, has, posted, shared } from './websocket.ts'
import { type Question, say, unknownId, type World } from './world.ts'

/** Drops the connection and returns its id, once the server has had the time to notice: a connection it believes alive is not resumed. */
async function dropped(world: World, socket: Socket): Promise<string> {
  await socket.drop()
  for (let call = 0; call < 5; call += 1) await accepted(world.admin.get('/users/me'))
  return text(await socket.event('hello'), 'data.connection_id')
}

export function askAboutResuming(question: Question): void {
  question('ws: resume with an unknown id', { default: { hello: true, other: true, seq: 0 } }, async (world) => {
    const socket = await openSocket(world.url, { token: world.bot.token, connectionId: unknownId, sequence: 5 })
    const hello = await socket.event('hello')
    await socket.close()
    return { hello: true, other: at(hello, 'data.connection_id') !== unknownId, seq: at(hello, 'seq') }
  })
  question(
    'ws: resumed by header after a dropped connection, what was missed comes, in order, without hello',
    { default: { hello: false, missed: true, seq: true } },
    async (world) => {
      const { alice, bot, pub } = world
      const socket = await greeted(world, bot)
      const seen = await posted(socket, text(await say(alice, pub.id, 'seen'), 'id'))
      const connectionId = await dropped(world, socket)
      const missed: string[] = []
      for (const message of ['missed 1', 'missed 2']) missed.push(text(await say(alice, pub.id, message), 'id'))
      const next = number(seen, 'seq') + 1
      const again = await openSocket(world.url, { token: bot.token, connectionId, sequence: next })
      for (const id of missed) await posted(again, id)
      await posted(again, text(await say(alice, pub.id, 'live'), 'id'))
      await again.close()
      const events = again.frames.filter((frame) => at(frame, 'event') !== null)
      const ids = events.map((frame) => at(postOf(frame), 'id'))
      return {
        hello: has(again, 'hello'),
        missed: ids.indexOf(missed[0] ?? '') < ids.indexOf(missed[1] ?? '') && ids.includes(missed[0]),
        seq: events.every((frame, place) => at(frame, 'seq') === next + place),
      }
    },
  )
  question('ws: what was sent but never seen is sent again on resume', { default: [false, true] }, async (world) => {
    const { alice, bot, pub } = world
    const socket = await greeted(world, bot)
    const unseen = text(await say(alice, pub.id, 'sent'), 'id')
    const sent = await posted(socket, unseen)
    const connectionId = await dropped(world, socket)
    const again = await openSocket(world.url, { token: bot.token, connectionId, sequence: number(sent, 'seq') })
    await posted(again, unseen)
    await again.close()
    return [has(again, 'hello'), true]
  })
  question('ws: an empty connection id is a first connection, whatever the sequence', { default: 0 }, async (world) => {
    const socket = await openSocket(world.url, { token: world.bot.token, connectionId: '', sequence: 7 })
    const hello = await socket.event('hello')
    await socket.close()
    return at(hello, 'seq')
  })
  question('ws: a sequence number from the future is forgotten', { default: true }, async (world) => {
    const socket = await greeted(world, world.bot)
    const connectionId = await dropped(world, socket)
    const again = await openSocket(world.url, { token: world.bot.token, connectionId, sequence: 9_999 })
    const hello = await again.event('hello')
    await again.close()
    return at(hello, 'data.connection_id') !== connectionId
  })
  question('ws: a connection of somebody else cannot be resumed', { default: true }, async (world) => {
    const socket = await greeted(world, world.bot)
    const connectionId = await dropped(world, socket)
    const again = await openSocket(world.url, { token: world.bob.token, connectionId, sequence: 1 })
    const hello = await again.event('hello')
    await again.close()
    return at(hello, 'data.connection_id') !== connectionId
  })
  question('ws: by challenge the server always opens a new connection', { default: true }, async (world) => {
    const socket = await greeted(world, world.bot)
    const connectionId = await dropped(world, socket)
    const again = await openSocket(world.url, { connectionId, sequence: 1 })
    again.sendRaw(JSON.stringify({ seq: 1, action: 'authentication_challenge', data: { token: world.bot.token } }))
    const hello = await again.event('hello')
    await again.close()
    return at(hello, 'data.connection_id') !== connectionId
  })
  question('ws: resuming while the old connection lives', { default: true }, async (world) => {
    const socket = await greeted(world, world.bot)
    const connectionId = text(await socket.event('hello'), 'data.connection_id')
    const again = await openSocket(world.url, { token: world.bot.token, connectionId, sequence: 1 })
    const hello = await again.event('hello')
    await Promise.all([again.close(), socket.close()])
    return at(hello, 'data.connection_id') !== connectionId
  })
  question(
    'ws: more than the queues hold is forgotten: a new hello, from 0',
    { default: { other: true, seq: 0 } },
    async (world) => {
      const place = await shared(world)
      const socket = await greeted(world, world.bot)
      const connectionId = await dropped(world, socket)
      for (let batch = 0; batch < 27; batch += 1) {
        await Promise.all(Array.from({ length: 10 }, (_, one) => say(world.alice, place.id, `${batch}.${one}`)))
      }
      const again = await openSocket(world.url, { token: world.bot.token, connectionId, sequence: 1 })
      const hello = await again.event('hello')
      await again.close()
      return { other: at(hello, 'data.connection_id') !== connectionId, seq: at(hello, 'seq') }
    },
  )
  question('ws: resume with an id that is none closes', { default: false }, async (world) => {
    const socket = await openSocket(world.url, { token: world.bot.token, connectionId: 'short', sequence: 1 })
    await socket.closed
    return has(socket, 'hello')
  })
  for (const [what, sequence] of [
    ['without a sequence', undefined],
    ['with a sequence that is no number', 'x'],
  ] as const) {
    question(`ws: resume of a known connection ${what} closes`, { default: false }, async (world) => {
      const socket = await greeted(world, world.bot)
      const connectionId = await dropped(world, socket)
      const again = await openSocket(world.url, {
        token: world.bot.token,
        connectionId,
        ...(sequence === undefined ? {} : { sequence }),
      })
      await again.closed
      return has(again, 'hello')
    })
  }
}
