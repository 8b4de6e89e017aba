// What the steps of `provision` share: who is asked, what is told, and what a refusal of Mattermost's means for the person at the terminal.

import { z } from 'zod'
import { UserError } from '../errors.ts'
import type { Said } from '../text/locale.ts'
import { answered, MattermostError, type Rest } from './rest.ts'

export interface Teller {
  /** Something was made or mended. */
  changed(said: Said): void
  /** Something is not well, and the rest goes on. */
  problem(said: Said): void
}

/** What has been told so far. */
export interface Told extends Teller {
  readonly counts: { changes: number; problems: number }
}

/** Prints and counts. */
export function createTold(print: (said: Said) => void): Told {
  const counts = { changes: 0, problems: 0 }
  return {
    counts,
    changed(said) {
      counts.changes += 1
      print({ fr: `+ ${said.fr}`, en: `+ ${said.en}` })
    },
    problem(said) {
      counts.problems += 1
      print({ fr: `! ${said.fr}`, en: `! ${said.en}` })
    },
  }
}

/** An administrator's way in: a token over HTTP, or the local-mode socket, which has no session and creates no bots. */
export interface Administrator {
  readonly rest: Rest
  readonly by: 'token' | 'socket'
}

const serverSettings = z.object({
  ServiceSettings: z.object({
    SiteURL: z.string().default(''),
    AllowedUntrustedInternalConnections: z.string().default(''),
    EnableCommands: z.boolean().default(true),
  }),
})
export type ServerSettings = z.infer<typeof serverSettings>['ServiceSettings']

/** Mattermost's own settings that open or close doors; nothing where they may not be read. */
export async function readServerSettings(admin: Rest): Promise<ServerSettings | undefined> {
  try {
    return serverSettings.parse(await admin.call('GET', '/config')).ServiceSettings
  } catch (error) {
    if (answered(error, 403, 404)) return undefined
    throw error
  }
}

/** The answer, or nothing where Mattermost does not know the thing. */
export async function findOrNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (answered(error, 404)) return undefined
    throw error
  }
}

const doors: Readonly<Record<string, Said>> = {
  'api.bot.create_disabled': {
    fr: 'Mattermost ne laisse créer aucun bot : activez ServiceSettings.EnableBotAccountCreation (Console système → Intégrations → Comptes de bot), puis recommencez.',
    en: 'Mattermost lets nobody create a bot: switch on ServiceSettings.EnableBotAccountCreation (System Console → Integrations → Bot Accounts), then try again.',
  },
  'api.context.mfa_required.app_error': {
    fr: 'Ce Mattermost exige l’authentification à plusieurs facteurs : activez-la d’abord pour ce compte (Paramètres du compte → Sécurité), puis recommencez.',
    en: 'This Mattermost demands multi-factor authentication: set it up for this account first (Account Settings → Security), then try again.',
  },
  'api.command.disabled.app_error': {
    fr: 'Mattermost n’accepte aucune commande : activez ServiceSettings.EnableCommands (Console système → Intégrations → Gestion des intégrations), puis recommencez.',
    en: 'Mattermost takes no slash commands: switch on ServiceSettings.EnableCommands (System Console → Integrations → Integration Management), then try again.',
  },
}

/** What to tell of an error of Mattermost's: the door that is closed and who opens it. Other errors come back as they are. */
export function closedDoor(error: unknown, where: string): unknown {
  if (!(error instanceof MattermostError)) return error
  const door = error.id === undefined ? undefined : doors[error.id]
  return new UserError(door ?? plainRefusal(error, where), { cause: error })
}

function plainRefusal(error: MattermostError, where: string): Said {
  if (error.failure !== 'answered')
    return {
      fr: `Mattermost ne répond pas à ${where} (${error.message}).`,
      en: `Mattermost does not answer at ${where} (${error.message}).`,
    }
  if (error.status === 401)
    return {
      fr: `Mattermost (${where}) n’accepte pas ce jeton d’administrateur : donnez celui d’un administrateur système.`,
      en: `Mattermost (${where}) does not accept this administrator's token: give one of a system administrator.`,
    }
  if (error.status === 403)
    return {
      fr: `Mattermost refuse à ce compte ce que « provision » doit faire (${error.message}) : donnez le jeton d’un administrateur système.`,
      en: `Mattermost does not let this account do what "provision" has to do (${error.message}): give the token of a system administrator.`,
    }
  return { fr: `Mattermost a refusé un appel : ${error.message}.`, en: `Mattermost refused a call: ${error.message}.` }
}
