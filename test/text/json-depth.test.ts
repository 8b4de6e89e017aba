// How deep JSON nests and how much it holds, before it is parsed (threat T28).

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isTooDeep, isTooMuch, maxDepth, maxValues } from '../../src/text/json-depth.ts'

const isDeep = (text: string) => isTooDeep(Buffer.from(text))
const deep = (depth: number, inner: string) => `${'['.repeat(depth)}${inner}${']'.repeat(depth)}`

it('is told by the brackets outside of strings, whatever a string holds and however long it is', () => {
  const piece = fc.constantFrom(
    '"',
    '\\',
    '[',
    '{',
    ']',
    ',',
    'a',
    'é🦊',
    'x'.repeat(70),
    '\\'.repeat(65),
    '"\\'.repeat(40),
  )
  const text = fc.array(piece, { maxLength: 12 }).map((parts) => JSON.stringify(parts.join('')))
  fc.assert(
    fc.property(text, text, (one, two) => {
      expect(isDeep(deep(maxDepth, one)), one).toBe(false)
      expect(isDeep(`[${one},${deep(maxDepth - 1, two)}]`)).toBe(false)
      expect(isDeep(`[${one},${deep(maxDepth, two)}]`)).toBe(true)
      const filled = `${one},${'1,'.repeat(maxValues - 3)}`
      expect(isTooMuch(Buffer.from(`[${filled}1]`)), one).toBe(false)
      expect(isTooMuch(Buffer.from(`[${filled}1,1]`)), one).toBe(true)
    }),
    { numRuns: 300 },
  )
})

it('ends with the bytes where a string does not', () => {
  for (const text of ['"', '"\\', `"${'x'.repeat(200)}`, `"${'\\"'.repeat(200)}`, `"${'x'.repeat(63)}\\`])
    expect([isDeep(text), isDeep(`${text}${'['.repeat(100)}`)]).toEqual([false, false])
})
