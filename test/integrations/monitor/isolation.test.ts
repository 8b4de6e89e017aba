// "Is it me?" (threat F28).

import { describe, expect, it } from 'vitest'
import { createIsolation } from '../../../src/integrations/monitor/isolation.ts'
import type { Failure, Result } from '../../../src/integrations/monitor/monitor.ts'

const minute = 60_000
const timeout: Failure = { kind: 'timeout', detail: 'no answer in 10 s', isNetwork: true }
const status: Failure = { kind: 'status', detail: '503', isNetwork: false }
const forbidden: Failure = { kind: 'forbidden', detail: 'not allowed', isNetwork: false }

const result = (at: number, failure?: Failure): Result => ({
  at,
  tookMs: 1,
  phases: {},
  ...(failure ? { failure } : {}),
})

/** `n` monitors, each of a host of its own unless said. */
function watched(count: number, hostOf = (index: number) => `host${index}`) {
  const isolation = createIsolation()
  const say = (index: number, at: number, failure?: Failure) =>
    isolation.note({ monitor: `m${index}`, host: hostOf(index), everyMs: minute, result: result(at, failure) })
  for (let index = 0; index < count; index += 1) say(index, 0)
  return { isolation, say }
}

describe('Vigie is cut off', () => {
  it('when more than half of five monitors on three hosts stop answering within an interval', () => {
    const { isolation, say } = watched(5, (index) => `host${index % 3}`)
    expect(say(0, 1000, timeout)).toBeUndefined()
    expect(say(1, 2000, timeout)).toBeUndefined()
    expect(say(2, 3000, timeout)).toBe('cut')
    expect(say(3, 4000, timeout)).toBeUndefined()
    expect(isolation.cut()).toEqual({ since: 3000, failing: 4, all: 5 })
  })

  it.each([
    ['four monitors', 4, (index: number) => `host${index}`],
    ['two hosts', 8, (index: number) => `host${index % 2}`],
  ])('not with %s', (_, count, hostOf) => {
    const { isolation, say } = watched(count, hostOf)
    for (let index = 0; index < count; index += 1) say(index, 1000 + index, timeout)
    expect(isolation.cut()).toBeUndefined()
  })

  it.each([
    ['an HTTP answer', status],
    ['an address that was refused', forbidden],
  ])('not by %s', (_, failure) => {
    const { isolation, say } = watched(6)
    for (let index = 0; index < 6; index += 1) say(index, 1000 + index, failure)
    expect(isolation.cut()).toBeUndefined()
  })

  it('not when exactly half fails', () => {
    const { isolation, say } = watched(6)
    for (let index = 0; index < 3; index += 1) say(index, 1000 + index, timeout)
    expect(isolation.cut()).toBeUndefined()
  })

  it('not when they fell one after the other, over longer than an interval', () => {
    const { isolation, say } = watched(6)
    for (let index = 0; index < 6; index += 1) say(index, 2 * minute * (index + 1), timeout)
    expect(isolation.cut()).toBeUndefined()
  })

  it('until half of them answer again', () => {
    const { isolation, say } = watched(6)
    for (let index = 0; index < 6; index += 1) say(index, 1000 + index, timeout)
    expect(isolation.cut()).toBeDefined()
    say(0, 10 * minute)
    say(1, 10 * minute)
    expect(isolation.cut()).toBeDefined()
    expect(say(2, 10 * minute + 1)).toBe('back')
    expect(isolation.cut()).toBeUndefined()
  })

  it('when no reference answers, whatever else does, until one answers', () => {
    const { isolation } = watched(1)
    expect(isolation.noteReference(false, 500)).toBe('cut')
    expect(isolation.cut()).toEqual({ since: 500, failing: 0, all: 1, byReference: true })
    expect(isolation.noteReference(false, 1000)).toBeUndefined()
    expect(isolation.noteReference(true, 2000)).toBe('back')
  })

  it('and a monitor that is removed counts no more', () => {
    const { isolation, say } = watched(6)
    for (let index = 0; index < 3; index += 1) say(index, 1000 + index, timeout)
    isolation.forget('m5')
    expect(say(0, 1100, timeout)).toBe('cut')
  })
})
