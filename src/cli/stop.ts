// `vigie stop`: ends the running `start` of this folder's database, as SIGTERM does, and waits until it is gone.

import { setTimeout as wait } from 'node:timers/promises'
import { readDatabasePath } from '../settings.ts'
import { askControl, controlPath } from './control.ts'
import { envOf } from './dotenv-file.ts'
import type { Subcommand } from './subcommand.ts'

/** `start` drains for at most 12 s. */
const patienceMs = 15_000
const lookEveryMs = 100

export const stop: Subcommand = {
  name: 'stop',
  summary: {
    fr: 'arrête le «\u00a0start\u00a0» en marche et attend sa fin',
    en: 'stops the running start and waits for its end',
  },
  usage: '',
  async run(_args, world) {
    const env = envOf(world)
    const socket = controlPath(readDatabasePath(env, world.cwd), world.cwd)
    env.check()
    const asked = await askControl<{ stopping: boolean }>(socket, 'POST', '/stop')
    if (!asked) {
      world.stdout(world.locale === 'fr' ? 'Vigie n’est pas en marche.' : 'Vigie is not running.')
      return 0
    }
    const until = world.now() + patienceMs
    while (world.now() < until) {
      if (!(await isThere(socket))) {
        world.stdout(world.locale === 'fr' ? 'Vigie est arrêtée.' : 'Vigie has stopped.')
        return 0
      }
      await wait(lookEveryMs)
    }
    world.stderr(world.locale === 'fr' ? 'Vigie ne s’est pas arrêtée à temps.' : 'Vigie did not stop in time.')
    return 1
  },
}

/** Nobody listens any more: gone. Whoever answers, though only that it cannot say how it is, is still there. */
async function isThere(socket: string): Promise<boolean> {
  try {
    return (await askControl(socket, 'GET', '/status')) !== undefined
  } catch {
    // Cut or refused in the middle of closing: the next look tells.
    return true
  }
}
