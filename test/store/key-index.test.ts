import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createKeyIndex } from '../../src/store/key-index.ts'

const hashOf = (seed: number): Uint8Array => {
  const hash = Buffer.alloc(16)
  // Few values of the first bytes, so that keys meet in the same slots.
  hash.writeUInt32BE(seed % 7, 0)
  hash.writeUInt32BE(seed, 3)
  return hash
}

describe('the index of keys', () => {
  test('finds what was added and has not expired, whatever else is in it', () => {
    const entry = fc.record({ seed: fc.integer({ min: 0, max: 50 }), lifeMs: fc.integer({ min: 1, max: 3000 }) })
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 4000, size: 'max' }), (entries) => {
        const index = createKeyIndex()
        entries.forEach(({ seed, lifeMs }, now) => {
          index.add(hashOf(seed), now + 1, now + lifeMs, now)
        })
        const now = entries.length
        for (let seed = 0; seed <= 50; seed += 1) {
          const rows = entries.flatMap((one, at) => (one.seed === seed && at + one.lifeMs > now ? [at + 1] : []))
          expect(index.find(hashOf(seed), now).toSorted((a, b) => a - b)).toEqual(rows)
        }
      }),
      { numRuns: 30 },
    )
  })

  test('lets go of what has expired', () => {
    const index = createKeyIndex()
    for (let at = 0; at < 20_000; at += 1) index.add(hashOf(at), at + 1, at + 100, at)
    expect(index.find(hashOf(19_999), 20_000)).toEqual([20_000])
    expect(index.find(hashOf(100), 20_000)).toEqual([])
  })
})
