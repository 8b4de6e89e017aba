// Who is online, away, busy or gone (server/channels/api4/status.go).
import { ApiError, badBody } from './api-error.ts'
import { type Call, type Route, reply } from './call.ts'
import { textOf } from './json.ts'
import { allow, canEditUser } from './permissions.ts'
import type { Status } from './shapes.ts'
import { userById } from './users.ts'
import type { World } from './world.ts'

/** Somebody's status; offline for who was never seen. */
export function statusOf(world: World, userId: string): Status {
  return world.statuses.get(userId) ?? { user_id: userId, status: 'offline', manual: false, last_activity_at: 0 }
}

/** Sets a status and tells its owner; one set by hand is only changed by hand. */
export function setStatus(world: World, userId: string, status: string, manual: boolean): void {
  const before = statusOf(world, userId)
  if (before.manual && !manual) return
  world.statuses.set(userId, { user_id: userId, status, manual, last_activity_at: world.clock() })
  if (before.status !== status) world.hub.publish({ event: 'status_change', data: { status, user_id: userId }, userId })
}

const view = (status: Status): Record<string, unknown> => ({ ...status, dnd_end_time: 0 })

function changeStatus(call: Call) {
  const userId = call.id('user_id')
  const fields = call.fields('status')
  if (textOf(fields, 'user_id') !== userId) throw badBody('user_id')
  allow(canEditUser(call.world, call.actor, userId))
  const status = textOf(fields, 'status')
  if (!['online', 'away', 'offline', 'dnd'].includes(status)) throw badBody('status')
  userById(call.world, userId)
  setStatus(call.world, userId, status, true)
  return reply(view(statusOf(call.world, userId)))
}

export const statusRoutes: Route[] = [
  {
    method: 'GET',
    path: '/users/:user_id/status',
    handler: (call) => {
      const status = call.world.statuses.get(call.id('user_id'))
      if (!status && !call.world.users.has(call.id('user_id')))
        throw new ApiError('app.status.get.missing.app_error', 404)
      return reply(view(statusOf(call.world, call.id('user_id'))))
    },
  },
  { method: 'PUT', path: '/users/:user_id/status', handler: changeStatus },
  {
    method: 'POST',
    path: '/users/status/ids',
    handler: (call) => reply(call.texts('user_ids').map((id) => view(statusOf(call.world, id)))),
  },
]
