// JSON read as it stands (issue 7, "Bad input"; threat T28).

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readExactJson } from '../../src/text/exact-json.ts'
import { isTooMuch } from '../../src/text/json-depth.ts'

const read = (text: string) => readExactJson(Buffer.from(text))

it('is what JSON.parse makes of it, where each name stands once', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const text = JSON.stringify(value)
      expect(read(text)).toEqual({ value: JSON.parse(text) })
    }),
    { numRuns: 500 },
  )
})

it.each([
  ['{"a":1,"a":2}', 'a'],
  ['{"a":1,"\\u0061":2}', 'a'],
  ['[{"x":{"b":[1,{"c":1},{"c":1,"d":2,"c":3}]}}]', '0.x.b.2.c'],
  ['{"a":{"b":1},"b":{"a":1,"b":"\\"","a":2}}', 'b.a'],
  ['{"":1,"":2}', ''],
  ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ['{"a":[1,1e400]}', 'a.1'],
  ['-1e999', ''],
])('%s is refused at %s', (text, at) => {
  expect(read(text)).toMatchObject({ at })
})

it.each(['', '{', 'NaN', "{'a':1}", '[1,]', '\ufeff{}', '{"a":01}', '"\u0001"', `${'['.repeat(65)}${']'.repeat(65)}`])(
  '%j cannot be read',
  (text) => {
    expect(read(text)).toHaveProperty('unreadable')
  },
)

it('holds 20,000 values and no more, whatever they are (T28)', () => {
  const isMuch = (text: string) => isTooMuch(Buffer.from(text))
  const list = (one: string, count: number) => `[${Array.from({ length: count }, () => one).join(',')}]`
  const names = (count: number) => `{${Array.from({ length: count }, (_, index) => `"k${index}":1`).join(',')}}`
  for (const text of [list('1', 19_999), list('"a,[{\\",{"', 19_999), names(19_999), list('{"a":[1]}', 6666)])
    expect(isMuch(text), text.slice(0, 20)).toBe(false)
  for (const text of [list('1', 20_000), names(20_000), list('[]', 20_000), list('{"a":[1]}', 6667), names(90_000)])
    expect(isMuch(text), text.slice(0, 20)).toBe(true)
  for (const text of ['', '"'.repeat(50_000), '\\'.repeat(50_000), `"${','.repeat(50_000)}`])
    expect(isMuch(text)).toBe(false)
})

it('finds a number without end however it is written', () => {
  for (const text of [`[1${'0'.repeat(309)}]`, '[1E+400]', '[-1.5e0400]']) expect(read(text)).toMatchObject({ at: '0' })
  for (const text of [`[1${'0'.repeat(308)}]`, '[1e-400]', '["1e400"]']) expect(read(text)).toHaveProperty('value')
})

it('takes long strings and many names in its stride', () => {
  const long = JSON.stringify({ a: '"\\'.repeat(200_000), b: 'x'.repeat(500_000) })
  expect(read(long)).toHaveProperty('value')
  const many = Object.fromEntries(Array.from({ length: 19_000 }, (_, index) => [`k${index}`, index]))
  expect(read(JSON.stringify(many))).toHaveProperty('value')
  expect(readExactJson(Buffer.from([0x22, 0xff, 0x22]))).toHaveProperty('unreadable')
})
