// URLs that are told of events (interface.md, `POST /subscribe`); their secrets stay sealed in here.

import type { Selectable } from 'kysely'
import type { Database, SubscriberTable } from './schema.ts'
import type { Subscriber, SubscriberStore } from './store.ts'

export function createSubscriberStore(db: Database): SubscriberStore {
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
      const { numDeletedRows } = await db.deleteFrom('subscribers').where('id', '=', id).executeTakeFirst()
      return numDeletedRows > 0n
    },
  }
}

function subscriberOf({ made_at, ...row }: Selectable<SubscriberTable>): Subscriber {
  return { ...row, madeAt: made_at }
}
