// The watch over a made-up world (issue "The watch", "Judgement" and "Incidents"; threats F28–F30).

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { availabilityOf, outagesOf } from '../../../src/integrations/monitor/availability.ts'
import { open, turn } from '../../../src/integrations/monitor/incident.ts'
import type { IncidentStep } from '../../../src/integrations/monitor/monitor.ts'
import { draftOf } from '../../../src/integrations/monitor/telling.ts'
import { monitorOf } from '../../fakes/monitors.ts'
import { createWorld, lossy, minute, nothingKept, refused, timedOut, unwell } from './world.ts'

beforeEach(
  () =>
    void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'], now: 1_800_000_000_000 }),
)
afterEach(() => void vi.useRealTimers())

const drafted = (step: IncidentStep, { watch }: ReturnType<typeof createWorld>) => {
  const monitors = step.facts.incident.monitors.flatMap(({ monitor }) => watch.find(monitor)?.monitor ?? [])
  return draftOf(step, { monitors, mail: [] })
}

describe('the watch', () => {
  it('tells once that a site is down, and once that it is back, with the time between', async () => {
    const world = createWorld()
    world.add(monitorOf('shop'))
    await world.pass(10 * minute)
    expect(world.told).toEqual([])
    world.fails('shop')
    await world.pass(10 * minute)
    expect(world.kinds()).toEqual(['opened'])
    world.heals('shop')
    await world.pass(10 * minute)
    expect(world.kinds()).toEqual(['opened', 'closed'])
    const { incident } = world.told[1]?.facts ?? {}
    expect(incident).toMatchObject({ cause: 'down', closedAs: 'up', monitors: [{ name: 'shop' }] })
    await world.stop()
  })

  it('tells of an outage within two intervals and 20 s', async () => {
    for (let offset = 0; offset < 60; offset += 7) {
      const world = createWorld()
      world.add(monitorOf('shop'))
      await world.pass(10 * minute + offset * 1000)
      const failedAt = Date.now()
      world.weather.set('https://shop.example.org/', () => ({ failure: refused, tookMs: 10_000 }))
      await world.pass(2 * minute + 20_000)
      expect(world.kinds()).toEqual(['opened'])
      expect((world.told[0]?.at ?? Number.POSITIVE_INFINITY) - failedAt).toBeLessThanOrEqual(2 * minute + 20_000)
      await world.stop()
    }
  })

  it('goes on after a restart where it was: nothing is told twice, nothing is forgotten', async () => {
    const kept = nothingKept()
    const before = createWorld(kept)
    before.add(monitorOf('shop'), monitorOf('blog'))
    await before.pass(3 * minute)
    before.fails('shop')
    await before.pass(5 * minute)
    expect(before.kinds()).toEqual(['opened'])
    await before.stop()
    const after = createWorld(kept)
    after.fails('shop')
    await after.pass(10 * minute)
    expect(after.kinds()).toEqual([])
    after.heals('shop')
    await after.pass(5 * minute)
    expect(after.kinds()).toEqual(['closed'])
    await after.stop()
  })

  it('tells what it could not store at first once the store is back', async () => {
    const world = createWorld()
    world.add(monitorOf('shop'))
    await world.pass(2 * minute)
    world.storeIsDown(true)
    world.fails('shop')
    await world.pass(5 * minute)
    expect(world.told).toEqual([])
    world.storeIsDown(false)
    await world.pass(2000)
    expect(world.kinds()).toEqual(['opened'])
    await world.stop()
  })

  it('reminds until somebody has it, and not while it is muted', async () => {
    const world = createWorld()
    world.add(monitorOf('shop', { remindMs: 30 * minute }))
    world.fails('shop')
    await world.pass(65 * minute)
    expect(world.kinds()).toEqual(['opened', 'reminded', 'reminded'])
    const [id = ''] = world.watch.incidents.all().map((incident) => incident.id)
    const alice = () => ({ by: 'u2', name: 'alice', at: Date.now() })
    world.watch.incidents.mute(id, { until: Date.now() + 60 * minute, by: 'u2' }, alice())
    await world.pass(50 * minute)
    expect(world.kinds().slice(3)).toEqual(['muted'])
    world.watch.incidents.mute(id, undefined, alice())
    await world.pass(minute)
    expect(world.kinds().slice(4)).toEqual(['unmuted', 'reminded'])
    expect(world.watch.incidents.acknowledge(id, alice())?.isChanged).toBe(true)
    expect(world.watch.incidents.acknowledge(id, { by: 'u3', name: 'bob', at: Date.now() })).toMatchObject({
      isChanged: false,
      incident: { acknowledged: { name: 'alice' } },
    })
    await world.pass(120 * minute)
    expect(world.kinds().slice(6)).toEqual(['acknowledged'])
    await world.stop()
  })

  it('escalates once when nobody has it', async () => {
    const world = createWorld()
    const escalate = { target: { notifier: 'mattermost', address: 'c2' }, afterMs: 10 * minute }
    world.add(monitorOf('shop', { escalate }))
    world.fails('shop')
    await world.pass(60 * minute)
    expect(world.kinds()).toEqual(['opened', 'escalated'])
    await world.stop()
  })

  it('tells the first two that fail at once, and all others in one card', async () => {
    const world = createWorld()
    const names = Array.from({ length: 500 }, (_, index) => `site${index}`)
    world.add(...names.map((name) => monitorOf(name)))
    await world.pass(2 * minute)
    for (const name of names) world.fails(name)
    await world.pass(5 * minute)
    const opened = world.told.filter(({ kind }) => kind === 'opened')
    expect(opened).toHaveLength(3)
    expect(opened.map(({ facts }) => facts.incident.isGroup ?? false)).toEqual([false, false, true])
    const named = new Set(
      [...world.kept.incidents.values()].flatMap(({ monitors }) => monitors.map(({ name }) => name)),
    )
    expect(named.size).toBe(500)
    for (const name of names) world.heals(name)
    await world.pass(5 * minute)
    expect(world.told.filter(({ kind }) => kind === 'closed')).toHaveLength(3)
    await world.stop()
  })

  it('reminds and escalates as soon as any of those in one card asks for', async () => {
    const world = createWorld()
    const escalate = { target: { notifier: 'mattermost', address: 'c2' }, afterMs: 10 * minute }
    world.add(...['a', 'b', 'c', 'd'].map((name) => monitorOf(name)))
    world.add(monitorOf('e', { escalate, remindMs: 20 * minute }))
    await world.pass(3 * minute)
    for (const name of ['a', 'b', 'c', 'd', 'e']) world.fails(name, unwell)
    await world.pass(30 * minute)
    const group = world.told.filter(({ facts }) => facts.incident.isGroup === true)
    expect(group.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['opened', 'escalated', 'reminded']))
    await world.stop()
  })

  it('goes on reminding after a restart', async () => {
    const kept = nothingKept()
    const before = createWorld(kept)
    before.add(monitorOf('shop', { remindMs: 30 * minute }))
    before.fails('shop')
    await before.pass(5 * minute)
    await before.stop()
    const after = createWorld(kept)
    after.fails('shop')
    await after.pass(40 * minute)
    expect(after.kinds()).toEqual(['reminded'])
    await after.stop()
  })

  it('wakes whom a monitor names that falls with others, once, by one line for all of a moment', async () => {
    const world = createWorld()
    world.add(...['a', 'b'].map((name) => monitorOf(name, { mention: ['u1'] })))
    world.add(monitorOf('c', { mention: ['u1'] }), monitorOf('d', { mention: ['u2'] }))
    world.add(monitorOf('e', { mention: ['u3', 'u2'] }), monitorOf('f', { mention: ['u1'] }))
    await world.pass(3 * minute)
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) world.fails(name)
    await world.pass(30 * minute)
    const lines = world.told.filter(({ facts }) => facts.called)
    expect(lines.map(({ kind, facts }) => [kind, facts.called])).toEqual([
      ['joined', { names: ['d', 'e'], people: ['u2', 'u3'] }],
    ])
    expect(lines.map((step) => drafted(step, world).rings)).toEqual([{ people: ['u2', 'u3'], alone: true }])
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) world.heals(name)
    await world.pass(5 * minute)
    const closed = world.told.filter(({ kind, facts }) => kind === 'closed' && facts.incident.isGroup)
    expect(closed.map((step) => drafted(step, world).rings)).toEqual([{ people: ['u1', 'u2', 'u3'] }])
    await world.stop()
  })

  it('wakes for a critical monitor that falls with others, whoever was woken before, and its incident is critical', async () => {
    const world = createWorld()
    world.add(...['a', 'b', 'c'].map((name) => monitorOf(name, { mention: ['u1'] })))
    world.add(monitorOf('d', { mention: ['u1'], severity: 'critical' }), monitorOf('e', { severity: 'critical' }))
    await world.pass(3 * minute)
    for (const name of ['a', 'b', 'c']) world.fails(name)
    await world.pass(2 * minute)
    for (const name of ['d', 'e']) world.fails(name)
    await world.pass(3 * minute)
    const group = world.told.filter(({ facts }) => facts.incident.isGroup)
    expect(group[0]?.facts.incident.severity).toBe('warning')
    const lines = group.filter(({ facts }) => facts.called)
    expect(lines.map((step) => step.facts.called)).toEqual([{ names: ['e', 'd'], people: ['u1'], isWorse: true }])
    expect(lines.map((step) => drafted(step, world))).toMatchObject([
      { severity: 'critical', rings: { people: ['u1'] } },
    ])
    expect(group.filter(({ kind }) => kind === 'opened')).toHaveLength(1)
    await world.stop()
  })

  it('wakes nobody for what falls while its group is muted, and does so afterwards', async () => {
    const world = createWorld()
    world.add(
      ...['a', 'b', 'c'].map((name) => monitorOf(name)),
      monitorOf('d', { mention: ['u2'], severity: 'critical' }),
    )
    await world.pass(3 * minute)
    for (const name of ['a', 'b', 'c']) world.fails(name)
    await world.pass(2 * minute)
    const [group] = world.watch.incidents.all().filter(({ isGroup }) => isGroup)
    const until = Date.now() + 20 * minute
    world.watch.incidents.mute(group?.id ?? '', { until, by: 'u9' }, { by: 'u9', name: 'zoe', at: Date.now() })
    world.fails('d')
    await world.pass(15 * minute)
    expect(world.told.filter(({ facts }) => facts.called)).toEqual([])
    await world.pass(6 * minute)
    const [line] = world.told.filter(({ facts }) => facts.called)
    expect(line?.facts.called).toEqual({ names: ['d'], people: ['u2'], isWorse: true })
    expect(line?.at).toBeGreaterThanOrEqual(until)
    await world.stop()
  })

  it('wakes five hundred people of one group by a few lines, each once', async () => {
    const world = createWorld()
    const names = Array.from({ length: 500 }, (_, index) => `site${index}`)
    world.add(...names.map((name) => monitorOf(name, { mention: [`of-${name}`] })))
    await world.pass(2 * minute)
    for (const name of names) world.fails(name)
    await world.pass(5 * minute)
    expect(world.told.filter(({ kind }) => kind === 'opened')).toHaveLength(3)
    const woken = world.told.flatMap((step) => drafted(step, world).rings?.people ?? [])
    expect(woken).toHaveLength(500)
    expect(new Set(woken).size).toBe(500)
    expect(world.told.filter(({ facts }) => facts.called).length).toBeLessThanOrEqual(4)
    await world.stop()
  })

  it('wakes nobody for what stands behind a dead monitor', async () => {
    const world = createWorld()
    world.add(monitorOf('router', { mention: ['u1'], remindMs: 10 * minute }))
    world.add(monitorOf('shop', { after: 'router', mention: ['u2'] }))
    await world.pass(2 * minute)
    for (const name of ['router', 'shop']) world.fails(name)
    await world.pass(15 * minute)
    const woken = world.told.flatMap((step) => drafted(step, world).rings?.people ?? [])
    expect(woken).toEqual(['u1', 'u1'])
    await world.stop()
  })

  it('tells what stands behind a dead monitor within its incident, and for itself once that one is back', async () => {
    const world = createWorld()
    world.add(monitorOf('router'), monitorOf('shop', { after: 'router' }), monitorOf('blog', { after: 'router' }))
    await world.pass(2 * minute)
    for (const name of ['router', 'shop', 'blog']) world.fails(name)
    await world.pass(10 * minute)
    expect(world.told.filter(({ kind }) => kind === 'opened')).toHaveLength(1)
    const [incident] = world.watch.incidents.all()
    expect(incident?.monitors.map(({ name, isBehind }) => [name, isBehind ?? false])).toEqual(
      expect.arrayContaining([
        ['router', false],
        ['shop', true],
        ['blog', true],
      ]),
    )
    world.heals('router')
    world.heals('blog')
    await world.pass(5 * minute)
    const last = world.told.slice(-2).map(({ kind, facts }) => [kind, facts.incident.monitors[0]?.name])
    expect(last).toEqual([
      ['closed', 'router'],
      ['opened', 'shop'],
    ])
    await world.stop()
  })

  it('tells what stands behind one that is only slow for itself', async () => {
    const world = createWorld()
    world.add(monitorOf('router', { slowMs: 1000 }), monitorOf('shop', { after: 'router' }))
    await world.pass(3 * minute)
    world.weather.set('https://router.example.org/', () => ({ tookMs: 3000 }))
    await world.pass(5 * minute)
    world.fails('shop')
    await world.pass(5 * minute)
    expect(world.told.map(({ kind, facts: { incident } }) => `${kind} ${incident.cause}`)).toEqual([
      'opened degraded',
      'opened down',
    ])
    await world.stop()
  })

  it('tells an outage that a time of comings and goings ends in as an outage', async () => {
    const world = createWorld()
    world.add(monitorOf('shop', { everyMs: 10_000, retryEveryMs: 10_000, failures: 1, successes: 1 }))
    await world.pass(minute)
    for (let turn = 0; turn < 3; turn += 1) {
      world.fails('shop')
      await world.pass(30_000)
      world.heals('shop')
      await world.pass(30_000)
    }
    world.fails('shop')
    await world.pass(30 * minute)
    const said = world.told.map(({ kind, facts: { incident } }) => `${kind} ${incident.cause}`)
    expect(said.slice(-3)).toEqual(['opened flapping', 'closed flapping', 'opened down'])
    const { incident } = world.told.at(-1)?.facts ?? {}
    expect(Date.now() - (incident?.monitors[0]?.failingSince ?? 0)).toBeGreaterThan(29 * minute)
    await world.stop()
  })

  it.each([1, 2])(
    'accounts for a monitor that comes and goes by when it was down, from its turn %s on',
    async (first) => {
      const world = createWorld()
      const shop = monitorOf('shop', {
        madeAt: Date.now(),
        everyMs: 10_000,
        retryEveryMs: 10_000,
        failures: 2,
        successes: 1,
      })
      world.add(shop)
      const from = Date.now()
      // With an outage long ago the fifth turn is one down, with none it is one back.
      if (first === 1) {
        world.fails('shop')
        await world.pass(minute)
      }
      let downMs = first === 1 ? minute : 0
      for (let round = 0; round < 40; round += 1) {
        world.heals('shop')
        await world.pass(2 * minute)
        world.fails('shop')
        await world.pass(minute)
        downMs += minute
      }
      world.heals('shop')
      await world.pass(40 * minute)
      await world.stop()
      const share = availabilityOf(shop, [...world.kept.incidents.values()], { from, to: Date.now() }) ?? 0
      const accounted = (1 - share) * (Date.now() - from)
      expect(Math.abs(accounted - downMs) / downMs).toBeLessThan(0.15)
    },
  )

  it('keeps as many stretches as it needs of a monitor that comes and goes for days, and their length', () => {
    let incident = open(
      { id: 'i1', monitor: monitorOf('shop'), cause: 'flapping', failingSince: 0, at: 0 },
      { type: 'http', everyMs: minute, failures: 3 },
    ).incident
    for (let index = 0; index < 1000; index += 1) {
      incident = turn(incident, 'shop', { from: index * minute })
      incident = turn(incident, 'shop', { from: index * minute, to: index * minute + 20_000 })
    }
    const [{ downs = [] } = {}] = incident.monitors
    expect(downs.length).toBeLessThanOrEqual(200)
    const lengths = downs.map(({ from, to = Number.NaN }) => to - from)
    expect(lengths.reduce((sum, one) => sum + one, 0)).toBe(1000 * 20_000)
    expect(downs.every(({ from }, index) => from >= (downs[index - 1]?.to ?? 0))).toBe(true)
  })

  it('accounts for both outages of a monitor that comes back and falls again while its group is open', async () => {
    const world = createWorld()
    const wish = { madeAt: Date.now(), failures: 1, successes: 1, retryEveryMs: 10_000 }
    world.add(...['a', 'b', 'c', 'd'].map((name) => monitorOf(name, wish)))
    const from = Date.now()
    for (const name of ['a', 'b', 'c', 'd']) world.fails(name)
    await world.pass(2 * minute)
    const groups = () => world.watch.incidents.all().filter(({ isGroup }) => isGroup)
    const name = groups()[0]?.monitors[1]?.name ?? ''
    world.heals(name)
    await world.pass(2 * minute)
    world.fails(name)
    await world.pass(90_000)
    expect(groups()).toHaveLength(1)
    const stretches = outagesOf(name, groups(), Date.now())
    expect(stretches).toHaveLength(2)
    expect(stretches[0]?.[0] ?? 0).toBeLessThan(from + minute)
    await world.stop()
  })

  it('says once that it is cut off, and calls nothing down', async () => {
    const world = createWorld()
    const names = Array.from({ length: 20 }, (_, index) => `site${index}`)
    world.add(...names.map((name) => monitorOf(name)))
    await world.pass(2 * minute)
    for (const name of names) world.fails(name, refused)
    await world.pass(30 * minute)
    expect(world.cuts).toHaveLength(1)
    expect(world.told).toEqual([])
    for (const name of names) world.heals(name)
    await world.pass(3 * minute)
    expect(world.cuts).toHaveLength(2)
    expect(world.told).toEqual([])
    await world.stop()
  })

  it.each([1, 5, 20])('calls nothing down when it is cut off, checked every %s minutes', async (minutes) => {
    const world = createWorld()
    const names = Array.from({ length: 60 }, (_, index) => `site${index}`)
    // Added one after another, as people do, so that their times are spread over the whole interval.
    for (const name of names) {
      world.add(monitorOf(name, { everyMs: minutes * minute }))
      await world.pass(minutes * 1000)
    }
    await world.pass(2 * minutes * minute)
    for (const name of names)
      world.weather.set(`https://${name}.example.org/`, () => ({ failure: timedOut, tookMs: 10_000 }))
    await world.pass(60 * minute)
    expect(world.cuts).toHaveLength(1)
    expect(world.told).toEqual([])
    for (const name of names) world.heals(name)
    await world.pass(2 * minutes * minute)
    expect(world.cuts).toHaveLength(2)
    expect(world.told).toEqual([])
    await world.stop()
  })

  it('gives no alarm in 24 hours at 5 % lost packets', async () => {
    const world = createWorld()
    const answer = lossy(42, refused)
    const names = Array.from({ length: 10 }, (_, index) => `site${index}`)
    for (const name of names) world.weather.set(`https://${name}.example.org/`, answer)
    world.add(...names.map((name) => monitorOf(name)))
    await world.pass(24 * 60 * minute)
    expect(world.told).toEqual([])
    world.fails('site3', unwell)
    await world.pass(2 * minute + 20_000)
    expect(world.kinds()).toEqual(['opened'])
    await world.stop()
  })

  it('forgets a monitor that is removed while it is checked', async () => {
    const world = createWorld()
    world.weather.set('https://shop.example.org/', () => ({ failure: refused, tookMs: 5000 }))
    world.add(monitorOf('shop', { failures: 1 }))
    await world.pass(2000)
    world.watch.remove('shop')
    await world.pass(10 * minute)
    expect(world.told).toEqual([])
    await world.stop()
  })

  it('ends the incident of a monitor that is paused, and says so', async () => {
    const world = createWorld()
    world.add(monitorOf('shop'))
    world.fails('shop')
    await world.pass(5 * minute)
    world.add(monitorOf('shop', { isPaused: true }))
    await world.pass(5 * minute)
    expect(world.told.map(({ kind, facts }) => [kind, facts.incident.closedAs])).toEqual([
      ['opened', undefined],
      ['closed', 'ended'],
    ])
    await world.stop()
  })

  it('tells no burst and is not silent when the clock jumps', async () => {
    const world = createWorld()
    world.add(monitorOf('shop', { remindMs: 30 * minute }))
    world.fails('shop')
    await world.pass(5 * minute)
    for (const jump of [24 * 60 * minute, -48 * 60 * minute]) {
      vi.setSystemTime(Date.now() + jump)
      const before = world.told.length
      await world.pass(31 * minute)
      expect(world.kinds().slice(before)).toEqual(['reminded'])
    }
    world.heals('shop')
    await world.pass(3 * minute)
    expect(world.kinds().at(-1)).toBe('closed')
    await world.stop()
  })
})
