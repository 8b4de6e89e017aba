// Questions about registering slash commands: who may, under which triggers, and what the list tells.

import { type Answer, accepted, at, type Caller, keys, list, refusal, text } from './driver.ts'
import type { Ear, Heard, Reply } from './listener.ts'
import { createBot, join, type Question, suffix, unknownId, type World } from './world.ts'

const forbidden = { status: 403, id: 'api.context.permissions.app_error' }
const taken = { status: 400, id: 'api.command.duplicate_trigger.app_error' }

interface Registered {
  readonly id: string
  readonly token: string
  readonly trigger: string
  readonly ear: Ear
}

/** A command in the world's team that is answered as told, registered by the administrator. */
export async function register(world: World, reply: Reply | ((heard: Heard) => Reply)): Promise<Registered> {
  const ear = world.listener.ear(reply)
  const trigger = `c${suffix()}`
  const body = { team_id: world.team.id, trigger, method: 'P', url: ear.url }
  const made = await accepted(world.admin.post('/commands', body))
  return { id: text(made, 'id'), token: text(made, 'token'), trigger, ear }
}

/** Somebody types a slash command in a channel of the world's team. */
export function type(
  world: World,
  who: Caller,
  channelId: string,
  command: string,
  more: object = {},
): Promise<Answer> {
  return who.post('/commands/execute', { channel_id: channelId, team_id: world.team.id, command, ...more })
}

/** Somebody tries to register a command in the world's team. */
export const create = (world: World, who: Caller, more: object) =>
  who.post('/commands', {
    team_id: world.team.id,
    trigger: `c${suffix()}`,
    method: 'P',
    url: world.listener.url,
    ...more,
  })

export function askAboutRegisteringCommands(question: Question): void {
  question('command: bot may not create', { default: forbidden }, async (world) =>
    refusal(await create(world, world.bot, {})),
  )
  question('command: member may not create', { default: forbidden }, async (world) =>
    refusal(await create(world, world.alice, {})),
  )
  question('command: a bot that is team admin may create', { default: 201 }, async (world) => {
    const bot = await createBot(world.url, world.admin)
    await join(world.admin, 'teams', world.team.id, bot)
    const roles = { scheme_admin: true, scheme_user: true }
    await accepted(world.admin.put(`/teams/${world.team.id}/members/${bot.id}/schemeRoles`, roles))
    const made = await create(world, bot, {})
    await accepted(world.admin.post(`/bots/${bot.id}/disable`))
    return made.status
  })
  for (const trigger of ['status', 'mute', 'help', 'search']) {
    question(`command: /${trigger} is taken`, { default: taken }, async (world) =>
      refusal(await create(world, world.admin, { trigger })),
    )
  }
  for (const trigger of ['vigie', 'subscribe', 'unsubscribe', 'statut']) {
    question(
      `command: /${trigger} is free`,
      { default: 201 },
      async (world) => (await create(world, world.admin, { trigger })).status,
    )
  }
  question('command: duplicate trigger', { default: taken }, async (world) => {
    const { trigger } = await register(world, {})
    return refusal(await create(world, world.admin, { trigger }))
  })
  question(
    'command: trigger with space',
    { default: { status: 400, id: 'model.command.is_valid.trigger.app_error' } },
    async (world) => refusal(await create(world, world.admin, { trigger: 'two words' })),
  )
  question(
    'command: trigger with a slash first',
    { default: { status: 400, id: 'model.command.is_valid.trigger.app_error' } },
    async (world) => refusal(await create(world, world.admin, { trigger: '/vigie' })),
  )
  question('command: trigger is lower-cased', { default: true }, async (world) => {
    const trigger = `Upper${suffix()}`
    return at(await create(world, world.admin, { trigger }), 'trigger') === trigger.toLowerCase()
  })
  question(
    'command: an address that is none',
    { default: { status: 400, id: 'model.command.is_valid.url_http.app_error' } },
    async (world) => refusal(await create(world, world.admin, { url: 'nothing' })),
  )
  question(
    'command: a display name too long',
    { default: { status: 400, id: 'model.command.is_valid.display_name.app_error' } },
    async (world) => refusal(await create(world, world.admin, { display_name: 'x'.repeat(65) })),
  )
  question(
    'command: a description too long',
    { default: { status: 400, id: 'model.command.is_valid.description.app_error' } },
    async (world) => refusal(await create(world, world.admin, { description: 'x'.repeat(129) })),
  )
  question('command: created fields', { default: [201, commandFields] }, async (world) => {
    const made = await create(world, world.admin, {
      auto_complete: true,
      auto_complete_desc: 'd',
      auto_complete_hint: 'h',
    })
    return [made.status, keys(made)]
  })
  question('command: token regenerated', { default: { keys: ['token'], changed: true, used: true } }, async (world) => {
    const command = await register(world, {})
    const fresh = await accepted(world.admin.put(`/commands/${command.id}/regen_token`))
    await accepted(type(world, world.alice, world.pub.id, `/${command.trigger}`))
    const used = new URLSearchParams(command.ear.last().body).get('token')
    return { keys: keys(fresh), changed: text(fresh, 'token') !== command.token, used: used === text(fresh, 'token') }
  })
  question('command: list as admin', { default: { some: true, token: 26, url: true } }, async (world) => {
    const command = await register(world, {})
    const known = await accepted(world.admin.get(`/commands?team_id=${world.team.id}&custom_only=true`))
    const mine = list(known).find((one) => at(one, 'id') === command.id)
    return { some: mine !== undefined, token: text(mine, 'token').length, url: at(mine, 'url') === command.ear.url }
  })
  question('command: list as member', { default: forbidden }, async (world) =>
    refusal(await world.alice.get(`/commands?team_id=${world.team.id}&custom_only=true`)),
  )
  question('command: a list with the built-in ones holds /status', { default: [true, true] }, async (world) => {
    const command = await register(world, {})
    const triggers = list(await world.admin.get(`/commands?team_id=${world.team.id}`)).map((one) => at(one, 'trigger'))
    return [triggers.includes('status'), triggers.includes(command.trigger)]
  })
  question('command: read by its id', { default: [200, true] }, async (world) => {
    const command = await register(world, {})
    const got = await world.admin.get(`/commands/${command.id}`)
    return [got.status, at(got, 'trigger') === command.trigger]
  })
  question('command: changed, its token stays', { default: [200, true, true] }, async (world) => {
    const command = await register(world, {})
    const before = await accepted(world.admin.get(`/commands/${command.id}`))
    const url = `${world.listener.url}/elsewhere`
    const changed = await world.admin.put(`/commands/${command.id}`, Object.assign({}, before.body, { url }))
    const after = await accepted(world.admin.get(`/commands/${command.id}`))
    return [changed.status, at(after, 'url') === url, at(after, 'token') === command.token]
  })
  question('command: a change cannot take the token from elsewhere', { default: true }, async (world) => {
    const command = await register(world, {})
    const before = await accepted(world.admin.get(`/commands/${command.id}`))
    await accepted(world.admin.put(`/commands/${command.id}`, Object.assign({}, before.body, { token: unknownId })))
    return at(await world.admin.get(`/commands/${command.id}`), 'token') === command.token
  })
  question(
    'command: a change cannot take the trigger of another, save on 9.10',
    { default: taken, '9.10': { status: 200, id: null } },
    async (world) => {
      const other = await register(world, {})
      const command = await register(world, {})
      const before = await accepted(world.admin.get(`/commands/${command.id}`))
      const changed = await world.admin.put(
        `/commands/${command.id}`,
        Object.assign({}, before.body, { trigger: other.trigger }),
      )
      return refusal(changed)
    },
  )
  question(
    'command: deleted, its trigger is unknown',
    { default: [200, { status: 404, id: 'api.command.execute_command.not_found.app_error' }] },
    async (world) => {
      const command = await register(world, {})
      const gone = await world.admin.delete(`/commands/${command.id}`)
      return [gone.status, refusal(await type(world, world.alice, world.pub.id, `/${command.trigger}`))]
    },
  )
  question('command: a member deletes nothing', { default: 404 }, async (world) => {
    const command = await register(world, {})
    return (await world.alice.delete(`/commands/${command.id}`)).status
  })
}

const commandFields = [
  'auto_complete',
  'auto_complete_desc',
  'auto_complete_hint',
  'create_at',
  'creator_id',
  'delete_at',
  'description',
  'display_name',
  'icon_url',
  'id',
  'method',
  'plugin_id',
  'team_id',
  'token',
  'trigger',
  'update_at',
  'url',
  'username',
]
