// `vigie provision`: what the manifest says → bot account, teams and slash commands in Mattermost (interface.md, "provision"). Made or mended,
// never twice: a second run changes nothing.

import { z } from 'zod'
import { UserError } from '../errors.ts'
import type { Locale, Said } from '../text/locale.ts'
import type { Manifest } from './manifest.ts'
import { ensureBot, ensurePicture, type Picture } from './provision-account.ts'
import { ensureCommands, printCommandTokens } from './provision-commands.ts'
import {
  type Administrator,
  closedDoor,
  createTold,
  readServerSettings,
  type Teller,
  type Told,
} from './provision-parts.ts'
import { proveReach } from './provision-proof.ts'
import { makeSecrets, rotateSecrets } from './provision-secrets.ts'
import { allTeams, askForTeam, findTeams, joinTeam, type Team, teamsOf } from './provision-teams.ts'
import { ensureToken, revokeTokens } from './provision-tokens.ts'
import type { Rest } from './rest.ts'

export interface ProvisionParts {
  readonly admin: Administrator
  /** Calls over HTTP with the bot's own token. */
  readonly asBot: (token: string) => Rest
  /** Over HTTP, as somebody with a password. */
  readonly signIn: (username: string, password: string) => Promise<Rest>
  /** The picture that Mattermost shows of an account. */
  readonly pictureOf: (token: string, userId: string) => Promise<Uint8Array>
  readonly manifest: Manifest
  readonly picture: Picture
  readonly settings: ProvisionSettings
  /** Stores settings in the dotenv file; resolves the names that changed. */
  readonly save: (changes: Readonly<Record<string, string>>) => Promise<readonly string[]>
  /** The addresses of a host name; none where it is unknown. */
  readonly lookup: (host: string) => Promise<readonly string[]>
  readonly pause: (ms: number) => Promise<void>
  readonly print: (said: Said) => void
}

export interface ProvisionSettings {
  readonly mattermostUrl: string
  /** The language of the slash commands' texts. */
  readonly locale: Locale
  readonly host: string
  readonly port: number
  /** Without trailing slash. */
  readonly vigieUrl: string
  /** Names of the teams to work in; none: those the bot is in. */
  readonly teams: readonly string[]
  /** Work in every team of the server. */
  readonly allTeams: boolean
  /** `MATTERMOST_TEAM` as it is, and the teams to add to it. */
  readonly knownTeams: readonly string[]
  readonly addedTeams: readonly string[]
  readonly token: string | undefined
  /** It stands in the settings, not in a file that they name. */
  readonly isTokenPlain: boolean
  /** By `team_id/trigger`. */
  readonly commandTokens: ReadonlyMap<string, string>
  readonly hasSecretKey: boolean
  readonly hasGitlabSecret: boolean
  /** Replace what was made before; absent: keep it. */
  readonly rotation?: Rotation | undefined
  /** What `start` needs besides what is made here. */
  readonly given: Readonly<Record<string, string>>
}

/** What `--rotate` starts from. */
export interface Rotation {
  /** Names whose value the environment gives, or a file that the setting names: it cannot be replaced in the dotenv file. */
  readonly elsewhere: readonly string[]
  /** VIGIE_SECRET_KEY as it is: the first seals, all open. */
  readonly secretKeys: readonly string[]
  /** Something in the database opens under the second of them alone, which the rotation would drop. */
  readonly needsOldKeys: boolean
  /** GITLAB_WEBHOOK_TOKEN as it is, if `provision` made it; else none. */
  readonly gitlabTokens: readonly string[]
}

/** True if all is well. @throws {UserError} where nothing further can be done: whose door is closed, and what opens it. */
export async function provision(parts: ProvisionParts): Promise<boolean> {
  const tell = createTold(parts.print)
  try {
    await run(parts, tell)
  } catch (error) {
    throw closedDoor(error, parts.settings.mattermostUrl)
  }
  if (tell.counts.changes === 0) parts.print({ fr: 'rien à changer', en: 'nothing to change' })
  return tell.counts.problems === 0
}

async function run(parts: ProvisionParts, tell: Told): Promise<void> {
  const { admin, asBot, manifest, settings } = parts
  const adminId = await administratorId(admin)
  const server = await readServerSettings(admin.rest)
  if (settings.rotation) tellWhatStays(settings.rotation, tell)
  await store(parts, settings.given, tell)
  const spoken = settings.locale === 'en' ? manifest.bot.en : manifest.bot
  const { display_name, description } = spoken
  const wanted = { username: manifest.bot.username, display_name, description }
  const botId = await ensureBot({ admin, wanted, picture: parts.picture, signIn: parts.signIn }, tell)
  const { token, id: tokenId } = await tokenFor(parts, botId, tell)
  if (token === settings.token && settings.isTokenPlain) await store(parts, { MATTERMOST_TOKEN: token }, tell)
  const bot = asBot(token)
  // The socket takes no files: there the picture was set when the bot was made.
  if (admin.by === 'token') {
    const show = () => parts.pictureOf(token, botId)
    await ensurePicture({ admin: admin.rest, botId, picture: parts.picture, show }, tell)
  }
  const teams = await ensureTeams(parts, bot, botId, tell)
  await makeSecrets(parts, (changes) => store(parts, changes, tell))
  const tokens = await registerCommands(parts, { adminId, botId, teams }, tell)
  const isReached = await proveReach(parts, { bot, botId, teams, tokens, server }, tell)
  if (settings.rotation === undefined) return
  // A running `start` speaks with the old token until it has taken up the new one.
  if (!isReached) await parts.pause(takenUpMs)
  if (tokenId !== undefined) await revokeTokens(admin.rest, botId, tokenId, tell)
  await rotateSecrets(parts, settings.rotation, { store: (changes) => store(parts, changes, tell), tell })
}

/** A running `start` takes up changed secrets within 5 s. */
const takenUpMs = 6000

function tokenFor(parts: ProvisionParts, botId: string, tell: Told): ReturnType<typeof ensureToken> {
  const { admin, asBot, settings } = parts
  const renew = mayRenew(settings, 'MATTERMOST_TOKEN')
  const search = { botId, admin: admin.rest, asBot, present: settings.token, renew }
  return ensureToken(search, (made) => store(parts, { MATTERMOST_TOKEN: made }, tell), tell)
}

function mayRenew({ rotation }: ProvisionSettings, name: string): boolean {
  return rotation !== undefined && !rotation.elsewhere.includes(name)
}

/** What stays as it is for it stands where we do not write. */
function tellWhatStays({ elsewhere }: Rotation, tell: Teller): void {
  for (const name of elsewhere)
    tell.problem({
      fr: `${name} : gardé tel quel, car il vient de l’environnement ou d’un fichier à part (${name}_FILE) ; remplacez-le là-bas`,
      en: `${name}: kept as it is, for it comes from the environment or from a file of its own (${name}_FILE); replace it there`,
    })
}

/** The teams to work in, the bot a member of each; `MATTERMOST_TEAM` grows by those asked for and loses none it stood for. */
async function ensureTeams(parts: ProvisionParts, bot: Rest, botId: string, tell: Told): Promise<readonly Team[]> {
  const { admin, settings } = parts
  const own = await teamsOf(bot)
  const teams: Team[] = []
  for (const team of await wantedTeams(parts, own, tell))
    if (own.some(({ id }) => id === team.id) || (await joinTeam(admin.rest, botId, team, tell))) teams.push(team)
  // Where MATTERMOST_TEAM names nobody it means all of the bot's teams: that holds for --all-teams as it is.
  if (settings.addedTeams.length > 0 || (settings.allTeams && settings.knownTeams.length > 0)) {
    const before = settings.knownTeams.length > 0 ? settings.knownTeams : own.map(({ name }) => name)
    const names = [...new Set([...before, ...teams.map(({ name }) => name)])]
    await store(parts, { MATTERMOST_TEAM: names.join(',') }, tell)
  }
  return teams
}

async function wantedTeams(
  { admin, settings }: ProvisionParts,
  own: readonly Team[],
  tell: Teller,
): Promise<readonly Team[]> {
  if (settings.allTeams) return allTeams(admin.rest)
  if (settings.teams.length > 0) return findTeams(admin.rest, settings.teams, tell)
  if (own.length === 0) await askForTeam(admin.rest, tell)
  return own
}

const me = z.looseObject({ id: z.string(), roles: z.string().default('') })

/** Nothing for the socket. @throws {UserError} for an account that is no system administrator's. */
export async function administratorId(admin: Administrator): Promise<string | undefined> {
  if (admin.by === 'socket') return undefined
  const { id, roles } = me.parse(await admin.rest.call('GET', '/users/me'))
  if (roles.split(' ').includes('system_admin')) return id
  throw new UserError({
    fr: 'Ce jeton n’est pas celui d’un administrateur système : il ne suffit pas pour créer un bot et des commandes.',
    en: 'This token is not one of a system administrator: it does not suffice to create a bot and slash commands.',
  })
}

async function store(parts: ProvisionParts, changes: Readonly<Record<string, string>>, tell: Told): Promise<void> {
  const names = await parts.save(changes)
  if (names.length === 0) return
  tell.changed({ fr: `réglages écrits : ${names.join(', ')}`, en: `settings written: ${names.join(', ')}` })
}

interface Cast {
  readonly adminId: string | undefined
  readonly botId: string
  readonly teams: readonly Team[]
}

/** The tokens of these teams' commands by `team_id/trigger`, stored beside those of other teams. */
async function registerCommands(parts: ProvisionParts, cast: Cast, tell: Told): Promise<ReadonlyMap<string, string>> {
  const { admin, manifest, settings } = parts
  const wanted = manifest.commands.map(({ trigger, en, ...fr }) => ({
    trigger,
    ...(settings.locale === 'en' ? en : fr),
  }))
  const kept = new Map(settings.commandTokens)
  const ours = new Map<string, string>()
  for (const team of cast.teams) {
    const tokens = new Map(wanted.flatMap(({ trigger }) => pairOf(trigger, kept.get(`${team.id}/${trigger}`))))
    const renew = mayRenew(settings, 'VIGIE_COMMAND_TOKENS')
    const asked = { admin, ...cast, team, wanted, url: commandUrl(settings), tokens, renew }
    const found = await ensureCommands(asked, tell)
    for (const { trigger } of wanted) kept.delete(`${team.id}/${trigger}`)
    for (const [trigger, token] of found) ours.set(`${team.id}/${trigger}`, token)
    // A later team's failure must not lose the tokens of this one.
    const known = new Map([...kept, ...ours])
    if (known.size + settings.commandTokens.size > 0)
      await store(parts, { VIGIE_COMMAND_TOKENS: printCommandTokens(known) }, tell)
  }
  return ours
}

function pairOf(name: string, value: string | undefined): [string, string][] {
  return value === undefined ? [] : [[name, value]]
}

/** Where Mattermost calls us. */
export function commandUrl({ vigieUrl }: Pick<ProvisionSettings, 'vigieUrl'>): string {
  return `${vigieUrl}/mattermost/command`
}
