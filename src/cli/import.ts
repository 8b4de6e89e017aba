// `vigie import FILE`: takes up an archive, beside a running `start` (which then does it) or without one. Tells nobody.

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createImport, type Import, type Imported, type ImportRecord } from '../app/import.ts'
import { UserError } from '../errors.ts'
import { createIntake } from '../flow/intake.ts'
import { createRouter } from '../flow/router.ts'
import { sourceNames } from '../integrations/index.ts'
import { niveauOf, readNiveaux } from '../integrations/personnage/niveaux.ts'
import { readDatabasePath, readTimeZone } from '../settings.ts'
import { holdLock } from '../store/lock.ts'
import { openSqliteStore } from '../store/sqlite.ts'
import { number, plural } from '../text/format.ts'
import type { Locale } from '../text/locale.ts'
import { askControl, controlPath } from './control.ts'
import { envOf } from './dotenv-file.ts'
import { fileText, recordsIn, type Unread } from './import-file.ts'
import type { Subcommand, World } from './subcommand.ts'

/** Taken together; of few bytes where each is long. */
const mostRecords = 200
const mostCharacters = 4_000_000
/** Of lines that were not understood, so many are told. */
const mostTold = 50

export const importCommand: Subcommand = {
  name: 'import',
  summary: { fr: 'reprend une archive, sans rien annoncer', en: 'takes up an archive, telling nobody' },
  usage: 'FILE|-',
  help: {
    fr: 'FILE\u00a0: un tableau JSON ou une valeur par ligne\u00a0: {"timestamp", "nom", "score"}, ou des événements exportés ou archivés par Vigie. Deux fois la même archive n’ajoute rien la seconde. Vigie peut être en marche.',
    en: 'FILE: a JSON array or a value a line: {"timestamp", "nom", "score"}, or events that Vigie exported or archived. The same archive twice adds nothing the second time. Vigie may be running.',
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
      const total = await importAll(recordsIn(file === '-' ? world.stdin : fileText(path)), opened.take)
      for (const line of lines(total, world.locale)) world.stdout(line)
      for (const { line, said } of total.refused.slice(0, mostTold))
        world.stderr(
          `${world.locale === 'fr' ? 'ligne' : 'line'} ${line}${world.locale === 'fr' ? '\u00a0' : ''}: ${said[world.locale]}`,
        )
      if (total.refused.length > mostTold) world.stderr(`… +${total.refused.length - mostTold}`)
      return total.refused.length === 0 ? 0 : 1
    } finally {
      await opened.close()
    }
  },
}

async function importAll(records: AsyncIterable<ImportRecord | Unread>, take: Import): Promise<Imported> {
  let total: Imported = { added: 0, repeated: 0, refused: [] }
  let batch: ImportRecord[] = []
  let characters = 0
  const flush = async () => {
    if (batch.length === 0) return
    const done = await take(batch)
    total = {
      added: total.added + done.added,
      repeated: total.repeated + done.repeated,
      refused: [...total.refused, ...done.refused],
    }
    batch = []
    characters = 0
  }
  for await (const one of records) {
    if ('said' in one) {
      total = { ...total, refused: [...total.refused, one] }
      continue
    }
    batch.push(one)
    characters += JSON.stringify(one.value).length
    if (batch.length >= mostRecords || characters >= mostCharacters) await flush()
  }
  await flush()
  return { ...total, refused: total.refused.toSorted((a, b) => a.line - b.line) }
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

function lines({ added, repeated, refused }: Imported, locale: Locale): string[] {
  const shown = (count: number) => number(locale, count)
  return locale === 'fr'
    ? [
        `${shown(added)} ${plural('fr', added, 'ajouté', 'ajoutés')}, ${shown(repeated)} déjà ${plural('fr', repeated, 'connu', 'connus')}, ${shown(refused.length)} non ${plural('fr', refused.length, 'compris', 'compris')}`,
      ]
    : [`${shown(added)} added, ${shown(repeated)} known already, ${shown(refused.length)} not understood`]
}
