// `vigie restore FILE`: a copy in the place of the database. A running `start` does it itself and goes on with what it restored.

import { readDatabasePath } from '../settings.ts'
import { holdLock } from '../store/lock.ts'
import { noteMade, prepareSwap, type Restored, readRestored, swap } from '../store/recovery.ts'
import { duration } from '../text/format.ts'
import type { Locale } from '../text/locale.ts'
import { fileOf } from './backup.ts'
import { askControl, controlPath } from './control.ts'
import { envOf } from './dotenv-file.ts'
import type { Subcommand, World } from './subcommand.ts'

export const restore: Subcommand = {
  name: 'restore',
  summary: { fr: 'remet une copie à la place de la base', en: 'puts a copy in the place of the database' },
  usage: 'FILE',
  help: {
    fr: 'La base d’avant est gardée à côté. Ce que la copie croit encore à envoyer est cherché dans son canal avant d’être envoyé. Vigie peut être en marche.',
    en: 'The database before is kept beside it. What the copy believes still unsent is looked for in its channel before it is sent. Vigie may be running.',
  },
  async run(args, world) {
    const file = fileOf(args, world)
    const env = envOf(world)
    const database = readDatabasePath(env, world.cwd)
    const socket = controlPath(database, world.cwd)
    env.check()
    const answer = await askControl<object>(socket, 'POST', `/restore?file=${encodeURIComponent(file)}`)
    const restored = answer === undefined ? await alone(database, file, world) : readRestored(answer)
    if (restored) for (const line of lines(restored, world)) world.stdout(line)
    return 0
  },
}

async function alone(path: string, file: string, world: World): Promise<Restored> {
  const lock = holdLock(path, world.pid)
  try {
    const facts = { reason: 'asked' as const }
    const restored = swap(path, await prepareSwap({ path, file, at: world.now(), facts }))
    noteMade(path)
    return restored
  } finally {
    lock.release()
  }
}

function lines({ from, since, until, lostEvents, unsure, aside }: Restored, { locale }: World): string[] {
  const span = `${instant(locale, since)} → ${instant(locale, until)} (${duration(locale, until - since)})`
  if (locale === 'fr')
    return [
      `Base rendue depuis ${from}.`,
      `Manque\u00a0: ${span}.`,
      ...(lostEvents === undefined
        ? []
        : [`  événements reçus entre-temps, qui ne sont plus connus\u00a0: ${lostEvents}`]),
      `Envois en attente, cherchés dans leur canal avant d’être envoyés\u00a0: ${unsure}`,
      ...(aside === undefined ? [] : [`La base d’avant\u00a0: ${aside}`]),
    ]
  return [
    `Database restored from ${from}.`,
    `Missing: ${span}.`,
    ...(lostEvents === undefined ? [] : [`  events received in between, not known any more: ${lostEvents}`]),
    `Waiting deliveries, looked for in their channel before they are sent: ${unsure}`,
    ...(aside === undefined ? [] : [`The database before: ${aside}`]),
  ]
}

/** The terminal's own zone. */
function instant(locale: Locale, at: number): string {
  return new Intl.DateTimeFormat(locale === 'fr' ? 'fr-FR' : 'en-GB', {
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(at)
}
