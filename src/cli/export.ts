// `vigie export events|personnages`: a file of what the database holds, beside a running `start` or without one.

import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { parseArgs } from 'node:util'
import {
  csvFor,
  type Exported,
  type ExportFormat,
  eventPages,
  excelOf,
  exportedEvents,
  exportedPersonnages,
  exportFormats,
  personnagePages,
  readExportWish,
  refuseFilters,
  textOf,
} from '../app/export.ts'
import { UserError } from '../errors.ts'
import { niveauOf, readNiveaux } from '../integrations/personnage/niveaux.ts'
import { readDatabasePath, readTimeZone } from '../settings.ts'
import { openReadOnly } from '../store/read-only.ts'
import { envOf } from './dotenv-file.ts'
import { pour, writeOut } from './output.ts'
import type { Subcommand, World } from './subcommand.ts'

const options = {
  from: { type: 'string' },
  to: { type: 'string' },
  source: { type: 'string' },
  type: { type: 'string' },
  format: { type: 'string' },
} as const

export const exportCommand: Subcommand = {
  name: 'export',
  summary: {
    fr: 'écrit les événements ou les personnages dans un fichier',
    en: 'writes events or characters to a file',
  },
  usage: 'events|personnages [--from DAY] [--to DAY] [--source S] [--type T] [--format json|ndjson|csv|xlsx] [FILE|-]',
  help: {
    fr: [
      'Sans FILE, ou avec -, vers la sortie standard. Le format est celui du nom de FILE, json sinon.',
      '--from et --to comptent par l’heure de réception\u00a0: un jour (2026-11-21, compris), un moment, ou une durée écoulée (7d).',
      '--type  un type entier, son début, ou un motif avec *.',
      'Ce qui serait une formule dans un tableur est précédé d’une apostrophe en CSV, que vigie import enlève\u202f; dans Excel, tout texte reste du texte.',
    ].join('\n'),
    en: [
      'Without FILE, or with -, to standard output. The format is that of FILE’s name, else json.',
      '--from and --to go by the time of reception: a day (2026-11-21, included), a moment, or a time ago (7d).',
      '--type  a whole type, its beginning, or a glob with *.',
      'What would be a formula in a spreadsheet has an apostrophe before it in CSV, which vigie import takes away; in Excel all text stays text.',
    ].join('\n'),
  },
  async run(args, world) {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    const [what, file = '-', ...more] = positionals
    if ((what !== 'events' && what !== 'personnages') || more.length > 0)
      throw new UserError({
        fr: 'Dites quoi\u00a0: vigie export events, ou vigie export personnages, et un fichier au plus.',
        en: 'Say what: vigie export events, or vigie export personnages, and one file at most.',
      })
    refuseFilters(what, values)
    const format = readFormat(values.format, file)
    const env = envOf(world)
    const path = readDatabasePath(env, world.cwd)
    const timeZone = readTimeZone(env)
    const niveaux = readNiveaux(env)
    env.check()
    const filter = readExportWish(values, { timeZone, now: world.now() })
    if (!existsSync(path))
      throw new UserError({
        fr: `Il n’y a rien à exporter\u00a0: ${path} n’existe pas.`,
        en: `There is nothing to export: ${path} does not exist.`,
      })
    const store = openReadOnly(path)
    try {
      if (what === 'events') await write(exportedEvents(eventPages(store.events.list, filter)), { format, file }, world)
      else
        await write(
          exportedPersonnages(personnagePages(store.personnages.list), (score) => niveauOf(niveaux, score)),
          { format, file },
          world,
        )
    } finally {
      await store.close()
    }
    return 0
  },
}

async function write<T>(
  exported: Exported<T>,
  { format, file }: { readonly format: ExportFormat; readonly file: string },
  world: World,
): Promise<void> {
  if (format === 'xlsx' && file === '-' && world.isTerminal)
    throw new UserError({
      fr: 'Un classeur Excel ne se lit pas dans un terminal\u00a0: nommez un fichier.',
      en: 'An Excel workbook cannot be read in a terminal: name a file.',
    })
  await writeOut(file, world, async (to) => {
    if (format === 'xlsx') await excelOf(exported, to)
    else await pour(textOf(exported, format, csvFor(undefined)), to)
  })
}

/** @throws {UserError} */
function readFormat(word: string | undefined, file: string): ExportFormat {
  const named = exportFormats.find((one) => `.${one}` === extname(file).toLowerCase())
  if (word === undefined) return named ?? (extname(file) === '.jsonl' ? 'ndjson' : 'json')
  const found = exportFormats.find((one) => one === word)
  if (found !== undefined) return found
  throw new UserError({
    fr: `--format\u00a0: ${exportFormats.join(', ')}, pas «\u00a0${word}\u00a0».`,
    en: `--format: ${exportFormats.join(', ')}, not "${word}".`,
  })
}
