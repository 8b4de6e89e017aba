// What the outbox asks every time it looks costs seeks, however much waits and however much was told (src/store/claims.ts).

import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { createDatabase } from '../../src/store/bridge.ts'
import { allLanes, heads } from '../../src/store/claims.ts'
import { migrate } from '../../src/store/migrations.ts'

const dialect = { long: sql`integer`, bytes: sql`blob`, clustered: sql`without rowid` }

test.each([
  ['what is told', heads('mattermost')],
  ['all that waits', heads('mattermost', allLanes)],
])('the heads of %s are sought', async (_what, query) => {
  const db = createDatabase(new DatabaseSync(':memory:'))
  await migrate(db, dialect)
  const { rows } = await sql<{ detail: string }>`explain query plan ${query}`.execute(db)
  const details = rows.map(({ detail }) => detail)
  expect(details).toContain('SEARCH d USING INDEX deliveries_waiting (target=? AND lane=? AND position=?)')
  expect(details.filter((detail) => /^SCAN (d|w|t|deliveries|targets)\b/.test(detail))).toEqual([])
  await db.destroy()
})
