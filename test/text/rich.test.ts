// Foreign text on one line (design.md, "Foreign text").

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { oneLine, shorten } from '../../src/text/rich.ts'

const anyText = fc.string({ unit: 'binary' })
const nearlyPlain = fc
  .array(
    fc.constantFrom(
      'a',
      'é',
      ' ',
      '\u00a0',
      '\t',
      '\u200b',
      '\u202e',
      '\ud83d',
      '\ude00',
      '👩‍🚀',
      '\u{e0041}',
      '\u0085',
      '\ufeff',
    ),
  )
  .map((parts) => parts.join(''))

describe('foreign text on one line', () => {
  test('is the same whether or not there was something to take away', () => {
    // What ends in a space is never taken as it stands.
    void fc.assert(
      fc.property(fc.oneof(anyText, nearlyPlain), (text) => {
        expect(oneLine(text)).toBe(oneLine(`${text} `))
      }),
      { numRuns: 2000 },
    )
  })

  test('holds nothing that hides, turns around or breaks the line', () => {
    void fc.assert(
      fc.property(fc.oneof(anyText, nearlyPlain), (text) => {
        expect(oneLine(text)).not.toMatch(
          /[\p{Cc}\p{Cs}\u061c\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u,
        )
      }),
    )
  })

  test('is cut by characters, not within one', () => {
    expect(shorten('🦊🦊🦊🦊', 4)).toBe('🦊🦊🦊🦊')
    expect(shorten('🦊🦊🦊🦊', 3)).toBe('🦊🦊…')
    expect(shorten('abcd', 4)).toBe('abcd')
    expect(shorten('abcde', 4)).toBe('abc…')
  })

  test('is cut from its beginning as from the whole', () => {
    const pieces = fc.constantFrom(
      ' '.repeat(300),
      '\t\n'.repeat(40),
      'a',
      'mot ',
      '🦊',
      '\ud83d',
      '\u{e0041}'.repeat(9),
    )
    const text = fc.array(fc.oneof(pieces, anyText)).map((parts) => parts.join(''))
    void fc.assert(
      fc.property(text, fc.nat(12), (text, runes) => {
        const characters = [...oneLine(text)]
        const first = characters.slice(0, Math.max(0, runes - 1)).join('')
        expect(shorten(text, runes)).toBe(characters.length <= runes ? oneLine(text) : `${first.trimEnd()}…`)
      }),
      { numRuns: 1000 },
    )
  })
})
