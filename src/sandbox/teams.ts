// Teams and who belongs to them (server/channels/app/team.go).
import { ApiError } from './api-error.ts'
import type { Actor } from './call.ts'
import { addMember, createDefaultChannels, removeFromAllChannels } from './channel-members.ts'
import { findChannel } from './channels.ts'
import { newId } from './ids.ts'
import type { Fields } from './json.ts'
import { canTeam, isGuest, teamMember, teamRoles } from './permissions.ts'
import { createPost } from './posts.ts'
import type { Team, TeamMember, User } from './shapes.ts'
import { runes, userById } from './users.ts'
import type { World } from './world.ts'

const reserved = [
  'admin',
  'api',
  'channel',
  'claim',
  'error',
  'files',
  'help',
  'landing',
  'login',
  'mfa',
  'oauth',
  'plug',
  'plugins',
  'post',
  'signup',
  'boards',
  'playbooks',
]

const invalid = (field: string): ApiError => new ApiError(`model.team.is_valid.${field}.app_error`, 400)

/** @throws ApiError 400 naming the first field that is against the rules. */
export function checkTeam(team: Team): void {
  if (runes(team.display_name) === 0 || runes(team.display_name) > 64) throw invalid('name')
  if (team.name.length > 64) throw invalid('url')
  if (team.description.length > 255) throw invalid('description')
  if (reserved.some((word) => team.name.startsWith(word))) throw invalid('reserved')
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])$/.test(team.name)) throw invalid('characters')
  if (team.type !== 'O' && team.type !== 'I') throw invalid('type')
}

/**
 * Makes a team with its two default channels; its maker administers it.
 * @throws ApiError 400 for a name that is taken or against the rules.
 */
export function createTeam(world: World, maker: User | null, wanted: Partial<Team>): Team {
  const at = world.now()
  const team: Team = {
    id: newId(),
    create_at: at,
    update_at: at,
    delete_at: 0,
    display_name: wanted.display_name ?? '',
    name: wanted.name ?? '',
    description: wanted.description ?? '',
    email: maker?.email ?? '',
    type: wanted.type ?? '',
    company_name: wanted.company_name ?? '',
    allowed_domains: '',
    invite_id: newId(),
    allow_open_invite: wanted.allow_open_invite ?? false,
  }
  checkTeam(team)
  if ([...world.teams.values()].some((one) => one.name === team.name))
    throw new ApiError('store.sql_team.save_team.existing.app_error', 400)
  world.teams.set(team.id, team)
  world.teamMembers.set(team.id, new Map())
  createDefaultChannels(world, team)
  if (maker) joinTeam(world, team, maker, null)
  return team
}

/** @throws ApiError 404 when there is no such team. */
export function teamById(world: World, id: string): Team {
  const team = world.teams.get(id)
  if (!team) throw new ApiError('app.team.get.find.app_error', 404)
  return team
}

/** @throws ApiError 404 when there is no team of this name. */
export function teamByName(world: World, name: string): Team {
  const team = [...world.teams.values()].find((one) => one.name === name.toLowerCase())
  if (!team) throw new ApiError('app.team.get_by_name.missing.app_error', 404)
  return team
}

/** A team as JSON; address and invitation only for those who manage it. */
export function teamView(world: World, team: Team, reader: Actor): Fields {
  const manages = canTeam(world, reader, team.id, 'manage_team')
  const invites = canTeam(world, reader, team.id, 'add_user_to_team')
  return {
    ...team,
    email: manages ? team.email : '',
    invite_id: invites ? team.invite_id : '',
    scheme_id: null,
    group_constrained: null,
    policy_id: null,
    cloud_limits_archived: false,
  }
}

/** A team membership as JSON. */
export function teamMemberView(member: TeamMember): Fields {
  const { team_id, user_id, delete_at, scheme_guest, scheme_user, scheme_admin, explicit_roles } = member
  return {
    team_id,
    user_id,
    roles: teamRoles(member),
    delete_at,
    scheme_guest,
    scheme_user,
    scheme_admin,
    explicit_roles,
  }
}

/** @throws ApiError 404 when this person never was a member. */
export function requireTeamMember(world: World, teamId: string, userId: string): TeamMember {
  const member = world.teamMembers.get(teamId)?.get(userId)
  if (!member) throw new ApiError('app.team.get_member.missing.app_error', 404)
  return member
}

/** Brings somebody into a team and, unless a guest, into its default channels; nothing happens twice. */
export function joinTeam(world: World, team: Team, user: User, requester: User | null): TeamMember {
  const present = teamMember(world, team.id, user.id)
  if (present) return present
  const guest = isGuest(user)
  const admin = team.email === user.email
  const member: TeamMember = {
    team_id: team.id,
    user_id: user.id,
    delete_at: 0,
    scheme_guest: guest,
    scheme_user: !guest,
    scheme_admin: admin,
    explicit_roles: '',
  }
  world.hub.recheck(user.id)
  const members = world.teamMembers.get(team.id) ?? new Map<string, TeamMember>()
  world.teamMembers.set(team.id, members.set(user.id, member))
  user.update_at = world.now()
  if (!guest) for (const name of ['town-square', 'off-topic']) joinDefault(world, team, name, user, requester, admin)
  announceJoin(world, team, user)
  return member
}

function joinDefault(world: World, team: Team, name: string, user: User, requester: User | null, admin: boolean): void {
  const channel = findChannel(world, team.id, name)
  if (channel?.delete_at !== 0) return
  addMember(world, channel, user, admin)
  const verb = name === 'town-square' ? 'team' : 'channel'
  const post = requester
    ? {
        user_id: requester.id,
        type: `system_add_to_${verb}`,
        message: `${user.username} added to the ${verb} by ${requester.username}.`,
        props: {
          userId: requester.id,
          username: requester.username,
          addedUserId: user.id,
          addedUsername: user.username,
        },
      }
    : {
        user_id: user.id,
        type: `system_join_${verb}`,
        message: `${user.username} joined the ${verb}.`,
        props: { username: user.username },
      }
  createPost(world, { ...post, channel_id: channel.id })
  world.hub.publish({ event: 'user_added', data: { user_id: user.id, team_id: team.id }, channelId: channel.id })
}

/** Tells somebody that they were brought into a team. */
export function announceJoin(world: World, team: Team, user: User): void {
  world.hub.publish({ event: 'added_to_team', data: { team_id: team.id, user_id: user.id }, userId: user.id })
}

/**
 * Takes somebody out of a team and all its channels.
 * @throws ApiError 404 for somebody unknown, 400 for no member.
 */
export function leaveTeam(world: World, team: Team, userId: string, requesterId: string): void {
  const user = userById(world, userId)
  const member = world.teamMembers.get(team.id)?.get(userId)
  if (!member) throw new ApiError('api.team.remove_user_from_team.missing.app_error', 400)
  removeFromAllChannels(world, team.id, userId)
  const channel = findChannel(world, team.id, 'town-square')
  const left = requesterId === userId
  if (channel)
    createPost(world, {
      user_id: userId,
      channel_id: channel.id,
      type: left ? 'system_leave_team' : 'system_remove_from_team',
      message: `${user.username} ${left ? 'left the team.' : 'removed from the team.'}`,
      props: { username: user.username },
    })
  const data = { user_id: userId, team_id: team.id }
  world.hub.publish({ event: 'leave_team', data, teamId: team.id, omitUsers: [userId] })
  world.hub.publish({ event: 'leave_team', data, userId })
  member.delete_at = world.now()
  member.explicit_roles = ''
  world.hub.recheck(userId)
  user.update_at = world.now()
}

/** Archives a team and tells its members. */
export function archiveTeam(world: World, team: Team): void {
  team.delete_at = world.now()
  team.update_at = team.delete_at
  const view = teamView(world, team, { userId: '', unrestricted: false })
  world.hub.publish({ event: 'delete_team', data: { team: JSON.stringify(view) }, teamId: team.id })
}

/** Tells somebody about their new roles in a team. */
export function announceRoles(world: World, member: TeamMember): void {
  const view = JSON.stringify(teamMemberView(member))
  world.hub.publish({ event: 'memberrole_updated', data: { member: view }, userId: member.user_id })
}
