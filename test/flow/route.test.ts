import { describe, expect, test } from 'vitest'
import type { AccessRule, Draft, Event, Subscription } from '../../src/event.ts'
import { createIndex, type Known } from '../../src/flow/route.ts'
import { draftOf, subscriptionOf, time } from '../fakes/event.ts'

const eventOf = (said: Partial<Draft> = {}): Event => ({ id: 'e1', ...draftOf(said) })
const known = (said: Partial<Known>): Known => ({ subscriptions: [], rules: [], mutes: [], admins: [], ...said })
const ruleOf = (said: Partial<AccessRule> = {}): AccessRule => ({
  effect: 'allow',
  source: 'gitlab',
  subject: 'acme/**',
  maker: 'root',
  madeAt: time,
  ...said,
})
const routeAll = (subscriptions: readonly Subscription[], event = eventOf(), rest: Partial<Known> = {}) =>
  createIndex(known({ subscriptions, ...rest })).route(event, time)
const channels = (...args: Parameters<typeof routeAll>) => routeAll(...args).map(({ target }) => target.address)

describe('routing', () => {
  test('a channel counts once, with all of its subscriptions that match', () => {
    const routed = routeAll([
      subscriptionOf({ id: 's2', subject: 'acme/** **/site' }),
      subscriptionOf({ id: 's1' }),
      subscriptionOf({ id: 's3', subject: 'other/**' }),
      subscriptionOf({ id: 's4', channel: 'dev', subject: 'acme/site' }),
    ])
    expect(routed).toEqual([
      {
        target: { notifier: 'mattermost', address: 'town' },
        subscriptions: ['s1', 's2'],
        dueAt: time,
        each: false,
        digest: false,
      },
      {
        target: { notifier: 'mattermost', address: 'dev' },
        subscriptions: ['s4'],
        dueAt: time,
        each: false,
        digest: false,
      },
    ])
  })

  test('an event without subject reaches who subscribed to everything', () => {
    const { subject: _subject, ...draft } = draftOf()
    const subscriptions = [
      subscriptionOf({ channel: 'all' }),
      subscriptionOf({ channel: 'stars', subject: '**' }),
      subscriptionOf({ channel: 'star', subject: '*' }),
      subscriptionOf({ channel: 'acme', subject: 'acme/**' }),
    ]
    expect(channels(subscriptions, { id: 'e', ...draft })).toEqual(['all', 'stars'])
  })

  test('a digest waits for its window, unless the channel asked to hear it at once as well', () => {
    const digest = subscriptionOf({ id: 's1', filters: { digestMs: 600_000 } })
    expect(routeAll([digest])).toMatchObject([{ dueAt: time + 600_000, digest: true }])
    const shorter = subscriptionOf({ id: 's2', filters: { digestMs: 60_000 } })
    expect(routeAll([digest, shorter])).toMatchObject([{ dueAt: time + 60_000, digest: true }])
    expect(routeAll([digest, subscriptionOf({ id: 's2' })])).toMatchObject([{ dueAt: time, digest: false }])
  })

  test('--cards each makes a post of its own', () => {
    expect(routeAll([subscriptionOf({ filters: { cards: 'each' } })])).toMatchObject([{ each: true }])
  })

  test('what is closed reaches the channels it was opened to', () => {
    const subscriptions = [subscriptionOf({ channel: 'town' }), subscriptionOf({ channel: 'dev' })]
    const closed = eventOf({ audience: 'closed', visibility: 'private' })
    expect(channels(subscriptions, closed)).toEqual([])
    expect(channels(subscriptions, closed, { rules: [ruleOf()] })).toEqual(['town', 'dev'])
    expect(channels(subscriptions, closed, { rules: [ruleOf({ channel: 'dev' })] })).toEqual(['dev'])
    expect(channels(subscriptions, closed, { rules: [ruleOf({ subject: 'acme' })] })).toEqual([])
    expect(channels(subscriptions, closed, { rules: [ruleOf({ source: 'other' })] })).toEqual([])
  })

  test('a deny wins over an allow', () => {
    const subscriptions = [subscriptionOf({ channel: 'town' }), subscriptionOf({ channel: 'dev' })]
    const closed = eventOf({ audience: 'closed' })
    const rules = [ruleOf(), ruleOf({ effect: 'deny', subject: 'acme/site', channel: 'dev' })]
    expect(channels(subscriptions, closed, { rules })).toEqual(['town'])
  })

  test('what is closed without subject is opened by ** alone', () => {
    const { subject: _subject, ...draft } = draftOf({ audience: 'closed' })
    const event: Event = { id: 'e', ...draft }
    expect(channels([subscriptionOf()], event, { rules: [ruleOf()] })).toEqual([])
    expect(channels([subscriptionOf()], event, { rules: [ruleOf({ subject: '**' })] })).toEqual(['town'])
  })

  test('an administrator’s subscription hears what is closed as long as they are one', () => {
    const closed = eventOf({ audience: 'closed' })
    expect(channels([subscriptionOf()], closed, { admins: ['claire'] })).toEqual(['town'])
    expect(channels([subscriptionOf()], closed, { admins: ['hugo'] })).toEqual([])
  })

  test('an event’s own word on its visibility counts when it comes in', () => {
    expect(channels([subscriptionOf()], eventOf({ audience: 'open', visibility: 'internal' }))).toEqual([])
  })

  test('a mute lasts until its time, for its subject or the whole source', () => {
    const mute = { channel: 'town', source: 'gitlab', subject: 'Acme/Site', until: time + 1, maker: 'claire' }
    const { subject: _subject, ...whole } = mute
    expect(channels([subscriptionOf()], eventOf(), { mutes: [mute] })).toEqual([])
    expect(channels([subscriptionOf()], eventOf(), { mutes: [whole] })).toEqual([])
    expect(channels([subscriptionOf()], eventOf(), { mutes: [{ ...mute, until: time }] })).toEqual(['town'])
    expect(channels([subscriptionOf()], eventOf(), { mutes: [{ ...mute, subject: 'acme' }] })).toEqual(['town'])
    expect(channels([subscriptionOf({ channel: 'dev' })], eventOf(), { mutes: [mute] })).toEqual(['dev'])
    expect(channels([subscriptionOf()], eventOf(), { mutes: [{ ...whole, source: 'monitor' }] })).toEqual(['town'])
  })

  test('only what may match is looked at, however many subscriptions there are', () => {
    let looked = 0
    const subscriptions = Array.from({ length: 2000 }, (_, index) => {
      const subscription = subscriptionOf({ id: `s${index}`, channel: `c${index}`, subject: `acme/project${index}/**` })
      return Object.defineProperty(subscription, 'source', {
        get: () => {
          looked += 1
          return 'gitlab'
        },
      })
    })
    const index = createIndex(known({ subscriptions }))
    looked = 0
    expect(index.route(eventOf({ subject: 'acme/project7' }), time).length).toBe(1)
    expect(looked).toBe(1)
  })

  test('what is told in one channel alone is told there where it is subscribed to, and leaves it by no mail either', () => {
    const within = eventOf({ within: 'town' })
    const mail = { notifier: 'email', address: 'claire@example.org' }
    const subscriptions = [
      subscriptionOf({ id: 's1', channel: 'dev' }),
      subscriptionOf({ id: 's2' }),
      subscriptionOf({ id: 's3', target: mail }),
    ]
    expect(channels(subscriptions, within)).toEqual(['town'])
    expect(channels([subscriptionOf({ channel: 'dev' })], within)).toEqual([])
    const index = createIndex(known({ subscriptions }))
    expect(index.judge(within, 's1', { now: time })).toEqual({ hears: false, because: 'elsewhere' })
    expect(['town', 'dev'].map((channel) => index.mayHear(within, channel, { now: time }))).toEqual([true, false])
  })

  test('explain says of each of a channel’s subscriptions what it made of an event', () => {
    const index = createIndex(
      known({
        subscriptions: [
          subscriptionOf({ id: 's1', subject: 'other/**' }),
          subscriptionOf({ id: 's2' }),
          subscriptionOf({ id: 's3', channel: 'dev' }),
        ],
      }),
    )
    const explained = index.explain(eventOf(), 'town', { now: time, visibility: 'open' })
    expect(explained.map(({ subscription, judgement }) => [subscription.id, judgement])).toEqual([
      ['s1', { hears: false, because: 'subject' }],
      ['s2', { hears: true }],
    ])
    expect(index.judge(eventOf(), 'gone', { now: time })).toBeUndefined()
  })
})
