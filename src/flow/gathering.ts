// Many at once (interface.md, last paragraph): what belongs to a burst waits for 2 s. More than 5 that came within 2 s are told on one
// card, whatever comes later on that card too; up to 5 are told one by one. One part of a burst a target at a time: what else its
// channel hears comes in between.

import { isStoreUnavailable } from '../errors.ts'
import type { Log, Now, Target } from '../event.ts'
import type { DeliveryStore, Gathering } from '../store/store.ts'
import { cardLifeMs } from './card.ts'
import type { Teller } from './telling.ts'

/** What of a burst comes within so long of one another belongs together. */
export const burstWindowMs = 2000
/** So many are told one by one. */
const mostAlone = 5
/** More is looked at the next time. */
const mostBursts = 100
/** A post names at most so many (interface.md). */
const mostAtOnce = 1000

export interface GatheringParts {
  readonly deliveries: Pick<DeliveryStore, 'gathering' | 'bursts' | 'gathered' | 'waiting' | 'release' | 'fold'>
  readonly teller: Pick<Teller, 'fitting'>
  readonly now: Now
  readonly log: Log
  /** Lets webhooks and commands come in between. */
  readonly breathe: () => Promise<unknown>
}

/** Puts in line what of a notifier's bursts has waited for its window. @throws {StoreUnavailable} */
export type Gather = (notifier: string) => Promise<void>

export function createGathering({ deliveries, teller, now, log, breathe }: GatheringParts): Gather {
  async function gatherTarget(target: Target): Promise<void> {
    const at = now()
    const bursts = await deliveries.bursts(target, { now: at, liveSince: at - cardLifeMs, limit: mostBursts })
    let isTaken = bursts.some(({ isBusy }) => isBusy)
    for (const { name, isLive } of bursts) {
      const isToFold = isLive || (await letGo(target, name, at))
      await breathe()
      if (isToFold && !isTaken) isTaken = await foldSome(target, name)
    }
  }

  /** Lets go of those that are few; resolves true where what is left first are many. */
  async function letGo(target: Target, burst: string, at: number): Promise<boolean> {
    for (;;) {
      const some = await deliveries.gathered(target, burst, mostAlone + 1)
      const few = fewOf(some, at)
      if (few.length === 0) return isMany(some)
      await deliveries.release(few)
      if (some[0]?.unsure || some.length <= mostAlone) return false
      await breathe()
    }
  }

  /** Resolves whether a part of it was put in line. */
  async function foldSome(target: Target, burst: string): Promise<boolean> {
    const some = await deliveries.gathered(target, burst, mostAtOnce)
    const sure = some.findIndex(({ unsure }) => unsure)
    const ids = some.slice(0, sure < 0 ? undefined : sure).map(({ delivery }) => delivery)
    // After a restore: the first of those that may have been told has the channel read, and all are sure again.
    if (sure === 0) await deliveries.release(some.slice(0, 1).map(({ delivery }) => delivery))
    if (ids.length === 0) return false
    const count = await fitting(target, ids)
    const delivery = await deliveries.fold(ids.slice(0, count), 'burst', now())
    if (delivery !== undefined) log.info({ delivery, burst, count, ...target }, 'a part of a burst put in line')
    return delivery !== undefined
  }

  async function fitting(target: Target, ids: readonly string[]): Promise<number> {
    try {
      return await teller.fitting(await deliveries.waiting(ids))
    } catch (error) {
      if (isStoreUnavailable(error)) throw error
      // It will be parked when it is to be told, and can be replayed from there.
      log.error({ err: error, ...target }, 'a burst could not be described')
      return ids.length
    }
  }

  return async (notifier) => {
    for (const target of await deliveries.gathering(notifier, now())) await gatherTarget(target)
  }
}

/** The first of them, in order, that came with no more than four others within 2 s, and whose windows have closed. */
function fewOf(some: readonly Gathering[], at: number): string[] {
  const first = some[0]
  if (!first || first.dueAt > at) return []
  // It waits for the channel to be read: nothing is gathered before.
  if (first.unsure) return [first.delivery]
  if (isMany(some)) return []
  if (some.length > mostAlone) return [first.delivery]
  return some.filter(({ dueAt }) => dueAt <= at).map(({ delivery }) => delivery)
}

function isMany(some: readonly Gathering[]): boolean {
  const [first, last] = [some[0], some[mostAlone]]
  return first !== undefined && last !== undefined && last.dueAt - first.dueAt <= burstWindowMs
}
