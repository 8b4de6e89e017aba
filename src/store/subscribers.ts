// URLs that are told of events (interface.md, `POST /subscribe`); their secrets stay sealed in here.

import type { Selectable } from 'kysely'
import type { Database, SubscriberTable } from './schema.ts'
import type { Subscriber, SubscriberStore } from './store.ts'
import type { Listeners } from './subscriptions.ts'

export function createSubscriberStore(db: Database, changed: Pick<Listeners, 'call'>): SubscriberStore {
  return {
    async find(id) {
      const row = await db.selectFrom('subscribers').selectAll().where('id', '=', id).executeTakeFirst()
      return row && subscriberOf(row)
    },

    async all() {
      const rows = await db.selectFrom('subscribers').selectAll().orderBy('made_at').execute()
      return rows.map(subscriberOf)
    },

    async save({ id, madeAt, ...said }) {
      const row = { ...said, made_at: madeAt }
      await db
        .insertInto('subscribers')
        .values({ id, ...row })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute()
    },

    async remove(id) {
      const { numDeletedRows } = await db.transaction().execute(async (within) => {
        // URLs are in no channel.
        await within.deleteFrom('subscriptions').where('channel', '=', '').where('address', '=', id).execute()
        return await within.deleteFrom('subscribers').where('id', '=', id).executeTakeFirst()
      })
      if (numDeletedRows === 0n) return false
      changed.call()
      return true
    },
  }
}

function subscriberOf({ made_at, ...row }: Selectable<SubscriberTable>): Subscriber {
  return { ...row, madeAt: made_at }
}
