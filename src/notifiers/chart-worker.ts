// The other thread: draws charts, so that the main one never stands still for it.

import { parentPort } from 'node:worker_threads'
import type { Chart, Ranking } from '../event.ts'
import type { Locale } from '../text/locale.ts'
import { drawChart } from './chart.ts'
import { drawRanking } from './ranking.ts'

export interface DrawingJob {
  readonly id: number
  readonly chart: Chart | Ranking
  readonly locale: Locale
}

export type Drawn = { readonly id: number } & ({ readonly png: Uint8Array } | { readonly error: string })

parentPort?.on('message', ({ id, chart, locale }: DrawingJob) => {
  parentPort?.postMessage(drawn(id, chart, locale))
})

function drawn(id: number, chart: Chart | Ranking, locale: Locale): Drawn {
  try {
    return { id, png: new Uint8Array('rows' in chart ? drawRanking(chart, locale) : drawChart(chart, locale)) }
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) }
  }
}
