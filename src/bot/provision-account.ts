// The bot account: made or mended, with its words and picture (interface.md, "provision").

import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { UserError } from '../errors.ts'
import type { BotWords } from './manifest.ts'
import { type Administrator, findOrNothing, type Teller } from './provision-parts.ts'
import { answered, MattermostError, type Rest } from './rest.ts'

export const account = z.looseObject({
  id: z.string(),
  username: z.string(),
  roles: z.string().default(''),
  is_bot: z.boolean().default(false),
})
type Account = z.infer<typeof account>

const bot = z.looseObject({
  user_id: z.string(),
  display_name: z.string().default(''),
  description: z.string().default(''),
  delete_at: z.number().default(0),
  owner_id: z.string().default(''),
})

export interface WantedBot extends BotWords {
  readonly username: string
}

export interface BotMaking {
  readonly admin: Administrator
  readonly wanted: WantedBot
  readonly picture: Picture
  /** Over HTTP, as somebody with a password. */
  readonly signIn: (username: string, password: string) => Promise<Rest>
}

/** A PNG. */
export type Picture = Uint8Array<ArrayBuffer>

/** The bot's user id. @throws {UserError} where a person has its name. */
export async function ensureBot(making: BotMaking, tell: Teller): Promise<string> {
  const { admin, wanted } = making
  const known = await findAccount(admin.rest, wanted.username)
  if (known && !known.is_bot) {
    throw new UserError({
      fr: `Le compte @${wanted.username} est celui d’une personne : renommez-le dans Mattermost, puis recommencez.`,
      en: `The account @${wanted.username} is a person's: rename it in Mattermost, then try again.`,
    })
  }
  const id = known?.id ?? (await (admin.by === 'token' ? createBot(admin.rest, wanted) : convertUser(making, tell)))
  if (!known) tell.changed({ fr: `bot @${wanted.username} créé`, en: `bot @${wanted.username} created` })
  await mendBot(admin.rest, id, wanted, known !== undefined, tell)
  await keepOrdinary(admin.rest, wanted.username, tell)
  return id
}

/** The account of that name, deactivated ones too. */
export async function findAccount(rest: Rest, username: string): Promise<Account | undefined> {
  const found = await findOrNothing(rest.call('GET', `/users/username/${username}`))
  return found === undefined ? undefined : account.parse(found)
}

async function createBot(rest: Rest, { username, display_name, description }: WantedBot): Promise<string> {
  return bot.parse(await rest.call('POST', '/bots', { body: { username, display_name, description } })).user_id
}

/**
 * The local socket has no session and so creates no bot: a user is created and converted. A bot may not change its own picture, a person may:
 * it is set in between, with a password that nobody ever learns.
 */
async function convertUser(making: BotMaking, tell: Teller): Promise<string> {
  const { rest } = making.admin
  await requirePeople(rest)
  const { username, display_name } = making.wanted
  const password = `Aa1!${randomBytes(24).toString('base64url')}`
  const body = { username, password, email: `${username}@localhost`, email_verified: true, first_name: display_name }
  const { id } = account.parse(await rest.call('POST', '/users', { body: { ...body, disable_welcome_email: true } }))
  try {
    const own = await making.signIn(username, password)
    await own.call('POST', `/users/${id}/image`, { body: asForm(making.picture) })
    await own.call('POST', '/users/logout')
    tell.changed(pictureSet)
  } catch (error) {
    if (!(error instanceof MattermostError)) throw error
    tell.problem({
      fr: `image du bot : elle n’a pas pu être posée (${error.message}) ; « vigie provision --admin-token … » le fera`,
      en: `bot's picture: it could not be set (${error.message}); "vigie provision --admin-token …" will`,
    })
  }
  await rest.call('POST', `/users/${id}/convert_to_bot`)
  return id
}

/** The first account of a new server becomes its administrator, and the bot is never to be that. */
async function requirePeople(rest: Rest): Promise<void> {
  const accounts = z.array(account).parse(await rest.call('GET', '/users', { query: { per_page: 200 } }))
  if (accounts.some(({ is_bot }) => !is_bot)) return
  throw new UserError({
    fr: 'Ce Mattermost n’a encore personne : créez-y d’abord le compte de son administrateur, puis recommencez.',
    en: "This Mattermost has nobody in it yet: create its administrator's account first, then try again.",
  })
}

const pictureSet = { fr: 'image du bot posée', en: "bot's picture set" }

function asForm(picture: Picture): FormData {
  const form = new FormData()
  form.set('image', new Blob([picture], { type: 'image/png' }), 'vigie.png')
  return form
}

/** The bot of that account, disabled ones too. */
export async function readBot(rest: Rest, id: string): Promise<z.infer<typeof bot>> {
  return bot.parse(await rest.call('GET', `/bots/${id}`, { query: { include_deleted: true } }))
}

async function mendBot(rest: Rest, id: string, wanted: WantedBot, known: boolean, tell: Teller): Promise<void> {
  const { display_name, description } = wanted
  const present = await readBot(rest, id)
  if (present.delete_at !== 0) {
    await rest.call('POST', `/bots/${id}/enable`)
    tell.changed({ fr: 'bot réactivé', en: 'bot enabled again' })
  }
  if (present.display_name === display_name && present.description === description) return
  await rest.call('PUT', `/bots/${id}`, { body: { display_name, description } })
  if (known) tell.changed({ fr: 'nom et description du bot rétablis', en: "bot's name and description restored" })
}

/** The bot is never a system administrator; the first account of a new server becomes one without being asked. */
async function keepOrdinary(rest: Rest, username: string, tell: Teller): Promise<void> {
  const present = await findAccount(rest, username)
  if (!present?.roles.split(' ').includes('system_admin')) return
  try {
    await rest.call('PUT', `/users/${present.id}/roles`, { body: { roles: 'system_user' } })
  } catch (error) {
    if (!answered(error, 400) || error.id !== 'app.user.update.lastAdmin.app_error') throw error
    // Mattermost counts people only: with a single human administrator it refuses, whoever else has the rank.
    tell.problem({
      fr: `le bot @${username} est administrateur système, et Mattermost ne le lui retire pas tant qu’une seule personne l’est : nommez-en une seconde, puis recommencez`,
      en: `the bot @${username} is a system administrator, and Mattermost does not take that away while only one person is: name a second one, then try again`,
    })
    return
  }
  tell.changed({
    fr: 'bot ramené au rang d’utilisateur ordinaire (il n’administre jamais le système)',
    en: 'bot made an ordinary user again (it never administers the system)',
  })
}

/**
 * Uploads the picture unless it stands there already. Mattermost keeps its own copy of it (128 × 128) and leaves that one alone when the same
 * picture comes again, so that what it shows before and after tells whether anything changed.
 */
export async function ensurePicture(
  asked: { admin: Rest; botId: string; picture: Picture; show: () => Promise<Uint8Array> },
  tell: Teller,
): Promise<void> {
  const { admin, botId, picture, show } = asked
  const before = await show()
  if (Buffer.compare(before, picture) === 0) return
  await admin.call('POST', `/users/${botId}/image`, { body: asForm(picture) })
  if (Buffer.compare(before, await show()) !== 0) tell.changed(pictureSet)
}
