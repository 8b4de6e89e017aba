// The course of an incident, pure: what a change, an act or the passing of time makes of it, and the steps it goes through
// (issue "The watch", "Incidents"; threats F29, F30). A step is told once, as an event.

import type {
  Acknowledgement,
  Closing,
  Incident,
  IncidentStep,
  Monitor,
  MonitorMute,
  StepFacts,
  StepKind,
  Stretch,
  Stricken,
} from './monitor.ts'

/** An incident after what happened to it, and what there is to tell. */
export interface Course {
  readonly incident: Incident
  readonly steps: readonly IncidentStep[]
}

/** What a step tells beside the incident itself. */
export type Circumstance = Omit<StepFacts, 'incident'>

interface Step {
  readonly kind: StepKind
  readonly at: number
  readonly by?: string
}

export function strickenBy(monitor: Monitor, failingSince: number, isBehind = false): Stricken {
  const { id, name, target } = monitor
  return { monitor: id, name, target, failingSince, ...(isBehind ? { isBehind: true } : {}) }
}

export function open(
  opening: {
    readonly id: string
    readonly monitor: Monitor
    readonly cause: Incident['cause']
    readonly failingSince: number
    readonly isGroup?: boolean
    readonly at: number
  },
  circumstance: Circumstance,
): Course {
  const { id, monitor, cause, failingSince, isGroup = false, at } = opening
  const incident: Incident = {
    id,
    channel: monitor.channel,
    cause,
    ...(isGroup ? { isGroup: true } : {}),
    monitors: [strickenBy(monitor, failingSince)],
    severity: monitor.severity,
    rung: monitor.mention ?? [],
    openedAt: at,
    ...(circumstance.result?.failure ? { failure: circumstance.result.failure } : {}),
    ...(monitor.mute && monitor.mute.until > at ? { mute: monitor.mute } : {}),
    steps: 0,
  }
  return step(incident, { kind: 'opened', at }, circumstance)
}

/** What fell with it. Already in it: as it was. */
export function join(incident: Incident, stricken: Stricken): Incident {
  const others = incident.monitors.filter(({ monitor }) => monitor !== stricken.monitor)
  const known = incident.monitors.find(({ monitor }) => monitor === stricken.monitor)
  if (known && known.upSince === undefined && !known.isGone) return incident
  const { downs = [], failingSince, upSince } = known ?? {}
  const before = known && downs.length === 0 ? [{ from: failingSince ?? stricken.failingSince }] : downs
  // When it was taken off is not known.
  const ended = before.flatMap(({ from, to = upSince }) => (to === undefined ? [] : [{ from, to }]))
  const again = known ? { downs: fewer([...ended, { from: stricken.failingSince }]) } : {}
  return { ...incident, monitors: [...others, { ...stricken, ...again }] }
}

/** One of its monitors went down, or came back, while it flaps. */
export function turn(incident: Incident, monitor: string, { from, to }: Stretch): Incident {
  const stretch = to === undefined ? { from } : { from, to }
  const monitors = incident.monitors.map((one): Stricken => {
    if (one.monitor !== monitor) return one
    const known = one.downs ?? []
    const ended = known.at(-1)?.to === undefined ? known.slice(0, -1) : known
    return { ...one, downs: fewer([...ended, stretch]) }
  })
  return { ...incident, monitors }
}

const mostStretches = 200

/** Beyond that many the two that are nearest to each other become one as long as both. */
function fewer(stretches: readonly Stretch[]): readonly Stretch[] {
  if (stretches.length <= mostStretches) return stretches
  let nearest = 1
  const gap = (index: number) => (stretches[index]?.from ?? 0) - (stretches[index - 1]?.to ?? 0)
  for (let index = 2; index < stretches.length - 1; index += 1) if (gap(index) < gap(nearest)) nearest = index
  const [first, second] = stretches.slice(nearest - 1, nearest + 1)
  if (first?.to === undefined || second?.to === undefined) return stretches
  const joined = { from: second.from - (first.to - first.from), to: second.to }
  return [...stretches.slice(0, nearest - 1), joined, ...stretches.slice(nearest + 1)]
}

/** One of its monitors is well again (`upSince`), or is not watched any more. It closes with the last one. */
export function leave(
  incident: Incident,
  leaving: { readonly monitor: string; readonly upSince?: number; readonly at: number },
  circumstance: Circumstance,
): Course {
  const { monitor, upSince, at } = leaving
  const monitors = incident.monitors.map((one): Stricken => {
    if (one.monitor !== monitor) return one
    return upSince === undefined ? { ...one, isGone: true } : { ...one, upSince }
  })
  const after = { ...incident, monitors }
  if (monitors.some(isStricken)) return { incident: after, steps: [] }
  const isUp = monitors.some((one) => one.upSince !== undefined)
  return close(after, isUp ? 'up' : 'ended', at, circumstance)
}

/** Still suffering. */
export function isStricken({ upSince, isGone }: Stricken): boolean {
  return upSince === undefined && !isGone
}

export function close(incident: Incident, closedAs: Closing, at: number, circumstance: Circumstance): Course {
  if (incident.closedAt !== undefined) return { incident, steps: [] }
  return step({ ...incident, closedAt: at, closedAs }, { kind: 'closed', at }, circumstance)
}

/** The first to take it has it; who has it may give it back. Nothing changes where it is closed, or is as wished already. */
export function acknowledge(incident: Incident, by: Acknowledgement, circumstance: Circumstance): Course {
  if (incident.closedAt !== undefined || incident.acknowledged) return { incident, steps: [] }
  return step(
    { ...incident, acknowledged: by },
    { kind: 'acknowledged', at: by.at, by: by.by },
    { ...circumstance, byName: by.name },
  )
}

export function release(incident: Incident, by: Acknowledgement, circumstance: Circumstance): Course {
  if (incident.closedAt !== undefined || !incident.acknowledged) return { incident, steps: [] }
  const { acknowledged: _had, ...rest } = incident
  return step(rest, { kind: 'released', at: by.at, by: by.by }, { ...circumstance, byName: by.name })
}

/** `mute` absent: no longer. */
export function silence(
  incident: Incident,
  { mute, by }: { readonly mute?: MonitorMute; readonly by: Acknowledgement },
  circumstance: Circumstance,
): Course {
  if (incident.closedAt !== undefined || (mute === undefined && incident.mute === undefined)) {
    return { incident, steps: [] }
  }
  const { mute: _former, ...rest } = incident
  const kind = mute === undefined ? 'unmuted' : 'muted'
  const after = mute === undefined ? rest : { ...rest, mute }
  return step(after, { kind, at: by.at, by: by.by }, { ...circumstance, byName: by.name })
}

/** Any other step. */
export function note(
  incident: Incident,
  happened: Step & { readonly kind: 'joined' | 'flapping' | 'steady' | 'checked' | 'written' | 'mailed' },
  circumstance: Circumstance,
): Course {
  return step(incident, happened, circumstance)
}

/** What the passing of time brings to an incident. */
export interface Wishes {
  readonly remindMs?: number | undefined
  /** When nobody has it by then. */
  readonly escalateAfterMs?: number | undefined
  /** It is mailed, with the model's text if that is there in time. */
  readonly mailAfterMs?: number | undefined
  readonly chartAfterMs?: number | undefined
}

type Timed = 'mailed' | 'charted' | 'escalated' | 'reminded'

/** What it is time for: a reminder nobody needs once somebody has it, an escalation when nobody does. */
export function due(incident: Incident, wishes: Wishes, at: number, circumstance: Circumstance): Course {
  let after = incident
  const steps: IncidentStep[] = []
  for (const [kind, dueAt] of timetable(incident, wishes)) {
    if (dueAt > at) continue
    const course = step(noted(after, kind, at), { kind, at }, circumstance)
    after = course.incident
    steps.push(...course.steps)
  }
  return { incident: after, steps }
}

/** When `due` has something to say next. */
export function nextDueAt(incident: Incident, wishes: Wishes): number | undefined {
  const moments = timetable(incident, wishes).map(([, dueAt]) => dueAt)
  return moments.length === 0 ? undefined : Math.min(...moments)
}

/** A mute puts off what would wake somebody to its end; who has it needs no waking. */
function timetable(incident: Incident, wishes: Wishes): readonly (readonly [Timed, number])[] {
  const { openedAt, closedAt, mailedAt, chartedAt, escalatedAt, remindedAt, acknowledged, mute, text } = incident
  const { mailAfterMs, chartAfterMs, escalateAfterMs, remindMs } = wishes
  const moments: [Timed, number][] = []
  if (mailAfterMs !== undefined && mailedAt === undefined) {
    moments.push(['mailed', text !== undefined || closedAt !== undefined ? openedAt : openedAt + mailAfterMs])
  }
  if (closedAt !== undefined) return moments
  if (chartAfterMs !== undefined && chartedAt === undefined) moments.push(['charted', openedAt + chartAfterMs])
  if (acknowledged) return moments
  const quietUntil = mute?.until ?? 0
  if (escalateAfterMs !== undefined && escalatedAt === undefined) {
    moments.push(['escalated', Math.max(quietUntil, openedAt + escalateAfterMs)])
  }
  if (remindMs !== undefined) moments.push(['reminded', Math.max(quietUntil, (remindedAt ?? openedAt) + remindMs)])
  return moments
}

function noted(incident: Incident, kind: Timed, at: number): Incident {
  if (kind === 'mailed') return { ...incident, mailedAt: at }
  if (kind === 'charted') return { ...incident, chartedAt: at }
  return kind === 'escalated' ? { ...incident, escalatedAt: at } : { ...incident, remindedAt: at }
}

function step(incident: Incident, { kind, at, by }: Step, circumstance: Circumstance): Course {
  const after = { ...incident, steps: incident.steps + 1 }
  const told: IncidentStep = {
    incident: incident.id,
    number: after.steps,
    at,
    kind,
    ...(by === undefined ? {} : { by }),
    facts: { ...circumstance, incident: after },
  }
  return { incident: after, steps: [told] }
}
