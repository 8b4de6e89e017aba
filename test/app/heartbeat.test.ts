// The sign of life for somebody outside (interface.md, HEARTBEAT_URL; threat F31): called every minute while all goes on, and not at all
// while something stands still.

import { describe, expect, test } from 'vitest'
import { createHeartbeat, readHeartbeatUrl } from '../../src/app/heartbeat.ts'
import { createEnv } from '../../src/env.ts'
import { createClock } from '../fakes/clock.ts'
import { createFakeLog } from '../fakes/log.ts'

const address = 'https://push.example/ping?key=k3y'
const envOf = (value?: string) =>
  createEnv({ environment: value === undefined ? {} : { HEARTBEAT_URL: value }, dotenv: {}, readFile: () => '' })

function begin(value?: string) {
  const clock = createClock()
  const log = createFakeLog()
  const calls: { readonly url: string; readonly at: number }[] = []
  const began = clock.now()
  const state = {
    isStored: (): Promise<void> => Promise.resolve(),
    worksAt: clock.now,
    goesOn: true,
    status: 200,
    isDead: false,
  }
  const heartbeat = createHeartbeat({
    url: readHeartbeatUrl(envOf(value)),
    storable: () => state.isStored(),
    outbox: () => ({ workedAt: state.worksAt() }),
    integrations: [{ name: 'gitlab' }, { name: 'monitor', goesOn: () => state.goesOn }],
    fetch: async (url) => {
      calls.push({ url: String(url), at: clock.now() - began })
      if (state.isDead) throw new Error(`cannot reach ${url}`)
      return new Response('ok', { status: state.status })
    },
    now: clock.now,
    log,
    wait: clock.wait,
  })
  const stop = new AbortController()
  const running = heartbeat.run(stop.signal)
  return { clock, log, calls, state, running, stop }
}

describe('the sign of life', () => {
  test('is given at once and every minute', async () => {
    const { clock, calls } = begin(address)
    await clock.advance(180_000)
    expect(calls.map(({ url }) => url)).toEqual(Array.from({ length: 4 }, () => address))
    expect(calls.map(({ at }) => at)).toEqual([0, 60_000, 120_000, 180_000])
  })

  test('is nobody’s business where no address is set', async () => {
    const { running, calls } = begin()
    await running
    expect(calls).toEqual([])
  })

  test.each([
    [
      'nothing can be stored',
      (state: ReturnType<typeof begin>['state']) => {
        state.isStored = () => Promise.reject(new Error('full'))
      },
      'store',
    ],
    [
      'the database answers no more',
      (state: ReturnType<typeof begin>['state']) => {
        state.isStored = () => new Promise(() => undefined)
      },
      'store',
    ],
    [
      'the outbox stands still',
      (state: ReturnType<typeof begin>['state']) => {
        const at = state.worksAt()
        state.worksAt = () => at
      },
      'outbox',
    ],
    [
      'the checks stand still',
      (state: ReturnType<typeof begin>['state']) => {
        state.goesOn = false
      },
      'monitor',
    ],
  ])('stays away within 120 s when %s, says so in the log once, and comes back', async (_what, freeze, part) => {
    const { clock, calls, log, state } = begin(address)
    await clock.advance(30_000)
    const sound = { ...state }
    freeze(state)
    const frozenAt = calls.at(-1)?.at ?? 0
    await clock.advance(600_000)
    // The one outside waits for the next beat: 120 s after the standstill at most it is missing.
    expect((calls.at(-1)?.at ?? 0) - frozenAt).toBeLessThanOrEqual(60_000)
    expect(log.lines.filter(({ level }) => level === 'error').map(({ facts }) => facts)).toEqual([{ still: part }])
    Object.assign(state, sound)
    const before = calls.length
    await clock.advance(130_000)
    expect(calls.length).toBeGreaterThan(before)
  })

  test('goes on after a refusal or a line that is down, and the log holds no key', async () => {
    const { clock, calls, log, state } = begin(address)
    await clock.rest()
    state.isDead = true
    await clock.advance(60_000)
    state.isDead = false
    state.status = 500
    await clock.advance(60_000)
    expect(calls).toHaveLength(3)
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(2)
    expect(JSON.stringify(log.lines)).not.toContain('k3y')
  })

  test('is refused an address that is none', () => {
    const env = envOf('push.example/ping')
    readHeartbeatUrl(env)
    expect(() => env.check()).toThrow(/HEARTBEAT_URL/)
  })
})
