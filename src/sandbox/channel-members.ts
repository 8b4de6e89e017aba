// Who is in a channel, and what they have not read there (server/channels/app/channel.go).
import { ApiError } from './api-error.ts'
import { createChannel, defaultChannel } from './channels.ts'
import type { Fields } from './json.ts'
import { channelMember, channelRoles, isGuest, teamMember } from './permissions.ts'
import { createPost } from './posts.ts'
import type { Channel, ChannelMember, Team, User } from './shapes.ts'
import { userById } from './users.ts'
import type { World } from './world.ts'

/** A channel membership as JSON. */
export function channelMemberView(member: ChannelMember): Fields {
  return {
    channel_id: member.channel_id,
    user_id: member.user_id,
    roles: channelRoles(member),
    last_viewed_at: member.last_viewed_at,
    msg_count: member.msg_count,
    mention_count: member.mention_count,
    mention_count_root: member.mention_count_root,
    urgent_mention_count: 0,
    msg_count_root: member.msg_count_root,
    notify_props: member.notify_props,
    last_update_at: member.last_update_at,
    scheme_guest: member.scheme_guest,
    scheme_user: member.scheme_user,
    scheme_admin: member.scheme_admin,
    explicit_roles: member.explicit_roles,
  }
}

/** @throws ApiError 404 when this person is no member. */
export function requireMember(world: World, channelId: string, userId: string): ChannelMember {
  const member = channelMember(world, channelId, userId)
  if (!member) throw new ApiError('app.channel.get_member.missing.app_error', 404)
  return member
}

/** Makes somebody a member without telling anybody. */
export function enrol(world: World, channel: Channel, user: User, admin: boolean): ChannelMember {
  const guest = isGuest(user)
  const member: ChannelMember = {
    channel_id: channel.id,
    user_id: user.id,
    last_viewed_at: 0,
    msg_count: 0,
    mention_count: 0,
    mention_count_root: 0,
    msg_count_root: 0,
    notify_props: {
      channel_auto_follow_threads: 'off',
      desktop: 'default',
      email: 'default',
      ignore_channel_mentions: 'default',
      mark_unread: 'all',
      push: 'default',
    },
    last_update_at: world.now(),
    scheme_guest: guest,
    scheme_user: !guest,
    scheme_admin: admin,
    explicit_roles: '',
  }
  const members = world.channelMembers.get(channel.id) ?? new Map<string, ChannelMember>()
  world.channelMembers.set(channel.id, members.set(user.id, member))
  return member
}

/** Makes somebody a member unless they are one; nobody is told. */
export function addMember(world: World, channel: Channel, user: User, admin = false): ChannelMember {
  return channelMember(world, channel.id, user.id) ?? enrol(world, channel, user, admin)
}

/** The two channels every team starts with. */
export function createDefaultChannels(world: World, team: Team): void {
  const both = [
    { name: defaultChannel, display_name: 'Town Square' },
    { name: 'off-topic', display_name: 'Off-Topic' },
  ]
  for (const one of both) createChannel(world, { team_id: team.id, type: 'O', creator_id: '', ...one })
}

/**
 * Brings somebody into a public or private channel and tells everybody there; nothing happens twice.
 * Answers the membership as it was before its own announcement mentioned anybody.
 * @throws ApiError 404 for somebody unknown or no member of the team, 403 for somebody deactivated.
 */
export function joinChannel(world: World, channel: Channel, userId: string, requesterId: string): ChannelMember {
  const present = channelMember(world, channel.id, userId)
  if (present) return present
  const user = userById(world, userId)
  if (user.delete_at > 0) throw new ApiError('app.channel.add_member.deleted_user.app_error', 403)
  const membership = world.teamMembers.get(channel.team_id)?.get(userId)
  if (!membership) throw new ApiError('app.team.get_member.missing.app_error', 404)
  if (!teamMember(world, channel.team_id, userId))
    throw new ApiError('api.channel.add_user.to.channel.failed.deleted.app_error', 400)
  const member = addMember(world, channel, user)
  world.hub.recheck(userId)
  const data = { user_id: userId, team_id: channel.team_id }
  world.hub.publish({ event: 'user_added', data, channelId: channel.id, omitUsers: [userId] })
  world.hub.publish({ event: 'user_added', data, channelId: channel.id, userId })
  const fresh = { ...member }
  const requester = world.users.get(requesterId)
  if (!requester || requesterId === userId) tellJoin(world, channel, user)
  else tellAdded(world, channel, user, requester)
  return fresh
}

/** Posts that somebody came into the channel by themselves. */
export function tellJoin(world: World, channel: Channel, user: User): void {
  createPost(world, {
    user_id: user.id,
    channel_id: channel.id,
    type: isGuest(user) ? 'system_guest_join_channel' : 'system_join_channel',
    message: `${user.username} joined the channel${isGuest(user) ? ' as a guest' : ''}.`,
    props: { username: user.username },
  })
}

function tellAdded(world: World, channel: Channel, user: User, requester: User): void {
  createPost(world, {
    user_id: requester.id,
    channel_id: channel.id,
    type: isGuest(user) ? 'system_add_guest_to_chan' : 'system_add_to_channel',
    message: `${user.username} added to the channel${isGuest(user) ? ' as a guest' : ''} by ${requester.username}.`,
    props: {
      userId: requester.id,
      username: requester.username,
      addedUserId: user.id,
      addedUsername: user.username,
    },
  })
}

/**
 * Takes somebody out of a channel and tells the others, and them.
 * @throws ApiError 404 for no member, 400 for the default channel.
 */
export function leaveChannel(world: World, channel: Channel, userId: string, removerId: string): void {
  const user = userById(world, userId)
  if (channel.name === defaultChannel && !isGuest(user)) throw new ApiError('api.channel.remove.default.app_error', 400)
  requireMember(world, channel.id, userId)
  world.channelMembers.get(channel.id)?.delete(userId)
  world.hub.recheck(userId)
  world.hub.publish({ event: 'user_removed', data: { user_id: userId, remover_id: removerId }, channelId: channel.id })
  world.hub.publish({ event: 'user_removed', data: { channel_id: channel.id, remover_id: removerId }, userId })
  const left = userId === removerId
  createPost(world, {
    user_id: removerId,
    channel_id: channel.id,
    type: left ? 'system_leave_channel' : 'system_remove_from_channel',
    message: `@${user.username} ${left ? 'left the channel.' : 'removed from the channel.'}`,
    props: left ? { username: user.username } : { removedUserId: userId, removedUsername: user.username },
  })
}

/** Takes somebody out of every channel of a team, silently, as leaving the team does. */
export function removeFromAllChannels(world: World, teamId: string, userId: string): void {
  for (const channel of world.channels.values())
    if (channel.team_id === teamId) world.channelMembers.get(channel.id)?.delete(userId)
}

/** Marks channels as read by somebody. Answers when each was last written to. */
export function viewChannels(world: World, channelIds: string[], userId: string): Record<string, number> {
  const times: Record<string, number> = {}
  let anything = false
  for (const id of channelIds) {
    const channel = world.channels.get(id)
    const member = channelMember(world, id, userId)
    if (!channel || !member) continue
    times[id] = channel.last_post_at
    if (member.msg_count === channel.total_msg_count && member.mention_count === 0) continue
    anything = true
    member.last_viewed_at = Math.max(member.last_viewed_at, channel.last_post_at)
    member.msg_count = channel.total_msg_count
    member.msg_count_root = channel.total_msg_count_root
    member.mention_count = 0
    member.mention_count_root = 0
    member.last_update_at = world.clock()
  }
  if (anything) world.hub.publish({ event: 'multiple_channels_viewed', data: { channel_times: times }, userId })
  return times
}
