// The incidents that are open now: what a monitor's changes make of them, which belong together, and what their time has come for
// (issue "The watch", "Incidents"; threat F30). Everything is changed at once, in memory, and noted for the ledger.

import { afterCall, callAt, calledNow, raised, wokenAlso } from './calling.ts'
import type { Circumstance, Course, Wishes } from './incident.ts'
import * as course from './incident.ts'
import type { Ledger } from './ledger.ts'
import type { Acknowledgement, Change, Incident, Monitor, MonitorMute, State, Stricken } from './monitor.ts'
import { createSchedule } from './schedule.ts'

/** A monitor and what is known of it. */
export interface Watched {
  readonly monitor: Monitor
  readonly state: State
}

export interface IncidentsParts {
  readonly ledger: Pick<Ledger, 'note'>
  readonly find: (monitor: string) => Watched | undefined
  /** `monitors`: whose wishes it follows, each of a group’s. */
  readonly wishesOf: (incident: Incident, monitors: readonly Monitor[]) => Wishes
  readonly newId: () => string
  readonly now: () => number
  readonly monotonic: () => number
  /** There is something to tell: do not wait for the next second. */
  readonly onSteps: () => void
}

export interface Incidents {
  /** Takes up those that were open when Vigie ended. */
  load(incidents: readonly Incident[]): void
  /** What a monitor's change makes of its incident. Resolves the id of the one it is in from now on. */
  follow(watched: Watched, change: Change): string | undefined
  /** Nobody watches it any more: it is removed or paused. */
  abandon(watched: Watched): void
  find(id: string): Incident | undefined
  all(): readonly Incident[]
  /** Resolves the incident as it then is, and whether that changed anything; nothing where it is not open. */
  acknowledge(id: string, by: Acknowledgement): Acted | undefined
  release(id: string, by: Acknowledgement): Acted | undefined
  mute(id: string, mute: MonitorMute | undefined, by: Acknowledgement): Acted | undefined
  /** It was checked on demand: its card says so. */
  checked(id: string, by: Acknowledgement): void
  /** What the model wrote. */
  written(id: string, text: string): void
  stop(): Promise<void>
}

export interface Acted {
  readonly incident: Incident
  readonly isChanged: boolean
}

/** From the third failure within this long on they are told together; and who fails so long after that, with them. */
const togetherMs = 10_000
const groupMs = 300_000
const mostSingle = 2
/** Who joined or left a group is told a few seconds at a time. */
const joinedEveryMs = 5000

/** Of a group: what its card names. */
const mostConcerned = 500

export function createIncidents(parts: IncidentsParts): Incidents {
  const { ledger, now, monotonic } = parts
  const standing = new Map<string, Incident>()
  /** When single cards were made in a channel. */
  const singles = new Map<string, readonly number[]>()
  /** Groups whose list changed since it was told, and when it is told. */
  const changed = new Map<string, number>()
  const planned = new Map<string, number>()
  const clock = createSchedule({ monotonic, most: 1, look: async (id) => ring(id) })

  const whose = ({ monitors: [first] }: Incident): Watched | undefined => first && parts.find(first.monitor)
  const wishesOf = (incident: Incident) => parts.wishesOf(incident, concernedBy(incident))

  /** What stands behind another is told as a part of that one. */
  function concernedBy({ isGroup, monitors }: Incident, isOf = (_: Stricken) => true): readonly Monitor[] {
    const own = isGroup ? monitors.slice(0, mostConcerned).filter(({ isBehind }) => !isBehind) : monitors.slice(0, 1)
    return own.filter(isOf).flatMap(({ monitor }) => parts.find(monitor)?.monitor ?? [])
  }

  const sufferingIn = (incident: Incident) => concernedBy(incident, course.isStricken)
  const woken = (incident: Incident) =>
    wokenAlso(
      incident,
      sufferingIn(incident).flatMap(({ mention = [] }) => mention),
    )

  const circumstance = (incident: Incident): Circumstance => circumstanceOf(whose(incident))

  function circumstanceOf(watched: Watched | undefined): Circumstance {
    // Removed meanwhile: its incident still says all that is needed.
    if (watched === undefined) return { type: 'http', everyMs: 0, failures: 0 }
    const { monitor, state } = watched
    return {
      type: monitor.type,
      everyMs: monitor.everyMs,
      failures: monitor.failures,
      ...(state.last ? { result: state.last } : {}),
      ...(state.lastGood ? { lastGood: state.lastGood } : {}),
    }
  }

  function keep({ incident, steps }: Course): Incident {
    ledger.note({ incidents: [incident], steps })
    standing.set(incident.id, incident)
    if (steps.length > 0) parts.onSteps()
    const waitMs = nextIn(incident)
    if (waitMs === undefined) clock.remove(incident.id)
    else clock.set(incident.id, waitMs)
    if (waitMs === undefined && incident.closedAt !== undefined) standing.delete(incident.id)
    return incident
  }

  /** Milliseconds from now; the moment is kept beside it, since the wall clock may jump meanwhile. */
  function nextIn(incident: Incident): number | undefined {
    const dueAt = course.nextDueAt(incident, wishesOf(incident)) ?? Number.POSITIVE_INFINITY
    // No later than that, should the wall clock have jumped back.
    const soon = now() + joinedEveryMs
    const toldAt = changed.has(incident.id)
      ? Math.min(soon, changed.get(incident.id) ?? soon)
      : Number.POSITIVE_INFINITY
    const called = calledNow(incident, sufferingIn(incident))
    const calledAt = called ? Math.max(callAt(incident, called), Math.min(toldAt, soon)) : Number.POSITIVE_INFINITY
    const at = Math.min(dueAt, toldAt, calledAt)
    if (!Number.isFinite(at)) return undefined
    planned.set(incident.id, at)
    return Math.max(0, at - now())
  }

  /** Its time has come. */
  function ring(id: string): number | undefined {
    const incident = standing.get(id)
    if (!incident) return undefined
    const at = Math.max(now(), planned.get(id) ?? 0)
    let after = incident
    const suffering = sufferingIn(incident)
    const wanted = calledNow(incident, suffering)
    const called = wanted && callAt(incident, wanted) <= at ? wanted : undefined
    if ((changed.delete(id) || called) && incident.closedAt === undefined) {
      const known = raised(called ? afterCall(after, called, at) : after, suffering, called !== undefined)
      const about = { ...circumstance(after), ...(called ? { called } : {}) }
      const told = course.note(known, { kind: 'joined', at }, about)
      ledger.note({ incidents: [told.incident], steps: told.steps })
      after = told.incident
    }
    const { incident: passed, steps } = course.due(after, wishesOf(after), at, circumstance(after))
    const last = steps.some(({ kind }) => kind === 'reminded') ? woken(passed) : passed
    ledger.note({ incidents: [last], steps })
    standing.set(id, last)
    parts.onSteps()
    const waitMs = nextIn(last)
    if (waitMs === undefined && last.closedAt !== undefined) standing.delete(id)
    return waitMs
  }

  function openFor(watched: Watched, cause: Incident['cause'], at: number): Incident {
    const { monitor, state } = watched
    const failingSince = state.failingSince ?? at
    const parent = monitor.after === undefined ? undefined : parts.find(monitor.after)
    const over = cause === 'down' && parent ? openOf(parent.state.incident) : undefined
    // Behind one that is only slow, or comes and goes, it is an outage of its own.
    if (over?.cause === 'down') return joinTo(over, course.strickenBy(monitor, failingSince, true))
    const isGroup = cause === 'down' && isCrowded(monitor.channel, at)
    const group = isGroup ? groupOf(monitor.channel, at) : undefined
    if (group) return joinTo(group, course.strickenBy(monitor, failingSince))
    if (cause === 'down' && !isGroup) noteSingle(monitor.channel, at)
    const opening = { id: parts.newId(), monitor, cause, failingSince, isGroup, at }
    return keep(course.open(opening, circumstanceOf(watched)))
  }

  const openOf = (id: string | undefined): Incident | undefined => {
    const incident = id === undefined ? undefined : standing.get(id)
    return incident?.closedAt === undefined ? incident : undefined
  }

  function isCrowded(channel: string, at: number): boolean {
    const recent = (singles.get(channel) ?? []).filter((one) => one > at - togetherMs)
    return recent.length >= mostSingle || groupOf(channel, at) !== undefined
  }

  function noteSingle(channel: string, at: number): void {
    singles.set(channel, [...(singles.get(channel) ?? []).filter((one) => one > at - togetherMs), at])
  }

  function groupOf(channel: string, at: number): Incident | undefined {
    for (const one of standing.values()) {
      const isOpen = one.isGroup === true && one.closedAt === undefined
      if (isOpen && one.channel === channel && one.openedAt > at - groupMs) return one
    }
    return undefined
  }

  function noteChanged(id: string): void {
    if (!changed.has(id)) changed.set(id, now() + joinedEveryMs)
  }

  function joinTo(incident: Incident, stricken: Parameters<typeof course.join>[1]): Incident {
    noteChanged(incident.id)
    return keep({ incident: course.join(incident, stricken), steps: [] })
  }

  /** One of its monitors is well, or gone. */
  function leaveFrom(incident: Incident, leaving: Parameters<typeof course.leave>[1]): void {
    const after = course.leave(incident, leaving, circumstance(incident))
    if (after.incident.closedAt === undefined) noteChanged(incident.id)
    else changed.delete(incident.id)
    keep(after)
  }

  function follow(watched: Watched, change: Change): string | undefined {
    const { monitor, state } = watched
    const at = 'result' in change ? change.result.at : now()
    const mine = openOf(state.incident)
    switch (change.kind) {
      case 'down': {
        if (mine && mine.cause !== 'degraded') return mine.id
        if (mine) keep(course.close(mine, 'worse', at, circumstance(mine)))
        return openFor(watched, 'down', at).id
      }
      case 'degraded':
        return mine?.id ?? openFor(watched, 'degraded', at).id
      case 'flapping':
        if (!mine) return openFor(watched, 'flapping', at).id
        return keep(course.note(mine, { kind: 'flapping', at }, circumstance(mine))).id
      case 'turned':
        if (mine) keep({ incident: course.turn(mine, monitor.id, change), steps: [] })
        return state.incident
      case 'steady':
        if (change.health === 'down' && mine?.cause === 'down') {
          return keep(course.note(woken(mine), { kind: 'steady', at }, circumstance(mine))).id
        }
        // An outage is told, mailed and counted as one.
        if (change.health === 'down' && mine) keep(course.close(mine, 'worse', at, circumstance(mine)))
        if (change.health === 'down') return openFor(watched, 'down', at).id
        if (mine) leaveFrom(mine, { monitor: monitor.id, upSince: at, at })
        return undefined
      case 'up':
        if (mine) leaveFrom(mine, { monitor: monitor.id, upSince: change.to, at })
        return undefined
      case 'quick':
        if (mine) leaveFrom(mine, { monitor: monitor.id, upSince: at, at })
        return undefined
      case 'certificate':
        return state.incident
    }
  }

  function act(id: string, what: (incident: Incident) => Course): Acted | undefined {
    const incident = openOf(id)
    if (!incident) return undefined
    const after = what(incident)
    if (after.steps.length > 0) keep(after)
    return { incident: after.incident, isChanged: after.steps.length > 0 }
  }

  return {
    follow,
    load(incidents) {
      for (const incident of incidents) keep({ incident, steps: [] })
    },
    abandon({ monitor, state }) {
      const incident = openOf(state.incident)
      if (incident) leaveFrom(incident, { monitor: monitor.id, at: now() })
    },
    find: (id) => standing.get(id),
    all: () => [...standing.values()],
    acknowledge: (id, by) => act(id, (incident) => course.acknowledge(incident, by, circumstance(incident))),
    release: (id, by) => act(id, (incident) => course.release(incident, by, circumstance(incident))),
    mute: (id, mute, by) =>
      act(id, (incident) =>
        course.silence(incident, mute === undefined ? { by } : { mute, by }, circumstance(incident)),
      ),
    checked(id, by) {
      act(id, (incident) =>
        course.note(
          incident,
          { kind: 'checked', at: by.at, by: by.by },
          { ...circumstance(incident), byName: by.name },
        ),
      )
    },
    written(id, text) {
      act(id, (incident) => course.note({ ...incident, text }, { kind: 'written', at: now() }, circumstance(incident)))
    },
    stop: () => clock.stop(),
  }
}
