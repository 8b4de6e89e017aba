// What the tests of the bot's room act on: a Mattermost with a team in it, and the bot's hands there.

import { createCalls } from '../../src/bot/calls.ts'
import { createRest } from '../../src/bot/rest.ts'
import { createSelf } from '../../src/bot/self.ts'
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import { clear, furnish, type World } from '../contract/mattermost/world.ts'
import { log } from './parts.ts'

export interface Stage extends World {
  readonly sandbox: Sandbox
  stop(): Promise<void>
}

/** The stand-in, furnished. */
export async function createStage(): Promise<Stage> {
  const sandbox = await createSandbox()
  const world = await furnish({ url: sandbox.url, adminToken: sandbox.adminToken })
  const stop = async () => {
    await clear(world)
    await sandbox.stop()
  }
  return { ...world, sandbox, stop }
}

/** The bot's calls and self on a server. */
export function handsOf(world: Pick<World, 'url' | 'bot'>) {
  const rest = createRest({ url: world.url, token: () => world.bot.token, fetch, log })
  const calls = createCalls(rest)
  return { rest, calls, self: createSelf(calls) }
}
