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

/** Gives each of these faults once, to calls that write posts. Resolves once all were given, or it took too long. */
async function plant(proxy: FaultProxy, faults: readonly Fault[], mostMs: number): Promise<void> {
  const left = [...faults]
  proxy.judge(({ method, path }) => (isPost(method, path) ? left.shift() : undefined))
  for (let waitedMs = 0; left.length > 0 && waitedMs < mostMs; waitedMs += 50) await sleep(50)
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
    // The first that fails at once keeps the others of its moment from being sent.
    const faults =
      stroke === 'kill' ? [...shuffle(random, longFaults), pick(random, quickFaults)] : shuffle(random, quickFaults)
    await Promise.all([plant(proxy, faults, calmMs / 3), sleep(between(random, calmMs / 3, calmMs))])
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
  await meetTheRest(ledger)
  proxy.judge(undefined)
  proxy.dropFrames(0)
}

/** Which faults a call meets is a matter of moments: those that none has met are given to more events, before one more kill each time. */
async function meetTheRest(ledger: Ledger): Promise<void> {
  const { proxy, channels } = ledger
  for (;;) {
    const unmet = [...longFaults, ...quickFaults].filter((one) => !proxy.exchanges.some(({ fault }) => fault === one))
    if (unmet.length === 0) return
    const given = plant(proxy, unmet, 3000)
    await Promise.all([given, ...channels.map((_, number) => ledger.happen(number))])
    await ledger.kill()
    await ledger.start()
  }
}
