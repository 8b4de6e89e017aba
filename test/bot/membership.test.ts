// Subscriptions sleep where the bot can no longer speak, wake when it is back, and their makers are told (threats F5, F8, T7).

import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Asleep, createMembership } from '../../src/bot/membership.ts'
import type { SocketEvent } from '../../src/bot/socket.ts'
import { createMattermostStatus } from '../../src/bot/status.ts'
import type { Trouble } from '../../src/bot/triggers.ts'
import type { Subscription } from '../../src/event.ts'
import type { Asked } from '../../src/integrations/integration.ts'
import { plain } from '../../src/text/rich.ts'
import { accepted } from '../contract/mattermost/driver.ts'
import { createChannel, join } from '../contract/mattermost/world.ts'
import { log, subscriptionsInMemory } from './parts.ts'
import { createStage, handsOf, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await createStage()
})
afterAll(() => stage.stop())

const subscriptionIn = (channel: string, maker = stage.alice.id): Subscription => ({
  id: `${channel}${maker}`,
  channel,
  target: { notifier: 'mattermost', address: channel },
  source: 'gitlab',
  filters: {},
  maker,
  madeAt: 1,
})

function watching(...given: Subscription[]) {
  const told: Asleep[] = []
  const subscriptions = subscriptionsInMemory(...given)
  const { calls, self } = handsOf(stage)
  const clock = { now: 0 }
  const tell = async (notice: Asleep) => void told.push(notice)
  const membership = createMembership({ self, calls, subscriptions, tell, now: () => clock.now, log })
  const asleep = async () => (await subscriptions.all()).map((subscription) => subscription.asleep)
  return { membership, subscriptions, told, asleep, clock }
}

async function channelWithBot(type: 'O' | 'P') {
  const channel = await createChannel(stage.alice, stage.team.id, type)
  await join(stage.alice, 'channels', channel.id, stage.bot)
  return channel
}

test('removed from a private channel, each maker is told once; invited again, all wake', async () => {
  const { id, name } = await channelWithBot('P')
  const { membership, told, asleep } = watching(subscriptionIn(id), subscriptionIn(id, stage.bob.id))
  await membership.reconcile()
  expect(await asleep()).toEqual([undefined, undefined])
  await accepted(stage.alice.delete(`/channels/${id}/members/${stage.bot.id}`))
  await membership.check(id)
  await membership.check(id)
  expect(await asleep()).toEqual(['removed', 'removed'])
  expect(told).toEqual(
    [stage.alice.id, stage.bob.id].map((maker) => ({ maker, channel: id, name, reason: 'removed', count: 1 })),
  )
  await join(stage.alice, 'channels', id, stage.bot)
  await membership.check(id)
  expect(await asleep()).toEqual([undefined, undefined])
})

test('taken out and back over and over, it does not flood the makers; an hour later it says so again (threats T13)', async () => {
  const { id } = await channelWithBot('O')
  const { membership, told, asleep, clock } = watching(subscriptionIn(id))
  const takeOut = async () => {
    await accepted(stage.alice.delete(`/channels/${id}/members/${stage.bot.id}`))
    await membership.check(id)
    expect(await asleep()).toEqual(['removed'])
    await join(stage.alice, 'channels', id, stage.bot)
    await membership.check(id)
    expect(await asleep()).toEqual([undefined])
  }
  for (let time = 0; time < 5; time += 1) await takeOut()
  expect(told).toHaveLength(3)
  clock.now += 3_600_001
  await takeOut()
  expect(told).toHaveLength(4)
})

test('removed from a public channel or archived, without having heard of it: the comparison finds out', async () => {
  const left = await channelWithBot('O')
  const archived = await channelWithBot('O')
  const { membership, asleep, told } = watching(subscriptionIn(left.id), subscriptionIn(archived.id))
  await accepted(stage.alice.delete(`/channels/${left.id}/members/${stage.bot.id}`))
  await accepted(stage.alice.delete(`/channels/${archived.id}`))
  const { inside } = await membership.reconcile()
  expect(inside.map(({ id }) => id)).toContain(stage.pub.id)
  expect(await asleep()).toEqual(['removed', 'archived'])
  expect(told).toHaveLength(2)
  await membership.reconcile()
  expect(told).toHaveLength(2)
  await accepted(stage.admin.post(`/channels/${archived.id}/restore`))
  await membership.reconcile()
  expect(await asleep()).toEqual(['removed', undefined])
})

test('a refused token or a server that is away puts nothing to sleep', async () => {
  const { membership, asleep } = watching(subscriptionIn(stage.pub.id))
  for (const status of [401, 500, 503]) {
    stage.sandbox.faults.answer(status)
    await expect(membership.check(stage.pub.id)).rejects.toThrow(String(status))
    stage.sandbox.faults.heal()
  }
  expect(await asleep()).toEqual([undefined])
})

test('a channel whose standing cannot be asked leaves the others theirs, and is named for another try', async () => {
  const odd = await channelWithBot('O')
  const left = await channelWithBot('O')
  for (const { id } of [odd, left]) await accepted(stage.alice.delete(`/channels/${id}/members/${stage.bot.id}`))
  const { membership, asleep } = watching(subscriptionIn(odd.id), subscriptionIn(left.id))
  stage.sandbox.faults.answer(500, { path: `/channels/${odd.id}` })
  expect((await membership.reconcile()).open).toEqual([odd.id])
  stage.sandbox.faults.heal()
  expect(await asleep()).toEqual([undefined, 'removed'])
  expect((await membership.reconcile()).open).toEqual([])
  expect(await asleep()).toEqual(['removed', 'removed'])
})

test('events about the bot or a channel are hints; other people coming and going are not', async () => {
  const { membership } = watching()
  await membership.reconcile()
  const hint = (event: string, data: object, broadcast: object = {}) =>
    membership.hint({
      event,
      data: { ...data },
      broadcast: { channel_id: '', team_id: '', user_id: '', ...broadcast },
    } satisfies SocketEvent)
  expect(hint('user_removed', { channel_id: 'c1' }, { user_id: stage.bot.id })).toBe('c1')
  expect(hint('user_added', { user_id: stage.bot.id }, { channel_id: 'c1' })).toBe('c1')
  expect(hint('user_removed', { user_id: stage.alice.id }, { channel_id: 'c1' })).toBeUndefined()
  expect(hint('channel_deleted', { channel_id: 'c1' })).toBe('c1')
  expect(hint('leave_team', { user_id: stage.bot.id })).toBe('all')
  expect(hint('posted', {}, { channel_id: 'c1' })).toBeUndefined()
})

test('status says how Mattermost and we stand, and how many subscriptions sleep', async () => {
  const now = 10_000_000
  const asleep = { ...subscriptionIn('c1'), asleep: 'removed' as const }
  let troubles: readonly Trouble[] = []
  let ping: Asked = { tookMs: 7, status: 200 }
  const glance = async (state: Parameters<typeof createMattermostStatus>[0]['socket'], ...all: Subscription[]) => {
    const part = await createMattermostStatus({
      socket: state,
      subscriptions: subscriptionsInMemory(...all),
      troubles: () => troubles,
      ping: async () => ping,
      now: () => now,
    })()
    return [part.state, plain(part.glance.fr), plain(part.glance.en)]
  }
  const since = now - 180_000
  const connected = { as: 'connected', since, serverVersion: '11.6.0.123' } as const
  expect(await glance(() => connected)).toEqual([
    'ok',
    'connecté depuis 3\u00a0min · 11.6.0 · ping 7\u00a0ms',
    'connected for 3\u00a0min · 11.6.0 · ping 7\u00a0ms',
  ])
  expect((await glance(() => connected, asleep))[0]).toBe('warning')
  expect((await glance(() => connected, asleep))[1]).toContain('1 abonnement endormi')
  expect((await glance(() => ({ as: 'revoked', since })))[0]).toBe('down')
  troubles = [{ team: 'main', trigger: 'subscribe', kind: 'replaced' }]
  expect((await glance(() => connected)).slice(0, 2)).toEqual([
    'warning',
    'connecté depuis 3\u00a0min · 11.6.0 · ping 7\u00a0ms · 1 commande à rétablir',
  ])
  troubles = []
  expect((await glance(() => ({ as: 'connecting', since })))[2]).toBe(
    'out of reach for 3\u00a0min · it answers a ping in 7\u00a0ms',
  )
  ping = { tookMs: 2, error: 'ECONNREFUSED' }
  expect((await glance(() => ({ as: 'connecting', since })))[1]).toBe(
    'injoignable depuis 3\u00a0min · ping sans réponse (ECONNREFUSED)',
  )
})
