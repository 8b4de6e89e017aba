// `vigie service`: a hardened systemd unit for this installation and this working directory (interface.md, "Run it"). The settings stay in
// the dotenv file: in the unit's environment they would win over it, and a changed secret would never be taken up.

import { existsSync, statSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createEnv } from '../env.ts'
import { UserError } from '../errors.ts'
import { readSettings } from '../settings.ts'
import { defaultDotenv, readDotenv } from './dotenv-file.ts'
import type { Subcommand, World } from './subcommand.ts'
import { printUnit } from './unit.ts'

const options = {
  output: { type: 'string' },
  user: { type: 'boolean', default: false },
  dotenv: { type: 'string', default: defaultDotenv },
} as const

export const service: Subcommand = {
  name: 'service',
  summary: { fr: 'écrit une unité systemd durcie', en: 'writes a hardened systemd unit' },
  usage: '[--user] [--output FILE] [--dotenv FILE]',
  help: {
    fr: [
      'Pour l’installation et le dossier d’où elle est lancée ; les réglages restent dans le fichier --dotenv.',
      '--output  fichier à écrire (sans lui : sur la sortie), par exemple /etc/systemd/system/vigie.service',
      '--user    pour le systemd d’une personne (~/.config/systemd/user/vigie.service) : moins de murs, aucun droit à demander',
    ].join('\n'),
    en: [
      'For the installation and the folder it is run from; the settings stay in the --dotenv file.',
      '--output  file to write (without it: standard output), for example /etc/systemd/system/vigie.service',
      '--user    for the systemd of a person (~/.config/systemd/user/vigie.service): fewer walls, no rights to ask for',
    ].join('\n'),
  },
  async run(args, world) {
    const { values } = parseArgs({ args: [...args], options })
    const text = unitOf(world, values)
    for (const said of warnings(world, values)) world.stderr(said[world.locale])
    if (values.output === undefined) {
      world.stdout(text.trimEnd())
      return 0
    }
    const path = resolve(world.cwd, values.output)
    await write(path, text)
    const systemctl = `systemctl${values.user ? ' --user' : ''}`
    const unit = path.slice(path.lastIndexOf('/') + 1)
    world.stdout(world.locale === 'fr' ? `Écrit : ${path}. Ensuite :` : `Written: ${path}. Next:`)
    world.stdout(`  ${systemctl} daemon-reload && ${systemctl} enable --now ${unit}`)
    return 0
  },
}

interface Asked {
  readonly user: boolean
  readonly dotenv: string
}

function unitOf(world: World, { user, dotenv }: Asked): string {
  const { cwd, root, node, environment } = world
  const dotenvPath = resolve(cwd, dotenv)
  const { databasePath, backupPath } = readFolders(world, dotenvPath)
  const writable = [...new Set([databasePath, join(backupPath, 'copy')].map((file) => existing(dirname(file), cwd)))]
  const launcher = join(root, 'bin', 'vigie')
  const certificates = environment.NODE_EXTRA_CA_CERTS
  const { uid, gid } = statSync(cwd)
  return printUnit({
    node,
    launcher,
    workingFolder: cwd,
    words: dotenvPath === join(cwd, defaultDotenv) ? [] : ['--dotenv', dotenvPath],
    writable: writable.filter((one) => !writable.some((other) => one.startsWith(`${other}/`))),
    needed: [node, launcher, cwd, dotenvPath, ...writable, ...(certificates ? [resolve(cwd, certificates)] : [])],
    environment: certificates ? { NODE_EXTRA_CA_CERTS: resolve(cwd, certificates) } : {},
    owner: user ? 'person' : { uid, gid },
  })
}

/** As the service will read them: from the dotenv file alone. */
function readFolders({ cwd }: World, dotenvPath: string) {
  const env = createEnv({ environment: {}, dotenv: readDotenv(dotenvPath), readFile: () => '' })
  const { databasePath, backupPath } = readSettings(env, cwd, { token: false })
  return { databasePath, backupPath }
}

/** The folder, or the one above it in the working folder where it is still to be made. @throws {UserError} for one elsewhere that is missing. */
function existing(folder: string, cwd: string): string {
  if (existsSync(folder)) return folder
  if (folder.startsWith(`${cwd}/`)) return existing(dirname(folder), cwd)
  throw new UserError({
    fr: `${folder} n’existe pas : créez ce dossier pour le compte de Vigie, puis recommencez.`,
    en: `${folder} does not exist: make this folder for Vigie's account, then try again.`,
  })
}

/** Settings that `start` would find here and the service would not. */
const names = [
  'MATTERMOST_URL',
  'MATTERMOST_TOKEN',
  'MATTERMOST_TEAM',
  'HOST',
  'PORT',
  'TRUST_PROXY',
  'DATABASE_URL',
  'BACKUP_PATH',
  'BACKUP_KEEP',
  'RETENTION',
  'VIGIE_URL',
  'VIGIE_LOCALE',
  'VIGIE_ADMINS',
  'VIGIE_SECRET_KEY',
  'VIGIE_COMMAND_TOKENS',
  'LOG_LEVEL',
  'GITLAB_URL',
  'GITLAB_API_TOKEN',
  'GITLAB_WEBHOOK_TOKEN',
  'GITLAB_SIGNING_SECRET',
  'METRICS_TOKEN',
  'SMTP_SERVER',
  'SMTP_PORT',
  'EMAIL_SENDER',
  'EMAIL_PASSWORD',
  'EMAIL_RECEIVER',
  'FALLBACK',
  'HEARTBEAT_URL',
  'MONITOR_ALLOW',
  'MONITOR_REFERENCE',
]

function warnings({ environment, cwd }: World, { user, dotenv }: Asked) {
  const known = readDotenv(resolve(cwd, dotenv))
  const lost = names
    .flatMap((name) => [name, `${name}_FILE`])
    .filter((name) => environment[name]?.trim() && environment[name]?.trim() !== known[name]?.trim())
  const unknown = {
    fr: `! Ces réglages viennent de l’environnement, que le service n’aura pas : écrivez-les dans ${dotenv} : ${lost.join(', ')}`,
    en: `! These settings come from the environment, which the service will not have: write them to ${dotenv}: ${lost.join(', ')}`,
  }
  const rooted = {
    fr: `! ${cwd} appartient à root : le service serait root, sans ses pouvoirs. Donnez plutôt ce dossier à un compte ordinaire (chown), puis recommencez.`,
    en: `! ${cwd} belongs to root: the service would be root, without its powers. Better give this folder to an ordinary account (chown), then try again.`,
  }
  return [...(lost.length > 0 ? [unknown] : []), ...(!user && statSync(cwd).uid === 0 ? [rooted] : [])]
}

async function write(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text, { mode: 0o644 })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UserError(
      { fr: `${path} ne peut pas être écrit (${why}).`, en: `${path} cannot be written (${why}).` },
      { cause: error },
    )
  }
}
