// F29: a day at 5 % packet loss for 200 sites gives no alarm, and every real outage meanwhile is told within two intervals and 20 s.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { monitorOf } from '../fakes/monitors.ts'
import { createWorld, lossy, minute, timedOut, unwell } from '../integrations/monitor/world.ts'

beforeEach(
  () =>
    void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'], now: 1_800_000_000_000 }),
)
afterEach(() => void vi.useRealTimers())

const count = 200
const hour = 60 * minute

it.each([1, 2, 3])('seed %s', { timeout: 30 * minute }, async (first) => {
  const world = createWorld()
  const answer = lossy(first, timedOut)
  const names = Array.from({ length: count }, (_, index) => `site${index}`)
  for (const name of names) {
    world.weather.set(`https://${name}.example.org/`, answer)
    world.add(monitorOf(name))
  }
  await world.pass(hour)
  expect(world.told).toEqual([])

  // One outage an hour, of another site each time, at another second of its interval, for a quarter of an hour.
  for (let round = 1; round < 24; round += 1) {
    const name = `site${round * 7}`
    await world.pass(round * 1700)
    const before = world.told.length
    const failedAt = Date.now()
    world.fails(name, round % 2 === 0 ? unwell : timedOut)
    await world.pass(2 * minute + 20_000)
    const news = world.told.slice(before)
    expect(news.map(({ kind, facts }) => [kind, facts.incident.monitors[0]?.name])).toEqual([['opened', name]])
    expect((news[0]?.at ?? Number.POSITIVE_INFINITY) - failedAt).toBeLessThanOrEqual(2 * minute + 20_000)
    await world.pass(15 * minute)
    world.weather.set(`https://${name}.example.org/`, answer)
    await world.pass(hour - 17 * minute - 20_000 - round * 1700)
    expect(world.told.slice(before).map(({ kind }) => kind)).toEqual(['opened', 'closed'])
  }
  expect(world.cuts).toEqual([])
  await world.stop()
})
