// Which states are stored, and what a stored one is after a restart.

import { describe, expect, it } from 'vitest'
import { isSameButResults, withNewest } from '../../../src/integrations/monitor/kept-state.ts'
import type { Result, State } from '../../../src/integrations/monitor/monitor.ts'

const at = Date.UTC(2026, 10, 21)
const result: Result = { at, tookMs: 80, phases: {}, status: 200 }
const failed: Result = { ...result, failure: { kind: 'refused', detail: 'ECONNREFUSED', isNetwork: false } }
const state: State = { health: 'up', since: at, streak: 0, slowStreak: 0, turns: [], last: result, lastGood: result }
const later = <T extends Result>(one: T): T => ({ ...one, at: one.at + 60_000 })

describe('a state', () => {
  it('is the same where only its latest results differ', () => {
    expect(isSameButResults(state, { ...state, turns: [], last: later(result), lastGood: later(result) })).toBe(true)
  })

  it.each<Partial<State>>([
    { health: 'suspect' },
    { since: at + 1 },
    { streak: 1 },
    { failingSince: at },
    { goodSince: at },
    { turns: [at] },
    { beneath: 'up' },
    { slowStreak: 1 },
    { isSlow: true },
    { certificateTold: { endsAt: at, days: 7 } },
    { incident: 'i1' },
  ])('is another with %o', (change) => {
    expect(isSameButResults(state, { ...state, ...change })).toBe(false)
  })

  it('is what was seen since it was stored', () => {
    expect(withNewest(state, later(result))).toEqual({
      ...state,
      last: later(result),
      lastGood: { at: at + 60_000, tookMs: 80 },
    })
  })

  it('was last well when it was last well', () => {
    expect(withNewest(state, later(failed))).toEqual({ ...state, last: later(failed) })
  })

  it.each([
    ['nothing newer was seen', state, result],
    ['nothing was seen at all', state, undefined],
    ['it is not known yet: what was seen was another target', { ...state, health: 'unknown' as const }, later(result)],
  ])('stays where %s', (_, stored, newest) => {
    expect(withNewest(stored, newest)).toBe(stored)
  })
})
