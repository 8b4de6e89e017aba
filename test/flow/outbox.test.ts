import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { DeliveryError, type DeliveryFailure } from '../../src/errors.ts'
import type { Message } from '../../src/notifiers/notifier.ts'
import { createFakeNotifier } from '../fakes/notifier.ts'
import { beginWorld, createWorld, endWorld, type World } from './world.ts'

const away: DeliveryFailure = { retry: true, scope: 'notifier', reason: 'network' }
const refused: DeliveryFailure = { retry: false, scope: 'message', reason: 'client' }
const gone: DeliveryFailure = { retry: false, scope: 'target', reason: 'forbidden' }
const refuse = (failure: DeliveryFailure, words = 'no') => ({ refuse: new DeliveryError(words, failure) })
const lose = (failure: DeliveryFailure) => ({ lose: new DeliveryError('no answer', { ...failure, unsure: true }) })
const hour = 3_600_000

describe('the outbox', () => {
  let world: World
  beforeEach(async () => {
    world = await beginWorld()
  })
  afterEach(async () => {
    await endWorld(world)
  })

  const tries = () => world.notifier.tries.length
  const posts = () => world.notifier.posts
  const told = (address = 'town') => world.notifier.told(address)

  describe('sends', () => {
    test('what was accepted, at once and in order', async () => {
      await world.subscribe()
      const accepted = await Promise.all([world.emit(), world.emit(), world.emit()])
      await world.clock.rest()
      expect(told()).toEqual(accepted.map(({ event }) => event))
      expect(await world.ledger()).toEqual(['delivered', 'delivered', 'delivered'])
      expect(posts()[0]).toMatchObject({ address: 'town', events: [accepted[0]?.event] })
    })

    test('one delivery a target at a time, several targets at once', async () => {
      let release = (): void => undefined
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      world.notifier.gate = () => held
      for (const channel of ['a', 'b', 'c']) await world.subscribe({ channel })
      await world.emit()
      await world.emit()
      await world.clock.rest()
      expect(world.notifier.tries.map(({ address }) => address)).toEqual(['a', 'b', 'c'])
      release()
      await world.clock.rest()
      expect(tries()).toBe(6)
    })

    test('at most 16 at once', async () => {
      world.notifier.gate = never
      await Promise.all(Array.from({ length: 20 }, (_, index) => world.subscribe({ channel: `c${index}` })))
      await world.tell()
      expect(tries()).toBe(16)
    })

    test('what one notifier’s targets hear, without a look at what waits for others', async () => {
      const claimed: string[] = []
      const { store } = world
      const claim: typeof store.deliveries.claim = (wish) => {
        claimed.push(wish.notifier)
        return store.deliveries.claim(wish)
      }
      const deliveries = { ...store.deliveries, claim }
      const two = await createWorld({ store: { ...store, deliveries }, others: [createFakeNotifier('mail')] })
      two.outbox.start()
      await two.clock.rest()
      await two.subscribe()
      claimed.length = 0
      await two.tell()
      expect([two.notifier.posts.length, new Set(claimed)]).toEqual([1, new Set(['mattermost'])])
      const stopped = two.outbox.stop(0)
      await two.clock.advance(1000)
      await stopped
    })

    test('in the words and the language of the target', async () => {
      await world.subscribe()
      const id = await world.tell()
      const [sent] = world.notifier.tries
      expect(sent?.message).toMatchObject({
        locale: 'fr',
        attempt: 1,
        unsure: false,
        description: { title: [{ own: id }] },
      })
    })

    test('what is for somebody without a subscription', async () => {
      const only = [{ notifier: 'mattermost', address: '@root' }]
      const { event } = await world.emit({ source: 'vigie', audience: 'closed' }, { only })
      await world.clock.rest()
      expect(told('@root')).toEqual([event])
    })

    test('nothing after it was stopped', async () => {
      await world.subscribe()
      await world.outbox.stop(0)
      await world.tell()
      await world.clock.advance(hour)
      expect(tries()).toBe(0)
    })
  })

  describe('judges again before it sends', () => {
    const whileAway = async (between: () => Promise<unknown>) => {
      await world.subscribe()
      await world.subscribe({ channel: 'dev' })
      world.notifier.fate = () => refuse(away)
      await world.tell({ card: 'mr' })
      await between()
      world.notifier.fate = undefined
      await world.clock.advance(20_000)
      return [told('town').length, await world.ledger()]
    }

    test('who unsubscribed hears nothing any more', async () => {
      const outcome = await whileAway(async () => {
        const [subscription] = await world.store.subscriptions.inChannel('town')
        await world.store.subscriptions.remove(subscription?.id ?? '')
      })
      expect(outcome).toEqual([0, ['withheld unsubscribed', 'delivered']])
    })

    test('a project that became private falls silent, whoever says so', async () => {
      const outcome = await whileAway(() => world.emit({ visibility: 'private', audience: 'closed', byDefault: false }))
      expect(outcome).toEqual([0, ['withheld closed', 'withheld closed']])
    })

    test('a muted channel hears nothing', async () => {
      const mute = { channel: 'town', source: 'gitlab', until: world.clock.now() + hour, maker: 'claire' }
      expect(await whileAway(() => world.store.subscriptions.mute(mute))).toEqual([0, ['withheld muted', 'delivered']])
    })

    test('what a sleeping channel would have heard is parked, can be replayed, and alarms nobody', async () => {
      const outcome = await whileAway(() => world.store.subscriptions.sleep('town', 'archived'))
      expect(outcome).toEqual([0, [expect.stringMatching(/^parked asleep/), 'delivered']])
      expect(world.parked).toEqual([])
      await world.store.subscriptions.sleep('town', undefined)
      const [parked] = await world.store.deliveries.list({ state: 'parked', limit: 1 })
      await world.store.deliveries.replay(parked?.id ?? '', world.clock.now())
      world.outbox.wake()
      await world.clock.rest()
      expect(told('town').length).toBe(1)
    })
  })

  describe('keeps a card alive', () => {
    const card = { card: 'mr' }

    test('later events of a card edit its post and are listed on it', async () => {
      await world.subscribe()
      const first = await world.tell(card)
      const second = await world.tell(card)
      expect(posts().length).toBe(1)
      expect(posts()[0]).toMatchObject({ events: [first, second], description: { title: [{ own: second }] } })
    })

    test('its buttons stay bound to the delivery that made it', async () => {
      await world.subscribe()
      await world.tell(card)
      await world.tell(card)
      const [first, second] = world.notifier.tries
      expect(second?.message.card).toMatchObject({ deliveryId: first?.message.deliveryId, receipt: { post: 'post1' } })
    })

    test('it lists its newest 50 events', async () => {
      await world.subscribe()
      const ids: string[] = []
      for (let count = 0; count < 55; count += 1) ids.push(await world.tell(card))
      expect(posts()[0]?.events).toEqual(ids.slice(-50))
    })

    test('other things and other channels have cards of their own', async () => {
      await world.subscribe()
      await world.subscribe({ channel: 'dev' })
      await world.tell(card)
      await world.tell({ card: 'other' })
      expect(posts().map(({ address }) => address)).toEqual(['town', 'dev', 'town', 'dev'])
    })

    test('--cards each makes a post of every event', async () => {
      await world.subscribe({ filters: { cards: 'each' } })
      await world.tell(card)
      await world.tell(card)
      expect(posts().map(({ events }) => events.length)).toEqual([1, 1])
    })

    test('an event older than what it shows goes to the thread only, its id into the list', async () => {
      await world.subscribe()
      const newer = await world.tell({ ...card, time: new Date(world.clock.now()).toISOString() })
      const older = await world.tell({ ...card, time: new Date(world.clock.now() - hour).toISOString() })
      expect(world.notifier.tries[1]?.message.card?.late).toBe(true)
      expect(posts()[0]).toMatchObject({ events: [newer, older], description: { title: [{ own: newer }] } })
      const newest = await world.tell({ ...card, time: new Date(world.clock.now() - 1).toISOString() })
      expect([world.notifier.tries[2]?.message.card?.late, posts()[0]?.events]).toEqual([true, [newer, older, newest]])
    })

    test('24 h after its last change a new one continues it', async () => {
      await world.subscribe()
      await world.tell(card)
      world.clock.jump(24 * hour)
      await world.tell(card)
      expect(posts().length).toBe(1)
      world.clock.jump(24 * hour + 1)
      const last = await world.tell(card)
      expect(posts()[1]).toMatchObject({ events: [last], continues: { post: 'post1' } })
      expect(world.notifier.tries[2]?.message.card).toMatchObject({
        deliveryId: world.notifier.tries[2]?.message.deliveryId,
      })
    })

    test('what may stand on it already is looked for there, though it was a day until the next try', async () => {
      await world.subscribe()
      await world.tell(card)
      world.notifier.fate = () => refuse({ ...away, unsure: true })
      await world.tell(card)
      await world.clock.advance(2000)
      world.clock.jump(25 * hour)
      world.notifier.fate = undefined
      await world.clock.advance(10_000)
      const last = world.notifier.tries.at(-1)
      expect(last?.message).toMatchObject({ unsure: true, card: { receipt: { post: 'post1' } } })
      expect(posts().length).toBe(1)
    })

    test('a card that somebody deleted is made again, and found again', async () => {
      await world.subscribe()
      const first = await world.tell(card)
      world.notifier.deletePost('post1')
      const second = await world.tell(card)
      const third = await world.tell(card)
      expect(posts()).toMatchObject([{ id: 'post2', events: [first, second, third] }])
      const made = world.notifier.tries[1]?.message.deliveryId ?? ''
      expect(await world.store.deliveries.receipt(made)).toMatchObject({ post: 'post2' })
      expect(world.notifier.tries[2]?.message.card?.deliveryId).toBe(made)
    })
  })

  describe('when a message is refused', () => {
    const poison = (message: Message) => message.events[0]?.data.poison === true

    test('it is tried five times and parked, and the rest of its channel goes on in order', async () => {
      await world.subscribe()
      world.notifier.fate = (message) => (poison(message) ? refuse(refused, 'too long') : undefined)
      await world.emit({ data: { poison: true } })
      const next = await world.tell()
      expect(told()).toEqual([])
      await world.clock.advance(5000)
      expect(told()).toEqual([next])
      expect(await world.ledger()).toEqual(['parked too long', 'delivered'])
      expect(world.parked.map(({ error }) => error)).toEqual(['too long'])
      expect(tries()).toBe(6)
    })

    test('it can be replayed', async () => {
      await world.subscribe()
      world.notifier.fate = () => refuse(refused)
      const id = await world.tell()
      await world.clock.advance(10_000)
      world.notifier.fate = undefined
      const [parked] = await world.store.deliveries.list({ state: 'parked', limit: 1 })
      await world.store.deliveries.replay(parked?.id ?? '', world.clock.now())
      world.outbox.wake()
      await world.clock.rest()
      expect(told()).toEqual([id])
    })

    test('one that may be taken later is tried after 1 s, 2 s, 4 s … for 7 days, then parked', async () => {
      await world.subscribe()
      const start = world.clock.now()
      const at: number[] = []
      world.notifier.fate = () => {
        at.push(world.clock.now() - start)
        return refuse({ retry: true, scope: 'message', reason: 'client' }, 'later')
      }
      await world.tell()
      await world.clock.advance(7000)
      expect(at).toEqual([0, 1000, 3000, 7000])
      world.clock.jump(7 * 24 * hour - 10_000)
      await world.clock.advance(5000)
      expect(await world.ledger()).toEqual(['waiting'])
      world.clock.jump(6 * 60_000)
      await world.clock.advance(5000)
      expect(await world.ledger()).toEqual(['parked later'])
    })

    test('the wait it was told is kept', async () => {
      await world.subscribe()
      world.notifier.fate = () => refuse({ retry: true, scope: 'message', reason: 'client', afterMs: 30_000 })
      await world.tell()
      await world.clock.advance(29_999)
      expect(tries()).toBe(1)
      await world.clock.advance(1)
      expect(tries()).toBe(2)
    })
  })

  describe('when a target takes nothing any more', () => {
    test('its channel falls asleep, what waits is parked, others go on', async () => {
      await world.subscribe()
      await world.subscribe({ channel: 'dev' })
      world.notifier.fate = (_message, address) => (address === 'town' ? refuse(gone, 'not a member') : undefined)
      await Promise.all([world.emit(), world.emit(), world.emit()])
      await world.clock.rest()
      expect(world.gone.map(({ target }) => target.address)).toEqual(['town'])
      expect(world.notifier.tries.filter(({ address }) => address === 'town').length).toBe(1)
      expect(told('dev').length).toBe(3)
      expect((await world.ledger()).filter((state) => state.startsWith('parked')).length).toBe(3)
      expect(world.parked.length).toBe(1)
    })

    test('where it ended for good nothing is parked: nobody will ever be there to send it to', async () => {
      await world.subscribe()
      world.notifier.fate = () => refuse({ retry: false, scope: 'target', reason: 'ended' }, 'answered 410')
      await world.tell()
      expect(world.gone.map(({ target }) => target.address)).toEqual(['town'])
      expect(await world.ledger()).toEqual(['withheld ended'])
      expect(world.parked).toEqual([])
    })
  })

  describe('when the notifier is away', () => {
    const goAway = (failure: DeliveryFailure = away) => {
      world.notifier.fate = () => refuse(failure, 'away')
    }
    const manyChannels = () => Promise.all(['a', 'b', 'c'].map((channel) => world.subscribe({ channel })))

    test('one probe every 5 s is all that is sent, and everything follows once it gets through', async () => {
      await manyChannels()
      goAway()
      await world.tell()
      const before = tries()
      await world.clock.advance(30_000)
      expect(tries() - before).toBe(6)
      expect(world.outbox.status().notifiers[0]?.away).toMatchObject({ reason: 'network', error: 'away' })
      world.notifier.fate = undefined
      await world.clock.advance(5000)
      expect((await world.ledger()).every((state) => state === 'delivered')).toBe(true)
      expect(world.outbox.status().notifiers[0]?.away).toBeUndefined()
    })

    test('a revoked token is tried once a minute', async () => {
      await world.subscribe()
      goAway({ retry: false, scope: 'notifier', reason: 'auth' })
      await world.tell()
      await world.clock.advance(10 * 60_000)
      expect(tries()).toBe(11)
      expect(await world.ledger()).toEqual(['waiting'])
    })

    test('the wait that a 429 names is kept to the moment, by everybody', async () => {
      await manyChannels()
      goAway({ retry: true, scope: 'notifier', reason: 'rate_limited', afterMs: 12_000 })
      await world.tell()
      const before = tries()
      world.notifier.fate = undefined
      await world.clock.advance(11_999)
      expect(tries()).toBe(before)
      await world.clock.advance(1)
      expect(told('a').length + told('b').length + told('c').length).toBe(3)
    })

    test('a server that fails on one message only holds nobody else up, and that message is given up', async () => {
      await manyChannels()
      const server: DeliveryFailure = { retry: true, scope: 'notifier', reason: 'server' }
      world.notifier.fate = (message, address) => {
        return address === 'a' && message.events[0]?.data.poison ? refuse(server, 'error 500') : undefined
      }
      await world.tell({ data: { poison: true } })
      for (let count = 0; count < 30; count += 1) {
        await world.clock.advance(20_000)
        await world.tell()
      }
      await world.clock.advance(5000)
      expect(['a', 'b', 'c'].map((channel) => told(channel).length)).toEqual([30, 31, 31])
      expect(world.parked.map(({ error }) => error)).toEqual(['error 500'])
      expect(world.outbox.status().notifiers[0]?.away).toBeUndefined()
    })

    test('what may have arrived is looked for and not posted twice', async () => {
      await world.subscribe()
      let isLost = true
      world.notifier.fate = () => (isLost ? lose(away) : undefined)
      const id = await world.tell()
      isLost = false
      await world.clock.advance(5000)
      expect(world.notifier.tries.map(({ message }) => message.unsure)).toEqual([false, true])
      expect([told(), posts().length, await world.ledger()]).toEqual([[id], 1, ['delivered']])
    })

    test('a delivery is given up after 7 days, the others wait on', async () => {
      await world.subscribe()
      goAway()
      await world.tell()
      world.clock.jump(7 * 24 * hour)
      await world.tell()
      await world.clock.advance(10_000)
      expect(await world.ledger()).toEqual(['parked away', 'waiting'])
    })
  })

  describe('a message that breaks the server it is sent to', () => {
    const broken: DeliveryFailure = { retry: true, scope: 'target', reason: 'server', unsure: true }
    const hangs: DeliveryFailure = { retry: true, scope: 'notifier', reason: 'timeout', unsure: true }

    test.each([
      ['by a named error', broken],
      ['by never being answered', hangs],
    ])('%s is parked once others went through, and its channel goes on', async (_how, failure) => {
      await world.subscribe({ subject: 'acme/site' })
      await world.subscribe({ channel: 'other', subject: 'acme/api' })
      world.notifier.fate = ({ events }) =>
        events.some(({ data }) => data.poison === true) ? refuse(failure) : undefined
      await world.tell({ data: { poison: true } })
      const next = await world.tell()
      for (let count = 0; count < 60; count += 1) {
        await world.tell({ subject: 'acme/api' })
        await world.clock.advance(30_000)
      }
      expect(world.parked.length).toBe(1)
      expect(told()).toEqual([next])
    })

    test('by a named error is parked after some hours even where nobody else is told anything', async () => {
      await world.subscribe()
      world.notifier.fate = ({ events }) =>
        events.some(({ data }) => data.poison === true) ? refuse(broken) : undefined
      await world.tell({ data: { poison: true } })
      const next = await world.tell()
      await world.clock.advance(3 * hour)
      expect(told()).toEqual([next])
      expect(world.parked.length).toBe(1)
    })
  })

  test('a clock that is set back by a day keeps nothing waiting: no retry, no probe, no digest', async () => {
    await world.subscribe()
    await world.subscribe({ channel: 'digests', filters: { digestMs: 60_000 } })
    world.notifier.fate = () => refuse(away)
    const id = await world.tell()
    await world.clock.advance(2000)
    world.clock.jump(-24 * hour)
    world.notifier.fate = undefined
    // The clock of the tests holds its timers up too, as no clock of a machine does.
    world.outbox.wake()
    await world.clock.advance(90_000)
    expect([told(), told('digests')]).toEqual([[id], [id]])
  })

  test('a wait of a day that a proxy names is cut to five minutes', async () => {
    await world.subscribe()
    world.notifier.fate = () => refuse({ ...away, reason: 'rate_limited', afterMs: 24 * hour })
    const id = await world.tell()
    world.notifier.fate = undefined
    await world.clock.advance(5 * 60_000 + 5000)
    expect(told()).toEqual([id])
  })

  describe('folds', () => {
    const whileAway = async (between: () => Promise<unknown>, ms = 120_000) => {
      world.notifier.fate = () => refuse(away)
      await between()
      await world.clock.advance(ms)
      world.notifier.fate = undefined
      await world.clock.advance(10_000)
    }
    const emitMany = async (count: number) => {
      const ids: string[] = []
      for (let index = 0; index < count; index += 1) ids.push((await world.emit()).event)
      return ids
    }

    test('a backlog of more than 20 into one digest, in order', async () => {
      await world.subscribe()
      let ids: string[] = []
      await whileAway(async () => {
        ids = await emitMany(30)
      })
      expect(told()).toEqual(ids)
      expect(posts().length).toBe(1 + 1)
      expect(posts()[1]).toMatchObject({ events: ids.slice(1) })
      const [digest] = world.notifier.tries.slice(-1)
      expect(digest?.message.deliveries?.length).toBe(29)
      expect(digest?.message.description.message).toEqual([
        { bold: [{ own: 'Ce que j’ai manqué pendant que Mattermost était injoignable' }] },
        { own: ' (08:00 → 08:02)' },
      ])
    })

    test('no backlog of 20, and none that is younger than a minute', async () => {
      await world.subscribe()
      await whileAway(() => emitMany(21))
      expect(posts().length).toBe(21)
      await whileAway(() => emitMany(25), 30_000)
      expect(posts().length).toBe(21 + 25)
    })

    test('a long backlog into few posts, each within its bounds', async () => {
      await world.subscribe()
      world.describe = (event) => ({ color: '#000', summary: ['x'.repeat(150), { code: event.id }] })
      let ids: string[] = []
      await whileAway(async () => {
        ids = (await Promise.all(Array.from({ length: 500 }, () => world.emit()))).map(({ event }) => event)
      })
      expect(told()).toEqual(ids)
      expect(posts().length).toBeLessThanOrEqual(4)
    })

    test('what happened to a live card into one edit, to its last state', async () => {
      await world.subscribe()
      const first = await world.tell({ card: 'mr' })
      const ids: string[] = []
      await whileAway(async () => {
        for (let index = 0; index < 30; index += 1) {
          ids.push((await world.emit(index % 3 === 0 ? { card: 'mr' } : {})).event)
        }
      })
      const edits = ids.filter((_, index) => index % 3 === 0)
      expect(posts()[0]).toMatchObject({ events: [first, ...edits], description: { title: [{ own: edits.at(-1) }] } })
      const whole = world.notifier.tries.filter(({ message }) => message.events.length > 1)
      expect(whole.map(({ message }) => message.card !== undefined).toSorted()).toEqual([false, true])
      expect(told().toSorted()).toEqual([first, ...ids].toSorted())
    })

    test('what fell silent is left out of a digest', async () => {
      await world.subscribe()
      await whileAway(async () => {
        await emitMany(25)
        await world.emit({ subject: 'acme/secret' })
        await world.emit({ subject: 'acme/secret', visibility: 'private', audience: 'closed' })
      })
      expect(told().length).toBe(25)
      const states = await world.ledger()
      expect(states.filter((state) => state === 'withheld closed').length).toBe(1)
    })

    test('--digest tells what came within its window in one post', async () => {
      await world.subscribe({ filters: { digestMs: 600_000 } })
      const ids = [await world.tell()]
      await world.clock.advance(300_000)
      ids.push(await world.tell())
      await world.clock.advance(299_999)
      expect(posts().length).toBe(0)
      await world.clock.advance(1)
      expect(posts()).toMatchObject([{ events: ids }])
      expect(posts()[0]?.description.message?.[0]).toEqual({ bold: [{ own: 'Ce qui s’est passé' }] })
      await world.clock.advance(hour)
      expect(posts().length).toBe(1)
    })

    test('--digest stays one post while other channels are told without pause', async () => {
      await world.subscribe({ filters: { digestMs: 600_000 }, subject: 'acme/site' })
      await world.subscribe({ channel: 'busy', subject: 'acme/api' })
      const ids: string[] = []
      for (let count = 0; count < 5; count += 1) ids.push(await world.tell({ card: `mr${count}` }))
      await world.clock.advance(599_500)
      for (let count = 0; count < 10; count += 1) {
        await world.tell({ subject: 'acme/api' })
        await world.clock.advance(130)
      }
      await world.clock.advance(5000)
      expect(posts().filter(({ address }) => address === 'town')).toMatchObject([{ events: ids }])
    })

    test('a digest’s window delays nothing else in its channel', async () => {
      await world.subscribe({ filters: { digestMs: 600_000 }, subject: 'acme/site' })
      await world.subscribe({ subject: 'acme/api' })
      const slow = await world.tell()
      const fast = await world.tell({ subject: 'acme/api' })
      expect(told()).toEqual([fast])
      await world.clock.advance(600_000)
      expect(told()).toEqual([fast, slow])
    })

    test('one channel whose backlog cannot be folded does not hold up the others', async () => {
      await world.subscribe({ subject: 'acme/site' })
      await world.subscribe({ channel: 'other', subject: 'acme/api' })
      const fold = vi.spyOn(world.store.deliveries, 'foldable').mockRejectedValue(new Error('too many variables'))
      await whileAway(() => emitMany(25))
      const other = await world.tell({ subject: 'acme/api' })
      expect(world.notifier.told('other')).toEqual([other])
      expect(told().length).toBe(25)
      fold.mockRestore()
    })

    test('one event that cannot be described does not cost a digest the others', async () => {
      await world.subscribe()
      world.describe = (event) => {
        if (event.data.broken) throw new Error('broken')
        return { color: '#000', summary: [event.id] }
      }
      await whileAway(async () => {
        await emitMany(12)
        await world.emit({ data: { broken: true } })
        await emitMany(12)
      })
      expect(told().length).toBe(25)
      expect(world.log.lines.some(({ level }) => level === 'error')).toBe(true)
    })

    test('digests are sent at most five a second', async () => {
      await Promise.all(Array.from({ length: 10 }, (_, index) => world.subscribe({ channel: `c${index}` })))
      const at: number[] = []
      await whileAway(async () => {
        await emitMany(25)
        await world.clock.advance(110_000)
        world.notifier.gate = async (message) => {
          if (message.events.length > 1) at.push(world.clock.now())
        }
      })
      expect(at.length).toBe(10)
      const gaps = at.slice(1).map((moment, index) => moment - (at[index] ?? 0))
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(200)
    })

    test('what may no longer be heard while a digest waits for its turn is left out of it', async () => {
      for (const channel of ['town', 'dev']) {
        await world.subscribe({ channel, maker: 'claire', filters: { digestMs: 10_000 } })
        await world.subscribe({ channel, maker: 'hugo', subject: 'acme/api', filters: { digestMs: 10_000 } })
      }
      await world.store.people.setAdmin('claire', true, 0)
      await world.tell({ visibility: 'private', audience: 'closed' })
      const open = await world.tell({ subject: 'acme/api' })
      await world.clock.advance(10_000)
      expect(world.notifier.posts.length).toBe(1)
      await world.store.people.setAdmin('claire', false, 0)
      await world.clock.advance(1000)
      expect(world.notifier.posts.map(({ events }) => events.length)).toEqual([2, 1])
      expect(world.notifier.posts[1]?.events).toEqual([open])
    })

    test('a digest that waits for its turn is judged when that comes: a project that became private meanwhile is not told', async () => {
      for (const channel of ['one', 'two'])
        await world.subscribe({ channel, subject: 'acme/**', filters: { digestMs: 10_000 } })
      await world.tell({ visibility: 'public' })
      await world.tell({ visibility: 'public' })
      const other = await world.tell({ subject: 'acme/api' })
      await world.clock.advance(10_000)
      expect(told('two')).toEqual([])
      await world.emit({ visibility: 'private', audience: 'closed' })
      await world.clock.advance(200)
      expect([told('one').length, told('two')]).toEqual([3, [other]])
    })
  })

  describe('when something of ours breaks', () => {
    test('what cannot be described is parked with a reference, and the loop goes on', async () => {
      await world.subscribe()
      world.describe = (event) => {
        if (event.data.broken) throw new Error('secret detail')
        return { color: '#000', summary: [event.id] }
      }
      await world.tell({ data: { broken: true } })
      const next = await world.tell()
      expect(told()).toEqual([next])
      const [parked] = world.parked
      expect(parked?.error).toBe(`internal error, see the log for ${parked?.delivery.id}`)
      expect(world.log.lines.find(({ level }) => level === 'error')?.facts).toMatchObject({
        delivery: parked?.delivery.id,
      })
    })

    test('a notifier that never answers is cut off, and what it may have sent is looked for', async () => {
      await world.subscribe()
      const id = await world.tell()
      world.notifier.gate = never
      const next = await world.tell()
      await world.clock.advance(59_999)
      expect(tries()).toBe(2)
      world.notifier.gate = undefined
      await world.clock.advance(10_000)
      expect(world.notifier.tries.map(({ message }) => message.unsure)).toEqual([false, false, true])
      expect(told()).toEqual([id, next])
    })
  })

  describe('over a restart', () => {
    test('a slow send is not taken for lost while it is under way', async () => {
      await world.subscribe()
      let release = (): void => undefined
      world.notifier.gate = () =>
        new Promise<void>((resolve) => {
          release = resolve
        })
      await world.tell()
      await world.clock.advance(45_000)
      expect(tries()).toBe(1)
      release()
      await world.clock.rest()
      expect(await world.ledger()).toEqual(['delivered'])
    })

    test('stop waits for what is in hand, so long and no longer', async () => {
      await world.subscribe()
      let release = (): void => undefined
      world.notifier.gate = () =>
        new Promise<void>((resolve) => {
          release = resolve
        })
      await world.tell()
      const stopped = world.outbox.stop(10_000)
      await world.clock.advance(9000)
      release()
      await stopped
      expect(await world.ledger()).toEqual(['delivered'])
    })

    test('what was in hand when the process was killed is looked for at once by the next', async () => {
      await world.subscribe()
      world.notifier.gate = never
      const id = await world.tell()
      const next = await createWorld({ store: world.store })
      next.outbox.start()
      await next.clock.rest()
      expect(next.notifier.tries[0]?.message).toMatchObject({ unsure: true, attempt: 2 })
      expect(next.notifier.told('town')).toEqual([id])
      await next.outbox.stop(0)
      world.notifier.gate = undefined
    })
  })
})

const never = () => new Promise<never>(() => undefined)
