// The whole flow over an in-memory store, a notifier that holds its posts in memory, and a clock that moves when told to.

import type { DeliveryError } from '../../src/errors.ts'
import type {
  Accepted,
  Delivery,
  Describe,
  DescribeBurst,
  Draft,
  EmitOptions,
  Event,
  Subscription,
  Target,
} from '../../src/event.ts'
import { createIntake, type Intake } from '../../src/flow/intake.ts'
import { createOutbox, type Outbox } from '../../src/flow/outbox.ts'
import { createRouter, type Router } from '../../src/flow/router.ts'
import type { Notifier } from '../../src/notifiers/notifier.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { own } from '../../src/text/rich.ts'
import { createClock, type FakeClock } from '../fakes/clock.ts'
import { draftOf, wishOf } from '../fakes/event.ts'
import { createFakeLog, createFakeMeter, type FakeLog, type FakeMeter } from '../fakes/log.ts'
import { createFakeNotifier, type FakeNotifier } from '../fakes/notifier.ts'

export interface World {
  readonly clock: FakeClock
  readonly store: Store
  readonly notifier: FakeNotifier
  readonly log: FakeLog
  readonly meter: FakeMeter
  readonly router: Router
  readonly intake: Intake
  readonly outbox: Outbox
  readonly parked: { readonly delivery: Delivery; readonly error: string }[]
  readonly gone: { readonly target: Target; readonly error: DeliveryError }[]
  /** Called for what is parked, beside `parked`. */
  onParked: ((delivery: Delivery, error: string) => Promise<void>) | undefined
  /** What `describe` says; throws what it likes. */
  describe: Describe
  /** What is said of many at once: their count, and each by its id. */
  describeBurst: DescribeBurst
  subscribe(said?: Partial<Subscription>): Promise<Subscription>
  emit(said?: Partial<Draft>, options?: EmitOptions): Promise<Accepted>
  /** Emits and lets everything that follows at once happen. Resolves the event's id. */
  tell(said?: Partial<Draft>): Promise<string>
  /** Every delivery in its last state, oldest first: `delivered`, `withheld muted`, `parked too long`… */
  ledger(): Promise<readonly string[]>
}

export async function createWorld(
  said: {
    store?: Store
    notifier?: FakeNotifier
    /** Beside the one that holds its posts in memory. */
    others?: readonly Notifier[]
    clock?: FakeClock
    restored?: { since: number; until: number }
  } = {},
): Promise<World> {
  const clock = said.clock ?? createClock()
  const log = createFakeLog()
  const meter = createFakeMeter()
  const store =
    said.store ?? (await openSqliteStore({ path: ':memory:', now: clock.now, log, breathe: () => Promise.resolve() }))
  const notifier = said.notifier ?? createFakeNotifier()
  const router = createRouter(store)
  const parked: World['parked'] = []
  const gone: World['gone'] = []
  const outbox = createOutbox({
    store,
    router,
    notifiers: [notifier, ...(said.others ?? [])],
    describe: (event, telling) => world.describe(event, telling),
    describeBurst: (burst, telling) => world.describeBurst(burst, telling),
    settingsOf: async () => ({ locale: 'fr', timeZone: 'UTC' }),
    restored: async () => said.restored,
    now: clock.now,
    wait: clock.wait,
    random: () => 0,
    breathe: () => Promise.resolve(),
    log,
    meter,
    async onParked(delivery, error) {
      parked.push({ delivery, error })
      await world.onParked?.(delivery, error)
    },
    onTargetGone: async (target, error) => {
      gone.push({ target, error })
      await store.subscriptions.sleep(target.address, 'removed')
    },
  })
  const onDeliveries = (notifiers: ReadonlySet<string>) => outbox.wake(notifiers)
  const intake = createIntake({ store, router, now: clock.now, log, meter, onDeliveries })

  const world: World = {
    clock,
    store,
    notifier,
    log,
    meter,
    router,
    intake,
    outbox,
    parked,
    gone,
    onParked: undefined,
    describe: (event) => ({ color: '#000000', summary: own(`${event.type} ${event.id}`), title: own(event.id) }),
    describeBurst: ({ events, count }, { noNames }) => ({
      color: '#000000',
      title: own(`${count}`),
      text: own(noNames ? '' : events.slice(0, 3).map(nameOf).join(' ')),
      summary: own(`${count} files`),
      ...(noNames ? {} : { line: events.map((event) => ({ code: nameOf(event) })) }),
    }),
    subscribe: async (wish) => (await store.subscriptions.save(wishOf(wish))).subscription,
    emit: (draft, options) => intake.emit(draftOf({ time: new Date(clock.now()).toISOString(), ...draft }), options),
    async tell(draft) {
      const { event } = await world.emit(draft)
      await clock.rest()
      return event
    },
    async ledger() {
      const deliveries = await store.deliveries.list({ limit: 10_000 })
      return deliveries
        .toReversed()
        .map(({ state, withheld, error }) => [state, withheld, state === 'parked' && error].filter(Boolean).join(' '))
    },
  }
  return world
}

function nameOf({ id, data }: Event): string {
  return typeof data.name === 'string' ? data.name : id
}

/** With its outbox at work. */
export async function beginWorld(...said: Parameters<typeof createWorld>): Promise<World> {
  const world = await createWorld(...said)
  world.outbox.start()
  await world.clock.rest()
  return world
}

export async function endWorld(world: World): Promise<void> {
  const stopped = world.outbox.stop(0)
  await world.clock.advance(2000)
  await stopped
  await world.store.close()
}
