// Lists of people: pages, by id or name, searched, completed (server/channels/api4/user.go).
import { badBody } from './api-error.ts'
import { type Answer, type Call, type Route, reply } from './call.ts'
import { type Fields, flagOf, textOf } from './json.ts'
import { allow, canChannel, canTeam, teamMember } from './permissions.ts'
import type { User } from './shapes.ts'
import { canSee, userByName, userView } from './users.ts'

const stranger = { userId: '', unrestricted: false }

// Lists show everybody as others see them, oneself too.
const views = (call: Call, users: User[]): Answer =>
  reply(
    users.filter((user) => canSee(call.world, call.actor, user.id)).map((user) => userView(call.world, user, stranger)),
  )

const byUsername = (a: User, b: User): number => (a.username < b.username ? -1 : 1)

function list(call: Call): Answer {
  const { world, query } = call
  const [inTeam, inChannel, notInChannel] = [
    query.get('in_team') ?? '',
    query.get('in_channel') ?? '',
    query.get('not_in_channel') ?? '',
  ]
  if (inTeam) allow(canTeam(world, call.actor, inTeam, 'view_team'))
  if (inChannel) allow(canChannel(world, call.actor, inChannel, 'read_channel'))
  const users = [...world.users.values()].filter(
    (user) =>
      (!inTeam || teamMember(world, inTeam, user.id)) &&
      (!inChannel || world.channelMembers.get(inChannel)?.has(user.id)) &&
      (!notInChannel || !world.channelMembers.get(notInChannel)?.has(user.id)) &&
      (query.get('active') !== 'true' || user.delete_at === 0) &&
      (query.get('inactive') !== 'true' || user.delete_at !== 0) &&
      (!query.get('role') || user.roles.split(' ').includes(query.get('role') ?? '')) &&
      (!query.get('roles') || user.roles.split(' ').some((role) => query.get('roles')?.split(',').includes(role))),
  )
  users.sort(byUsername)
  const { page, perPage } = call.paging
  return views(call, users.slice(page * perPage, (page + 1) * perPage))
}

const matchesTerm = (user: User, term: string): boolean =>
  [user.username, user.first_name, user.last_name, user.nickname, user.email].some((word) =>
    word.toLowerCase().startsWith(term),
  )

function search(call: Call): Answer {
  const fields = call.fields('props')
  const term = textOf(fields, 'term').toLowerCase().replace(/^@/, '')
  if (term === '') throw badBody('term')
  const [teamId, channelId] = [textOf(fields, 'team_id'), textOf(fields, 'in_channel_id')]
  if (teamId) allow(canTeam(call.world, call.actor, teamId, 'view_team'))
  const users = [...call.world.users.values()].filter(
    (user) =>
      matchesTerm(user, term) &&
      (flagOf(fields, 'allow_inactive') || user.delete_at === 0) &&
      (!teamId || teamMember(call.world, teamId, user.id)) &&
      (!channelId || call.world.channelMembers.get(channelId)?.has(user.id)),
  )
  return views(call, users.slice(0, 100))
}

function autocomplete(call: Call): Answer {
  const term = (call.query.get('name') ?? '').toLowerCase()
  const teamId = call.query.get('in_team') ?? ''
  if (teamId !== '') allow(canTeam(call.world, call.actor, teamId, 'view_team'))
  const users = [...call.world.users.values()].filter(
    (user) =>
      user.delete_at === 0 &&
      matchesTerm(user, term) &&
      (teamId === '' || teamMember(call.world, teamId, user.id) !== null),
  )
  const members = call.world.channelMembers.get(call.query.get('in_channel') ?? '')
  const view = (user: User): Fields => userView(call.world, user, call.actor)
  if (!members) return reply({ users: users.slice(0, 25).map(view) })
  return reply({
    users: users
      .filter((user) => members.has(user.id))
      .slice(0, 25)
      .map(view),
    out_of_channel: users
      .filter((user) => !members.has(user.id))
      .slice(0, 25)
      .map(view),
  })
}

function byIds(call: Call): Answer {
  const ids = call.texts('user_ids')
  if (ids.length === 0) throw badBody('user_ids')
  const users = ids.flatMap((id) => call.world.users.get(id) ?? [])
  return views(call, users.sort(byUsername))
}

function byNames(call: Call): Answer {
  const names = call.texts('usernames')
  if (names.length === 0) throw badBody('usernames')
  const users = names.flatMap((name) => userByName(call.world, name) ?? [])
  return views(call, users)
}

export const userListRoutes: Route[] = [
  { method: 'GET', path: '/users', handler: list, local: true },
  { method: 'POST', path: '/users/ids', handler: byIds, local: true },
  { method: 'POST', path: '/users/usernames', handler: byNames, local: true },
  { method: 'POST', path: '/users/search', handler: search },
  { method: 'GET', path: '/users/autocomplete', handler: autocomplete },
]
