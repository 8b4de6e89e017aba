// From an incident's step to the event that tells it, and to whom beside those who subscribed (issue "The watch", "Incidents", "E-mail").

import type { Draft, EmitOptions, JsonObject, Target } from '../../event.ts'
import { isStricken, type Wishes } from './incident.ts'
import type { Incident, IncidentStep, Monitor, StepKind } from './monitor.ts'

/** What a step's event carries beside the step. */
export interface Surroundings {
  /** Those of the incident that are still watched, its first one first. */
  readonly monitors: readonly Monitor[]
  /** EMAIL_RECEIVER's addresses. */
  readonly mail: readonly Target[]
  /** Of the last 30 days, 0 to 1. */
  readonly availability?: number
  readonly chart?: readonly { readonly at: number; readonly tookMs?: number }[]
}

const dedupeMs = 14 * 86_400_000

export function draftOf(step: IncidentStep, { monitors, availability, chart }: Surroundings): Draft {
  const { incident } = step.facts
  const [first] = incident.monitors
  const rings = ringsOf(step, monitors)
  const alert = alertOf(step, monitors)
  return {
    source: 'monitor',
    type: typeOf(step),
    ...(first && !incident.isGroup ? { subject: subjectOf(first.name) } : {}),
    time: new Date(step.at).toISOString(),
    data: dataOf(step, { availability, chart }),
    severity: incident.severity,
    ...(first && !incident.isGroup && /^https?:\/\//.test(first.target) ? { url: first.target } : {}),
    audience: 'closed',
    home: incident.channel,
    card: `incident ${incident.id}`,
    cardStays: true,
    byDefault: true,
    ...(rings === undefined ? {} : { rings }),
    ...(alert === undefined ? {} : { alert }),
    ...(step.kind === 'closed' ? { alertsOver: [opening(incident), escalation(incident)] } : {}),
  }
}

const opening = ({ id }: Incident) => `incident ${id}`
const escalation = ({ id }: Incident) => `incident ${id} escalated`

/** An outage has to be heard by somebody, and an escalation by whom it is for. */
function alertOf({ kind, facts: { incident } }: IncidentStep, monitors: readonly Monitor[]): string | undefined {
  if (kind === 'escalated') return monitors.some(({ escalate }) => escalate) ? escalation(incident) : undefined
  if (incident.cause !== 'down' || incident.closedAt !== undefined) return undefined
  return kind === 'opened' || kind === 'mailed' ? opening(incident) : undefined
}

/** The same step told twice is one event. */
export function optionsOf(step: IncidentStep, { monitors, mail }: Surroundings): EmitOptions {
  const dedupe = [{ key: `incident ${step.incident} ${step.number}`, lifeMs: dedupeMs }]
  if (step.kind === 'mailed') return { dedupe, only: mail }
  const { incident } = step.facts
  const isClosed = step.kind === 'closed'
  const isPassedOn = step.kind === 'escalated' || (isClosed && incident.escalatedAt !== undefined)
  // Whoever was told that it began is told that it ended.
  const mailed = isClosed && incident.mailedAt !== undefined ? mail : []
  const also = [
    ...mailed,
    ...(isPassedOn ? monitors.flatMap(({ escalate }) => (escalate ? [escalate.target] : [])) : []),
  ]
  return { dedupe, ...(also.length > 0 ? { also } : {}) }
}

/** A name as a subject: what globs are matched against holds no spaces and no wildcards. */
export function subjectOf(name: string): string {
  return name.toLowerCase().replaceAll(/[\s*!,/]+/g, '-')
}

const updates: Readonly<Partial<Record<StepKind, string>>> = {
  acknowledged: 'incident.acknowledged',
  muted: 'incident.muted',
  flapping: 'monitor.flapping',
  steady: 'monitor.down',
}

function typeOf({ kind, facts: { incident } }: IncidentStep): string {
  const isBegin = kind === 'opened' || (kind === 'mailed' && incident.closedAt === undefined)
  if (isBegin) return `monitor.${incident.cause}`
  if (kind === 'closed' || kind === 'mailed') return incident.closedAs === 'up' ? 'monitor.up' : 'incident.resolved'
  return updates[kind] ?? `incident.${kind}`
}

/** Who is woken: those whom its monitors name, and for the good news everybody who was, and whoever has it. */
function ringsOf({ kind, facts }: IncidentStep, monitors: readonly Monitor[]): Draft['rings'] {
  const { incident, called } = facts
  if (kind === 'joined') {
    // Whom the channel's subscriptions name knows of the group, unless it is worse now.
    return called && { people: called.people, ...(called.isWorse ? {} : { alone: true }) }
  }
  if (kind === 'closed' && incident.closedAs === 'up') {
    const { rung = namedBy(monitors), acknowledged } = incident
    return { people: [...new Set([...rung, ...(acknowledged ? [acknowledged.by] : [])])] }
  }
  if (kind !== 'opened' && kind !== 'reminded' && kind !== 'steady') return undefined
  // What stands behind another says nothing for itself, and what is well again wakes nobody.
  const isSuffering = ({ id }: Monitor) =>
    incident.monitors.some((one) => one.monitor === id && !one.isBehind && isStricken(one))
  return { people: [...new Set(namedBy(monitors.filter(isSuffering)))] }
}

const namedBy = (monitors: readonly Monitor[]) => monitors.flatMap(({ mention = [] }) => mention)

function dataOf({ kind, at, facts }: IncidentStep, more: Pick<Surroundings, 'availability' | 'chart'>): JsonObject {
  // What JSON cannot say is left out.
  const data: JsonObject = JSON.parse(JSON.stringify({ kind, at, ...facts, ...more }))
  return data
}

/** Whether the mail that it opened is wanted by any of those it is about. */
export function isMailed(incident: Incident, monitors: readonly Monitor[]): boolean {
  return incident.cause === 'down' && (monitors.length === 0 || monitors.some(({ noEmail }) => noEmail !== true))
}

/** When to say again and to pass on: as soon as any of them asks for. */
export function soonestOf(monitors: readonly Monitor[]): Pick<Wishes, 'remindMs' | 'escalateAfterMs'> {
  const least = (times: readonly number[]) => (times.length === 0 ? undefined : Math.min(...times))
  return {
    remindMs: least(monitors.flatMap(({ remindMs }) => remindMs ?? [])),
    escalateAfterMs: least(monitors.flatMap(({ escalate }) => escalate?.afterMs ?? [])),
  }
}
