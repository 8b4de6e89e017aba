// Bot accounts (server/channels/app/bot.go, server/channels/api4/bot.go).
import { ApiError, badBody, forbidden } from './api-error.ts'
import { type Actor, type Answer, type Call, type Route, reply } from './call.ts'
import { directChannel } from './direct-channels.ts'
import { type Fields, textOf } from './json.ts'
import { allow, canEditUser, canSystem } from './permissions.ts'
import { createPost } from './posts.ts'
import type { Bot, User } from './shapes.ts'
import { announceUser, createUser, isUsername, refuseTaken, runes, setActive, userById } from './users.ts'
import type { World } from './world.ts'

const missing = (): ApiError => new ApiError('store.sql_bot.get.missing.app_error', 404)

/** A bot as JSON: half of it is the account's. */
export function botView(world: World, bot: Bot): Fields {
  const user = userById(world, bot.user_id)
  return {
    user_id: bot.user_id,
    username: user.username,
    ...(user.first_name ? { display_name: user.first_name } : {}),
    ...(bot.description ? { description: bot.description } : {}),
    owner_id: bot.owner_id,
    create_at: bot.create_at,
    update_at: bot.update_at,
    delete_at: bot.delete_at,
  }
}

/** Refusal to manage a bot, null when it may be: strangers are told that it does not exist. */
function refusalToManage(world: World, actor: Actor, userId: string): ApiError | null {
  const bot = world.bots.get(userId)
  if (!bot) return missing()
  if (actor.unrestricted || canSystem(world, actor, 'manage_others_bots')) return null
  return missing()
}

/** Whether the actor may change this account: their own, any as an administrator, a bot they manage. */
export function canManageUser(world: World, actor: Actor, userId: string): boolean {
  if (actor.unrestricted) return true
  if (world.bots.has(userId)) return refusalToManage(world, actor, userId) === null
  return canEditUser(world, actor, userId)
}

function checkBot(username: string, displayName: string, description: string): void {
  if (!isUsername(username)) throw new ApiError('model.bot.is_valid.username.app_error', 400)
  if (runes(displayName) > 64) throw new ApiError('model.bot.is_valid.user_id.app_error', 400)
  if (runes(description) > 1024) throw new ApiError('model.bot.is_valid.description.app_error', 400)
}

/**
 * Makes a bot; its owner gets a direct message from it, as on the real server.
 * @throws ApiError 400 for a name that is taken or against the rules.
 */
export function createBot(
  world: World,
  wanted: { username: string; display_name: string; description: string; owner_id: string },
): Bot {
  checkBot(wanted.username, wanted.display_name, wanted.description)
  const user = createUser(world, {
    username: wanted.username,
    email: `${wanted.username}@localhost`,
    password: '',
    first_name: wanted.display_name,
  })
  const at = world.now()
  const bot: Bot = {
    user_id: user.id,
    description: wanted.description,
    owner_id: wanted.owner_id,
    create_at: at,
    update_at: at,
    delete_at: 0,
  }
  world.bots.set(user.id, bot)
  greetOwner(world, user, bot)
  return bot
}

function greetOwner(world: World, user: User, bot: Bot): void {
  const owner = world.users.get(bot.owner_id)
  if (!owner) return
  const channel = directChannel(world, user.id, owner.id)
  createPost(world, {
    user_id: user.id,
    channel_id: channel.id,
    type: 'add_bot_teams_channels',
    message:
      'Please add me to teams and channels you want me to interact in. To do this, use the browser or Mattermost Desktop App.',
  })
}

function create(call: Call): Answer {
  const fields = call.fields('bot')
  const { world } = call
  allow(canSystem(world, call.actor, 'create_bot'))
  if (world.bots.has(call.me)) throw forbidden()
  if (!world.config.botAccounts) throw new ApiError('api.bot.create_disabled', 403)
  const bot = createBot(world, {
    username: textOf(fields, 'username'),
    display_name: textOf(fields, 'display_name'),
    description: textOf(fields, 'description'),
    owner_id: call.me,
  })
  return reply(botView(world, bot), 201)
}

function managed(call: Call): Bot {
  const id = call.id('bot_user_id')
  const refusal = refusalToManage(call.world, call.actor, id)
  const bot = call.world.bots.get(id)
  if (refusal || !bot) throw refusal ?? missing()
  return bot
}

function patch(call: Call): Answer {
  const { world } = call
  const fields = call.fields('bot')
  const bot = managed(call)
  const user = userById(world, bot.user_id)
  const username = fields.username === undefined ? user.username : textOf(fields, 'username')
  const displayName = fields.display_name === undefined ? user.first_name : textOf(fields, 'display_name')
  const description = fields.description === undefined ? bot.description : textOf(fields, 'description')
  if (username === user.username && displayName === user.first_name && description === bot.description)
    return reply(botView(world, bot))
  checkBot(username, displayName, description)
  refuseTaken(world, { ...user, username, email: `${username}@localhost` })
  world.usernames.delete(user.username)
  Object.assign(user, { username, email: `${username}@localhost`, first_name: displayName, update_at: world.now() })
  world.usernames.set(username, user.id)
  announceUser(world, user)
  bot.description = description
  bot.update_at = world.now()
  return reply(botView(world, bot))
}

function getOne(call: Call): Answer {
  const bot = call.world.bots.get(call.id('bot_user_id'))
  const withDeleted = call.query.get('include_deleted') === 'true'
  if (!bot || (bot.delete_at !== 0 && !withDeleted)) throw missing()
  if (!canSystem(call.world, call.actor, 'read_others_bots')) throw missing()
  return reply(botView(call.world, bot))
}

function list(call: Call): Answer {
  allow(canSystem(call.world, call.actor, 'read_others_bots'))
  const { page, perPage } = call.paging
  const bots = [...call.world.bots.values()].filter(
    (bot) => call.query.get('include_deleted') === 'true' || bot.delete_at === 0,
  )
  return reply(bots.slice(page * perPage, (page + 1) * perPage).map((bot) => botView(call.world, bot)))
}

function changeActive(call: Call, active: boolean): Answer {
  const bot = managed(call)
  setActive(call.world, userById(call.world, bot.user_id), active)
  if (active !== (bot.delete_at === 0)) {
    bot.delete_at = active ? 0 : call.world.now()
    bot.update_at = call.world.now()
  }
  return reply(botView(call.world, bot))
}

function assign(call: Call): Answer {
  const bot = managed(call)
  if (call.world.bots.has(call.id('user_id'))) throw forbidden()
  bot.owner_id = call.id('user_id')
  bot.update_at = call.world.now()
  return reply(botView(call.world, bot))
}

function convert(call: Call): Answer {
  const { world } = call
  const user = userById(world, call.id('user_id'))
  allow(canSystem(world, call.actor, 'manage_system'))
  if (world.bots.has(user.id)) throw badBody('user_id')
  const at = world.now()
  const bot: Bot = { user_id: user.id, description: '', owner_id: user.id, create_at: at, update_at: at, delete_at: 0 }
  user.first_name = user.username
  world.bots.set(user.id, bot)
  return reply(botView(world, bot))
}

export const botRoutes: Route[] = [
  { method: 'POST', path: '/bots', handler: create },
  { method: 'GET', path: '/bots', handler: list, local: true },
  { method: 'GET', path: '/bots/:bot_user_id', handler: getOne, local: true },
  { method: 'PUT', path: '/bots/:bot_user_id', handler: patch, local: true },
  { method: 'POST', path: '/bots/:bot_user_id/disable', handler: (call) => changeActive(call, false), local: true },
  { method: 'POST', path: '/bots/:bot_user_id/enable', handler: (call) => changeActive(call, true), local: true },
  { method: 'POST', path: '/bots/:bot_user_id/assign/:user_id', handler: assign, local: true },
  { method: 'POST', path: '/users/:user_id/convert_to_bot', handler: convert, local: true },
]
