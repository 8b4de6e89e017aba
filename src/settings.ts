// The settings of the process as a whole (interface.md, "Settings"); what belongs to one room is read there.

import { join } from 'node:path'
import { type Env, type LiveSecrets, withoutPassword } from './env.ts'
import { type LogLevel, logLevels } from './log.ts'
import { readUpkeepSettings, type UpkeepSettings } from './settings-upkeep.ts'
import { type Locale, locales } from './text/locale.ts'
import { type Proxies, readProxies } from './web/clients.ts'
import { readOrigins } from './web/cors.ts'

export interface Settings extends UpkeepSettings {
  readonly mattermostUrl: string
  readonly mattermostToken: LiveSecrets
  readonly teams: readonly string[]
  readonly admins: readonly string[]
  readonly host: string
  /** 0: a free one. */
  readonly port: number
  /** How Mattermost reaches us, without trailing slash; absent: `http://HOST:PORT`, once the port is known. */
  readonly vigieUrl: string | undefined
  /** Whose `X-Forwarded-For` counts. */
  readonly proxies: Proxies
  /** Of pages that may call the API. */
  readonly corsOrigins: readonly string[]
  /** Absolute path of the SQLite file. */
  readonly databasePath: string
  readonly locale: Locale
  readonly timeZone: string
  /** Its name, where it is said. */
  readonly organisation: string | undefined
  readonly logLevel: LogLevel
  readonly metricsToken: LiveSecrets
  readonly secretKey: LiveSecrets
  readonly commandTokens: LiveSecrets
}

/** Problems are noted in `env`; call `env.check()` once every room has read its own. Only `start` needs the bot's token. */
export function readSettings(env: Env, cwd: string, needs: { token: boolean } = { token: true }): Settings {
  const mattermostUrl = env.address('MATTERMOST_URL')
  if (mattermostUrl === undefined)
    env.required('MATTERMOST_URL', {
      fr: 'l’adresse de votre Mattermost, par exemple https://mattermost.example.org',
      en: 'the address of your Mattermost, for example https://mattermost.example.org',
    })
  const mattermostToken = env.secrets('MATTERMOST_TOKEN')
  if (needs.token && mattermostToken.current().length === 0 && env.text('MATTERMOST_TOKEN_FILE') === undefined)
    env.required('MATTERMOST_TOKEN', {
      fr: 'le jeton du bot, que «\u00a0vigie provision\u00a0» crée et écrit dans .env',
      en: 'the bot’s token, which "vigie provision" makes and writes to .env',
    })
  const secretKey = env.secrets('VIGIE_SECRET_KEY')
  if (secretKey.current().some((secret) => secret.reveal().length < shortestKey))
    env.problem({
      fr: `VIGIE_SECRET_KEY\u00a0: ${shortestKey} caractères au moins\u202f; «\u00a0vigie provision\u00a0» en fait une bonne.`,
      en: `VIGIE_SECRET_KEY: at least ${shortestKey} characters; "vigie provision" makes a good one.`,
    })
  const host = env.text('HOST', '127.0.0.1')
  const vigieUrl = env.address('VIGIE_URL')
  if (vigieUrl === undefined && (host === '0.0.0.0' || host === '::'))
    env.required('VIGIE_URL', {
      fr: `avec HOST=${host}, dites comment Mattermost et GitLab joignent Vigie, par exemple http://vigie.example.org:8090`,
      en: `with HOST=${host}, say how Mattermost and GitLab reach Vigie, for example http://vigie.example.org:8090`,
    })
  return {
    mattermostUrl: mattermostUrl ?? '',
    mattermostToken,
    teams: env.list('MATTERMOST_TEAM'),
    admins: env.list('VIGIE_ADMINS').map((name) => name.replace(/^@/, '').toLowerCase()),
    host,
    port: env.integer('PORT', 8090, { min: 0, max: 65_535 }),
    vigieUrl,
    proxies: readProxies(env),
    corsOrigins: readOrigins(env),
    databasePath: readDatabasePath(env, cwd),
    ...readUpkeepSettings(env, cwd),
    locale: env.choice('VIGIE_LOCALE', 'fr', locales),
    timeZone: readTimeZone(env),
    organisation: env.text('ORGANISATION'),
    logLevel: env.choice('LOG_LEVEL', 'info', logLevels),
    metricsToken: env.secrets('METRICS_TOKEN'),
    secretKey,
    commandTokens: env.secrets('VIGIE_COMMAND_TOKENS'),
  }
}

/** Of VIGIE_SECRET_KEY: what is shorter can be guessed. */
const shortestKey = 16

/** Absolute path of the file that `DATABASE_URL` names, `data/vigie.db` below `cwd` without it. */
export function readDatabasePath(env: Env, cwd: string): string {
  const url = env.text('DATABASE_URL', 'sqlite:data/vigie.db')
  const path = /^sqlite:(?:\/\/)?(.+)$/.exec(url)?.[1]
  if (path === undefined || path.includes('?')) {
    const shown = withoutPassword(url)
    env.problem({
      fr: `DATABASE_URL\u00a0: «\u00a0sqlite:chemin/du/fichier.db\u00a0» est attendu, pas «\u00a0${shown}\u00a0».`,
      en: `DATABASE_URL: "sqlite:path/to/file.db" is expected, not "${shown}".`,
    })
    return join(cwd, 'data', 'vigie.db')
  }
  return path.startsWith('/') ? path : join(cwd, path)
}

/** TZ. */
export function readTimeZone(env: Env): string {
  const zone = env.text('TZ', 'Europe/Paris')
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
  } catch {
    env.problem({
      fr: `TZ\u00a0: «\u00a0${zone}\u00a0» n’est pas un fuseau horaire connu\u202f; écrivez par exemple Europe/Paris.`,
      en: `TZ: "${zone}" is not a known time zone; write for example Europe/Paris.`,
    })
    return 'Europe/Paris'
  }
}
