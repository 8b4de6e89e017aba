// The teams Vigie works in: those that MATTERMOST_TEAM names, or all of the bot's (interface.md, "Settings").

import { ConfigError } from '../errors.ts'
import type { Said } from '../text/locale.ts'
import type { Calls, Team } from './calls.ts'

export interface Teams {
  /** Those of the bot's teams that it works in. @throws {MattermostError} */
  mine(): Promise<Team[]>
  /** @throws {ConfigError} that names every team of MATTERMOST_TEAM the bot is not in. @throws {MattermostError} */
  require(): Promise<void>
}

/** `names` as MATTERMOST_TEAM has them; none: all of the bot's. */
export function createTeams(calls: Pick<Calls, 'myTeams'>, names: readonly string[]): Teams {
  const wanted = new Set(names.map((name) => name.toLowerCase()))
  return {
    async mine() {
      return (await calls.myTeams()).filter((team) => wanted.size === 0 || wanted.has(team.name))
    },
    async require() {
      if (wanted.size === 0) return
      const inside = new Set((await calls.myTeams()).map((team) => team.name))
      const missing = [...wanted].filter((name) => !inside.has(name))
      if (missing.length > 0) throw new ConfigError(missing.map(notIn))
    },
  }
}

function notIn(name: string): Said {
  return {
    fr: `MATTERMOST_TEAM\u00a0: le bot n’est dans aucune équipe «\u00a0${name}\u00a0». Corrigez le nom, ou lancez «\u00a0vigie provision --team ${name}\u00a0».`,
    en: `MATTERMOST_TEAM: the bot is in no team "${name}". Mend the name, or run "vigie provision --team ${name}".`,
  }
}
