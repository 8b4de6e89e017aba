// The routes about personal access tokens (server/channels/api4/user.go).
import { badBody } from './api-error.ts'
import { canManageUser } from './bots.ts'
import { type Answer, type Call, done, type Route, reply } from './call.ts'
import type { Fields } from './json.ts'
import { textOf } from './json.ts'
import { allow, canSystem, isAdministrator } from './permissions.ts'
import { createUserToken, revokeUserToken, setTokenActive, userTokenById } from './sessions.ts'
import type { UserToken } from './shapes.ts'
import { userById } from './users.ts'

/** A token as it is listed: without the secret. */
const view = ({ id, user_id, description, is_active }: UserToken): Fields => ({ id, user_id, description, is_active })

function create(call: Call): Answer {
  const { world } = call
  const user = userById(world, call.id('user_id'))
  const description = textOf(call.fields('user_access_token'), 'description')
  if (description === '') throw badBody('description')
  allow(canSystem(world, call.actor, 'create_user_access_token'))
  allow(canManageUser(world, call.actor, user.id))
  allow(!isAdministrator(world, user.id) || canSystem(world, call.actor, 'manage_system'))
  return reply({ ...createUserToken(world, user.id, description) })
}

function list(call: Call): Answer {
  const id = call.id('user_id')
  allow(canSystem(call.world, call.actor, 'read_user_access_token'))
  allow(canManageUser(call.world, call.actor, id))
  return reply([...call.world.userTokens.values()].filter((token) => token.user_id === id).map(view))
}

function named(call: Call, permission: string): UserToken {
  const id = textOf(call.fields(), 'token_id')
  if (id === '') throw badBody('token_id')
  allow(canSystem(call.world, call.actor, permission))
  const token = userTokenById(call.world, id)
  allow(canManageUser(call.world, call.actor, token.user_id))
  return token
}

function getOne(call: Call): Answer {
  allow(canSystem(call.world, call.actor, 'read_user_access_token'))
  const token = userTokenById(call.world, call.id('token_id'))
  allow(canManageUser(call.world, call.actor, token.user_id))
  return reply(view(token))
}

export const tokenRoutes: Route[] = [
  { method: 'POST', path: '/users/:user_id/tokens', handler: create, local: true },
  { method: 'GET', path: '/users/:user_id/tokens', handler: list, local: true },
  { method: 'GET', path: '/users/tokens/:token_id', handler: getOne },
  {
    method: 'POST',
    path: '/users/tokens/revoke',
    local: true,
    handler: (call) => {
      revokeUserToken(call.world, named(call, 'revoke_user_access_token'))
      return done()
    },
  },
  {
    method: 'POST',
    path: '/users/tokens/disable',
    handler: (call) => {
      setTokenActive(call.world, named(call, 'revoke_user_access_token'), false)
      return done()
    },
  },
  {
    method: 'POST',
    path: '/users/tokens/enable',
    handler: (call) => {
      setTokenActive(call.world, named(call, 'create_user_access_token'), true)
      return done()
    },
  },
]
