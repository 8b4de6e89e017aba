// `vigie provision`: creates or repairs in Mattermost what Vigie needs, and writes what `start` needs (interface.md, "provision").

import { lookup } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { writeDotenv } from '../bot/dotenv.ts'
import { parseManifest } from '../bot/manifest.ts'
import { type ProvisionSettings, provision as provisionMattermost } from '../bot/provision.ts'
import { parseCommandTokens } from '../bot/provision-commands.ts'
import type { Administrator } from '../bot/provision-parts.ts'
import { fetchThrough } from '../bot/provision-socket.ts'
import { createRest, type Rest } from '../bot/rest.ts'
import { createEnv, type Env, type LiveSecrets, type Values } from '../env.ts'
import { UserError } from '../errors.ts'
import type { Log } from '../event.ts'
import { readSettings, type Settings } from '../settings.ts'
import { defaultDotenv, readDotenv } from './dotenv-file.ts'
import type { Subcommand, World } from './subcommand.ts'

const options = {
  'admin-token': { type: 'string' },
  'local-socket': { type: 'string' },
  team: { type: 'string', multiple: true, default: [] as string[] },
  dotenv: { type: 'string', default: defaultDotenv },
} as const

export const provision: Subcommand = {
  name: 'provision',
  summary: {
    fr: 'crée ou répare dans Mattermost le bot, ses équipes et ses commandes',
    en: 'creates or repairs in Mattermost the bot, its teams and its slash commands',
  },
  usage: '(--admin-token TOKEN|- | --local-socket PATH) [--team NAME]… [--dotenv FILE]',
  help: {
    fr: [
      '--admin-token   jeton d’un administrateur système ; « - » le lit sur l’entrée ; ou MATTERMOST_ADMIN_TOKEN',
      '--local-socket  la socket du mode local de Mattermost, à la place d’un jeton',
      `--team          équipe où Vigie travaille (répétable) ; par défaut MATTERMOST_TEAM, sinon celles du bot`,
      `--dotenv        fichier où écrire ce dont « start » a besoin (${defaultDotenv} par défaut)`,
      'Peut être relancé sans risque : une seconde fois ne change rien.',
    ].join('\n'),
    en: [
      '--admin-token   a system administrator\'s token; "-" reads it from standard input; or MATTERMOST_ADMIN_TOKEN',
      "--local-socket  the socket of Mattermost's local mode, in place of a token",
      `--team          team where Vigie works (repeatable); default MATTERMOST_TEAM, else the bot's`,
      `--dotenv        file to write what "start" needs to (default ${defaultDotenv})`,
      'Safe to repeat: a second time changes nothing.',
    ].join('\n'),
  },
  async run(args, world) {
    const { values } = parseArgs({ args: [...args], options })
    const path = resolve(world.cwd, values.dotenv)
    const dotenv = readDotenv(path)
    const env = createEnv({ environment: world.environment, dotenv, readFile: (name) => readFileSync(name, 'utf8') })
    const common = readSettings(env, world.cwd, { token: false })
    const gitlab = [env.secrets('GITLAB_WEBHOOK_TOKEN'), env.secrets('GITLAB_SIGNING_SECRET')]
    env.check()
    const settings = provisionSettings(common, { env, dotenv, gitlab, teams: values.team })
    const asTokenOf = (token: string) => restOf(world, common.mattermostUrl, token)
    const hidden = new Set<string>()
    const isWell = await provisionMattermost({
      admin: await administrator(values, world, common.mattermostUrl, env),
      asBot: asTokenOf,
      signIn: async (username, password) => asTokenOf(await signIn(world, common.mattermostUrl, username, password)),
      pictureOf: (token, userId) => readPicture(world, common.mattermostUrl, token, userId),
      manifest: parseManifest(readFileSync(join(world.root, 'manifest.json'), 'utf8')),
      picture: new Uint8Array(readFileSync(join(world.root, 'assets', 'vigie.png'))),
      settings,
      async save(changes) {
        for (const name of hiddenBy(world.environment, changes)) hidden.add(name)
        return writeDotenv(path, changes).catch((error: unknown) => Promise.reject(unwritable(error, path)))
      },
      lookup: addressesOf,
      pause: async (ms) => {
        await setTimeout(ms, undefined, { signal: world.signal })
      },
      print: (said) => world.stdout(said[world.locale]),
    })
    for (const name of hidden) world.stderr(hiddenSaid(name, path)[world.locale])
    return isWell && hidden.size === 0 ? 0 : 1
  },
}

interface Sources {
  readonly env: Env
  readonly dotenv: Values
  readonly gitlab: readonly LiveSecrets[]
  readonly teams: readonly string[]
}

function provisionSettings(common: Settings, { env, dotenv, gitlab, teams }: Sources): ProvisionSettings {
  const { host, port, mattermostUrl, locale } = common
  const token = common.mattermostToken.current()[0]?.reveal()
  const named = (name: string) => {
    const value = env.text(name)
    return value === undefined || value === dotenv[name] ? {} : { [name]: value }
  }
  return {
    mattermostUrl,
    locale,
    host,
    port,
    vigieUrl: common.vigieUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    teams: teams.length > 0 ? teams : common.teams,
    addedTeams: teams,
    knownTeams: common.teams,
    token,
    isTokenPlain: env.text('MATTERMOST_TOKEN') !== undefined,
    commandTokens: parseCommandTokens(common.commandTokens.current().map((word) => word.reveal())),
    hasSecretKey: common.secretKey.current().length > 0,
    hasGitlabSecret: gitlab.some((secrets) => secrets.current().length > 0),
    given: {
      MATTERMOST_URL: mattermostUrl,
      ...named('HOST'),
      ...named('PORT'),
      ...named('VIGIE_URL'),
      ...(teams.length > 0 ? {} : named('MATTERMOST_TEAM')),
    },
  }
}

/** What matters is printed; a refusal is told with what opens the door. */
const unsaid = () => undefined
const silent: Log = { debug: unsaid, info: unsaid, warn: unsaid, error: unsaid, fatal: unsaid }

function restOf(world: World, url: string, token: string): Rest {
  return createRest({ url, token: () => token, fetch: world.fetch, log: silent })
}

/** @throws {UserError} when nothing says who the administrator is, or two things do. */
async function administrator(
  values: { 'admin-token'?: string; 'local-socket'?: string },
  world: World,
  url: string,
  env: Env,
): Promise<Administrator> {
  const socket = values['local-socket']
  const named = values['admin-token']
  if (socket !== undefined && named === undefined) {
    const rest = createRest({
      url: 'http://localhost',
      token: () => '',
      fetch: fetchThrough(resolve(world.cwd, socket)),
      log: silent,
    })
    return { rest, by: 'socket' }
  }
  const token = named === '-' ? await readAll(world.stdin) : (named ?? env.text('MATTERMOST_ADMIN_TOKEN'))
  if (token !== undefined && token !== '' && socket === undefined)
    return { rest: restOf(world, url, token), by: 'token' }
  throw new UserError({
    fr: 'Dites par qui passer : --admin-token JETON (ou « - », ou MATTERMOST_ADMIN_TOKEN), ou bien --local-socket CHEMIN.',
    en: 'Say whose rights to use: --admin-token TOKEN (or "-", or MATTERMOST_ADMIN_TOKEN), or else --local-socket PATH.',
  })
}

async function readAll(stdin: World['stdin']): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8').trim()
}

/** A session's token. @throws {MattermostError} where Mattermost lets nobody in by password. */
async function signIn(world: World, url: string, username: string, password: string): Promise<string> {
  let token: string | null = null
  const listening: typeof fetch = async (input, init) => {
    const response = await world.fetch(input, init)
    token = response.headers.get('token')
    return response
  }
  const rest = createRest({ url, token: () => '', fetch: listening, log: silent })
  await rest.call('POST', '/users/login', { body: { login_id: username, password } })
  return token ?? ''
}

async function readPicture(world: World, url: string, token: string, userId: string): Promise<Uint8Array> {
  const headers = { authorization: `Bearer ${token}` }
  const response = await world.fetch(`${url}/api/v4/users/${userId}/image`, {
    headers,
    signal: AbortSignal.timeout(10_000),
  })
  return response.bytes()
}

async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map((found) => found.address)
  } catch {
    // Unknown from here: Mattermost may know it.
    return []
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

function hiddenSaid(name: string, path: string) {
  return {
    fr: `! ${name} : l’environnement en donne une autre valeur, qui l’emporte sur celle de ${path} ; retirez-la de l’environnement.`,
    en: `! ${name}: the environment gives another value, which wins over the one in ${path}; take it out of the environment.`,
  }
}
