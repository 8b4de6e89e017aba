// `POST /webhook/events` (issue 7; interface.md, "HTTP routes"): what is taken, what is refused and how, what is told again and what is not.

import { describe, expect, it } from 'vitest'
import { headerText } from '../../../src/integrations/hook/cloud-event.ts'
import { renderCloudEvents } from '../../../src/notifiers/webhook.ts'
import { toCloudEvent } from '../../../src/store/cloud-event.ts'
import { plain } from '../../../src/text/rich.ts'
import { bearer } from '../../fakes/keys.ts'
import { allowed, batch, cloudEvent, json, openDoor, structured } from './door.ts'

const fieldsOf = (answer: { json(): { errors?: { field: string }[] } }) =>
  (answer.json().errors ?? []).map(({ field }) => field)

describe('a CloudEvent', () => {
  it('in structured mode is stored whole, and told where its type is subscribed to', async () => {
    const door = await openDoor()
    await door.subscribe('com.example.*')
    const answer = await door.post(cloudEvent({ id: 'a', traceparent: '00-1', urgent: true }), structured)
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({ event: expect.any(String), matched: 1 })
    const [stored] = await door.stored()
    expect(stored?.event).toMatchObject({
      id: answer.json().event,
      source: 'hook',
      type: 'hook.com.example.order.created',
      topic: 'com.example.order.created',
      subject: 'order 42',
      time: '2026-11-21T08:00:00.000Z',
      audience: 'closed',
      data: { id: 'a', source: '/shop', extensions: { traceparent: '00-1', urgent: true }, data: { id: 42 } },
    })
  })

  it('that nobody hears comes with the command that would hear it', async () => {
    const door = await openDoor()
    expect((await door.post(cloudEvent(), structured)).json()).toEqual({
      event: expect.any(String),
      matched: 0,
      hint: '/subscribe hook com.example.order.created',
    })
  })

  it('in binary mode has its attributes in headers, percent-decoded', async () => {
    const door = await openDoor()
    const headers = {
      ...json,
      'ce-specversion': '1.0',
      'ce-id': 'b1',
      'ce-source': '/shop',
      'ce-type': 'com.example.order',
      'ce-subject': 'Euro%20%E2%82%AC%20%F0%9F%98%80',
      'ce-progress': '60',
    }
    expect((await door.post({ state: 'paid' }, headers)).statusCode).toBe(200)
    const [stored] = await door.stored()
    expect(stored?.event).toMatchObject({ subject: 'Euro € 😀', data: { data: { state: 'paid' }, progress: 60 } })
    const text = await door.post('bonjour', { ...headers, 'ce-id': 'b2', 'content-type': 'text/plain' })
    const bytes = await door.post(Buffer.from([0, 255]), { ...headers, 'ce-id': 'b3', 'content-type': 'image/png' })
    expect([text.statusCode, bytes.statusCode]).toEqual([200, 200])
    expect((await door.stored()).slice(0, 2).map(({ event }) => [event.data.data, event.data.data_base64])).toEqual([
      [undefined, 'AP8='],
      ['bonjour', undefined],
    ])
    expect((await door.post('{', { ...headers, 'ce-id': 'b4' })).statusCode).toBe(400)
  })

  // HTTP protocol binding 1.0.2, 3.1.3.2.
  it.each([
    ['Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro € 😀'],
    ['"quoted \\"word\\""', 'quoted "word"'],
    ['100%', '100%'],
    ['%41%2525', 'A%25'],
    ['%C3%28', '\ufffd('],
  ])('has the header %s read as %s', (header, text) => {
    expect(headerText(header)).toBe(text)
  })

  it.each(['help', 'Aide'])('of type %s is named in quotes, or the command would only explain itself', async (type) => {
    const door = await openDoor()
    expect((await door.post(cloudEvent({ type }), structured)).json()).toMatchObject({
      hint: `/subscribe hook "${type}"`,
    })
  })

  it('in a batch is answered in a list, and one that is wrong takes all with it', async () => {
    const door = await openDoor()
    const both = await door.post([cloudEvent(), cloudEvent({ type: 'x.y' })], batch)
    expect(both.json()).toEqual([
      { event: expect.any(String), matched: 0, hint: '/subscribe hook com.example.order.created' },
      { event: expect.any(String), matched: 0, hint: '/subscribe hook x.y' },
    ])
    const half = await door.post([cloudEvent(), cloudEvent({ type: 'a b' }), 3, cloudEvent({ id: '' })], batch)
    expect([half.statusCode, fieldsOf(half)]).toEqual([422, ['1.type', '2', '3.id']])
    expect(await door.stored()).toHaveLength(2)
    expect((await door.post([], batch)).json()).toEqual([])
    expect(
      (
        await door.post(
          Array.from({ length: 101 }, () => cloudEvent()),
          batch,
        )
      ).statusCode,
    ).toBe(422)
  })

  it('in a batch that cannot be stored is stored with none of the others', async () => {
    const door = await openDoor()
    const record = door.world.store.events.record
    const mine = { ...door.world.store.events, record: record.bind(door.world.store.events) }
    Object.assign(door.world.store.events, {
      record: async (all: Parameters<typeof record>[0]) => {
        const [first, ...rest] = all
        if (first === undefined || rest.length === 0) return await mine.record(all)
        const route = () => {
          throw Object.assign(new Error('full'), { name: 'StoreUnavailable', retryAfterMs: 1 })
        }
        return await mine.record([first, ...rest.map((one) => ({ ...one, route }))])
      },
    })
    const answer = await door.post([cloudEvent(), cloudEvent()], batch)
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '10'])
    expect(await door.stored()).toEqual([])
  })

  it('is told once, however often its source and id come', async () => {
    const door = await openDoor()
    await door.subscribe()
    const first = await door.post(cloudEvent({ id: 'one' }), structured)
    const again = await door.post(cloudEvent({ id: 'one', data: { other: true } }), structured)
    expect(again.json()).toEqual(first.json())
    await door.post(cloudEvent({ id: 'one', source: '/other' }), structured)
    expect(await door.stored()).toHaveLength(2)
    const twins = await door.post([cloudEvent({ id: 'two' }), cloudEvent({ id: 'two' })], batch)
    expect(new Set(twins.json().map(({ event }: { event: string }) => event)).size).toBe(1)
  })

  it('with an Idempotency-Key is answered again as before, and another body is refused', async () => {
    const door = await openDoor()
    const headers = { ...json, 'idempotency-key': 'k1' }
    const first = await door.post({ type: 'a', text: 'b' }, headers)
    expect((await door.post({ type: 'a', text: 'b' }, headers)).json()).toEqual(first.json())
    expect((await door.post({ type: 'a', text: 'c' }, headers)).statusCode).toBe(422)
    expect(await door.stored()).toHaveLength(1)
  })

  it.each<[object, string[]]>([
    [{ specversion: '0.3' }, ['specversion']],
    [{ specversion: undefined, type: 'x' }, []],
    [{ id: 3 }, ['id']],
    [{ source: '' }, ['source']],
    [{ type: '' }, ['type']],
    [{ type: 'a b' }, ['type']],
    [{ type: '*' }, ['type']],
    [{ type: 'x'.repeat(201) }, ['type']],
    [{ subject: 'a\nb' }, ['subject']],
    [{ subject: 'x'.repeat(1001) }, ['subject']],
    [{ time: 'yesterday' }, ['time']],
    [{ time: '2026-13-01T00:00:00Z' }, ['time']],
    [{ time: '2026-02-30T00:00:00Z' }, ['time']],
    [{ ext: 2 ** 31 }, ['ext']],
    [{ Extension: 'a' }, ['Extension']],
    [{ my_ext: 'a' }, ['my_ext']],
    [{ ext: { a: 1 } }, ['ext']],
    [{ ext: 1.5 }, ['ext']],
    [{ progress: 101 }, ['progress']],
    [{ progress: -1 }, ['progress']],
    [{ data: 1, data_base64: 'AA==' }, ['data_base64']],
    [{ data: undefined, data_base64: '=' }, ['data_base64']],
  ])('that is wrong by %j is refused by its field', async (more, fields) => {
    const door = await openDoor()
    const answer = await door.post(cloudEvent(more), structured)
    expect(answer.statusCode).toBe(422)
    if (fields.length > 0) expect(fieldsOf(answer)).toEqual(fields)
    expect(await door.stored()).toEqual([])
  })

  it('of a key of one channel is told there alone', async () => {
    const door = await openDoor({ holder: { channel: 'town' } })
    await door.subscribe()
    await door.subscribe(undefined, { channel: 'elsewhere' })
    expect((await door.post(cloudEvent(), structured)).json().matched).toBe(1)
  })
})

describe('the plain form', () => {
  it('is told with its words', async () => {
    const door = await openDoor()
    const body = {
      type: 'backup.done',
      text: 'Tout va bien.\nDeux fois.',
      title: 'Sauvegarde',
      severity: 'warning',
      subject: 'db1',
      url: 'https://example.org/x',
      fields: { size: 12, ok: true },
    }
    expect((await door.post(body)).statusCode).toBe(200)
    const [stored] = await door.stored()
    expect(stored?.event).toMatchObject({
      type: 'hook.backup.done',
      subject: 'db1',
      severity: 'warning',
      data: { url: 'https://example.org/x', told: { title: 'Sauvegarde', text: body.text } },
    })
    // Foreign text links nowhere that we did not build.
    expect(stored?.event.url).toBeUndefined()
    await door.post({ type: 'a', text: 'b', url: 'https://git.example.org/group/project' })
    expect((await door.stored())[0]?.event.url).toBe('https://git.example.org/group/project')
  })

  it('without a title has its subject, else its type, as title', async () => {
    const door = await openDoor()
    const titleOf = async (body: object) => {
      await door.post({ type: 'backup.done', text: 'Tout va bien.', ...body })
      const [stored] = await door.stored()
      return stored && door.hook.describe(stored.event, { locale: 'fr', timeZone: 'UTC', now: 0 }).title
    }
    expect(await titleOf({})).toEqual(['backup.done'])
    expect(await titleOf({ subject: 'db1' })).toEqual(['db1'])
  })

  it('names the value of `fields` that is none', async () => {
    const door = await openDoor()
    const answer = await door.post(
      { type: 'a', text: 'b', fields: { good: 1, '': 2, inner: { a: 1 }, none: null } },
      json,
    )
    expect([answer.statusCode, fieldsOf(answer)]).toEqual([422, ['fields.inner', 'fields.none']])
  })

  it('is refused field by field, in the caller’s language', async () => {
    const door = await openDoor()
    const answer = await door.post(
      { type: 3, severity: 'bad', url: 'javascript:alert(1)', fields: [1], extra: 1 },
      { ...json, 'accept-language': 'fr' },
    )
    expect(answer.statusCode).toBe(422)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(fieldsOf(answer).toSorted()).toEqual(['extra', 'fields', 'severity', 'text', 'type', 'url'])
    expect(answer.json().errors).toContainEqual({
      field: 'severity',
      detail: 'il faut "info", "warning" ou "critical" et non "bad".',
    })
  })

  it.each([
    ['', 400],
    ['{', 400],
    ['NaN', 400],
    ['[]', 422],
    ['3', 422],
    ['null', 422],
    ['{"type":"a","text":"b","text":"c"}', 422],
    ['{"type":"a","text":"b","te\\u0078t":"c"}', 422],
    ['{"type":"a","text":"b","fields":{"n":1e400}}', 422],
    ['{"type":"a","text":"b","__proto__":{"x":1}}', 422],
    ['{"type":"a","text":""}', 422],
    [`${'['.repeat(70)}${']'.repeat(70)}`, 400],
    [`{"type":"a","text":"${'x'.repeat(17_000)}"}`, 422],
  ])('%.40s is answered %i', async (body, status) => {
    const door = await openDoor()
    expect((await door.post(body)).statusCode).toBe(status)
    expect(await door.stored()).toEqual([])
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false)
  })
})

describe('the door', () => {
  it('lets in nobody without a key of its scope', async () => {
    const door = await openDoor()
    expect((await door.post(cloudEvent(), { 'content-type': 'application/json' })).statusCode).toBe(401)
    const other = await door.post(cloudEvent(), { ...bearer('personnages:read'), 'content-type': 'application/json' })
    expect(other.statusCode).toBe(403)
    expect(await door.stored()).toEqual([])
  })

  it.each(['text/plain', 'application/xml', 'application/cloudevents+avro', ''])('takes no %s', async (type) => {
    const door = await openDoor()
    expect((await door.post('x', { ...allowed, ...(type ? { 'content-type': type } : {}) })).statusCode).toBe(415)
  })

  // Threat T28.
  it('takes no more than 1 MiB', async () => {
    const door = await openDoor()
    const large = { type: 'a', text: 'b', fields: { a: 'x'.repeat(1024 * 1024) } }
    expect((await door.post(large)).statusCode).toBe(413)
  })

  it('reads a body of many names, and of no more than it may hold', async () => {
    const door = await openDoor()
    const data = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]))
    for (const [count, status] of [
      [19_000, 200],
      [60_000, 413],
    ] as const)
      expect((await door.post(cloudEvent({ data: data(count) }), structured)).statusCode, `${count}`).toBe(status)
  })
})

it('keeps numbers as they were written: on the card, in the store, to URLs and in exports', async () => {
  const door = await openDoor()
  await door.subscribe()
  const data = '{"id":12345678901234567890,"share":0.12345678901234567890123,"deep":[{"n":9007199254740993}]}'
  const event = `{"specversion":"1.0","id":"n1","source":"/bank","type":"bank.paid","data":${data}}`
  expect((await door.post(event, structured)).statusCode).toBe(200)
  const [stored] = await door.stored()
  if (stored === undefined) throw new Error('nothing was stored')
  expect(JSON.stringify(stored.event.data.data)).toBe(data)
  expect(JSON.stringify(toCloudEvent(stored))).toContain(data)
  const { body } = renderCloudEvents({ events: [stored.event], description: { summary: [], color: '' }, locale: 'fr' })
  expect(body).toContain(data)
  const told = door.hook.describe(stored.event, { locale: 'fr', timeZone: 'UTC', now: 0 })
  expect(told.fields?.map(({ value }) => plain(value))).toEqual(['12345678901234567890', '0.12345678901234567890123'])
  const template = 'N {{data.id}} {{data.deep.0.n}} {{data.id.rawJSON}}'
  const filled = door.hook.describe(stored.event, { locale: 'fr', timeZone: 'UTC', now: 0, template })
  expect(plain(filled.text ?? [])).toBe('N 12345678901234567890 9007199254740993 {{data.id.rawJSON}}')
})

it('tells the fields of a plain form in the digits they were given', async () => {
  const door = await openDoor()
  await door.subscribe()
  await door.post('{"type":"a.b","text":"x","fields":{"id":12345678901234567890,"n":2}}')
  const [stored] = await door.stored()
  expect(stored?.event.data.told).toMatchObject({
    fields: [
      { title: 'id', value: '12345678901234567890' },
      { title: 'n', value: '2' },
    ],
  })
  const refused = await door.post('{"type":12345678901234567890,"text":"x"}')
  expect(refused.json().errors[0].detail).toContain('12345678901234567890')
})
