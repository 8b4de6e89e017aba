// The routes about teams (server/channels/api4/team.go).
import { ApiError, badBody, badUrl } from './api-error.ts'
import { type Answer, type Call, done, type Route, reply } from './call.ts'
import { isId } from './ids.ts'
import { fieldsOf, flagOf, textOf } from './json.ts'
import { allow, canSystem, canTeam, teamMember } from './permissions.ts'
import { readRoles } from './roles.ts'
import type { Team } from './shapes.ts'
import {
  announceJoin,
  announceRoles,
  archiveTeam,
  checkTeam,
  createTeam,
  joinTeam,
  leaveTeam,
  requireTeamMember,
  teamById,
  teamByName,
  teamMemberView,
  teamView,
} from './teams.ts'
import { canSee, userById } from './users.ts'

function create(call: Call): Answer {
  const fields = call.fields('team')
  if (!canSystem(call.world, call.actor, 'create_team'))
    throw new ApiError('api.team.is_team_creation_allowed.disabled.app_error', 403)
  const team = createTeam(call.world, call.world.users.get(call.me) ?? null, {
    name: textOf(fields, 'name'),
    display_name: textOf(fields, 'display_name'),
    description: textOf(fields, 'description'),
    type: textOf(fields, 'type'),
    allow_open_invite: flagOf(fields, 'allow_open_invite'),
  })
  return reply(teamView(call.world, team, { userId: call.me, unrestricted: true }), 201)
}

function visible(call: Call, team: Team): Answer {
  allow((team.allow_open_invite && team.type === 'O') || canTeam(call.world, call.actor, team.id, 'view_team'))
  return reply(teamView(call.world, team, call.actor))
}

function patch(call: Call): Answer {
  const id = call.id('team_id')
  const fields = call.fields('team')
  allow(canTeam(call.world, call.actor, id, 'manage_team'))
  const team = teamById(call.world, id)
  const changed: Team = { ...team }
  for (const key of ['display_name', 'description', 'company_name'] as const)
    if (fields[key] !== undefined) changed[key] = textOf(fields, key)
  if (fields.allow_open_invite !== undefined) changed.allow_open_invite = flagOf(fields, 'allow_open_invite')
  checkTeam(changed)
  Object.assign(team, changed, { update_at: call.world.now() })
  const view = teamView(call.world, team, { userId: '', unrestricted: false })
  call.world.hub.publish({ event: 'update_team', data: { team: JSON.stringify(view) }, teamId: team.id })
  return reply(teamView(call.world, team, call.actor))
}

function archive(call: Call): Answer {
  const id = call.id('team_id')
  allow(canTeam(call.world, call.actor, id, 'manage_team'))
  if (call.query.get('permanent') === 'true') throw new ApiError('api.user.delete_team.not_enabled.app_error', 401)
  archiveTeam(call.world, teamById(call.world, id))
  return done()
}

function listAll(call: Call): Answer {
  const all = canSystem(call.world, call.actor, 'list_private_teams')
  if (!all && !canSystem(call.world, call.actor, 'list_public_teams'))
    throw new ApiError('api.team.get_all_teams.insufficient_permissions', 403)
  const { page, perPage } = call.paging
  const teams = [...call.world.teams.values()].filter((team) => team.delete_at === 0 && (all || team.allow_open_invite))
  teams.sort((a, b) => a.display_name.localeCompare(b.display_name))
  return reply(teams.slice(page * perPage, (page + 1) * perPage).map((team) => teamView(call.world, team, call.actor)))
}

function listOf(call: Call): Answer {
  const userId = call.id('user_id')
  allow(call.me === userId || canSystem(call.world, call.actor, 'sysconsole_read_user_management_users'))
  const teams = [...call.world.teams.values()].filter(
    (team) => team.delete_at === 0 && teamMember(call.world, team.id, userId),
  )
  return reply(teams.map((team) => teamView(call.world, team, call.actor)))
}

function membershipsOf(call: Call): Answer {
  const userId = call.id('user_id')
  allow(call.me === userId || canSystem(call.world, call.actor, 'read_other_users_teams'))
  const members = [...call.world.teamMembers.values()].flatMap((team) => team.get(userId) ?? [])
  return reply(members.map(teamMemberView))
}

function addOne(call: Call): Answer {
  const id = call.id('team_id')
  const fields = call.fields('member')
  const userId = textOf(fields, 'user_id')
  if (textOf(fields, 'team_id') !== id) throw badBody('team_id')
  if (!isId(userId)) throw badBody('user_id')
  if (userId === call.me) {
    const team = teamById(call.world, id)
    allow(canSystem(call.world, call.actor, team.allow_open_invite ? 'join_public_teams' : 'join_private_teams'))
  } else allow(canTeam(call.world, call.actor, id, 'add_user_to_team'))
  const team = teamById(call.world, id)
  const user = userById(call.world, userId)
  const member = joinTeam(call.world, team, user, null)
  announceJoin(call.world, team, user)
  return reply(teamMemberView(member), 201)
}

function addMany(call: Call): Answer {
  const id = call.id('team_id')
  const body = call.json('members')
  if (!Array.isArray(body) || body.length === 0 || body.length > 256) throw badBody('members')
  const team = teamById(call.world, id)
  allow(canTeam(call.world, call.actor, id, 'add_user_to_team'))
  const ids = body.map((one: unknown) => {
    const fields = fieldsOf(one, 'members')
    if (textOf(fields, 'team_id') !== id) throw badBody('team_id')
    if (!isId(textOf(fields, 'user_id'))) throw badBody('user_id')
    return textOf(fields, 'user_id')
  })
  const members = ids.map((userId) => {
    const user = userById(call.world, userId)
    const member = joinTeam(call.world, team, user, call.world.users.get(call.me) ?? null)
    announceJoin(call.world, team, user)
    return teamMemberView(member)
  })
  if (!call.query.get('graceful')) return reply(members, 201)
  return reply(
    members.map((member) => ({ user_id: member.user_id, member, error: null })),
    201,
  )
}

function removeOne(call: Call): Answer {
  const [teamId, userId] = [call.id('team_id'), call.id('user_id')]
  if (call.me !== userId) allow(canTeam(call.world, call.actor, teamId, 'remove_user_from_team'))
  leaveTeam(call.world, teamById(call.world, teamId), userId, call.me)
  return done()
}

function getMember(call: Call): Answer {
  const [teamId, userId] = [call.id('team_id'), call.id('user_id')]
  allow(canTeam(call.world, call.actor, teamId, 'view_team'))
  allow(canSee(call.world, call.actor, userId))
  return reply(teamMemberView(requireTeamMember(call.world, teamId, userId)))
}

function listMembers(call: Call): Answer {
  const id = call.id('team_id')
  allow(canTeam(call.world, call.actor, id, 'view_team'))
  const { page, perPage } = call.paging
  const members = [...(call.world.teamMembers.get(id)?.values() ?? [])].filter(
    (member) => member.delete_at === 0 && canSee(call.world, call.actor, member.user_id),
  )
  return reply(members.slice(page * perPage, (page + 1) * perPage).map(teamMemberView))
}

function membersByIds(call: Call): Answer {
  const id = call.id('team_id')
  const ids = call.texts('user_ids')
  if (ids.length === 0) throw badBody('user_ids')
  allow(canTeam(call.world, call.actor, id, 'view_team'))
  return reply(ids.flatMap((userId) => teamMember(call.world, id, userId) ?? []).map(teamMemberView))
}

function changeRoles(call: Call): Answer {
  const [teamId, userId] = [call.id('team_id'), call.id('user_id')]
  const words = textOf(call.fields(), 'roles')
  if (!/^[a-z0-9_ ]+$/.test(words)) throw badBody('team_member_roles')
  allow(canTeam(call.world, call.actor, teamId, 'manage_team_roles'))
  const member = requireTeamMember(call.world, teamId, userId)
  Object.assign(member, readRoles(words, 'team', member.scheme_guest))
  announceRoles(call.world, member)
  return done()
}

function changeSchemeRoles(call: Call): Answer {
  const [teamId, userId] = [call.id('team_id'), call.id('user_id')]
  const fields = call.fields('scheme_roles')
  allow(canTeam(call.world, call.actor, teamId, 'manage_team_roles'))
  const member = requireTeamMember(call.world, teamId, userId)
  if (member.scheme_guest) throw new ApiError('api.team.update_team_member_roles.guest.app_error', 400)
  if (flagOf(fields, 'scheme_guest'))
    throw new ApiError('api.team.update_team_member_roles.user_and_guest.app_error', 400)
  member.scheme_admin = flagOf(fields, 'scheme_admin')
  member.scheme_user = flagOf(fields, 'scheme_user')
  announceRoles(call.world, member)
  return done()
}

function byName(call: Call): Team {
  const name = call.word('team_name').toLowerCase()
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])$/.test(name)) throw badUrl('team_name')
  return teamByName(call.world, name)
}

export const teamRoutes: Route[] = [
  { method: 'POST', path: '/teams', handler: create, local: true },
  { method: 'GET', path: '/teams', handler: listAll, local: true },
  { method: 'GET', path: '/teams/name/:team_name', handler: (call) => visible(call, byName(call)), local: true },
  {
    method: 'GET',
    path: '/teams/name/:team_name/exists',
    handler: (call) =>
      reply({ exists: [...call.world.teams.values()].some((team) => team.name === call.word('team_name')) }),
  },
  {
    method: 'GET',
    path: '/teams/:team_id',
    handler: (call) => visible(call, teamById(call.world, call.id('team_id'))),
    local: true,
  },
  { method: 'PUT', path: '/teams/:team_id/patch', handler: patch, local: true },
  { method: 'DELETE', path: '/teams/:team_id', handler: archive, local: true },
  { method: 'POST', path: '/teams/:team_id/members', handler: addOne, local: true },
  { method: 'POST', path: '/teams/:team_id/members/batch', handler: addMany, local: true },
  { method: 'GET', path: '/teams/:team_id/members', handler: listMembers, local: true },
  { method: 'POST', path: '/teams/:team_id/members/ids', handler: membersByIds, local: true },
  { method: 'GET', path: '/teams/:team_id/members/:user_id', handler: getMember, local: true },
  { method: 'DELETE', path: '/teams/:team_id/members/:user_id', handler: removeOne, local: true },
  { method: 'PUT', path: '/teams/:team_id/members/:user_id/roles', handler: changeRoles, local: true },
  { method: 'PUT', path: '/teams/:team_id/members/:user_id/schemeRoles', handler: changeSchemeRoles, local: true },
  { method: 'GET', path: '/users/:user_id/teams', handler: listOf, local: true },
  { method: 'GET', path: '/users/:user_id/teams/members', handler: membershipsOf },
]
