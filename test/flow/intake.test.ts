import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createIntake } from '../../src/flow/intake.ts'
import type { Recording } from '../../src/store/store.ts'
import { createWorld, type World } from './world.ts'

describe('intake', () => {
  let world: World
  beforeEach(async () => {
    world = await createWorld()
  })
  afterEach(() => world.store.close())

  test('what is answered is stored, with the targets it matched', async () => {
    await world.subscribe()
    const accepted = await world.emit()
    expect(accepted).toMatchObject({ matched: 1, repeated: false })
    expect((await world.store.events.find(accepted.event))?.matched).toBe(1)
  })

  test('what queued in the same tick is one transaction', async () => {
    const batches: number[] = []
    const events = {
      ...world.store.events,
      record: (batch: readonly Recording[]) => {
        batches.push(batch.length)
        return world.store.events.record(batch)
      },
    }
    const intake = createIntake({ ...world, store: { events }, now: world.clock.now })
    const drafts = await Promise.all(Array.from({ length: 30 }, () => draftNow(world)))
    await Promise.all(drafts.map((draft) => intake.emit(draft)))
    expect(batches).toEqual([30])
  })

  test('concurrent twins get the first one’s answer', async () => {
    await world.subscribe()
    const dedupe = [{ key: 'twin', lifeMs: 1000 }]
    const answers = await Promise.all([world.emit({}, { dedupe }), world.emit({}, { dedupe }), world.emit()])
    expect(answers[1]).toEqual({ ...answers[0], repeated: true })
    expect(answers[2]?.event).not.toBe(answers[0]?.event)
    expect(world.meter.total('events_deduplicated')).toBe(1)
  })

  test('a subscription made before an event hears it, one ended before does not', async () => {
    const { id } = await world.subscribe()
    expect((await world.emit()).matched).toBe(1)
    await world.store.subscriptions.remove(id)
    expect((await world.emit()).matched).toBe(0)
  })

  test('who stops being an administrator hears nothing closed from then on', async () => {
    await world.subscribe()
    await world.store.people.setAdmin('claire', true, 0)
    expect((await world.emit({ audience: 'closed' })).matched).toBe(1)
    await world.store.people.setAdmin('claire', false, 0)
    expect((await world.emit({ audience: 'closed' })).matched).toBe(0)
  })

  test('what is sent with a key for one channel is told in that channel alone, and stays so', async () => {
    await world.subscribe()
    await world.subscribe({ channel: 'dev' })
    expect((await world.emit()).matched).toBe(2)
    const { event, matched } = await world.emit({}, { within: 'dev' })
    const deliveries = await world.store.deliveries.list({ event, limit: 9 })
    expect([matched, deliveries.map(({ target }) => target.address)]).toEqual([1, ['dev']])
    expect((await world.store.events.find(event))?.event.within).toBe('dev')
    expect((await world.emit({}, { within: 'nowhere' })).matched).toBe(0)
  })

  test('what is meant for somebody is told to nobody else', async () => {
    await world.subscribe()
    const only = [{ notifier: 'mattermost', address: '@root' }]
    const { event, matched } = await world.emit({}, { only })
    const deliveries = await world.store.deliveries.list({ event, limit: 9 })
    expect([matched, deliveries.map(({ target }) => target)]).toEqual([1, only])
  })

  test('nothing is taken while nothing can be stored', async () => {
    const unavailable = Object.assign(new Error('disk full'), { name: 'StoreUnavailable' })
    const events = {
      ...world.store.events,
      record: () => Promise.reject(unavailable),
    }
    const intake = createIntake({ ...world, store: { events }, now: world.clock.now })
    const emitted = [draftNow(world), draftNow(world)].map((draft) => intake.emit(draft))
    const outcomes = await Promise.allSettled(emitted)
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason)).toEqual([
      unavailable,
      unavailable,
    ])
  })

  test('one event’s fault does not cost the others of its batch', async () => {
    const cyclic: { self?: object } = {}
    cyclic.self = cyclic
    const broken = { ...draftNow(world), data: JSON.parse('{}') }
    Object.assign(broken.data, cyclic)
    const outcomes = await Promise.allSettled([world.emit(), world.intake.emit(broken), world.emit()])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect((await world.store.events.recent({ limit: 9 })).length).toBe(2)
  })

  test('drain waits for what was emitted', async () => {
    const emitted = world.emit()
    await world.intake.drain()
    expect((await world.store.events.recent({ limit: 9 })).length).toBe(1)
    await emitted
  })
})

function draftNow(world: World) {
  return {
    source: 'gitlab',
    type: 'gitlab.push.push',
    time: new Date(world.clock.now()).toISOString(),
    data: {},
    severity: 'info',
    audience: 'open',
    byDefault: true,
  } as const
}
