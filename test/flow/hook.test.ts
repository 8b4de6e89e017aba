// What `hook` needs of the flow (issue 7): globs on the type instead of the subject, keys without their maker's rights, several events
// stored as one, words of a template.

import { expect, it, onTestFinished } from 'vitest'
import { readSubject } from '../../src/commands/subscriptions/subject.ts'
import { DeliveryError } from '../../src/errors.ts'
import type { Draft } from '../../src/event.ts'
import { draftOf } from '../fakes/event.ts'
import { createFakeNotifier } from '../fakes/notifier.ts'
import { createWorld, type World } from './world.ts'

const event = (type: string, more: Partial<Draft> = {}): Partial<Draft> => ({
  source: 'hook',
  type: `hook.${type}`,
  topic: type,
  subject: 'some thing',
  audience: 'closed',
  ...more,
})

async function opened(notifier = createFakeNotifier()): Promise<World> {
  const world = await createWorld({ notifier })
  onTestFinished(() => world.store.close())
  await world.store.people.setAdmin('claire', true, 0)
  return world
}

it.each([
  ['com.acme.*', true],
  ['com.acme.**', true],
  ['hook.com.acme.order', true],
  ['COM.ACME.Order', true],
  ['**', true],
  ['*', true],
  ['** !com.acme.*', false],
  ['com.*.order', true],
  ['com.acme', false],
  ['com.acme-evil.*', false],
  ['some*', false],
])('a subscription to the types %s hears com.acme.order: %s', async (typed, hears) => {
  const world = await opened()
  await world.subscribe({ source: 'hook', subject: readSubject(typed, 'hook') ?? '' })
  expect((await world.emit(event('com.acme.order'))).matched).toBe(hears ? 1 : 0)
})

it('a rule of /vigie allow opens types, and a key hears what is allowed, never what its maker may', async () => {
  const world = await opened()
  await world.subscribe({ source: 'hook', byKey: true })
  await world.subscribe({ source: 'hook', byKey: true, channel: '', target: { notifier: 'webhook', address: 's1' } })
  expect((await world.emit(event('shop.order'))).matched).toBe(0)
  const rule = { effect: 'allow', source: 'hook', subject: 'shop.*', maker: 'claire', madeAt: 0 } as const
  await world.store.subscriptions.saveRule({ ...rule, channel: 'town' })
  expect((await world.emit(event('shop.order'))).matched).toBe(1)
  await world.store.subscriptions.saveRule(rule)
  expect((await world.emit(event('shop.order'))).matched).toBe(2)
  expect((await world.emit(event('other'))).matched).toBe(0)
  // What is open to every channel is open to a URL.
  expect((await world.emit(event('open', { audience: 'open' }))).matched).toBe(2)
})

it('a subscription of chat that a key repeats keeps what it was', async () => {
  const world = await opened()
  const made = await world.subscribe({ source: 'hook' })
  expect((await world.store.subscriptions.find(made.id))?.byKey).toBeUndefined()
  const again = await world.subscribe({ source: 'hook', byKey: true })
  expect(await world.store.subscriptions.find(again.id)).toMatchObject({ id: made.id, byKey: true })
})

it('events emitted together are stored in order, or none of them is', async () => {
  const world = await opened()
  const draft = (name: string) => ({ draft: draftOf({ ...event(name) }) })
  const all = await world.intake.emitTogether(['a', 'b', 'c'].map(draft))
  expect(all.map(({ event: id }) => id).toSorted()).toEqual(all.map(({ event: id }) => id))
  const broken = { draft: draftOf({ ...event('d'), data: { x: 1n as unknown as number } }) }
  const fine = world.intake.emit(draftOf(event('e')))
  await expect(world.intake.emitTogether([draft('f'), broken])).rejects.toThrow()
  // Whoever queued with them is not the worse for it.
  expect((await fine).event).toMatch(/./)
  const types = (await world.store.events.recent({ source: 'hook', limit: 10 })).map(({ event: { type } }) => type)
  expect(types.toSorted()).toEqual(['hook.a', 'hook.b', 'hook.c', 'hook.e'])
})

it('a template travels to whoever describes the event, from the oldest subscription that has one', async () => {
  const world = await opened()
  const seen: (string | undefined)[] = []
  const describe = world.describe
  world.describe = (one, telling) => {
    seen.push(telling.template)
    return describe(one, telling)
  }
  world.outbox.start()
  onTestFinished(() => world.outbox.stop(0))
  await world.subscribe({ source: 'hook', subject: 'a.*' })
  await world.subscribe({ source: 'hook', subject: 'a.b', filters: { template: 'first {{data.x}}' } })
  await world.subscribe({ source: 'hook', subject: 'a.**', filters: { template: 'second' } })
  await world.tell(event('a.b'))
  await world.clock.rest()
  expect(seen).toContain('first {{data.x}}')
  expect(seen).not.toContain('second')
})

it('a URL that is away for hours is told in the end, while another is told at once', async () => {
  const notifier = { ...createFakeNotifier(), apart: true as const }
  const world = await opened(notifier)
  world.outbox.start()
  onTestFinished(() => world.outbox.stop(0))
  for (const channel of ['away', 'there']) await world.subscribe({ source: 'hook', channel })
  let isAway = true
  notifier.fate = (_message, address) =>
    address === 'away' && isAway
      ? { refuse: new DeliveryError('no', { retry: true, scope: 'target', reason: 'network' }) }
      : undefined
  const first = await world.tell(event('a'))
  for (let hour = 0; hour < 4; hour += 1) {
    await world.tell(event('b'))
    await world.clock.advance(3_600_000)
  }
  expect(notifier.told('there')).toHaveLength(5)
  expect(world.parked).toEqual([])
  isAway = false
  await world.clock.advance(600_000)
  expect(notifier.told('away')[0]).toBe(first)
  expect(notifier.told('away')).toHaveLength(5)
})
