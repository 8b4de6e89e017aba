// Small facts that rooms keep for themselves, and what may happen once only.

import type { JsonObject } from '../event.ts'
import type { Database } from './schema.ts'
import type { MarkStore } from './store.ts'

export function createMarkStore(db: Database): MarkStore {
  return {
    async get(name) {
      const row = await db.selectFrom('marks').select('value').where('name', '=', name).executeTakeFirst()
      if (row === undefined) return undefined
      const value: JsonObject = JSON.parse(row.value)
      return value
    },

    async set(name, value) {
      const said = { value: JSON.stringify(value) }
      await db
        .insertInto('marks')
        .values({ name, ...said })
        .onConflict((conflict) => conflict.column('name').doUpdateSet(said))
        .execute()
    },

    once: (name, now, lifeMs) => useOnce(db, `once ${name}`, { now, expiresAt: now + lifeMs }),
  }
}

/** Notes a name. Resolves false when it had been noted and has not expired. */
export async function useOnce(
  db: Database,
  name: string,
  { now, expiresAt }: { now: number; expiresAt: number },
): Promise<boolean> {
  return await db.transaction().execute(async (within) => {
    await within.deleteFrom('used').where('expires_at', '<=', now).execute()
    const { numInsertedOrUpdatedRows } = await within
      .insertInto('used')
      .values({ name, expires_at: expiresAt })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .executeTakeFirst()
    return (numInsertedOrUpdatedRows ?? 0n) > 0n
  })
}
