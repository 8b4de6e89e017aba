// What the watch found, on its way into the store and from there to whoever hears it: written a second at a time, at once where there is
// something to tell, and told only after it is written, so that nothing is told twice or lost (issue "State survives restart and kill -9").

import type { Log } from '../../event.ts'
import type { MonitorStore, Round } from '../../store/store.ts'
import type { Incident, IncidentStep, State } from './monitor.ts'

export interface LedgerParts {
  readonly store: Pick<MonitorStore, 'record' | 'untold' | 'told'>
  /** Emits a step, and resolves to its event's id; the same step twice is one event. @throws {StoreUnavailable} */
  readonly tell: (step: IncidentStep) => Promise<string>
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
  /** All that was noted is stored and told. */
  readonly onSettled?: () => void
  readonly log: Log
}

export interface Ledger {
  note(found: Partial<Round>): void
  /** Resolves once all that was noted is stored, and what there is to tell is emitted. @throws {StoreUnavailable}; it is tried again by and by. */
  settle(): Promise<void>
  /** Tells what was stored and not told before, then writes and tells by and by until the signal; at last all that is left. */
  run(signal: AbortSignal): Promise<void>
}

const writeEveryMs = 1000
/** Beyond it the oldest single results are dropped, never a state, an incident or a step. */
const mostResults = 100_000

export function createLedger({ store, tell, wait, onSettled, log }: LedgerParts): Ledger {
  let results: Round['results'][number][] = []
  let states = new Map<string, State>()
  let incidents = new Map<string, Incident>()
  let steps: IncidentStep[] = []
  const untold: IncidentStep[] = []
  let settling: Promise<void> | undefined

  function note(found: Partial<Round>): void {
    if (found.results) results.push(...found.results)
    for (const { monitor, state } of found.states ?? []) states.set(monitor, state)
    for (const incident of found.incidents ?? []) incidents.set(incident.id, incident)
    if (found.steps) steps.push(...found.steps)
    if (results.length > mostResults) results = results.slice(-mostResults / 2)
  }

  async function write(): Promise<void> {
    if (results.length + states.size + incidents.size + steps.length === 0) return
    const taken = { results, states, incidents, steps }
    results = []
    states = new Map()
    incidents = new Map()
    steps = []
    try {
      await store.record({
        results: taken.results,
        states: [...taken.states].map(([monitor, state]) => ({ monitor, state })),
        incidents: [...taken.incidents.values()],
        steps: taken.steps,
      })
    } catch (error) {
      // What came meanwhile is newer.
      results = [...taken.results, ...results]
      states = new Map([...taken.states, ...states])
      incidents = new Map([...taken.incidents, ...incidents])
      steps = [...taken.steps, ...steps]
      throw error
    }
    untold.push(...taken.steps)
  }

  /** All at once, in order: they are one transaction of intake's. */
  async function tellAll(): Promise<void> {
    while (untold.length > 0) {
      const now = untold.slice()
      const events = await Promise.all(now.map(tell))
      for (const [index, { incident, number }] of now.entries()) await store.told(incident, number, events[index] ?? '')
      untold.splice(0, now.length)
    }
  }

  async function settleOnce(): Promise<void> {
    await write()
    await tellAll()
    onSettled?.()
  }

  function settle(): Promise<void> {
    // What was noted after it began is written by another round.
    const before = settling ?? Promise.resolve()
    const mine = before.catch(() => undefined).then(settleOnce)
    const done = mine.finally(() => {
      if (settling === done) settling = undefined
    })
    settling = done
    return done
  }

  return {
    note,
    settle,
    async run(signal) {
      untold.unshift(...(await store.untold()))
      while (!signal.aborted) {
        try {
          await settle()
        } catch (error) {
          log.error({ err: error }, 'what the watch found could not be stored')
        }
        await wait(writeEveryMs, signal)
      }
      await settle()
    },
  }
}
