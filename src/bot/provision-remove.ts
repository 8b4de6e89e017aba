// `vigie provision --remove`: undoes what `provision` made in Mattermost and in the dotenv file (interface.md, "provision"). The database
// stays as it is: a later `provision` enables the same bot again and goes on with it. What was undone before is left out.

import { z } from 'zod'
import { administratorId, commandUrl, type ProvisionParts } from './provision.ts'
import { findAccount, readBot } from './provision-account.ts'
import { deleteCommands } from './provision-commands.ts'
import { type Administrator, closedDoor, createTold, type Teller } from './provision-parts.ts'
import { allTeams, type Team } from './provision-teams.ts'
import { revokeTokens } from './provision-tokens.ts'
import { answered, type Rest } from './rest.ts'

export interface RemoveParts extends Pick<ProvisionParts, 'admin' | 'print'> {
  /** The bot's name and the words of its commands. */
  readonly username: string
  readonly triggers: readonly string[]
  readonly settings: Pick<ProvisionParts['settings'], 'mattermostUrl' | 'vigieUrl' | 'commandTokens'>
  /** Takes out of the dotenv file what `provision` wrote; resolves the names. */
  readonly erase: () => Promise<readonly string[]>
}

/** True if all is well. @throws {UserError} where nothing further can be done: whose door is closed, and what opens it. */
export async function removeProvisioned(parts: RemoveParts): Promise<boolean> {
  const tell = createTold(parts.print)
  try {
    await removeFromMattermost(parts, tell)
  } catch (error) {
    throw closedDoor(error, parts.settings.mattermostUrl)
  }
  // Last: while its tokens are known, a removal that was cut off can be repeated.
  const names = await parts.erase()
  if (names.length > 0)
    tell.changed({ fr: `réglages retirés : ${names.join(', ')}`, en: `settings taken out: ${names.join(', ')}` })
  if (names.includes('VIGIE_SECRET_KEY'))
    parts.print({
      fr: 'VIGIE_SECRET_KEY retirée : les boutons déjà posés et les secrets des webhooks de « /vigie gitlab install » ne s’ouvrent plus.',
      en: 'With VIGIE_SECRET_KEY gone, buttons that stand and the secrets of hooks by "/vigie gitlab install" open no more.',
    })
  if (tell.counts.changes === 0) parts.print({ fr: 'rien à changer', en: 'nothing to change' })
  return tell.counts.problems === 0
}

async function removeFromMattermost(parts: RemoveParts, tell: Teller): Promise<void> {
  const { admin, settings, triggers } = parts
  const adminId = await administratorId(admin)
  const teams = await allTeams(admin.rest)
  const known = await findAccount(admin.rest, parts.username)
  const botId = known?.is_bot ? known.id : undefined
  for (const team of teams) {
    const tokens = new Map(
      [...settings.commandTokens].flatMap(([name, token]) =>
        name.startsWith(`${team.id}/`) ? [[name.slice(team.id.length + 1), token] as const] : [],
      ),
    )
    const trust = { admin, botId: botId ?? '', adminId, url: commandUrl(settings) }
    await deleteCommands({ ...trust, team, triggers, tokens }, tell)
  }
  if (botId !== undefined) await removeBot(admin, { botId, adminId, teams }, tell)
}

async function removeBot(
  admin: Administrator,
  { botId, adminId, teams }: { botId: string; adminId: string | undefined; teams: readonly Team[] },
  tell: Teller,
): Promise<void> {
  const { rest } = admin
  const { delete_at, owner_id } = await readBot(rest, botId)
  const isActive = delete_at === 0
  for (const team of await joinedTeams(admin, botId, isActive ? teams : [])) await leaveTeam(rest, botId, team, tell)
  await revokeTokens(rest, botId, undefined, tell)
  if (!isActive) return
  // A bot made by the local socket owns itself, and Mattermost 9.10 never ends to disable such a one.
  if (owner_id === botId) await rest.call('POST', `/bots/${botId}/assign/${adminId ?? (await someAdministrator(rest))}`)
  await rest.call('POST', `/bots/${botId}/disable`)
  tell.changed({
    fr: 'bot désactivé : un « provision » le réactivera',
    en: 'bot disabled: a later "provision" enables it again',
  })
}

const idAndName = z.looseObject({ id: z.string(), name: z.string(), delete_at: z.number().default(0) })

/** The socket cannot ask for them: there all are tried. */
async function joinedTeams({ rest, by }: Administrator, botId: string, all: readonly Team[]): Promise<readonly Team[]> {
  return by === 'socket' ? all : z.array(idAndName).parse(await rest.call('GET', `/users/${botId}/teams`))
}

async function leaveTeam(rest: Rest, botId: string, { id, name }: Team, tell: Teller): Promise<void> {
  try {
    await rest.call('DELETE', `/teams/${id}/members/${botId}`)
  } catch (error) {
    // Never a member there.
    if (answered(error, 400, 404)) return
    throw error
  }
  tell.changed({ fr: `bot retiré de l’équipe ${name}`, en: `bot removed from team ${name}` })
}

const person = z.looseObject({ id: z.string(), is_bot: z.boolean().default(false), roles: z.string().default('') })

async function someAdministrator(rest: Rest): Promise<string> {
  const query = { role: 'system_admin', active: true, per_page: 200 }
  const people = z.array(person).parse(await rest.call('GET', '/users', { query }))
  const found = people.find(({ is_bot, roles }) => !is_bot && roles.split(' ').includes('system_admin'))
  if (found === undefined) throw new Error('a Mattermost without an active administrator')
  return found.id
}
