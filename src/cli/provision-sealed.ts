// Whether the database still needs a key that a rotation would drop (interface.md, VIGIE_SECRET_KEY). Read only: a running `start` may hold it.

import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { createVault } from '../app/vault.ts'
import { Secret } from '../env.ts'
import { about } from '../integrations/gitlab/hooks/own.ts'
import { sealedFor } from '../web/keys.ts'

/** True where a stored secret opens under one of the later keys, but not under the first. A database that cannot be read needs them. */
export function needsOldKeys(databasePath: string, keys: readonly string[]): boolean {
  const [first, ...old] = keys
  if (first === undefined || old.length === 0 || !existsSync(databasePath)) return false
  const vaultOf = (words: readonly string[]) =>
    createVault({ secrets: { current: () => words.map((word) => new Secret(word)) }, random: randomBytes })
  const [kept, dropped] = [vaultOf([first]), vaultOf(old)]
  return readSealed(databasePath).some(
    ({ about: what, sealed }) => kept.open(sealed, what) === undefined && dropped.open(sealed, what) !== undefined,
  )
}

function readSealed(path: string): { about: string; sealed: string }[] {
  const connection = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
  try {
    const has = (table: string) =>
      connection.prepare("select 1 from sqlite_master where type = 'table' and name = ?").get(table) !== undefined
    const hooks = has('hooks') ? connection.prepare('select key, sealed from hooks').all() : []
    const keys = has('api_keys')
      ? connection.prepare('select id, sealed from api_keys where sealed is not null and revoked_at is null').all()
      : []
    return [
      ...hooks.map(({ key, sealed }) => ({ about: about(String(key)), sealed: String(sealed) })),
      ...keys.map(({ id, sealed }) => ({ about: sealedFor(String(id)), sealed: String(sealed) })),
    ]
  } finally {
    connection.close()
  }
}
