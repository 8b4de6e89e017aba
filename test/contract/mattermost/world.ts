// The world in which the contract suite asks its questions: one team of its own on the server under test, with people,
// a bot and channels; names carry a random suffix so that the suite can run again and again against one real server.

import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { accepted, at, type Caller, createCaller, text } from './driver.ts'
import { createListener, type Listener } from './listener.ts'

export interface Person extends Caller {
  readonly id: string
  readonly name: string
}

export interface Place {
  readonly id: string
  readonly name: string
}

export interface World {
  readonly url: string
  /** Major and minor of the server, e.g. `9.10`. */
  readonly version: string
  readonly nobody: Caller
  /** The system administrator. */
  readonly admin: Person
  /** A member, who created `pub` and `priv`. */
  readonly alice: Person
  /** A member, in `pub` only. */
  readonly bob: Person
  /** Somebody in no team at all. */
  readonly carol: Person
  /** A bot in the team and in `pub`, owned by the administrator. */
  readonly bot: Person
  readonly team: Place
  /** The town square. */
  readonly town: Place
  readonly pub: Place
  readonly priv: Place
  readonly listener: Listener
}

export interface Server {
  readonly url: string
  readonly adminToken: string
}

/** A short random name part that Mattermost takes in user, team, channel and command names. */
export function suffix(): string {
  return randomBytes(5).toString('hex')
}

/** A string in the shape of an id that nothing has. */
export const unknownId = 'z'.repeat(26)

/** The furnished world on that server. */
export async function furnish(server: Server): Promise<World> {
  const caller = createCaller(server.url, server.adminToken)
  const me = await accepted(caller.get('/users/me'))
  const admin: Person = { ...caller, id: text(me, 'id'), name: text(me, 'username') }
  const version = (me.headers.get('x-version-id') ?? '').split('.').slice(0, 2).join('.')
  const name = `t${suffix()}`
  const team = text(await accepted(admin.post('/teams', { name, display_name: `Contract ${name}`, type: 'O' })), 'id')
  const [alice, bob, carol] = await Promise.all([
    createPerson(server.url, admin, 'alice'),
    createPerson(server.url, admin, 'bob'),
    createPerson(server.url, admin, 'carol'),
  ])
  const bot = await createBot(server.url, admin)
  for (const member of [alice, bob, bot]) await join(admin, 'teams', team, member)
  const pub = await createChannel(alice, team, 'O')
  const priv = await createChannel(alice, team, 'P')
  for (const member of [bob, bot]) await join(admin, 'channels', pub.id, member)
  return {
    url: server.url,
    version,
    nobody: createCaller(server.url, ''),
    admin,
    alice,
    bob,
    carol,
    bot,
    team: { id: team, name },
    town: {
      id: text(await accepted(admin.get(`/teams/${team}/channels/name/town-square`)), 'id'),
      name: 'town-square',
    },
    pub,
    priv,
    listener: await createListener(),
  }
}

/** Takes away what a run left on a server that lives on: the team is archived, its people are deactivated. */
export async function clear(world: World): Promise<void> {
  await world.listener.stop()
  await accepted(world.admin.delete(`/teams/${world.team.id}`))
  for (const person of [world.alice, world.bob, world.carol]) await accepted(world.admin.delete(`/users/${person.id}`))
  await accepted(world.admin.post(`/bots/${world.bot.id}/disable`))
}

/** A new account, logged in, in no team. */
export async function createPerson(
  url: string,
  admin: Caller,
  stem: string,
  password = `Contract-${suffix()}1`,
): Promise<Person> {
  const name = `${stem}${suffix()}`
  const created = await accepted(admin.post('/users', { username: name, email: `${name}@contract.test`, password }))
  const login = await accepted(createCaller(url, '').post('/users/login', { login_id: name, password }))
  return { ...createCaller(url, login.headers.get('token') ?? ''), id: text(created, 'id'), name }
}

/** A new bot of that owner with an access token, in no team. */
export async function createBot(url: string, owner: Caller): Promise<Person> {
  const name = `bot${suffix()}`
  const id = text(await accepted(owner.post('/bots', { username: name, display_name: 'Contract bot' })), 'user_id')
  const token = text(await accepted(owner.post(`/users/${id}/tokens`, { description: 'contract' })), 'token')
  return { ...createCaller(url, token), id, name }
}

/** A new channel (`O` public, `P` private) of that creator. */
export async function createChannel(creator: Caller, teamId: string, type: 'O' | 'P'): Promise<Place> {
  const name = `c${suffix()}`
  const body = { team_id: teamId, name, display_name: name, type }
  return { id: text(await accepted(creator.post('/channels', body)), 'id'), name }
}

/** Makes somebody a member of a team or a channel, by somebody who may. */
export async function join(by: Caller, kind: 'teams' | 'channels', id: string, member: Person): Promise<void> {
  const body = kind === 'teams' ? { team_id: id, user_id: member.id } : { user_id: member.id }
  await accepted(by.post(`/${kind}/${id}/members`, body))
}

/** Posts a message and returns the created post. */
export async function say(who: Caller, channelId: string, message: string, more: object = {}): Promise<unknown> {
  return (await accepted(who.post('/posts', { channel_id: channelId, message, ...more }))).body
}

/** The direct channel of two people. */
export async function direct(who: Person, other: Person): Promise<string> {
  return text(await accepted(who.post('/channels/direct', [who.id, other.id])), 'id')
}

/** How often that person is counted as mentioned, unread, in that channel. */
export async function mentionCount(who: Person, channelId: string): Promise<unknown> {
  return at(await accepted(who.get(`/channels/${channelId}/members/${who.id}`)), 'mention_count')
}

/** What is expected, by version: that of `major.minor` where it differs, else the default, which is 11.6's. */
export type Expected = { readonly default: unknown; readonly '9.10'?: unknown }

/** Registers one question of the contract; `ask` returns what is compared with the expected answer. */
export type Question = (name: string, expected: Expected, ask: (world: World) => Promise<unknown>) => void

/** The question form for one server under test, whose world is only furnished when the tests run. */
export function createQuestion(world: () => World): Question {
  return (name, expected, ask) => {
    test(name, async () => {
      const here = world()
      const answer = await ask(here)
      expect(answer).toEqual(here.version === '9.10' && '9.10' in expected ? expected['9.10'] : expected.default)
    })
  }
}
