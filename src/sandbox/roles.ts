// Roles given to members by name: those of the scheme become flags, others stay names (server/channels/app/channel.go, UpdateChannelMemberRoles).
import { ApiError } from './api-error.ts'
import { type Call, type Route, reply } from './call.ts'
import { newId } from './ids.ts'
import { permissionsOf, roleNames } from './permissions.ts'

export interface RoleFlags {
  scheme_guest: boolean
  scheme_user: boolean
  scheme_admin: boolean
  explicit_roles: string
}

/**
 * The flags that a list of role names stands for.
 * @throws ApiError 400 for an unknown role, or one that would make a guest a member or a member a guest.
 */
export function readRoles(names: string, kind: 'team' | 'channel', wasGuest: boolean): RoleFlags {
  const explicit: string[] = []
  const has = { guest: false, user: false, admin: false }
  for (const name of names.split(' ').filter(Boolean)) {
    if (name === `${kind}_guest`) has.guest = true
    else if (name === `${kind}_user`) has.user = true
    else if (name === `${kind}_admin`) has.admin = true
    else if (!roleNames.includes(name)) throw new ApiError('app.role.get_by_name.app_error', 400)
    else if (/_(guest|user|admin)$/.test(name))
      throw new ApiError(`api.channel.update_${kind}_member_roles.scheme_role.app_error`, 400)
    else explicit.push(name)
  }
  const room = kind === 'team' ? 'api.team.update_team_member_roles' : 'api.channel.update_channel_member_roles'
  if (has.guest && has.user) throw new ApiError(`${room}.guest_and_user.app_error`, 400)
  if (has.guest !== wasGuest)
    throw new ApiError(`api.channel.update_${kind}_member_roles.changing_guest_role.app_error`, 400)
  return { scheme_guest: has.guest, scheme_user: has.user, scheme_admin: has.admin, explicit_roles: explicit.join(' ') }
}

const ids = new Map<string, string>()

function roleView(name: string): Record<string, unknown> {
  const id = ids.get(name) ?? newId()
  ids.set(name, id)
  return {
    id,
    name,
    display_name: name,
    description: '',
    create_at: 1,
    update_at: 1,
    delete_at: 0,
    permissions: permissionsOf(name),
    scheme_managed: !/post_all|access_token/.test(name),
    built_in: true,
  }
}

export const roleRoutes: Route[] = [
  {
    method: 'GET',
    path: '/roles/name/:role_name',
    handler: (call: Call) => {
      const name = call.word('role_name')
      if (!roleNames.includes(name)) throw new ApiError('app.role.get_by_name.app_error', 404)
      return reply(roleView(name))
    },
  },
  {
    method: 'POST',
    path: '/roles/names',
    handler: (call: Call) => {
      const names = call.json('rolenames')
      return reply(Array.isArray(names) ? roleNames.filter((name) => names.includes(name)).map(roleView) : [])
    },
  },
]
