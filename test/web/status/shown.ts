// Monitors as the status page gets them, made up.

import { daysOf } from '../../../src/integrations/monitor/accounting.ts'
import type { Outage, Shown } from '../../../src/integrations/monitor/monitor.ts'

export const now = Date.UTC(2026, 10, 21, 15, 2)
const minuteMs = 60_000
const dayMs = 86_400_000

export function shownOf(name: string, wishes: Partial<Shown> = {}): Shown {
  return {
    name,
    state: 'up',
    since: now - 3 * dayMs,
    tookMs: 118,
    availability: { 1: 1, 7: 0.99987, 30: 0.9996, 90: 0.99962 },
    days: daysOf(now, 'Europe/Paris', 90).map(({ from }) => ({ from, share: 1, downMs: 0 })),
    outages: [],
    ...wishes,
  }
}

export const outageOf = (incident: string, from: number, to?: number): Outage => ({
  incident,
  from,
  ...(to === undefined ? {} : { to }),
})

/** A page with one of each state. */
export function town(): readonly Shown[] {
  const days = (bad: Readonly<Record<number, number>>, unknown = 0) =>
    daysOf(now, 'Europe/Paris', 90).map(({ from }, index) => {
      const downMs = (bad[index] ?? 0) * minuteMs
      return { from, downMs, ...(index < unknown ? {} : { share: 1 - downMs / dayMs }) }
    })
  return [
    shownOf('API de paiement', {
      days: days({ 60: 4 }),
      outages: [outageOf('a1', now - 29 * dayMs, now - 29 * dayMs + 4 * minuteMs)],
    }),
    shownOf('Boutique', {
      state: 'down',
      since: now - 21 * minuteMs,
      days: days({ 12: 40, 47: 300, 89: 21 }),
      availability: { 1: 0.9854, 7: 0.99791, 30: 0.9951, 90: 0.99712 },
      outages: [outageOf('b2', now - 21 * minuteMs), outageOf('b1', now - 5 * dayMs, now - 5 * dayMs + 14 * minuteMs)],
    }),
    shownOf('Intranet des ressources humaines et de la formation continue', {
      state: 'degraded',
      since: now - 40 * minuteMs,
      tookMs: 4200,
    }),
    shownOf('Messagerie', { state: 'maintenance' }),
    shownOf('Nouveau service', {
      state: 'unknown',
      days: days({}, 90),
      availability: {},
    }),
    shownOf('Sauvegarde de nuit', { days: days({}, 60), availability: { 1: 1, 7: 1, 30: 1, 90: 1 } }),
  ]
}
