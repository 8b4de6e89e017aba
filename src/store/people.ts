// Who was a Vigie administrator when Mattermost was last asked.

import type { Database } from './schema.ts'
import type { PeopleStore } from './store.ts'
import type { Listeners } from './subscriptions.ts'

export function createPeopleStore(db: Database, changed: Listeners): PeopleStore {
  return {
    async admins() {
      const rows = await db.selectFrom('people').select('id').where('admin', '=', 1).orderBy('id').execute()
      return rows.map((row) => row.id)
    },

    async setAdmin(person, admin, now) {
      const said = { admin: admin ? 1 : 0, asked_at: now }
      const before = await db.selectFrom('people').select('admin').where('id', '=', person).executeTakeFirst()
      await db
        .insertInto('people')
        .values({ id: person, ...said })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(said))
        .execute()
      if ((before?.admin ?? 0) !== said.admin) changed.call()
    },

    onChange: (listener) => changed.add(listener),
  }
}
