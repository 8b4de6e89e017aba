// Log-ins and personal access tokens: what makes a request somebody's (server/channels/app/session.go).
import { ApiError } from './api-error.ts'
import { newId } from './ids.ts'
import type { Session, User, UserToken } from './shapes.ts'
import type { World } from './world.ts'

const dayMs = 24 * 3_600_000
const loginLifeMs = 180 * dayMs
// A session opened by an access token ends with the token.
const tokenLifeMs = 100 * 365 * dayMs

/** Opens a session for somebody who has proved who they are. */
export function openSession(world: World, user: User, tokenId = '', token = newId()): Session {
  const at = world.clock()
  const lifeMs = tokenId === '' ? loginLifeMs : tokenLifeMs
  const session: Session = {
    id: newId(),
    token,
    user_id: user.id,
    create_at: at,
    expires_at: at + lifeMs,
    tokenId,
  }
  world.sessions.set(token, session)
  return session
}

/** The session of a token, null where it is unknown, expired, revoked or its owner is deactivated. A personal access token opens its session at first use. */
export function sessionOf(world: World, token: string): Session | null {
  if (token === '') return null
  const session = world.sessions.get(token)
  if (session) return session.expires_at > world.clock() ? session : null
  const userToken = [...world.userTokens.values()].find((one) => one.token === token)
  const user = userToken && world.users.get(userToken.user_id)
  if (!userToken?.is_active || user?.delete_at !== 0) return null
  if (!world.config.userAccessTokens && !world.bots.has(user.id)) return null
  return openSession(world, user, userToken.id, token)
}

/** Ends every session of somebody. Personal access tokens open new ones, unless the account is deactivated. */
export function endSessions(world: World, userId: string): void {
  for (const [token, session] of world.sessions) if (session.user_id === userId) world.sessions.delete(token)
}

/**
 * Makes a personal access token.
 * @throws ApiError 501 where they are switched off and the account is no bot.
 */
export function createUserToken(world: World, userId: string, description: string): UserToken {
  if (!world.config.userAccessTokens && !world.bots.has(userId))
    throw new ApiError('app.user_access_token.disabled', 501)
  if (description.length > 255) throw new ApiError('model.user_access_token.is_valid.description.app_error', 400)
  const token: UserToken = { id: newId(), token: newId(), user_id: userId, description, is_active: true }
  world.userTokens.set(token.id, token)
  return token
}

/** @throws ApiError 404 when there is no such token. */
export function userTokenById(world: World, id: string): UserToken {
  const token = world.userTokens.get(id)
  if (!token) throw new ApiError('app.user_access_token.get_by_user.app_error', 404)
  return token
}

/** Takes a token back for good, and the session it opened. */
export function revokeUserToken(world: World, token: UserToken): void {
  world.userTokens.delete(token.id)
  world.sessions.delete(token.token)
}

/** Switches a token off or on again. */
export function setTokenActive(world: World, token: UserToken, active: boolean): void {
  token.is_active = active
  if (!active) world.sessions.delete(token.token)
}
