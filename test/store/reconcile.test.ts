// A restored database compared with what stands at a target (threat F32).

import { afterEach, beforeEach, expect, test } from 'vitest'
import { showId } from '../../src/store/ids.ts'
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite.ts'
import { draftOf, time } from '../fakes/event.ts'
import { createFakeLog } from '../fakes/log.ts'

const town = { notifier: 'mattermost', address: 'town' }
const receipt = { post: 'p1', channel: 'town' }
let store: SqliteStore
beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:', now: () => time, log: createFakeLog() })
})
afterEach(() => store.close())

const record = async (card: string) => {
  const route = () => [{ target: town, subscriptions: [], dueAt: time, each: false }]
  const [accepted] = await store.events.record([{ draft: draftOf({ card }), dedupe: [], acceptedAt: time, route }])
  return accepted?.event ?? ''
}
const claim = async () => {
  const [claimed] = await store.deliveries.claim({ notifier: 'mattermost', now: time, leaseMs: 15_000, limit: 1 })
  return claimed
}
/** The id of an event that was accepted an hour later, and that nobody knows here. */
const unknown = showId((time + 3_600_000 - Date.UTC(2020, 0, 1)) * 4096)

test('an edit whose event stands on the card is not made again', async () => {
  const event = await record('mr')
  const claimed = (await claim())?.delivery.id ?? ''
  const standing = [{ receipt, deliveries: ['another'], events: [event, unknown], origins: [], card: 'mr' }]
  expect(await store.deliveries.reconcile(town, standing, { claimed, now: time })).toEqual({
    told: 1,
    waiting: 0,
    ahead: new Map([['mr', time + 3_600_000]]),
  })
  expect(await store.deliveries.find(claimed)).toMatchObject({ state: 'delivered', receipt })
})

test('what does not stand is sent, as a first try, on the card as its post shows it', async () => {
  const event = await record('mr')
  const claimed = (await claim())?.delivery.id ?? ''
  const standing = [{ receipt, deliveries: [claimed.replace(/.$/, 'z')], events: [unknown], origins: [], card: 'mr' }]
  const { told, waiting } = await store.deliveries.reconcile(town, standing, { claimed, now: time })
  expect({ told, waiting }).toEqual({ told: 0, waiting: 1 })
  const again = await claim()
  expect(again).toMatchObject({
    delivery: { id: claimed, attempt: 1, events: [event] },
    unsure: false,
    card: { receipt, events: [unknown], shownAt: time + 3_600_000 },
  })
})

test('the newest of a card’s posts goes on', async () => {
  await record('mr')
  const claimed = (await claim())?.delivery.id ?? ''
  const older = { receipt: { post: 'p0', channel: 'town' }, deliveries: ['d'], events: ['01'], origins: [], card: 'mr' }
  const newer = { receipt, deliveries: ['e'], events: [unknown], origins: [], card: 'mr' }
  await store.deliveries.reconcile(town, [newer, older], { claimed, now: time })
  expect(await store.deliveries.liveCards(town, time)).toEqual([receipt])
})
