// The share of a time in which a monitor was up (issue "The watch", "Commands": the accounting). Down is from the first failure of an
// outage to the first success after it; what fails without a verdict, during maintenance or a mute, counts as up. Pure.

import type { Incident, Monitor } from './monitor.ts'

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
    .filter(({ cause }) => cause === 'down')
    .flatMap(({ monitors, closedAt }) =>
      monitors
        .filter((one) => one.monitor === monitor)
        .map(({ failingSince, upSince }): [number, number] => [failingSince, upSince ?? closedAt ?? now]),
    )
    .toSorted(([one], [other]) => one - other)
}
