// When a monitor is in maintenance (issue "The watch", "Judgement"): once, or whenever a cron expression says so in its zone. Pure.

import type { Cron } from '../integration.ts'
import type { Maintenance } from './monitor.ts'

/** Milliseconds since 1970 until when the longest of them lasts; nothing outside of all. */
export function maintainedUntil(
  maintenance: readonly Maintenance[],
  at: number,
  cron: Pick<Cron, 'next'>,
): number | undefined {
  const ends = maintenance.flatMap(({ when, lastsMs }) => {
    const began = 'once' in when ? when.once : cron.next(when.cron, when.timeZone, at - lastsMs)
    return began !== undefined && began <= at && at < began + lastsMs ? [began + lastsMs] : []
  })
  return ends.length === 0 ? undefined : Math.max(...ends)
}
