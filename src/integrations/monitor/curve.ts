// A monitor's latest answers as a curve: few enough points to draw and to keep, none of its failures lost (issue "The watch",
// "Incidents"). Pure.

import type { Chart, Telling } from '../../event.ts'
import { duration } from '../../text/format.ts'
import type { Facts } from './facts.ts'
import type { Result } from './monitor.ts'

export type Point = NonNullable<Facts['chart']>[number]

/** One answer is no curve. */
const leastAnswers = 2
const mostPoints = 360

/** At most 360 points, oldest first: of what is too close together the slowest answer, or the failure. Nothing for no curve. */
export function pointsOf(results: readonly Pick<Result, 'at' | 'tookMs' | 'failure'>[]): readonly Point[] {
  if (results.filter(({ failure }) => failure === undefined).length < leastAnswers) return []
  const together = Math.ceil(results.length / mostPoints)
  const points: Point[] = []
  for (let index = 0; index < results.length; index += together) {
    const some = results.slice(index, index + together)
    const failed = some.find(({ failure }) => failure !== undefined)
    const at = failed?.at ?? some[0]?.at ?? 0
    points.push(failed ? { at } : { at, tookMs: Math.max(...some.map(({ tookMs }) => tookMs)) })
  }
  return points
}

const hourMs = 3_600_000
const minuteMs = 60_000

export function curveOf({ chart = [], at, incident }: Facts, { locale, timeZone }: Telling): Chart | undefined {
  const [first] = chart
  const last = chart.at(-1)
  if (first === undefined || last === undefined || chart.length < leastAnswers) return undefined
  // An outage lasts until it is told.
  const to = incident.closedAt === undefined ? Math.max(at, last.at) : last.at
  const from = first.at
  return { title: titleOf(to - from, locale), from, to, timeZone, points: chart.map(toPoint) }
}

const toPoint = ({ at, tookMs }: Point) => ({ at, ...(tookMs === undefined ? {} : { value: tookMs }) })

/** `Temps de réponse sur 6 h` */
function titleOf(spanMs: number, locale: Telling['locale']): string {
  const unit = spanMs >= hourMs ? hourMs : minuteMs
  const span = duration(locale, Math.max(unit, Math.round(spanMs / unit) * unit))
  return locale === 'fr' ? `Temps de réponse sur ${span}` : `Answer times over ${span}`
}
