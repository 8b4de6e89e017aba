// Every commit waits for the disk (design.md, "Durable before answered"): a delivery that was told and the next of its channel share one.

import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { createClock } from '../fakes/clock.ts'
import { createFakeLog } from '../fakes/log.ts'
import { createWorld } from './world.ts'

test('the next of a channel is claimed in the transaction that settles the one before', async () => {
  const clock = createClock()
  let turns = 0
  const breathe = async () => {
    turns += 1
    await setImmediate()
  }
  const store = await openSqliteStore({ path: ':memory:', now: clock.now, log: createFakeLog(), breathe })
  const calls: string[] = []
  const noted = (name: string, transaction: number) => calls.push(`${name} ${transaction}`)
  const world = await createWorld({ clock, store: listened(store, (name) => noted(name, turns)) })
  await world.subscribe()
  await Promise.all([world.emit(), world.emit(), world.emit()])
  world.outbox.start()
  for (let turn = 0; turn < 5; turn += 1) await clock.rest()

  expect(await world.ledger()).toEqual(['delivered', 'delivered', 'delivered'])
  const together = calls.filter((call) => call.startsWith('settle')).map((call) => call.replace('settle', 'claim'))
  expect(together).toHaveLength(3)
  for (const claim of together) expect(calls).toContain(claim)

  const stopped = world.outbox.stop(0)
  await clock.advance(2000)
  await stopped
  await store.close()
})

/** A store whose claims and settlements are told of once they are through. */
function listened(store: Store, heard: (name: string) => void): Store {
  const { deliveries } = store
  return {
    ...store,
    deliveries: {
      ...deliveries,
      async claim(request) {
        const claims = await deliveries.claim(request)
        heard('claim')
        return claims
      },
      async settle(...request) {
        const isOurs = await deliveries.settle(...request)
        heard('settle')
        return isOurs
      },
    },
  }
}
