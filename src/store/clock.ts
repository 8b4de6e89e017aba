// What is kept as a moment, moved along with a clock that was set back (threat F17).

import { sql } from 'kysely'
import type { Database } from './schema.ts'
import type { DeliveryStore } from './store.ts'

export function createClockMoves(db: Database): Pick<DeliveryStore, 'setBack'> {
  return {
    async setBack(byMs) {
      await sql`
        update deliveries set
          due_at = due_at - ${byMs}, lease_until = lease_until - ${byMs}, first_tried_at = first_tried_at - ${byMs}
        where state = 'waiting'`.execute(db)
    },
  }
}
