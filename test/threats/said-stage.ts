// People who listen on their own websockets while the bot tells hostile words on a server, and a count of how often they are mentioned
// (threat T20): the server's own judgement, not a reading of the text.

import { setImmediate as breath } from 'node:timers/promises'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { accepted, at, list, text } from '../contract/mattermost/driver.ts'
import { mentionsOf, openSocket, postOf, type Socket } from '../contract/mattermost/socket.ts'
import {
  clear,
  createChannel,
  furnish,
  join,
  type Person,
  type Server,
  type World,
} from '../contract/mattermost/world.ts'
import { mentioningStrings } from '../text/hostile.ts'
import { type Told, toldEverywhere } from './said-places.ts'

export interface Listening {
  readonly world: World
  /** Who may be named: the people who listen, by name and id, and the words that mean everybody. */
  readonly names: readonly { readonly name: string; readonly id: string }[]
  /** The bot posts all of it, in as few posts as hold it. Resolves the number of posts. */
  tell(told: readonly Told[]): Promise<number>
  /** Every mention of a listener that a websocket told of the bot's posts so far: who, and by what (each told once more, alone). */
  mentions(): Promise<readonly string[]>
  close(): Promise<void>
}

/** Keyword alerts in the shape of mentions; a word of everyday language is its owner's own wish. */
const alerts = (name: string) => [`@ops-${name}`, `<!${name}>`, `@${name}-team`, `＠${name}`].join(',')

/** Attachments in one post: the server's limit for all props is 800,000 characters, ours 300,000 bytes. */
const mostBytesOfAPost = 200_000
const mostAttachments = 100
/** So many texts are gathered before they are told. */
const mostWaiting = 20_000

export async function listen(server: Server, stop: () => Promise<void> = async () => undefined): Promise<Listening> {
  const world = await furnish(server)
  const { alice, bob, carol, bot, admin, team } = world
  const people = [alice, bob, carol]
  await join(admin, 'teams', team.id, carol)
  const place = await createChannel(alice, team.id, 'O')
  for (const person of [bob, carol, bot]) await join(alice, 'channels', place.id, person)
  for (const person of people) {
    const notify_props = {
      ...{ email: 'false', push: 'none', desktop: 'all', desktop_sound: 'false', channel: 'true', comments: 'any' },
      ...{ first_name: 'true', mention_keys: person === alice ? '' : alerts(person.name) },
    }
    await accepted(admin.put(`/users/${person.id}/patch`, { first_name: `F${person.name}`, notify_props }))
  }
  const sockets: { person: Person; socket: Socket }[] = []
  for (const person of people) {
    const socket = await openSocket(world.url, { token: person.token })
    await socket.event('hello')
    sockets.push({ person, socket })
  }
  const post = async (message: string, attachments: readonly object[]): Promise<string> => {
    const props = attachments.length === 0 ? {} : { attachments }
    return text(await accepted(bot.post('/posts', { channel_id: place.id, message, props })), 'id')
  }
  const heardBy = (socket: Socket, id: string) => socket.event('posted', (frame) => at(postOf(frame), 'id') === id)
  // The listeners would hear: a plain mention by the same bot reaches every one of them.
  const proof = await post(`${people.map(({ name }) => `@${name}`).join(' ')} @all`, [])
  for (const { person, socket } of sockets)
    if (!mentionsOf(await heardBy(socket, proof)).includes(person.id)) throw new Error(`${person.name} hears nothing`)

  const mentioning = () =>
    sockets.flatMap(({ person, socket }) =>
      socket.frames
        .filter((frame) => at(frame, 'event') === 'posted' && mentionsOf(frame).includes(person.id))
        .map(postOf)
        .filter((told) => at(told, 'id') !== proof && at(told, 'user_id') === bot.id),
    )

  return {
    world,
    names: [
      ...people.map(({ name, id }) => ({ name, id })),
      ...people.map(({ name, id }) => ({ name: `ops-${name}`, id })),
      ...['all', 'channel', 'here'].map((name) => ({ name, id: alice.id })),
    ],
    async tell(told) {
      let last = ''
      const batches = batchesOf(told)
      for (const attachments of batches) last = await post('', attachments)
      if (last !== '') for (const { socket } of sockets) await heardBy(socket, last)
      return batches.length
    },
    async mentions() {
      const found = mentioning().slice(0, 3)
      const culprits: string[] = []
      for (const told of found) {
        for (const attachment of list(told, 'props.attachments')) {
          const id = await post('', [isObject(attachment) ? attachment : {}])
          for (const { person, socket } of sockets)
            if (mentionsOf(await heardBy(socket, id)).includes(person.id))
              culprits.push(`${person.name} by ${JSON.stringify(attachment)}`)
        }
      }
      return culprits.length === 0 ? found.map((told) => JSON.stringify(told)) : culprits
    },
    async close() {
      await Promise.all(sockets.map(({ socket }) => socket.close()))
      await clear(world)
      await stop()
    },
  }
}

/** A message becomes an attachment's text, which the server scans in the same way. */
function batchesOf(told: readonly Told[]): object[][] {
  const all = told.flatMap(({ message, attachments }) => [
    ...(message === '' ? [] : [{ fallback: '', text: message }]),
    ...attachments,
  ])
  const batches: { of: object[]; bytes: number }[] = []
  for (const attachment of all) {
    const bytes = Buffer.byteLength(JSON.stringify(attachment))
    const batch = batches.at(-1)
    if (batch && batch.bytes + bytes <= mostBytesOfAPost && batch.of.length < mostAttachments) {
      batch.of.push(attachment)
      batch.bytes += bytes
    } else batches.push({ of: [attachment], bytes })
  }
  return batches.map(({ of }) => of)
}

/** Tells `count` generated strings everywhere; resolves how many texts were told, and every mention. */
export async function tellMany(listening: Listening, count: number, seed: number) {
  let texts = 0
  let pending: Told[] = []
  for (const [turn, words] of mentioningStrings(listening.names, count, seed).entries()) {
    const told = toldEverywhere(words, turn)
    texts += told.length
    pending.push(...told)
    // Sockets and servers of this process must live while so much is written.
    await breath()
    if (pending.length < mostWaiting) continue
    await listening.tell(pending)
    pending = []
  }
  await listening.tell(pending)
  return { texts, mentions: await listening.mentions() }
}

export async function listenOnStandIn(): Promise<Listening> {
  const sandbox = await createSandbox()
  return listen({ url: sandbox.url, adminToken: sandbox.adminToken }, () => sandbox.stop())
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
