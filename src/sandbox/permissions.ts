// Who may do what: the default roles of Mattermost 11.6 and the three questions asked of them (server/channels/app/authorization.go).

import { forbidden } from './api-error.ts'
import type { Actor } from './call.ts'
import type { Channel, ChannelMember, TeamMember, User } from './shapes.ts'
import type { World } from './world.ts'

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean))

// Only permissions that a route of this server asks for. A system administrator has them all.
const roles: Record<string, ReadonlySet<string>> = {
  system_user: words(
    'list_public_teams create_direct_channel create_group_channel view_members join_public_teams create_team',
  ),
  system_guest: words('create_direct_channel create_group_channel'),
  system_post_all: words('use_channel_mentions create_post'),
  system_post_all_public: words('create_post_public use_channel_mentions'),
  system_user_access_token: words('read_user_access_token revoke_user_access_token create_user_access_token'),
  team_user: words(
    'create_private_channel create_public_channel add_user_to_team join_public_channels read_public_channel view_team list_team_channels',
  ),
  team_guest: words('view_team'),
  team_admin:
    words(`convert_private_channel_to_public convert_public_channel_to_private manage_team_roles manage_team delete_others_posts
    manage_own_slash_commands manage_others_slash_commands create_post delete_post manage_own_incoming_webhooks manage_others_incoming_webhooks
    manage_public_channel_members manage_private_channel_members manage_channel_roles add_reaction remove_reaction use_channel_mentions remove_user_from_team`),
  team_post_all: words('create_post use_channel_mentions'),
  channel_user:
    words(`create_post delete_post manage_private_channel_members delete_private_channel manage_private_channel_properties
    remove_reaction edit_post manage_public_channel_properties read_channel_content upload_file read_channel use_channel_mentions
    manage_public_channel_members delete_public_channel add_reaction`),
  channel_guest: words(
    'create_post use_channel_mentions read_channel_content add_reaction read_channel remove_reaction upload_file edit_post',
  ),
  channel_admin:
    words(`use_channel_mentions manage_private_channel_members manage_public_channel_members manage_channel_roles remove_reaction
    add_reaction create_post`),
}

/** Names of roles that exist. */
export const roleNames: readonly string[] = ['system_admin', ...Object.keys(roles)]

/** What a role grants, for `GET /roles/name/…`; an administrator's is the union of all. */
export function permissionsOf(role: string): string[] {
  if (role === 'system_admin') return [...new Set(Object.values(roles).flatMap((set) => [...set])), 'manage_system']
  return [...(roles[role] ?? [])]
}

const grants = (names: readonly string[], permission: string): boolean =>
  names.some((name) => name === 'system_admin' || roles[name]?.has(permission))

/** Whether the user's system roles include the administrator's. */
export const isAdministrator = (world: World, userId: string): boolean =>
  userRoles(world, userId).includes('system_admin')

/** Whether the person is a guest of the system. */
export const isGuest = (user: User): boolean => user.roles.split(' ').includes('system_guest')

function userRoles(world: World, userId: string): string[] {
  return world.users.get(userId)?.roles.split(' ') ?? []
}

/** A team member's roles: those given by name, then those of the scheme. */
export function teamRoles(member: TeamMember): string {
  return [
    ...member.explicit_roles.split(' ').filter(Boolean),
    ...(member.scheme_guest ? ['team_guest'] : []),
    ...(member.scheme_user ? ['team_user'] : []),
    ...(member.scheme_admin ? ['team_admin'] : []),
  ].join(' ')
}

/** A channel member's roles: those given by name, then those of the scheme. */
export function channelRoles(member: ChannelMember): string {
  return [
    ...member.explicit_roles.split(' ').filter(Boolean),
    ...(member.scheme_guest ? ['channel_guest'] : []),
    ...(member.scheme_user ? ['channel_user'] : []),
    ...(member.scheme_admin ? ['channel_admin'] : []),
  ].join(' ')
}

/** The membership, unless it has ended. */
export function teamMember(world: World, teamId: string, userId: string): TeamMember | null {
  const member = world.teamMembers.get(teamId)?.get(userId)
  return member && member.delete_at === 0 ? member : null
}

/** The membership, null when there is none. */
export function channelMember(world: World, channelId: string, userId: string): ChannelMember | null {
  return world.channelMembers.get(channelId)?.get(userId) ?? null
}

/** Whether the actor's system roles grant the permission. */
export function canSystem(world: World, actor: Actor, permission: string): boolean {
  return actor.unrestricted || grants(userRoles(world, actor.userId), permission)
}

/** Whether the actor's roles in the team, or in the system, grant the permission. */
export function canTeam(world: World, actor: Actor, teamId: string, permission: string): boolean {
  if (teamId === '') return false
  const member = teamMember(world, teamId, actor.userId)
  return (member !== null && grants(teamRoles(member).split(' '), permission)) || canSystem(world, actor, permission)
}

/** Whether the actor's roles in the channel, its team or the system grant the permission; false for an unknown channel. */
export function canChannel(world: World, actor: Actor, channelId: string, permission: string): boolean {
  const channel = world.channels.get(channelId)
  if (!channel) return false
  const member = channelMember(world, channelId, actor.userId)
  if (member && grants(channelRoles(member).split(' '), permission)) return true
  return channel.team_id === ''
    ? canSystem(world, actor, permission)
    : canTeam(world, actor, channel.team_id, permission)
}

/** Whether the actor may read what is said in the channel; public channels are open to the team. */
export function canRead(world: World, actor: Actor, channel: Channel): boolean {
  return (
    canChannel(world, actor, channel.id, 'read_channel_content') ||
    (channel.type === 'O' && canTeam(world, actor, channel.team_id, 'read_public_channel'))
  )
}

/** Whether the actor may change this person: oneself, an administrator, or a bot's owner. */
export function canEditUser(world: World, actor: Actor, userId: string): boolean {
  return actor.userId === userId || canSystem(world, actor, 'edit_other_users')
}

/** @throws ApiError 403 when the answer was no. */
export function allow(may: boolean): void {
  if (!may) throw forbidden()
}
