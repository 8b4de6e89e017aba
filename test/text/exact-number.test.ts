// Numbers as they were written (issue 7, "NaN, 1e400": nothing is bent on its way through).

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { exactNumbers, isExactNumber, numbersAsText } from '../../src/text/exact-number.ts'

const read = (text: string) => JSON.parse(text, exactNumbers(text))

it.each([
  '9007199254740993',
  '-12345678901234567890',
  '0.12345678901234567890123',
  '1234567890.1234567890',
  '3.141592653589793238462643383279',
  '1e-400',
  '123456789012345678901e5',
])('%s is written again digit by digit', (text) => {
  expect(isExactNumber(read(text))).toBe(true)
  expect(JSON.stringify(read(`{"a":[${text},1]}`))).toBe(`{"a":[${text},1]}`)
  expect(numbersAsText(read(`[{"a":${text}}]`))).toEqual([{ a: text }])
})

it.each([
  '9007199254740992',
  '0.1',
  '0.30000000000000004',
  '1.50000000000000000000',
  '100000000000000000000',
  '1e21',
  '-0.00000000000000000',
  '1000000000000000000000000',
])('%s is a number like any other', (text) => {
  expect(read(text)).toBe(JSON.parse(text))
})

it('is JSON.parse where nothing is rounded, and loses no digit where something is', () => {
  const value = fc.jsonValue({ maxDepth: 4 })
  fc.assert(
    fc.property(value, fc.bigInt(), (one, long) => {
      const text = JSON.stringify({ one, run: '1234567890123456' })
      expect(read(text)).toEqual(JSON.parse(text))
      expect(JSON.stringify(read(`[${long}]`))).toBe(`[${long}]`)
    }),
    { numRuns: 300 },
  )
})

it('looks at no text without a long run of digits', () => {
  expect(exactNumbers('{"at":"2026-11-21T08:00:00.000Z","n":123456789012345}')).toBeUndefined()
})

it('takes a number of many zeros in its stride', () => {
  const zeros = '0'.repeat(200_000)
  expect(isExactNumber(read(`0.${zeros}1`))).toBe(true)
  expect(isExactNumber(read(`1${'0'.repeat(200)}1`))).toBe(true)
})
