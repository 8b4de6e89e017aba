// "Is it me?", by the places that the operator named in MONITOR_REFERENCE (issue "The watch"; threat F28).

import { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ConfigError } from '../../../src/errors.ts'
import type { Failure, Monitor, Result } from '../../../src/integrations/monitor/monitor.ts'
import { createPart } from '../../../src/integrations/monitor/part.ts'
import { createReference, type ReferenceParts } from '../../../src/integrations/monitor/reference.ts'
import { plain } from '../../../src/text/rich.ts'
import { createFakeLog } from '../../fakes/log.ts'
import { monitorOf } from '../../fakes/monitors.ts'
import { lookoutOf, serve } from './checks/outside.ts'
import { createWorld, minute, nothingKept, refused, timedOut } from './world.ts'

const places = [
  { host: '192.168.1.1', port: 443 },
  { host: 'resolver.example.org', port: 53 },
]

describe('the reference', () => {
  beforeEach(
    () =>
      void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'], now: 1_800_000_000_000 }),
  )
  afterEach(() => void vi.useRealTimers())

  const wait: ReferenceParts['wait'] = (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve()
      const timer = setTimeout(resolve, ms)
      signal.addEventListener('abort', () => {
        clearTimeout(timer)
        resolve()
      })
    })

  /** A watch whose network may be cut; `hasReference`: with the two places above. */
  function createCable({ hasReference }: { readonly hasReference: boolean }) {
    const cable = { isCut: false, references: [timedOut, timedOut] as (Failure | undefined)[], tries: 0, broken: '' }
    const stopping = new AbortController()
    const reach: ReferenceParts['reach'] = async ({ port }) => {
      cable.tries += 1
      const failure = cable.references[port === 443 ? 0 : 1]
      if (!cable.isCut) return undefined
      await wait(failure?.kind === 'timeout' ? 5000 : 10, stopping.signal)
      return failure
    }
    const reference = createReference({
      places,
      reach,
      report: (isAnswered) => world.watch.noteReference(isAnswered),
      wait,
      elapsed: () => performance.now(),
      log: createFakeLog(),
    })
    const check = async (monitor: Monitor): Promise<Result> => {
      const isLost = cable.isCut && monitor.name !== 'lan'
      const at = Date.now()
      await wait(isLost ? 3000 : 100, stopping.signal)
      const failure = isLost ? timedOut : cable.broken === monitor.name ? refused : undefined
      return { at, tookMs: 100, phases: {}, ...(failure ? { failure } : {}) }
    }
    const world = createWorld(nothingKept(), { check: hasReference ? reference.around(check) : check })
    const running = hasReference ? reference.run(stopping.signal) : undefined
    return {
      cable,
      world,
      reference,
      async stop() {
        stopping.abort()
        await running
        await world.stop()
      },
    }
  }

  it('that is silent twice is one message and no outage, however few monitors there are; when it answers the watch goes on', async () => {
    const { cable, world, stop } = createCable({ hasReference: true })
    world.add(monitorOf('shop', { failures: 1 }), monitorOf('blog', { failures: 1 }), monitorOf('lan'))
    world.add(monitorOf('job', { type: 'heartbeat', target: '', everyMs: 10 * minute, failures: 1 }))
    await world.pass(5 * minute)
    cable.isCut = true
    await world.pass(30 * minute)
    expect(world.cuts).toMatchObject([{ byReference: true }])
    expect(world.told).toEqual([])
    expect(world.watch.find('shop')?.state.health).toBe('up')
    cable.isCut = false
    world.watch.report('job', { at: Date.now(), tookMs: 0, phases: {} })
    await world.pass(5 * minute)
    expect(world.cuts).toHaveLength(2)
    expect(world.told).toEqual([])
    cable.broken = 'shop'
    await world.pass(2 * minute)
    expect(world.kinds()).toEqual(['opened'])
    await stop()
  })

  it('that is not set changes nothing', async () => {
    const { cable, world, stop } = createCable({ hasReference: false })
    world.add(monitorOf('shop', { failures: 1 }), monitorOf('lan'))
    await world.pass(5 * minute)
    cable.isCut = true
    await world.pass(2 * minute)
    expect(world.cuts).toEqual([])
    expect(world.kinds()).toEqual(['opened'])
    await stop()
  })

  it.each<[string, Failure | undefined]>([
    ['answers', undefined],
    ['refuses', { kind: 'refused', detail: 'ECONNREFUSED', isNetwork: false }],
  ])('of which one %s proves that the network is there', async (_, answer) => {
    const { cable, world, stop } = createCable({ hasReference: true })
    cable.references = [timedOut, answer]
    world.add(monitorOf('shop', { failures: 1 }))
    await world.pass(5 * minute)
    cable.isCut = true
    await world.pass(2 * minute)
    expect(world.cuts).toEqual([])
    expect(world.kinds()).toEqual(['opened'])
    await stop()
  })

  it('that is silent only once says nothing, and is asked every 20 s', async () => {
    const { cable, world, stop } = createCable({ hasReference: true })
    await world.pass(100_000)
    expect(cable.tries).toBe(2 * 6)
    cable.isCut = true
    cable.references = [refused, refused].map((failure) => ({ ...failure, isNetwork: true }))
    await world.pass(21_000)
    cable.isCut = false
    await world.pass(minute)
    expect(world.cuts).toEqual([])
    await stop()
  })

  it('is shown to whoever asks for the part', async () => {
    const { cable, world, reference, stop } = createCable({ hasReference: true })
    cable.references = [refused, timedOut]
    const part = createPart({ watch: world.watch, references: reference.seen })
    expect((await part()).operatorDetails).toBeUndefined()
    await world.pass(1000)
    cable.isCut = true
    await world.pass(30_000)
    expect((await part()).operatorDetails?.en.map(plain)).toEqual([
      'Reference 192.168.1.1:443: ECONNREFUSED',
      'Reference resolver.example.org:53: no answer in time',
    ])
    await stop()
  })
})

describe('MONITOR_REFERENCE', () => {
  const signal = new AbortController().signal
  const seen = async (reference: string, world: NonNullable<Parameters<typeof lookoutOf>[0]>['world'] = {}) => {
    const { references, reach } = lookoutOf({ settings: { MONITOR_REFERENCE: reference }, world })
    return await Promise.all(references.map(async (place) => (await reach(place, signal))?.kind))
  }

  it('names nothing unless it is set', () => {
    expect(lookoutOf().references).toEqual([])
  })

  it('names places by host and port or by address, private ones too, and each is connected to', async () => {
    const site = await serve((_, response) => response.end('x'))
    const world = { readHosts: () => '127.0.0.1 gateway.test' }
    expect(await seen(`${site.at}, http://gateway.test:${site.port}/ping, http://${site.at}/again`, world)).toEqual([
      undefined,
      undefined,
    ])
    await vi.waitFor(() => expect(site.count()).toBe(2))
  })

  it('tells a place that refuses from a network that is not there', async () => {
    const open = (code: string) => () => {
      const socket = new Socket()
      process.nextTick(() => socket.destroy(Object.assign(new Error(code), { code })))
      return socket
    }
    expect(await seen('192.168.1.1:1', { open: open('ECONNREFUSED') })).toEqual(['refused'])
    expect(await seen('192.168.1.1:1', { open: open('ENETUNREACH') })).toEqual(['unreachable'])
  })

  it('never leads to a metadata address, by name either', async () => {
    const opened: string[] = []
    const open = (address: string) => {
      opened.push(address)
      return new Socket()
    }
    expect(await seen('meta.test:80', { open, readHosts: () => '169.254.169.254 meta.test' })).toEqual(['forbidden'])
    expect(opened).toEqual([])
  })

  it.each([
    'gateway',
    '10.0.0.0/8',
    'ftp://gateway:21',
    'http://me:secret@gateway/',
    '10.0.0.1:0',
    '169.254.169.254:80',
  ])('refuses %s at the start, and says which setting', (word) => {
    expect(() => lookoutOf({ settings: { MONITOR_REFERENCE: word } })).toThrow(ConfigError)
    expect(() => lookoutOf({ settings: { MONITOR_REFERENCE: word } })).toThrow(/MONITOR_REFERENCE/)
  })

  it('names ten places at most', () => {
    const many = Array.from({ length: 11 }, (_, index) => `10.0.0.${index}:1`).join()
    expect(() => lookoutOf({ settings: { MONITOR_REFERENCE: many } })).toThrow(/10 addresses|10 adresses/)
  })
})
