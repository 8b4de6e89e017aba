// Who did what, and who was refused.

import type { Ids } from './ids.ts'
import type { Database } from './schema.ts'
import type { AuditEntry, AuditStore } from './store.ts'

export function createAuditStore(db: Database, ids: Ids): AuditStore {
  return {
    async append({ at, person, channel, verb, object, outcome, detail }) {
      await db
        .insertInto('audit')
        .values({
          id: ids.next(at),
          at,
          person,
          channel: channel ?? null,
          verb,
          object: object ?? null,
          outcome,
          detail: detail ?? null,
        })
        .execute()
    },

    async list({ person, channel, limit }) {
      let query = db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(limit)
      if (person !== undefined) query = query.where('person', '=', person)
      if (channel !== undefined) query = query.where('channel', '=', channel)
      const rows = await query.execute()
      return rows.map(
        (row): AuditEntry => ({
          at: row.at,
          person: row.person,
          verb: row.verb,
          outcome: row.outcome === 'done' ? 'done' : 'refused',
          ...(row.channel === null ? {} : { channel: row.channel }),
          ...(row.object === null ? {} : { object: row.object }),
          ...(row.detail === null ? {} : { detail: row.detail }),
        }),
      )
    },
  }
}
