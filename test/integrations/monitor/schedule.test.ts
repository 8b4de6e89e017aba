// When monitors are looked at: on time, never twice at once, never more than allowed at once.

import { array, assert, asyncProperty, integer, record } from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSchedule } from '../../../src/integrations/monitor/schedule.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const monotonic = () => performance.now()

function begun(parts: { lasts?: number; again?: (id: string) => number | undefined; most?: number } = {}) {
  const seen: { id: string; at: number }[] = []
  const late: number[] = []
  let at = 0
  let most = 0
  const schedule = createSchedule({
    monotonic,
    most: parts.most ?? 100,
    onLate: (lateMs) => late.push(lateMs),
    async look(id) {
      seen.push({ id, at: monotonic() })
      at += 1
      most = Math.max(most, at)
      if (parts.lasts) await new Promise((resolve) => setTimeout(resolve, parts.lasts))
      at -= 1
      return parts.again?.(id)
    },
  })
  return { schedule, seen, late, most: () => most }
}

describe('the schedule', () => {
  it('looks at each when it is due, in order', async () => {
    const { schedule, seen } = begun()
    schedule.set('c', 300)
    schedule.set('a', 100)
    schedule.set('b', 200)
    await vi.advanceTimersByTimeAsync(1000)
    expect(seen).toEqual([
      { id: 'a', at: 100 },
      { id: 'b', at: 200 },
      { id: 'c', at: 300 },
    ])
    expect(schedule.size()).toBe(0)
  })

  it('looks again after what the look answered', async () => {
    const { schedule, seen } = begun({ lasts: 50, again: () => 100 })
    schedule.set('a', 0)
    await vi.advanceTimersByTimeAsync(400)
    expect(seen.map(({ at }) => at)).toEqual([0, 150, 300])
  })

  it('looks at the time set last', async () => {
    const { schedule, seen } = begun()
    schedule.set('a', 500)
    schedule.set('a', 100)
    schedule.set('b', 100)
    schedule.set('b', 500)
    await vi.advanceTimersByTimeAsync(1000)
    expect(seen).toEqual([
      { id: 'a', at: 100 },
      { id: 'b', at: 500 },
    ])
  })

  it('never looks at one a second time while it is under way, and once more after it when that was asked', async () => {
    const { schedule, seen, most } = begun({ lasts: 100 })
    schedule.set('a', 0)
    await vi.advanceTimersByTimeAsync(10)
    schedule.set('a', 0)
    schedule.set('a', 0)
    await vi.advanceTimersByTimeAsync(1000)
    // A timer of 0 ms takes one.
    expect(seen.map(({ at }) => at)).toEqual([0, 101])
    expect(most()).toBe(1)
  })

  it('forgets what is removed, also while it is being looked at', async () => {
    const { schedule, seen } = begun({ lasts: 100, again: () => 10 })
    schedule.set('a', 0)
    schedule.set('b', 50)
    await vi.advanceTimersByTimeAsync(10)
    schedule.remove('a')
    schedule.remove('b')
    expect(schedule.has('a')).toBe(false)
    await vi.advanceTimersByTimeAsync(1000)
    expect(seen).toEqual([{ id: 'a', at: 0 }])
  })

  it('begins no more than allowed at once, and says how late the others are', async () => {
    const { schedule, late, most, seen } = begun({ lasts: 100, most: 2 })
    for (const id of ['a', 'b', 'c', 'd']) schedule.set(id, 0)
    await vi.advanceTimersByTimeAsync(1000)
    expect(most()).toBe(2)
    expect(seen).toHaveLength(4)
    expect(late).toEqual([0, 0, 101, 101])
  })

  it('keeps to a wait of 31 days', async () => {
    const { schedule, seen } = begun()
    schedule.set('a', 31 * 86_400_000)
    await vi.advanceTimersByTimeAsync(30 * 86_400_000)
    expect(seen).toEqual([])
    await vi.advanceTimersByTimeAsync(2 * 86_400_000)
    expect(seen).toEqual([{ id: 'a', at: 31 * 86_400_000 }])
  })

  it('ends what is under way and begins nothing more once stopped', async () => {
    const { schedule, seen } = begun({ lasts: 100, again: () => 10 })
    schedule.set('a', 0)
    schedule.set('b', 50)
    await vi.advanceTimersByTimeAsync(10)
    const stopped = schedule.stop()
    await vi.advanceTimersByTimeAsync(1000)
    await stopped
    expect(seen).toEqual([{ id: 'a', at: 0 }])
  })

  it('looks at everything at its time, whatever is set', async () => {
    const wishes = array(record({ id: integer({ min: 0, max: 20 }), inMs: integer({ min: 0, max: 5000 }) }), {
      maxLength: 60,
    })
    await assert(
      asyncProperty(wishes, async (list) => {
        const start = monotonic()
        const { schedule, seen } = begun()
        for (const { id, inMs } of list) schedule.set(String(id), inMs)
        await vi.advanceTimersByTimeAsync(6000)
        const wanted = new Map(list.map(({ id, inMs }) => [String(id), start + inMs]))
        expect(new Map(seen.map(({ id, at }) => [id, at]))).toEqual(wanted)
        expect(seen).toHaveLength(wanted.size)
      }),
      { numRuns: 50 },
    )
  })
})
