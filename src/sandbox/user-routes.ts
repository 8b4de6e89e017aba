// The routes about people: accounts, log-in, lists, pictures (server/channels/api4/user.go).
import { ApiError, badBody } from './api-error.ts'
import { canManageUser } from './bots.ts'
import { type Answer, type Call, done, type Route, reply } from './call.ts'
import { type Fields, flagOf, isFields, textOf } from './json.ts'
import { filePart } from './multipart.ts'
import {
  allow,
  canChannel,
  canSystem,
  canTeam,
  isAdministrator,
  isGuest,
  roleNames,
  teamMember,
} from './permissions.ts'
import { pictureOf, pictureType } from './pictures.ts'
import { endSessions, openSession } from './sessions.ts'
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

const stranger = { userId: '', unrestricted: false }
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

function logIn(call: Call): Answer {
  const fields = call.fields('body')
  const { world } = call
  const wrong = new ApiError('api.user.login.invalid_credentials_email_username', 401)
  const name = textOf(fields, 'login_id').toLowerCase()
  const password = textOf(fields, 'password')
  if (password === '') throw new ApiError('api.user.login.blank_pwd.app_error', 400)
  const user =
    world.users.get(textOf(fields, 'id')) ??
    userByName(world, name) ??
    [...world.users.values()].find((one) => one.email === name && name !== '')
  if (!user) throw wrong
  if (world.bots.has(user.id)) throw new ApiError('api.user.login.bot_login_forbidden.app_error', 401)
  if (user.password !== password) throw wrong
  if (user.delete_at !== 0) throw new ApiError('api.user.login.inactive.app_error', 401)
  const session = openSession(world, user)
  const cookies = `MMAUTHTOKEN=${session.token}; Path=/; HttpOnly; SameSite=Lax`
  const wantsCookie = call.headers['x-requested-with'] === 'XMLHttpRequest'
  return reply(wholeUserView(world, user), 200, {
    Token: session.token,
    ...(wantsCookie ? { 'Set-Cookie': cookies } : {}),
  })
}

function logOut(call: Call): Answer {
  if (call.session) call.world.sessions.delete(call.session.token)
  return reply({ status: 'OK' }, 200, { 'Set-Cookie': 'MMAUTHTOKEN=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax' })
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

// Lists show everybody as others see them, oneself too.
const views = (call: Call, users: User[]): Answer =>
  reply(
    users.filter((user) => canSee(call.world, call.actor, user.id)).map((user) => userView(call.world, user, stranger)),
  )

const byUsername = (a: User, b: User): number => (a.username < b.username ? -1 : 1)

function list(call: Call): Answer {
  const { world, query } = call
  const [inTeam, inChannel, notInChannel] = [
    query.get('in_team') ?? '',
    query.get('in_channel') ?? '',
    query.get('not_in_channel') ?? '',
  ]
  if (inTeam) allow(canTeam(world, call.actor, inTeam, 'view_team'))
  if (inChannel) allow(canChannel(world, call.actor, inChannel, 'read_channel'))
  const users = [...world.users.values()].filter(
    (user) =>
      (!inTeam || teamMember(world, inTeam, user.id)) &&
      (!inChannel || world.channelMembers.get(inChannel)?.has(user.id)) &&
      (!notInChannel || !world.channelMembers.get(notInChannel)?.has(user.id)) &&
      (query.get('active') !== 'true' || user.delete_at === 0) &&
      (query.get('inactive') !== 'true' || user.delete_at !== 0) &&
      (!query.get('role') || user.roles.split(' ').includes(query.get('role') ?? '')) &&
      (!query.get('roles') || user.roles.split(' ').some((role) => query.get('roles')?.split(',').includes(role))),
  )
  users.sort(byUsername)
  const { page, perPage } = call.paging
  return views(call, users.slice(page * perPage, (page + 1) * perPage))
}

const matchesTerm = (user: User, term: string): boolean =>
  [user.username, user.first_name, user.last_name, user.nickname, user.email].some((word) =>
    word.toLowerCase().startsWith(term),
  )

function search(call: Call): Answer {
  const fields = call.fields('props')
  const term = textOf(fields, 'term').toLowerCase().replace(/^@/, '')
  if (term === '') throw badBody('term')
  const [teamId, channelId] = [textOf(fields, 'team_id'), textOf(fields, 'in_channel_id')]
  if (teamId) allow(canTeam(call.world, call.actor, teamId, 'view_team'))
  const users = [...call.world.users.values()].filter(
    (user) =>
      matchesTerm(user, term) &&
      (flagOf(fields, 'allow_inactive') || user.delete_at === 0) &&
      (!teamId || teamMember(call.world, teamId, user.id)) &&
      (!channelId || call.world.channelMembers.get(channelId)?.has(user.id)),
  )
  return views(call, users.slice(0, 100))
}

function autocomplete(call: Call): Answer {
  const term = (call.query.get('name') ?? '').toLowerCase()
  const teamId = call.query.get('in_team') ?? ''
  if (teamId !== '') allow(canTeam(call.world, call.actor, teamId, 'view_team'))
  const users = [...call.world.users.values()].filter(
    (user) =>
      user.delete_at === 0 &&
      matchesTerm(user, term) &&
      (teamId === '' || teamMember(call.world, teamId, user.id) !== null),
  )
  const members = call.world.channelMembers.get(call.query.get('in_channel') ?? '')
  const view = (user: User): Fields => userView(call.world, user, call.actor)
  if (!members) return reply({ users: users.slice(0, 25).map(view) })
  return reply({
    users: users
      .filter((user) => members.has(user.id))
      .slice(0, 25)
      .map(view),
    out_of_channel: users
      .filter((user) => !members.has(user.id))
      .slice(0, 25)
      .map(view),
  })
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

function setPicture(call: Call): Answer {
  const id = call.id('user_id')
  allow(canManageUser(call.world, call.actor, id))
  const part = filePart(call, 'image')
  if (!part) throw new ApiError('api.user.upload_profile_user.no_file.app_error', 400)
  const user = call.world.users.get(id)
  if (!user) throw badBody('user_id')
  const type = pictureType(part.bytes)
  if (!type) throw new ApiError('api.user.upload_profile_user.check_image_limits.app_error', 400)
  user.picture = { bytes: part.bytes, type }
  user.update_at = call.world.now()
  user.last_picture_update = user.update_at
  announceUser(call.world, user)
  return done()
}

function getPicture(call: Call): Answer {
  const id = call.id('user_id')
  allow(canSee(call.world, call.actor, id))
  const picture = pictureOf(userById(call.world, id))
  return reply(picture.bytes, 200, { 'Content-Type': picture.type, 'Cache-Control': 'max-age=86400, private' })
}

function removePicture(call: Call): Answer {
  const id = call.id('user_id')
  allow(canManageUser(call.world, call.actor, id))
  const user = userById(call.world, id)
  user.picture = null
  user.last_picture_update = 0
  announceUser(call.world, user)
  return done()
}

function changeWhole(call: Call): Answer {
  const fields = call.fields('user')
  if (fields.id !== call.id('user_id')) throw badBody('user_id')
  return change(call, userById(call.world, call.id('user_id')), fields)
}

function endAllSessions(call: Call): Answer {
  const id = call.id('user_id')
  allow(call.me === id || canSystem(call.world, call.actor, 'edit_other_users'))
  endSessions(call.world, id)
  return done()
}

export const userRoutes: Route[] = [
  { method: 'POST', path: '/users', handler: create, open: true, local: true },
  { method: 'GET', path: '/users', handler: list, local: true },
  { method: 'POST', path: '/users/login', handler: logIn, open: true },
  { method: 'POST', path: '/users/logout', handler: logOut, open: true },
  {
    method: 'POST',
    path: '/users/ids',
    local: true,
    handler: (call) => {
      const ids = call.texts('user_ids')
      if (ids.length === 0) throw badBody('user_ids')
      const users = ids.flatMap((id) => call.world.users.get(id) ?? [])
      return views(call, users.sort(byUsername))
    },
  },
  {
    method: 'POST',
    path: '/users/usernames',
    local: true,
    handler: (call) => {
      const names = call.texts('usernames')
      if (names.length === 0) throw badBody('usernames')
      return views(
        call,
        names.flatMap((name) => userByName(call.world, name) ?? []),
      )
    },
  },
  { method: 'POST', path: '/users/search', handler: search },
  { method: 'GET', path: '/users/autocomplete', handler: autocomplete },
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
  { method: 'GET', path: '/users/:user_id/image', handler: getPicture },
  { method: 'GET', path: '/users/:user_id/image/default', handler: getPicture },
  { method: 'POST', path: '/users/:user_id/image', handler: setPicture, file: true },
  { method: 'DELETE', path: '/users/:user_id/image', handler: removePicture },
  { method: 'POST', path: '/users/:user_id/sessions/revoke/all', handler: endAllSessions },
]
