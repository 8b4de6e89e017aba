// What breaks during a ledger run, and when: drawn from the seed, so that a run can be had again. Each stroke is a kill, a pause or a
// restart; between them the first calls of each new beginning meet one fault of the network each.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault, FaultProxy } from '../fakes/fault-proxy.ts'
import type { Ledger } from './ledger.ts'
import { between, pick, type Random } from './seed.ts'

export type Stroke = 'kill' | 'pause' | 'restart'

/** Those that end by themselves within a moment. */
export const quickFaults: readonly Fault[] = [
  { as: 'delay', forMs: 150 },
  { as: 'reset' },
  { as: 'lose reply' },
  { as: 'cut' },
  { as: 'answer', status: 429, headers: { 'retry-after': '1' } },
  { as: 'answer', status: 503 },
]
/** Those that last until the caller loses patience, or is killed. */
export const longFaults: readonly Fault[] = [
  { as: 'half-open', forwarded: true },
  { as: 'half-open', forwarded: false },
  { as: 'trickle', bytesPerSecond: 1 },
]

/** In an order of chance. */
export function shuffle<T>(random: Random, list: readonly T[]): T[] {
  return list
    .map((one) => ({ one, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ one }) => one)
}

/** Gives each of these faults once, to calls that write posts. */
export function plant(proxy: FaultProxy, faults: readonly Fault[]): void {
  const left = [...faults]
  proxy.judge(({ method, path }) => (isPost(method, path) ? left.shift() : undefined))
}

export const isPost = (method: string, path: string): boolean => method !== 'GET' && path.startsWith('/api/v4/posts')

export interface StormOptions {
  readonly strokes: readonly Stroke[]
  readonly random: Random
  /** Between two strokes, at most; at least a third of it. */
  readonly calmMs: number
  readonly pauseMs: number
}

/** Strikes; ends with a Vigie that runs and a network that works. */
export async function storm(ledger: Ledger, { strokes, random, calmMs, pauseMs }: StormOptions): Promise<void> {
  const { proxy } = ledger
  proxy.dropFrames(50)
  for (const stroke of strokes) {
    const faults = stroke === 'kill' ? [...longFaults, pick(random, quickFaults)] : quickFaults
    plant(proxy, shuffle(random, faults))
    await sleep(between(random, calmMs / 3, calmMs))
    if (stroke === 'pause') {
      proxy.silence()
      await ledger.pause(pauseMs)
      continue
    }
    if (stroke === 'kill') await ledger.kill()
    else await ledger.stop()
    const isAway = random() < 0.5
    if (isAway) await proxy.down()
    await ledger.start()
    if (isAway) await proxy.up()
  }
  proxy.judge(undefined)
  proxy.dropFrames(0)
}
