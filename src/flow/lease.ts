// Keeps a delivery ours while it is being sent: the lease is renewed long before it ends, and what takes too long is cut off.

import type { Log, Now } from '../event.ts'
import type { Claim, DeliveryStore } from '../store/store.ts'
import type { Wait } from './waiting.ts'

export const leaseMs = 15_000
const renewEveryMs = 5000
/** Until so long after it was claimed nobody else can have claimed it: to ask would cost a commit. */
const surelyOursMs = 3000
/** A notifier that has not answered by then is told to give up. */
const patienceMs = 60_000

export interface Lease {
  /** Aborted when it took too long, when somebody else claimed it, or by `stop`. */
  readonly signal: AbortSignal
  /** Asks once more whether it is ours, right before it is sent, where somebody else may hold it by now. @throws {StoreUnavailable} */
  confirm(): Promise<boolean>
  stop(): void
  end(): void
}

export interface LeaseParts {
  readonly deliveries: Pick<DeliveryStore, 'renew'>
  readonly now: Now
  readonly wait: Wait
  readonly log: Log
}

export function keepLease({ delivery }: Claim, { deliveries, now, wait, log }: LeaseParts): Lease {
  const cut = new AbortController()
  const done = new AbortController()
  const renew = () => deliveries.renew(delivery.id, delivery.attempt, { now: now(), leaseMs })
  const claimedAt = delivery.dueAt - leaseMs

  async function keep(): Promise<void> {
    for (let heldMs = renewEveryMs; !done.signal.aborted; heldMs += renewEveryMs) {
      await wait(renewEveryMs, done.signal)
      if (done.signal.aborted) return
      if (heldMs >= patienceMs || !(await renewed())) return cut.abort()
    }
  }

  /** Without an answer of the store it is tried again; should the lease run out, whoever claims it then will look before sending. */
  async function renewed(): Promise<boolean> {
    try {
      return await renew()
    } catch (error) {
      log.warn({ err: error, delivery: delivery.id }, 'a lease could not be renewed')
      return true
    }
  }
  void keep()

  return {
    signal: cut.signal,
    async confirm() {
      const ageMs = now() - claimedAt
      return (ageMs >= 0 && ageMs < surelyOursMs) || (await renew())
    },
    stop: () => cut.abort(),
    end: () => done.abort(),
  }
}
