// Many at once (interface.md, last paragraph; issue 6): up to 5 of a burst within 2 s are told one by one, more on one card that names
// them in its thread; every event id stands in exactly one post.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DeliveryError, type DeliveryFailure } from '../../src/errors.ts'
import type { Draft } from '../../src/event.ts'
import { plain } from '../../src/text/rich.ts'
import type { FakePost } from '../fakes/notifier.ts'
import { beginWorld, endWorld, type World } from './world.ts'

const away: DeliveryFailure = { retry: true, scope: 'notifier', reason: 'network' }
const hour = 3_600_000

/** What the posts of a channel bear, in the order they stand there: a card's lines after it. */
function borne(posts: readonly FakePost[]): readonly string[] {
  return posts.flatMap(({ events, lines }) => [...events, ...lines.flatMap((line) => line.borne?.events ?? [])])
}

describe('a burst', () => {
  let world: World
  beforeEach(async () => {
    world = await beginWorld()
  })
  afterEach(async () => {
    await endWorld(world)
  })

  const posts = () => world.notifier.posts
  const file = (name: string, said: Partial<Draft> = {}): Partial<Draft> => ({ burst: 'rh /', data: { name }, ...said })
  const drop = async (count: number, said: Partial<Draft> = {}) => {
    const accepted = await Promise.all(
      Array.from({ length: count }, (_, index) => world.emit(file(`f${index}.pdf`, said))),
    )
    return accepted.map(({ event }) => event)
  }

  test('of five files is told one by one, once its window has closed', async () => {
    await world.subscribe()
    const ids = await drop(5)
    await world.clock.advance(1999)
    expect(posts()).toEqual([])
    await world.clock.advance(1)
    await world.clock.rest()
    expect(posts().map(({ events }) => events)).toEqual(ids.map((id) => [id]))
    expect(posts().every(({ lines, card }) => lines.length === 0 && card === undefined)).toBe(true)
  })

  test('of six is one card, whose thread names them', async () => {
    await world.subscribe()
    const ids = await drop(6)
    await world.clock.advance(2000)
    await world.clock.rest()
    expect(posts()).toMatchObject([{ events: [], card: 'burst rh /', description: { title: [{ own: '6' }] } }])
    const [card] = posts()
    expect(card?.lines.map((line) => line.borne?.events)).toEqual([ids])
    expect(card?.lines[0]?.borne?.deliveries).toHaveLength(6)
    expect(card?.deliveries).toHaveLength(1)
    expect(card?.lines[0]?.borne?.deliveries).not.toContain(card?.deliveries[0])
    expect(plain(card?.description.text ?? [])).toBe('f0.pdf f1.pdf f2.pdf')
  })

  test('is one however its files are spread over two seconds, and none where they take longer', async () => {
    await world.subscribe()
    for (let index = 0; index < 6; index += 1) {
      await world.emit(file('a', { burst: 'quick' }))
      await world.clock.advance(390)
    }
    for (let index = 0; index < 6; index += 1) {
      await world.emit(file('b', { burst: 'slow' }))
      await world.clock.advance(401)
    }
    await world.clock.advance(5000)
    expect(posts().filter(({ card }) => card === 'burst quick')).toHaveLength(1)
    expect(posts().filter(({ card }) => card === undefined)).toHaveLength(6)
  })

  test('is found where its first files came alone', async () => {
    await world.subscribe()
    await world.tell(file('a'))
    await world.clock.advance(1500)
    await drop(5)
    await world.clock.advance(1000)
    expect(posts()).toMatchObject([{ card: 'burst rh /', lines: [{}] }])
    expect(borne(posts())).toHaveLength(6)
  })

  test('goes on on its card, however few come later', async () => {
    await world.subscribe()
    const ids = await drop(6)
    await world.clock.advance(10_000)
    const last = await world.tell(file('late.pdf'))
    await world.clock.advance(2000)
    await world.clock.rest()
    expect(posts()).toHaveLength(1)
    const [card] = posts()
    expect(card?.lines.map((line) => line.borne?.events)).toEqual([ids, [last]])
    expect(card?.description.title).toEqual([{ own: '7' }])
    // The first names stay on the card; the line names what is new.
    expect(plain(card?.description.text ?? [])).toBe('f0.pdf f1.pdf f2.pdf')
    expect(card?.lines[1]?.words).toEqual([{ code: 'late.pdf' }])
  })

  test('holds back nothing else of its channel', async () => {
    await world.subscribe()
    await drop(3)
    const other = await world.tell()
    expect(posts().map(({ events }) => events)).toEqual([[other]])
  })

  test('is one for each directory', async () => {
    await world.subscribe()
    for (let index = 0; index < 6; index += 1) {
      for (const burst of ['a', 'b']) await world.emit(file(`${index}`, { burst }))
    }
    await world.clock.advance(3000)
    expect(posts().map(({ card, lines }) => [card, lines.length])).toEqual([
      ['burst a', 1],
      ['burst b', 1],
    ])
    expect(new Set(borne(posts())).size).toBe(12)
  })

  test('is judged for each of its targets', async () => {
    await world.subscribe()
    await world.subscribe({ channel: 'dev', filters: { ext: ['pdf'] } })
    for (let index = 0; index < 8; index += 1) {
      await world.emit(file(`${index}`, { facets: { extension: index < 5 ? 'pdf' : 'txt', sizeBytes: 1 } }))
    }
    await world.clock.advance(3000)
    expect(posts().filter(({ address }) => address === 'town')).toMatchObject([{ card: 'burst rh /' }])
    expect(posts().filter(({ address, card }) => address === 'dev' && card === undefined)).toHaveLength(5)
  })

  test('leaves a digest what it is', async () => {
    await world.subscribe({ filters: { digestMs: 600_000 } })
    await drop(8)
    await world.clock.advance(599_000)
    expect(posts()).toEqual([])
    await world.clock.advance(2000)
    expect(posts().map(({ events, card }) => [events.length, card])).toEqual([[8, undefined]])
  })

  test('is posts of their own for who wants each', async () => {
    await world.subscribe({ filters: { cards: 'each' } })
    await drop(8)
    await world.clock.rest()
    await world.clock.rest()
    expect(posts()).toHaveLength(8)
  })

  test('of thousands is named in as few lines as hold them, in order, and lets others come in between', async () => {
    await world.subscribe()
    const ids: string[] = []
    for (let round = 0; round < 25; round += 1) ids.push(...(await drop(100, { data: { name: 'x'.repeat(26) } })))
    const { signal } = new AbortController()
    world.notifier.gate = () => world.clock.wait(100, signal)
    await world.clock.advance(2050)
    const other = await world.tell()
    await world.clock.advance(3000)
    const card = posts().find((post) => post.card !== undefined)
    // 16,000 characters hold 533 names of 30.
    expect(card?.lines.map((line) => line.events.length)).toEqual([533, 533, 533, 533, 368])
    expect(card?.lines.flatMap((line) => line.borne?.events ?? [])).toEqual(ids)
    expect(card?.description.title).toEqual([{ own: '2500' }])
    const told = world.notifier.told('town')
    expect(told.indexOf(other)).toBeLessThan(told.indexOf(ids.at(-1) ?? ''))
    expect(new Set(told).size).toBe(told.length)
  })

  test('names nothing where nobody wants names, and a thousand ids a line', async () => {
    await world.subscribe({ filters: { noNames: true } })
    for (let round = 0; round < 11; round += 1) await drop(100)
    await world.clock.advance(4000)
    const [card] = posts()
    expect(card?.lines.map((line) => line.borne?.events.length)).toEqual([1000, 100])
    expect(JSON.stringify(posts().map(({ description }) => description))).not.toContain('.pdf')
    expect(card?.description.title).toEqual([{ own: '1100' }])
  })

  test('names what one of two subscriptions wants named', async () => {
    await world.subscribe({ filters: { noNames: true } })
    await world.subscribe({ subject: 'acme/open' })
    await drop(3)
    await drop(4, { subject: 'acme/open', data: { name: 'open.txt' } })
    await world.clock.advance(3000)
    const [card] = posts()
    expect(card?.lines[0]?.words).toEqual(Array.from({ length: 4 }, () => ({ code: 'open.txt' })))
    expect(card?.lines[0]?.borne?.events).toHaveLength(7)
    expect(JSON.stringify(card)).not.toContain('f0.pdf')
  })

  test('told again after its card was deleted begins another', async () => {
    await world.subscribe()
    await drop(6)
    await world.clock.advance(3000)
    world.notifier.deletePost(posts()[0]?.id ?? '')
    const late = await world.tell(file('late'))
    await world.clock.advance(3000)
    expect(posts()).toMatchObject([{ card: 'burst rh /', lines: [{ borne: { events: [late] } }] }])
  })

  test('that cannot be described is parked, and may be replayed', async () => {
    await world.subscribe()
    const { describeBurst } = world
    world.describeBurst = () => {
      throw new Error('no words')
    }
    const ids = await drop(6)
    await world.clock.advance(3000)
    expect(world.parked).toHaveLength(1)
    world.describeBurst = describeBurst
    await world.store.deliveries.replay(world.parked[0]?.delivery.id ?? '', world.clock.now())
    world.outbox.wake()
    await world.clock.advance(1000)
    expect(borne(posts())).toEqual(ids)
  })

  test('whose answer was lost is told once', async () => {
    await world.subscribe()
    const lost = new DeliveryError('no answer', { ...away, unsure: true })
    world.notifier.fate = () => (world.notifier.tries.length === 1 ? { lose: lost } : undefined)
    const ids = await drop(7)
    await world.clock.advance(60_000)
    expect(world.notifier.tries.length).toBeGreaterThan(1)
    expect(borne(posts())).toEqual(ids)
    const late = await world.tell(file('late'))
    await world.clock.advance(3000)
    expect(posts()[0]?.lines.map((line) => line.borne?.events)).toEqual([ids, [late]])
  })

  test('that is given up after its card stood is found again when it is replayed', async () => {
    await world.subscribe()
    const failure: DeliveryFailure = { retry: false, scope: 'target', reason: 'forbidden', unsure: true }
    world.notifier.fate = () => ({ lose: new DeliveryError('forbidden', failure) })
    const ids = await drop(6)
    await world.clock.advance(3000)
    expect(world.parked).toHaveLength(1)
    world.notifier.fate = undefined
    await world.store.subscriptions.sleep('town', undefined)
    await world.store.deliveries.replay(world.parked[0]?.delivery.id ?? '', world.clock.now())
    world.outbox.wake()
    await world.clock.advance(1000)
    expect(posts()).toHaveLength(1)
    expect(borne(posts())).toEqual(ids)
    expect((await world.ledger()).at(-1)).toBe('delivered')
  })

  test('that was refused leaves what follows a card of its own', async () => {
    await world.subscribe()
    const never = new DeliveryError('no', { retry: false, scope: 'message', reason: 'client' })
    world.notifier.fate = ({ events }) => (events.length === 6 ? { refuse: never } : undefined)
    await drop(6)
    await world.clock.advance(10_000)
    await drop(7)
    await world.clock.advance(10_000)
    expect(world.parked).toHaveLength(1)
    expect(posts()).toMatchObject([{ lines: [{ events: { length: 7 } }] }])
  })

  test('during an hour’s outage is a digest, nothing lost or doubled', async () => {
    await world.subscribe()
    world.notifier.fate = () => ({ refuse: new DeliveryError('away', away) })
    const first = await world.tell()
    const ids = [first, ...(await drop(30)), (await world.emit()).event]
    await world.clock.advance(hour)
    world.notifier.fate = undefined
    await world.clock.advance(60_000)
    // What was tried once stays what it is.
    expect(posts().map(({ events, card }) => [events.length, card])).toEqual([
      [1, undefined],
      [31, undefined],
    ])
    expect(borne(posts())).toEqual(ids)
  })

  test('finds out by itself that Mattermost is back', async () => {
    await world.subscribe()
    world.notifier.fate = () => ({ refuse: new DeliveryError('away', away) })
    const sub = await world.subscribe({ channel: 'dev', subject: 'acme/dev' })
    await world.tell({ subject: 'acme/dev' })
    await world.store.subscriptions.remove(sub.id)
    const ids = await drop(8)
    await world.clock.advance(10 * 60_000)
    world.notifier.fate = undefined
    await world.clock.advance(10 * 60_000)
    expect(borne(posts()).filter((id) => ids.includes(id))).toEqual(ids)
  })

  test('that has its card keeps to it through an outage', async () => {
    await world.subscribe()
    await drop(6)
    await world.clock.advance(3000)
    world.notifier.fate = () => ({ refuse: new DeliveryError('away', away) })
    for (let round = 0; round < 3; round += 1) {
      await drop(10)
      await world.clock.advance(60_000)
    }
    await world.clock.advance(hour)
    world.notifier.fate = undefined
    await world.clock.advance(60_000)
    expect(posts()).toHaveLength(1)
    expect(borne(posts())).toHaveLength(36)
    expect(new Set(borne(posts())).size).toBe(36)
    expect(posts()[0]?.description.title).toEqual([{ own: '36' }])
  })

  test('is left alone where nobody is subscribed any more', async () => {
    const { id } = await world.subscribe()
    await drop(6)
    await world.store.subscriptions.remove(id)
    await world.clock.advance(3000)
    expect(posts()).toEqual([])
    expect((await world.ledger()).at(-1)).toBe('withheld unsubscribed')
  })

  test('lets no name slip into a digest or a card that wants none', async () => {
    world.describe = ({ data }, { noNames }) => ({
      color: '#000000',
      summary: [noNames ? 'a file' : `${data.name}`],
    })
    await world.subscribe({ filters: { noNames: true } })
    await world.subscribe({ channel: 'dev', filters: { noNames: true, digestMs: 60_000 } })
    await drop(2)
    await world.clock.advance(62_000)
    expect(posts().map(({ address, events }) => [address, events.length])).toEqual([
      ['town', 1],
      ['town', 1],
      ['dev', 2],
    ])
    expect(JSON.stringify(posts())).not.toContain('.pdf')
  })
})
