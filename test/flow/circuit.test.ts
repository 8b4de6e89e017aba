import { describe, expect, test } from 'vitest'
import { DeliveryError, type DeliveryFailure } from '../../src/errors.ts'
import { createCircuit } from '../../src/flow/circuit.ts'

const failure = (said: Partial<DeliveryFailure> = {}) =>
  new DeliveryError('away', { retry: true, scope: 'notifier', reason: 'network', ...said })

describe('a circuit', () => {
  const create = () => {
    const clock = { at: 1000 }
    return { clock, circuit: createCircuit(() => clock.at) }
  }

  test('leaves room for many while all is well', () => {
    const { circuit } = create()
    expect([circuit.room(0, 16), circuit.room(15, 16), circuit.room(20, 16)]).toEqual([16, 1, 0])
  })

  test('leaves room for one probe in 5 s while it is open', () => {
    const { circuit, clock } = create()
    circuit.failed('d1', failure())
    expect([circuit.room(0, 16), circuit.probeAt()]).toEqual([0, 6000])
    clock.at = 6000
    expect(circuit.room(3, 16)).toBe(1)
    const done = circuit.probe()
    expect([circuit.room(0, 16), circuit.probeAt()]).toEqual([0, undefined])
    done()
    expect(circuit.room(0, 16)).toBe(1)
  })

  test('is closed by its probe, and not by what was sent before', () => {
    const { circuit, clock } = create()
    circuit.failed('d1', failure())
    circuit.succeeded('d2', false)
    expect(circuit.away()).toMatchObject({ since: 1000, reason: 'network', error: 'away' })
    clock.at = 7000
    circuit.probe()
    circuit.succeeded('d1', true)
    expect([circuit.away(), circuit.lastAway()]).toEqual([undefined, { since: 1000, until: 7000 }])
  })

  test('a probe that failed leaves the next one to another time, whenever it is through', () => {
    const { circuit, clock } = create()
    circuit.failed('d1', failure())
    clock.at = 6000
    const done = circuit.probe()
    circuit.failed('d1', failure())
    clock.at = 11_000
    circuit.probe()
    done()
    expect(circuit.room(0, 16)).toBe(0)
  })

  test.each([
    ['a named wait of a 429, to the moment', { reason: 'rate_limited', afterMs: 300 }, 300],
    ['5 s for a 429 that names none', { reason: 'rate_limited' }, 5000],
    ['a minute for a refused token', { reason: 'auth' }, 60_000],
    ['a longer wait that a server names', { reason: 'server', afterMs: 90_000 }, 90_000],
    ['5 s where a server names a shorter one', { reason: 'server', afterMs: 10 }, 5000],
  ])('waits %s', (_what, said, waitMs) => {
    const { circuit } = create()
    circuit.failed('d1', failure(said))
    expect(circuit.probeAt()).toBe(1000 + waitMs)
  })

  test('takes a server that fails on one delivery again and again, and takes others between, for well', () => {
    const { circuit, clock } = create()
    const outcomes = Array.from({ length: 5 }, () => {
      clock.at += 10_000
      const whose = circuit.failed('poison', failure({ reason: 'server' }))
      clock.at += 10_000
      circuit.succeeded('other', true)
      return whose
    })
    expect(outcomes).toEqual(['everybody', 'everybody', 'everybody', 'its own', 'its own'])
  })

  test('does not blame a delivery where others fail as well, though each is taken in the end', () => {
    const { circuit, clock } = create()
    const outcomes = Array.from({ length: 40 }, (_, index) => {
      clock.at += 10_000
      const whose = circuit.failed('unlucky', failure({ reason: 'server' }))
      if (index % 3 === 0) circuit.failed(`other-${index}`, failure({ reason: 'server' }))
      clock.at += 10_000
      const done = circuit.probe()
      circuit.succeeded(`other-${index}`, true)
      done()
      return whose
    })
    expect(new Set(outcomes)).toEqual(new Set(['everybody']))
  })

  test('stays away for as long as was asked, though a probe under way is answered well', () => {
    const { circuit, clock } = create()
    circuit.failed('d1', failure({ reason: 'server' }))
    clock.at += 5000
    circuit.probe()
    circuit.failed('d2', failure({ reason: 'rate_limited', afterMs: 5000 }))
    circuit.succeeded('d3', true)
    expect(circuit.room(0, 16)).toBe(0)
  })

  test('does not blame a delivery for an outage', () => {
    const { circuit } = create()
    const outcomes = Array.from({ length: 9 }, () => circuit.failed('d1', failure({ reason: 'server' })))
    expect(new Set(outcomes)).toEqual(new Set(['everybody']))
  })
})
