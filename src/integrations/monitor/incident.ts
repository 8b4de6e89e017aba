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
    openedAt: at,
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
  return { ...incident, monitors: [...others, stricken] }
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

/** Any other step; nothing of a closed incident but its chart, text and mail. */
export function note(
  incident: Incident,
  happened: Step & { readonly kind: 'joined' | 'flapping' | 'steady' | 'checked' | 'charted' | 'written' | 'mailed' },
  circumstance: Circumstance,
): Course {
  return step(incident, happened, circumstance)
}

/** What it is time for: a reminder nobody needs once somebody has it, an escalation when nobody does. */
export function due(
  incident: Incident,
  monitor: Pick<Monitor, 'remindMs' | 'escalate'>,
  at: number,
  circumstance: Circumstance,
): Course {
  const steps: IncidentStep[] = []
  let after = incident
  const isSilent = after.mute !== undefined && after.mute.until > at
  const isWaiting = after.closedAt === undefined && after.acknowledged === undefined && !isSilent
  if (isWaiting && escalatesAt(after, monitor) <= at) {
    const escalated = step({ ...after, escalatedAt: at }, { kind: 'escalated', at }, circumstance)
    after = escalated.incident
    steps.push(...escalated.steps)
  }
  if (isWaiting && remindsAt(after, monitor) <= at) {
    const reminded = step({ ...after, remindedAt: at }, { kind: 'reminded', at }, circumstance)
    after = reminded.incident
    steps.push(...reminded.steps)
  }
  return { incident: after, steps }
}

/** When `due` has something to say next; nothing while somebody has it. A mute puts it off until its end. */
export function nextDueAt(incident: Incident, monitor: Pick<Monitor, 'remindMs' | 'escalate'>): number | undefined {
  if (incident.closedAt !== undefined || incident.acknowledged) return undefined
  const at = Math.min(escalatesAt(incident, monitor), remindsAt(incident, monitor))
  return Number.isFinite(at) ? Math.max(at, incident.mute?.until ?? 0) : undefined
}

function escalatesAt({ openedAt, escalatedAt }: Incident, { escalate }: Pick<Monitor, 'escalate'>): number {
  return escalate === undefined || escalatedAt !== undefined ? Number.POSITIVE_INFINITY : openedAt + escalate.afterMs
}

function remindsAt({ openedAt, remindedAt }: Incident, { remindMs }: Pick<Monitor, 'remindMs'>): number {
  return remindMs === undefined ? Number.POSITIVE_INFINITY : (remindedAt ?? openedAt) + remindMs
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
