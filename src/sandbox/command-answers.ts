// What a slash command's service answered, now or later by `response_url`, and the posts that come of it
// (server/channels/app/command.go, server/public/model/command_response.go).
import { ApiError, badBody } from './api-error.ts'
import { answeredAttachments, attachmentsOf } from './attachments.ts'
import type { CommandCall } from './command-run.ts'
import { type Fields, fieldsOf, flagOf, isFields, textOf } from './json.ts'
import { createPost, sendEphemeral } from './posts.ts'
import type { Command } from './shapes.ts'
import { expandInAttachments, expandMentions, linksToMarkdown, relinkAttachments } from './slack-text.ts'
import type { World } from './world.ts'

export interface CommandAnswer {
  response_type: string
  text: string
  username: string
  channel_id: string
  icon_url: string
  type: string
  props: Fields | null
  goto_location: string
  skip_slack_parsing: boolean
  attachments: Fields[] | null
  extra_responses: CommandAnswer[] | null
}

/** Reads an answer; what is not JSON by its content type is plain text. null where the JSON is broken or wrongly typed. */
export function parseCommandAnswer(contentType: string, body: string): CommandAnswer | null {
  if (contentType.split(';')[0]?.trim() !== 'application/json') return answerOf({ text: body })
  try {
    const value: unknown = JSON.parse(body)
    return answerOf(fieldsOf(value))
  } catch {
    // Broken JSON and wrong types are one refusal to the caller.
    return null
  }
}

function answerOf(fields: Fields): CommandAnswer {
  return {
    response_type: textOf(fields, 'response_type'),
    text: textOf(fields, 'text'),
    username: textOf(fields, 'username'),
    channel_id: textOf(fields, 'channel_id'),
    icon_url: textOf(fields, 'icon_url'),
    type: textOf(fields, 'type'),
    props: isFields(fields.props) ? fields.props : null,
    goto_location: textOf(fields, 'goto_location'),
    skip_slack_parsing: flagOf(fields, 'skip_slack_parsing'),
    attachments: attachmentsIn(fields),
    extra_responses: Array.isArray(fields.extra_responses)
      ? fields.extra_responses.filter(isFields).map(answerOf)
      : null,
  }
}

function attachmentsIn(fields: Fields): Fields[] | null {
  if (fields.attachments === undefined || fields.attachments === null) return null
  const attachments = answeredAttachments(fields.attachments)
  if (!attachments) throw badBody('attachments')
  return attachments
}

/**
 * Posts an answer and its extra ones; the answer's texts become what was posted.
 * @throws ApiError 500 when one of them could not be posted.
 */
export function answerCommand(
  world: World,
  command: Command,
  wanted: Pick<CommandCall, 'userId' | 'channel' | 'rootId'>,
  answer: CommandAnswer,
): void {
  let failed = false
  for (const one of [answer, ...(answer.extra_responses ?? [])]) {
    try {
      postAnswer(world, command, wanted, one)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      failed = true
    }
  }
  if (failed) throw new ApiError('api.command.execute_command.create_post_failed.app_error', 500)
}

function postAnswer(
  world: World,
  command: Command,
  wanted: Pick<CommandCall, 'userId' | 'channel' | 'rootId'>,
  answer: CommandAnswer,
): void {
  const channelId = answer.channel_id || wanted.channel.id
  if (!world.channelMembers.get(channelId)?.has(wanted.userId) && answer.channel_id !== '')
    throw new ApiError('api.command.command_post.forbidden.app_error', 403)
  if (answer.type.startsWith('system_')) throw new ApiError('api.context.invalid_param.app_error', 400)
  if (!answer.skip_slack_parsing) {
    answer.text = expandMentions(world, answer.text)
    if (answer.attachments) answer.attachments = expandInAttachments(world, answer.attachments)
  }
  if (answer.attachments) answer.attachments = relinkAttachments(answer.attachments)
  const post = {
    user_id: wanted.userId,
    channel_id: channelId,
    root_id: wanted.rootId,
    message: answer.skip_slack_parsing ? answer.text : linksToMarkdown(answer.text),
    type: answer.type || (answer.attachments ? 'slack_attachment' : ''),
    props: {
      ...answer.props,
      ...overrides(world, command, answer),
      from_webhook: 'true',
      ...(answer.attachments ? { attachments: answer.attachments } : {}),
    },
  }
  if (answer.response_type === 'in_channel') createPost(world, post)
  else if (answer.response_type === '' || answer.response_type === 'ephemeral') {
    if (answer.text === '' && !answer.attachments) return
    const shown = sendEphemeral(world, wanted.userId, post)
    if (answer.attachments && isFields(shown.props)) answer.attachments = attachmentsOf(shown.props)
  }
}

function overrides(world: World, command: Command, answer: CommandAnswer): Fields {
  const name = command.username || answer.username
  const icon = command.icon_url || answer.icon_url
  return {
    ...(world.config.usernameOverride && name ? { override_username: name } : {}),
    ...(world.config.iconOverride && icon ? { override_icon_url: icon } : {}),
  }
}

const hookLifeMs = 30 * 60_000
const hookUses = 5

/**
 * A later answer by `response_url`: five times, within thirty minutes.
 * @throws ApiError 404 for an unknown or old address, 400 when it is used up or the answer cannot be read.
 */
export function answerLater(world: World, hookId: string, contentType: string, body: string): void {
  const answer = parseCommandAnswer(contentType, body)
  if (!answer) throw new ApiError('web.command_webhook.parse.app_error', 400)
  const hook = world.commandHooks.get(hookId)
  if (!hook || world.clock() - hook.create_at >= hookLifeMs) throw new ApiError('app.command_webhook.get.missing', 404)
  const command = world.commands.get(hook.command_id)
  const channel = world.channels.get(hook.channel_id)
  if (command?.delete_at !== 0 || !channel) throw new ApiError('web.command_webhook.command.app_error', 400)
  if (hook.uses >= hookUses) throw new ApiError('app.command_webhook.try_use.invalid', 400)
  hook.uses += 1
  answerCommand(world, command, { userId: hook.user_id, channel, rootId: hook.root_id }, answer)
}
