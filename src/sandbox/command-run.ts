// Running a slash command: the request its service gets, and what becomes of the answer (server/channels/app/command.go).
import { ApiError, forbidden } from './api-error.ts'
import { builtInAnswer } from './built-in-commands.ts'
import { type Answer, type Call, reply } from './call.ts'
import { channelById } from './channels.ts'
import { answerCommand, type CommandAnswer, parseCommandAnswer } from './command-answers.ts'
import { isId, newId } from './ids.ts'
import { textOf } from './json.ts'
import { callIntegration } from './outgoing.ts'
import { allow, canChannel, canSystem, teamMember } from './permissions.ts'
import type { Channel, Command, Team } from './shapes.ts'
import { teamById } from './teams.ts'
import { newTrigger } from './triggers.ts'
import { isUsername, userById, userByName } from './users.ts'
import type { World } from './world.ts'

/** Who typed what, where. */
export interface CommandCall {
  userId: string
  channel: Channel
  team: Team
  rootId: string
  trigger: string
  text: string
}

/** `POST /commands/execute`: `{channel_id, command, team_id?, root_id?}`. */
export async function runCommand(call: Call): Promise<Answer> {
  const { world } = call
  const fields = call.fields('command_args')
  const line = textOf(fields, 'command')
  const channelId = textOf(fields, 'channel_id')
  if (line.length <= 1 || !line.startsWith('/') || !isId(channelId))
    throw new ApiError('api.command.execute_command.start.app_error', 400)
  allow(canChannel(world, call.actor, channelId, 'create_post'))
  const channel = channelById(world, channelId)
  if (channel.delete_at > 0) throw new ApiError('api.command.execute_command.deleted.error', 400)
  const team = teamById(world, teamIdOf(call, channel, textOf(fields, 'team_id')))
  const [, word = '', text = ''] = /^(\S+)\s?([\s\S]*)$/.exec(line) ?? []
  const trigger = word.slice(1).toLowerCase()
  const wanted: CommandCall = { userId: call.me, channel, team, rootId: textOf(fields, 'root_id'), trigger, text }
  const command = [...world.commands.values()].find(
    (one) => one.team_id === team.id && one.trigger === trigger && one.delete_at === 0,
  )
  if (!command) return reply(builtInAnswer(world, wanted))
  const pair = newTrigger(world, call.me)
  const answer = await askService(world, command, wanted, pair.id)
  answerCommand(world, command, wanted, answer)
  return reply({ ...answerView(answer), trigger_id: pair.clientId })
}

// In a direct or group message the person says from which team they speak, and must belong to it.
function teamIdOf(call: Call, channel: Channel, wanted: string): string {
  if (channel.type !== 'D' && channel.type !== 'G') return channel.team_id
  if (!teamMember(call.world, wanted, call.me) && !canSystem(call.world, call.actor, 'create_post')) throw forbidden()
  return wanted
}

async function askService(
  world: World,
  command: Command,
  wanted: CommandCall,
  triggerId: string,
): Promise<CommandAnswer> {
  const form = requestForm(world, command, wanted, triggerId)
  const failed = new ApiError('api.command.execute_command.failed.app_error', 500)
  const headers = { Accept: 'application/json', Authorization: `Token ${command.token}` }
  const get = command.method === 'G'
  const url = get ? `${command.url}${command.url.includes('?') ? '&' : '?'}${form}` : command.url
  const init = get
    ? { headers }
    : {
        method: 'POST',
        body: form.toString(),
        headers: { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' },
      }
  const response = await callIntegration(world, url, init).catch(() => {
    throw failed
  })
  if (response.status !== 200)
    throw new ApiError('api.command.execute_command.failed_resp.app_error', 500, String(response.status))
  const answer = parseCommandAnswer(response.contentType, response.text)
  if (!answer) throw failed
  return answer
}

function requestForm(world: World, command: Command, wanted: CommandCall, triggerId: string): URLSearchParams {
  const { channel, team, userId, text } = wanted
  const siteUrl = world.config.siteUrl
  if (siteUrl === '') throw new ApiError('api.command.execute_command.site_url_required.app_error', 400)
  const form = new URLSearchParams({
    token: command.token,
    team_id: command.team_id,
    team_domain: team.name,
    channel_id: channel.id,
    channel_name: channel.name,
    user_id: userId,
    user_name: userById(world, userId).username,
    command: `/${command.trigger}`,
    text,
    trigger_id: triggerId,
    root_id: wanted.rootId,
  })
  for (const [name, id] of mentionedPeople(world, text, team.id)) {
    form.append('user_mentions', name)
    form.append('user_mentions_ids', id)
  }
  for (const [name, id] of mentionedChannels(world, text, team.id)) {
    form.append('channel_mentions', name)
    form.append('channel_mentions_ids', id)
  }
  const id = newId()
  world.commandHooks.set(id, {
    id,
    create_at: world.clock(),
    command_id: command.id,
    user_id: userId,
    channel_id: channel.id,
    root_id: wanted.rootId,
    uses: 0,
  })
  form.set('response_url', `${siteUrl}/hooks/commands/${id}`)
  return form
}

function mentionedPeople(world: World, text: string, teamId: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const match of text.matchAll(/\B@[A-Za-z0-9][A-Za-z0-9.\-_:]*/g)) {
    let name = match[0].slice(1).toLowerCase()
    if (!isUsername(name.replace(/:/g, ''))) continue
    let user = userByName(world, name)
    while (!user && /[.\-_]$/.test(name)) {
      name = name.slice(0, -1)
      user = userByName(world, name)
    }
    if (user && world.teamMembers.get(teamId)?.has(user.id)) found.set(name, user.id)
  }
  return found
}

function mentionedChannels(world: World, text: string, teamId: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const match of text.matchAll(/\B~([a-zA-Z0-9.\-_:]+)/g)) {
    const name = (match[1] ?? '').toLowerCase()
    for (const channel of world.channels.values())
      if (channel.team_id === teamId && channel.name === name && channel.type === 'O' && channel.delete_at === 0)
        found.set(name, channel.id)
  }
  return found
}

/** An answer as the caller gets it. */
export function answerView(answer: CommandAnswer): Record<string, unknown> {
  return {
    response_type: answer.response_type,
    text: answer.text,
    username: answer.username,
    channel_id: answer.channel_id,
    icon_url: answer.icon_url,
    type: answer.type,
    props: answer.props,
    goto_location: answer.goto_location,
    trigger_id: '',
    skip_slack_parsing: answer.skip_slack_parsing,
    attachments: answer.attachments,
    extra_responses: answer.extra_responses?.map(answerView) ?? null,
  }
}
