// The slash commands of a team: made, mended, or left to whoever holds the name (interface.md, "provision"; mattermost.md, "Command object";
// threat T2). A command is ours when we know its token; without one, only when it leads to us and a person of trust made it, for whoever made a
// command knows its token and could speak through it as anybody.

import { z } from 'zod'
import type { Said } from '../text/locale.ts'
import type { CommandWords } from './manifest.ts'
import { type Administrator, findOrNothing, type Teller } from './provision-parts.ts'
import type { Team } from './provision-teams.ts'
import { answered } from './rest.ts'

export interface WantedCommand extends CommandWords {
  readonly trigger: string
}

const present = z.looseObject({
  id: z.string(),
  token: z.string().default(''),
  creator_id: z.string().default(''),
  plugin_id: z.string().default(''),
  trigger: z.string(),
  method: z.string().default(''),
  url: z.string().default(''),
  username: z.string().default(''),
  icon_url: z.string().default(''),
  display_name: z.string().default(''),
  description: z.string().default(''),
  auto_complete: z.boolean().default(false),
  auto_complete_hint: z.string().default(''),
  auto_complete_desc: z.string().default(''),
})
export type PresentCommand = z.infer<typeof present>

export interface CommandsAsked {
  readonly admin: Administrator
  readonly botId: string
  /** Whoever's token the administrator's is; nothing for the socket. */
  readonly adminId: string | undefined
  readonly team: Team
  readonly wanted: readonly WantedCommand[]
  /** Where Mattermost calls us: `VIGIE_URL/mattermost/command`. */
  readonly url: string
  /** The tokens we know of this team, by trigger. */
  readonly tokens: ReadonlyMap<string, string>
  /** Give those that stand already a new token. */
  readonly renew: boolean
}

/** The tokens of those that are ours now, by trigger. */
export async function ensureCommands(asked: CommandsAsked, tell: Teller): Promise<ReadonlyMap<string, string>> {
  const { admin, team, wanted } = asked
  const query = { team_id: team.id }
  const custom = z
    .array(present)
    .parse(await admin.rest.call('GET', '/commands', { query: { ...query, custom_only: true } }))
  const all = z.array(present).parse(await admin.rest.call('GET', '/commands', { query }))
  const ours = new Map<string, string>()
  for (const command of wanted) {
    for (const rival of all) {
      if (rival.plugin_id !== '' && rival.trigger === command.trigger)
        tell.problem(collision(command.trigger, team, { fr: 'un module (plugin)', en: 'a plugin' }))
    }
    const token = await ensureCommand(asked, command, custom, tell)
    if (token !== undefined) ours.set(command.trigger, token)
  }
  return ours
}

async function ensureCommand(
  asked: CommandsAsked,
  command: WantedCommand,
  custom: readonly PresentCommand[],
  tell: Teller,
): Promise<string | undefined> {
  const { team, tokens } = asked
  const known = tokens.get(command.trigger)
  const holders = custom.filter((one) => one.trigger === command.trigger)
  let own = known === undefined ? undefined : custom.find((one) => one.token === known)
  for (const holder of holders) {
    if (holder === own) continue
    if (own === undefined && (await isOurs(asked, holder))) own = holder
    else tell.problem(collision(command.trigger, team, await holderOf(asked.admin, holder)))
  }
  if (own !== undefined) {
    const token = await mendCommand(asked, own, command, tell)
    return asked.renew ? renewToken(asked, own, command, tell) : token
  }
  return holders.length > 0 ? undefined : createCommand(asked, command, tell)
}

async function isOurs(asked: Trust, holder: PresentCommand): Promise<boolean> {
  if (holder.plugin_id !== '') return false
  // What the bot made, the local socket made for us.
  if (holder.creator_id === asked.botId) return true
  if (holder.url !== asked.url) return false
  if (holder.creator_id === asked.adminId) return true
  const maker = await findOrNothing(asked.admin.rest.call('GET', `/users/${holder.creator_id}`))
  return person.safeParse(maker).data?.roles.split(' ').includes('system_admin') ?? false
}

/** Whose commands are ours. */
export type Trust = Pick<CommandsAsked, 'admin' | 'botId' | 'adminId' | 'url'>

const person = z.looseObject({ username: z.string(), roles: z.string().default('') })

async function holderOf({ rest }: Administrator, holder: PresentCommand): Promise<Said> {
  // Its address may hold somebody's secret: only the server is named.
  const origin = URL.canParse(holder.url) ? new URL(holder.url).origin : '—'
  const maker = person.safeParse(await findOrNothing(rest.call('GET', `/users/${holder.creator_id}`))).data
  const who = maker ? `@${maker.username}` : undefined
  return {
    fr: `une autre commande${who ? ` de ${who}` : ''}, qui mène à ${origin}`,
    en: `another command${who ? ` of ${who}` : ''}, which leads to ${origin}`,
  }
}

function collision(trigger: string, team: Team, holder: Said): Said {
  return {
    fr: `équipe ${team.name} : /${trigger} appartient déjà à ${holder.fr}. Laissée telle quelle ; libérez ce mot (Intégrations → Commandes) ou écrivez au bot : @vigie ${trigger}.`,
    en: `team ${team.name}: /${trigger} already belongs to ${holder.en}. Left as it is; free the word (Integrations → Slash Commands) or write to the bot: @vigie ${trigger}.`,
  }
}

function wantedFields(asked: CommandsAsked, command: WantedCommand) {
  return {
    trigger: command.trigger,
    method: 'P',
    url: asked.url,
    username: '',
    icon_url: '',
    display_name: command.display_name,
    description: command.description,
    auto_complete: true,
    auto_complete_hint: command.auto_complete_hint,
    auto_complete_desc: command.auto_complete_desc,
  }
}

const made = z.looseObject({ token: z.string() })

/** The local socket has no route for a new token: there the command is made anew. */
async function renewToken(
  asked: CommandsAsked,
  own: PresentCommand,
  command: WantedCommand,
  tell: Teller,
): Promise<string | undefined> {
  const { admin, team } = asked
  if (admin.by === 'socket') {
    await admin.rest.call('DELETE', `/commands/${own.id}`)
    return createCommand(asked, command, tell)
  }
  const { token } = made.parse(await admin.rest.call('PUT', `/commands/${own.id}/regen_token`))
  tell.changed({
    fr: `équipe ${team.name} : jeton de /${command.trigger} remplacé`,
    en: `team ${team.name}: token of /${command.trigger} replaced`,
  })
  return token
}

async function createCommand(asked: CommandsAsked, command: WantedCommand, tell: Teller): Promise<string | undefined> {
  const { admin, team, botId } = asked
  // The socket has no session to take the creator from.
  const creator = admin.by === 'socket' ? { creator_id: botId } : {}
  const body = { team_id: team.id, ...wantedFields(asked, command), ...creator }
  try {
    const { token } = made.parse(await admin.rest.call('POST', '/commands', { body }))
    tell.changed({
      fr: `équipe ${team.name} : commande /${command.trigger} créée`,
      en: `team ${team.name}: command /${command.trigger} created`,
    })
    return token
  } catch (error) {
    if (!answered(error, 400) || error.id !== 'api.command.duplicate_trigger.app_error') throw error
    tell.problem(collision(command.trigger, team, { fr: 'Mattermost lui-même', en: 'Mattermost itself' }))
    return undefined
  }
}

const fieldNames: Readonly<Record<keyof ReturnType<typeof wantedFields>, Said>> = {
  trigger: { fr: 'mot', en: 'word' },
  method: { fr: 'méthode', en: 'method' },
  url: { fr: 'adresse', en: 'address' },
  username: { fr: 'nom de réponse', en: 'reply name' },
  icon_url: { fr: 'icône', en: 'icon' },
  display_name: { fr: 'titre', en: 'title' },
  description: { fr: 'description', en: 'description' },
  auto_complete: { fr: 'complétion', en: 'autocomplete' },
  auto_complete_hint: { fr: 'indication', en: 'hint' },
  auto_complete_desc: { fr: 'texte de la complétion', en: 'autocomplete text' },
}

async function mendCommand(
  asked: CommandsAsked,
  own: PresentCommand,
  command: WantedCommand,
  tell: Teller,
): Promise<string> {
  const fields = wantedFields(asked, command)
  const differing = (Object.keys(fieldNames) as (keyof typeof fields)[]).filter((name) => own[name] !== fields[name])
  if (differing.length > 0) {
    await asked.admin.rest.call('PUT', `/commands/${own.id}`, { body: { ...own, ...fields } })
    const list = (locale: 'fr' | 'en') => differing.map((name) => fieldNames[name][locale]).join(', ')
    tell.changed({
      fr: `équipe ${asked.team.name} : commande /${command.trigger} rétablie (${list('fr')})`,
      en: `team ${asked.team.name}: command /${command.trigger} restored (${list('en')})`,
    })
  }
  return own.token
}

/** Deletes a team's commands that are ours; other people's stay. `tokens`: those we know of this team, by trigger. */
export async function deleteCommands(
  asked: Trust & {
    readonly team: Team
    readonly triggers: readonly string[]
    readonly tokens: ReadonlyMap<string, string>
  },
  tell: Teller,
): Promise<void> {
  const { admin, team, triggers, tokens } = asked
  const query = { team_id: team.id, custom_only: true }
  const custom = z.array(present).parse(await admin.rest.call('GET', '/commands', { query }))
  const known = new Set(tokens.values())
  for (const one of custom) {
    const isMine = known.has(one.token) || (triggers.includes(one.trigger) && (await isOurs(asked, one)))
    if (!isMine) continue
    await admin.rest.call('DELETE', `/commands/${one.id}`)
    tell.changed({
      fr: `équipe ${team.name} : commande /${one.trigger} supprimée`,
      en: `team ${team.name}: command /${one.trigger} deleted`,
    })
  }
}

/** `VIGIE_COMMAND_TOKENS`: `team_id/trigger=token`, comma separated, in the order of the names. */
export function printCommandTokens(tokens: ReadonlyMap<string, string>): string {
  return [...tokens]
    .map(([name, token]) => `${name}=${token}`)
    .sort()
    .join(',')
}

/** The words of `VIGIE_COMMAND_TOKENS` by `team_id/trigger`; what has another shape is left out. */
export function parseCommandTokens(words: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    words.flatMap((word) => {
      const [, name, token] = /^([^/=]+\/[^=]+)=(.+)$/.exec(word) ?? []
      return name === undefined || token === undefined ? [] : [[name, token] as const]
    }),
  )
}
