// Anything over the open door (issue 7, "a fuzz run"): never a 5xx, never a stack, never a stored half.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { allowed, cloudEvent, type Door, openDoor } from './door.ts'

const types = [
  'application/json',
  'application/json; charset=utf-8',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  'application/x-www-form-urlencoded',
  'text/plain',
  'application/octet-stream',
  '',
]
const urls = ['/webhook/events', '/webhook/in/grafana', '/webhook/in/%00', '/webhook/in/a%2F..', '/subscribe']
const stack = /\\n +at |node_modules|\.ts:\d|file:\/\//

const json = fc.json({ maxDepth: 5 })
const attribute = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.boolean(), fc.jsonValue())
const event = fc
  .dictionary(
    fc.oneof(
      fc.constantFrom(
        'id',
        'source',
        'type',
        'subject',
        'time',
        'data',
        'progress',
        'vigiecard',
        'specversion',
        '__proto__',
        'text',
        'fields',
        'url',
        'severity',
        'channel',
      ),
      fc.string(),
    ),
    attribute,
    { maxKeys: 2 },
  )
  .map((more) => ({ ...cloudEvent(), ...more }))
const plainForm = fc.record(
  {
    type: attribute,
    text: attribute,
    title: attribute,
    fields: attribute,
    url: fc.webUrl(),
    attachments: fc.array(fc.jsonValue()),
    blocks: fc.jsonValue(),
    payload: attribute,
  },
  { requiredKeys: [] },
)
const body = fc.oneof(
  json,
  event.map((one) => JSON.stringify(one)),
  fc.array(event, { maxLength: 4 }).map((all) => JSON.stringify(all)),
  plainForm.map((one) => JSON.stringify(one)),
  plainForm.map((one) => `payload=${encodeURIComponent(JSON.stringify(one))}`),
  fc.string({ unit: 'binary' }),
  event.map((one) => JSON.stringify(one).slice(0, -3)),
)
const header = fc.stringMatching(/^[\x21-\x7e]([\x20-\x7e]{0,20}[\x21-\x7e])?$/)
const headers = fc.record(
  {
    'ce-specversion': fc.constantFrom('1.0', '0.3'),
    'ce-id': header,
    'ce-type': fc.oneof(header, fc.constant('a.b')),
    'ce-source': header,
    'ce-progress': header,
    'ce-data': header,
    'idempotency-key': fc.constantFrom('a', 'b', 'c'),
    'webhook-id': header,
    'webhook-signature': header,
    authorization: fc.constantFrom(...Object.values(allowed), 'Bearer', 'Bearer x', 'Basic eDp4'),
  },
  { requiredKeys: [] },
)

async function expectSound(door: Door, answer: Awaited<ReturnType<Door['post']>>, before: number): Promise<number> {
  expect(answer.statusCode).toBeLessThan(500)
  expect(answer.body).not.toMatch(stack)
  const after = (await door.stored()).length
  if (answer.statusCode !== 200) expect(after).toBe(before)
  if (answer.statusCode >= 400) expect(answer.headers['content-type']).toContain('application/problem+json')
  return after
}

/** What fits together, altered a little; and what does not. */
const calls = fc.oneof(
  fc.tuple(
    fc.constant('/webhook/events'),
    fc.constant('application/cloudevents+json'),
    event.map((one) => JSON.stringify(one)),
  ),
  fc.tuple(
    fc.constant('/webhook/events'),
    fc.constant('application/cloudevents-batch+json'),
    fc.array(event, { maxLength: 4 }).map((all) => JSON.stringify(all)),
  ),
  fc.tuple(
    fc.constant('/webhook/in/grafana'),
    fc.constantFrom('application/json', 'application/x-www-form-urlencoded'),
    fc.oneof(
      json,
      plainForm.map((one) => `payload=${encodeURIComponent(JSON.stringify(one))}`),
      plainForm.map((one) => JSON.stringify(one)),
    ),
  ),
  fc.tuple(fc.constantFrom(...urls), fc.constantFrom(...types), body),
)

it('whatever comes is answered, and stored whole or not at all', async () => {
  const door = await openDoor()
  let count = 0
  await fc.assert(
    fc.asyncProperty(calls, fc.option(headers, { nil: {} }), async ([url, type, text], more) => {
      const said = { ...allowed, ...(type === '' ? {} : { 'content-type': type }), ...more }
      count = await expectSound(door, await door.send('POST', url, said, text), count)
    }),
    { numRuns: 1200 },
  )
  // Some hundred of those drawn are taken.
  expect(count).toBeGreaterThan(30)
  // What was stored can be told.
  for (const { event: stored } of await door.stored())
    for (const locale of ['fr', 'en'] as const) door.hook.describe(stored, { locale, timeZone: 'UTC', now: 0 })
})
