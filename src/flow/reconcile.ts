// After a restore the channels know better than the database what was told (threat F32): before anything is sent to a target, what stands
// there is read once. What stands is not sent again, what does not is news, and a card goes on from what it shows.

import type { Log, Now, Target } from '../event.ts'
import type { Notifier } from '../notifiers/notifier.ts'
import type { Claim, DeliveryStore, StoredEvent } from '../store/store.ts'
import { cardLifeMs, timeOf } from './card.ts'
import { keepLease } from './lease.ts'
import type { Wait } from './waiting.ts'

/** What the database does not know: from when the copy was made until it was restored. Milliseconds since 1970. */
export interface Restoration {
  readonly since: number
  readonly until: number
}

export interface ReconcilingParts {
  readonly deliveries: Pick<DeliveryStore, 'liveCards' | 'reconcile' | 'renew'>
  readonly restored: () => Promise<Restoration | undefined>
  /** What waits for a target is known again. */
  readonly onRead: () => void
  readonly now: Now
  readonly wait: Wait
  readonly log: Log
}

export interface Reconciling {
  /** The claim's target has to be read before anything is sent there. @throws {StoreUnavailable} */
  isDue(notifier: Notifier, claim: Claim): Promise<boolean>
  /** Reads it and gives the claim back. @throws {DeliveryError} @throws {StoreUnavailable} */
  read(notifier: Notifier, claim: Claim, signal: AbortSignal): Promise<void>
  /** The event was fetched again after the restore, and stands at the target already. */
  wasTold(target: Target, stored: StoredEvent): boolean
}

/** What stood at a target when it was read. */
interface Known {
  readonly origins: ReadonlySet<string>
  /** By card: until when it tells what the store does not know. */
  readonly ahead: ReadonlyMap<string, number>
}

/** GitLab keeps what it could not deliver for seven days. */
const lifeMs = 8 * 24 * 3_600_000

export function createReconciling(parts: ReconcilingParts): Reconciling {
  const { deliveries, restored, onRead, now, wait, log } = parts
  const known = new Map<string, Known>()
  let loaded = false
  let restoration: Restoration | undefined

  async function current(): Promise<Restoration | undefined> {
    if (!loaded) {
      restoration = await restored()
      loaded = true
    }
    return restoration !== undefined && now() - restoration.until < lifeMs ? restoration : undefined
  }

  return {
    async isDue(notifier, { delivery }) {
      if (notifier.standing === undefined || known.has(nameOf(delivery.target))) return false
      return (await current()) !== undefined
    },
    async read(notifier, claim, signal) {
      const { id, target } = claim.delivery
      const since = (await current())?.since ?? now()
      const lease = keepLease(claim, { deliveries, now, wait, log })
      const stop = () => lease.stop()
      signal.addEventListener('abort', stop)
      try {
        const cards = await deliveries.liveCards(target, since - cardLifeMs)
        const from = Math.min(since, claim.firstTriedAt)
        const standing = (await notifier.standing?.(target.address, { from, cards }, lease.signal)) ?? []
        const { told, waiting, ahead } = await deliveries.reconcile(target, standing, { claimed: id, now: now() })
        known.set(nameOf(target), { origins: new Set(standing.flatMap(({ origins }) => origins)), ahead })
        onRead()
        log.info({ ...target, posts: standing.length, told, waiting }, 'compared a target with the restored database')
      } finally {
        signal.removeEventListener('abort', stop)
        lease.end()
      }
    },
    wasTold(target, stored) {
      const { event, acceptedAt } = stored
      const at = timeOf(stored)
      // Only what is older than the restore and came after it; what was fetched does not always say when it happened.
      if (restoration === undefined || acceptedAt < restoration.until) return false
      if (at > restoration.until && !event.fetched) return false
      const { origins, ahead } = known.get(nameOf(target)) ?? {}
      if (event.origin !== undefined && origins?.has(event.origin)) return true
      return event.card !== undefined && at <= (ahead?.get(event.card) ?? Number.NEGATIVE_INFINITY)
    },
  }
}

const nameOf = ({ notifier, address }: Target): string => `${notifier} ${address}`
