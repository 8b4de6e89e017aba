// The report of the week (issue "The watch", "Commands"; threats F18, F19).

import { describe, expect, it } from 'vitest'
import type { Draft, EmitOptions } from '../../../src/event.ts'
import { accountOf } from '../../../src/integrations/monitor/accounting.ts'
import { unknownState } from '../../../src/integrations/monitor/judge.ts'
import type { Incident } from '../../../src/integrations/monitor/monitor.ts'
import { createWeekly, describeReport, mondayMorning } from '../../../src/integrations/monitor/weekly.ts'
import { plain } from '../../../src/text/rich.ts'
import { createFakeLog } from '../../fakes/log.ts'
import { monitorOf } from '../../fakes/monitors.ts'
import { minute } from './world.ts'

const hour = 60 * minute
const monday = Date.parse('2026-11-23T08:00:00+01:00')

function createTried(at: number) {
  const clock = { now: at }
  const told: (Draft & EmitOptions)[] = []
  let isDown = false
  const shop = monitorOf('boutique', { madeAt: 1 })
  const all = [shop, monitorOf('api', { madeAt: 1 }), monitorOf('other', { channel: 'dev', madeAt: 1 })]
  const incident: Incident = {
    id: 'i',
    channel: 'ops',
    cause: 'down',
    severity: 'warning',
    monitors: [
      {
        monitor: 'boutique',
        name: 'boutique',
        target: '',
        failingSince: monday - 30 * hour,
        upSince: monday - 29 * hour,
      },
    ],
    openedAt: monday - 30 * hour,
    closedAt: monday - 29 * hour,
    closedAs: 'up',
    steps: 1,
  }
  const storeIsDown = (isSo: boolean) => {
    isDown = isSo
  }
  const paused = monitorOf('paused', { isPaused: true, channel: 'quiet' })
  const tell = createWeekly({
    watch: { all: () => [...all, paused].map((monitor) => ({ monitor, state: unknownState })) },
    records: { account: async (some, time) => some.map((one) => accountOf({ ...one, madeAt: 1 }, [incident], time)) },
    async emit(draft, options) {
      if (isDown) throw new Error('no store')
      told.push({ ...draft, ...options })
      return { event: 'e', matched: 0, repeated: false }
    },
    timeZone: 'Europe/Paris',
    now: () => clock.now,
    log: createFakeLog(),
  })
  return { clock, told, tell, storeIsDown }
}

describe('the report of the week', () => {
  it('is told on Monday at eight, once, to each channel of its own', async () => {
    const { told, tell, clock } = createTried(monday + minute)
    await tell()
    clock.now += minute
    await tell()
    expect(told.map(({ type, home, byDefault }) => [type, home, byDefault])).toEqual([
      ['monitor.report', 'ops', false],
      ['monitor.report', 'dev', false],
    ])
    clock.now += 7 * 24 * hour
    await tell()
    expect(told).toHaveLength(4)
  })

  it('is one event however often it is told, over restarts too', async () => {
    const [first, second] = [createTried(monday + minute), createTried(monday + 5 * hour)]
    await first.tell()
    await second.tell()
    expect(first.told[0]?.dedupe).toEqual(second.told[0]?.dedupe)
  })

  it('is told late within a day, and then no more', async () => {
    const late = createTried(monday + 20 * hour)
    await late.tell()
    expect(late.told).toHaveLength(2)
    const missed = createTried(monday + 25 * hour)
    await missed.tell()
    expect(missed.told).toEqual([])
  })

  it('is tried again when it could not be stored', async () => {
    const { told, tell, storeIsDown } = createTried(monday + minute)
    storeIsDown(true)
    await tell()
    storeIsDown(false)
    await tell()
    expect(told).toHaveLength(2)
  })

  it('says the share, the outages and what fell, in both languages', async () => {
    const { told, tell } = createTried(monday + minute)
    await tell()
    const [draft] = told
    if (draft === undefined) throw new Error('nothing was told')
    const said = (locale: 'fr' | 'en') => {
      const { title, text } = describeReport({ ...draft, id: 'e' }, { locale, timeZone: 'Europe/Paris', now: monday })
      return `${plain(title ?? [])} | ${plain(text ?? [])}`
    }
    expect(said('fr')).toBe(
      'La surveillance des 7 derniers jours | 99,7\u00a0% de disponibilité · 2 moniteurs · 1 panne\n- boutique 99,4\u00a0% · 1 panne, 1\u00a0h · réparation 1\u00a0h',
    )
    expect(said('en')).toContain('99.7% available · 2 monitors · 1 outage')
  })
})

it('Monday morning is the zone’s, through its change of time', () => {
  const at = (now: string) => new Date(mondayMorning(Date.parse(now), 'Europe/Paris')).toISOString()
  expect(at('2026-10-26T06:59:00Z')).toBe('2026-10-19T06:00:00.000Z')
  expect(at('2026-10-26T07:00:00Z')).toBe('2026-10-26T07:00:00.000Z')
  expect(at('2026-11-01T23:30:00Z')).toBe('2026-10-26T07:00:00.000Z')
})
