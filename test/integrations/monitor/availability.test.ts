// The share of a time in which a monitor was up: what counts as down, and what does not (issue "The watch", "Commands").

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { availabilityOf, outagesOf } from '../../../src/integrations/monitor/availability.ts'
import type { Incident } from '../../../src/integrations/monitor/monitor.ts'

const hour = 3_600_000
const time = { from: 0, to: 100 * hour }
const monitor = { id: 'm1', madeAt: 0 }

function outage(from: number, to: number | undefined, more: Partial<Incident> = {}): Incident {
  const upSince = to === undefined ? {} : { upSince: to * hour }
  return {
    id: `i${from}`,
    channel: 'ops',
    cause: 'down',
    monitors: [{ monitor: 'm1', name: 'shop', target: '', failingSince: from * hour, ...upSince }],
    severity: 'warning',
    openedAt: from * hour,
    steps: 1,
    ...more,
  }
}

describe('availability', () => {
  it.each<[string, readonly Incident[], number]>([
    ['is whole without incidents', [], 1],
    ['counts from the first failure to the first success', [outage(10, 15)], 0.95],
    ['counts what goes on until now', [outage(90, undefined)], 0.9],
    ['counts what overlaps once', [outage(10, 20), outage(15, 25)], 0.85],
    ['counts what began before from the beginning', [outage(-10, 5)], 0.95],
    ['counts no slowness', [outage(10, 20, { cause: 'degraded' })], 1],
    ['counts no other monitor', [outage(10, 20, { monitors: [] })], 1],
  ])('%s', (_, incidents, share) => {
    expect(availabilityOf(monitor, incidents, time)).toBeCloseTo(share, 10)
  })

  it.each<[string, Partial<Incident>, number]>([
    ['a time of comings and goings', { cause: 'flapping' }, 0.95],
    ['an outage that became one', {}, 0.95],
    ['one that nobody closed yet', { closedAt: undefined }, 0.95],
  ])('counts of %s when it was down alone', (_, more, share) => {
    const came = outage(10, 30, more)
    const [mine] = came.monitors
    if (mine === undefined) throw new Error('no monitor')
    const downs = [{ from: 10 * hour, to: 12 * hour }, { from: 20 * hour, to: 22 * hour }, { from: 29 * hour }]
    expect(availabilityOf(monitor, [{ ...came, monitors: [{ ...mine, downs }] }], time)).toBeCloseTo(share, 10)
  })

  it('counts from when the monitor was added', () => {
    expect(availabilityOf({ id: 'm1', madeAt: 50 * hour }, [outage(70, 75)], time)).toBeCloseTo(0.9, 10)
  })

  it('is not known of a time before', () => {
    expect(availabilityOf({ id: 'm1', madeAt: 200 * hour }, [], time)).toBeUndefined()
  })

  it('is a share, and the more outages the less', () => {
    const outages = fc.array(
      fc
        .tuple(fc.integer({ min: -50, max: 150 }), fc.integer({ min: 0, max: 80 }))
        .map(([at, lasts]) => outage(at, at + lasts)),
    )
    fc.assert(
      fc.property(outages, outages, (some, others) => {
        const few = availabilityOf(monitor, some, time) ?? -1
        const many = availabilityOf(monitor, [...some, ...others], time) ?? -1
        expect(many).toBeGreaterThanOrEqual(0)
        expect(few).toBeLessThanOrEqual(1)
        expect(many).toBeLessThanOrEqual(few)
      }),
    )
  })

  it('has outages oldest first, in a group each monitor its own', () => {
    const group = outage(20, 25, {
      isGroup: true,
      monitors: [
        { monitor: 'm2', name: 'blog', target: '', failingSince: 20 * hour },
        { monitor: 'm1', name: 'shop', target: '', failingSince: 21 * hour, upSince: 22 * hour },
      ],
    })
    expect(outagesOf('m1', [group, outage(5, 6)], 99 * hour)).toEqual([
      [5 * hour, 6 * hour],
      [21 * hour, 22 * hour],
    ])
  })
})
