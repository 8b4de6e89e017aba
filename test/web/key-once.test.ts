// Calls that may be repeated (interface.md, "A repeated webhook"), and how often a key may call.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createKeyLimit, mostPerMinute } from '../../src/web/key-limit.ts'
import { bearer, createKeyStage, type KeyStage, start } from './key-stage.ts'

const dayMs = 86_400_000
let stage: KeyStage
let key: string
beforeEach(async () => {
  stage = await createKeyStage()
  key = await stage.make(['events:write'], { expires: 'never' })
})
afterEach(() => stage.close())

const call = (name: string, body = '{}', more: Readonly<Record<string, string>> = {}) =>
  stage.post({ ...bearer(key), 'idempotency-key': name, ...more }, body)

describe('a repeated call', () => {
  test('is answered as the first time, by either header, and done once', async () => {
    const first = (await call('one')).json()
    expect(first.nth).toBe(1)
    expect((await call('one')).json()).toEqual(first)
    const hooked = () => stage.post({ ...bearer(key), 'webhook-id': 'one' })
    expect((await hooked()).json().nth).toBe(2)
    expect((await hooked()).json().nth).toBe(2)
    expect(stage.done).toHaveLength(2)
  })

  test('with another body is refused, and what was first stays', async () => {
    await call('one', '{"a":1}')
    const other = await call('one', '{"a":2}')
    expect(other.statusCode).toBe(422)
    expect(other.json().detail).toContain('another body')
    expect(other.json().errors).toEqual([{ field: 'idempotency-key', detail: 'came with another body before' }])
    expect((await call('one', '{"a":1}')).json().nth).toBe(1)
    expect(stage.done).toEqual(['{"a":1}'])
  })

  test('of another key is another call', async () => {
    await call('one')
    const others = await stage.make(['events:write'])
    expect((await stage.post({ ...bearer(others), 'idempotency-key': 'one' })).json().nth).toBe(2)
  })

  test('without a name is done each time, with nothing to know it by', async () => {
    expect((await stage.post(bearer(key))).json()).toMatchObject({ nth: 1, dedupe: [] })
    expect((await stage.post(bearer(key))).json()).toMatchObject({ nth: 2, dedupe: [] })
  })

  test('with both names is known by each of them', async () => {
    await call('one', '{}', { 'webhook-id': 'w' })
    expect((await call('one')).json().nth).toBe(1)
    expect((await stage.post({ ...bearer(key), 'webhook-id': 'w' })).json().nth).toBe(1)
    expect((await call('two', '{}', { 'webhook-id': 'w' })).json().nth).toBe(1)
    expect(stage.done).toHaveLength(1)
  })

  test('waits for its twin that is under way', async () => {
    const gate = Promise.withResolvers<void>()
    stage.work.next = () => gate.promise
    const all = Array.from({ length: 20 }, () => call('one'))
    const other = call('one', '{"other":true}')
    gate.resolve()
    const answers = await Promise.all(all)
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
    expect((await other).statusCode).toBe(422)
    expect(stage.done).toHaveLength(1)
  })

  test('of one that failed is done: failures are not kept, and a waiting twin takes the place of the first', async () => {
    const began = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    stage.work.next = async () => {
      stage.work.next = async () => undefined
      began.resolve()
      await gate.promise
    }
    const first = call('one')
    await began.promise
    const twins = [call('one'), call('one')]
    gate.reject(new Error('the disk is full'))
    expect((await first).statusCode).toBe(500)
    expect((await Promise.all(twins)).map((answer) => answer.json().nth)).toEqual([1, 1])
    expect((await call('one')).json().nth).toBe(1)
  })

  test('gives what is stored the same name each time, so that a crash between two writes doubles nothing', async () => {
    const first = (await call('one')).json()
    await stage.store.apiKeys.keepAnswer(first.dedupe[0].slice(4), { body: '', answer: '' }, { now: 0, lifeMs: 0 })
    expect((await call('one')).json()).toMatchObject({ nth: 2, dedupe: first.dedupe })
  })

  test('is known for 14 days', async () => {
    await call('one')
    stage.clock.now = start + 14 * dayMs - 1
    expect((await call('one')).json().nth).toBe(1)
    stage.clock.now += 1
    expect((await call('one')).json().nth).toBe(2)
  })

  test('is known after a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vigie-once-'))
    const path = join(folder, 'vigie.db')
    const before = await createKeyStage({ path })
    const kept = await before.make(['events:write'])
    const first = await before.post({ ...bearer(kept), 'idempotency-key': 'one' })
    await before.close()
    const after = await createKeyStage({ path })
    try {
      const again = await after.post({ ...bearer(kept), 'idempotency-key': 'one' })
      expect(again.body).toBe(first.body)
      expect(after.done).toEqual([])
    } finally {
      await after.close()
      rmSync(folder, { recursive: true })
    }
  })

  test.each(['', 'x'.repeat(256), 'a\u00e9', ' '])('whose name is %j is refused', async (name) => {
    expect((await call(name)).statusCode).toBe(400)
  })
})

describe('a key', () => {
  test('may call 600 times a minute; then it is told when to come back', async () => {
    const first = await call('one')
    expect(first.headers).toMatchObject({
      'ratelimit-policy': '"key";q=600;w=60',
      ratelimit: '"key";r=599;t=60',
      'ratelimit-limit': '600',
      'ratelimit-remaining': '599',
      'ratelimit-reset': '60',
    })
    stage.clock.now += 10_000
    for (let nth = 2; nth <= mostPerMinute; nth += 1) await stage.post(bearer(key))
    const refused = await call('two')
    expect(refused.statusCode).toBe(429)
    expect(refused.headers).toMatchObject({ 'retry-after': '50', 'ratelimit-remaining': '0' })
    const others = await stage.make(['events:write'])
    expect((await stage.post(bearer(others))).statusCode).toBe(200)
    stage.clock.now += 50_000
    expect((await call('two')).statusCode).toBe(200)
    expect((await call('three')).statusCode).toBe(429)
  })

  test('has no minute with more calls, however they are spread', () => {
    const waits = fc.array(fc.integer({ min: 0, max: 9000 }), { maxLength: 200 })
    fc.assert(
      fc.property(waits, (gaps) => {
        let now = start
        const limit = createKeyLimit(() => now, 5)
        const taken: number[] = []
        for (const gap of gaps) {
          now += gap
          try {
            limit.take('key', { headers: () => undefined as never })
            taken.push(now)
          } catch {
            // Refused: there were five within this minute.
            expect(taken.filter((at) => at > now - 60_000)).toHaveLength(5)
          }
        }
        for (const at of taken) expect(taken.filter((one) => one >= at && one < at + 60_000).length).toBeLessThan(6)
      }),
      { numRuns: 200 },
    )
  })

  test('is not locked out by a clock that was set back', () => {
    let now = start
    const limit = createKeyLimit(() => now, 2)
    const take = () => limit.take('key', { headers: () => undefined as never })
    take()
    take()
    expect(take).toThrow('2 calls')
    now -= 3_600_000
    expect(take).not.toThrow()
  })
})
