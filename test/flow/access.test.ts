// Threat T8: nobody hears what they may not, whatever happens in the middle of the stream. A model of interface.md "Who may", written
// plainly over exact paths, watches what the flow does.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
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
    }
  | {
      readonly do: 'subscribe'
      readonly channel: string
      readonly maker: string
      readonly group: string
      readonly confidential: boolean
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
type Said = 'public' | 'internal' | 'private' | undefined

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('event' as const),
      subject: fc.constantFrom(...projects),
      visibility: fc.constantFrom<Said>('public', 'public', 'internal', 'private', undefined),
      confidential: fc.boolean(),
      closed: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('subscribe' as const),
      channel: fc.constantFrom(...channels),
      maker: fc.constantFrom(...people),
      group: fc.constantFrom(...groups),
      confidential: fc.boolean(),
    }),
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
  } else if (step.do === 'admin') await store.people.setAdmin(step.person, step.isAdmin, 0)
  else if (step.do === 'rule') {
    const { effect, group, channel } = step
    const rule = { effect, source: 'gitlab', subject: `${group}/**`, maker: 'root', madeAt: 0 }
    await store.subscriptions.saveRule({ ...rule, ...(channel ? { channel } : {}) })
  } else if (step.do === 'subscribe') {
    const { channel, maker, group, confidential } = step
    await world.subscribe({ channel, maker, subject: `${group}/**`, filters: confidential ? { confidential } : {} })
  } else {
    const { subject, visibility, confidential } = step
    const isClosed = step.closed || visibility !== 'public'
    const { visibility: _public, ...silent } = draftOf({
      subject,
      confidential,
      data: { isClosed, isSecret: confidential },
    })
    const draft: Draft = { ...silent, audience: isClosed ? 'closed' : 'open', ...(visibility ? { visibility } : {}) }
    return (await world.intake.emit(draft)).event
  }
  return undefined
}

describe('who may hear what', () => {
  test('0 leaks and nothing missed over generated events, subscriptions, rules, administrators and outages', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 40 }), async (steps) => {
        const world = await createWorld()
        const model = new Model()
        const leaks: string[] = []
        const missed: string[] = []
        const { send } = world.notifier
        Object.assign(world.notifier, {
          send: (...args: Parameters<typeof send>) => {
            for (const { subject = '', data } of args[0].events) {
              if (!model.mayHear(args[1], subject, data.isSecret === true, data.isClosed === true))
                leaks.push(`${args[1]} hears ${subject}`)
            }
            return send(...args)
          },
        })
        world.outbox.start()
        for (const step of [...steps, { do: 'return' } as const]) {
          model.take(step)
          const event = await take(world, step)
          await world.clock.rest()
          if (event === undefined || step.do !== 'event' || world.notifier.fate) continue
          for (const channel of channels) {
            const isClosed = step.closed || step.visibility !== 'public'
            const mayHear = model.mayHear(channel, step.subject, step.confidential, isClosed)
            if (mayHear && !world.notifier.told(channel).includes(event)) missed.push(`${channel} misses ${event}`)
          }
        }
        await world.clock.advance(60_000)
        const stopped = world.outbox.stop(0)
        await world.clock.advance(1)
        await stopped
        await world.store.close()
        expect([leaks, missed]).toEqual([[], []])
      }),
      { numRuns: 60 },
    )
  }, 120_000)
})
