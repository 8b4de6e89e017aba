// The routes of profile pictures (server/channels/api4/user.go).
import { ApiError, badBody } from './api-error.ts'
import { canManageUser } from './bots.ts'
import { type Answer, type Call, done, type Route, reply } from './call.ts'
import { filePart } from './multipart.ts'
import { allow } from './permissions.ts'
import { pictureOf, pictureType } from './pictures.ts'
import { announceUser, canSee, userById } from './users.ts'

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

export const pictureRoutes: Route[] = [
  { method: 'GET', path: '/users/:user_id/image', handler: getPicture },
  { method: 'GET', path: '/users/:user_id/image/default', handler: getPicture },
  { method: 'POST', path: '/users/:user_id/image', handler: setPicture, file: true },
  { method: 'DELETE', path: '/users/:user_id/image', handler: removePicture },
]
