// `vigie start`: Vigie against the Mattermost named in the environment or the dotenv file, until SIGTERM.

import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { FastifyInstance } from 'fastify'
import type { ReloadableEnv } from '../env.ts'
import type { Log } from '../event.ts'
import { createLog, logFormats, logLevels } from '../log.ts'
import { type LogFile, openLogFile } from '../log-file.ts'
import { readDatabasePath } from '../settings.ts'
import { listenForControl } from '../web/control.ts'
import { appOf } from './app-of.ts'
import { controlPath } from './control.ts'
import { defaultDotenv, envOf, followDotenv, stampOf } from './dotenv-file.ts'
import { createRunning } from './running.ts'
import type { Subcommand, World } from './subcommand.ts'

export const start: Subcommand = {
  name: 'start',
  summary: { fr: 'met Vigie en marche', en: 'starts Vigie' },
  usage: `[--dotenv FILE]`,
  help: {
    fr: `Lit les réglages de l’environnement puis de FILE (${defaultDotenv} par défaut)\u202f; s’arrête proprement à SIGTERM.`,
    en: `Reads settings from the environment, then from FILE (default ${defaultDotenv}); stops cleanly on SIGTERM.`,
  },
  async run(args, world) {
    const { values } = parseArgs({ args: [...args], options: { dotenv: { type: 'string', default: defaultDotenv } } })
    const path = resolve(world.cwd, values.dotenv)
    const dotenv = { path, stamp: stampOf(path) }
    const env = envOf(world, values.dotenv)
    const file = logFileOf(env, world)
    const log = createLog({
      level: env.choice('LOG_LEVEL', 'info', logLevels),
      format: env.choice('LOG_FORMAT', 'json', logFormats),
      write(line) {
        world.stdout(line.trimEnd())
        file?.write(line)
      },
      secrets: () => env.knownSecrets(),
    })
    const stopping = new AbortController()
    const signal = AbortSignal.any([world.signal, stopping.signal])
    const databasePath = readDatabasePath(env, world.cwd)
    const running = await createRunning({
      makeApp: () => appOf(world, env, log),
      databasePath,
      pid: world.pid,
      now: world.now,
      log,
    })
    let door: FastifyInstance | undefined
    try {
      door = await listenForControl(controlPath(databasePath, world.cwd), {
        status: async () => await running.app().status(),
        doctor: async () => await running.app().doctor(),
        restore: async (file) => ({ ...(await running.restore(file)) }),
        channelNamed: async (words) => await running.app().channelNamed(words),
        take: async (records) => await running.app().take(records),
        stop: () => stopping.abort(),
        log,
      })
      const following = follow(dotenv, env, log, signal)
      await running.run(signal)
      log.info({}, 'stopping')
      stopping.abort()
      await following
    } finally {
      // The door is the last to go: while it stands, `vigie stop` knows that we are not gone yet.
      await running.stop()
      await door?.close()
    }
    log.info({}, 'stopped')
    return 0
  },
}

/** A file that cannot be opened stops the start with the other wrong settings. */
function logFileOf(env: ReloadableEnv, world: World): LogFile | undefined {
  const name = env.text('LOG_FILE')
  if (name === undefined) return undefined
  const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
  try {
    return openLogFile({
      path: resolve(world.cwd, name),
      onTrouble: (error) => world.stderr(`LOG_FILE: ${reasonOf(error)}`),
    })
  } catch (error) {
    env.problem({
      fr: `LOG_FILE\u00a0: ce fichier ne peut pas être écrit (${reasonOf(error)}).`,
      en: `LOG_FILE: this file cannot be written (${reasonOf(error)}).`,
    })
    return undefined
  }
}

async function follow(
  file: { readonly path: string; readonly stamp: string },
  env: ReloadableEnv,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  await followDotenv(
    file,
    (values) => {
      env.reload(values)
      log.info({}, 'took up the changed secrets of the dotenv file')
    },
    signal,
  )
}
