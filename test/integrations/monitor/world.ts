// A watch over a made-up world: its sites answer as they are told, its clock is vitest's, its store is a plain object.

import { vi } from 'vitest'
import { createLedger } from '../../../src/integrations/monitor/ledger.ts'
import type {
  Failure,
  Incident,
  IncidentStep,
  Monitor,
  Result,
  State,
} from '../../../src/integrations/monitor/monitor.ts'
import { soonestOf } from '../../../src/integrations/monitor/telling.ts'
import { createWatch, type WatchParts } from '../../../src/integrations/monitor/watch.ts'
import { createFakeLog } from '../../fakes/log.ts'

export const minute = 60_000
export const refused: Failure = { kind: 'refused', detail: 'ECONNREFUSED', isNetwork: true }
export const timedOut: Failure = { kind: 'timeout', detail: '', isNetwork: true }
export const unwell: Failure = { kind: 'status', detail: '503 Service Unavailable', isNetwork: false }

/** A site behind a line that loses every twentieth packet: what it answers next, in an order that `first` decides; `failure` where it is too late. */
export function lossy(first: number, failure: Failure): () => Partial<Result> {
  let seed = first
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff
    return seed / 0x80000000
  }
  // A connection's first packet, lost, is sent again after 1, 3 and 7 s; the answer likewise after 0.2, 0.6, 1.4 … s.
  const retries = (waits: readonly number[]): number | undefined => {
    for (const wait of waits) if (random() >= 0.05 && random() >= 0.05) return wait
    return undefined
  }
  return () => {
    const connect = retries([0, 1000, 3000, 7000])
    const reply = retries([0, 200, 600, 1400, 3000, 6200])
    if (connect === undefined || reply === undefined || connect + reply > 9900) return { failure, tookMs: 10_000 }
    return { tookMs: 100 + connect + reply }
  }
}

/** What a restart finds again. */
export interface Kept {
  readonly monitors: Map<string, Monitor>
  readonly states: Map<string, State>
  readonly incidents: Map<string, Incident>
  readonly steps: IncidentStep[]
  /** By step: what was emitted, once each. */
  readonly events: Map<string, IncidentStep>
}

export const nothingKept = (): Kept => ({
  monitors: new Map(),
  states: new Map(),
  incidents: new Map(),
  steps: [],
  events: new Map(),
})

export function createWorld(kept = nothingKept(), parts: Partial<WatchParts> = {}) {
  const now = () => Date.now()
  const log = createFakeLog()
  /** What a target is answered with: a failure, how slow, or well where nothing is said. */
  const weather = new Map<string, () => Partial<Result>>()
  const stopping = new AbortController()
  const told: IncidentStep[] = []
  const cuts: unknown[] = []
  const json = <T>(value: T): T => JSON.parse(JSON.stringify(value))
  let ids = kept.incidents.size
  let isDown = false

  const store = {
    all: async () =>
      [...kept.monitors.values()].map((monitor) => {
        const state = kept.states.get(monitor.id)
        return { monitor, ...(state ? { state: json(state) } : {}) }
      }),
    incidents: async () => [...kept.incidents.values()].filter(({ closedAt }) => closedAt === undefined).map(json),
    async record(round: Parameters<ReturnType<typeof createLedger>['note']>[0]) {
      if (isDown) throw Object.assign(new Error('no store'), { name: 'StoreUnavailable' })
      for (const { monitor, state } of round.states ?? []) kept.states.set(monitor, json(state))
      for (const incident of round.incidents ?? []) kept.incidents.set(incident.id, json(incident))
      kept.steps.push(...(round.steps ?? []).map(json))
    },
    untold: async () => kept.steps.filter(({ event }) => event === undefined),
    async told(incident: string, step: number, event: string) {
      const at = kept.steps.findIndex((one) => one.incident === incident && one.number === step)
      const one = kept.steps[at]
      if (one) kept.steps[at] = { ...one, event }
    },
  }
  const ledger = createLedger({
    store,
    async tell(step) {
      const name = `${step.incident}.${step.number}`
      if (!kept.events.has(name)) {
        kept.events.set(name, step)
        told.push(step)
      }
      return name
    },
    // A second is waited for as if it were a minute: days pass sooner, and what has to be told waits for nothing.
    wait: (ms, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, isDown ? ms : 60 * ms)
        signal.addEventListener('abort', () => {
          clearTimeout(timer)
          resolve()
        })
      }),
    log,
  })
  const watch = createWatch({
    store,
    ledger,
    async check(monitor) {
      const { tookMs = 100, ...said } = weather.get(monitor.target)?.() ?? {}
      await new Promise((resolve) => setTimeout(resolve, tookMs))
      return { at: now(), tookMs, phases: {}, ...said }
    },
    expectedInMs: ({ everyMs, heartbeat }) => everyMs + (heartbeat?.graceMs ?? 0),
    isMaintained: () => false,
    wishesOf: (_, monitors) => soonestOf(monitors),
    hostOf: ({ target }) => new URL(target).host,
    onChange: () => undefined,
    onOpened: () => undefined,
    onSuspect: () => undefined,
    onIsolation: (cut) => cuts.push(cut),
    newId() {
      ids += 1
      return `i${ids}`
    },
    now,
    monotonic: () => performance.now(),
    log,
    ...parts,
  })
  const running = watch.run(stopping.signal)

  return {
    watch,
    weather,
    told,
    cuts,
    kept,
    kinds: () => told.map(({ kind }) => kind),
    add(...monitors: readonly Monitor[]) {
      for (const monitor of monitors) {
        kept.monitors.set(monitor.id, monitor)
        watch.put(monitor)
      }
    },
    fails: (name: string, failure: Failure = unwell) =>
      weather.set(`https://${name}.example.org/`, () => ({ failure })),
    heals: (name: string) => weather.delete(`https://${name}.example.org/`),
    storeIsDown(isSo: boolean) {
      isDown = isSo
    },
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
    async stop() {
      stopping.abort()
      await vi.advanceTimersByTimeAsync(20_000)
      await running
    },
  }
}
