// Has Mattermost run one command of each team, and says which door is closed where no call arrives (interface.md, "provision").

import type { ProvisionParts } from './provision.ts'
import type { ServerSettings, Teller } from './provision-parts.ts'
import { explainUnreached, openEar, tryCommand, wasTurnedAway } from './provision-reach.ts'
import type { Team } from './provision-teams.ts'
import type { Rest } from './rest.ts'

export interface Proof {
  readonly bot: Rest
  readonly botId: string
  readonly teams: readonly Team[]
  /** By `team_id/trigger`. */
  readonly tokens: ReadonlyMap<string, string>
  readonly server: ServerSettings | undefined
}

/** A running `start` takes up changed tokens within 5 s; twice that is enough. */
const tries = 20
const betweenTriesMs = 500

/** One command of each team; the first failure says which door is closed. True when every call arrived, and somebody was to be called. */
export async function proveReach(parts: ProvisionParts, proof: Proof, tell: Teller): Promise<boolean> {
  const { settings } = parts
  if (proof.tokens.size === 0) return false
  const ear = await openEar(settings, [...proof.tokens.values()])
  try {
    for (const { id } of proof.teams) {
      const [name, token] = [...proof.tokens].find(([one]) => one.startsWith(`${id}/`)) ?? []
      if (name === undefined || token === undefined) continue
      const call = { bot: proof.bot, botId: proof.botId, team: id, trigger: name.slice(id.length + 1) }
      let trial = await tryCommand(call)
      for (let left = tries; ear === undefined && wasTurnedAway(trial) && left > 0; left -= 1) {
        await parts.pause(betweenTriesMs)
        trial = await tryCommand(call)
      }
      if (!trial.refusal && (trial.byVigie || ear?.heard(token))) continue
      const addresses = await parts.lookup(new URL(settings.vigieUrl).hostname)
      const url = `${settings.vigieUrl}/mattermost/command`
      tell.problem(explainUnreached({ trial, url, running: ear === undefined, server: proof.server, addresses }))
      return false
    }
  } finally {
    await ear?.close()
  }
  parts.print({
    fr: `Mattermost joint Vigie à ${settings.vigieUrl}`,
    en: `Mattermost reaches Vigie at ${settings.vigieUrl}`,
  })
  return true
}
