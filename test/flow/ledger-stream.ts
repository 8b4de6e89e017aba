// Threats F1–F3, F8, F9: what was accepted is told, once, in order for each channel, through refusals, lost answers and killed processes.

import fc from 'fast-check'
import { expect } from 'vitest'
import { DeliveryError, type DeliveryFailure } from '../../src/errors.ts'
import type { Store } from '../../src/store/store.ts'
import type { FakeNotifier, Fate } from '../fakes/notifier.ts'
import { createWorld, type World } from './world.ts'

const channels = ['town', 'dev']
const failures: Readonly<Record<string, DeliveryFailure>> = {
  network: { retry: true, scope: 'notifier', reason: 'network' },
  limited: { retry: true, scope: 'notifier', reason: 'rate_limited', afterMs: 2000 },
  server: { retry: true, scope: 'notifier', reason: 'server' },
  later: { retry: true, scope: 'message', reason: 'client' },
}

type Step =
  | { readonly do: 'emit'; readonly count: number; readonly card: number; readonly burst: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'kill' }
  | { readonly do: 'fate'; readonly fates: readonly string[] }

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('emit' as const),
      count: fc.integer({ min: 1, max: 30 }),
      card: fc.integer({ min: 0, max: 3 }),
      burst: fc.constantFrom(0, 0, 1, 2),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 90_000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const) }) },
  {
    weight: 1,
    arbitrary: fc
      .record({ name: fc.constantFrom('network', 'lose', 'hang'), count: fc.integer({ min: 10, max: 30 }) })
      .map(({ name, count }) => ({ do: 'fate' as const, fates: Array.from({ length: count }, () => name) })),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('fate' as const),
      fates: fc.array(fc.constantFrom('take', 'take', 'lose', 'hang', ...Object.keys(failures)), { maxLength: 8 }),
    }),
  },
)

/** A process that can be killed: from then on nothing it began gets any further. */
async function createProcess(store: Store, notifier: FakeNotifier, world?: World): Promise<World & { kill(): void }> {
  let isDead = false
  const mortal = <T extends object>(part: T): T =>
    new Proxy(part, {
      get(target, name, receiver) {
        const value: unknown = Reflect.get(target, name, receiver)
        if (typeof value === 'object' && value !== null) return mortal(value)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          if (isDead) return never()
          const answer: unknown = Reflect.apply(value, target, args)
          return answer instanceof Promise ? answer.then((found) => (isDead ? never() : found)) : answer
        }
      },
    })
  const made = await createWorld({
    store: mortal(store),
    notifier: mortal(notifier),
    ...(world ? { clock: world.clock } : {}),
  })
  made.outbox.start()
  await made.clock.rest()
  return Object.assign(made, {
    kill: () => {
      isDead = true
    },
  })
}

const never = () => new Promise<never>(() => undefined)

/** Bursts and posts become a digest while the first of a card hangs; what edits that card stood in their middle. */
const passedByADigest: Step[] = [
  { do: 'emit', count: 6, card: 0, burst: 2 },
  { do: 'emit', count: 6, card: 0, burst: 1 },
  { do: 'fate', fates: ['hang'] },
  { do: 'emit', count: 2, card: 1, burst: 0 },
  { do: 'fate', fates: [] },
  { do: 'emit', count: 13, card: 0, burst: 0 },
]

/** Accepted is told: all of it, once, in order. @throws what was not, with the seed. */
export async function watchLedger(numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 3, maxLength: 25 }), async (steps) => {
      const first = await createWorld()
      const { store, notifier } = first
      for (const channel of channels) await first.subscribe({ channel })
      let process = await createProcess(store, notifier, first)
      let fates: string[] = []
      notifier.fate = () => fateOf(fates.shift())
      const accepted: string[] = []
      const bursts = new Map<string, number>()
      for (const step of steps) {
        if (step.do === 'pass') await process.clock.advance(step.ms)
        else if (step.do === 'fate') fates = [...step.fates]
        else if (step.do === 'kill') {
          process.kill()
          process = await createProcess(store, notifier, first)
        } else {
          for (let count = 0; count < step.count; count += 1) {
            const card = step.card > 0 ? { card: `card${step.card}` } : {}
            const { event } = await process.emit(step.burst > 0 ? { burst: `burst${step.burst}` } : card)
            accepted.push(event)
            if (step.burst > 0) bursts.set(event, step.burst)
          }
          await process.clock.rest()
        }
      }
      fates = []
      await process.clock.advance(15 * 60_000)
      process.kill()
      for (const channel of channels) {
        const told = notifier.told(channel)
        expect(told.toSorted()).toEqual(accepted.toSorted())
        const apart = withoutEdits(notifier, channel).filter((event) => !bursts.has(event))
        expect(apart).toEqual(accepted.filter((event) => apart.includes(event)))
        for (const burst of [1, 2]) {
          const isOf = (event: string) => bursts.get(event) === burst
          expect(told.filter(isOf)).toEqual(accepted.filter(isOf))
        }
        const posts = notifier.posts.filter(({ address }) => address === channel)
        const borne = posts.flatMap(({ events, lines }) => [
          ...events,
          ...lines.flatMap((line) => line.borne?.events ?? []),
        ])
        expect(borne.filter((event) => bursts.has(event)).toSorted()).toEqual([...bursts.keys()].toSorted())
      }
      await store.close()
    }),
    { numRuns, examples: [[passedByADigest]] },
  )
}

/**
 * An edit of a live card tells at once what came between other posts, and one that stood among what a digest absorbed comes before or
 * after it, for no digest absorbs it: the order of the rest is what a reader sees.
 */
function withoutEdits(notifier: FakeNotifier, channel: string): string[] {
  const tries = notifier.tries.filter(({ address }) => address === channel)
  const told = tries.map(({ message: { card, events } }) => ({ card, ids: events.map(({ id }) => id) }))
  const digests = told.filter(({ card, ids }) => card === undefined && ids.length > 1)
  const isAmongst = (id: string) => digests.some(({ ids }) => (ids[0] ?? '') < id && id < (ids.at(-1) ?? ''))
  const edits = told.filter(
    ({ card, ids }) => card && (ids.length > 1 || (card.receipt !== undefined && ids.every(isAmongst))),
  )
  const left = new Set(edits.flatMap(({ ids }) => ids))
  return notifier.told(channel).filter((event) => !left.has(event))
}

function fateOf(name: string | undefined): Fate {
  const failure = failures[name ?? '']
  if (failure) return { refuse: new DeliveryError(name ?? '', failure) }
  if (name === 'hang') return 'hang'
  if (name === 'lose') {
    return { lose: new DeliveryError('lost', { retry: true, scope: 'notifier', reason: 'timeout', unsure: true }) }
  }
  return undefined
}
