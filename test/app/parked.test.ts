// Who hears of what was given up, and how often (interface.md, "Event types"; threat F8).

import { afterEach, beforeEach, expect, test } from 'vitest'
import { createParkedTeller, type ParkedTeller } from '../../src/app/parked.ts'
import { DeliveryError } from '../../src/errors.ts'
import type { Description, Json } from '../../src/event.ts'
import { createVigie } from '../../src/integrations/vigie/vigie.ts'
import { plain } from '../../src/text/rich.ts'
import { createFakeLog } from '../fakes/log.ts'
import { createWorld, type World } from '../flow/world.ts'

let world: World
let teller: ParkedTeller
let stopping: AbortController
let admins: string[]
let log = createFakeLog()
const vigie = createVigie({} as Parameters<typeof createVigie>[0])
if (!vigie) throw new Error('Vigie has no news of its own')
const describeOurs = vigie.describe

function run(): void {
  stopping = new AbortController()
  teller = createParkedTeller({
    store: world.store,
    describe: (event, telling) => world.describe(event, telling),
    timeZone: 'UTC',
    emit: world.intake.emit,
    admins: () => admins,
    channel: async (id) => ({ name: `Canal ${id}`, url: `https://mm.example.org/t/channels/${id}` }),
    wake: () => world.outbox.wake(),
    now: world.clock.now,
    log,
    wait: world.clock.wait,
  })
  world.onParked = teller.parked
  void teller.run(stopping.signal)
}

beforeEach(async () => {
  admins = ['anne']
  log = createFakeLog()
  world = await createWorld()
  const { describe } = world
  world.describe = (event, telling) =>
    event.source === 'vigie' ? describeOurs(event, telling) : describe(event, telling)
  world.notifier.fate = ({ events }) =>
    events[0]?.data.poison === true
      ? { refuse: new DeliveryError('POST /posts: 400', { retry: false, scope: 'message', reason: 'client' }) }
      : undefined
  await world.subscribe()
  world.outbox.start()
  run()
})
afterEach(async () => {
  stopping.abort()
  await world.outbox.stop(0)
  await world.store.close()
})

const poison = async (count = 1) => {
  for (let index = 0; index < count; index += 1) await world.emit({ data: { poison: true } })
}
const cards = () => world.notifier.posts.filter(({ address }) => address === '@anne')
const wordsOf = ({ title = [], text = [] }: Description) => plain([...title, ...text])

test('thirty at once are one card with the newest, and few lines below it', async () => {
  await poison(30)
  await world.clock.advance(3 * 60_000)
  expect(cards()).toHaveLength(1)
  expect(wordsOf(cards()[0]?.description ?? never())).toMatch(/abandonné 30 livraisons.*… et 25 de plus/s)
  expect(cards()[0]?.lines.length).toBeLessThan(6)
})

test('what is put back in line is sent at once, and leaves the card without a word in its thread', async () => {
  await poison(2)
  await world.clock.advance(60_000)
  const lines = cards()[0]?.lines.length
  const [first] = await world.store.deliveries.list({ state: 'parked', limit: 1 })
  world.notifier.fate = undefined
  await world.store.deliveries.replay(first?.id ?? '', world.clock.now())
  await world.clock.advance(1)
  const sent = world.notifier.posts.filter(({ address }) => address !== '@anne').length
  teller.replayed()
  await world.clock.advance(1)
  expect(world.notifier.posts.filter(({ address }) => address !== '@anne')).toHaveLength(sent + 1)
  await world.clock.advance(5000)
  expect(wordsOf(cards()[0]?.description ?? never())).toContain('J’ai abandonné une livraison')
  expect(cards()[0]?.description.line).toBeUndefined()
  expect(cards()).toHaveLength(1)
  expect(lines).toBe(1)
})

test('what the process before could not tell is told by the next, and told once', async () => {
  admins = []
  await poison()
  await world.clock.advance(30_000)
  stopping.abort()
  admins = ['anne']
  run()
  await world.clock.advance(30_000)
  stopping.abort()
  run()
  await world.clock.advance(30_000)
  expect(cards()).toHaveLength(1)
  expect(cards()[0]?.lines).toHaveLength(0)
})

test('news of ours that cannot be told is a line in the log, and no news', async () => {
  world.notifier.fate = (_message, address) =>
    address === '@anne'
      ? { refuse: new DeliveryError('POST /posts: 400', { retry: false, scope: 'message', reason: 'client' }) }
      : undefined
  const only = [{ notifier: 'mattermost', address: '@anne' }]
  await world.emit({ source: 'vigie', type: 'vigie.disk_low', data: { freeBytes: 1 } }, { only })
  await world.clock.advance(60_000)
  expect(await world.ledger()).toEqual(['parked POST /posts: 400'])
  expect(log.lines.filter(({ level }) => level === 'fatal')).toHaveLength(1)
  const told = (await world.store.events.recent({ limit: 10 })).map(({ event }): Json => event.type)
  expect(told).toEqual(['vigie.disk_low'])
})

test('a sleeping channel’s are not told one by one', async () => {
  await world.store.subscriptions.sleep('town', 'archived')
  await world.subscribe({ channel: 'dev' })
  world.notifier.fate = (_message, address) =>
    address === 'dev'
      ? { refuse: new DeliveryError('POST /posts: 403', { retry: false, scope: 'target', reason: 'forbidden' }) }
      : undefined
  for (let index = 0; index < 5; index += 1) await world.emit()
  await world.clock.advance(30_000)
  expect(wordsOf(cards()[0]?.description ?? never())).toContain('J’ai abandonné une livraison')
})

function never(): never {
  throw new Error('no card')
}
