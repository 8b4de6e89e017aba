import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createIds, readId, showId } from '../../src/store/ids.ts'
import { time } from '../fakes/event.ts'

describe('ids', () => {
  test('rise whatever the clock does, and never repeat', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 1, max: 9000 }))),
        (steps) => {
          const ids = createIds(0)
          let last = 0
          for (const [shift, count] of steps) {
            const first = ids.next(time + shift, count)
            expect(first).toBeGreaterThan(last)
            last = first + count - 1
          }
        },
      ),
    )
  })

  test('are shown in 11 characters that sort as they do', () => {
    const anyId = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
    fc.assert(
      fc.property(anyId, anyId, (one, other) => {
        const [shown, shownOther] = [showId(one), showId(other)]
        expect(shown).toMatch(/^[0-9a-hjkmnp-tv-z]{11}$/)
        expect(readId(shown)).toBe(one)
        expect(shown < shownOther).toBe(one < other)
      }),
    )
  })

  test('are read as people type them, and nothing else is', () => {
    expect(readId('0S9XDX4OOO1')).toBe(readId('0s9xdx40001'))
    expect(readId('s9xdx4000l')).toBe(readId('0s9xdx40001'))
    for (const words of ['', 'u', 'é', '0s9xdx400010', 'zzzzzzzzzzz', '-1', ' ']) expect(readId(words)).toBeUndefined()
  })
})
