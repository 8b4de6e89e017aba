// Channels: their rules, their life, and who is told (server/channels/app/channel.go, server/public/model/channel.go).
import { ApiError } from './api-error.ts'
import { newId } from './ids.ts'
import type { Fields } from './json.ts'
import { createPost } from './posts.ts'
import type { Channel, ChannelType, User } from './shapes.ts'
import { runes } from './users.ts'
import type { World } from './world.ts'

export interface NewChannel {
  team_id: string
  type: ChannelType
  name: string
  display_name: string
  header?: string
  purpose?: string
  creator_id: string
}

const invalid = (field: string): ApiError => new ApiError(`model.channel.is_valid.${field}.app_error`, 400)

/** The name every team's first channel has; it can be neither left nor archived. */
export const defaultChannel = 'town-square'

/** @throws ApiError 400 naming the first field that is against the rules. */
export function checkChannel(channel: Channel): void {
  if (runes(channel.display_name) > 64) throw invalid('display_name')
  if (!/^[a-z0-9]([a-z0-9\-_]*[a-z0-9])?$/.test(channel.name) || channel.name.length > 64) throw invalid('1_or_more')
  if (!['O', 'P', 'D', 'G'].includes(channel.type)) throw invalid('type')
  if (runes(channel.header) > 1024) throw invalid('header')
  if (runes(channel.purpose) > 250) throw invalid('purpose')
  const direct = channel.type === 'D' || channel.type === 'G'
  if (!direct && (/^[a-z0-9]{40}$/.test(channel.name) || /^[a-z0-9]{26}__[a-z0-9]{26}$/.test(channel.name)))
    throw invalid('name')
}

/**
 * Makes a channel without members.
 * @throws ApiError 400 for a name that is taken (by an archived channel too) or against the rules.
 */
export function createChannel(world: World, wanted: NewChannel): Channel {
  const at = world.now()
  const channel: Channel = {
    id: newId(),
    create_at: at,
    update_at: at,
    delete_at: 0,
    team_id: wanted.team_id,
    type: wanted.type,
    display_name: wanted.display_name.trim(),
    name: wanted.name,
    header: wanted.header ?? '',
    purpose: wanted.purpose ?? '',
    last_post_at: 0,
    total_msg_count: 0,
    total_msg_count_root: 0,
    last_root_post_at: 0,
    creator_id: wanted.creator_id,
  }
  checkChannel(channel)
  refuseTakenName(world, channel)
  world.channels.set(channel.id, channel)
  world.channelMembers.set(channel.id, new Map())
  world.channelPosts.set(channel.id, [])
  return channel
}

/** @throws ApiError 400 when another channel of the team has this name. */
export function refuseTakenName(world: World, channel: Channel): void {
  const holder = findChannel(world, channel.team_id, channel.name)
  if (holder && holder.id !== channel.id) throw new ApiError('store.sql_channel.save_channel.exists.app_error', 400)
}

/** The channel of this name in a team ('' for direct ones), archived ones too; null where there is none. */
export function findChannel(world: World, teamId: string, name: string): Channel | null {
  for (const channel of world.channels.values()) if (channel.team_id === teamId && channel.name === name) return channel
  return null
}

/** @throws ApiError 404 when there is no such channel. */
export function channelById(world: World, id: string): Channel {
  const channel = world.channels.get(id)
  if (!channel) throw new ApiError('app.channel.get.existing.app_error', 404)
  return channel
}

/** A channel as JSON. */
export function channelView(channel: Channel): Fields {
  return {
    ...channel,
    extra_update_at: 0,
    scheme_id: null,
    props: null,
    group_constrained: null,
    shared: channel.type === 'D' ? false : null,
    policy_id: null,
  }
}

/** Marks a channel as changed and tells its members. */
export function announceChannel(world: World, channel: Channel): void {
  channel.update_at = world.now()
  const data = { channel: JSON.stringify(channelView(channel)) }
  world.hub.publish({ event: 'channel_updated', data, channelId: channel.id })
}

/**
 * Archives a channel: a last system message, then no more posts.
 * @throws ApiError 400 for the default channel, or one that is archived already.
 */
export function archiveChannel(world: World, channel: Channel, user: User | null): void {
  if (channel.delete_at > 0) throw new ApiError('api.channel.delete_channel.deleted.app_error', 400)
  if (channel.name === defaultChannel) throw new ApiError('api.channel.delete_channel.cannot.app_error', 400)
  systemPost(world, channel, user, 'system_channel_deleted', `${user?.username} archived the channel.`)
  const at = world.now()
  for (const hook of world.incomingHooks.values()) if (hook.channel_id === channel.id) hook.delete_at = at
  channel.delete_at = at
  channel.update_at = at
  publishToAudience(world, channel, 'channel_deleted', { channel_id: channel.id, delete_at: at })
}

/**
 * Opens an archived channel again.
 * @throws ApiError 400 when it is not archived.
 */
export function restoreChannel(world: World, channel: Channel, user: User | null): void {
  if (channel.delete_at === 0) throw new ApiError('api.channel.restore_channel.restored.app_error', 400)
  channel.delete_at = 0
  channel.update_at = world.now()
  publishToAudience(world, channel, 'channel_restored', { channel_id: channel.id })
  systemPost(world, channel, user, 'system_channel_restored', `${user?.username} unarchived the channel.`)
}

// What happens to a public channel is the whole team's news, to a private one its members'.
function publishToAudience(world: World, channel: Channel, event: string, data: Fields): void {
  const scope = channel.type === 'O' ? { teamId: channel.team_id } : { channelId: channel.id }
  world.hub.publish({ event, data, ...scope })
}

/** Makes a public channel private or the other way round. */
export function convertChannel(world: World, channel: Channel, type: ChannelType, user: User | null): void {
  channel.type = type
  announceChannel(world, channel)
  const message =
    type === 'O'
      ? 'This channel has been converted to a Public Channel and can be joined by any team member.'
      : 'This channel has been converted to a Private Channel.'
  systemPost(world, channel, user, 'system_change_chan_privacy', message)
  world.hub.publish({ event: 'channel_converted', data: { channel_id: channel.id }, teamId: channel.team_id })
}

/** Tells in the channel that its name, header or purpose changed. */
export function tellChanges(world: World, before: Channel, after: Channel, user: User | null): void {
  const who = user?.username ?? ''
  if (before.display_name !== after.display_name)
    systemPost(
      world,
      after,
      user,
      'system_displayname_change',
      `${who} updated the channel display name from: ${before.display_name} to: ${after.display_name}`,
      {
        old_displayname: before.display_name,
        new_displayname: after.display_name,
      },
    )
  for (const field of ['header', 'purpose'] as const) {
    const [old, next] = [before[field], after[field]]
    if (old === next) continue
    const message =
      next === ''
        ? `${who} removed the channel ${field} (was: ${old})`
        : `${who} updated the channel ${field} ${old === '' ? '' : `from: ${old} `}to: ${next}`
    systemPost(world, after, user, `system_${field}_change`, message, { [`old_${field}`]: old, [`new_${field}`]: next })
  }
}

function systemPost(
  world: World,
  channel: Channel,
  user: User | null,
  type: string,
  message: string,
  props: Fields = {},
): void {
  if (!user) return
  createPost(world, {
    user_id: user.id,
    channel_id: channel.id,
    type,
    message,
    props: { username: user.username, ...props },
  })
}
