// `vigie provision`: what the manifest says → bot account, teams and slash commands in Mattermost (interface.md, "provision"). Made or mended,
// never twice: a second run changes nothing.

import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { UserError } from '../errors.ts'
import type { Locale, Said } from '../text/locale.ts'
import type { Manifest } from './manifest.ts'
import {
  askForTeam,
  ensureBot,
  ensurePicture,
  ensureToken,
  findTeams,
  joinTeam,
  type Picture,
  type Team,
  teamsOf,
} from './provision-account.ts'
import { ensureCommands, printCommandTokens } from './provision-commands.ts'
import {
  type Administrator,
  closedDoor,
  readServerSettings,
  type ServerSettings,
  type Teller,
} from './provision-parts.ts'
import { explainUnreached, openEar, tryCommand, wasTurnedAway } from './provision-reach.ts'
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
  /** What `start` needs besides what is made here. */
  readonly given: Readonly<Record<string, string>>
}

/** What has been told so far. */
interface Told extends Teller {
  readonly counts: { changes: number; problems: number }
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

function createTold(print: (said: Said) => void): Told {
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

async function run(parts: ProvisionParts, tell: Told): Promise<void> {
  const { admin, asBot, manifest, settings } = parts
  const adminId = await administratorId(admin)
  const server = await readServerSettings(admin.rest)
  await store(parts, settings.given, tell)
  const spoken = settings.locale === 'en' ? manifest.bot.en : manifest.bot
  const { display_name, description } = spoken
  const wanted = { username: manifest.bot.username, display_name, description }
  const botId = await ensureBot({ admin, wanted, picture: parts.picture, signIn: parts.signIn }, tell)
  const search = { botId, admin: admin.rest, asBot, present: settings.token }
  const token = await ensureToken(search, (made) => store(parts, { MATTERMOST_TOKEN: made }, tell), tell)
  if (token === settings.token && settings.isTokenPlain) await store(parts, { MATTERMOST_TOKEN: token }, tell)
  const bot = asBot(token)
  // The socket takes no files: there the picture was set when the bot was made.
  if (admin.by === 'token') {
    const show = () => parts.pictureOf(token, botId)
    await ensurePicture({ admin: admin.rest, botId, picture: parts.picture, show }, tell)
  }
  const teams = await ensureTeams(parts, bot, botId, tell)
  await makeSecrets(parts, tell)
  const tokens = await registerCommands(parts, { adminId, botId, teams }, tell)
  await proveReach(parts, { bot, botId, teams, tokens, server }, tell)
}

/** The teams to work in, the bot a member of each; `MATTERMOST_TEAM` grows by those asked for and loses none it stood for. */
async function ensureTeams(parts: ProvisionParts, bot: Rest, botId: string, tell: Told): Promise<readonly Team[]> {
  const { admin, settings } = parts
  const own = await teamsOf(bot)
  const teams = settings.teams.length === 0 ? own : await findTeams(admin.rest, settings.teams, tell)
  if (settings.teams.length === 0 && own.length === 0) await askForTeam(admin.rest, tell)
  for (const team of teams) if (!own.some(({ id }) => id === team.id)) await joinTeam(admin.rest, botId, team, tell)
  if (settings.addedTeams.length > 0) {
    const before = settings.knownTeams.length > 0 ? settings.knownTeams : own.map(({ name }) => name)
    const names = [...new Set([...before, ...teams.map(({ name }) => name)])]
    await store(parts, { MATTERMOST_TEAM: names.join(',') }, tell)
  }
  return teams
}

const me = z.looseObject({ id: z.string(), roles: z.string().default('') })

/** Nothing for the socket. @throws {UserError} for an account that is no system administrator's. */
async function administratorId(admin: Administrator): Promise<string | undefined> {
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

/** Secrets of our own, kept if present. GitLab's is shown once, with where it goes. */
async function makeSecrets(parts: ProvisionParts, tell: Told): Promise<void> {
  const { hasSecretKey, hasGitlabSecret, vigieUrl } = parts.settings
  const secret = () => randomBytes(32).toString('base64url')
  const gitlab = hasGitlabSecret ? undefined : secret()
  await store(
    parts,
    {
      ...(hasSecretKey ? {} : { VIGIE_SECRET_KEY: secret() }),
      ...(gitlab === undefined ? {} : { GITLAB_WEBHOOK_TOKEN: gitlab }),
    },
    tell,
  )
  if (gitlab === undefined) return
  parts.print({
    fr: [
      'À coller dans GitLab (projet ou groupe → Paramètres → Webhooks) :',
      `  URL :              ${vigieUrl}/webhook/gitlab`,
      `  Jeton secret :     ${gitlab}`,
      '  Déclencheurs :     tous ceux qui vous intéressent',
      'Si GitLab refuse cette adresse : Administration → Paramètres → Réseau → Requêtes sortantes, autorisez-la.',
    ].join('\n'),
    en: [
      'To paste into GitLab (project or group → Settings → Webhooks):',
      `  URL:           ${vigieUrl}/webhook/gitlab`,
      `  Secret token:  ${gitlab}`,
      '  Trigger:       whatever you want to hear',
      'If GitLab refuses this address: Admin → Settings → Network → Outbound requests, allow it.',
    ].join('\n'),
  })
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
    const asked = { admin, ...cast, team, wanted, url: commandUrl(settings), tokens }
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

function commandUrl({ vigieUrl }: ProvisionSettings): string {
  return `${vigieUrl}/mattermost/command`
}

interface Proof {
  readonly bot: Rest
  readonly botId: string
  readonly teams: readonly Team[]
  readonly tokens: ReadonlyMap<string, string>
  readonly server: ServerSettings | undefined
}

/** A running `start` takes up changed tokens within 5 s; twice that is enough. */
const tries = 20
const betweenTriesMs = 500

/** One command of each team; the first failure says which door is closed. */
async function proveReach(parts: ProvisionParts, proof: Proof, tell: Told): Promise<void> {
  const { settings } = parts
  if (proof.tokens.size === 0) return
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
      const url = commandUrl(settings)
      tell.problem(explainUnreached({ trial, url, running: ear === undefined, server: proof.server, addresses }))
      return
    }
  } finally {
    await ear?.close()
  }
  parts.print({
    fr: `Mattermost joint Vigie à ${settings.vigieUrl}`,
    en: `Mattermost reaches Vigie at ${settings.vigieUrl}`,
  })
}
