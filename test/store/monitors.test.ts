import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Incident, IncidentStep, Result, State } from '../../src/integrations/monitor/monitor.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import type { Round, Store } from '../../src/store/store.ts'
import { createFakeLog } from '../fakes/log.ts'
import { monitorOf } from '../fakes/monitors.ts'

const minute = 60_000
const day = 1440 * minute
const start = Date.UTC(2026, 10, 21)

const monitor = monitorOf('boutique', { id: 'm1', name: 'Boutique', madeAt: start })
const state: State = { health: 'down', since: start, streak: 0, slowStreak: 0, turns: [start], incident: 'i1' }
const incident: Incident = {
  id: 'i1',
  channel: 'ops',
  cause: 'down',
  monitors: [{ monitor: 'm1', name: 'Boutique', target: monitor.target, failingSince: start }],
  severity: 'warning',
  openedAt: start,
  steps: 1,
}
const step: IncidentStep = {
  incident: 'i1',
  number: 1,
  at: start,
  kind: 'opened',
  facts: { incident, type: 'http', everyMs: minute, failures: 3 },
}
const nothing: Round = { results: [], states: [], incidents: [], steps: [] }
const result = (at: number, tookMs = 100): Result => ({ at, tookMs, phases: { dnsMs: 1 }, status: 200 })
const failed = (at: number): Result => ({
  at,
  tookMs: 5,
  phases: {},
  failure: { kind: 'refused', detail: 'ECONNREFUSED', isNetwork: true },
})

describe('what is watched', () => {
  let store: Store
  beforeEach(async () => {
    store = await openSqliteStore({ path: ':memory:', now: () => start, log: createFakeLog() })
  })
  afterEach(() => store.close())

  const resultsOf = (monitors: readonly string[], from: number, count: number) =>
    monitors.flatMap((name) =>
      Array.from({ length: count }, (_, index) => ({
        monitor: name,
        result: index % 4 === 3 ? failed(from + index * minute) : result(from + index * minute, 100 + index),
        counts: index % 4 === 3 ? ('down' as const) : ('up' as const),
      })),
    )

  it('is read as it was saved, with its state, which an edit keeps', async () => {
    expect(await store.monitors.save(monitor)).toBe(true)
    await store.monitors.record({ ...nothing, states: [{ monitor: 'm1', state }] })
    expect(await store.monitors.save({ ...monitor, everyMs: 30_000 })).toBe(true)
    expect(await store.monitors.all()).toEqual([{ monitor: { ...monitor, everyMs: 30_000 }, state }])
    expect(await store.monitors.remove('m1')).toBe(true)
    expect(await store.monitors.remove('m1')).toBe(false)
    expect(await store.monitors.all()).toEqual([])
  })

  it('comes with the newest result that was judged, whatever was seen while Vigie was cut off', async () => {
    await store.monitors.save(monitor)
    await store.monitors.save({ ...monitor, id: 'm2', name: 'Autre' })
    const results = [
      { monitor: 'm1', result: result(start), counts: 'up' as const },
      { monitor: 'm1', result: result(start + minute), counts: 'up' as const },
      { monitor: 'm1', result: failed(start + 2 * minute), counts: 'isolated' as const },
    ]
    await store.monitors.record({ ...nothing, results })
    const newest = (await store.monitors.all()).map(({ monitor: { id }, newest: one }) => [id, one])
    expect(newest).toEqual([
      ['m2', undefined],
      ['m1', result(start + minute)],
    ])
  })

  it('keeps the later of two results of one millisecond', async () => {
    const results = [100, 200].map((tookMs) => ({
      monitor: 'm1',
      result: result(start, tookMs),
      counts: 'up' as const,
    }))
    await store.monitors.record({ ...nothing, results })
    expect(await store.monitors.results('m1', { from: 0, to: day + start, limit: 9 })).toEqual([result(start, 200)])
  })

  it('bears a name once in a channel, without regard to case', async () => {
    await store.monitors.save(monitor)
    expect(await store.monitors.save({ ...monitor, id: 'm2', name: 'BOUTIQUE' })).toBe(false)
    expect(await store.monitors.save({ ...monitor, id: 'm3', channel: 'other' })).toBe(true)
    expect(await store.monitors.save({ ...monitor, name: 'boutique' })).toBe(true)
    expect((await store.monitors.all()).map(({ monitor: { id } }) => id).toSorted()).toEqual(['m1', 'm3'])
  })

  it('writes a round whole: results, incident and its steps, told one by one', async () => {
    await store.monitors.save(monitor)
    const results = [{ monitor: 'm1', result: result(start), counts: 'up' as const }]
    await store.monitors.record({ results, states: [], incidents: [incident], steps: [step] })
    expect(await store.monitors.results('m1', { from: 0, to: start + 1, limit: 5 })).toEqual([result(start)])
    expect(await store.monitors.untold()).toEqual([step])
    await store.monitors.told('i1', 1, 'e1')
    expect(await store.monitors.untold()).toEqual([])
    expect(await store.monitors.steps('i1')).toEqual([{ ...step, event: 'e1' }])
  })

  it('writes nothing of a round of which a part is impossible', async () => {
    await store.monitors.record({ ...nothing, steps: [step] })
    const results = [{ monitor: 'm1', result: result(start), counts: 'up' as const }]
    await expect(store.monitors.record({ ...nothing, results, steps: [step] })).rejects.toThrow()
    expect(await store.monitors.results('m1', { from: 0, to: start + 1, limit: 5 })).toEqual([])
  })

  it('finds incidents by channel, monitor, time, and whether they are open', async () => {
    const closed = {
      ...incident,
      id: 'i2',
      openedAt: start - day,
      closedAt: start - day + minute,
      closedAs: 'up' as const,
    }
    const other = {
      ...incident,
      id: 'i3',
      channel: 'other',
      openedAt: start + 1,
      monitors: [{ monitor: 'm9', name: 'x', target: '', failingSince: start }],
    }
    await store.monitors.record({ ...nothing, incidents: [incident, closed, other] })
    const ids = async (filter: Parameters<Store['monitors']['incidents']>[0]) =>
      (await store.monitors.incidents(filter)).map(({ id }) => id)
    expect(await ids({ limit: 9 })).toEqual(['i3', 'i1', 'i2'])
    expect(await ids({ limit: 1 })).toEqual(['i3'])
    expect(await ids({ channel: 'ops', limit: 9 })).toEqual(['i1', 'i2'])
    expect(await ids({ monitor: 'm1', isOpen: true, limit: 9 })).toEqual(['i1'])
    expect(await ids({ isOpen: false, limit: 9 })).toEqual(['i2'])
    expect(await ids({ from: start - day + 2 * minute, limit: 9 })).toEqual(['i3', 'i1'])
    expect(await ids({ to: start, limit: 9 })).toEqual(['i2'])
    expect(await store.monitors.incident('i2')).toEqual(closed)
  })

  it('rolls results up by minute, hour and day, once each', async () => {
    await store.monitors.save(monitor)
    await store.monitors.record({ ...nothing, results: resultsOf(['m1'], start, 120) })
    for (const at of [start + 60 * minute, start + 122 * minute, start + 123 * minute]) await store.monitors.tidy(at)
    const minutes = await store.monitors.history('m1', { from: start, to: start + day, span: 'minute' })
    expect(minutes).toHaveLength(120)
    const none = { maintained: 0, isolated: 0 }
    expect(minutes[0]).toEqual({
      at: start,
      span: 'minute',
      counts: { up: 1, down: 0, ...none },
      tookMs: { mean: 100, min: 100, max: 100 },
    })
    expect(minutes[3]).toEqual({ at: start + 3 * minute, span: 'minute', counts: { up: 0, down: 1, ...none } })
    const hours = await store.monitors.history('m1', { from: start, to: start + day, span: 'hour' })
    expect(hours.map(({ at, counts }) => [at - start, counts.up, counts.down])).toEqual([
      [0, 45, 15],
      [60 * minute, 45, 15],
    ])
    await store.monitors.tidy(start + 2 * day)
    const [one, ...more] = await store.monitors.history('m1', { from: start, to: start + day, span: 'day' })
    expect(more).toEqual([])
    expect(one).toMatchObject({ counts: { up: 90, down: 30 }, tookMs: { min: 100, max: 218 } })
  })

  it('rolls up and forgets for hundreds of monitors, those removed meanwhile too', async () => {
    const names = Array.from({ length: 600 }, (_, index) => `n${index}`)
    await store.monitors.record({ ...nothing, results: resultsOf(names, start, 2) })
    await store.monitors.tidy(start + 10 * minute)
    const request = { from: start, to: start + day, span: 'minute' as const }
    for (const name of ['n0', 'n499', 'n500', 'n599'])
      expect(await store.monitors.history(name, request)).toHaveLength(2)
    await store.monitors.tidy(start + 4 * day)
    for (const name of ['n0', 'n599']) {
      expect(await store.monitors.results(name, { from: 0, to: start + day, limit: 9 })).toEqual([])
    }
  })

  it('drops single results after days and what is rolled up after its time', async () => {
    await store.monitors.save(monitor)
    await store.monitors.record({ ...nothing, results: resultsOf(['m1'], start, 60) })
    await store.monitors.tidy(start + day)
    expect(await store.monitors.results('m1', { from: 0, to: start + day, limit: 100 })).toHaveLength(60)
    await store.monitors.tidy(start + 4 * day)
    expect(await store.monitors.results('m1', { from: 0, to: start + day, limit: 100 })).toEqual([])
    expect(await store.monitors.history('m1', { from: start, to: start + day, span: 'minute' })).toHaveLength(60)
    await store.monitors.tidy(start + 15 * day)
    expect(await store.monitors.history('m1', { from: start, to: start + day, span: 'minute' })).toEqual([])
    expect(await store.monitors.history('m1', { from: start, to: start + day })).toHaveLength(1)
    await store.monitors.tidy(start + 401 * day)
    expect(await store.monitors.history('m1', { from: start, to: start + day })).toEqual([])
  })
})
