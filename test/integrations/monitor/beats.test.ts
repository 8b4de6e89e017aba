// Jobs that report (interface.md, `/heartbeat/:token`): each word of theirs, when they are missed, and the route itself.

import Fastify from 'fastify'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createCron } from '../../../src/app/cron.ts'
import { expectedInMs, readBeat } from '../../../src/integrations/monitor/beats.ts'
import type { Monitor, State } from '../../../src/integrations/monitor/monitor.ts'
import { registerRoutes } from '../../../src/integrations/monitor/routes.ts'
import { hashToken } from '../../../src/integrations/monitor/wish.ts'
import { monitorOf } from '../../fakes/monitors.ts'
import { createWorld, minute, nothingKept } from './world.ts'

const cron = createCron()
const hour = 60 * minute
const day = 24 * hour
const at = (text: string): number => Temporal.ZonedDateTime.from(`${text}[Europe/Paris]`).epochMilliseconds

const job = (more: Partial<Monitor> = {}): Monitor =>
  monitorOf('backup', {
    type: 'heartbeat',
    target: '',
    everyMs: day,
    failures: 1,
    successes: 1,
    heartbeat: { graceMs: hour, tokenHash: hashToken('secret-word') },
    ...more,
  })
const unheard: State = { health: 'unknown', since: 0, streak: 0, slowStreak: 0, turns: [] }
const heard = (moment: number): State => ({ ...unheard, lastGood: { at: moment, tookMs: 0 } })

describe('a job', () => {
  it.each([
    ['', undefined],
    ['0', undefined],
    ['fail', ''],
    ['1', 'exit 1'],
    ['255', 'exit 255'],
  ])('says by /%s how it went', (word, detail) => {
    const beat = readBeat(word, 5000, 2000)
    expect(beat).toMatchObject({ kind: 'done', result: { at: 5000, tookMs: 3000 } })
    const failure = beat?.kind === 'done' ? beat.result.failure : undefined
    expect(failure?.detail).toBe(detail)
    if (detail !== undefined) expect(failure).toMatchObject({ kind: 'reported', isNetwork: false })
  })

  it.each(['256', '-1', '1.5', 'ok', 'START', '0001', 'constructor'])('says nothing by /%s', (word) => {
    expect(readBeat(word, 5000, undefined)).toBeUndefined()
  })

  it('is expected a period and its grace after it was heard', () => {
    const now = 100 * day
    const around = { cron, now, startedAt: 0 }
    expect(expectedInMs(job(), heard(now - 2 * hour), around)).toBe(23 * hour)
    expect(expectedInMs(job(), heard(now - 2 * day), around)).toBe(0)
  })

  it('is expected when its cron fires, in its zone, and its grace after', () => {
    const expected = { graceMs: hour, cron: '0 3 * * *', timeZone: 'Europe/Paris', tokenHash: '' }
    const now = at('2026-11-21T12:00')
    const state = heard(at('2026-11-21T03:02'))
    expect(expectedInMs(job({ heartbeat: expected }), state, { cron, now, startedAt: 0 })).toBe(16 * hour)
  })

  it('that may have called while Vigie was stopped has its grace once more', () => {
    const startedAt = 100 * day
    const around = { cron, now: startedAt + 10 * minute, startedAt }
    expect(expectedInMs(job(), heard(startedAt - 3 * day), around)).toBe(50 * minute)
  })
})

describe('the watch of a job', () => {
  beforeEach(
    () =>
      void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'], now: 1_800_000_000_000 }),
  )
  afterEach(() => void vi.useRealTimers())

  const watched = () => {
    const startedAt = Date.now()
    const world = createWorld(nothingKept(), {
      expectedInMs: (monitor, state) => expectedInMs(monitor, state, { cron, now: Date.now(), startedAt }),
    })
    world.add(job({ madeAt: Date.now() }))
    const report = (word = '') => {
      const beat = readBeat(word, Date.now(), undefined)
      if (beat?.kind === 'done') world.watch.report('backup', beat.result)
    }
    return { ...world, report }
  }

  it('tells that it was missed, once, and that it reported again', async () => {
    const world = watched()
    await world.pass(25 * hour - minute)
    expect(world.kinds()).toEqual([])
    await world.pass(2 * minute)
    expect(world.kinds()).toEqual(['opened'])
    expect(world.told[0]?.facts.result?.failure?.kind).toBe('missed')
    await world.pass(3 * day)
    world.report()
    await world.pass(minute)
    expect(world.kinds()).toEqual(['opened', 'closed'])
    await world.pass(24 * hour)
    expect(world.kinds()).toEqual(['opened', 'closed'])
    await world.stop()
  })

  it('knows it by its token, after a restart and an edit too, until it is removed', async () => {
    const other = hashToken('another-word')
    const kept = nothingKept()
    const stored = job({ id: 'kept', heartbeat: { graceMs: hour, tokenHash: other } })
    kept.monitors.set('kept', stored)
    const world = createWorld(kept)
    world.add(job())
    await world.pass(1000)
    const known = () => [hashToken('secret-word'), other].map((hash) => world.watch.findJob(hash)?.monitor.id)
    expect(known()).toEqual(['backup', 'kept'])
    world.watch.put(job({ name: 'renamed' }))
    expect(known()).toEqual(['backup', 'kept'])
    world.watch.put({ ...stored, heartbeat: { graceMs: hour, tokenHash: hashToken('a new word') } })
    world.watch.remove('backup')
    expect(known()).toEqual([undefined, undefined])
    expect(world.watch.findJob(hashToken('a new word'))?.monitor.id).toBe('kept')
    await world.stop()
  })

  it('tells at once that it said it failed', async () => {
    const world = watched()
    await world.pass(hour)
    world.report('2')
    await world.pass(1000)
    expect(world.told[0]?.facts.result?.failure).toMatchObject({ kind: 'reported', detail: 'exit 2' })
    await world.stop()
  })
})

describe('the route of a job', () => {
  async function call(method: 'GET' | 'POST' | 'HEAD' | 'PUT', url: string, payload?: string) {
    const reported: unknown[] = []
    let settled = 0
    const http = Fastify()
    registerRoutes(http, {
      watch: {
        findJob: (hash) => (hash === hashToken('secret-word') ? { monitor: job(), state: unheard } : undefined),
        report: (id, result) => void reported.push([id, result.failure?.detail ?? 'well', settled]),
      },
      settle: async () => {
        settled += 1
      },
      now: () => 5000,
    })
    const answer = await http.inject({
      method,
      url,
      ...(payload === undefined ? {} : { payload, headers: { 'content-type': 'text/plain' } }),
    })
    await http.close()
    return { status: answer.statusCode, reported, settled }
  }

  it.each([
    ['GET', '/heartbeat/secret-word', 'well'],
    ['POST', '/heartbeat/secret-word', 'well'],
    ['POST', '/heartbeat/secret-word/0', 'well'],
    ['POST', '/heartbeat/secret-word/fail', ''],
    ['GET', '/heartbeat/secret-word/3', 'exit 3'],
  ] as const)('%s %s is taken, and answered once it is stored', async (method, url, said) => {
    const { status, reported, settled } = await call(method, url)
    expect([status, reported, settled]).toEqual([200, [['backup', said, 0]], 1])
  })

  it('takes a log that is posted, and does not read it', async () => {
    expect(await call('POST', '/heartbeat/secret-word', 'x'.repeat(2_000_000))).toMatchObject({ status: 200 })
  })

  it('notes a start, and reports nothing yet', async () => {
    expect(await call('GET', '/heartbeat/secret-word/start')).toEqual({ status: 200, reported: [], settled: 1 })
  })

  it.each([
    ['GET', '/heartbeat/another-word'],
    ['GET', '/heartbeat/'],
    ['GET', '/heartbeat/secret-word/nonsense'],
    ['GET', '/heartbeat/secret-word/start/1'],
    ['GET', `/heartbeat/${hashToken('secret-word')}`],
    ['PUT', '/heartbeat/secret-word'],
  ] as const)('%s %s is 404, and reports nothing', async (method, url) => {
    expect(await call(method, url)).toEqual({ status: 404, reported: [], settled: 0 })
  })
})
