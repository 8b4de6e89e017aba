// The routes about one channel (server/channels/api4/channel.go).
import { ApiError, badBody, badUrl } from './api-error.ts'
import { type Answer, type Call, done, type Route, reply } from './call.ts'
import { mayRead, memberOf } from './channel-lists.ts'
import { enrol, tellJoin, viewChannels } from './channel-members.ts'
import {
  announceChannel,
  archiveChannel,
  channelById,
  channelView,
  checkChannel,
  convertChannel,
  createChannel,
  defaultChannel,
  findChannel,
  refuseTakenName,
  restoreChannel,
  tellChanges,
} from './channels.ts'
import { directChannel, groupChannel } from './direct-channels.ts'
import { isId } from './ids.ts'
import { type Fields, textOf } from './json.ts'
import { allow, canChannel, canEditUser, canSystem, canTeam } from './permissions.ts'
import type { Channel, ChannelType, User } from './shapes.ts'
import { teamByName } from './teams.ts'
import { canSee, userById } from './users.ts'

const caller = (call: Call): User | null => call.world.users.get(call.me) ?? null

function create(call: Call): Answer {
  const fields = call.fields('channel')
  const { world } = call
  const [teamId, name, type] = [textOf(fields, 'team_id'), textOf(fields, 'name'), textOf(fields, 'type')]
  if (teamId === '') throw badBody('team_id')
  if (textOf(fields, 'display_name') === '') throw badBody('display_name')
  if (type === 'O') allow(canTeam(world, call.actor, teamId, 'create_public_channel'))
  if (type === 'P') allow(canTeam(world, call.actor, teamId, 'create_private_channel'))
  if (type === 'D' || type === 'G') throw new ApiError('api.channel.create_channel.direct_channel.app_error', 400)
  if (type !== 'O' && type !== 'P') throw new ApiError('model.channel.is_valid.type.app_error', 400)
  const channel = createChannel(world, {
    team_id: teamId,
    type,
    name,
    display_name: textOf(fields, 'display_name'),
    header: textOf(fields, 'header'),
    purpose: textOf(fields, 'purpose'),
    creator_id: call.me,
  })
  const view = channelView(channel)
  const maker = caller(call)
  if (maker) {
    enrol(world, channel, maker, true)
    tellJoin(world, channel, maker)
    const data = { channel_id: channel.id, team_id: channel.team_id }
    world.hub.publish({ event: 'channel_created', data, userId: maker.id })
  }
  return reply(view, 201)
}

function createDirect(call: Call): Answer {
  const ids = call.texts('user_ids')
  if (ids.length === 1 && ids[0] === call.me) ids.push(call.me)
  const [one, other] = ids
  if (ids.length !== 2 || one === undefined || other === undefined) throw badBody('user_ids')
  if (!isId(one) || !isId(other)) throw badBody('user_id')
  allow(canSystem(call.world, call.actor, 'create_direct_channel'))
  allow(ids.includes(call.me) || canSystem(call.world, call.actor, 'manage_system'))
  allow(canSee(call.world, call.actor, one === call.me ? other : one))
  return reply(channelView(directChannel(call.world, one, other)), 201)
}

function createGroup(call: Call): Answer {
  const ids = call.texts('user_ids')
  if (ids.length === 0) throw badBody('user_ids')
  if (ids.some((id) => !isId(id))) throw badBody('user_id')
  if (!ids.includes(call.me)) ids.push(call.me)
  allow(canSystem(call.world, call.actor, 'create_group_channel'))
  allow(ids.every((id) => canSee(call.world, call.actor, id)))
  return reply(channelView(groupChannel(call.world, ids)), 201)
}

function getOne(call: Call): Answer {
  const channel = channelById(call.world, call.id('channel_id'))
  allow(mayRead(call, channel))
  return reply(channelView(channel))
}

// Strangers are told that a private channel does not exist; a public one they may not read is refused.
function named(call: Call, teamId: string): Answer {
  const name = call.word('channel_name').toLowerCase()
  if (!/^[a-z0-9]([a-z0-9\-_]*[a-z0-9])?$/.test(name)) throw badUrl('channel_name')
  const direct = [...call.world.channels.values()].find((one) => one.team_id === '' && one.name === name)
  const channel = findChannel(call.world, teamId, name) ?? direct
  const hidden = channel && channel.delete_at !== 0 && call.query.get('include_deleted') !== 'true'
  if (!channel || hidden || (channel.type !== 'O' && !mayRead(call, channel)))
    throw new ApiError('app.channel.get_by_name.missing.app_error', 404)
  allow(mayRead(call, channel))
  return reply(channelView(channel))
}

function changeable(call: Call, fields: Fields): Channel {
  const channel = channelById(call.world, call.id('channel_id'))
  if (channel.type === 'O') allow(canChannel(call.world, call.actor, channel.id, 'manage_public_channel_properties'))
  else if (channel.type === 'P')
    allow(canChannel(call.world, call.actor, channel.id, 'manage_private_channel_properties'))
  else {
    if (!memberOf(call, channel, call.me))
      throw new ApiError('api.channel.patch_update_channel.forbidden.app_error', 403)
    for (const key of ['name', 'display_name', 'purpose'] as const)
      if (fields[key] !== undefined && fields[key] !== channel[key])
        throw new ApiError(
          'api.channel.patch_update_channel.update_direct_or_group_messages_not_allowed.app_error',
          400,
        )
  }
  return channel
}

function applyChange(call: Call, channel: Channel, fields: Fields): Answer {
  if (
    channel.name === defaultChannel &&
    typeof fields.name === 'string' &&
    fields.name !== '' &&
    fields.name !== channel.name
  )
    throw new ApiError('api.channel.update_channel.tried.app_error', 400)
  const before = { ...channel }
  const changed = { ...channel }
  for (const key of ['name', 'display_name', 'header', 'purpose'] as const)
    if (fields[key] !== undefined && fields[key] !== null) changed[key] = textOf(fields, key)
  checkChannel(changed)
  refuseTakenName(call.world, changed)
  Object.assign(channel, changed)
  announceChannel(call.world, channel)
  tellChanges(call.world, before, channel, caller(call))
  return reply(channelView(channel))
}

function patch(call: Call): Answer {
  const fields = call.fields('channel')
  return applyChange(call, changeable(call, fields), fields)
}

function update(call: Call): Answer {
  const fields = call.fields('channel')
  if (textOf(fields, 'id') !== call.id('channel_id')) throw badBody('channel_id')
  const channel = changeable(call, fields)
  if (channel.delete_at > 0) throw new ApiError('api.channel.update_channel.deleted.app_error', 400)
  const type = textOf(fields, 'type')
  if (type !== '' && type !== channel.type) throw new ApiError('api.channel.update_channel.typechange.app_error', 400)
  const keep = (key: 'name' | 'display_name'): string => textOf(fields, key) || channel[key]
  return applyChange(call, channel, {
    name: keep('name'),
    display_name: keep('display_name'),
    header: textOf(fields, 'header'),
    purpose: textOf(fields, 'purpose'),
  })
}

const isPrivacy = (word: unknown): word is ChannelType => word === 'O' || word === 'P'

function changePrivacy(call: Call): Answer {
  const { privacy } = call.fields()
  if (!isPrivacy(privacy)) throw badBody('privacy')
  const channel = channelById(call.world, call.id('channel_id'))
  const permission = privacy === 'O' ? 'convert_private_channel_to_public' : 'convert_public_channel_to_private'
  allow(canChannel(call.world, call.actor, channel.id, permission))
  if (channel.name === defaultChannel && privacy === 'P')
    throw new ApiError('api.channel.update_channel_privacy.default_channel_error', 400)
  convertChannel(call.world, channel, privacy, caller(call))
  return reply(channelView(channel))
}

function archive(call: Call): Answer {
  const channel = channelById(call.world, call.id('channel_id'))
  if (channel.type === 'D' || channel.type === 'G') throw new ApiError('api.channel.delete_channel.type.invalid', 400)
  allow(
    canChannel(
      call.world,
      call.actor,
      channel.id,
      channel.type === 'O' ? 'delete_public_channel' : 'delete_private_channel',
    ),
  )
  archiveChannel(call.world, channel, caller(call))
  return done()
}

function restore(call: Call): Answer {
  const channel = channelById(call.world, call.id('channel_id'))
  allow(canTeam(call.world, call.actor, channel.team_id, 'manage_team'))
  restoreChannel(call.world, channel, caller(call))
  return reply(channelView(channel))
}

function stats(call: Call): Answer {
  const id = call.id('channel_id')
  allow(canChannel(call.world, call.actor, id, 'read_channel'))
  const members = [...(call.world.channelMembers.get(id)?.values() ?? [])]
  const posts = (call.world.channelPosts.get(id) ?? []).filter((post) => post.delete_at === 0)
  return reply({
    channel_id: id,
    member_count: members.filter((member) => userById(call.world, member.user_id).delete_at === 0).length,
    guest_count: members.filter((member) => member.scheme_guest).length,
    pinnedpost_count: posts.filter((post) => post.is_pinned).length,
    files_count: posts.reduce((sum, post) => sum + post.file_ids.length, 0),
  })
}

function viewed(call: Call): Answer {
  const userId = call.id('user_id')
  allow(canEditUser(call.world, call.actor, userId))
  const fields = call.fields('channel_view')
  const ids = [textOf(fields, 'channel_id'), textOf(fields, 'prev_channel_id')].filter(Boolean)
  if (ids.some((id) => !isId(id))) throw badBody('channel_view.channel_id')
  return reply({ status: 'OK', last_viewed_at_times: viewChannels(call.world, ids, userId) })
}

export const channelRoutes: Route[] = [
  { method: 'POST', path: '/channels', handler: create, local: true },
  { method: 'POST', path: '/channels/direct', handler: createDirect },
  { method: 'POST', path: '/channels/group', handler: createGroup },
  { method: 'POST', path: '/channels/members/:user_id/view', handler: viewed },
  { method: 'GET', path: '/channels/:channel_id', handler: getOne, local: true },
  { method: 'PUT', path: '/channels/:channel_id', handler: update },
  { method: 'PUT', path: '/channels/:channel_id/patch', handler: patch, local: true },
  { method: 'PUT', path: '/channels/:channel_id/privacy', handler: changePrivacy, local: true },
  { method: 'DELETE', path: '/channels/:channel_id', handler: archive, local: true },
  { method: 'POST', path: '/channels/:channel_id/restore', handler: restore, local: true },
  { method: 'GET', path: '/channels/:channel_id/stats', handler: stats },
  {
    method: 'GET',
    path: '/teams/:team_id/channels/name/:channel_name',
    handler: (call) => named(call, call.id('team_id')),
    local: true,
  },
  {
    method: 'GET',
    path: '/teams/name/:team_name/channels/name/:channel_name',
    local: true,
    handler: (call) => named(call, teamByName(call.world, call.word('team_name')).id),
  },
]
