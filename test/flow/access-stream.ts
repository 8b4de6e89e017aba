// Threat T8: streams of events, subscriptions, rules, administrators, outages, poison and replays, and a model of interface.md "Who may",
// written plainly over exact paths, that watches what the flow does with them: posts, edits, thread lines, digests.

import fc from 'fast-check'
import { expect } from 'vitest'
import { DeliveryError } from '../../src/errors.ts'
import type { Draft } from '../../src/event.ts'
import { draftOf } from '../fakes/event.ts'
import { createWorld, type World } from './world.ts'

const groups = ['acme', 'acme-evil', 'acme/web', 'acme/web-old'] as const
const projects = groups.map((group) => `${group}/site`)
const channels = ['town', 'dev', 'ops']
const people = ['claire', 'hugo']

type Step =
  | {
      readonly do: 'event'
      readonly subject: string
      readonly visibility: Said
      readonly confidential: boolean
      readonly closed: boolean
      readonly card: string | undefined
    }
  | {
      readonly do: 'subscribe'
      readonly channel: string
      readonly maker: string
      readonly group: string
      readonly confidential: boolean
      readonly isDigest: boolean
    }
  | {
      readonly do: 'rule'
      readonly effect: 'allow' | 'deny'
      readonly group: string
      readonly channel: string | undefined
    }
  | { readonly do: 'admin'; readonly person: string; readonly isAdmin: boolean }
  | { readonly do: 'outage' }
  | { readonly do: 'return' }
  /** The next message is refused for good. */
  | { readonly do: 'poison' }
  /** What was given up is put back in line. */
  | { readonly do: 'replay' }
type Said = 'public' | 'internal' | 'private' | undefined

const anySubscription = fc.record({
  do: fc.constant('subscribe' as const),
  channel: fc.constantFrom(...channels),
  maker: fc.constantFrom(...people),
  group: fc.constantFrom(...groups),
  confidential: fc.boolean(),
  isDigest: fc.boolean(),
})

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('event' as const),
      subject: fc.constantFrom(...projects),
      visibility: fc.constantFrom<Said>('public', 'public', 'internal', 'private', undefined),
      confidential: fc.boolean(),
      closed: fc.boolean(),
      card: fc.constantFrom(undefined, 'one', 'two'),
    }),
  },
  {
    weight: 2,
    arbitrary: anySubscription,
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('rule' as const),
      effect: fc.constantFrom('allow' as const, 'deny' as const),
      group: fc.constantFrom(...groups),
      channel: fc.constantFrom(undefined, ...channels),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('admin' as const),
      person: fc.constantFrom(...people),
      isAdmin: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom({ do: 'outage' as const }, { do: 'return' as const }) },
  { weight: 1, arbitrary: fc.constantFrom({ do: 'poison' as const }, { do: 'replay' as const }) },
)

const isInside = (subject: string, group: string): boolean => subject === group || subject.startsWith(`${group}/`)

/** What interface.md says, at the moment a post is made. */
class Model {
  readonly #visibility = new Map<string, Said>()
  readonly #rules: Extract<Step, { do: 'rule' }>[] = []
  readonly #admins = new Set<string>()
  readonly #wishes = new Map<string, Extract<Step, { do: 'subscribe' }>>()

  take(step: Step): void {
    if (step.do === 'event' && step.visibility) this.#visibility.set(step.subject, step.visibility)
    if (step.do === 'subscribe') this.#wishes.set(`${step.channel} ${step.group}`, step)
    if (step.do === 'admin') this.#admins[step.isAdmin ? 'add' : 'delete'](step.person)
    if (step.do !== 'rule') return
    const same = this.#rules.findIndex((rule) => rule.group === step.group && rule.channel === step.channel)
    if (same >= 0) this.#rules.splice(same, 1)
    this.#rules.push(step)
  }

  mayHear(channel: string, subject: string, isSecret: boolean, isClosed: boolean): boolean {
    const said = this.#visibility.get(subject)
    const closed = isClosed || (said !== undefined && said !== 'public')
    return [...this.#wishes.values()].some((wish) => {
      if (wish.channel !== channel || !isInside(subject, wish.group)) return false
      const byAdmin = this.#admins.has(wish.maker)
      if (isSecret && !(wish.confidential && byAdmin)) return false
      return !closed || byAdmin || this.#isAllowed(channel, subject)
    })
  }

  /** What is collected for a while, or was given up, is not told at once. */
  isDigest(channel: string): boolean {
    return [...this.#wishes.values()].some((wish) => wish.channel === channel && wish.isDigest)
  }

  #isAllowed(channel: string, subject: string): boolean {
    const covering = this.#rules.filter(
      (rule) => isInside(subject, rule.group) && (rule.channel === undefined || rule.channel === channel),
    )
    return covering.some(({ effect }) => effect === 'allow') && !covering.some(({ effect }) => effect === 'deny')
  }
}

/** Resolves the event's id, for an event. */
async function take(world: World, step: Step): Promise<string | undefined> {
  const { store, notifier } = world
  if (step.do === 'outage') {
    const failure = { retry: true, scope: 'notifier', reason: 'network' } as const
    notifier.fate = () => ({ refuse: new DeliveryError('away', failure) })
  } else if (step.do === 'return') {
    notifier.fate = undefined
    await world.clock.advance(10_000)
  } else if (step.do === 'poison') {
    const failure = { retry: false, scope: 'message', reason: 'client' } as const
    let isEaten = false
    notifier.fate = () => {
      if (isEaten) return undefined
      isEaten = true
      return { refuse: new DeliveryError('no', failure) }
    }
  } else if (step.do === 'replay') {
    for (const { id } of await store.deliveries.list({ state: 'parked', limit: 50 }))
      await store.deliveries.replay(id, world.clock.now())
    world.outbox.wake()
  } else if (step.do === 'admin') await store.people.setAdmin(step.person, step.isAdmin, 0)
  else if (step.do === 'rule') {
    const { effect, group, channel } = step
    const rule = { effect, source: 'gitlab', subject: `${group}/**`, maker: 'root', madeAt: 0 }
    await store.subscriptions.saveRule({ ...rule, ...(channel ? { channel } : {}) })
  } else if (step.do === 'subscribe') {
    const { channel, maker, group, confidential, isDigest } = step
    const filters = { ...(confidential ? { confidential } : {}), ...(isDigest ? { digestMs: 10_000 } : {}) }
    await world.subscribe({ channel, maker, subject: `${group}/**`, filters })
  } else {
    const { subject, visibility, confidential, card } = step
    const isClosed = step.closed || visibility !== 'public'
    const { visibility: _public, ...silent } = draftOf({
      subject,
      confidential,
      data: { isClosed, isSecret: confidential },
    })
    const draft: Draft = {
      ...silent,
      audience: isClosed ? 'closed' : 'open',
      ...(visibility ? { visibility } : {}),
      ...(card ? { card: `${subject} ${card}` } : {}),
    }
    return (await world.intake.emit(draft)).event
  }
  return undefined
}

/** How much was tried. @throws where anything leaked or was missed, with the seed. */
export async function watchStreams(numRuns: number): Promise<{ readonly events: number; readonly told: number }> {
  const tried = { events: 0, told: 0 }
  await fc.assert(
    fc.asyncProperty(
      fc.array(anySubscription, { minLength: 3, maxLength: 6 }),
      fc.array(anyStep, { minLength: 5, maxLength: 40 }),
      async (wishes, steps) => {
        expect(await watch([...wishes, ...steps], tried)).toEqual([])
      },
    ),
    { numRuns },
  )
  return tried
}

/** What leaked and what was missed. */
async function watch(steps: readonly Step[], tried: { events: number; told: number }): Promise<readonly string[]> {
  const world = await createWorld()
  const model = new Model()
  const faults: string[] = []
  const known = new Map<string, { readonly subject: string; readonly isSecret: boolean; readonly isClosed: boolean }>()
  const { send } = world.notifier
  Object.assign(world.notifier, {
    send: (...args: Parameters<typeof send>) => {
      const [{ events, description }, channel] = args
      for (const { id, subject = '', data } of events)
        known.set(id, { subject, isSecret: data.isSecret === true, isClosed: data.isClosed === true })
      // Whatever the words tell of counts, not only what the message says it tells.
      const words = JSON.stringify(description)
      const named = [...known].filter(([id]) => words.includes(id) || events.some((event) => event.id === id))
      tried.told += named.length
      for (const [id, { subject, isSecret, isClosed }] of named)
        if (!model.mayHear(channel, subject, isSecret, isClosed)) faults.push(`${channel} hears ${id} of ${subject}`)
      return send(...args)
    },
  })
  world.outbox.start()
  for (const step of [...steps, { do: 'return' } as const, { do: 'replay' } as const]) {
    model.take(step)
    const event = await take(world, step)
    await world.clock.rest()
    if (event === undefined || step.do !== 'event') continue
    tried.events += 1
    const isClosed = step.closed || step.visibility !== 'public'
    known.set(event, { subject: step.subject, isSecret: step.confidential, isClosed })
    if (world.notifier.fate) continue
    const missing = () =>
      channels.filter(
        (channel) =>
          model.mayHear(channel, step.subject, step.confidential, isClosed) &&
          !model.isDigest(channel) &&
          !world.notifier.told(channel).includes(event),
      )
    // Ahead of it in its channel there may be a digest that waits for its turn among those of the others.
    if (missing().length > 0) await world.clock.advance(1000)
    faults.push(...missing().map((channel) => `${channel} misses ${event}`))
  }
  await world.clock.advance(60_000)
  const stopped = world.outbox.stop(0)
  await world.clock.advance(1)
  await stopped
  await world.store.close()
  return faults
}
