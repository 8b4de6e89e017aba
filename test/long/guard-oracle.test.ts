// T19 at its figure: how long a refused target takes says nothing about whether somebody listens there (Welch's t below 4.5).

import { expect, test } from 'vitest'
import { freePort } from '../../src/app/free-port.ts'
import { httpWish, lookoutOf, serve, serveTcp } from '../integrations/monitor/checks/outside.ts'

const samples = 3000

function moments(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  return { mean, spread: variance / values.length }
}

test('open, closed and silent targets that are refused take the same time', async () => {
  const open = await serve((_, response) => response.end())
  const silent = await serveTcp(() => undefined)
  const places = [open.at, `127.0.0.1:${await freePort('127.0.0.1')}`, silent.at]
  const { look } = lookoutOf()
  const times = places.map((): number[] => [])
  for (let turn = 0; turn < samples + 500; turn += 1) {
    // In a new order each time, so that none always follows another.
    for (const index of [0, 1, 2].sort(() => Math.random() - 0.5)) {
      const from = performance.now()
      const { failure } = await look({ target: `http://${places[index]}/`, http: httpWish })
      const tookMs = performance.now() - from
      expect(failure).toEqual({ kind: 'forbidden', detail: 'not allowed', isNetwork: false })
      if (turn >= 500) times[index]?.push(tookMs)
    }
  }
  // The slowest hundredth is the machine's own doing.
  const cut = times.map((values) => moments(values.toSorted((a, b) => a - b).slice(0, samples * 0.99)))
  const [first, ...others] = cut
  for (const other of others) {
    const t = ((first?.mean ?? 0) - other.mean) / Math.sqrt((first?.spread ?? 0) + other.spread)
    console.log(`t = ${t.toFixed(2)}`)
    expect(Math.abs(t)).toBeLessThan(4.5)
  }
  expect(open.count() + silent.count()).toBe(0)
})
