// The watch itself: every monitor at its time, its result judged, what that changes noted and told (design.md, "Monitors run from one heap
// and one timer"). All that is known stands in memory; the store has what a restart needs.

import type { Log } from '../../event.ts'
import type { Counts, MonitorStore } from '../../store/store.ts'
import type { Wishes } from './incident.ts'
import { createIncidents, type Incidents, type Watched } from './incidents.ts'
import { type Cut, createIsolation } from './isolation.ts'
import { judge, unknownState } from './judge.ts'
import { isSameButResults, withNewest } from './kept-state.ts'
import type { Ledger } from './ledger.ts'
import type { Change, Check, Incident, Monitor, Result, State } from './monitor.ts'
import { createOthers } from './others.ts'
import { createSchedule } from './schedule.ts'

export interface WatchParts {
  readonly store: Pick<MonitorStore, 'all' | 'incidents'>
  readonly ledger: Ledger
  /** Of every type but heartbeats, which report by themselves. */
  readonly check: Check
  /** Until when a heartbeat may stay away, from now. */
  readonly expectedInMs: (monitor: Monitor, state: State, startedAt: number) => number
  readonly isMaintained: (monitor: Monitor, at: number) => boolean
  readonly wishesOf: (incident: Incident, monitors: readonly Monitor[]) => Wishes
  /** The name or address that a target stands for. */
  readonly hostOf: (monitor: Monitor) => string
  /** A change that has no incident: a certificate. */
  readonly onChange: (watched: Watched, change: Change) => void
  readonly onOpened: (watched: Watched, incident: Incident) => void
  /** First failure of a row: something may have to be said soon. */
  readonly onSuspect: () => void
  readonly onIsolation: (cut: Cut | undefined) => void
  readonly onLate?: (lateMs: number) => void
  readonly newId: () => string
  readonly now: () => number
  readonly monotonic: () => number
  readonly log: Log
}

export interface Watch {
  readonly incidents: Incidents
  all(): readonly Watched[]
  find(id: string): Watched | undefined
  /** The heartbeat whose token has this hash. */
  findJob(tokenHash: string): Watched | undefined
  inChannel(channel: string): readonly Watched[]
  /** Takes a new or changed monitor up; it is looked at once. */
  put(monitor: Monitor): void
  remove(id: string): void
  /** Checks now and judges the result; of a heartbeat: what is known. */
  checkNow(id: string): Promise<Result | undefined>
  /** A heartbeat, or what a job said of itself. */
  report(id: string, result: Result): void
  cut(): Cut | undefined
  noteReference(isAnswered: boolean): void
  /** Takes up what is stored and watches until the signal. */
  run(signal: AbortSignal): Promise<void>
  /** How late the check is that should have begun first, in milliseconds. */
  lateMs(): number
}

interface Looked {
  readonly result: Result
  /** When to look again. */
  readonly inMs: number | undefined
}

const mostChecks = 256
/** A state is stored at least so often: results are kept for two hours at least. */
const storeEveryMs = 3_600_000
/** Nothing is done at once after a start: a beginning that is spread out stays so. */
const spreadMs = 60_000
/** Of the interval: the rest is for starting, and for the last of the first checks. */
const spreadShare = 0.95

export function createWatch(parts: WatchParts): Watch {
  const { ledger, now, monotonic, log } = parts
  const watched = new Map<string, Watched>()
  /** Who stands behind whom. */
  const behind = new Map<string, Set<string>>()
  /** Whose token has which hash. */
  const jobs = new Map<string, string>()
  const isolation = createIsolation()
  /** When a monitor's state was noted last. */
  const notedAt = new Map<string, number>()
  const startedAt = now()
  const stopping = new AbortController()
  /** Checks that are under way: asked for while its time comes, or twice at once, it is one check and one failure. */
  const looking = new Map<string, Promise<Looked>>()
  const schedule = createSchedule({
    monotonic,
    most: mostChecks,
    look: (id) => look(id),
    ...(parts.onLate ? { onLate: parts.onLate } : {}),
  })
  const others = createOthers({
    watched,
    isolation,
    hostOf: parts.hostOf,
    look: async (monitor) => {
      const { result, inMs } = await lookOnce(monitor)
      // Its own time stays, or all would come at once from then on; but a failure is looked at again as any other.
      if (result.failure && inMs !== undefined) schedule.set(monitor.id, inMs)
    },
    most: mostChecks,
    signal: stopping.signal,
    now,
    monotonic,
    log,
  })
  const incidents = createIncidents({
    ledger,
    find: (id) => watched.get(id),
    wishesOf: parts.wishesOf,
    newId: parts.newId,
    now,
    monotonic,
    onSteps: () =>
      void ledger.settle().catch((error: unknown) => log.error({ err: error }, 'an incident could not be stored')),
  })

  const isActive = ({ monitor }: Watched): boolean => !monitor.isPaused

  async function look(id: string): Promise<number | undefined> {
    const one = watched.get(id)
    if (!one || !isActive(one)) return undefined
    try {
      return (await lookOnce(one.monitor)).inMs
    } catch (error) {
      if (!stopping.signal.aborted) log.error({ err: error, monitor: id }, 'a check failed for a reason of our own')
      return one.monitor.everyMs
    }
  }

  function lookOnce(monitor: Monitor): Promise<Looked> {
    const { id } = monitor
    const underWay = looking.get(id)
    if (underWay) return underWay
    const mine = resultOf(monitor)
      .then((result) => ({ result, inMs: take(id, monitor, result) }))
      .finally(() => looking.delete(id))
    looking.set(id, mine)
    return mine
  }

  async function resultOf(monitor: Monitor): Promise<Result> {
    if (monitor.type !== 'heartbeat') return await parts.check(monitor, stopping.signal)
    const failure = { kind: 'missed', detail: '', isNetwork: false } as const
    return { at: now(), tookMs: 0, phases: {}, failure }
  }

  /** Judges a result, and answers when to look again; at once where the monitor was changed while it was checked. */
  function take(id: string, checked: Monitor, result: Result): number | undefined {
    const one = watched.get(id)
    if (!one || !isActive(one)) return undefined
    if (one.monitor !== checked) return 0
    noteIsolation(one.monitor, result)
    const isIsolated = isolation.cut() !== undefined
    const isHeld = isQuiet(one.monitor, result.at)
    const around = { now: result.at, isHeld, isIsolated, isBehindSuspect: isBehindSuspect(one.monitor) }
    const judged = judge(one.state, result, one.monitor, around)
    if (one.state.health !== 'suspect' && judged.state.health === 'suspect') parts.onSuspect()
    const counts = isIsolated ? 'isolated' : isHeld && result.failure ? 'maintained' : countsAs(judged.state, result)
    const after = settle({ monitor: one.monitor, state: judged.state }, judged.changes)
    if (!isIsolated && result.failure?.isNetwork) others.doubt(one.monitor, after)
    ledger.note({ results: [{ monitor: id, result, counts }], states: worthNoting(one, after, result.at) })
    logCheck(one.monitor, after, result)
    if (one.monitor.type === 'heartbeat') return parts.expectedInMs(one.monitor, after, startedAt)
    return judged.nextInMs
  }

  function worthNoting({ monitor: { id, type }, state }: Watched, after: State, at: number) {
    const isRecent = at - (notedAt.get(id) ?? Number.NEGATIVE_INFINITY) < storeEveryMs
    // What is expected of a job next is counted from when it reported.
    if (isRecent && type !== 'heartbeat' && isSameButResults(state, after)) return []
    notedAt.set(id, at)
    return [{ monitor: id, state: after }]
  }

  const isQuiet = (monitor: Monitor, at: number): boolean =>
    (monitor.mute !== undefined && monitor.mute.until > at) || parts.isMaintained(monitor, at)

  function isBehindSuspect({ after }: Monitor): boolean {
    const parent = after === undefined ? undefined : watched.get(after)
    return parent?.state.health === 'suspect' && isActive(parent)
  }

  function noteIsolation(monitor: Monitor, result: Result): void {
    if (monitor.type === 'heartbeat') return
    const turn = isolation.note({ monitor: monitor.id, host: parts.hostOf(monitor), everyMs: monitor.everyMs, result })
    if (turn) parts.onIsolation(isolation.cut())
  }

  /** What the changes make of its incident. The state that is kept. */
  function settle(one: Watched, changes: readonly Change[]): State {
    let { state } = one
    watched.set(one.monitor.id, one)
    for (const change of changes) {
      const before = state.incident
      if (change.kind === 'certificate') parts.onChange({ monitor: one.monitor, state }, change)
      const incident = incidents.follow({ monitor: one.monitor, state }, change)
      const { incident: _former, ...rest } = state
      state = incident === undefined ? rest : { ...rest, incident }
      watched.set(one.monitor.id, { monitor: one.monitor, state })
      const opened = incident !== undefined && incident !== before ? incidents.find(incident) : undefined
      if (opened) parts.onOpened({ monitor: one.monitor, state }, opened)
      if (change.kind === 'down' || change.kind === 'up') nudge(one.monitor.id, change.kind)
    }
    return state
  }

  /** A monitor's fall or return is news for those behind it: they are looked at anew, and after a return judged for themselves. */
  function nudge(id: string, turn: 'down' | 'up'): void {
    for (const child of behind.get(id) ?? []) {
      const one = watched.get(child)
      if (!one || !isActive(one)) continue
      const { incident, ...rest } = one.state
      const isTaken = incident !== undefined && incidents.find(incident)?.monitors[0]?.monitor === id
      if (turn === 'up' && isTaken && one.state.health === 'down') {
        incidents.abandon(one)
        const state: State = { ...rest, health: 'suspect', streak: Math.max(0, one.monitor.failures - 1) }
        watched.set(child, { monitor: one.monitor, state })
        ledger.note({ states: [{ monitor: child, state }] })
      }
      if (one.monitor.type !== 'heartbeat') schedule.set(child, 0)
    }
  }

  function logCheck(monitor: Monitor, { health }: State, result: Result): void {
    const facts = { monitor: monitor.id, name: monitor.name, health, tookMs: result.tookMs, failure: result.failure }
    if (result.failure) log.warn(facts, 'check failed')
    else log.info(facts, 'check')
  }

  function link({ id, after, heartbeat }: Monitor): void {
    if (after !== undefined) behind.set(after, (behind.get(after) ?? new Set()).add(id))
    if (heartbeat !== undefined) jobs.set(heartbeat.tokenHash, id)
  }

  function unlink({ id, after, heartbeat }: Monitor): void {
    if (after !== undefined) behind.get(after)?.delete(id)
    if (heartbeat !== undefined && jobs.get(heartbeat.tokenHash) === id) jobs.delete(heartbeat.tokenHash)
  }

  function put(monitor: Monitor): void {
    const former = watched.get(monitor.id)
    if (former !== undefined) unlink(former.monitor)
    link(monitor)
    const isOther = former !== undefined && former.monitor.target !== monitor.target
    const isEnded = former !== undefined && (isOther || (monitor.isPaused && !former.monitor.isPaused))
    if (isEnded) {
      incidents.abandon(former)
      isolation.forget(monitor.id)
    }
    const state = isEnded || former === undefined ? { ...unknownState, since: now() } : former.state
    watched.set(monitor.id, { monitor, state })
    if (isEnded || former === undefined) ledger.note({ states: [{ monitor: monitor.id, state }] })
    begin({ monitor, state }, 0)
  }

  function begin(one: Watched, inMs: number): void {
    const { monitor, state } = one
    if (!isActive(one)) schedule.remove(monitor.id)
    else schedule.set(monitor.id, monitor.type === 'heartbeat' ? parts.expectedInMs(monitor, state, startedAt) : inMs)
  }

  return {
    incidents,
    all: () => [...watched.values()],
    find: (id) => watched.get(id),
    findJob: (tokenHash) => watched.get(jobs.get(tokenHash) ?? ''),
    inChannel: (channel) => [...watched.values()].filter(({ monitor }) => monitor.channel === channel),
    put,
    remove(id) {
      const one = watched.get(id)
      if (!one) return
      schedule.remove(id)
      isolation.forget(id)
      incidents.abandon(one)
      watched.delete(id)
      notedAt.delete(id)
      behind.delete(id)
      unlink(one.monitor)
    },
    async checkNow(id) {
      const one = watched.get(id)
      if (!one || !isActive(one)) return undefined
      if (one.monitor.type === 'heartbeat') return one.state.last
      const { result, inMs } = await lookOnce(one.monitor)
      if (inMs !== undefined) schedule.set(id, inMs)
      return result
    },
    report(id, result) {
      const one = watched.get(id)
      const inMs = one && take(id, one.monitor, result)
      if (inMs !== undefined) schedule.set(id, inMs)
    },
    cut: () => isolation.cut(),
    lateMs: () => schedule.lateMs(),
    noteReference(isAnswered) {
      if (isolation.noteReference(isAnswered, now())) parts.onIsolation(isolation.cut())
    },
    async run(signal) {
      const open = await parts.store.incidents({ isOpen: true, limit: Number.MAX_SAFE_INTEGER })
      for (const { monitor, newest, state: stored = { ...unknownState, since: now() } } of await parts.store.all()) {
        if (watched.has(monitor.id)) continue
        const state = withNewest(stored, newest)
        watched.set(monitor.id, { monitor, state })
        link(monitor)
        begin({ monitor, state }, spread(monitor))
      }
      // Their reminders are what their monitors wish.
      incidents.load(open)
      await ledger.run(signal)
      stopping.abort()
      await Promise.all([schedule.stop(), incidents.stop(), others.settled()])
      await ledger.settle()
    },
  }
}

/** The same at every start, and different for each: a full round within one interval, and never all at once. */
function spread({ id, everyMs }: Monitor): number {
  let hash = 0
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0
  return hash % (spreadShare * Math.min(everyMs, spreadMs))
}

function countsAs({ health, beneath }: State, { failure }: Result): Counts {
  return failure !== undefined && (health === 'down' || beneath === 'down') ? 'down' : 'up'
}
