// How monitors did, accounted for, and what of it everybody may see (issue "The watch", "Commands", "Pages").

import { describe, expect, it } from 'vitest'
import { accountOf, daysOf } from '../../../src/integrations/monitor/accounting.ts'
import { unknownState } from '../../../src/integrations/monitor/judge.ts'
import type { Incident, Monitor, State } from '../../../src/integrations/monitor/monitor.ts'
import { createRecords } from '../../../src/integrations/monitor/records.ts'
import { monitorOf } from '../../fakes/monitors.ts'
import { minute } from './world.ts'

const hour = 60 * minute
const day = 24 * hour
const now = Date.UTC(2026, 10, 21, 15)
const shop = monitorOf('boutique', { madeAt: now - 400 * day })

function incidentOf(from: number, to: number | undefined, wishes: Partial<Incident> = {}): Incident {
  return {
    id: `i${from}`,
    channel: 'ops',
    cause: 'down',
    severity: 'warning',
    monitors: [
      { monitor: 'boutique', name: 'boutique', target: '', failingSince: from, ...(to ? { upSince: to } : {}) },
    ],
    openedAt: from + 40_000,
    ...(to ? { closedAt: to + minute, closedAs: 'up' } : {}),
    steps: 1,
    ...wishes,
  }
}

describe('an account', () => {
  const week = { from: now - 7 * day, to: now }

  it('counts an outage from its first failure to the first success after it', () => {
    const account = accountOf(shop, [incidentOf(now - 2 * hour, now - hour)], week)
    expect(account.downMs).toBe(hour)
    expect(account.availability).toBeCloseTo(1 - 1 / 168, 10)
    expect(account.meanRepairMs).toBe(hour)
  })

  it('counts what lies within the time alone, and what lasts until now', () => {
    const before = incidentOf(now - 8 * day, now - 7 * day + hour)
    const lasting = incidentOf(now - hour, undefined)
    const account = accountOf(shop, [before, lasting], week)
    expect(account.downMs).toBe(2 * hour)
    expect(account.outages).toHaveLength(2)
    expect(account.meanRepairMs).toBe(day + hour)
  })

  it('counts slowness and comings and goings as no outage', () => {
    const slow = incidentOf(now - 2 * hour, now - hour, { cause: 'degraded' })
    const account = accountOf(shop, [slow, { ...slow, cause: 'flapping' }], week)
    expect([account.downMs, account.availability, account.outages]).toEqual([0, 1, []])
  })

  it('counts from when the monitor was added', () => {
    const young = { ...shop, madeAt: now - 10 * hour }
    expect(accountOf(young, [incidentOf(now - 2 * hour, now - hour)], week).availability).toBeCloseTo(0.9, 10)
    expect(accountOf({ ...shop, madeAt: now }, [], week).availability).toBeUndefined()
  })

  it('takes the mean until somebody took it of those that were taken', () => {
    const taken = (afterMs: number) => ({
      acknowledged: { by: 'u', name: 'alice', at: now - 2 * hour + 40_000 + afterMs },
    })
    const incidents = [
      incidentOf(now - 2 * hour, now - hour, { id: 'a', ...taken(minute) }),
      incidentOf(now - 2 * hour, now - hour, { id: 'b', ...taken(3 * minute) }),
      incidentOf(now - 3 * hour, now - hour, { id: 'c' }),
    ]
    expect(accountOf(shop, incidents, week).meanTakenMs).toBe(2 * minute)
  })
})

it('days are those of the zone, through its change of time', () => {
  const days = daysOf(Date.UTC(2026, 9, 26, 12), 'Europe/Paris', 3)
  expect(days.map(({ from, to }) => (to - from) / hour)).toEqual([24, 25, 13])
})

describe('what is shown to everybody', () => {
  const seen = (monitor: Monitor, state: Partial<State> = {}) => ({
    monitor,
    state: { ...unknownState, since: now - day, ...state },
  })
  const recordsOf = (all: readonly ReturnType<typeof seen>[], incidents: readonly Incident[] = []) =>
    createRecords({
      store: { incidents: async () => incidents },
      watch: { all: () => all, cut: () => undefined },
      isMaintained: ({ maintenance }) => maintenance.length > 0,
      timeZone: 'Europe/Paris',
      now: () => now,
    })
  const open = { ...shop, isPublic: true } as const

  it('is only what was marked public, and nothing of where it looks or who looks after it', async () => {
    const secret = monitorOf('secret', { target: 'http://10.0.0.7/' })
    const incident = incidentOf(now - 2 * hour, now - hour, { acknowledged: { by: 'u1', name: 'alice', at: now } })
    const shown = await recordsOf([seen(secret), seen(open, { health: 'up' })], [incident]).shown()
    expect(shown.map(({ name }) => name)).toEqual(['boutique'])
    expect(JSON.stringify(shown)).not.toMatch(/example\.org|10\.0\.0|alice|secret/)
  })

  it('says no single failure before it is confirmed', async () => {
    const [one] = await recordsOf([seen(open, { health: 'suspect' })]).shown()
    expect(one?.state).toBe('up')
  })

  it('says maintenance before all else', async () => {
    const maintained = { ...open, maintenance: [{ id: 'm', lastsMs: hour, when: { once: now }, by: 'u' }] }
    const [one] = await recordsOf([seen(maintained, { health: 'down' })]).shown()
    expect(one?.state).toBe('maintenance')
  })

  it('counts each of ninety days by itself', async () => {
    const from = Date.UTC(2026, 10, 20, 22, 30)
    const [one] = await recordsOf([seen(open, { health: 'up' })], [incidentOf(from, from + hour)]).shown()
    expect(one?.days).toHaveLength(90)
    expect(one?.days.slice(-2).map(({ downMs }) => downMs)).toEqual([30 * minute, 30 * minute])
  })
})
