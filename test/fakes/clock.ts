// A clock that moves only when told to: `now` and `wait` for whatever takes them as parts.

import type { Wait } from '../../src/flow/waiting.ts'

export interface FakeClock {
  readonly now: () => number
  readonly wait: Wait
  /** Moves on, firing what falls due in order and letting everything it sets off come to rest. */
  advance(ms: number): Promise<void>
  /** Lets everything under way come to rest without moving on. */
  rest(): Promise<void>
  /** Jumps without firing anything: somebody changed the clock. */
  jump(ms: number): void
}

export function createClock(start = Date.UTC(2026, 10, 21, 8)): FakeClock {
  let now = start
  const timers = new Set<{ at: number; fire: () => void }>()

  const rest = async () => {
    // Promises settle between two turns of the event loop; group commit takes one of them.
    for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }

  return {
    now: () => now,
    wait: (waitMs, signal) =>
      new Promise((resolve) => {
        const timer = {
          at: now + waitMs,
          fire: () => {
            timers.delete(timer)
            signal.removeEventListener('abort', timer.fire)
            resolve()
          },
        }
        if (signal.aborted) return resolve()
        signal.addEventListener('abort', timer.fire)
        timers.add(timer)
      }),
    async advance(ms) {
      const end = now + ms
      await rest()
      for (;;) {
        const next = [...timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0]
        if (!next) break
        now = Math.max(now, next.at)
        next.fire()
        await rest()
      }
      now = end
    },
    rest,
    jump(ms) {
      now += ms
    },
  }
}
