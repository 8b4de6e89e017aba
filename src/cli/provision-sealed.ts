// Whether the database still needs a key that a rotation would drop (interface.md, VIGIE_SECRET_KEY). Read only: a running `start` may hold it.

import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { Secret } from '../env.ts'
import { about } from '../integrations/gitlab/hooks/own.ts'
import { createVault } from '../vault.ts'

/** True where a stored secret opens under one of the later keys, but not under the first. A database that cannot be read needs them. */
export function needsOldKeys(databasePath: string, keys: readonly string[]): boolean {
  const [first, ...old] = keys
  if (first === undefined || old.length === 0 || !existsSync(databasePath)) return false
  const vaultOf = (words: readonly string[]) =>
    createVault({ secrets: { current: () => words.map((word) => new Secret(word)) }, random: randomBytes })
  const [kept, dropped] = [vaultOf([first]), vaultOf(old)]
  return readSealed(databasePath).some(
    ({ key, sealed }) => kept.open(sealed, about(key)) === undefined && dropped.open(sealed, about(key)) !== undefined,
  )
}

function readSealed(path: string): { key: string; sealed: string }[] {
  const connection = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
  try {
    const isThere = connection.prepare("select 1 from sqlite_master where type = 'table' and name = 'hooks'").get()
    if (isThere === undefined) return []
    const rows = connection.prepare('select key, sealed from hooks').all()
    return rows.map(({ key, sealed }) => ({ key: String(key), sealed: String(sealed) }))
  } finally {
    connection.close()
  }
}
