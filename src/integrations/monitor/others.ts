// "Is it me?", asked of others before a verdict by the network (issue "The watch"; threat F28): what is checked seldom would say too late
// that it fails as well, and be called down meanwhile.

import type { Log } from '../../event.ts'
import type { Watched } from './incidents.ts'
import type { Isolation } from './isolation.ts'
import type { Monitor, State } from './monitor.ts'

export interface OthersParts {
  readonly watched: ReadonlyMap<string, Watched>
  readonly isolation: Pick<Isolation, 'isLikely' | 'cut'>
  readonly hostOf: (monitor: Monitor) => string
  /** Checks and judges one now. */
  readonly look: (monitor: Monitor) => Promise<void>
  /** At once. */
  readonly most: number
  readonly signal: AbortSignal
  readonly now: () => number
  readonly monotonic: () => number
  readonly log: Log
}

export interface Others {
  /** After a failure by the network: a few others are looked at before the verdict, all of them once much begins to fail. */
  doubt(monitor: Monitor, state: State): void
  settled(): Promise<unknown>
}

const few = 12
const everyMs = 20_000
/** Whoever was looked at so lately needs no look. */
const latelyMs = 10_000

export function createOthers(parts: OthersParts): Others {
  const { watched, isolation, signal, now, monotonic, log } = parts
  const lookedAt: { few?: number; all?: number } = {}
  let under: Promise<unknown> = Promise.resolve()

  function look(whom: 'few' | 'all'): void {
    const at = monotonic()
    if (at - (lookedAt[whom] ?? Number.NEGATIVE_INFINITY) < everyMs) return
    lookedAt[whom] = at
    const chosen = whom === 'all' ? choose() : choose().slice(0, few)
    const hands = Array.from({ length: Math.min(parts.most, chosen.length) }, async () => {
      for (let next = chosen.shift(); next && !signal.aborted; next = chosen.shift()) {
        if (isolation.cut() !== undefined) return
        await lookAt(next)
      }
    })
    under = Promise.all([under, ...hands])
  }

  async function lookAt(monitor: Monitor): Promise<void> {
    try {
      await parts.look(monitor)
    } catch (error) {
      if (!signal.aborted) log.error({ err: error, monitor: monitor.id }, 'a check failed for a reason of our own')
    }
  }

  /** One of each host comes first. */
  function choose(): Monitor[] {
    const hosts = new Set<string>()
    const first: Monitor[] = []
    const rest: Monitor[] = []
    for (const { monitor, state } of watched.values()) {
      const isFresh = state.last !== undefined && now() - state.last.at < latelyMs
      const isWell = state.health === 'up' || state.health === 'degraded'
      if (monitor.type === 'heartbeat' || monitor.isPaused || !isWell || isFresh) continue
      const host = parts.hostOf(monitor)
      if (hosts.has(host)) rest.push(monitor)
      else first.push(monitor)
      hosts.add(host)
    }
    return [...first, ...rest]
  }

  return {
    doubt({ failures }, { health, streak }) {
      if (isolation.isLikely()) look('all')
      else if (health === 'suspect' && streak >= failures - 1) look('few')
    },
    settled: () => under,
  }
}
