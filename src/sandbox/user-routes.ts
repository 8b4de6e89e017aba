// The routes about one person: account, roles, being active or a guest (server/channels/api4/user.go).
import { ApiError, badBody } from './api-error.ts'
import { canManageUser } from './bots.ts'
import { type Answer, type Call, done, type Route, reply } from './call.ts'
import { type Fields, isFields, textOf } from './json.ts'
import { allow, canSystem, isAdministrator, isGuest, roleNames } from './permissions.ts'
import type { User } from './shapes.ts'
import {
  announceUser,
  canSee,
  checkUser,
  createUser,
  isUsername,
  refuseTaken,
  setActive,
  setGuest,
  setRoles,
  userById,
  userByName,
  userView,
  wholeUserView,
} from './users.ts'

const nameFields = ['nickname', 'first_name', 'last_name', 'position', 'locale'] as const

function create(call: Call): Answer {
  const fields = call.fields('user')
  const { world } = call
  const first = world.users.size === 0
  if (!first && !call.local && !canSystem(world, call.actor, 'manage_system') && !world.config.openServer)
    throw new ApiError('api.user.create_user.no_open_server', 403)
  const names = Object.fromEntries(nameFields.map((name) => [name, textOf(fields, name)]))
  const [username, email, password] = [textOf(fields, 'username'), textOf(fields, 'email'), textOf(fields, 'password')]
  if (password.length < 8 || password.length > 72)
    throw new ApiError('api.user.check_user_password.invalid.app_error', 400)
  const user = createUser(world, {
    ...names,
    username,
    email,
    password,
    roles: first ? 'system_admin system_user' : 'system_user',
  })
  return reply(wholeUserView(world, user), 201)
}

function getByName(call: Call): Answer {
  const name = call.word('username')
  if (!isUsername(name)) throw badBody('username')
  const user = userByName(call.world, name)
  if (!user) throw new ApiError('app.user.get_by_username.app_error', 404)
  allow(canSee(call.world, call.actor, user.id))
  return reply(userView(call.world, user, call.actor))
}

function getByEmail(call: Call): Answer {
  const email = decodeURIComponent(call.word('email')).toLowerCase()
  const user = [...call.world.users.values()].find((one) => one.email === email)
  if (!user) throw new ApiError('app.user.missing_account.const', 404)
  allow(canSee(call.world, call.actor, user.id))
  return reply(userView(call.world, user, call.actor))
}

function getOne(call: Call): Answer {
  const id = call.id('user_id')
  allow(canSee(call.world, call.actor, id))
  return reply(userView(call.world, userById(call.world, id), call.actor))
}

function change(call: Call, user: User, fields: Fields): Answer {
  const { world } = call
  allow(canManageUser(world, call.actor, user.id))
  allow(!isAdministrator(world, user.id) || canSystem(world, call.actor, 'manage_system'))
  const changed: User = { ...user }
  for (const name of nameFields)
    if (fields[name] !== undefined && fields[name] !== null) changed[name] = textOf(fields, name)
  if (typeof fields.username === 'string') changed.username = fields.username.trim().toLowerCase()
  if (typeof fields.email === 'string') changed.email = fields.email.trim().toLowerCase()
  if (isFields(fields.timezone)) changed.timezone = textMap(fields.timezone)
  if (isFields(fields.notify_props)) changed.notify_props = { ...user.notify_props, ...textMap(fields.notify_props) }
  if (isFields(fields.props)) changed.props = textMap(fields.props)
  if (changed.email !== user.email && call.me === user.id && textOf(fields, 'password') !== user.password)
    throw badBody('password')
  checkUser(changed)
  refuseTaken(world, changed)
  world.usernames.delete(user.username)
  Object.assign(user, changed, { update_at: world.now() })
  world.usernames.set(user.username, user.id)
  announceUser(world, user)
  return reply(wholeUserView(world, user))
}

const textMap = (fields: Fields): Record<string, string> =>
  Object.fromEntries(Object.keys(fields).map((key) => [key, textOf(fields, key)]))

function changeRoles(call: Call): Answer {
  const id = call.id('user_id')
  const roles = textOf(call.fields(), 'roles').split(' ').filter(Boolean)
  if (roles.length === 0 || roles.some((role) => !/^[a-z0-9_]+$/.test(role))) throw badBody('roles')
  allow(canSystem(call.world, call.actor, 'manage_roles'))
  const user = userById(call.world, id)
  if (roles.some((role) => !roleNames.includes(role)))
    throw new ApiError('app.role.check_roles_exist.role_not_found', 400)
  setRoles(call.world, user, roles.join(' '))
  return done()
}

function changeActive(call: Call): Answer {
  const id = call.id('user_id')
  const { active } = call.fields()
  if (typeof active !== 'boolean') throw badBody('active')
  if (call.me === id && !active && !canSystem(call.world, call.actor, 'manage_system'))
    throw new ApiError('api.user.update_active.not_enable.app_error', 401)
  if (!canSystem(call.world, call.actor, 'manage_system'))
    throw new ApiError('api.user.update_active.permissions.app_error', 403)
  setActive(call.world, userById(call.world, id), active)
  call.world.hub.publish({ event: 'user_activation_status_change', data: {} })
  return done()
}

function deactivate(call: Call): Answer {
  const id = call.id('user_id')
  allow(canManageUser(call.world, call.actor, id))
  if (call.me === id && !canSystem(call.world, call.actor, 'manage_system'))
    throw new ApiError('api.user.update_active.not_enable.app_error', 401)
  setActive(call.world, userById(call.world, id), false)
  return done()
}

function changePassword(call: Call): Answer {
  const user = userById(call.world, call.id('user_id'))
  const fields = call.fields()
  if (call.me === user.id) {
    if (textOf(fields, 'current_password') === '') throw badBody('current_password')
    if (textOf(fields, 'current_password') !== user.password)
      throw new ApiError('api.user.update_password.incorrect.app_error', 400)
  } else allow(canSystem(call.world, call.actor, 'manage_system'))
  user.password = textOf(fields, 'new_password')
  return done()
}

function changeGuest(call: Call, guest: boolean): Answer {
  const id = call.id('user_id')
  allow(canSystem(call.world, call.actor, guest ? 'demote_to_guest' : 'promote_guest'))
  const user = userById(call.world, id)
  if (guest && isGuest(user)) throw new ApiError('api.user.demote_user_to_guest.already_guest.app_error', 501)
  if (!guest && !isGuest(user)) throw new ApiError('api.user.promote_guest_to_user.no_guest.app_error', 501)
  setGuest(call.world, user, guest)
  return done()
}

function changeWhole(call: Call): Answer {
  const fields = call.fields('user')
  if (fields.id !== call.id('user_id')) throw badBody('user_id')
  return change(call, userById(call.world, call.id('user_id')), fields)
}

export const userRoutes: Route[] = [
  { method: 'POST', path: '/users', handler: create, open: true, local: true },
  { method: 'GET', path: '/users/username/:username', handler: getByName, local: true },
  { method: 'GET', path: '/users/email/:email', handler: getByEmail, local: true },
  { method: 'GET', path: '/users/:user_id', handler: getOne, local: true },
  { method: 'PUT', path: '/users/:user_id', handler: changeWhole, local: true },
  {
    method: 'PUT',
    path: '/users/:user_id/patch',
    local: true,
    handler: (call) => change(call, userById(call.world, call.id('user_id')), call.fields('user')),
  },
  { method: 'DELETE', path: '/users/:user_id', handler: deactivate, local: true },
  { method: 'PUT', path: '/users/:user_id/roles', handler: changeRoles, local: true },
  { method: 'PUT', path: '/users/:user_id/active', handler: changeActive, local: true },
  { method: 'PUT', path: '/users/:user_id/password', handler: changePassword, local: true },
  { method: 'POST', path: '/users/:user_id/demote', handler: (call) => changeGuest(call, true), local: true },
  { method: 'POST', path: '/users/:user_id/promote', handler: (call) => changeGuest(call, false), local: true },
]
