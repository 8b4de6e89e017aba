// How much the stand-in takes: request rates, sizes.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRateLimiter } from '../../src/sandbox/rate-limit.ts'
import { refusal } from '../contract/mattermost/driver.ts'
import { createHandClock, createStage, type Stage } from './stage.ts'

describe('the rate limiter', () => {
  it('lets a burst pass, then refuses with the seconds to wait', () => {
    const ask = createRateLimiter({ perSecond: 10, burst: 2 }, createHandClock().now)
    expect([ask('a'), ask('a'), ask('a')].map((one) => one.limited)).toEqual([false, false, false])
    const refused = ask('a')
    expect(refused.limited).toBe(true)
    expect(refused.headers).toMatchObject({
      'X-RateLimit-Limit': '3',
      'X-RateLimit-Remaining': '0',
      'Retry-After': '1',
    })
  })

  it('counts every caller by itself', () => {
    const ask = createRateLimiter({ perSecond: 1, burst: 0 }, createHandClock().now)
    expect([ask('a').limited, ask('a').limited, ask('b').limited]).toEqual([false, true, false])
  })

  it('never lets more pass than its rate and burst allow, whatever the rhythm', () => {
    const rhythm = fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 200 })
    fc.assert(
      fc.property(
        rhythm,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 20 }),
        (pauses, perSecond, burst) => {
          const clock = createHandClock()
          const ask = createRateLimiter({ perSecond, burst }, clock.now)
          let passedMs = 0
          let passed = 0
          for (const pause of pauses) {
            clock.pass(pause)
            passedMs += pause
            if (!ask('a').limited) passed += 1
          }
          expect(passed).toBeLessThanOrEqual(burst + 1 + Math.ceil((passedMs * perSecond) / 1000))
        },
      ),
    )
  })
})

describe('a stand-in with limits', () => {
  let stage: Stage
  const clock = createHandClock()
  beforeAll(async () => {
    stage = await createStage({ rateLimit: { perSecond: 10, burst: 60 }, now: clock.now, maxPostRunes: 200 })
  })
  afterAll(() => stage.stop())

  it('tells in every answer how much is left, and answers 429 when nothing is', async () => {
    clock.pass(60_000)
    const first = await stage.bot.get('/users/me')
    expect(first.headers.get('X-RateLimit-Limit')).toBe('61')
    expect(first.headers.get('X-RateLimit-Remaining')).toBe('60')
    const many = await Promise.all(Array.from({ length: 61 }, () => stage.bot.get('/users/me')))
    const refused = many.filter((answer) => answer.status === 429)
    expect(refused.map((answer) => answer.headers.get('Retry-After'))).toEqual(['1'])
    clock.pass(1000)
    expect((await stage.bot.get('/users/me')).status).toBe(200)
  })

  it('counts the length of a message in code points', async () => {
    clock.pass(60_000)
    const say = (message: string) => stage.bot.post('/posts', { channel_id: stage.pub.id, message })
    expect((await say('😀'.repeat(200))).status).toBe(201)
    expect(refusal(await say('😀'.repeat(201)))).toEqual({
      status: 400,
      id: 'model.post.is_valid.message_length.app_error',
    })
  })
})
