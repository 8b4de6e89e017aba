// The few built-in slash commands that somebody at the stand-in's web page may type; the others say that they are not here.
import { ApiError } from './api-error.ts'
import { joinChannel, leaveChannel } from './channel-members.ts'
import { findChannel } from './channels.ts'
import { answerView, type CommandCall } from './command-run.ts'
import { builtInTriggers } from './commands.ts'
import type { Fields } from './json.ts'
import { createPost, sendEphemeral } from './posts.ts'
import { setStatus } from './statuses.ts'
import { userByName } from './users.ts'
import type { World } from './world.ts'

/** What is told to the caller alone, or what the command said in the channel. */
type Said = string | { text: string; type: string }
type BuiltIn = (world: World, call: CommandCall) => Said

const presence =
  (status: string): BuiltIn =>
  (world, call) => {
    setStatus(world, call.userId, status, true)
    return `You are now ${status}`
  }

const builtIns: Record<string, BuiltIn> = {
  away: presence('away'),
  online: presence('online'),
  offline: presence('offline'),
  dnd: presence('dnd'),
  me(world, call) {
    const said = { text: `*${call.text}*`, type: 'me' }
    createPost(world, {
      user_id: call.userId,
      channel_id: call.channel.id,
      root_id: call.rootId,
      type: said.type,
      message: said.text,
      props: { message: call.text },
    })
    return said
  },
  shrug(world, call) {
    const said = { text: `${call.text} ¯\\\\\\_(ツ)\\_/¯`.trim(), type: '' }
    createPost(world, {
      user_id: call.userId,
      channel_id: call.channel.id,
      root_id: call.rootId,
      message: said.text,
    })
    return said
  },
  join(world, call) {
    const channel = findChannel(world, call.team.id, call.text.trim().replace(/^~/, '').toLowerCase())
    if (channel?.type !== 'O' || channel.delete_at !== 0) return 'Could not find the channel.'
    joinChannel(world, channel, call.userId, call.userId)
    return ''
  },
  leave(world, call) {
    leaveChannel(world, call.channel, call.userId, call.userId)
    return ''
  },
  invite(world, call) {
    const user = userByName(world, call.text.trim().replace(/^@/, ''))
    if (!user) return 'We couldn’t find the user. They may have been deactivated by the System Administrator.'
    joinChannel(world, call.channel, user.id, call.userId)
    return `${user.username} added to ${call.channel.display_name} channel.`
  },
  kick(world, call) {
    const user = userByName(world, call.text.trim().replace(/^@/, ''))
    if (!user) return 'We couldn’t find the user. They may have been deactivated by the System Administrator.'
    leaveChannel(world, call.channel, user.id, call.userId)
    return ''
  },
}

/**
 * Does what a built-in command does and answers as `POST /commands/execute` does.
 * @throws ApiError 404 when nobody answers to this trigger.
 */
export function builtInAnswer(world: World, call: CommandCall): Fields {
  if (!builtInTriggers.includes(call.trigger))
    throw new ApiError('api.command.execute_command.not_found.app_error', 404)
  const run = builtIns[call.trigger]
  const said = run ? run(world, call) : `/${call.trigger} is not part of this stand-in server.`
  const aloud = typeof said !== 'string'
  const text = aloud ? said.text : said
  if (!aloud && text !== '')
    sendEphemeral(world, call.userId, {
      user_id: call.userId,
      channel_id: call.channel.id,
      root_id: call.rootId,
      message: text,
    })
  return answerView({
    response_type: aloud ? 'in_channel' : 'ephemeral',
    text,
    username: '',
    channel_id: '',
    icon_url: '',
    type: aloud ? said.type : '',
    props: null,
    goto_location: '',
    skip_slack_parsing: false,
    attachments: null,
    extra_responses: null,
  })
}
