// The routes of logging in and out (server/channels/api4/user.go).
import { ApiError } from './api-error.ts'
import { type Answer, type Call, done, type Route, reply } from './call.ts'
import { textOf } from './json.ts'
import { checkMfa } from './mfa.ts'
import { allow, canSystem } from './permissions.ts'
import { endSessions, openSession } from './sessions.ts'
import { userByName, wholeUserView } from './users.ts'

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
  checkMfa(world, user.id, textOf(fields, 'token'))
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

function endAllSessions(call: Call): Answer {
  const id = call.id('user_id')
  allow(call.me === id || canSystem(call.world, call.actor, 'edit_other_users'))
  endSessions(call.world, id)
  return done()
}

export const sessionRoutes: Route[] = [
  { method: 'POST', path: '/users/login', handler: logIn, open: true },
  { method: 'POST', path: '/users/logout', handler: logOut, open: true },
  { method: 'POST', path: '/users/:user_id/sessions/revoke/all', handler: endAllSessions },
]
