// What `vigie provision` reads before it acts, and the dotenv file it writes (interface.md, "provision").

import { readFileSync } from 'node:fs'
import { eraseDotenv, writeDotenv, writtenNames } from '../bot/dotenv.ts'
import type { ProvisionSettings, Rotation } from '../bot/provision.ts'
import { parseCommandTokens } from '../bot/provision-commands.ts'
import { secretPattern } from '../bot/provision-secrets.ts'
import { createEnv, type Env, type LiveSecrets, type Values } from '../env.ts'
import { UserError } from '../errors.ts'
import { readSettings, type Settings } from '../settings.ts'
import { readDotenv, readDotenvText } from './dotenv-file.ts'
import { needsOldKeys } from './provision-sealed.ts'
import { obeyProxy } from './proxied.ts'
import type { World } from './subcommand.ts'

export interface DotenvDraft {
  readonly path: string
  /** What it said before. */
  readonly values: Values
  /** Whether `provision` wrote this setting. */
  readonly isOurs: (name: string) => boolean
  /** @throws {UserError} where it cannot be written. */
  readonly save: (changes: Readonly<Record<string, string>>) => Promise<readonly string[]>
  /** Takes out what `provision` wrote. */
  readonly erase: () => Promise<readonly string[]>
  /** What the environment says otherwise, and would win over what was saved at the next start. */
  readonly hidden: () => readonly string[]
}

/** Always made by `provision`; the others of `secrets` may be an operator's own. */
const made = ['MATTERMOST_TOKEN', 'VIGIE_COMMAND_TOKENS']
const secrets = ['VIGIE_SECRET_KEY', 'GITLAB_WEBHOOK_TOKEN']

/** The dotenv file of this run. */
export function createDotenvDraft(path: string, { environment }: Pick<World, 'environment'>): DotenvDraft {
  const values = readDotenv(path)
  const written = writtenNames(readDotenvText(path))
  const hidden = new Set<string>()
  const isOurs = (name: string): boolean => {
    const value = values[name]
    if (value === undefined) return false
    if (made.includes(name) || written?.includes(name)) return true
    // A file that does not say who wrote it: told by the shape.
    return written === undefined && secrets.includes(name) && wordsOf(value).every((word) => secretPattern.test(word))
  }
  const changing = <T>(change: Promise<T>) => change.catch((error: unknown) => Promise.reject(unwritable(error, path)))
  return {
    path,
    values,
    isOurs,
    save(changes) {
      for (const name of hiddenBy(environment, changes)) hidden.add(name)
      return changing(writeDotenv(path, changes))
    },
    erase: () =>
      changing(eraseDotenv(path, [...new Set([...(written ?? []), ...[...made, ...secrets].filter(isOurs)])])),
    hidden: () => [...hidden],
  }
}

function wordsOf(value: string): readonly string[] {
  return value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

export interface ReadSettings extends ProvisionSettings {
  readonly env: Env
  readonly databasePath: string
}

export interface ProvisionAsked {
  readonly team: readonly string[]
  readonly allTeams: boolean
  readonly rotate: boolean
}

/** @throws {ConfigError} that names every wrong setting. */
export function readProvisionSettings(world: World, dotenv: DotenvDraft, asked: ProvisionAsked): ReadSettings {
  const { environment, cwd } = world
  const env = createEnv({ environment, dotenv: dotenv.values, readFile: (name) => readFileSync(name, 'utf8') })
  const common = readSettings(env, cwd, { token: false })
  const gitlab = { token: env.secrets('GITLAB_WEBHOOK_TOKEN'), signing: env.secrets('GITLAB_SIGNING_SECRET') }
  env.check()
  obeyProxy(env)
  const { host, port, mattermostUrl, locale, databasePath } = common
  const named = (name: string) => {
    const value = env.text(name)
    return value === undefined || value === dotenv.values[name] ? {} : { [name]: value }
  }
  const isTeamGiven = asked.team.length > 0 || asked.allTeams
  return {
    env,
    databasePath,
    mattermostUrl,
    locale,
    host,
    port,
    vigieUrl: common.vigieUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    teams: asked.team.length > 0 ? asked.team : common.teams,
    allTeams: asked.allTeams,
    addedTeams: asked.team,
    knownTeams: common.teams,
    token: common.mattermostToken.current()[0]?.reveal(),
    isTokenPlain: env.text('MATTERMOST_TOKEN') !== undefined,
    commandTokens: parseCommandTokens(common.commandTokens.current().map((word) => word.reveal())),
    hasSecretKey: isSet(common.secretKey),
    hasGitlabSecret: isSet(gitlab.token) || isSet(gitlab.signing),
    rotation: asked.rotate ? rotationOf(world, dotenv, { common, gitlab: gitlab.token }) : undefined,
    given: {
      MATTERMOST_URL: mattermostUrl,
      ...named('HOST'),
      ...named('PORT'),
      ...named('VIGIE_URL'),
      ...(isTeamGiven ? {} : named('MATTERMOST_TEAM')),
    },
  }
}

function isSet(setting: LiveSecrets): boolean {
  return setting.current().length > 0
}

function rotationOf(
  { environment }: World,
  { values, isOurs }: DotenvDraft,
  { common, gitlab }: { common: Settings; gitlab: LiveSecrets },
): Rotation {
  const settings: Readonly<Record<string, LiveSecrets>> = {
    MATTERMOST_TOKEN: common.mattermostToken,
    VIGIE_COMMAND_TOKENS: common.commandTokens,
    VIGIE_SECRET_KEY: common.secretKey,
  }
  const isElsewhere = (name: string) => Boolean(environment[name]?.trim()) || !values[name]?.trim()
  const words = (setting: LiveSecrets) => setting.current().map((secret) => secret.reveal())
  return {
    elsewhere: Object.entries(settings).flatMap(([name, setting]) =>
      isSet(setting) && isElsewhere(name) ? [name] : [],
    ),
    secretKeys: words(common.secretKey),
    needsOldKeys: needsOldKeys(common.databasePath, words(common.secretKey)),
    gitlabTokens: !isElsewhere('GITLAB_WEBHOOK_TOKEN') && isOurs('GITLAB_WEBHOOK_TOKEN') ? words(gitlab) : [],
  }
}

/** The system's refusal, for the person; anything else is ours. */
function unwritable(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  return new UserError(
    { fr: `${path} ne peut pas être écrit (${error.message}).`, en: `${path} cannot be written (${error.message}).` },
    { cause: error },
  )
}

/** What the environment says otherwise, and would win over the dotenv file at the next start. */
function hiddenBy(environment: Values, changes: Readonly<Record<string, string>>): string[] {
  return Object.entries(changes).flatMap(([name, value]) => {
    const other = environment[name]?.trim()
    return other && other !== value ? [name] : []
  })
}
