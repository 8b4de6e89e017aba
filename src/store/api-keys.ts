// API keys, of which the database holds nothing that opens a door (threat T11), and the answers that repeated calls are given again.

import type { Selectable } from 'kysely'
import type { Scope } from '../integrations/integration.ts'
import type { ApiKeyTable, Database } from './schema.ts'
import type { ApiKeyStore, KeptKey } from './store.ts'

/** Expired answers that go with each one that comes: more than one, so that they all go. */
const goneAtOnce = 20

export function createApiKeyStore(db: Database): ApiKeyStore {
  return {
    async all() {
      const rows = await db.selectFrom('api_keys').selectAll().orderBy('name_key').orderBy('made_at').execute()
      return rows.map(keyOf)
    },

    async count() {
      const { count } = await db
        .selectFrom('api_keys')
        .select((of) => of.fn.countAll().as('count'))
        .executeTakeFirstOrThrow()
      return Number(count)
    },

    add: (key) =>
      db.transaction().execute(async (within) => {
        const row = rowOf(key)
        const namesake = await within
          .selectFrom('api_keys')
          .select('id')
          .where('name_key', '=', row.name_key)
          .where('revoked_at', 'is', null)
          .executeTakeFirst()
        if (namesake !== undefined) return false
        await within.insertInto('api_keys').values(row).execute()
        return true
      }),

    async used(id, at) {
      await db.updateTable('api_keys').set({ used_at: at }).where('id', '=', id).execute()
    },

    async reseal(id, sealed) {
      await db.updateTable('api_keys').set({ sealed }).where('id', '=', id).execute()
    },

    async revoke(id, at) {
      const { numUpdatedRows } = await db
        .updateTable('api_keys')
        .set({ revoked_at: at })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },

    async answer(id, now) {
      const row = await db.selectFrom('kept_answers').selectAll().where('id', '=', id).executeTakeFirst()
      if (row === undefined || row.expires_at <= now) return undefined
      return { body: row.body, answer: row.answer }
    },

    keepAnswer: (id, { body, answer }, { now, lifeMs }) =>
      db.transaction().execute(async (within) => {
        const said = { body, answer, expires_at: now + lifeMs }
        await within
          .insertInto('kept_answers')
          .values({ id, ...said })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(said))
          .execute()
        const gone = within
          .selectFrom('kept_answers')
          .select('id')
          .where('expires_at', '<=', now)
          .orderBy('expires_at')
          .limit(goneAtOnce)
        await within.deleteFrom('kept_answers').where('id', 'in', gone).execute()
      }),
  }
}

function rowOf(key: KeptKey): ApiKeyTable {
  const { id, name, hash, scopes, maker, channel, inName, sealed, madeAt, expiresAt, usedAt, revokedAt } = key
  return {
    id,
    name,
    name_key: name.toLowerCase(),
    hash: hash ?? null,
    scopes: scopes.join(' '),
    maker: maker ?? null,
    channel: channel ?? null,
    in_name: inName ?? null,
    sealed: sealed ?? null,
    made_at: madeAt,
    expires_at: expiresAt ?? null,
    used_at: usedAt ?? null,
    revoked_at: revokedAt ?? null,
  }
}

function keyOf(row: Selectable<ApiKeyTable>): KeptKey {
  const { hash, maker, channel, in_name, sealed, expires_at, used_at, revoked_at } = row
  return {
    id: row.id,
    name: row.name,
    ...(hash === null ? {} : { hash }),
    scopes: row.scopes.split(' ').filter(isScope),
    ...(maker === null ? {} : { maker }),
    ...(channel === null ? {} : { channel }),
    ...(in_name === null ? {} : { inName: in_name }),
    ...(sealed === null ? {} : { sealed }),
    madeAt: row.made_at,
    ...(expires_at === null ? {} : { expiresAt: expires_at }),
    ...(used_at === null ? {} : { usedAt: used_at }),
    ...(revoked_at === null ? {} : { revokedAt: revoked_at }),
  }
}

const scopes: readonly string[] = [
  'personnages:read',
  'personnages:write',
  'events:write',
  'subscriptions:write',
] satisfies Scope[]

function isScope(word: string): word is Scope {
  return scopes.includes(word)
}
