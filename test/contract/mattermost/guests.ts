// Questions about guests, which a real server answers only with a licence: they are asked of the stand-in alone, with
// the answers that the permissions of the role `system_guest` in the server's source give.

import { register, type as typeCommand } from './commands.ts'
import { accepted, at, list, refusal, text } from './driver.ts'
import { createChannel, createPerson, join, type Person, type Question, say, suffix, type World } from './world.ts'

const forbidden = { status: 403, id: 'api.context.permissions.app_error' }

/** A guest of the team, in no channel of it. */
async function guestOf(world: World): Promise<Person> {
  const guest = await createPerson(world.url, world.admin, 'guest')
  await join(world.admin, 'teams', world.team.id, guest)
  await accepted(world.admin.post(`/users/${guest.id}/demote`))
  return guest
}

export function askAboutGuests(question: Question): void {
  question('guest: is told by the role', { default: ['system_guest', 'team_guest', true] }, async (world) => {
    const guest = await guestOf(world)
    const member = await accepted(world.admin.get(`/teams/${world.team.id}/members/${guest.id}`))
    return [at(await world.bot.get(`/users/${guest.id}`), 'roles'), at(member, 'roles'), at(member, 'scheme_guest')]
  })
  question('guest: only an administrator makes one', { default: forbidden }, async (world) =>
    refusal(await world.alice.post(`/users/${world.bob.id}/demote`)),
  )
  question('guest: promoted again', { default: ['system_user', 'team_user'] }, async (world) => {
    const guest = await guestOf(world)
    await accepted(world.admin.post(`/users/${guest.id}/promote`))
    const member = await accepted(world.admin.get(`/teams/${world.team.id}/members/${guest.id}`))
    return [at(await world.bot.get(`/users/${guest.id}`), 'roles'), at(member, 'roles')]
  })
  question('guest: joins no public channel', { default: forbidden }, async (world) => {
    const guest = await guestOf(world)
    return refusal(await guest.post(`/channels/${world.pub.id}/members`, { user_id: guest.id }))
  })
  question('guest: makes no channel', { default: forbidden }, async (world) => {
    const guest = await guestOf(world)
    return refusal(
      await guest.post('/channels', { team_id: world.team.id, name: `c${suffix()}`, display_name: 'x', type: 'O' }),
    )
  })
  question('guest: lists no public channels', { default: forbidden }, async (world) =>
    refusal(await (await guestOf(world)).get(`/teams/${world.team.id}/channels`)),
  )
  question(
    'guest: reads no public channel without being added',
    { default: 403 },
    async (world) => (await (await guestOf(world)).get(`/channels/${world.pub.id}/posts`)).status,
  )
  question(
    'guest: added to a channel, is marked there, reads and writes',
    { default: ['channel_guest', true, 200, 201] },
    async (world) => {
      const guest = await guestOf(world)
      const place = await createChannel(world.alice, world.team.id, 'O')
      await join(world.alice, 'channels', place.id, guest)
      const own = await accepted(guest.get(`/channels/${place.id}/members/${guest.id}`))
      const read = await guest.get(`/channels/${place.id}/posts`)
      const wrote = await guest.post('/posts', { channel_id: place.id, message: 'm' })
      return [at(own, 'roles'), at(own, 'scheme_guest'), read.status, wrote.status]
    },
  )
  question(
    'guest: types slash commands where it is a member, nowhere else',
    { default: [200, forbidden] },
    async (world) => {
      const guest = await guestOf(world)
      const place = await createChannel(world.alice, world.team.id, 'O')
      await join(world.alice, 'channels', place.id, guest)
      const command = await register(world, {})
      const inside = await typeCommand(world, guest, place.id, `/${command.trigger}`)
      return [inside.status, refusal(await typeCommand(world, guest, world.pub.id, `/${command.trigger}`))]
    },
  )
  question('guest: mentions everybody by @all like a member', { default: 1 }, async (world) => {
    const guest = await guestOf(world)
    const place = await createChannel(world.alice, world.team.id, 'O')
    await join(world.alice, 'channels', place.id, guest)
    await join(world.bob, 'channels', place.id, world.bob)
    await say(guest, place.id, '@all')
    return at(await accepted(world.bob.get(`/channels/${place.id}/members/${world.bob.id}`)), 'mention_count')
  })
  question('guest: deletes no post, not even its own', { default: forbidden }, async (world) => {
    const guest = await guestOf(world)
    const place = await createChannel(world.alice, world.team.id, 'O')
    await join(world.alice, 'channels', place.id, guest)
    return refusal(await guest.delete(`/posts/${text(await say(guest, place.id, 'mine'), 'id')}`))
  })
  question('guest: has its own channels only', { default: [true, false] }, async (world) => {
    const guest = await guestOf(world)
    const place = await createChannel(world.alice, world.team.id, 'O')
    await join(world.alice, 'channels', place.id, guest)
    const ids = list(await accepted(guest.get(`/users/me/teams/${world.team.id}/channels`))).map((one) =>
      text(one, 'id'),
    )
    return [ids.includes(place.id), ids.includes(world.pub.id)]
  })
}
