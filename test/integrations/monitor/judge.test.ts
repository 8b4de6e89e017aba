// What is made of checks' results (issue "The watch", "Judgement"): by table, and by property.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judge, unknownState } from '../../../src/integrations/monitor/judge.ts'
import type { Change, Circumstances, Result, State } from '../../../src/integrations/monitor/monitor.ts'
import { monitorOf } from '../../fakes/monitors.ts'

const monitor = monitorOf('boutique', { slowMs: 2000 })
const calm = { isHeld: false, isIsolated: false, isBehindSuspect: false }

const good = (at: number, tookMs = 100): Result => ({ at, tookMs, phases: {}, status: 200 })
const bad = (at: number): Result => ({
  at,
  tookMs: 50,
  phases: {},
  status: 503,
  failure: { kind: 'status', detail: '503 Service Unavailable', isNetwork: false },
})

/** `+` well, `~` slow, `-` failing; each at the moment the judge asked for. */
function walk(signs: string, from: State = unknownState, startAt = 0, around: Partial<Circumstances> = {}) {
  let state = from
  let at = startAt
  const told: { at: number; change: Change }[] = []
  const seen: string[] = []
  for (const sign of signs) {
    const result = sign === '-' ? bad(at) : good(at, sign === '~' ? 3000 : 100)
    const judged = judge(state, result, monitor, { now: at, ...calm, ...around })
    state = judged.state
    seen.push(state.health)
    told.push(...judged.changes.map((change) => ({ at, change })))
    at += judged.nextInMs
  }
  return { state, at, seen, kinds: told.map(({ change }) => change.kind), told }
}

describe('the judge', () => {
  it.each([
    { signs: '+++', kinds: [], ends: 'up' },
    { signs: '-', kinds: [], ends: 'suspect' },
    { signs: '--+', kinds: [], ends: 'up' },
    { signs: '---', kinds: ['down'], ends: 'down' },
    { signs: '-+--+-+--', kinds: [], ends: 'suspect' },
    { signs: '---------', kinds: ['down'], ends: 'down' },
    { signs: '---+', kinds: ['down'], ends: 'down' },
    { signs: '---+-+-+', kinds: ['down'], ends: 'down' },
    { signs: '---++', kinds: ['down', 'up'], ends: 'up' },
    { signs: '~~', kinds: [], ends: 'up' },
    { signs: '~~~', kinds: ['degraded'], ends: 'degraded' },
    { signs: '~~~+', kinds: ['degraded'], ends: 'degraded' },
    { signs: '~~~++', kinds: ['degraded', 'quick'], ends: 'up' },
    { signs: '~~~-~', kinds: ['degraded'], ends: 'degraded' },
    { signs: '~~~---++', kinds: ['degraded', 'down', 'up'], ends: 'up' },
  ])('says of $signs: $kinds, and it is $ends', ({ signs, kinds, ends }) => {
    const walked = walk(signs)
    expect(walked.kinds).toEqual(kinds)
    expect(walked.state.health).toBe(ends)
  })

  it('looks again soon while nothing is decided, and at leisure otherwise', () => {
    const waits = ['+', '-', '--', '---', '---+', '---++'].map((signs) => {
      const before = walk(signs.slice(0, -1))
      return walk(signs).at - before.at
    })
    expect(waits).toEqual([60_000, 20_000, 20_000, 60_000, 20_000, 60_000])
  })

  it('says from when to when it was away: from the first failure to the first success', () => {
    const { told } = walk('+---++')
    const up = told.at(-1)?.change
    // Well at 0; failing at 60, 80, 100 s; again at 160 s, well then and at 180 s.
    expect(up).toMatchObject({ kind: 'up', from: 60_000, to: 160_000 })
  })

  it('counts failures during maintenance but decides nothing, and decides at the first one after it', () => {
    const during = walk('-----', unknownState, 0, { isHeld: true })
    expect(during.kinds).toEqual([])
    expect(during.state.health).toBe('suspect')
    expect(walk('-', during.state, during.at).kinds).toEqual(['down'])
    expect(walk('+', during.state, during.at).state.health).toBe('up')
  })

  it('waits for the verdict on the monitor it stands behind', () => {
    const waiting = walk('-----', unknownState, 0, { isBehindSuspect: true })
    expect(waiting.kinds).toEqual([])
    expect(walk('-', waiting.state, waiting.at).kinds).toEqual(['down'])
  })

  it('freezes everything while Vigie is cut off', () => {
    const { state } = walk('+--')
    expect(walk('----', state, 1000, { isIsolated: true })).toMatchObject({ state, kinds: [] })
  })

  it('says once that it flaps, nothing while it does, and once what it is when it is steady', () => {
    const flapping = walk('---++---++---++---++---++')
    expect(flapping.kinds.filter((kind) => kind !== 'turned')).toEqual(['down', 'up', 'down', 'up', 'flapping'])
    // For the accounting.
    expect(flapping.kinds.filter((kind) => kind === 'turned')).toHaveLength(6)
    expect(flapping.state).toMatchObject({ health: 'flapping', beneath: 'up' })
    const after = walk('+'.repeat(20), flapping.state, flapping.at)
    expect(after.kinds).toEqual(['steady'])
    expect(after.state.health).toBe('up')
    expect(after.state.beneath).toBeUndefined()
  })

  it('calls nothing slow in a maintenance or a mute, and at the next slow answer after it', () => {
    const during = walk('~~~~~', unknownState, 0, { isHeld: true })
    expect([during.kinds, during.state.health]).toEqual([[], 'up'])
    expect(walk('~', during.state, during.at).kinds).toEqual(['degraded'])
    expect(walk('+~', during.state, during.at).kinds).toEqual([])
    // That it is quick again is good news.
    const slow = walk('~~~')
    expect(walk('++', slow.state, slow.at, { isHeld: true }).kinds).toEqual(['quick'])
  })

  it('says that a certificate ends at 21, 14, 7, 3 and 1 days, once each, and starts afresh with a new one', () => {
    const day = 86_400_000
    const endsAt = 100 * day
    let state = unknownState
    const told: string[] = []
    for (let at = 70 * day; at <= 100 * day; at += day / 4) {
      const judged = judge(state, { ...good(at), certificateEndsAt: endsAt }, monitor, { now: at, ...calm })
      state = judged.state
      for (const change of judged.changes) if (change.kind === 'certificate') told.push(`${at / day}:${change.days}`)
    }
    expect(told).toEqual(['79:21', '86:14', '93:7', '97:3', '99:1'])
    const renewed = judge(state, { ...good(101 * day), certificateEndsAt: 103 * day }, monitor, {
      now: 101 * day,
      ...calm,
    })
    expect(renewed.changes).toMatchObject([{ kind: 'certificate', days: 3 }])
  })
})

const signs = fc
  .array(fc.tuple(fc.constantFrom('+', '~', '-'), fc.integer({ min: 1, max: 6 })), { maxLength: 60 })
  .map((runs) => runs.map(([sign, count]) => sign.repeat(count)).join(''))

describe('for any course of results', () => {
  it('goes down only at the Nth failure in a row and comes back only at the Mth success in a row', () => {
    fc.assert(
      fc.property(signs, (course) => {
        let state = unknownState
        let at = 0
        let failures = 0
        let successes = 0
        for (const sign of course) {
          failures = sign === '-' ? failures + 1 : 0
          successes = sign === '-' ? 0 : successes + 1
          const judged = judge(state, sign === '-' ? bad(at) : good(at), monitor, { now: at, ...calm })
          for (const { kind } of judged.changes) {
            if (kind === 'down') expect(failures).toBeGreaterThanOrEqual(monitor.failures)
            if (kind === 'up') expect(successes).toBeGreaterThanOrEqual(monitor.successes)
          }
          if (failures >= monitor.failures) expect(['down', 'flapping']).toContain(judged.state.health)
          if (successes >= monitor.successes) expect(judged.state.health).not.toBe('suspect')
          at += judged.nextInMs
          state = judged.state
        }
      }),
    )
  })

  it('tells down and up in turns, and the same over a restart from what was stored', () => {
    fc.assert(
      fc.property(signs, fc.record({ isHeld: fc.boolean() }), (course, around) => {
        const { kinds } = walk(course, unknownState, 0, around)
        const turns = kinds.filter((kind) => kind === 'down' || kind === 'up')
        const first = kinds.indexOf('flapping')
        const unshaken = first === -1 ? turns : kinds.slice(0, first).filter((kind) => kind === 'down' || kind === 'up')
        expect(unshaken).toEqual(unshaken.map((_, index) => (index % 2 === 0 ? 'down' : 'up')))

        let state = unknownState
        let at = 0
        const again: string[] = []
        for (const sign of course) {
          const result = sign === '-' ? bad(at) : good(at, sign === '~' ? 3000 : 100)
          const stored: State = JSON.parse(JSON.stringify(state))
          const judged = judge(stored, result, monitor, { now: at, ...calm, ...around })
          again.push(...judged.changes.map(({ kind }) => kind))
          state = judged.state
          at += judged.nextInMs
        }
        expect(again).toEqual(kinds)
      }),
    )
  })
})
