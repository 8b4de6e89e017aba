// `vigie import FILE`: takes up an archive, beside a running `start` (which then does it) or without one. Tells nobody.

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createImport, type Import, type Imported } from '../app/import.ts'
import { importAll, importedWords, lineWords, recordsIn } from '../app/import-file.ts'
import { UserError } from '../errors.ts'
import { createIntake } from '../flow/intake.ts'
import { createRouter } from '../flow/router.ts'
import { sourceNames } from '../integrations/index.ts'
import { niveauOf, readNiveaux } from '../integrations/personnage/niveaux.ts'
import { readDatabasePath, readTimeZone } from '../settings.ts'
import { holdLock } from '../store/lock.ts'
import { openSqliteStore } from '../store/sqlite.ts'
import { number } from '../text/format.ts'
import { askControl, controlPath } from './control.ts'
import { envOf } from './dotenv-file.ts'
import { inputOf } from './input.ts'
import type { Subcommand, World } from './subcommand.ts'

/** Long work shows that it goes on. */
const tellEvery = 20_000
/** Of lines that were not understood, so many are told. */
const mostTold = 50

export const importCommand: Subcommand = {
  name: 'import',
  summary: { fr: 'reprend une archive, sans rien annoncer', en: 'takes up an archive, telling nobody' },
  usage: 'FILE|-',
  help: {
    fr: [
      'FILE\u00a0: ce que Vigie a exporté ou archivé, ou des {"timestamp", "nom", "score"}\u00a0: un tableau JSON, une valeur par ligne, un CSV ou un classeur Excel (.xlsx) dont la première ligne nomme les colonnes. - lit l’entrée standard.',
      'Deux fois la même archive n’ajoute rien la seconde. Vigie peut être en marche.',
    ].join('\n'),
    en: [
      'FILE: what Vigie exported or archived, or {"timestamp", "nom", "score"}: a JSON array, a value a line, CSV or an Excel workbook (.xlsx) whose first line names the columns. - reads standard input.',
      'The same archive twice adds nothing the second time. Vigie may be running.',
    ].join('\n'),
  },
  async run(args, world) {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true })
    const [file, ...more] = positionals
    if (file === undefined || more.length > 0)
      throw new UserError({ fr: 'Nommez un fichier, et un seul.', en: 'Name one file.' })
    const path = resolve(world.cwd, file)
    if (file !== '-' && !existsSync(path))
      throw new UserError({ fr: `${path} n’existe pas.`, en: `${path} does not exist.` })
    const env = envOf(world)
    const database = readDatabasePath(env, world.cwd)
    const socket = controlPath(database, world.cwd)
    const timeZone = readTimeZone(env)
    const niveaux = readNiveaux(env)
    env.check()
    const running = await askControl<object>(socket, 'GET', '/status')
    const opened =
      running === undefined
        ? await alone({ database, timeZone, niveauOf: (score) => niveauOf(niveaux, score) }, world)
        : { take: beside(socket), close: async () => undefined }
    try {
      let told = 0
      const total = await importAll(recordsIn(inputOf(file, world)), opened.take, (count) => {
        if (count < told + tellEvery) return
        told = count
        world.stderr(`… ${number(world.locale, count)}`)
      })
      world.stdout(importedWords(total, world.locale))
      for (const { line, said } of total.refused.slice(0, mostTold)) world.stderr(lineWords(line, said, world.locale))
      if (total.refusedCount > mostTold) world.stderr(`… +${total.refusedCount - mostTold}`)
      return total.refusedCount === 0 ? 0 : 1
    } finally {
      await opened.close()
    }
  },
}

const beside =
  (socket: string): Import =>
  async (records) => {
    const answer = await askControl<Imported>(socket, 'POST', '/import', records)
    if (answer !== undefined) return answer
    throw new UserError({
      fr: 'Vigie s’est arrêtée pendant l’import\u00a0: relancez-le, rien ne sera doublé.',
      en: 'Vigie stopped during the import: run it again, nothing will be doubled.',
    })
  }

/** Under the database's lock: nobody else writes meanwhile. */
async function alone(
  { database, ...facts }: { database: string; timeZone: string; niveauOf: (score: number) => string },
  { pid, now }: World,
): Promise<{ readonly take: Import; close(): Promise<void> }> {
  const lock = holdLock(database, pid)
  const silent = () => undefined
  const log = { debug: silent, info: silent, warn: silent, error: silent, fatal: silent }
  const store = await openSqliteStore({ path: database, now, log }).catch((error: unknown) => {
    lock.release()
    throw error
  })
  const intake = createIntake({ store, router: createRouter(store), now, log, meter: { count: silent } })
  const { emit } = intake
  return {
    take: createImport({
      ...facts,
      emit,
      events: store.events,
      personnages: store.personnages,
      sources: sourceNames,
      now,
    }),
    async close() {
      await intake.drain()
      await store.close()
      lock.release()
    },
  }
}
