// What is asked often, or of many at once, costs seeks, however much waits and however much was told (src/store/claims.ts, deliveries.ts).

import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { createDatabase } from '../../src/store/bridge.ts'
import { allLanes, heads } from '../../src/store/claims.ts'
import { createDeliveryStore } from '../../src/store/deliveries.ts'
import { createIds } from '../../src/store/ids.ts'
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

test('how a target does, and what of it was given up, is found by an index each, however much it was told', async () => {
  const connection = new DatabaseSync(':memory:')
  const prepare = connection.prepare.bind(connection)
  const asked: string[] = []
  connection.prepare = (query) => {
    asked.push(query)
    return prepare(query)
  }
  const db = createDatabase(connection)
  await migrate(db, dialect)
  asked.length = 0
  const deliveries = createDeliveryStore(db, createIds(0), (work) => work(db))
  await deliveries.lately({ notifier: 'webhook', address: 'a' })
  await deliveries.list({ channel: 'a', state: 'parked', limit: 9 })
  const plans = asked.map((query) => JSON.stringify(prepare(`explain query plan ${query}`).all()))
  expect(plans.map((plan) => /deliveries USING INDEX (\w+)/.exec(plan)?.[1])).toEqual([
    'deliveries_target',
    'deliveries_parked',
    'deliveries_waiting',
    'deliveries_parked',
  ])
  expect(plans.join()).not.toContain('TEMP B-TREE')
  await db.destroy()
})
