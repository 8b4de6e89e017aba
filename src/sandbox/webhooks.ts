// Incoming webhooks: programs that post without being anybody (server/channels/app/webhook.go). Their posts carry `from_webhook`.
import { ApiError, badBody } from './api-error.ts'
import { type Answer, type Call, done, type Route, reply } from './call.ts'
import { channelById, findChannel } from './channels.ts'
import { answerLater } from './command-answers.ts'
import { directChannel } from './direct-channels.ts'
import { isId, newId } from './ids.ts'
import { type Fields, flagOf, isFields, textOf } from './json.ts'
import { allow, canChannel, canSystem, canTeam } from './permissions.ts'
import { createPost } from './posts.ts'
import type { Channel, IncomingHook } from './shapes.ts'
import { expandInAttachments, expandMentions, linksToMarkdown, relinkAttachments } from './slack-text.ts'
import { runes, userByName } from './users.ts'
import type { World } from './world.ts'

const view = (hook: IncomingHook): Fields => ({ ...hook, username: '', icon_url: '' })

function create(call: Call): Answer {
  const fields = call.fields('incoming_webhook')
  const channel = channelById(call.world, textOf(fields, 'channel_id'))
  allow(canTeam(call.world, call.actor, channel.team_id, 'manage_own_incoming_webhooks'))
  allow(channel.type === 'O' || canChannel(call.world, call.actor, channel.id, 'read_channel_content'))
  const at = call.world.now()
  const hook: IncomingHook = {
    id: newId(),
    create_at: at,
    update_at: at,
    delete_at: 0,
    user_id: textOf(fields, 'user_id') || call.me,
    channel_id: channel.id,
    team_id: channel.team_id,
    display_name: textOf(fields, 'display_name'),
    description: textOf(fields, 'description'),
    channel_locked: flagOf(fields, 'channel_locked'),
  }
  call.world.incomingHooks.set(hook.id, hook)
  return reply(view(hook), 201)
}

function target(world: World, hook: IncomingHook, name: string): Channel {
  if (name === '') return channelById(world, hook.channel_id)
  if (name.startsWith('@')) {
    const user = userByName(world, name.slice(1))
    if (!user) throw new ApiError('web.incoming_webhook.user.app_error', 400)
    return directChannel(world, hook.user_id, user.id)
  }
  const channel = findChannel(world, hook.team_id, name.replace(/^#/, ''))
  if (channel?.delete_at !== 0) throw new ApiError('web.incoming_webhook.channel.app_error', 404)
  return channel
}

function receive(call: Call): Answer {
  const { world } = call
  const payload = payloadOf(call)
  const text = textOf(payload, 'text')
  const attachments = Array.isArray(payload.attachments) ? payload.attachments.filter(isFields) : null
  if (text === '' && !attachments) throw new ApiError('web.incoming_webhook.text.app_error', 400)
  const hook = world.incomingHooks.get(call.word('hook_id'))
  if (hook?.delete_at !== 0) throw new ApiError('web.incoming_webhook.invalid.app_error', 400)
  const channel = target(world, hook, textOf(payload, 'channel'))
  if (hook.channel_locked && channel.id !== hook.channel_id)
    throw new ApiError('web.incoming_webhook.channel_locked.app_error', 403)
  const owner = { userId: hook.user_id, unrestricted: false }
  if (channel.type !== 'O' && !canChannel(world, owner, channel.id, 'read_channel_content'))
    throw new ApiError('web.incoming_webhook.permissions.app_error', 403)
  const message = linksToMarkdown(expandMentions(world, text))
  const props = {
    ...(isFields(payload.props) ? payload.props : {}),
    from_webhook: 'true',
    webhook_display_name: hook.display_name,
    ...(world.config.usernameOverride ? { override_username: textOf(payload, 'username') || 'webhook' } : {}),
    ...(attachments ? { attachments: relinkAttachments(expandInAttachments(world, attachments)) } : {}),
  }
  const type = attachments && attachments.length > 0 ? 'slack_attachment' : textOf(payload, 'type')
  for (const [index, part] of splitMessage(message, world.config.postSizeRunes).entries())
    createPost(world, {
      user_id: hook.user_id,
      channel_id: channel.id,
      message: part,
      type: index === 0 ? type : '',
      props: index === 0 ? props : { ...props, attachments: undefined },
      setOnline: false,
    })
  return reply(Buffer.from('ok'), 200, { 'Content-Type': 'text/plain' })
}

function splitMessage(message: string, sizeRunes: number): string[] {
  if (runes(message) <= sizeRunes) return [message]
  const letters = [...message]
  const parts: string[] = []
  for (let at = 0; at < letters.length; at += sizeRunes) parts.push(letters.slice(at, at + sizeRunes).join(''))
  return parts
}

function payloadOf(call: Call): Fields {
  const type = (call.headers['content-type'] ?? '').split(';')[0]?.trim()
  const text = Buffer.from(call.bytes).toString('utf8')
  const json = type === 'application/x-www-form-urlencoded' ? (new URLSearchParams(text).get('payload') ?? '') : text
  try {
    const value: unknown = JSON.parse(json)
    if (isFields(value)) return value
  } catch {
    // Not JSON: refused like every other payload that cannot be read.
  }
  throw new ApiError('model.incoming_hook.parse_data.app_error', 400)
}

function owned(call: Call): IncomingHook {
  const hook = call.world.incomingHooks.get(call.id('hook_id'))
  if (hook?.delete_at !== 0) throw new ApiError('app.webhooks.get_incoming.app_error', 404)
  allow(canTeam(call.world, call.actor, hook.team_id, 'manage_own_incoming_webhooks'))
  return hook
}

function list(call: Call): Answer {
  const teamId = call.query.get('team_id') ?? ''
  if (teamId !== '' && !isId(teamId)) throw badBody('team_id')
  const { world, actor } = call
  const may = 'manage_own_incoming_webhooks'
  allow(teamId === '' ? canSystem(world, actor, may) : canTeam(world, actor, teamId, may))
  const hooks = [...world.incomingHooks.values()].filter(
    (hook) => hook.delete_at === 0 && (teamId === '' || hook.team_id === teamId),
  )
  return reply(hooks.map(view))
}

/** Routes under `/api/v4`. */
export const webhookRoutes: Route[] = [
  { method: 'POST', path: '/hooks/incoming', handler: create, local: true },
  { method: 'GET', path: '/hooks/incoming', handler: list, local: true },
  { method: 'GET', path: '/hooks/incoming/:hook_id', handler: (call) => reply(view(owned(call))), local: true },
  {
    method: 'DELETE',
    path: '/hooks/incoming/:hook_id',
    local: true,
    handler: (call) => {
      owned(call).delete_at = call.world.now()
      return done()
    },
  },
]

/** Routes at the root: where programs post to. */
export const hookRoutes: Route[] = [
  {
    method: 'POST',
    path: '/hooks/commands/:hook_id',
    open: true,
    handler: (call) => {
      answerLater(
        call.world,
        call.word('hook_id'),
        call.headers['content-type'] ?? '',
        Buffer.from(call.bytes).toString('utf8'),
      )
      return reply(Buffer.from('ok'), 200, { 'Content-Type': 'text/plain' })
    },
  },
  { method: 'POST', path: '/hooks/:hook_id', open: true, handler: receive },
]
