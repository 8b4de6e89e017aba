// `vigie backup FILE`: a checked copy of the database, beside a running `start` or without one.

import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { UserError } from '../errors.ts'
import { readDatabasePath } from '../settings.ts'
import { writeCopy } from '../store/backup.ts'
import { size } from '../text/format.ts'
import { envOf } from './dotenv-file.ts'
import type { Subcommand, World } from './subcommand.ts'

export const backup: Subcommand = {
  name: 'backup',
  summary: { fr: 'copie la base dans un fichier', en: 'copies the database to a file' },
  usage: 'FILE',
  help: {
    fr: 'La copie est vérifiée, puis remplace FILE\u202f; aucune clé secrète n’y est. Vigie peut être en marche.',
    en: 'The copy is checked, then takes the place of FILE; it holds no secret key. Vigie may be running.',
  },
  async run(args, world) {
    const file = fileOf(args, world)
    const env = envOf(world)
    const database = readDatabasePath(env, world.cwd)
    env.check()
    if (!existsSync(database))
      throw new UserError({
        fr: `Il n’y a pas de base à copier\u00a0: ${database} n’existe pas.`,
        en: `There is no database to copy: ${database} does not exist.`,
      })
    if (file.startsWith(database))
      throw new UserError({
        fr: `${file} est à la base elle-même\u00a0: nommez un autre fichier.`,
        en: `${file} belongs to the database itself: name another file.`,
      })
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
      throw new UserError({
        fr: `${file} est un dossier\u00a0: nommez un fichier.`,
        en: `${file} is a folder: name a file.`,
      })
    const sizeBytes = await writeCopy({ from: database, to: file, at: world.now() }).catch((error: unknown) => {
      const words = error instanceof Error ? error.message : String(error)
      throw new UserError({ fr: `Pas de copie\u00a0: ${words}`, en: `No copy: ${words}` }, { cause: error })
    })
    const told = size(world.locale, sizeBytes)
    world.stdout(world.locale === 'fr' ? `Copie vérifiée\u00a0: ${file} (${told})` : `Checked copy: ${file} (${told})`)
    return 0
  },
}

/** The one file named, from the working directory. @throws {UserError} when there is not exactly one. */
export function fileOf(args: readonly string[], world: Pick<World, 'cwd'>): string {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true })
  const [file, ...more] = positionals
  if (file === undefined || file === '' || more.length > 0)
    throw new UserError({ fr: 'Nommez un fichier, et un seul.', en: 'Name one file.' })
  return resolve(world.cwd, file)
}
