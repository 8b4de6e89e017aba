// Buttons, menus and dialogs: the requests their services get, and what the answers change (server/channels/app/integration_action.go).
import { openCookie, retainedProps } from './action-cookies.ts'
import { ApiError, badBody } from './api-error.ts'
import { findAction } from './attachments.ts'
import { type Answer, type Call, done, type Route, reply } from './call.ts'
import { channelById } from './channels.ts'
import { copyOf, type Fields, flagOf, isFields, textOf } from './json.ts'
import { callIntegration } from './outgoing.ts'
import { allow, canChannel, canSystem, canTeam } from './permissions.ts'
import { changePost } from './post-edits.ts'
import { sendEphemeral } from './posts.ts'
import type { Post } from './shapes.ts'
import { linksToMarkdown } from './slack-text.ts'
import { newTrigger, readTrigger } from './triggers.ts'
import { userById } from './users.ts'

const failed = (): ApiError => new ApiError('api.post.do_action.action_integration.app_error', 400)

/** A button or menu about to be used: from the post, or from an ephemeral message's cookie. */
interface Use {
  post: Post | null
  rootId: string
  channelId: string
  type: string
  dataSource: string
  url: string
  context: Fields | null
  retained: Fields
}

function useOf(call: Call, cookie: Fields | null): Use {
  const postId = call.id('post_id')
  const post = call.world.posts.get(postId)
  if (post && post.delete_at === 0) return useOfPost(post, call.word('action_id'))
  if (!cookie) throw new ApiError('app.post.get.app_error', 404)
  const { integration } = cookie
  if (!isFields(integration) || cookie.post_id !== postId) throw failed()
  return {
    post: null,
    rootId: textOf(cookie, 'root_post_id'),
    channelId: textOf(cookie, 'channel_id'),
    type: textOf(cookie, 'type'),
    dataSource: textOf(cookie, 'data_source'),
    url: textOf(integration, 'url'),
    context: isFields(integration.context) ? copyOf(integration.context) : null,
    retained: isFields(cookie.retain_props) ? cookie.retain_props : {},
  }
}

function useOfPost(post: Post, actionId: string): Use {
  const action = findAction(post.props, actionId)
  if (!action || !isFields(action.integration)) throw new ApiError('api.post.do_action.action_id.app_error', 404)
  return {
    post,
    rootId: post.root_id || post.id,
    channelId: post.channel_id,
    type: textOf(action, 'type'),
    dataSource: textOf(action, 'data_source'),
    url: textOf(action.integration, 'url'),
    context: isFields(action.integration.context) ? copyOf(action.integration.context) : null,
    retained: Object.fromEntries(retainedProps.filter((key) => key in post.props).map((key) => [key, post.props[key]])),
  }
}

function readBody(call: Call): Fields {
  // The real server only logs a body it cannot read.
  if (call.bytes.length === 0) return {}
  return call.fields('body')
}

async function doAction(call: Call): Promise<Answer> {
  const { world } = call
  const body = readBody(call)
  const sealed = textOf(body, 'cookie')
  const cookie = sealed === '' ? null : openCookie(world, sealed)
  if (sealed !== '' && !cookie) throw failed()
  const postChannel = world.posts.get(call.id('post_id'))?.channel_id
  const channelId = cookie ? textOf(cookie, 'channel_id') : postChannel
  allow(
    channelId === undefined
      ? canSystem(world, call.actor, 'read_channel_content')
      : canChannel(world, call.actor, channelId, 'read_channel_content'),
  )
  const use = useOf(call, cookie)
  const selected = textOf(body, 'selected_option')
  const trigger = newTrigger(world, call.me)
  const answer = actionAnswer(await ask(call, use.url, actionRequest(call, use, selected, trigger.id)))
  applyUpdate(call, use, answer)
  sayEphemeral(call, use, answer)
  return reply({ status: 'OK', trigger_id: trigger.clientId })
}

function actionRequest(call: Call, use: Use, selected: string, triggerId: string): Fields {
  const channel = channelById(call.world, use.channelId)
  const team = call.world.teams.get(channel.team_id)
  const chosen = use.type === 'select' && selected !== ''
  const context = chosen ? { ...use.context, selected_option: selected } : use.context
  return {
    user_id: call.me,
    user_name: userById(call.world, call.me).username,
    channel_id: channel.id,
    channel_name: channel.name,
    team_id: channel.team_id,
    team_domain: team?.name ?? '',
    post_id: call.id('post_id'),
    trigger_id: triggerId,
    type: use.type,
    data_source: chosen ? use.dataSource : '',
    ...(context && Object.keys(context).length > 0 ? { context } : {}),
  }
}

async function ask(call: Call, url: string, body: Fields): Promise<string> {
  const response = await callIntegration(call.world, url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {
    throw failed()
  })
  if (response.status !== 200) throw failed()
  return response.text
}

/** The answer to a click; nothing at all is fine, anything but an object is not. */
function actionAnswer(text: string): Fields {
  if (text === '') return {}
  const fields = readFields(text)
  if (!fields) throw failed()
  return fields
}

function readFields(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text)
    return value === null ? {} : isFields(value) ? value : null
  } catch {
    // No JSON: the caller decides whether that matters.
    return null
  }
}

// The update replaces message and props: an omitted message wipes the text, omitted props stay.
function applyUpdate(call: Call, use: Use, answer: Fields): void {
  if (!isFields(answer.update)) return
  const update = answer.update
  const post = use.post
  if (!post) throw new ApiError('app.post.get.app_error', 404)
  const props = isFields(update.props) ? { ...update.props } : null
  if (props) {
    for (const key of retainedProps) delete props[key]
    Object.assign(props, use.retained)
  }
  changePost(call.world, post.id, {
    message: textOf(update, 'message'),
    props: props ?? post.props,
    is_pinned: post.is_pinned,
    file_ids: [],
  })
}

function sayEphemeral(call: Call, use: Use, answer: Fields): void {
  const text = textOf(answer, 'ephemeral_text')
  if (text === '') return
  sendEphemeral(call.world, call.me, {
    user_id: call.me,
    channel_id: use.channelId,
    root_id: use.rootId,
    message: flagOf(answer, 'skip_slack_parsing') ? text : linksToMarkdown(text),
    props: use.retained,
  })
}

function openDialog(call: Call): Answer {
  const fields = call.fields('dialog')
  if (textOf(fields, 'url') === '') throw badBody('url')
  const { clientId, userId } = readTrigger(call.world, textOf(fields, 'trigger_id'))
  const dialog = JSON.stringify({
    trigger_id: clientId,
    url: fields.url,
    dialog: isFields(fields.dialog) ? fields.dialog : {},
  })
  call.world.hub.publish({ event: 'open_dialog', data: { dialog }, userId })
  return done()
}

async function submitDialog(call: Call): Promise<Answer> {
  const fields = call.fields('dialog')
  const url = textOf(fields, 'url')
  if (url === '') throw badBody('url')
  allow(canChannel(call.world, call.actor, textOf(fields, 'channel_id'), 'read_channel_content'))
  allow(canTeam(call.world, call.actor, textOf(fields, 'team_id'), 'view_team'))
  const request = {
    type: textOf(fields, 'type') === 'refresh' ? 'refresh' : 'dialog_submission',
    callback_id: textOf(fields, 'callback_id'),
    state: textOf(fields, 'state'),
    user_id: call.me,
    channel_id: textOf(fields, 'channel_id'),
    team_id: textOf(fields, 'team_id'),
    submission: isFields(fields.submission) ? fields.submission : null,
    cancelled: flagOf(fields, 'cancelled'),
  }
  const answer = readFields(await ask(call, url, request)) ?? {}
  return reply({
    ...(typeof answer.error === 'string' && answer.error !== '' ? { error: answer.error } : {}),
    ...(isFields(answer.errors) && Object.keys(answer.errors).length > 0 ? { errors: answer.errors } : {}),
    ...(typeof answer.type === 'string' && answer.type !== '' ? { type: answer.type } : {}),
    ...(isFields(answer.form) ? { form: answer.form } : {}),
  })
}

export const actionRoutes: Route[] = [
  { method: 'POST', path: '/posts/:post_id/actions/:action_id', handler: doAction },
  { method: 'POST', path: '/actions/dialogs/open', handler: openDialog, open: true },
  { method: 'POST', path: '/actions/dialogs/submit', handler: submitDialog },
]
