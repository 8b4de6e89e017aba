// The dotenv file of the working directory: read at the start, and again when it changes (interface.md, "provision").

import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { setInterval } from 'node:timers/promises'
import { parseEnv } from 'node:util'
import { createEnv, type ReloadableEnv, type Values } from '../env.ts'
import type { World } from './subcommand.ts'

export const defaultDotenv = '.env'

/** The file's settings; none where there is no such file. */
export function readDotenv(path: string): Values {
  return parseEnv(readDotenvText(path))
}

/** The file as it stands; empty where there is no such file. */
export function readDotenvText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

/** The settings of the environment and, below them, of the dotenv file. */
export function envOf(world: Pick<World, 'environment' | 'cwd'>, dotenv = defaultDotenv): ReloadableEnv {
  return createEnv({
    environment: world.environment,
    dotenv: readDotenv(resolve(world.cwd, dotenv)),
    readFile: (path) => readFileSync(path, 'utf8'),
  })
}

/** Calls `changed` with the file's settings whenever its stamp differs from the last look. Resolves with the signal. */
export async function followDotenv(
  file: { readonly path: string; readonly stamp: string },
  changed: (values: Values) => void,
  signal: AbortSignal,
): Promise<void> {
  let seen = file.stamp
  try {
    for await (const _ of setInterval(lookEveryMs, undefined, { signal })) {
      const now = stampOf(file.path)
      if (now === seen) continue
      seen = now
      changed(readDotenv(file.path))
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** Changed secrets are taken up within 5 s. */
const lookEveryMs = 2000

/** What tells one state of the file from another; to be taken before it is read. */
export function stampOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats ? `${stats.mtimeMs} ${stats.size} ${stats.ino}` : ''
}
