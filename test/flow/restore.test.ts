// What is sent after a restore (threat F32): the channels are right about what was told, and the database about what was not.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { DeliveryError } from '../../src/errors.ts'
import { writeCopy } from '../../src/store/backup.ts'
import { prepareSwap, swap } from '../../src/store/recovery.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { createClock, type FakeClock } from '../fakes/clock.ts'
import { createFakeLog } from '../fakes/log.ts'
import { createFakeNotifier, type FakeNotifier } from '../fakes/notifier.ts'
import { createWorld, type World } from './world.ts'

const folder = mkdtempSync(join(tmpdir(), 'vigie-restore-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const hourMs = 3_600_000

let count = 0
let path: string
let clock: FakeClock
let notifier: FakeNotifier
let world: World

const open = async (restored?: { since: number; until: number }) => {
  const store = await openSqliteStore({ path, now: clock.now, log: createFakeLog(), breathe: () => Promise.resolve() })
  world = await createWorld({ store, clock, notifier, ...(restored ? { restored } : {}) })
}
const close = async () => {
  await world.outbox.stop(0)
  await world.store.close()
}
const copy = () => writeCopy({ from: path, to: `${path}.copy`, at: clock.now() })
/** Ends this process and starts one on the copy. */
const restore = async () => {
  await close()
  const facts = { reason: 'asked' as const }
  await open(swap(path, await prepareSwap({ path, file: `${path}.copy`, at: clock.now(), facts })))
}
const start = async () => {
  world.outbox.start()
  await clock.rest()
}

beforeEach(async () => {
  count += 1
  path = join(folder, `${count}.db`)
  clock = createClock()
  notifier = createFakeNotifier()
  await open()
  await world.subscribe()
})
afterEach(close)

test('a backlog that nobody told is one digest', async () => {
  for (let index = 0; index < 30; index += 1) await world.emit()
  await copy()
  clock.jump(6 * hourMs)
  await restore()
  await start()
  await clock.advance(5000)
  expect(notifier.posts).toHaveLength(1)
  expect(notifier.posts[0]?.events).toHaveLength(30)
})

test('of a backlog only what was not told is sent, and the channel is read once', async () => {
  for (let index = 0; index < 30; index += 1) await world.emit()
  await copy()
  notifier.fate = ({ deliveryId }) => {
    return notifier.tries.length > 4
      ? { refuse: new DeliveryError(`no ${deliveryId}`, { retry: true, scope: 'notifier', reason: 'network' }) }
      : undefined
  }
  await start()
  await clock.advance(20_000)
  expect(notifier.told('town')).toHaveLength(4)
  clock.jump(6 * hourMs)
  await restore()
  notifier.fate = undefined
  notifier.reads.length = 0
  await start()
  await clock.advance(10_000)
  expect(notifier.told('town')).toHaveLength(30)
  expect(new Set(notifier.told('town')).size).toBe(30)
  expect(notifier.reads).toEqual(['town'])
  expect((await world.ledger()).filter((state) => state === 'delivered')).toHaveLength(5)
})

test('what waits does not set a card back that was edited since', async () => {
  await world.emit({ card: 'mr' })
  await start()
  await world.outbox.stop(0)
  await world.emit({ card: 'mr', data: { step: 2 } })
  await copy()
  // Told later, and something else after it.
  await close()
  await open()
  await start()
  clock.jump(hourMs)
  const last = await world.tell({ card: 'mr', data: { step: 3 } })
  const before = structuredClone(notifier.posts)
  await restore()
  await start()
  expect(notifier.posts).toEqual(before)
  clock.jump(hourMs)
  const next = await world.tell({ card: 'mr', data: { step: 4 } })
  expect(notifier.posts).toHaveLength(1)
  expect(notifier.posts[0]?.events.slice(-2)).toEqual([last, next])
})

test('what is fetched again is told only where it was not told', async () => {
  await copy()
  clock.jump(hourMs)
  await start()
  await world.tell({ origin: 'of one', fetched: true })
  clock.jump(hourMs)
  await restore()
  await start()
  const time = new Date(clock.now()).toISOString()
  const again = await world.tell({ origin: 'of one', fetched: true, time })
  const other = await world.tell({ origin: 'of another', fetched: true, time })
  expect(notifier.told('town').slice(1)).toEqual([other])
  expect(await world.store.deliveries.list({ event: again, limit: 1 })).toMatchObject([
    { state: 'withheld', withheld: 'told' },
  ])
})

test('what comes afresh is told, although its words were told before', async () => {
  await copy()
  await start()
  await world.tell({ origin: 'of one' })
  clock.jump(hourMs)
  await restore()
  await start()
  clock.jump(1000)
  await world.tell({ origin: 'of one' })
  expect(notifier.told('town')).toHaveLength(2)
})

test('as long as a channel cannot be read nothing is sent there, and other channels go on', async () => {
  await world.subscribe({ channel: 'dev' })
  await world.emit()
  await copy()
  await restore()
  notifier.unread = (address) =>
    address === 'town' ? new DeliveryError('500', { retry: true, scope: 'target', reason: 'server' }) : undefined
  await start()
  await clock.advance(10_000)
  expect([notifier.told('town').length, notifier.told('dev').length]).toEqual([0, 1])
  notifier.unread = undefined
  await clock.advance(60_000)
  expect(notifier.told('town')).toHaveLength(1)
})

test('of a burst that waited, what was told since stands, and the rest goes on on its card', async () => {
  await start()
  const drop = async (count: number) => {
    const files = Array.from({ length: count }, () => world.emit({ burst: 'rh' }))
    return (await Promise.all(files)).map(({ event }) => event)
  }
  const first = await drop(8)
  await copy()
  await clock.advance(3000)
  const lost = await drop(3)
  await clock.advance(3000)
  expect(notifier.posts[0]?.lines.map(({ events }) => events)).toEqual([first, lost])
  clock.jump(6 * hourMs)
  await restore()
  await start()
  await clock.advance(10_000)
  expect(notifier.posts[0]?.lines).toHaveLength(2)
  const later = await drop(2)
  await clock.advance(5000)
  expect(notifier.posts).toHaveLength(1)
  expect(notifier.posts[0]?.lines.map(({ events }) => events)).toEqual([first, lost, later])
  expect(notifier.posts[0]?.description.title).toEqual([{ own: '13' }])
  expect(notifier.reads).toEqual(['town'])
})

test('a burst that nobody told before is told as one after it', async () => {
  const files = Array.from({ length: 12 }, () => world.emit({ burst: 'rh' }))
  const ids = (await Promise.all(files)).map(({ event }) => event)
  await copy()
  await restore()
  await start()
  await clock.advance(5000)
  expect(notifier.told('town').toSorted()).toEqual(ids)
})

test('a part of a burst whose card stands without its line gets that line', async () => {
  notifier.fate = () => ({ refuse: new DeliveryError('away', { retry: true, scope: 'target', reason: 'server' }) })
  await start()
  const files = Array.from({ length: 8 }, () => world.emit({ burst: 'rh' }))
  const ids = (await Promise.all(files)).map(({ event }) => event)
  await clock.advance(2500)
  await copy()
  notifier.fate = undefined
  await clock.advance(5000)
  // As though it had ended between the two.
  notifier.posts[0]?.lines.splice(0)
  await restore()
  await start()
  await clock.advance(10_000)
  expect(notifier.posts).toHaveLength(1)
  expect(notifier.posts[0]?.lines.map(({ events }) => events)).toEqual([ids])
})
