// People: accounts, their rules and how much of them others see (server/public/model/user.go, server/channels/app/user.go).
import { ApiError } from './api-error.ts'
import type { Actor } from './call.ts'
import { newId } from './ids.ts'
import type { Fields } from './json.ts'
import { canSystem, isAdministrator, isGuest } from './permissions.ts'
import { endSessions } from './sessions.ts'
import type { User } from './shapes.ts'
import { setStatus } from './statuses.ts'
import type { World } from './world.ts'

export interface NewUser {
  username: string
  email: string
  password: string
  first_name?: string
  last_name?: string
  nickname?: string
  position?: string
  locale?: string
  roles?: string
}

const restrictedNames = new Set(['all', 'channel', 'matterbot', 'system'])
const localeShape = /^[a-z]{2,3}(-[A-Za-z]{2,4})?$/
const languages = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' })

const isLocale = (word: string): boolean => localeShape.test(word) && languages.of(word) !== undefined

/** Whether a username may be used: 1 to 64 of `a-z 0-9 . - _`, not a word that mentions many. */
export function isUsername(name: string): boolean {
  return /^[a-z0-9.\-_]{1,64}$/.test(name) && !restrictedNames.has(name)
}

const invalid = (field: string): ApiError => new ApiError(`model.user.is_valid.${field}.app_error`, 400)

/** @throws ApiError 400 naming the first field that is against the rules. */
export function checkUser(user: User): void {
  if (!isUsername(user.username)) throw invalid('username')
  if (user.email.length > 128 || !/^[^\s@]+@[^\s@]+$/.test(user.email)) throw invalid('email')
  if (runes(user.nickname) > 64) throw invalid('nickname')
  if (runes(user.position) > 128) throw invalid('position')
  if (runes(user.first_name) > 64) throw invalid('first_name')
  if (runes(user.last_name) > 64) throw invalid('last_name')
  if (!isLocale(user.locale)) throw invalid('locale')
}

/** Length in code points, as Go counts. */
export const runes = (text: string): number => [...text].length

/**
 * Makes an account and tells everybody.
 * @throws ApiError 400 for a name or address that is taken or against the rules.
 */
export function createUser(world: World, wanted: NewUser): User {
  const at = world.now()
  const user: User = {
    id: newId(),
    create_at: at,
    update_at: at,
    delete_at: 0,
    username: wanted.username.trim().toLowerCase() || newId(),
    email: wanted.email.trim().toLowerCase(),
    nickname: wanted.nickname ?? '',
    first_name: wanted.first_name ?? '',
    last_name: wanted.last_name ?? '',
    position: wanted.position ?? '',
    roles: wanted.roles ?? 'system_user',
    props: {},
    notify_props: defaultNotifyProps(),
    last_password_update: at,
    last_picture_update: 0,
    locale: wanted.locale || 'en',
    timezone: { automaticTimezone: '', manualTimezone: '', useAutomaticTimezone: 'true' },
    password: wanted.password,
    picture: null,
  }
  checkUser(user)
  refuseTaken(world, user)
  world.users.set(user.id, user)
  world.usernames.set(user.username, user.id)
  world.hub.publish({ event: 'new_user', data: { user_id: user.id } })
  return user
}

/** @throws ApiError 400 when another account has this name or address. */
export function refuseTaken(world: World, user: User): void {
  const holder = world.usernames.get(user.username)
  if (holder !== undefined && holder !== user.id) throw new ApiError('app.user.save.username_exists.app_error', 400)
  for (const other of world.users.values())
    if (other.id !== user.id && other.email === user.email)
      throw new ApiError('app.user.save.email_exists.app_error', 400)
}

function defaultNotifyProps(): Record<string, string> {
  return {
    channel: 'true',
    comments: 'never',
    desktop: 'mention',
    desktop_sound: 'true',
    desktop_threads: 'all',
    email: 'true',
    email_threads: 'all',
    first_name: 'false',
    mention_keys: '',
    push: 'mention',
    push_status: 'away',
    push_threads: 'all',
  }
}

/** @throws ApiError 404 when there is no such account. */
export function userById(world: World, id: string): User {
  const user = world.users.get(id)
  if (!user) throw new ApiError('app.user.missing_account.const', 404)
  return user
}

/** The account with this name, in any case; null when there is none. */
export function userByName(world: World, name: string): User | null {
  const id = world.usernames.get(name.toLowerCase())
  return (id !== undefined && world.users.get(id)) || null
}

/** A user as JSON for a reader; oneself sees the notification settings too, an administrator a little more than others. */
export function userView(world: World, user: User, reader: Actor): Fields {
  const own = reader.userId === user.id
  const bot = world.bots.get(user.id)
  return {
    id: user.id,
    create_at: user.create_at,
    update_at: user.update_at,
    delete_at: user.delete_at,
    username: user.username,
    auth_data: '',
    auth_service: '',
    email: user.email,
    nickname: user.nickname,
    first_name: user.first_name,
    last_name: user.last_name,
    position: user.position,
    roles: user.roles,
    ...(Object.keys(user.props).length > 0 ? { props: user.props } : {}),
    ...(own ? { notify_props: user.notify_props, last_password_update: user.last_password_update } : {}),
    ...(user.last_picture_update > 0 ? { last_picture_update: user.last_picture_update } : {}),
    locale: user.locale,
    timezone: user.timezone,
    ...(bot ? { is_bot: true } : { remote_id: '' }),
    ...(bot?.description ? { bot_description: bot.description } : {}),
    disable_welcome_email: false,
  }
}

/** A freshly made or changed account as its maker sees it: whole but for the password. */
export const wholeUserView = (world: World, user: User): Fields =>
  userView(world, user, { userId: user.id, unrestricted: false })

/** Whether the reader may see that this person exists: guests see only those they share a channel with. */
export function canSee(world: World, actor: Actor, userId: string): boolean {
  if (actor.unrestricted || actor.userId === userId) return true
  const reader = world.users.get(actor.userId)
  if (!reader || !isGuest(reader) || canSystem(world, actor, 'view_members')) return true
  for (const members of world.channelMembers.values()) if (members.has(actor.userId) && members.has(userId)) return true
  return false
}

/** Tells everybody that an account changed, each as much as they may see. */
export function announceUser(world: World, user: User): void {
  const omitUsers = [user.id]
  const plain = userView(world, user, { userId: '', unrestricted: false })
  world.hub.publish({ event: 'user_updated', data: { user: plain }, omitUsers, readers: 'administrators' })
  world.hub.publish({ event: 'user_updated', data: { user: plain }, omitUsers, readers: 'others' })
  world.hub.publish({ event: 'user_updated', data: { user: wholeUserView(world, user) }, userId: user.id })
}

/** Deactivates or reactivates an account; whoever is deactivated loses every session, and their bots stop with them. */
export function setActive(world: World, user: User, active: boolean): void {
  user.update_at = world.now()
  user.delete_at = active ? 0 : user.update_at
  world.hub.recheck(user.id)
  if (!active) {
    endSessions(world, user.id)
    setStatus(world, user.id, 'offline', false)
    for (const bot of world.bots.values()) {
      const account = world.users.get(bot.user_id)
      if (bot.owner_id !== user.id || bot.user_id === user.id || !account || bot.delete_at !== 0) continue
      bot.delete_at = world.now()
      setActive(world, account, false)
    }
  }
  announceUser(world, user)
}

/**
 * Gives an account these system roles.
 * @throws ApiError 400 when it is the last administrator.
 */
export function setRoles(world: World, user: User, roles: string): void {
  const wasAdministrator = isAdministrator(world, user.id)
  const others = [...world.users.values()].filter((one) => one.id !== user.id && isAdministrator(world, one.id))
  if (wasAdministrator && !roles.split(' ').includes('system_admin') && others.length === 0)
    throw new ApiError('app.user.update.lastAdmin.app_error', 400)
  user.roles = roles
  user.update_at = world.now()
  world.hub.recheck(user.id)
  world.hub.publish({ event: 'user_role_updated', data: { user_id: user.id, roles }, userId: user.id })
}

/** Makes a member a guest (or a guest a member), in every team and channel. */
export function setGuest(world: World, user: User, guest: boolean): void {
  user.roles = guest ? 'system_guest' : 'system_user'
  user.update_at = world.now()
  const memberships = [...world.teamMembers.values(), ...world.channelMembers.values()]
  for (const members of memberships) {
    const member = members.get(user.id)
    if (!member) continue
    member.scheme_guest = guest
    member.scheme_user = !guest
    if (guest) member.scheme_admin = false
  }
  announceUser(world, user)
}
