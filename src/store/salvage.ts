// What a restored copy takes over from the database before it, where that can still be read: by what repeated webhooks are known whose
// events were told. Sent or fetched again they are recognised, though their events are not known any more (threat F32). And which API keys
// were revoked: a copy from before must not give them back (threat T11).

import { DatabaseSync } from 'node:sqlite'

/** Resolves how many keys were taken over; none where the database before cannot be read or is made otherwise. */
export function takeOverKeys(copy: DatabaseSync, path: string, at: number): number {
  try {
    const before = new DatabaseSync(path, { readOnly: true })
    try {
      if (migrationsOf(before) !== migrationsOf(copy)) return 0
      return copyKeys(before, copy, at)
    } finally {
      before.close()
    }
  } catch {
    // It is damaged: what the channels show has to do.
    if (copy.isTransaction) copy.exec('rollback')
    return 0
  }
}

/** Resolves how many API keys of the copy are revoked because they were in the database before it; none where that cannot be read. */
export function takeOverRevocations(copy: DatabaseSync, path: string): number {
  const hasKeys = (connection: DatabaseSync) =>
    connection.prepare("select 1 from sqlite_master where type = 'table' and name = 'api_keys'").get() !== undefined
  try {
    const before = new DatabaseSync(path, { readOnly: true })
    try {
      if (!hasKeys(before) || !hasKeys(copy)) return 0
      const revoke = copy.prepare('update api_keys set revoked_at = ? where id = ? and revoked_at is null')
      const rows = before.prepare('select id, revoked_at from api_keys where revoked_at is not null').all()
      return rows.reduce((sum, row) => sum + Number(revoke.run(Number(row.revoked_at), String(row.id)).changes), 0)
    } finally {
      before.close()
    }
  } catch {
    // It is damaged: whoever restores is told to look at the keys (docs/api-keys.md).
    return 0
  }
}

function migrationsOf(connection: DatabaseSync): string {
  const rows = connection.prepare('select name from kysely_migration order by name').all()
  return rows.map(({ name }) => String(name)).join()
}

/** Of events of which nothing waits: what was not told would be lost if it were taken for a repetition. */
function copyKeys(before: DatabaseSync, copy: DatabaseSync, at: number): number {
  const newest = Number(copy.prepare('select max(id) as id from keys').get()?.id ?? 0)
  const rows = before.prepare(
    `select k.id, k.key, k.event, k.expires_at from keys k join events e on e.id = k.event
     where k.id > ? and k.expires_at > ? and not exists (
       select 1 from deliveries d left join deliveries f on f.id = d.absorbed_by
       where d.id > e.id and d.id <= e.id + e.matched and coalesce(f.state, d.state) in ('waiting', 'parked')
     )`,
  )
  const insert = copy.prepare('insert or ignore into keys (id, key, event, expires_at) values (?, ?, ?, ?)')
  let count = 0
  copy.exec('begin')
  for (const { id, key, event, expires_at } of rows.iterate(newest, at)) {
    if (!(key instanceof Uint8Array)) continue
    insert.run(Number(id), key, Number(event), Number(expires_at))
    count += 1
  }
  copy.exec('commit')
  return count
}
