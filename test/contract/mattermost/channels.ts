// Questions about channels and who is in them, as somebody with a bot's or a member's rights meets them.

import { accepted, at, list, refusal, text } from './driver.ts'
import { createChannel, createPerson, direct, join, type Question, say, suffix, unknownId } from './world.ts'

const forbidden = { status: 403, id: 'api.context.permissions.app_error' }

export function askAboutChannels(question: Question): void {
  question(
    'channel: duplicate name',
    { default: { status: 400, id: 'store.sql_channel.save_channel.exists.app_error' } },
    async ({ alice, team, pub }) =>
      refusal(await alice.post('/channels', { team_id: team.id, name: pub.name, display_name: 'Twice', type: 'O' })),
  )
  question(
    'channel: bad name',
    { default: { status: 400, id: 'model.channel.is_valid.1_or_more.app_error' } },
    async ({ alice, team }) =>
      refusal(await alice.post('/channels', { team_id: team.id, name: 'Bad Name!', display_name: 'Bad', type: 'O' })),
  )
  question(
    'channel: by name, not found',
    { default: { status: 404, id: 'app.channel.get_by_name.missing.app_error' } },
    async ({ bot, team }) => refusal(await bot.get(`/teams/${team.id}/channels/name/none${suffix()}`)),
  )
  question(
    'channel: by name, a public one the bot is not in',
    { default: [200, true] },
    async ({ bot, alice, team }) => {
      const place = await createChannel(alice, team.id, 'O')
      const answer = await bot.get(`/teams/${team.id}/channels/name/${place.name}`)
      return [answer.status, at(answer, 'id') === place.id]
    },
  )
  question('channel: the town square has no creator', { default: '' }, async ({ bot, town }) =>
    at(await bot.get(`/channels/${town.id}`), 'creator_id'),
  )
  question(
    'channel: by team name and name',
    { default: true },
    async ({ bot, team, pub }) =>
      at(await bot.get(`/teams/name/${team.name}/channels/name/${pub.name}`), 'id') === pub.id,
  )
  question(
    'channel: private, by name, outsider',
    { default: { status: 404, id: 'app.channel.get_by_name.missing.app_error' } },
    async ({ bob, team, priv }) => refusal(await bob.get(`/teams/${team.id}/channels/name/${priv.name}`)),
  )
  question('channel: private, bot not in it', { default: forbidden }, async ({ bot, priv }) =>
    refusal(await bot.get(`/channels/${priv.id}`)),
  )
  question(
    'channel: unknown id',
    { default: { status: 404, id: 'app.channel.get.existing.app_error' } },
    async ({ bot }) => refusal(await bot.get(`/channels/${unknownId}`)),
  )
  question('channel: bot joins a public one', { default: [201, 200] }, async ({ bot, alice, team }) => {
    const place = await createChannel(alice, team.id, 'O')
    const joined = await bot.post(`/channels/${place.id}/members`, { user_id: bot.id })
    return [joined.status, (await bot.get(`/channels/${place.id}/members/${bot.id}`)).status]
  })
  question('channel: joining twice is the same membership', { default: [201, 201] }, async ({ bot, alice, team }) => {
    const place = await createChannel(alice, team.id, 'O')
    const join = () => bot.post(`/channels/${place.id}/members`, { user_id: bot.id })
    return [(await join()).status, (await join()).status]
  })
  question('channel: bot joins a private one', { default: forbidden }, async ({ bot, priv }) =>
    refusal(await bot.post(`/channels/${priv.id}/members`, { user_id: bot.id })),
  )
  question(
    'channel: bot joins an archived one',
    { default: { status: 201, id: null } },
    async ({ bot, alice, team }) => {
      const place = await createChannel(alice, team.id, 'O')
      await accepted(alice.delete(`/channels/${place.id}`))
      return refusal(await bot.post(`/channels/${place.id}/members`, { user_id: bot.id }))
    },
  )
  question(
    'channel: somebody outside the team cannot be added',
    { default: { status: 404, id: 'app.team.get_member.missing.app_error' } },
    async ({ alice, carol, pub }) => refusal(await alice.post(`/channels/${pub.id}/members`, { user_id: carol.id })),
  )
  question(
    'channel: somebody outside the team reads nothing of it',
    { default: [forbidden, 403] },
    async ({ carol, pub, team }) => [
      refusal(await carol.get(`/channels/${pub.id}`)),
      (await carol.get(`/teams/${team.id}/channels`)).status,
    ],
  )
  question('channel: a member of a private one adds the bot', { default: [201, 200] }, async ({ alice, bot, team }) => {
    const place = await createChannel(alice, team.id, 'P')
    const added = await alice.post(`/channels/${place.id}/members`, { user_id: bot.id })
    return [added.status, (await bot.get(`/channels/${place.id}`)).status]
  })
  question(
    'channel: creator is channel admin',
    { default: { scheme_admin: true, roles: 'channel_user channel_admin' } },
    async ({ alice, pub }) => {
      const answer = await alice.get(`/channels/${pub.id}/members/${alice.id}`)
      return { scheme_admin: at(answer, 'scheme_admin'), roles: at(answer, 'roles') }
    },
  )
  question(
    'channel: a plain member',
    { default: { scheme_admin: false, scheme_user: true, scheme_guest: false, roles: 'channel_user' } },
    async ({ bot, bob, pub }) => {
      const answer = await bot.get(`/channels/${pub.id}/members/${bob.id}`)
      return Object.fromEntries(
        ['scheme_admin', 'scheme_user', 'scheme_guest', 'roles'].map((key) => [key, at(answer, key)]),
      )
    },
  )
  question(
    'channel: who is no member',
    { default: { status: 404, id: 'app.channel.get_member.missing.app_error' } },
    async ({ alice, bot, team }) => {
      const place = await createChannel(alice, team.id, 'O')
      return refusal(await alice.get(`/channels/${place.id}/members/${bot.id}`))
    },
  )
  question(
    'channel: members of a private one are not told to outsiders',
    { default: [forbidden, 403] },
    async ({ bot, alice, priv }) => [
      refusal(await bot.get(`/channels/${priv.id}/members/${alice.id}`)),
      (await bot.get(`/channels/${priv.id}/members`)).status,
    ],
  )
  question(
    'channel: members are listed',
    { default: 3 },
    async ({ bot, pub }) => list(await bot.get(`/channels/${pub.id}/members?per_page=200`)).length,
  )
  question(
    'channel: my channels in a team',
    { default: { town: true, pub: true, priv: false } },
    async ({ bot, team, town, pub, priv }) => {
      const ids = list(await bot.get(`/users/me/teams/${team.id}/channels`)).map((channel) => at(channel, 'id'))
      return { town: ids.includes(town.id), pub: ids.includes(pub.id), priv: ids.includes(priv.id) }
    },
  )
  question(
    'channel: my channels in every team, direct ones too',
    { default: { town: true, pub: true, priv: false, direct: true } },
    async ({ bot, alice, town, pub, priv }) => {
      const dm = await direct(bot, alice)
      const ids = list(await bot.get('/users/me/channels')).map((channel) => at(channel, 'id'))
      return {
        town: ids.includes(town.id),
        pub: ids.includes(pub.id),
        priv: ids.includes(priv.id),
        direct: ids.includes(dm),
      }
    },
  )
  question(
    'channel: public ones of a team are listed to members',
    { default: [true, false] },
    async ({ bob, team, pub, priv }) => {
      const ids = list(await bob.get(`/teams/${team.id}/channels?per_page=200`)).map((channel) => at(channel, 'id'))
      return [ids.includes(pub.id), ids.includes(priv.id)]
    },
  )
  question(
    'channel: archived refuses posts',
    {
      default: {
        post: { status: 400, id: 'api.post.create_post.can_not_post_to_deleted.error' },
        get: 200,
        deleted: true,
      },
    },
    async ({ alice, team }) => {
      const place = await createChannel(alice, team.id, 'O')
      await accepted(alice.delete(`/channels/${place.id}`))
      const post = await alice.post('/posts', { channel_id: place.id, message: 'late' })
      const got = await alice.get(`/channels/${place.id}`)
      return { post: refusal(post), get: got.status, deleted: Number(at(got, 'delete_at')) > 0 }
    },
  )
  question('channel: archived ones are not among mine', { default: false }, async ({ alice, team }) => {
    const place = await createChannel(alice, team.id, 'O')
    await accepted(alice.delete(`/channels/${place.id}`))
    const ids = list(await alice.get(`/users/me/teams/${team.id}/channels`)).map((channel) => at(channel, 'id'))
    return ids.includes(place.id)
  })
  question('channel: restored takes posts again', { default: [200, 201] }, async ({ admin, alice, team }) => {
    const place = await createChannel(alice, team.id, 'O')
    await accepted(alice.delete(`/channels/${place.id}`))
    const restored = await admin.post(`/channels/${place.id}/restore`)
    return [restored.status, (await alice.post('/posts', { channel_id: place.id, message: 'back' })).status]
  })
  question('channel: a stranger archives no private one', { default: forbidden }, async ({ bob, priv }) =>
    refusal(await bob.delete(`/channels/${priv.id}`)),
  )
  question('channel: whoever left posts no more', { default: [200, forbidden] }, async ({ url, admin, team, pub }) => {
    const person = await createPerson(url, admin, 'hugo')
    await join(admin, 'teams', team.id, person)
    await join(admin, 'channels', pub.id, person)
    const left = await person.delete(`/channels/${pub.id}/members/${person.id}`)
    const post = await person.post('/posts', { channel_id: pub.id, message: 'gone' })
    await accepted(admin.delete(`/users/${person.id}`))
    return [left.status, refusal(post)]
  })
  question(
    'channel: the town square cannot be left',
    { default: { status: 400, id: 'api.channel.remove.default.app_error' } },
    async ({ bob, town }) => refusal(await bob.delete(`/channels/${town.id}/members/${bob.id}`)),
  )
  question('channel: changed to private', { default: [200, 'P'] }, async ({ admin, alice, team }) => {
    const place = await createChannel(alice, team.id, 'O')
    const changed = await admin.put(`/channels/${place.id}/privacy`, { privacy: 'P' })
    return [changed.status, at(await alice.get(`/channels/${place.id}`), 'type')]
  })
  question('channel: header and purpose patched', { default: ['h', 'p'] }, async ({ alice, team }) => {
    const place = await createChannel(alice, team.id, 'O')
    await accepted(alice.put(`/channels/${place.id}/patch`, { header: 'h', purpose: 'p' }))
    const got = await alice.get(`/channels/${place.id}`)
    return [at(got, 'header'), at(got, 'purpose')]
  })
}

export function askAboutDirectChannels(question: Question): void {
  question('direct: the same channel for both, whoever asks', { default: [true, 'D', ''] }, async ({ alice, bot }) => {
    const first = await accepted(alice.post('/channels/direct', [alice.id, bot.id]))
    const second = await accepted(bot.post('/channels/direct', [bot.id, alice.id]))
    return [at(first, 'id') === at(second, 'id'), at(first, 'type'), at(first, 'team_id')]
  })
  question('direct: its name holds both ids in order', { default: true }, async ({ alice, bot }) => {
    const made = await accepted(alice.post('/channels/direct', [alice.id, bot.id]))
    return text(made, 'name') === [alice.id, bot.id].sort().join('__')
  })
  question('direct: nobody opens one for others', { default: forbidden }, async ({ alice, bob, bot }) =>
    refusal(await alice.post('/channels/direct', [bob.id, bot.id])),
  )
  question('direct: outsiders read nothing', { default: [forbidden, forbidden] }, async ({ alice, bob, bot }) => {
    const dm = await direct(alice, bot)
    return [refusal(await bob.get(`/channels/${dm}`)), refusal(await bob.get(`/channels/${dm}/posts`))]
  })
  question('direct: a message counts as a mention', { default: 1 }, async ({ url, admin, team, bot }) => {
    const person = await createPerson(url, admin, 'jane')
    await join(admin, 'teams', team.id, person)
    const dm = await direct(bot, person)
    await say(bot, dm, 'hello')
    const member = await accepted(person.get(`/channels/${dm}/members/${person.id}`))
    await accepted(admin.delete(`/users/${person.id}`))
    return at(member, 'mention_count')
  })
}
