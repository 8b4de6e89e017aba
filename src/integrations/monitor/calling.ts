// Who has to be woken by a line in a group's thread, since an edit of its card wakes nobody: people of monitors that fell with the others,
// each once an incident, and a critical one's where the group was not critical before (issue "The watch", "Incidents"; threat F30). Pure.

import type { Severity } from '../../event.ts'
import type { Called, Incident, Monitor } from './monitor.ts'

/** So many seconds of those that fall together are one line. */
const callEveryMs = 30_000

const rank: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 }

/** `suffering`: those of the incident that are down for themselves. */
export function calledNow(incident: Incident, suffering: readonly Monitor[]): Called | undefined {
  const { isGroup, closedAt, severity, rung } = incident
  if (!isGroup || closedAt !== undefined) return undefined
  const known = rung && new Set(rung)
  const isWorse = severity !== 'critical' && suffering.some((one) => one.severity === 'critical')
  const names: string[] = []
  const people = new Set<string>()
  for (const { name, severity: own, mention = [] } of suffering) {
    const isRaising = isWorse && own === 'critical'
    // One that an earlier Vigie opened does not say whom it woke.
    const called =
      isRaising || known === undefined ? (isRaising ? mention : []) : mention.filter((id) => !known.has(id))
    if (isRaising || called.length > 0) names.push(name)
    for (const id of called) people.add(id)
  }
  if (names.length === 0) return undefined
  return { names, people: [...people], ...(isWorse ? { isWorse: true } : {}) }
}

/** When they are woken at the earliest: not while it is muted, and what is worse at once. */
export function callAt({ calledAt, mute }: Incident, { isWorse }: Called): number {
  return Math.max(mute?.until ?? 0, isWorse ? 0 : (calledAt ?? Number.NEGATIVE_INFINITY) + callEveryMs)
}

/** The incident once they are woken. */
export function afterCall(incident: Incident, { people }: Called, at: number): Incident {
  return { ...wokenAlso(incident, people), calledAt: at }
}

/** Its severity is the highest of those that fell, as far as it takes no line to say so. */
export function raised(incident: Incident, suffering: readonly Monitor[], isCalled: boolean): Incident {
  const wished = suffering.map(({ severity }) => severity).filter((one) => isCalled || one !== 'critical')
  const highest = wished.reduce((one, other) => (rank[other] > rank[one] ? other : one), incident.severity)
  return highest === incident.severity ? incident : { ...incident, severity: highest }
}

/** Whom it woke, for the good news at its end. */
export function wokenAlso(incident: Incident, people: readonly string[]): Incident {
  const rung = [...new Set([...(incident.rung ?? []), ...people])]
  return rung.length === (incident.rung ?? []).length ? incident : { ...incident, rung }
}
