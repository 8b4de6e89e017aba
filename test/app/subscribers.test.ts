// Subscriptions by key (interface.md, `POST /subscribe`, "API keys"; threat T7): who may, what is kept, and that nothing is kept by half.

import { randomBytes } from 'node:crypto'
import { expect, it, onTestFinished } from 'vitest'
import type { Standing } from '../../src/app/subscriber-rights.ts'
import { createSubscribers, type SubscriberParts } from '../../src/app/subscribers.ts'
import { createVault } from '../../src/app/vault.ts'
import { createTurns } from '../../src/commands/subscriptions/room.ts'
import { Secret } from '../../src/env.ts'
import { HttpProblem } from '../../src/errors.ts'
import type { Draft } from '../../src/event.ts'
import type { KeyHolder } from '../../src/integrations/integration.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { createWorld, square } from '../commands/world.ts'
import { draftOf, wishOf } from '../fakes/event.ts'
import { createFakeLog } from '../fakes/log.ts'

const town = 't'.repeat(26)
const url = 'https://example.org/hook'
const shell: KeyHolder = { id: 'k1', name: 'cle-k1', vigieAdmin: true }
const alices: KeyHolder = { id: 'k2', name: 'cle-k2', maker: 'alice', vigieAdmin: false }
const bobs: KeyHolder = { id: 'k3', name: 'cle-k3', maker: 'bob', vigieAdmin: false }

async function stage(more: Partial<SubscriberParts> = {}) {
  const log = createFakeLog()
  const told: Draft[] = []
  const store = await openSqliteStore({ path: ':memory:', now: () => 0, log })
  onTestFinished(() => store.close())
  const subscribers = createSubscribers({
    store,
    vault: createVault({ secrets: { current: () => [new Secret('a key for the tests alone')] }, random: randomBytes }),
    outward: { admits: async ({ hostname }) => hostname !== 'inside', post: async () => ({ status: 204 }) },
    sources: [{ name: 'hook' }, { name: 'gitlab' }, { name: 'personnage' }],
    standing: async (channel, maker): Promise<Standing | undefined> =>
      channel === town && maker !== 'carol' ? { isAdmin: maker === undefined } : undefined,
    emit: async (draft) => {
      told.push(draft)
      return { event: 'e', matched: 1, repeated: false }
    },
    admins: () => ['chief'],
    onReplayed: () => undefined,
    inTurn: createTurns(),
    now: () => 0,
    log,
    ...more,
  })
  return { store, told, ...subscribers, ...subscribers.subscribing }
}

const statusOf = async (done: Promise<unknown>): Promise<number> => {
  const error = await done.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return error instanceof HttpProblem ? error.statusCode : 200
}

it('keeps a URL’s secret sealed, tells it once, and forgets all of it', async () => {
  const { store, subscribe, unsubscribe } = await stage()
  const wish = { to: { url: `${url}#x` }, source: 'hook', subject: 'a.*' }
  const made = await subscribe(wish, alices)
  expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  const [kept] = await store.subscribers.all()
  expect(kept?.url).toBe(url)
  expect(JSON.stringify([kept, await store.subscriptions.all()])).not.toContain(made.secret?.slice(6))
  expect(await subscribe(wish, alices)).toEqual({ id: made.id })
  // Another's is another.
  expect((await subscribe(wish, bobs)).id).not.toBe(made.id)
  expect(await unsubscribe(wish, alices)).toBe(made.id)
  expect(await statusOf(unsubscribe(wish, alices))).toBe(404)
  expect((await store.subscribers.all()).map(({ maker }) => maker)).toEqual(['bob'])
  await unsubscribe(wish, shell)
  expect([await store.subscribers.all(), await store.subscriptions.all()]).toEqual([[], []])
})

it('takes a character’s name of several words for one name, as chat takes it in quotes', async () => {
  const { store, subscribe, unsubscribe } = await stage()
  const subjects = async () => (await store.subscriptions.all()).map(({ subject }) => subject)
  const wish = { to: { channel: town }, source: 'personnage', subject: ' Naruto  Uzumaki' }
  await subscribe(wish, shell)
  expect(await subjects()).toEqual(['Naruto__Uzumaki'])
  await unsubscribe(wish, shell)
  // What excludes is a list.
  await subscribe({ ...wish, subject: '** !Sasuke' }, shell)
  await subscribe({ ...wish, source: 'gitlab', subject: 'one/* two/*' }, shell)
  expect(await subjects()).toEqual(['** !Sasuke', 'one/* two/*'])
})

it('keeps no URL without its subscription', async () => {
  const made = await stage()
  const { save } = made.store.subscriptions
  Object.assign(made.store.subscriptions, { save: () => Promise.reject(new Error('full')) })
  await expect(made.subscribe({ to: { url }, source: 'hook' }, alices)).rejects.toThrow('full')
  Object.assign(made.store.subscriptions, { save })
  expect(await made.store.subscribers.all()).toEqual([])
})

it('ends what somebody else made only for who may', async () => {
  const { store, unsubscribe } = await stage()
  const mine = wishOf({
    channel: town,
    source: 'gitlab',
    subject: 'a/b',
    maker: 'bob',
    target: { notifier: 'mattermost', address: town },
  })
  await store.subscriptions.save(mine)
  const wish = { to: { channel: town }, source: 'gitlab', subject: 'A/B' }
  expect(await statusOf(unsubscribe(wish, alices))).toBe(403)
  expect(await statusOf(unsubscribe(wish, bobs))).toBe(200)
  await store.subscriptions.save(mine)
  expect(await statusOf(unsubscribe(wish, shell))).toBe(200)
})

it('tells the same of a channel that is not theirs, that is none, and that is unknown', async () => {
  const { subscribe, unsubscribe } = await stage()
  const carols = { id: 'k4', name: 'carols', maker: 'carol', vigieAdmin: false }
  const said = async (channel: string) => {
    const wish = { to: { channel }, source: 'gitlab' }
    return await Promise.all(
      [subscribe, unsubscribe].map((deed) => deed(wish, carols).catch((error: unknown) => String(error))),
    )
  }
  const [first, ...others] = await Promise.all([town, 'x'.repeat(26), 'nothing'].map(said))
  for (const other of others) expect(other).toEqual(first)
})

it.each([
  [{ to: { channel: 'u'.repeat(26) }, source: 'gitlab' }, 403],
  [{ to: { url }, source: 'gitlab' }, 403],
  [{ to: { channel: town }, source: 'gitlab' }, 200],
])('a key of one channel answers %j with %i', async (wish, status) => {
  const { subscribe } = await stage()
  expect(await statusOf(subscribe(wish, { ...alices, channel: town }))).toBe(status)
})

it('says that Mattermost is away, and keeps nothing', async () => {
  const { store, subscribe } = await stage({
    standing: () => Promise.reject(Object.assign(new Error('away'), { name: 'MattermostError' })),
  })
  expect(await statusOf(subscribe({ to: { channel: town }, source: 'gitlab' }, alices))).toBe(503)
  expect(await store.subscriptions.all()).toEqual([])
})

it('has no more than 200 subscriptions for a channel, however many are asked for at once', async () => {
  const { store, subscribe } = await stage()
  const asked = Array.from({ length: 210 }, (_, index) =>
    statusOf(subscribe({ to: { channel: town }, source: 'gitlab', subject: `a/b${index}` }, alices)),
  )
  expect((await Promise.all(asked)).filter((status) => status === 422)).toHaveLength(10)
  expect(await store.subscriptions.inChannel(town)).toHaveLength(200)
})

it.each(['ended by its key', 'gone for good'])(
  'puts what was given up at a URL back in line when it is %s',
  async (end) => {
    const replayed: string[] = []
    const { store, subscribe, unsubscribe, onTargetGone } = await stage({ onReplayed: () => void replayed.push(end) })
    const wish = { to: { url }, source: 'hook' }
    await subscribe(wish, alices)
    const [subscriber] = await store.subscribers.all()
    const target = { notifier: 'webhook', address: subscriber?.id ?? '' }
    const routed = { target, subscriptions: [], dueAt: 0, each: false }
    await store.events.record([
      { draft: draftOf({ source: 'hook' }), dedupe: [], acceptedAt: 0, route: () => [routed] },
    ])
    const [claim] = await store.deliveries.claim({ notifier: 'webhook', now: 0, leaseMs: 1000, limit: 1 })
    await store.deliveries.settle(claim?.delivery.id ?? '', 1, { as: 'parked', error: 'answered 400' }, 0)
    if (end === 'gone for good') await onTargetGone(target)
    else await unsubscribe(wish, alices)
    expect(replayed).toEqual([end])
    expect(await store.deliveries.counts({ of: ['webhook'] })).toMatchObject({ waiting: 1, parked: 0 })
  },
)

it('leaves a channel no more room where chat subscribes it at the same time', async () => {
  const chat = await createWorld()
  onTestFinished(() => chat.store.close())
  const standing = async () => ({ isAdmin: true })
  const { subscribe } = await stage({ store: chat.store, inTurn: chat.inTurn, standing })
  const { subscriptions } = chat.store
  for (let index = 0; index < 199; index += 1)
    await subscriptions.save(wishOf({ channel: square, subject: `a/b${index}` }))
  const [told, status] = await Promise.all([
    chat.read('sysadmin', '/subscribe gitlab in/chat', square),
    statusOf(subscribe({ to: { channel: square }, source: 'gitlab', subject: 'by/key' }, shell)),
  ])
  expect([told.includes('200 subscriptions at most'), status === 422].toSorted()).toEqual([false, true])
  expect(await subscriptions.inChannel(square)).toHaveLength(200)
})

it('ends all that a URL was subscribed to where it is gone, and tells administrators once, without its secrets', async () => {
  const { store, told, subscribe, onTargetGone } = await stage()
  const secretive = 'https://example.org/hook/s3cr3t?key=t0ken'
  await subscribe({ to: { url: secretive }, source: 'hook', subject: 'a.*' }, alices)
  await subscribe({ to: { url: secretive }, source: 'personnage' }, bobs)
  const other = await subscribe({ to: { url }, source: 'hook' }, alices)
  const [first, second] = await store.subscribers.all()
  for (const one of [first, second, first]) await onTargetGone({ notifier: 'webhook', address: one?.id ?? '' })
  expect((await store.subscriptions.all()).map(({ id }) => id)).toEqual([other.id])
  expect((await store.subscribers.all()).map((one) => one.url)).toEqual([url])
  expect(told.map(({ type, data }) => ({ type, data }))).toEqual([
    {
      type: 'vigie.subscriptions_ended',
      data: { place: 'https://example.org/…', heard: ['hook a.*', 'personnage'], count: 2 },
    },
  ])
})
