// Calls that nobody should make, on every documented route: whatever comes, the answer is one that the documentation knows.

import fc from 'fast-check'
import type { RouteDoc } from '../../src/integrations/integration.ts'
import { problemShape } from '../../src/web/api/openapi.ts'
import { documented, type Proofs, proofOf } from './documented.ts'

const nasty = [
  '',
  ' ',
  'null',
  '[]',
  '{}',
  '"x"',
  '1e400',
  '{"nom":NaN,"score":1}',
  '{"nom":"a","score":1e400}',
  '{"nom":"a","score":9007199254740993}',
  '{"nom":"a","score":1,"score":2}',
  '{"__proto__":{"admin":true},"nom":"a","score":1}',
  '{"nom":"constructor","score":1}',
  `{"nom":"${'x'.repeat(10_000)}","score":1}`,
  '{"nom":"a","score":',
  '{"nom":"\\ud800","score":1}',
  `${'['.repeat(5000)}${']'.repeat(5000)}`,
  `{"a":${'{"a":'.repeat(100)}1${'}'.repeat(101)}`,
  '{"specversion":"1.0","id":"1","source":"/","type":"t","time":"never"}',
  '{"type":"t","text":"x","fields":{"__proto__":1}}',
  '\0\0\0',
  '﻿{"nom":"a","score":1}',
]
const types = [
  'application/json',
  'application/json; charset=utf-16',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  'application/x-www-form-urlencoded',
  'text/plain',
  'multipart/form-data; boundary=x',
  'application/json, text/plain',
  '',
]
const headers = [
  { 'idempotency-key': 'x'.repeat(300) },
  { 'idempotency-key': 'é' },
  { 'webhook-id': 'a', 'webhook-timestamp': 'b', 'webhook-signature': 'v1,c' },
  { 'ce-specversion': '1.0', 'ce-id': '%', 'ce-source': '/', 'ce-type': 't' },
  { 'ce-specversion': '2' },
  { 'accept-language': 'en' },
  { 'if-none-match': '*' },
  { origin: 'http://evil.example' },
  { 'x-api-key': 'vigie_x_y' },
  {},
]

const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    '..',
    '.',
    '%00',
    '%',
    '\u0000',
    'x'.repeat(3000),
    '-1',
    '1e9',
    'NaN',
    '',
  ),
)
const json = fc.oneof(
  fc.json(),
  fc.jsonValue({ depthSize: 'medium' }).map((value) => JSON.stringify(value)),
)
/** Near enough to a good one to be read. */
const almost = fc
  .tuple(
    fc.constantFrom(...documented.flatMap(({ examples }) => examples.flatMap(({ body }) => body ?? []))),
    fc.jsonValue(),
    fc.nat(),
  )
  .map(([body, value, which]) => {
    if (typeof body !== 'object' || body === null) return JSON.stringify(value)
    const names = Object.keys(body)
    return JSON.stringify({ ...body, [names[which % Math.max(1, names.length)] ?? 'x']: value })
  })

export const call = fc.record({
  route: fc.constantFrom(...documented),
  body: fc.oneof(fc.constantFrom(...nasty), json, almost, fc.string({ unit: 'binary' })),
  type: fc.constantFrom(...types),
  more: fc.constantFrom(...headers),
  words: fc.array(word, { minLength: 3, maxLength: 3 }),
  query: fc.dictionary(word, word, { maxKeys: 3 }),
  isProven: fc.boolean(),
})
export type Call = typeof call extends fc.Arbitrary<infer T> ? T : never

/** What is wrong with the answer; nothing where it is as it should be. */
export async function faultOf(url: string, made: Call, proofs: Proofs): Promise<string | undefined> {
  const { route } = made
  const hasBody = route.method !== 'GET'
  const response = await fetch(url + addressOf(made), {
    method: route.method,
    headers: {
      ...(hasBody && made.type !== '' ? { 'content-type': made.type } : {}),
      ...(made.isProven ? proofOf(route, proofs) : {}),
      ...safe(made.more),
    },
    ...(hasBody ? { body: Buffer.from(made.body) } : {}),
  })
  const text = await response.text()
  const what = `${route.method} ${route.path} → ${response.status} ${text.slice(0, 300)}`
  if (response.status >= 500) return what
  if (/\bat .*(?:\.ts|\.js|node:)[:\d]|node_modules|Error:/.test(text) && !isEcho(route)) return `a stack: ${what}`
  if (response.status < 400) return undefined
  if (!(response.headers.get('content-type') ?? '').startsWith('application/problem+json')) return `no problem: ${what}`
  return problemShape.safeParse(JSON.parse(text)).success ? undefined : `no problem: ${what}`
}

/** Pages that show what the API documentation says, words of errors among it. */
const isEcho = ({ path }: RouteDoc) => path === '/docs' || path === '/openapi.json'

function addressOf({ route, words, query }: Call): string {
  const rest = [...words]
  const path = route.path.replace(/:\w+/g, () => encode(rest.pop() ?? 'x'))
  const asked = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`)
  return `${path}${asked.length === 0 ? '' : `?${asked.join('&')}`}`
}

const encode = (text: string) => encodeURIComponent(text.toWellFormed())
/** What fetch lets through: bytes. */
const safe = (more: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(more).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
