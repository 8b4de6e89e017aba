// Direct and group messages: channels without a team, known by who is in them (server/channels/app/channel.go).
import { createHash } from 'node:crypto'
import { ApiError } from './api-error.ts'
import { enrol } from './channel-members.ts'
import { createChannel, findChannel } from './channels.ts'
import type { Channel, User } from './shapes.ts'
import type { World } from './world.ts'

/**
 * The direct channel of two people (or of one with themselves), made when it is new.
 * @throws ApiError 400 for somebody unknown.
 */
export function directChannel(world: World, userId: string, otherId: string): Channel {
  const name = [userId, otherId].sort().join('__')
  const present = findChannel(world, '', name)
  if (present) return present
  const people = [...new Set([userId, otherId])].map((id) =>
    known(world, id, 'api.channel.create_direct_channel.invalid_user.app_error'),
  )
  const channel = createChannel(world, { team_id: '', type: 'D', name, display_name: '', creator_id: userId })
  for (const user of people) enrol(world, channel, user, false)
  const data = { creator_id: userId, teammate_id: otherId }
  world.hub.publish({ event: 'direct_added', data, channelId: channel.id })
  return channel
}

/**
 * The group channel of three to eight people, made when it is new.
 * @throws ApiError 400 for too few, too many, or somebody unknown.
 */
export function groupChannel(world: World, userIds: string[]): Channel {
  if (userIds.length < 3 || userIds.length > 8) throw new ApiError('api.channel.create_group.bad_size.app_error', 400)
  const people = userIds.map((id) => known(world, id, 'api.channel.create_group.bad_user.app_error'))
  const name = createHash('sha1')
    .update([...userIds].sort().join(''))
    .digest('hex')
  const present = findChannel(world, '', name)
  if (present) return present
  const names = people.map((user) => user.username).sort()
  const channel = createChannel(world, {
    team_id: '',
    type: 'G',
    name,
    display_name: names.join(', ').slice(0, 64),
    creator_id: '',
  })
  for (const user of people) enrol(world, channel, user, false)
  world.hub.publish({ event: 'group_added', data: { teammate_ids: JSON.stringify(userIds) }, channelId: channel.id })
  return channel
}

function known(world: World, id: string, error: string): User {
  const user = world.users.get(id)
  if (!user) throw new ApiError(error, 400)
  return user
}
