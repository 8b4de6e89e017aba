// The only writer of posts that tell events: claims what is due, at most one delivery a target, in order, and has it sent
// (design.md, "Outbox"; threats F1–F3, F8, F9, F16, F20).

import { setImmediate } from 'node:timers/promises'
import type { DeliveryError } from '../errors.ts'
import type { Delivery, Describe, DescribeBurst, Log, Meter, Now, Target } from '../event.ts'
import type { Notifier } from '../notifiers/notifier.ts'
import type { Claim, Store } from '../store/store.ts'
import { createAlertGate } from './alerts.ts'
import { type Away, createCircuit } from './circuit.ts'
import { createFolding } from './folding.ts'
import { createGathering } from './gathering.ts'
import { leaseMs } from './lease.ts'
import { createReconciling, type Restoration } from './reconcile.ts'
import type { Router } from './router.ts'
import { createSending, type Lane } from './sending.ts'
import { createTeller, type SettingsOf } from './telling.ts'
import { createAlarm, createPace, type Wait, waitByTheClock } from './waiting.ts'

export interface OutboxParts {
  readonly store: Pick<Store, 'events' | 'deliveries' | 'alerts'>
  readonly router: Router
  readonly notifiers: readonly Notifier[]
  /** Every source's events in words. */
  readonly describe: Describe
  readonly describeBurst: DescribeBurst
  readonly settingsOf: SettingsOf
  readonly now: Now
  readonly log: Log
  readonly meter: Meter
  /** A delivery was given up. */
  readonly onParked: (delivery: Delivery, error: string) => Promise<void>
  /** A target takes nothing any more; awaited before the next of it is judged. */
  readonly onTargetGone: (target: Target, error: DeliveryError) => Promise<void>
  /** What the database was restored from and when, if it was. */
  readonly restored?: () => Promise<Restoration | undefined>
  readonly wait?: Wait
  /** Gives the event loop a turn. */
  readonly breathe?: () => Promise<unknown>
  /** In [0, 1). */
  readonly random?: () => number
}

export interface Outbox {
  /** Releases what the process before us held and begins to send. */
  start(): void
  /** Claims nothing more, waits for what is in hand, then cuts it off and leaves it for the next start. */
  stop(drainMs: number): Promise<void>
  /** Something may be due: look now. `notifiers`: whose; everybody's where absent. */
  wake(notifiers?: ReadonlySet<string>): void
  status(): OutboxStatus
}

export interface OutboxStatus {
  /** When it last looked at everything that is due. */
  readonly workedAt: number
  readonly notifiers: readonly {
    readonly name: string
    readonly inHand: number
    /** As its contract says. */
    readonly apart?: true
    /** Out of reach: since when, why. */
    readonly away?: Away
  }[]
}

/** Deliveries of one notifier in hand at once, each for another target. */
const mostInHand = 16
/** Digests are few and heavy. */
const digestsPerSecond = 5
/** Never asleep longer, whatever the clock says. */
const longestNapMs = 5000
const foldEveryMs = 1000
const troubleNapMs = 1000
const lastWordsMs = 1000
/** A clock that is a little ahead is slowed down or set back by less, and nobody notices. */
const setBackMs = 1000

interface Line extends Lane {
  /** By target; the next of a target waits for the one before it. */
  readonly inHand: Map<string, Promise<void>>
  /** How many of those are not told yet. */
  untold: number
  foldAt: number
  foldedAt: number
  /** Something became due or made room: it is looked at however early it is. */
  isRung: boolean
  lookAt: number
  /** Probed last while it is away: the next probe is another's, if any waits, for the fault may be that one message's. */
  probed: Target | undefined
}

export function createOutbox(parts: OutboxParts): Outbox {
  const { store, notifiers, now, log, wait = waitByTheClock, random = Math.random, breathe = setImmediate } = parts
  const { deliveries } = store
  const restored = parts.restored ?? (() => Promise.resolve(undefined))
  // A backlog that was in doubt is folded before it is claimed.
  const onRead = () => {
    for (const line of lines) {
      line.foldAt = 0
      line.isRung = true
    }
  }
  const reconciling = createReconciling({ deliveries, restored, onRead, now, wait, log })
  const gate = createAlertGate(store.alerts)
  const { isTakenOver } = gate
  const teller = createTeller({ ...parts, events: store.events, wasTold: reconciling.wasTold, isTakenOver })
  const gather = createGathering({ deliveries, teller, now, log, breathe })
  const fold = createFolding({ ...parts, deliveries, gather, teller, breathe })
  const send = createSending({ ...parts, gate, deliveries, teller, reconciling, wait, random })
  const lines = notifiers.map((notifier): Line => {
    const messages = notifier.perSecond === undefined ? undefined : createPace(notifier.perSecond, now, wait)
    const digests = createPace(digestsPerSecond, now, wait)
    return {
      notifier,
      circuit: createCircuit(now),
      digests,
      messages,
      inHand: new Map(),
      untold: 0,
      foldAt: 0,
      foldedAt: 0,
      isRung: true,
      lookAt: 0,
      probed: undefined,
    }
  })
  const alarm = createAlarm(wait)
  const stopping = new AbortController()
  const cut = new AbortController()
  let running: Promise<void> | undefined
  let seenAt = now()
  let workedAt = now()

  async function run(): Promise<void> {
    let isReleased = false
    while (!stopping.signal.aborted) {
      try {
        if (!isReleased) await release()
        isReleased = true
        await noticeSetBack()
        const wakeAt = await round()
        workedAt = now()
        await alarm.sleep(Math.min(longestNapMs, wakeAt - now()))
      } catch (error) {
        log.error({ err: error }, 'the outbox could not work')
        for (const line of lines) line.isRung = true
        await alarm.sleep(troubleNapMs)
      }
    }
  }

  async function release(): Promise<void> {
    const count = await deliveries.releaseClaims(now())
    if (count > 0) log.warn({ count }, 'deliveries of a process that ended in the middle are looked at again')
  }

  /** All that waits for a moment would wait the longer for a clock that was set back (threat F17). */
  async function noticeSetBack(): Promise<void> {
    const byMs = seenAt - now()
    if (byMs > setBackMs) {
      log.warn({ byMs }, 'the clock was set back')
      await deliveries.setBack(byMs)
      for (const line of lines) {
        line.circuit.setBack(byMs)
        line.foldAt = 0
        line.foldedAt = 0
        line.isRung = true
      }
    }
    seenAt = now()
  }

  /** Takes in hand what can be; resolves when to look again. */
  async function round(): Promise<number> {
    for (const line of lines) {
      // A notifier that heard nothing is not asked for: each look is a transaction.
      if (!line.isRung && now() < line.lookAt) continue
      line.isRung = false
      line.lookAt = Math.min(now() + longestNapMs, await takeInHand(line))
    }
    return Math.min(...lines.map(({ lookAt }) => lookAt))
  }

  async function takeInHand(line: Line): Promise<number> {
    const { circuit, notifier } = line
    const room = circuit.room(line.untold, mostInHand)
    // Whatever makes room wakes us.
    if (room === 0) return circuit.probeAt() ?? Number.POSITIVE_INFINITY
    const isAway = circuit.away() !== undefined
    // While it is away more is coming: what waits is folded once it is back.
    if (!isAway && now() >= line.foldAt) await foldLine(line)
    const last = isAway ? line.probed : undefined
    const claims = await deliveries.claim({ notifier: notifier.name, now: now(), leaseMs, limit: room, last })
    if (isAway) line.probed = claims[0]?.delivery.target
    for (const claim of claims) launch(line, claim, isAway ? circuit.probe() : undefined)
    if (claims.length === room) return Number.POSITIVE_INFINITY
    const { dueAt, windowAt = Number.POSITIVE_INFINITY } = await deliveries.nextDueAt(notifier.name, line.foldedAt)
    if (!isAway) {
      line.foldAt = Math.min(line.foldAt, windowAt)
      return Math.min(dueAt ?? Number.POSITIVE_INFINITY, windowAt)
    }
    if (dueAt !== undefined) return dueAt
    // Nothing else waits that could find out whether it is back.
    if (now() >= windowAt) await foldLine(line)
    return windowAt
  }

  async function foldLine(line: Line): Promise<void> {
    const at = now()
    // A window that closes before is folded when it does, ahead of the claim.
    const closesAt = (await fold(line.notifier.name)) ?? Number.POSITIVE_INFINITY
    line.foldAt = Math.min(at + foldEveryMs, closesAt)
    line.foldedAt = at
  }

  function launch(line: Line, claim: Claim, probe: (() => void) | undefined): void {
    const name = claim.delivery.target.address
    // The one before is being settled; or, after a long standstill, its lease ran out while we still had it in hand.
    const before = line.inHand.get(name) ?? Promise.resolve()
    let isTold = false
    const onTold = () => {
      if (!isTold) line.untold -= 1
      isTold = true
      ring(line)
    }
    line.untold += 1
    const work = before
      .then(() => send(line, claim, { signal: cut.signal, onTold, ...(probe ? { probe } : {}) }))
      .catch((error: unknown) => {
        log.error({ err: error, delivery: claim.delivery.id }, 'a delivery was left to its lease')
      })
      .finally(() => {
        if (line.inHand.get(name) === work) line.inHand.delete(name)
        // The next part of a burst follows this one.
        if (claim.burst) line.foldAt = 0
        onTold()
      })
    line.inHand.set(name, work)
  }

  function ring(line: Line): void {
    line.isRung = true
    alarm.ring()
  }

  const allInHand = () => lines.flatMap((line) => [...line.inHand.values()])

  return {
    start() {
      running ??= run()
    },
    async stop(drainMs) {
      stopping.abort()
      alarm.ring()
      await running
      const drained = new AbortController()
      void Promise.all(allInHand()).then(() => drained.abort())
      await wait(drainMs, drained.signal)
      cut.abort()
      // A notifier that does not give up when it is told to cannot hold us.
      await wait(lastWordsMs, drained.signal)
    },
    wake(notifiers) {
      for (const line of lines) if (notifiers?.has(line.notifier.name) ?? true) ring(line)
    },
    status: () => ({
      workedAt,
      notifiers: lines.map(({ notifier, circuit, inHand }) => {
        const away = circuit.away()
        const { name, apart } = notifier
        return { name, inHand: inHand.size, ...(apart && { apart }), ...(away && { away }) }
      }),
    }),
  }
}
