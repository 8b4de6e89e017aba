// The webhooks that Vigie made at their origin (issue 4, "Hooks looked after"); their secrets stay sealed in here.

import type { Selectable } from 'kysely'
import type { Database, HookTable } from './schema.ts'
import type { HookStore, KeptHook } from './store.ts'

export function createHookStore(db: Database): HookStore {
  return {
    async all() {
      const rows = await db.selectFrom('hooks').selectAll().orderBy('path').execute()
      return rows.map(hookOf)
    },

    async save(hook) {
      const { key, ...said } = rowOf(hook)
      await db
        .insertInto('hooks')
        .values({ key, ...said })
        .onConflict((conflict) => conflict.column('key').doUpdateSet(said))
        .execute()
    },

    async remove(key) {
      const { numDeletedRows } = await db.deleteFrom('hooks').where('key', '=', key).executeTakeFirst()
      return numDeletedRows > 0n
    },
  }
}

function rowOf({ failedTests, madeAt, lookedAt, told, hook, until, ...same }: KeptHook): HookTable {
  return {
    ...same,
    hook: hook ?? null,
    until: until ?? null,
    told: told ? 1 : 0,
    failed_tests: failedTests,
    made_at: madeAt,
    looked_at: lookedAt,
  }
}

function hookOf({ hook, until, ...row }: Selectable<HookTable>): KeptHook {
  return {
    key: row.key,
    path: row.path,
    ...(hook === null ? {} : { hook }),
    sealed: row.sealed,
    seen: row.seen,
    state: stateOf(row.state),
    ...(until === null ? {} : { until }),
    told: row.told === 1,
    failedTests: row.failed_tests,
    madeAt: row.made_at,
    lookedAt: row.looked_at,
  }
}

function stateOf(word: string): KeptHook['state'] {
  const states = ['working', 'paused', 'disabled', 'missing'] as const
  return states.find((state) => state === word) ?? 'missing'
}
