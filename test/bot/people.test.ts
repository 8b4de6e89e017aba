// Who is who and who may what where, as Mattermost says it now (interface.md, "Who may"; threats T6, T7).

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAdmins } from '../../src/bot/admins.ts'
import { createAround } from '../../src/bot/around.ts'
import { createPeople } from '../../src/bot/people.ts'
import { createLocaleOf } from '../../src/bot/reading.ts'
import type { CallContext, Place } from '../../src/commands/command.ts'
import { ConfigError } from '../../src/errors.ts'
import type { PeopleStore } from '../../src/store/store.ts'
import { accepted, text } from '../contract/mattermost/driver.ts'
import { createChannel, createPerson, direct, join, type Person, say, unknownId } from '../contract/mattermost/world.ts'
import { log, marksInMemory, peopleInMemory } from './parts.ts'
import { createStage, handsOf, type Stage } from './stage.ts'

let stage: Stage
let guest: Person
beforeAll(async () => {
  stage = await createStage()
  guest = await createPerson(stage.url, stage.admin, 'guest')
  await join(stage.admin, 'teams', stage.team.id, guest)
  await join(stage.admin, 'channels', stage.pub.id, guest)
  await stage.admin.put(`/users/${guest.id}/roles`, { roles: 'system_guest' })
})
afterAll(() => stage.stop())

/** Everything fresh: nothing is remembered from one question to the next. */
function asking(
  options: { names?: string[]; marks?: ReturnType<typeof marksInMemory>; known?: string[]; now?: () => number } = {},
) {
  const { calls, self } = handsOf(stage)
  const now = options.now ?? Date.now
  const store = peopleInMemory(...(options.known ?? []))
  const marks = options.marks ?? marksInMemory()
  const admins = createAdmins({ names: options.names ?? [], calls, marks, people: store, now, log })
  const people = createPeople({ self, calls, admins, now })
  const around = createAround({ url: stage.url, self, calls, people })
  return { admins, people, around, marks, store, calls }
}

async function roleOf(who: Person, channel: string): Promise<string | undefined> {
  const { people } = asking()
  const person = await people.person(who.id)
  const place = await people.place(channel, who.id, stage.team.id)
  return person && place && people.role(person, place)
}

async function contextOf(who: Person, channel: string): Promise<CallContext> {
  const { people } = asking()
  const person = await people.person(who.id)
  const place: Place = { channel, name: 'x', kind: 'public', team: stage.team.id, botIn: true }
  if (person === undefined) throw new Error('nobody')
  return { person, place, locale: 'fr', role: 'member', by: 'slash', now: Date.now() }
}

test('a person speaks their own language; a bot, an unknown and a deactivated person are nobody', async () => {
  await stage.alice.put(`/users/${stage.alice.id}/patch`, { locale: 'en' })
  const gone = await createPerson(stage.url, stage.admin, 'gone')
  await stage.admin.delete(`/users/${gone.id}`)
  const { people } = asking()
  expect(await people.person(stage.alice.id)).toMatchObject({ username: stage.alice.name, locale: 'en', guest: false })
  for (const id of [stage.bot.id, unknownId, gone.id, 'no id']) expect(await people.person(id)).toBeUndefined()
})

test('the roles of a channel are those of interface.md', async () => {
  expect(await roleOf(stage.alice, stage.pub.id)).toBe('channel_admin')
  expect(await roleOf(stage.bob, stage.pub.id)).toBe('member')
  expect(await roleOf(guest, stage.pub.id)).toBe('guest')
  expect(await roleOf(stage.carol, stage.pub.id)).toBeUndefined()
  expect(await roleOf(stage.admin, stage.pub.id)).toBe('vigie_admin')
})

test('a team administrator has the rights of a channel administrator', async () => {
  const boss = await createPerson(stage.url, stage.admin, 'boss')
  await join(stage.admin, 'teams', stage.team.id, boss)
  await join(stage.admin, 'channels', stage.pub.id, boss)
  await accepted(
    stage.admin.put(`/teams/${stage.team.id}/members/${boss.id}/schemeRoles`, {
      scheme_admin: true,
      scheme_user: true,
    }),
  )
  expect(await roleOf(boss, stage.pub.id)).toBe('channel_admin')
})

test('in a direct message with the bot everybody but a guest is master', async () => {
  expect(await roleOf(stage.bob, await direct(stage.bob, stage.bot))).toBe('channel_admin')
  expect(await roleOf(guest, await direct(guest, stage.bot))).toBe('guest')
})

test('a private channel is nothing to who is not in it; hidden from the bot, it is what the request says', async () => {
  const { people } = asking()
  const shared = await createChannel(stage.alice, stage.team.id, 'P')
  await join(stage.alice, 'channels', shared.id, stage.bot)
  expect(await people.place(shared.id, stage.bob.id)).toBeUndefined()
  expect(await people.place(shared.id, stage.alice.id)).toMatchObject({ kind: 'private', botIn: true })
  expect(await people.place(stage.priv.id, stage.alice.id, stage.team.id)).toMatchObject({
    botIn: false,
    kind: 'private',
  })
  expect(await people.place(unknownId, stage.alice.id)).toBeUndefined()
})

test('a right that was taken away is gone a few seconds later', async () => {
  let at = Date.now()
  const { people } = asking({ now: () => at })
  const person = await people.person(stage.bob.id)
  const channel = await createChannel(stage.bob, stage.team.id, 'O')
  await join(stage.bob, 'channels', channel.id, stage.bot)
  const place: Place = { channel: channel.id, name: channel.name, kind: 'public', team: stage.team.id, botIn: true }
  expect(person && (await people.role(person, place))).toBe('channel_admin')
  await accepted(stage.bob.delete(`/channels/${channel.id}/members/${stage.bob.id}`))
  at += 5000
  expect(person && (await people.role(person, place))).toBeUndefined()
})

describe('around', () => {
  test('a channel is found by name, ~name, id and link, with the eyes of who asks', async () => {
    const { around } = asking()
    const call = await contextOf(stage.bob, stage.pub.id)
    const link = `${stage.url}/${stage.team.name}/channels/${stage.pub.name}`
    for (const words of [stage.pub.name, `~${stage.pub.name}`, stage.pub.id, link]) {
      expect(await around.findChannel(words, call)).toMatchObject({ channel: stage.pub.id, kind: 'public' })
    }
  })

  test('unknown and forbidden channels are the same nothing, and cost the same questions', async () => {
    const { around } = asking()
    const shared = await createChannel(stage.alice, stage.team.id, 'P')
    await join(stage.alice, 'channels', shared.id, stage.bot)
    const call = await contextOf(stage.bob, stage.pub.id)
    const counts: number[] = []
    for (const words of [shared.name, 'nothing-of-that-name']) {
      stage.sandbox.faults.resetRequests()
      expect(await asking().around.findChannel(words, call)).toBeUndefined()
      counts.push(stage.sandbox.faults.requests())
    }
    expect(counts[0]).toBe(counts[1])
    expect(await around.findChannel(shared.id, call)).toBeUndefined()
  })

  test('a post is found by permalink or id by who may read it, and by nobody else', async () => {
    const { around } = asking()
    const shared = await createChannel(stage.alice, stage.team.id, 'P')
    await join(stage.alice, 'channels', shared.id, stage.bot)
    const id = text(await say(stage.alice, shared.id, 'secret'), 'id')
    const link = `${stage.url}/${stage.team.name}/pl/${id}`
    for (const words of [id, link, around.permalink({ post: id }) ?? '']) {
      expect(await around.findPost(words, await contextOf(stage.alice, shared.id))).toMatchObject({
        id,
        channel: shared.id,
      })
      expect(await around.findPost(words, await contextOf(stage.bob, stage.pub.id))).toBeUndefined()
    }
    expect(await around.findPost(unknownId, await contextOf(stage.bob, stage.pub.id))).toBeUndefined()
    expect(
      await around.findPost('https://elsewhere.example/x/pl/y', await contextOf(stage.bob, stage.pub.id)),
    ).toBeUndefined()
  })

  test('public channels of the team can be read by its members who are no guests', async () => {
    const { around } = asking()
    const channel = await createChannel(stage.alice, stage.team.id, 'O')
    expect(await around.canRead(stage.bob.id, channel.id)).toBe(true)
    expect(await around.canRead(guest.id, channel.id)).toBe(false)
    expect(await around.canRead(stage.carol.id, channel.id)).toBe(false)
    expect(await around.canRead(stage.bob.id, stage.priv.id)).toBe(false)
  })

  test('the bot joins public channels and no others', async () => {
    const { around, people } = asking()
    const channel = await createChannel(stage.bob, stage.team.id, 'O')
    const place = await people.place(channel.id, stage.bob.id)
    expect(place?.botIn).toBe(false)
    expect(place && (await around.bringBot(place))).toBe(true)
    expect((await people.place(channel.id, stage.bob.id))?.botIn).toBe(true)
    expect(await around.bringBot({ channel: stage.priv.id, name: '', kind: 'private', botIn: false })).toBe(false)
  })
})

describe('Vigie administrators', () => {
  test('a name is resolved once, and its id kept: a new holder of the name is nobody', async () => {
    const first = await createPerson(stage.url, stage.admin, 'chief')
    const { admins, marks } = asking({ names: [first.name] })
    await admins.load()
    await admins.resolve()
    expect(admins.has(first.id)).toBe(true)
    await accepted(stage.admin.put(`/users/${first.id}/patch`, { username: `${first.name}renamed` }))
    const second = await createPerson(stage.url, stage.admin, 'other')
    await accepted(stage.admin.put(`/users/${second.id}/patch`, { username: first.name }))
    const later = asking({ names: [first.name], marks })
    await later.admins.load()
    await later.admins.resolve()
    expect((await later.people.person(first.id))?.vigieAdmin).toBe(true)
    expect((await later.people.person(second.id))?.vigieAdmin).toBe(false)
  })

  test('names that nobody, a guest, a bot or a deactivated person bears are refused, all in one message', async () => {
    const gone = await createPerson(stage.url, stage.admin, 'gone')
    await stage.admin.delete(`/users/${gone.id}`)
    const names = ['nobody-here', guest.name, stage.bot.name, gone.name]
    const { admins } = asking({ names: [...names, stage.alice.name] })
    const error = await admins.resolve().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConfigError)
    expect(
      error instanceof ConfigError && error.problems.map(({ fr }) => names.some((name) => fr.includes(name))),
    ).toEqual(names.map(() => true))
  })

  test('who was one is known before Mattermost answers, and no longer once it says so', async () => {
    const { admins, store } = asking({ known: [stage.bob.id, stage.admin.id] })
    await admins.load()
    expect([admins.has(stage.bob.id), admins.has(stage.admin.id)]).toEqual([true, true])
    await admins.refresh()
    expect([admins.has(stage.bob.id), admins.has(stage.admin.id)]).toEqual([false, true])
    expect(await store.admins()).toEqual([stage.admin.id])
  })

  test('while Mattermost is away what was last known holds', async () => {
    const { admins } = asking({ known: [stage.bob.id] })
    await admins.load()
    stage.sandbox.faults.down()
    await admins.refresh()
    stage.sandbox.faults.up()
    expect(admins.has(stage.bob.id)).toBe(true)
  })

  test('who is none any more and could not be stored as such is stored so at the next question', async () => {
    let isFull = false
    const kept = peopleInMemory()
    const store: PeopleStore = {
      ...kept,
      setAdmin: async (...words) => {
        if (isFull) throw Object.assign(new Error('disk full'), { name: 'StoreUnavailable' })
        await kept.setAdmin(...words)
      },
    }
    let roles = 'system_user system_admin'
    let at = 1_000_000
    const user = () => ({ id: 'u', username: 'u', delete_at: 0, roles, locale: '', is_bot: false })
    const calls = { usersByName: async () => [], usersById: async () => [user()] }
    const admins = createAdmins({ names: [], calls, marks: marksInMemory(), people: store, now: () => at, log })
    await admins.judge(user())
    roles = 'system_user'
    isFull = true
    at += 20_000
    await expect(admins.refresh()).rejects.toThrow('disk full')
    isFull = false
    await admins.refresh()
    expect([admins.has('u'), await kept.admins()]).toEqual([false, []])
  })
})

test('whoever is written to directly while Mattermost is away reads the language last known, else everybody’s', async () => {
  let at = 0
  const later = () => {
    at += 60_000
    return at
  }
  const { people } = asking({ now: later })
  const subscriptions = { settings: async () => ({ lang: 'fr' as const }) }
  const localeOf = createLocaleOf({ people, subscriptions, locale: 'fr', log })
  const to = (address: string) => localeOf({ notifier: 'mattermost', address })
  await accepted(stage.admin.put(`/users/${stage.bob.id}/patch`, { locale: 'en' }))
  await accepted(stage.admin.put(`/users/${stage.carol.id}/patch`, { locale: 'en' }))
  expect(await to(`@${stage.bob.id}`)).toBe('en')
  stage.sandbox.faults.down()
  try {
    expect(await to(`@${stage.bob.id}`)).toBe('en')
    expect(await to(`@${stage.carol.id}`)).toBe('fr')
  } finally {
    stage.sandbox.faults.up()
  }
})
