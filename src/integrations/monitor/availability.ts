// The share of a time in which a monitor was up (issue "The watch", "Commands": the accounting). Down is from the first failure of an
// outage to the first success after it, while it comes and goes too; what fails without a verdict, during maintenance or a mute, counts as
// up, and so does slowness. Pure.

import type { Incident, Monitor, Stretch } from './monitor.ts'

/** 0 to 1; nothing for a time in which it was not watched. Instants are milliseconds since 1970. */
export function availabilityOf(
  monitor: Pick<Monitor, 'id' | 'madeAt'>,
  incidents: readonly Incident[],
  time: { readonly from: number; readonly to: number },
): number | undefined {
  const from = Math.max(time.from, monitor.madeAt)
  const wholeMs = time.to - from
  if (wholeMs <= 0) return undefined
  let downMs = 0
  let countedTo = from
  for (const [began, ended] of outagesOf(monitor.id, incidents, time.to)) {
    const start = Math.max(began, countedTo)
    const end = Math.min(ended, time.to)
    if (end <= start) continue
    downMs += end - start
    countedTo = end
  }
  return 1 - downMs / wholeMs
}

/** Oldest first. */
export function outagesOf(monitor: string, incidents: readonly Incident[], now: number): readonly [number, number][] {
  return incidents
    .flatMap(({ cause, monitors, closedAt }) => {
      const mine = monitors.find((one) => one.monitor === monitor)
      const whole = mine && cause === 'down' ? [{ from: mine.failingSince }] : []
      const end = mine?.upSince ?? closedAt ?? now
      return (mine?.downs ?? whole).map(({ from, to = end }: Stretch): [number, number] => [from, to])
    })
    .toSorted(([one], [other]) => one - other)
}
