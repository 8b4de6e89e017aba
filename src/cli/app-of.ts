// The app of a subcommand: what it knows of the process comes from its World.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { App } from '../app/parts.ts'
import { createApp } from '../app.ts'
import type { ReloadableEnv } from '../env.ts'
import type { Log } from '../event.ts'
import { obeyProxy } from './proxied.ts'
import type { World } from './subcommand.ts'

/** @throws {ConfigError | UserError} as `createApp` does. */
export function appOf(world: World, env: ReloadableEnv, log: Log): Promise<App> {
  const { now, fetch, cwd, pid } = world
  obeyProxy(env)
  return createApp({ env, log, now, fetch, cwd, pid, version: versionOf(world) })
}

/** Of the installation's package.json. */
export function versionOf(world: Pick<World, 'root'>): string {
  const { version } = JSON.parse(readFileSync(join(world.root, 'package.json'), 'utf8')) as { version: string }
  return version
}
