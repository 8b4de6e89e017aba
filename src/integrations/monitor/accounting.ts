// How monitors did over a time (issue "The watch", "Commands": "with the accounting stated"). What counts is said in availability.ts. Pure.

import { availabilityOf } from './availability.ts'
import type { Account, Incident, Monitor, Outage } from './monitor.ts'

interface Time {
  readonly from: number
  readonly to: number
}

/** `incidents`: at least those that touch the time. */
export function accountOf(
  monitor: Pick<Monitor, 'id' | 'name' | 'target' | 'type' | 'madeAt'>,
  incidents: readonly Incident[],
  time: Time,
): Account {
  const { id, name, target, type, madeAt } = monitor
  const watchedMs = Math.max(0, time.to - Math.max(time.from, madeAt))
  const availability = availabilityOf(monitor, incidents, time)
  const outages = outagesIn(id, incidents, time)
  const taken = outages.flatMap(({ takenMs }) => takenMs ?? [])
  const repaired = outages.flatMap(({ from, to }) => (to === undefined ? [] : [to - from]))
  return {
    monitor: { id, name, target, type },
    watchedMs,
    downMs: availability === undefined ? 0 : Math.round(watchedMs * (1 - availability)),
    ...(availability === undefined ? {} : { availability }),
    outages,
    ...(taken.length === 0 ? {} : { meanTakenMs: mean(taken) }),
    ...(repaired.length === 0 ? {} : { meanRepairMs: mean(repaired) }),
  }
}

/** Those that touch the time, oldest first. */
export function outagesIn(monitor: string, incidents: readonly Incident[], { from, to }: Time): readonly Outage[] {
  return incidents
    .filter(({ cause }) => cause === 'down')
    .flatMap(({ id, openedAt, acknowledged, monitors, closedAt }): Outage[] => {
      const mine = monitors.find((one) => one.monitor === monitor)
      if (mine === undefined) return []
      const ended = mine.upSince ?? closedAt
      return [
        {
          incident: id,
          from: mine.failingSince,
          ...(ended === undefined ? {} : { to: ended }),
          ...(acknowledged ? { takenMs: Math.max(0, acknowledged.at - openedAt) } : {}),
        },
      ]
    })
    .filter((outage) => outage.from < to && (outage.to ?? Number.POSITIVE_INFINITY) > from)
    .toSorted((one, other) => one.from - other.from)
}

/** Each day of a zone, of the `count` last ones. */
export function daysOf(now: number, timeZone: string, count: number): readonly Time[] {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).startOfDay()
  return Array.from({ length: count }, (_, index) => {
    const day = today.subtract({ days: count - 1 - index })
    return { from: day.epochMilliseconds, to: Math.min(now, day.add({ days: 1 }).epochMilliseconds) }
  })
}

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length
