// Alerts and FALLBACK on a clock of their own: a mailbox and Mattermost that fail as they are told (threat F26).

import fc from 'fast-check'
import { expect } from 'vitest'
import { DeliveryError, type DeliveryFailure } from '../../src/errors.ts'
import type { Draft, Target } from '../../src/event.ts'
import { createFallback, type Fallback, type Way } from '../../src/flow/fallback.ts'
import { createFakeNotifier, type FakeNotifier, type Fate } from '../fakes/notifier.ts'
import { createWorld, type World } from './world.ts'

export const mailbox: Target = { notifier: 'email', address: 'garde@example.org' }
const admin: Target = { notifier: 'mattermost', address: '@admin' }
export const byMail: Way = { name: 'email', targets: () => [mailbox] }
export const byPost: Way = { name: 'mattermost', targets: () => [admin] }

export const down: Partial<Draft> = {
  source: 'monitor',
  type: 'monitor.down',
  home: 'town',
  audience: 'closed',
  card: 'incident i1',
  cardStays: true,
  alert: 'incident i1',
}
export const up: Partial<Draft> = {
  source: 'monitor',
  type: 'monitor.up',
  home: 'town',
  audience: 'closed',
  card: 'incident i1',
  cardStays: true,
  alertsOver: ['incident i1', 'incident i1 escalated'],
}

export const failing = (failure: Partial<DeliveryFailure>) => ({
  refuse: new DeliveryError('no', { retry: true, scope: 'notifier', reason: 'network', ...failure }),
})
/** What F26 names, as the notifier tells it. */
export const troubles: readonly [string, Fate][] = [
  ['down', failing({})],
  ['greylisting', failing({ scope: 'target', reason: 'server' })],
  ['hanging', failing({ reason: 'timeout' })],
  ['without TLS', failing({ reason: 'network' })],
  ['refusing the login', failing({ reason: 'auth', afterMs: 60_000 })],
  ['refusing the recipient', failing({ retry: false, scope: 'target', reason: 'gone' })],
]

export interface Scene {
  readonly world: World
  readonly mail: FakeNotifier
  readonly posts: FakeNotifier
  readonly fallback: Fallback
  end(): Promise<void>
}

export async function begin(ways: readonly Way[], before?: Pick<Scene, 'world' | 'mail' | 'posts'>): Promise<Scene> {
  const mail = before?.mail ?? createFakeNotifier('email')
  const posts = before?.posts ?? createFakeNotifier('mattermost')
  const kept = before ? { store: before.world.store, clock: before.world.clock } : {}
  const world = await createWorld({ notifier: posts, others: [mail], ...kept })
  const { alerts, events } = world.store
  const { now, wait } = world.clock
  const fallback = createFallback({
    alerts,
    events,
    ways,
    emit: world.intake.emit,
    describe: (event, telling) => world.describe(event, telling),
    telling: { locale: 'fr', timeZone: 'UTC' },
    now,
    log: world.log,
    wait,
  })
  const stop = new AbortController()
  world.outbox.start()
  const running = fallback.run(stop.signal)
  await world.clock.rest()
  const end = async () => {
    stop.abort()
    const stopped = world.outbox.stop(0)
    await world.clock.advance(2000)
    await stopped
    await running
  }
  return { world, mail, posts, fallback, end }
}

/** How often an event of a kind was told somewhere. */
export const told = (notifier: FakeNotifier, address: string) => notifier.told(address).length
export const seconds = (count: number) => count * 1000

/** However the mailbox and Mattermost fail and come back, an alert by mail is told, and told once. */
export async function checkToldOnce({ world, mail, posts }: Scene, runs: number): Promise<void> {
  const outages = fc.record({
    mailBackS: fc.integer({ min: 0, max: 400 }),
    postsBackS: fc.integer({ min: 0, max: 400 }),
    trouble: fc.constantFrom(...troubles.slice(0, 4)),
    slowS: fc.integer({ min: 0, max: 20 }),
  })
  let count = 0
  await fc.assert(
    fc.asyncProperty(outages, async ({ mailBackS, postsBackS, trouble: [, fate], slowS }) => {
      count += 1
      const began = world.clock.now()
      const key = `incident p${count}`
      const before = told(mail, mailbox.address) + told(posts, '@admin')
      mail.fate = () => (world.clock.now() - began < seconds(mailBackS) ? fate : undefined)
      posts.fate = () => (world.clock.now() - began < seconds(postsBackS) ? failing({}) : undefined)
      mail.gate = () => world.clock.wait(seconds(slowS), new AbortController().signal)
      await world.emit({ ...down, card: key, alert: key }, { only: [mailbox] })
      await world.clock.advance(seconds(900))
      expect(told(mail, mailbox.address) + told(posts, '@admin') - before).toBe(1)
      await world.emit({ ...up, card: key, alertsOver: [key] }, { only: [] })
      mail.fate = undefined
      posts.fate = undefined
      mail.gate = undefined
      await world.clock.advance(seconds(60))
    }),
    { numRuns: runs },
  )
}
