// Whom a message wakes (design.md, "Mentions"; issue "The watch", "Incidents"): those an event and its channel's subscriptions name, at
// home and nowhere else.

import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Draft } from '../../src/event.ts'
import { beginWorld, endWorld, type World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await beginWorld()
})
afterEach(async () => {
  await endWorld(world)
})

const down: Partial<Draft> = {
  source: 'monitor',
  type: 'monitor.down',
  subject: 'shop',
  audience: 'closed',
  home: 'town',
  card: 'incident i1',
  cardStays: true,
  rings: { people: ['alice', 'here'] },
}
const monitor = { source: 'monitor' } as const
const last = () => {
  const { mentions, isUrgent } = world.notifier.tries.at(-1)?.message ?? {}
  return { mentions, isUrgent }
}

test('an event that rings mentions whom it names, and whom the subscriptions that hear it name, each once', async () => {
  await world.subscribe({ ...monitor, filters: { mention: ['bob', 'alice'] } })
  await world.subscribe({ ...monitor, subject: 'shop', filters: { mention: ['carol'] } })
  await world.subscribe({ ...monitor, subject: 'other', filters: { mention: ['dave'] } })
  await world.tell(down)
  expect(last().mentions?.toSorted()).toEqual(['alice', 'bob', 'carol', 'here'])
})

test('an event that does not ring mentions nobody, whatever is asked for', async () => {
  await world.subscribe({ ...monitor, filters: { mention: ['bob'] } })
  const { rings: _rings, ...quiet } = down
  await world.tell(quiet)
  expect(last()).toEqual({ mentions: undefined, isUrgent: undefined })
})

test('another channel than its own hears it without being woken', async () => {
  await world.store.subscriptions.saveRule({ effect: 'allow', source: 'monitor', subject: '**', maker: 'u', madeAt: 0 })
  await world.subscribe({ ...monitor, channel: 'other', subject: '**', filters: { mention: ['bob'] } })
  await world.tell({ ...down, severity: 'critical' })
  expect(world.notifier.tries.at(-1)?.address).toBe('other')
  expect(last()).toEqual({ mentions: undefined, isUrgent: undefined })
})

test('a critical one is urgent, whoever is named', async () => {
  await world.subscribe(monitor)
  await world.tell({ ...down, severity: 'critical', rings: { people: [] } })
  expect(last()).toEqual({ mentions: undefined, isUrgent: true })
})

test('a digest has one line of mentions for all that is in it', async () => {
  await world.subscribe({ ...monitor, filters: { digestMs: 600_000, mention: ['bob'] } })
  await world.tell(down)
  await world.tell({ ...down, card: 'incident i2', rings: { people: ['alice', 'carol'] } })
  await world.clock.advance(601_000)
  expect(world.notifier.tries).toHaveLength(1)
  expect(last().mentions?.toSorted()).toEqual(['alice', 'bob', 'carol', 'here'])
})

test('a critical alert that is passed on to somebody by name is urgent there, anything else is not', async () => {
  const also = [{ notifier: 'mattermost', address: '@u9' }]
  const escalated = {
    ...down,
    type: 'incident.escalated',
    severity: 'critical',
    alert: 'incident i1 escalated',
  } as const
  await world.emit(escalated, { also })
  await world.clock.rest()
  expect(world.notifier.tries.at(-1)?.address).toBe('@u9')
  expect(last()).toEqual({ mentions: undefined, isUrgent: true })
  await world.emit({ ...escalated, card: 'incident i2', severity: 'warning' }, { also })
  await world.clock.rest()
  expect(last()).toEqual({ mentions: undefined, isUrgent: undefined })
  const { alert: _alert, ...over } = escalated
  await world.emit({ ...over, card: 'incident i3' }, { also })
  await world.clock.rest()
  expect(last()).toEqual({ mentions: undefined, isUrgent: undefined })
})

test('who rings alone rings without those whom subscriptions name', async () => {
  await world.subscribe({ ...monitor, filters: { mention: ['bob'] } })
  await world.tell({ ...down, rings: { people: ['carol'], alone: true } })
  expect(last().mentions).toEqual(['carol'])
})
