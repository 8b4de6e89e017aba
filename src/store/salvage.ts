// What a restored copy takes over from the database before it, where that can still be read: by what repeated webhooks are known whose
// events were told. Sent or fetched again they are recognised, though their events are not known any more (threat F32).

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
