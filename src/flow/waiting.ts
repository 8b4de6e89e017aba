// Waiting that a clock of the tests can stand in for.

import { setTimeout as sleep } from 'node:timers/promises'

/** Resolves after `waitMs`, or as soon as the signal is aborted; never rejects. */
export type Wait = (waitMs: number, signal: AbortSignal) => Promise<void>

export const waitByTheClock: Wait = async (waitMs, signal) => {
  try {
    await sleep(waitMs, undefined, { signal })
  } catch (error) {
    // Aborted: there is nothing more to wait for. Anything else is a bug.
    if (!signal.aborted) throw error
  }
}

/** Sleeps until it is rung, or so long; a ring before the sleep is heard too. */
export interface Alarm {
  ring(): void
  sleep(mostMs: number): Promise<void>
}

export function createAlarm(wait: Wait): Alarm {
  let rung = false
  let asleep: AbortController | undefined
  return {
    ring() {
      rung = true
      asleep?.abort()
    },
    async sleep(mostMs) {
      if (!rung && mostMs > 0) {
        asleep = new AbortController()
        await wait(mostMs, asleep.signal)
        asleep = undefined
      }
      rung = false
    },
  }
}

/** Hands out turns, so many a second and no more. */
export interface Pace {
  /** Resolves when it is this caller's turn, or when the signal is aborted: whether it had to wait. */
  turn(signal: AbortSignal): Promise<boolean>
}

export function createPace(perSecond: number, now: () => number, wait: Wait): Pace {
  const spacingMs = 1000 / perSecond
  let nextAt = 0
  let seenAt = 0
  return {
    async turn(signal) {
      // A clock that was set back keeps nobody waiting (threat F17).
      if (now() < seenAt) nextAt = 0
      seenAt = now()
      const at = Math.max(now(), nextAt)
      nextAt = at + spacingMs
      if (at <= now()) return false
      await wait(at - now(), signal)
      return true
    },
  }
}
