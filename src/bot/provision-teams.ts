// The teams that the bot is to work in (interface.md, "provision").

import { z } from 'zod'
import { findOrNothing, type Teller } from './provision-parts.ts'
import { answered, type Rest } from './rest.ts'

const team = z.looseObject({ id: z.string(), name: z.string(), delete_at: z.number().default(0) })
export type Team = z.infer<typeof team>

const pageSize = 200

/** All teams of the server, without those that are archived. */
export async function allTeams(admin: Rest): Promise<readonly Team[]> {
  const found: Team[] = []
  for (let page = 0; ; page += 1) {
    const some = z.array(team).parse(await admin.call('GET', '/teams', { query: { page, per_page: pageSize } }))
    found.push(...some)
    if (some.length < pageSize) return found.filter(({ delete_at }) => delete_at === 0)
  }
}

/** The teams the bot is in. */
export async function teamsOf(bot: Rest): Promise<readonly Team[]> {
  return z.array(team).parse(await bot.call('GET', '/users/me/teams'))
}

/** The teams of these names; each that is missing is a problem, the others go on. */
export async function findTeams(admin: Rest, names: readonly string[], tell: Teller): Promise<readonly Team[]> {
  const found: Team[] = []
  for (const name of names) {
    const one = await findOrNothing(admin.call('GET', `/teams/name/${encodeURIComponent(name)}`))
    const known = one === undefined ? undefined : team.parse(one)
    if (known && known.delete_at === 0) found.push(known)
    else
      tell.problem({ fr: `équipe ${name} : Mattermost ne la connaît pas`, en: `team ${name}: unknown to Mattermost` })
  }
  return found
}

/** Nobody said which team, and the bot is in none: names those there are. */
export async function askForTeam(admin: Rest, tell: Teller): Promise<void> {
  const all = z.array(team).parse(await admin.call('GET', '/teams', { query: { per_page: 20 } }))
  const names = all.map((one) => one.name).join(', ') || '—'
  tell.problem({
    fr: `aucune équipe : dites laquelle avec --team NOM ou MATTERMOST_TEAM (il y a : ${names})`,
    en: `no team: say which with --team NAME or MATTERMOST_TEAM (there are: ${names})`,
  })
}

/** Brings the bot into a team. False for a team that takes nobody, which is a problem; the others go on. */
export async function joinTeam(admin: Rest, botId: string, { id, name }: Team, tell: Teller): Promise<boolean> {
  try {
    await admin.call('POST', `/teams/${id}/members`, { body: { team_id: id, user_id: botId } })
  } catch (error) {
    if (!answered(error, 400)) throw error
    tell.problem({
      fr: `équipe ${name} : Mattermost n’y laisse pas entrer le bot (${error.message})`,
      en: `team ${name}: Mattermost does not let the bot in (${error.message})`,
    })
    return false
  }
  tell.changed({ fr: `bot ajouté à l’équipe ${name}`, en: `bot added to team ${name}` })
  return true
}
