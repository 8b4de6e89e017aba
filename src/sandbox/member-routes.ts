// The routes about who is in a channel (server/channels/api4/channel.go).
import { ApiError, badBody } from './api-error.ts'
import { type Answer, type Call, done, type Route, reply } from './call.ts'
import { channelMemberView, joinChannel, leaveChannel, requireMember } from './channel-members.ts'
import { channelById } from './channels.ts'
import { isId } from './ids.ts'
import { flagOf, textOf, textsOf } from './json.ts'
import { allow, canChannel, canEditUser, canSystem, canTeam, channelMember } from './permissions.ts'
import { readRoles } from './roles.ts'
import type { ChannelMember } from './shapes.ts'
import { userById } from './users.ts'
import type { World } from './world.ts'

const managing = (type: string): string =>
  type === 'O' ? 'manage_public_channel_members' : 'manage_private_channel_members'

function add(call: Call): Answer {
  const channelId = call.id('channel_id')
  const fields = call.fields()
  const userIds = Array.isArray(fields.user_ids) ? textsOf(fields.user_ids, 'user_ids') : [textOf(fields, 'user_id')]
  if (userIds.length === 0 || userIds.some((id) => !isId(id))) throw badBody('user_id')
  const channel = channelById(call.world, channelId)
  if (channel.type === 'D' || channel.type === 'G')
    throw new ApiError('api.channel.add_user_to_channel.type.app_error', 400)
  const members = userIds.map((userId) => {
    const self = userId === call.me
    if (!(self && channelMember(call.world, channelId, userId))) {
      const joining = self && channel.type === 'O'
      allow(
        joining
          ? canTeam(call.world, call.actor, channel.team_id, 'join_public_channels')
          : canChannel(call.world, call.actor, channelId, managing(channel.type)),
      )
    }
    return channelMemberView(joinChannel(call.world, channel, userId, call.me))
  })
  return reply(Array.isArray(fields.user_ids) ? members : members[0], 201)
}

function remove(call: Call): Answer {
  const channel = channelById(call.world, call.id('channel_id'))
  const user = userById(call.world, call.id('user_id'))
  if (channel.type === 'D' || channel.type === 'G')
    throw new ApiError('api.channel.remove_channel_member.type.app_error', 400)
  if (user.id !== call.me) allow(canChannel(call.world, call.actor, channel.id, managing(channel.type)))
  leaveChannel(call.world, channel, user.id, call.me)
  return done()
}

function list(call: Call): Answer {
  const id = call.id('channel_id')
  allow(canChannel(call.world, call.actor, id, 'read_channel'))
  const { page, perPage } = call.paging
  const members = [...(call.world.channelMembers.get(id)?.values() ?? [])]
  return reply(members.slice(page * perPage, (page + 1) * perPage).map(channelMemberView))
}

function byIds(call: Call): Answer {
  const id = call.id('channel_id')
  const ids = call.texts('user_ids')
  if (ids.length === 0) throw badBody('user_ids')
  allow(canChannel(call.world, call.actor, id, 'read_channel'))
  return reply(ids.flatMap((userId) => channelMember(call.world, id, userId) ?? []).map(channelMemberView))
}

function getOne(call: Call): Answer {
  const [channelId, userId] = [call.id('channel_id'), call.id('user_id')]
  allow(canChannel(call.world, call.actor, channelId, 'read_channel'))
  return reply(channelMemberView(requireMember(call.world, channelId, userId)))
}

function announce(world: World, member: ChannelMember): void {
  const data = { channelMember: JSON.stringify(channelMemberView(member)) }
  world.hub.publish({ event: 'channel_member_updated', data, userId: member.user_id })
}

function changeRoles(call: Call): Answer {
  const [channelId, userId] = [call.id('channel_id'), call.id('user_id')]
  const words = textOf(call.fields(), 'roles')
  if (!/^[a-z0-9_ ]+$/.test(words)) throw badBody('roles')
  allow(canChannel(call.world, call.actor, channelId, 'manage_channel_roles'))
  const member = requireMember(call.world, channelId, userId)
  Object.assign(member, readRoles(words, 'channel', member.scheme_guest))
  announce(call.world, member)
  return done()
}

function changeSchemeRoles(call: Call): Answer {
  const [channelId, userId] = [call.id('channel_id'), call.id('user_id')]
  const fields = call.fields('scheme_roles')
  allow(canChannel(call.world, call.actor, channelId, 'manage_channel_roles'))
  const member = requireMember(call.world, channelId, userId)
  if (member.scheme_guest) throw new ApiError('api.channel.update_channel_member_roles.guest.app_error', 400)
  if (flagOf(fields, 'scheme_guest'))
    throw new ApiError('api.channel.update_channel_member_roles.user_and_guest.app_error', 400)
  member.scheme_admin = flagOf(fields, 'scheme_admin')
  member.scheme_user = flagOf(fields, 'scheme_user')
  announce(call.world, member)
  return done()
}

function changeNotifyProps(call: Call): Answer {
  const [channelId, userId] = [call.id('channel_id'), call.id('user_id')]
  const fields = call.fields('notify_props')
  allow(canEditUser(call.world, call.actor, userId))
  const member = requireMember(call.world, channelId, userId)
  for (const key of Object.keys(fields)) if (key in member.notify_props) member.notify_props[key] = textOf(fields, key)
  announce(call.world, member)
  return done()
}

function unread(call: Call): Answer {
  const [userId, channelId] = [call.id('user_id'), call.id('channel_id')]
  allow(canEditUser(call.world, call.actor, userId))
  allow(canChannel(call.world, call.actor, channelId, 'read_channel'))
  const member = requireMember(call.world, channelId, userId)
  const channel = channelById(call.world, channelId)
  return reply({
    team_id: channel.team_id,
    channel_id: channelId,
    msg_count: channel.total_msg_count - member.msg_count,
    mention_count: member.mention_count,
    mention_count_root: member.mention_count_root,
    urgent_mention_count: 0,
    msg_count_root: channel.total_msg_count_root - member.msg_count_root,
  })
}

function membershipsOf(call: Call): Answer {
  const [userId, teamId] = [call.id('user_id'), call.id('team_id')]
  allow(canTeam(call.world, call.actor, teamId, 'view_team'))
  allow(userId === call.me || canSystem(call.world, call.actor, 'manage_system'))
  const members = [...call.world.channels.values()]
    .filter((channel) => channel.team_id === teamId || channel.team_id === '')
    .flatMap((channel) => channelMember(call.world, channel.id, userId) ?? [])
  return reply(members.map(channelMemberView))
}

export const memberRoutes: Route[] = [
  { method: 'POST', path: '/channels/:channel_id/members', handler: add, local: true },
  { method: 'GET', path: '/channels/:channel_id/members', handler: list, local: true },
  { method: 'POST', path: '/channels/:channel_id/members/ids', handler: byIds },
  { method: 'GET', path: '/channels/:channel_id/members/:user_id', handler: getOne, local: true },
  { method: 'DELETE', path: '/channels/:channel_id/members/:user_id', handler: remove, local: true },
  { method: 'PUT', path: '/channels/:channel_id/members/:user_id/roles', handler: changeRoles },
  { method: 'PUT', path: '/channels/:channel_id/members/:user_id/schemeRoles', handler: changeSchemeRoles },
  { method: 'PUT', path: '/channels/:channel_id/members/:user_id/notify_props', handler: changeNotifyProps },
  { method: 'GET', path: '/users/:user_id/channels/:channel_id/unread', handler: unread },
  { method: 'GET', path: '/users/:user_id/teams/:team_id/channels/members', handler: membershipsOf },
]
