// Slash commands as they are kept: rules, refusals, lists (server/channels/app/command.go, server/public/model/command.go).
import { ApiError, badBody } from './api-error.ts'
import { type Answer, type Call, done, type Route, reply } from './call.ts'
import { runCommand } from './command-run.ts'
import { newId } from './ids.ts'
import { type Fields, flagOf, textOf } from './json.ts'
import { allow, canTeam } from './permissions.ts'
import type { Command } from './shapes.ts'
import { teamById } from './teams.ts'
import type { World } from './world.ts'

/** Triggers that Mattermost itself answers to. */
export const builtInTriggers: readonly string[] = [
  'away',
  'code',
  'collapse',
  'dnd',
  'echo',
  'expand',
  'exportlink',
  'groupmsg',
  'header',
  'help',
  'invite',
  'invite_people',
  'join',
  'kick',
  'leave',
  'logout',
  'marketplace',
  'me',
  'msg',
  'mute',
  'offline',
  'online',
  'open',
  'purpose',
  'remove',
  'rename',
  'search',
  'secure-connection',
  'settings',
  'share-channel',
  'shortcuts',
  'shrug',
  'status',
]

const invalid = (field: string): ApiError => new ApiError(`model.command.is_valid.${field}.app_error`, 400)
const missing = (): ApiError => new ApiError('store.sql_command.save.get.app_error', 404)

function checkCommand(command: Command): void {
  if (!/^[A-Za-z0-9_.-][A-Za-z0-9_./-]{0,127}$/.test(command.trigger)) throw invalid('trigger')
  if (command.url === '' || command.url.length > 1024) throw invalid('url')
  if (!/^https?:\/\/[^/]/.test(command.url) || !URL.canParse(command.url)) throw invalid('url_http')
  if (command.method !== 'G' && command.method !== 'P') throw invalid('method')
  if (command.display_name.length > 64) throw invalid('display_name')
  if (command.description.length > 128) throw invalid('description')
}

const living = (world: World, teamId: string): Command[] =>
  [...world.commands.values()].filter((command) => command.team_id === teamId && command.delete_at === 0)

function refuseTaken(world: World, command: Command): void {
  const twin = living(world, command.team_id).find((one) => one.trigger === command.trigger && one.id !== command.id)
  if (twin || builtInTriggers.includes(command.trigger))
    throw new ApiError('api.command.duplicate_trigger.app_error', 400)
}

function wantedCommand(
  fields: Fields,
  kept: Pick<Command, 'id' | 'token' | 'create_at' | 'creator_id' | 'team_id'>,
  at: number,
): Command {
  return {
    ...kept,
    update_at: at,
    delete_at: 0,
    trigger: textOf(fields, 'trigger').toLowerCase(),
    method: textOf(fields, 'method'),
    username: textOf(fields, 'username'),
    icon_url: textOf(fields, 'icon_url'),
    auto_complete: flagOf(fields, 'auto_complete'),
    auto_complete_desc: textOf(fields, 'auto_complete_desc'),
    auto_complete_hint: textOf(fields, 'auto_complete_hint'),
    display_name: textOf(fields, 'display_name'),
    description: textOf(fields, 'description'),
    url: textOf(fields, 'url'),
  }
}

/** A command as JSON; clean of what only its owners may see. */
function view(command: Command, clean = false): Fields {
  const hidden = clean ? { token: '', creator_id: '', method: '', username: '', icon_url: '', url: '' } : {}
  return { ...command, ...hidden, plugin_id: '' }
}

const builtInView = (trigger: string): Fields => ({
  id: '',
  token: '',
  create_at: 0,
  update_at: 0,
  delete_at: 0,
  creator_id: '',
  team_id: '',
  trigger,
  method: '',
  username: '',
  icon_url: '',
  auto_complete: true,
  auto_complete_desc: '',
  auto_complete_hint: '',
  display_name: trigger,
  description: '',
  url: '',
  plugin_id: '',
})

function create(call: Call): Answer {
  const { world } = call
  const fields = call.fields('command')
  const teamId = textOf(fields, 'team_id')
  allow(canTeam(world, call.actor, teamId, 'manage_own_slash_commands'))
  const creator = call.local ? textOf(fields, 'creator_id') || call.me : call.me
  const at = world.now()
  const command = wantedCommand(
    fields,
    { id: newId(), token: newId(), create_at: at, creator_id: creator, team_id: teamId },
    at,
  )
  refuseTaken(world, command)
  teamById(world, teamId)
  checkCommand(command)
  world.commands.set(command.id, command)
  return reply(view(command), 201)
}

function livingOne(call: Call): Command {
  const command = call.world.commands.get(call.id('command_id'))
  if (command?.delete_at !== 0) throw missing()
  return command
}

/** The command, if the caller may change it; its existence is not told to those outside. */
function owned(call: Call): Command {
  const command = livingOne(call)
  if (!canTeam(call.world, call.actor, command.team_id, 'manage_own_slash_commands')) throw missing()
  if (command.creator_id !== call.me)
    allow(canTeam(call.world, call.actor, command.team_id, 'manage_others_slash_commands'))
  return command
}

function update(call: Call): Answer {
  const fields = call.fields('command')
  if (textOf(fields, 'id') !== call.id('command_id')) throw badBody('command')
  if (textOf(fields, 'team_id') !== livingOne(call).team_id)
    throw new ApiError('api.command.team_mismatch.app_error', 400)
  const command = owned(call)
  const changed = wantedCommand(fields, command, call.world.now())
  refuseTaken(call.world, changed)
  checkCommand(changed)
  call.world.commands.set(command.id, changed)
  return reply(view(changed))
}

function list(call: Call): Answer {
  const teamId = call.query.get('team_id') ?? ''
  if (teamId === '') throw badBody('team_id')
  const customOnly = call.query.get('custom_only') === 'true'
  allow(canTeam(call.world, call.actor, teamId, 'view_team'))
  const manages = canTeam(call.world, call.actor, teamId, 'manage_own_slash_commands')
  const others = canTeam(call.world, call.actor, teamId, 'manage_others_slash_commands')
  const custom = living(call.world, teamId).filter((command) => !manages || others || command.creator_id === call.me)
  if (customOnly) {
    allow(manages)
    return reply(custom.map((command) => view(command)))
  }
  const shown = custom.filter((command) => manages || command.auto_complete)
  return reply([...builtInTriggers.map(builtInView), ...shown.map((command) => view(command, true))])
}

function autocomplete(call: Call): Answer {
  const teamId = call.id('team_id')
  allow(canTeam(call.world, call.actor, teamId, 'view_team'))
  const custom = living(call.world, teamId).filter((command) => command.auto_complete)
  return reply([...custom.map((command) => view(command, true)), ...builtInTriggers.map(builtInView)])
}

function suggestions(call: Call): Answer {
  const teamId = call.id('team_id')
  allow(canTeam(call.world, call.actor, teamId, 'view_team'))
  const input = call.query.get('user_input') ?? ''
  if (input === '') throw badBody('userInput')
  const word = input.replace(/^\//, '').toLowerCase()
  const custom = living(call.world, teamId).filter((command) => command.auto_complete)
  const all = [...custom.map((command) => view(command, true)), ...builtInTriggers.map(builtInView)]
  const fitting = all.filter((command) => typeof command.trigger === 'string' && command.trigger.startsWith(word))
  return reply(
    fitting.map((command) => ({
      Complete: command.trigger,
      Suggestion: command.trigger,
      Hint: command.auto_complete_hint,
      Description: command.auto_complete_desc,
      IconData: '',
    })),
  )
}

function getOne(call: Call): Answer {
  const command = livingOne(call)
  if (!canTeam(call.world, call.actor, command.team_id, 'manage_own_slash_commands')) throw missing()
  const others = canTeam(call.world, call.actor, command.team_id, 'manage_others_slash_commands')
  if (command.creator_id !== call.me && !others) throw missing()
  return reply(view(command))
}

export const commandRoutes: Route[] = [
  { method: 'POST', path: '/commands', handler: create, local: true },
  { method: 'GET', path: '/commands', handler: list, local: true },
  { method: 'POST', path: '/commands/execute', handler: runCommand },
  { method: 'GET', path: '/commands/:command_id', handler: getOne, local: true },
  { method: 'PUT', path: '/commands/:command_id', handler: update, local: true },
  {
    method: 'DELETE',
    path: '/commands/:command_id',
    local: true,
    handler: (call) => {
      const command = owned(call)
      command.delete_at = call.world.now()
      command.update_at = command.delete_at
      return done()
    },
  },
  {
    method: 'PUT',
    path: '/commands/:command_id/regen_token',
    handler: (call) => {
      const command = owned(call)
      command.token = newId()
      command.update_at = call.world.now()
      return reply({ token: command.token })
    },
  },
  { method: 'GET', path: '/teams/:team_id/commands/autocomplete', handler: autocomplete },
  { method: 'GET', path: '/teams/:team_id/commands/autocomplete_suggestions', handler: suggestions },
]
