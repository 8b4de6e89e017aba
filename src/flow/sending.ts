// One claimed delivery from judgement to settlement: told, withheld, tried again later, or parked with its error (design.md, "Outbox").

import { DeliveryError, isStoreUnavailable } from '../errors.ts'
import type { Delivery, Log, Meter, Now, Target } from '../event.ts'
import type { Notifier } from '../notifiers/notifier.ts'
import type { Claim, DeliveryStore, Outcome } from '../store/store.ts'
import type { AlertGate } from './alerts.ts'
import { backoffMs, mostRefusals, mostTroubles, refusalPauseMs, retrySpanMs } from './backoff.ts'
import type { Circuit } from './circuit.ts'
import { keepLease } from './lease.ts'
import type { Reconciling } from './reconcile.ts'
import type { Teller } from './telling.ts'
import type { Pace, Wait } from './waiting.ts'

export interface SendingParts {
  readonly deliveries: Pick<DeliveryStore, 'renew' | 'settle'>
  readonly teller: Teller
  readonly gate: AlertGate
  readonly reconciling: Reconciling
  readonly now: Now
  readonly wait: Wait
  /** In [0, 1). */
  readonly random: () => number
  readonly log: Log
  readonly meter: Meter
  readonly onParked: (delivery: Delivery, error: string) => Promise<void>
  readonly onTargetGone: (target: Target, error: DeliveryError) => Promise<void>
}

/** What the deliveries of one notifier share. */
export interface Lane {
  readonly notifier: Notifier
  readonly circuit: Circuit
  readonly digests: Pace
  readonly messages: Pace | undefined
}

export interface Sending {
  /** Aborted: what is in hand is cut off and left for the next start. */
  readonly signal: AbortSignal
  /** The one delivery that goes out while its notifier is away; called when it is through. */
  readonly probe?: () => void
  /** It was told, and is being settled: what is claimed now is claimed in the same transaction, after it. */
  readonly onTold: () => void
}

/** @throws {StoreUnavailable} when it could neither be prepared nor given back: its lease runs out. */
export type Send = (lane: Lane, claim: Claim, sending: Sending) => Promise<void>

const storePauseMs = 1000
/** For another delivery of the same alert. */
const gatePauseMs = 1000

export function createSending(parts: SendingParts): Send {
  const { deliveries, teller, gate, now, log, meter } = parts

  async function send(lane: Lane, claim: Claim, sending: Sending): Promise<void> {
    const { signal, probe } = sending
    const { notifier, circuit } = lane
    const { delivery } = claim
    if (await parts.reconciling.isDue(notifier, claim)) {
      if (!probe && circuit.away() !== undefined) return await settle(claim, again(claim, now(), ''), signal)
      await parts.reconciling.read(notifier, claim, signal)
      return circuit.succeeded(delivery.id, probe !== undefined)
    }
    const admission = await gate.enter(claim)
    if (admission === 'taken') return await settle(claim, silent('taken'), signal)
    if (admission === 'later')
      return await settle(claim, again(claim, now() + gatePauseMs, delivery.error ?? ''), signal)
    try {
      await tell(lane, claim, sending)
    } finally {
      gate.leave(claim)
    }
  }

  async function tell(lane: Lane, claim: Claim, { signal, probe, onTold }: Sending): Promise<void> {
    const { notifier, circuit } = lane
    const { delivery } = claim
    const lease = keepLease(claim, parts)
    const stop = () => lease.stop()
    signal.addEventListener('abort', stop)
    try {
      await lane.messages?.turn(lease.signal)
      if (claim.digest) await lane.digests.turn(lease.signal)
      if (!(await lease.confirm())) return log.warn({ delivery: delivery.id }, 'claimed by somebody else meanwhile')
      // Judged when it is its turn: while it waited, its subject may have become private.
      const told = await teller.tell(claim, circuit.lastAway())
      if (told.as === 'silence') return await settle(claim, silent(told.reason), signal)
      // Asked last: another delivery may have found it away meanwhile.
      const isOff = signal.aborted || (!probe && circuit.away() !== undefined)
      if (isOff) return await settle(claim, again(claim, now(), delivery.error ?? ''), signal)
      const sent = await notifier.send(told.message, delivery.target.address, lease.signal)
      circuit.succeeded(delivery.id, probe !== undefined)
      const card = told.after ? { card: told.after(sent, now()) } : {}
      const outcome: Outcome = { as: 'delivered', receipt: sent.receipt, ...card, dropped: told.dropped }
      onTold()
      await settle(claim, outcome, signal)
      meter.count('deliveries_delivered', { notifier: notifier.name })
    } catch (error) {
      if (lease.signal.aborted && !(error instanceof DeliveryError)) throw cutOff(error)
      throw error
    } finally {
      signal.removeEventListener('abort', stop)
      lease.end()
    }
  }

  /** The answer to a failure: what becomes of the delivery. */
  async function fail(lane: Lane, claim: Claim, error: DeliveryError, isProbe: boolean): Promise<Outcome> {
    const { circuit } = lane
    const { attempt, id, target } = claim.delivery
    if (now() - claim.firstTriedAt > retrySpanMs) return { as: 'parked', error: error.message }
    const ownPauseMs = Math.max(backoffMs(attempt, parts.random()), error.afterMs ?? 0)
    const retry = (dueAt: number, refused = false) => again(claim, dueAt, error.message, { error, refused })
    if (error.scope === 'notifier') {
      // As due as ever: the circuit says when.
      const wasAway = circuit.away()?.reason
      if (circuit.failed(id, error) === 'everybody') {
        const facts = { notifier: target.notifier, reason: error.reason, error: error.message }
        if (wasAway !== error.reason) log.error(facts, 'nothing can be sent for now')
        return retry(now())
      }
      return isRefusedForGood(claim)
        ? { as: 'parked', error: error.message }
        : retry(now() + backoffMs(claim.refusals + 1, parts.random()), true)
    }
    if (error.retry) {
      if (lane.notifier.apart && error.reason !== 'server') return retry(now() + ownPauseMs)
      const isIts = circuit.troubled(id, isProbe) && !lane.notifier.apart
      if ((isIts && isRefusedForGood(claim)) || attempt >= mostTroubles) return { as: 'parked', error: error.message }
      return retry(now() + ownPauseMs, isIts)
    }
    // It was understood and refused: the notifier is there.
    circuit.succeeded(id, isProbe)
    if (error.scope === 'target') {
      await parts.onTargetGone(target, error)
      // Nobody will ever be there again to whom it could be sent.
      if (error.reason === 'ended') return { as: 'withheld', reason: 'ended' }
      return { as: 'parked', error: error.message }
    }
    return isRefusedForGood(claim) ? { as: 'parked', error: error.message } : retry(now() + refusalPauseMs, true)
  }

  /** Until it is stored: what was sent and not settled would have to be looked for. */
  async function settle(claim: Claim, outcome: Outcome, signal: AbortSignal): Promise<void> {
    const { id, attempt, target } = claim.delivery
    for (;;) {
      try {
        if (!(await deliveries.settle(id, attempt, outcome, now()))) return
        break
      } catch (error) {
        if (signal.aborted) throw error
        log.error({ err: error, delivery: id }, 'a delivery could not be settled')
        await parts.wait(storePauseMs, signal)
      }
    }
    log.info({ delivery: id, attempt, ...target, ...factsOf(outcome) }, `delivery ${outcome.as}`)
    if (outcome.as === 'parked' && !isAsleep(outcome.error)) await parts.onParked(claim.delivery, outcome.error)
    if (outcome.as === 'withheld') meter.count('deliveries_withheld', { reason: outcome.reason })
    if (outcome.as === 'parked') meter.count('deliveries_parked', { notifier: target.notifier })
  }

  return async (lane, claim, sending) => {
    try {
      await send(lane, claim, sending)
    } catch (error) {
      const outcome = await outcomeOf(lane, claim, error, sending.probe !== undefined)
      if (outcome) await settle(claim, outcome, sending.signal)
      else throw error
    } finally {
      sending.probe?.()
    }
  }

  async function outcomeOf(lane: Lane, claim: Claim, error: unknown, isProbe: boolean): Promise<Outcome | undefined> {
    const { id, target } = claim.delivery
    if (error instanceof DeliveryError) {
      const outcome = await fail(lane, claim, error, isProbe)
      if (outcome.as === 'retry') meter.count('deliveries_retried', { notifier: target.notifier, reason: error.reason })
      return outcome.as === 'parked' ? { ...outcome, unsure: error.unsure } : outcome
    }
    if (isStoreUnavailable(error)) return undefined
    log.error({ err: error, delivery: id, ...target }, 'a delivery failed for a reason of our own')
    return { as: 'parked', error: `internal error, see the log for ${id}` }
  }
}

function isRefusedForGood({ refusals }: Claim): boolean {
  return refusals + 1 >= mostRefusals
}

function silent(reason: string): Outcome {
  return reason === 'asleep' ? { as: 'parked', error: asleep } : { as: 'withheld', reason }
}

/** Parked, so that it can be replayed once the channel is back; nobody is told of each. */
const asleep = 'asleep: the channel could not be told anything'
export const isAsleep = (error: string | undefined): boolean => error === asleep

function again(
  claim: Claim,
  dueAt: number,
  words: string,
  { error, refused = false }: { error?: DeliveryError; refused?: boolean } = {},
): Outcome {
  return { as: 'retry', dueAt, error: words, unsure: claim.unsure || (error?.unsure ?? false), refused }
}

/** A send that was cut off may have arrived. */
function cutOff(cause: unknown): DeliveryError {
  return new DeliveryError(
    'no answer in time',
    { retry: true, scope: 'notifier', unsure: true, reason: 'timeout' },
    { cause },
  )
}

function factsOf(outcome: Outcome): object {
  if (outcome.as === 'withheld') return { reason: outcome.reason }
  if (outcome.as === 'delivered') return {}
  return { error: outcome.error }
}
