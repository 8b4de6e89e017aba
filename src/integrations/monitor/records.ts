// What was seen, accounted for: for `/monitor report`, and for everybody on the status page as far as monitors are marked public.

import type { MonitorStore } from '../../store/store.ts'
import type { MonitorRecords } from '../integration.ts'
import { accountOf, daysOf, outagesIn } from './accounting.ts'
import { availabilityOf } from './availability.ts'
import type { Watched } from './incidents.ts'
import type { Monitor, Shown, ShownDays } from './monitor.ts'
import type { Watch } from './watch.ts'

export interface RecordsParts {
  readonly store: Pick<MonitorStore, 'incidents'>
  readonly watch: Pick<Watch, 'all' | 'cut'>
  readonly isMaintained: (monitor: Monitor, at: number) => boolean
  /** IANA, whose days are shown. */
  readonly timeZone: string
  readonly now: () => number
}

const dayMs = 86_400_000
const mostIncidents = 2000
const daysShown = 90
/** Beyond it a page would be no help to anybody. */
const mostShown = 200

export function createRecords({ store, watch, isMaintained, timeZone, now }: RecordsParts): MonitorRecords {
  const incidentsOf = (monitor: string, from: number) => store.incidents({ monitor, from, limit: mostIncidents })

  async function show({ monitor, state }: Watched): Promise<Shown> {
    const to = now()
    const days = daysOf(to, timeZone, daysShown)
    const from = Math.min(to - daysShown * dayMs, days[0]?.from ?? to)
    const incidents = await incidentsOf(monitor.id, from)
    const share = (count: ShownDays) => availabilityOf(monitor, incidents, { from: to - count * dayMs, to })
    const known = ([1, 7, 30, 90] as const).map((count) => [count, share(count)] as const)
    return {
      name: monitor.name,
      state: isMaintained(monitor, to) ? 'maintenance' : stateOf({ monitor, state }),
      ...(state.since > 0 ? { since: state.failingSince ?? state.since } : {}),
      ...(state.lastGood && monitor.type !== 'heartbeat' ? { tookMs: state.lastGood.tookMs } : {}),
      availability: Object.fromEntries(known.filter(([, one]) => one !== undefined)),
      days: days.map((day) => {
        const { availability, downMs } = accountOf(monitor, incidents, day)
        return { from: day.from, downMs, ...(availability === undefined ? {} : { share: availability }) }
      }),
      outages: outagesIn(monitor.id, incidents, { from, to }).toReversed(),
    }
  }

  return {
    async account(monitors, time) {
      return await Promise.all(
        monitors.map(async (monitor) => accountOf(monitor, await incidentsOf(monitor.id, time.from), time)),
      )
    },
    async shown() {
      const seen = watch.all().filter(({ monitor }) => monitor.isPublic)
      const sorted = seen.toSorted((one, other) => one.monitor.name.localeCompare(other.monitor.name))
      return await Promise.all(sorted.slice(0, mostShown).map(show))
    },
    cutSince: () => watch.cut()?.since,
  }
}

/** A single failure is nobody's business before it is confirmed. */
function stateOf({ monitor: { isPaused }, state: { health, isSlow } }: Watched): Shown['state'] {
  if (isPaused) return 'paused'
  if (health === 'suspect') return isSlow ? 'degraded' : 'up'
  return health
}
