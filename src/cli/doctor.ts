// `vigie doctor`: one event through each path, by the running `start`, or by one of its own that ends with it.

import { parseArgs } from 'node:util'
import { createLog } from '../log.ts'
import { readDatabasePath } from '../settings.ts'
import { duration } from '../text/format.ts'
import type { DoctorLine } from '../web/control.ts'
import { appOf } from './app-of.ts'
import { askControl, controlPath } from './control.ts'
import { envOf } from './dotenv-file.ts'
import type { Subcommand, World } from './subcommand.ts'

export const doctor: Subcommand = {
  name: 'doctor',
  summary: {
    fr: 'essaie chaque chemin avec un événement et le relit',
    en: 'tries each path with one event and reads it back',
  },
  usage: '[--json]',
  async run(args, world) {
    const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean', default: false } } })
    const env = envOf(world)
    const socket = controlPath(readDatabasePath(env, world.cwd), world.cwd)
    const lines = (await askControl<readonly DoctorLine[]>(socket, 'POST', '/doctor')) ?? (await alone(world))
    const well = lines.every((line) => line.ok)
    if (values.json) world.stdout(JSON.stringify({ ok: well, paths: lines }))
    else
      for (const { ok, path, said, tookMs } of lines)
        world.stdout(`${ok ? '🟢' : '🔴'} ${path} : ${said[world.locale]} (${duration(world.locale, tookMs)})`)
    return well ? 0 : 1
  },
}

/** No `start` runs here: ours does, for as long as this takes. */
async function alone(world: World): Promise<readonly DoctorLine[]> {
  const env = envOf(world)
  const log = createLog({
    level: 'error',
    write: (line) => world.stderr(line.trimEnd()),
    secrets: () => env.knownSecrets(),
  })
  const app = await appOf(world, env, log)
  try {
    await app.start()
    return await app.doctor()
  } finally {
    await app.stop()
  }
}
