// A notifier that cannot be reached: nothing is sent but one probe at a time until one gets through (threats F3, F8).

import type { DeliveryFailure } from '../errors.ts'
import type { Now } from '../event.ts'

/** No more than one probe in so long; once a minute while the token is refused. */
const probeEveryMs = 5000
const probeRefusedTokenEveryMs = 60_000
const longestPauseMs = 5 * 60_000
/** A server that fails on one delivery this often while it takes others fails because of that delivery. */
const suspectAfter = 3
/** A server that fails on others as well, on one in so many, has a bad hour: nobody is to blame. */
const othersPerFailing = 10
const remembered = 50
/** A message may break the server it is sent to, or make it think for ever. */
const mayBeItsOwn: ReadonlySet<string> = new Set(['server', 'timeout'])

export interface Away {
  readonly since: number
  readonly reason: string
  readonly error: string
}

export interface Circuit {
  /** How many more deliveries may be taken in hand, `inHand` of them being so. */
  room(inHand: number, most: number): number
  /** Nothing may be sent but a probe. */
  away(): Away | undefined
  /** When it was last away: until then, or still. */
  lastAway(): { readonly since: number; readonly until: number } | undefined
  /** When the next probe may be sent; nothing while all is well or a probe is under way. */
  probeAt(): number | undefined
  /** A delivery is taken in hand while it is away: no other is until the function returned was called, or the probe had an answer. */
  probe(): () => void
  succeeded(delivery: string, wasProbe: boolean): void
  /** The clock was set back: what was to last until a moment lasts as long as before. */
  setBack(byMs: number): void
  /** It answered, and named a trouble of its own. True where it has that trouble with this delivery alone. */
  troubled(delivery: string, wasProbe: boolean): boolean
  /** Resolves how the failure is to be understood: everybody's, or that one delivery's own. */
  failed(delivery: string, failure: DeliveryFailure & { message: string }): 'everybody' | 'its own'
}

export function createCircuit(now: Now): Circuit {
  let open: (Away & { until: number; probe: symbol | undefined }) | undefined
  let last: { since: number; until: number } | undefined
  let succeededAt = 0
  /** Deliveries on which the server failed: when last, and how often while it took others. */
  const suspects = new Map<string, { at: number; count: number }>()
  /** The latest outcomes, oldest first. */
  const outcomes: { delivery: string; ok: boolean }[] = []

  const close = () => {
    if (open) last = { since: open.since, until: now() }
    open = undefined
  }

  const remember = (delivery: string, ok: boolean) => {
    outcomes.push({ delivery, ok })
    if (outcomes.length > remembered) outcomes.shift()
  }

  const isOnlyTrouble = (delivery: string): boolean => {
    const others = (ok: boolean) => {
      return new Set(outcomes.flatMap((one) => (one.ok === ok && one.delivery !== delivery ? one.delivery : []))).size
    }
    return others(false) * othersPerFailing <= others(true)
  }

  const isItsOwn = (delivery: string): boolean => {
    remember(delivery, false)
    const before = suspects.get(delivery)
    const count = (before?.count ?? 0) + (before && succeededAt >= before.at ? 1 : 0)
    suspects.set(delivery, { at: now(), count })
    return count >= suspectAfter && isOnlyTrouble(delivery)
  }

  return {
    room(inHand, most) {
      if (!open) return Math.max(0, most - inHand)
      return open.probe || now() < open.until ? 0 : 1
    },
    away: () => open,
    lastAway: () => (open ? { since: open.since, until: now() } : last),
    probeAt: () => (open && !open.probe ? open.until : undefined),
    probe() {
      const probe = Symbol('probe')
      if (open) open.probe = probe
      return () => {
        if (open?.probe === probe) open.probe = undefined
      }
    },
    succeeded(delivery, wasProbe) {
      succeededAt = now()
      suspects.delete(delivery)
      remember(delivery, true)
      // What was sent before it was known to be away proves nothing about now, nor does a probe that another's failure overtook.
      if (wasProbe && open?.probe) close()
    },
    setBack(byMs) {
      if (open) open.until -= byMs
      suspects.clear()
    },
    troubled(delivery, wasProbe) {
      if (wasProbe) close()
      return isItsOwn(delivery)
    },
    failed(delivery, failure) {
      if (mayBeItsOwn.has(failure.reason) && isItsOwn(delivery)) {
        if (open?.probe) close()
        return 'its own'
      }
      const until = Math.max(open?.until ?? 0, now() + pauseMs(failure))
      open = {
        since: open?.since ?? now(),
        reason: failure.reason,
        error: failure.message,
        until,
        probe: undefined,
      }
      return 'everybody'
    },
  }
}

/** A server that names its wait is taken at its word, within reason: a proxy may name a day. */
function pauseMs({ reason, afterMs }: DeliveryFailure): number {
  const asked = Math.min(longestPauseMs, afterMs ?? 0)
  if (reason === 'rate_limited') return asked > 0 ? asked : probeEveryMs
  return Math.max(reason === 'auth' ? probeRefusedTokenEveryMs : probeEveryMs, asked)
}
