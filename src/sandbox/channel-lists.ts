// Lists of channels: a team's, one's own, all, searched (server/channels/api4/channel.go).
import { ApiError } from './api-error.ts'
import { type Answer, type Call, type Route, reply } from './call.ts'
import { channelView } from './channels.ts'
import { textOf } from './json.ts'
import { allow, canChannel, canEditUser, canSystem, canTeam, teamMember } from './permissions.ts'
import type { Channel } from './shapes.ts'

/** Whether the caller may see the channel: members, and the team where it is public. */
export const mayRead = (call: Call, channel: Channel): boolean =>
  canChannel(call.world, call.actor, channel.id, 'read_channel') ||
  (channel.type === 'O' && canTeam(call.world, call.actor, channel.team_id, 'read_public_channel'))

function listPublic(call: Call, archived: boolean): Answer {
  const id = call.id('team_id')
  allow(canTeam(call.world, call.actor, id, 'list_team_channels'))
  const { page, perPage } = call.paging
  const channels = [...call.world.channels.values()].filter(
    (channel) =>
      channel.team_id === id &&
      (channel.type === 'O' || archived) &&
      (channel.delete_at !== 0) === archived &&
      mayRead(call, channel),
  )
  channels.sort((a, b) => a.display_name.localeCompare(b.display_name))
  return reply(channels.slice(page * perPage, (page + 1) * perPage).map(channelView))
}

/** Whether this person is in the channel. */
export const memberOf = (call: Call, channel: Channel, userId: string): boolean =>
  call.world.channelMembers.get(channel.id)?.has(userId) ?? false

function listMine(call: Call): Answer {
  const userId = call.id('user_id')
  const teamId = call.id('team_id')
  allow(canEditUser(call.world, call.actor, userId))
  allow(canTeam(call.world, call.actor, teamId, 'view_team'))
  const withDeleted = call.query.get('include_deleted') === 'true'
  const channels = [...call.world.channels.values()].filter(
    (channel) =>
      (channel.team_id === teamId || channel.team_id === '') &&
      memberOf(call, channel, userId) &&
      (withDeleted || channel.delete_at === 0),
  )
  if (channels.length === 0) throw new ApiError('app.channel.get_channels.not_found.app_error', 404)
  channels.sort((a, b) => a.display_name.localeCompare(b.display_name))
  return reply(channels.map(channelView))
}

function listAllMine(call: Call): Answer {
  const userId = call.id('user_id')
  allow(canEditUser(call.world, call.actor, userId))
  const withDeleted = call.query.get('include_deleted') === 'true'
  const channels = [...call.world.channels.values()].filter(
    (channel) =>
      memberOf(call, channel, userId) &&
      (withDeleted || channel.delete_at === 0) &&
      (channel.team_id === '' || teamMember(call.world, channel.team_id, userId)),
  )
  return reply(channels.map(channelView))
}

function listEverything(call: Call): Answer {
  allow(canSystem(call.world, call.actor, 'sysconsole_read_user_management_channels'))
  const { page, perPage } = call.paging
  const withDeleted = call.query.get('include_deleted') === 'true'
  const channels = [...call.world.channels.values()].filter(
    (channel) => channel.team_id !== '' && (withDeleted || channel.delete_at === 0),
  )
  const views = channels.slice(page * perPage, (page + 1) * perPage).map((channel) => {
    const team = call.world.teams.get(channel.team_id)
    return {
      ...channelView(channel),
      team_display_name: team?.display_name,
      team_name: team?.name,
      team_update_at: team?.update_at,
    }
  })
  return reply(views)
}

function search(call: Call, term: string): Answer {
  const id = call.id('team_id')
  allow(canTeam(call.world, call.actor, id, 'list_team_channels') || teamMember(call.world, id, call.me) !== null)
  const word = term.toLowerCase().replace(/^~/, '')
  const channels = [...call.world.channels.values()].filter(
    (channel) =>
      channel.team_id === id &&
      channel.delete_at === 0 &&
      (channel.type === 'O' || memberOf(call, channel, call.me)) &&
      [channel.name, channel.display_name, channel.purpose].some((text) => text.toLowerCase().includes(word)),
  )
  return reply(channels.slice(0, 100).map(channelView))
}

export const channelListRoutes: Route[] = [
  { method: 'GET', path: '/channels', handler: listEverything, local: true },
  { method: 'GET', path: '/teams/:team_id/channels', handler: (call) => listPublic(call, false), local: true },
  { method: 'GET', path: '/teams/:team_id/channels/deleted', handler: (call) => listPublic(call, true), local: true },
  {
    method: 'POST',
    path: '/teams/:team_id/channels/search',
    handler: (call) => search(call, textOf(call.fields('channel_search'), 'term')),
  },
  {
    method: 'GET',
    path: '/teams/:team_id/channels/autocomplete',
    handler: (call) => search(call, call.query.get('name') ?? ''),
  },
  { method: 'GET', path: '/users/:user_id/teams/:team_id/channels', handler: listMine },
  { method: 'GET', path: '/users/:user_id/channels', handler: listAllMine },
]
