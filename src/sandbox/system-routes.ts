// The routes about the server itself: is it there, how is it set up (server/channels/api4/system.go, config.go).
import { ApiError } from './api-error.ts'
import { type Answer, type Call, done, type Route, reply } from './call.ts'
import { clientConfig, fullConfig, patchConfig } from './config.ts'
import { isId } from './ids.ts'
import { textOf } from './json.ts'
import { allow, canSystem } from './permissions.ts'

function ping(): Answer {
  return reply({
    ActiveSearchBackend: 'database',
    AndroidLatestVersion: '',
    AndroidMinVersion: '',
    IosLatestVersion: '',
    IosMinVersion: '',
    status: 'OK',
  })
}

function readClientConfig(call: Call): Answer {
  const format = call.query.get('format') ?? ''
  if (format !== 'old') throw new ApiError('api.config.client.old_format.app_error', 501)
  return reply(clientConfig(call.world.config))
}

function readConfig(call: Call): Answer {
  allow(canSystem(call.world, call.actor, 'manage_system'))
  return reply(fullConfig(call.world.config))
}

function writeConfig(call: Call): Answer {
  const fields = call.fields('config')
  allow(canSystem(call.world, call.actor, 'manage_system'))
  patchConfig(call.world.config, fields)
  const data = { config: clientConfig(call.world.config) }
  call.world.hub.publish({ event: 'config_changed', data })
  return reply(fullConfig(call.world.config))
}

function typing(call: Call): Answer {
  const fields = call.fields('typing')
  const channelId = textOf(fields, 'channel_id')
  if (!isId(channelId)) throw new ApiError('api.context.invalid_body_param.app_error', 400)
  allow(call.world.channelMembers.get(channelId)?.has(call.me) ?? false)
  const data = { parent_id: textOf(fields, 'parent_id'), user_id: call.me }
  call.world.hub.publish({ event: 'typing', data, channelId, omitUsers: [call.me] })
  return done()
}

function readLicense(call: Call): Answer {
  if (call.query.get('format') !== 'old') throw new ApiError('api.license.client.old_format.app_error', 400)
  return reply({ IsLicensed: 'false' })
}

// An upgrade never comes here: only somebody without a websocket does.
function refusePlainRequest(): Answer {
  throw new ApiError('api.web_socket.connect.upgrade.app_error', 400)
}

export const systemRoutes: Route[] = [
  { method: 'GET', path: '/system/ping', handler: ping, open: true, local: true },
  { method: 'GET', path: '/config/client', handler: readClientConfig, open: true },
  { method: 'GET', path: '/license/client', handler: readLicense, open: true },
  { method: 'GET', path: '/websocket', handler: refusePlainRequest, open: true },
  { method: 'GET', path: '/config', handler: readConfig, local: true },
  { method: 'PUT', path: '/config', handler: writeConfig, local: true },
  { method: 'PUT', path: '/config/patch', handler: writeConfig, local: true },
  { method: 'POST', path: '/users/:user_id/typing', handler: typing },
  { method: 'GET', path: '/users/:user_id/preferences', handler: () => reply([]) },
]
