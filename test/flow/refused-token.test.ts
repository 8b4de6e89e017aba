// A token that Mattermost refuses (threat F8): sending stops, one try a minute, and whoever looks after Vigie can see why.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { DeliveryError } from '../../src/errors.ts'
import { createOutboxPart } from '../../src/flow/part.ts'
import { plain } from '../../src/text/rich.ts'
import { createWorld, type World } from './world.ts'

const minuteMs = 60_000
let world: World
beforeEach(async () => {
  world = await createWorld()
  for (const channel of ['a', 'b', 'c']) await world.subscribe({ channel })
  const refused = new DeliveryError('POST /posts: 401', {
    retry: true,
    scope: 'notifier',
    reason: 'auth',
    afterMs: minuteMs,
  })
  world.notifier.fate = () => ({ refuse: refused })
  world.outbox.start()
})
afterEach(async () => {
  await world.outbox.stop(0)
  await world.store.close()
})

test('is tried at most once a minute, however much waits and for however many channels', async () => {
  await world.tell()
  const before = world.notifier.tries.length
  for (let minute = 0; minute < 30; minute += 1) {
    await world.emit()
    await world.clock.advance(minuteMs)
  }
  expect(world.notifier.tries.length - before).toBeLessThanOrEqual(30)
  expect(await world.ledger()).toEqual(Array.from({ length: 93 }, () => 'waiting'))
})

test('is said once in the log and as long as it lasts in the status; nothing is lost by it', async () => {
  await world.tell()
  await world.clock.advance(10 * minuteMs)
  expect(world.log.lines.filter(({ level }) => level === 'error')).toMatchObject([
    { message: 'nothing can be sent for now', facts: { reason: 'auth' } },
  ])
  const { deliveries } = world.store
  const part = createOutboxPart({ status: world.outbox.status, deliveries, now: world.clock.now })
  const { state, details, operatorDetails } = await part()
  expect(state).toBe('down')
  expect(operatorDetails?.en.map(plain).join()).toContain('401')
  expect(details?.en.map(plain).join()).not.toContain('401')
  world.notifier.fate = undefined
  await world.clock.advance(2 * minuteMs)
  expect(await world.ledger()).toEqual(['delivered', 'delivered', 'delivered'])
})
