// `/monitor report`: how monitors did, with the accounting stated, in chat and as files (issue "The watch", "Commands").

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Incident } from '../../src/integrations/monitor/monitor.ts'
import { createWorld, readAnswer, type World } from './world.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

let world: World
beforeEach(async () => {
  world = await createWorld()
  await world.say('maker', '/monitor add https://shop.example.org/ --name shop')
  await world.say('maker', '/monitor add https://api.example.org/ --name api')
  world.clock.now += 20 * day
})
afterEach(() => world.store.close())

async function outage(name: string, agoMs: number, lastedMs: number | undefined, wishes: Partial<Incident> = {}) {
  const monitor = world.watching.keeper.find('town', name)?.monitor
  if (monitor === undefined) throw new Error(`no ${name}`)
  const from = world.clock.now - agoMs
  const ended = lastedMs === undefined ? {} : { upSince: from + lastedMs }
  const closed = lastedMs === undefined ? {} : { closedAt: from + lastedMs, closedAs: 'up' as const }
  const incident: Incident = {
    id: `${name}${agoMs}`,
    channel: 'town',
    cause: 'down',
    severity: 'warning',
    monitors: [{ monitor: monitor.id, name, target: monitor.target, failingSince: from, ...ended }],
    openedAt: from + 40_000,
    ...closed,
    steps: 0,
    ...wishes,
  }
  await world.store.monitors.record({ results: [], states: [], incidents: [incident], steps: [] })
}

const report = (words = '') => world.read('member', `/monitor report ${words}`)

describe('a report in chat', () => {
  it('tells availability, outages and the times to react, the worst first', async () => {
    const taken = { acknowledged: { by: 'maker', name: 'maker', at: world.clock.now - 2 * day + 40_000 + 2 * minute } }
    await outage('shop', 2 * day, hour, taken)
    const said = await report()
    expect(said).toContain('Availability · 7 days, from')
    expect(said).toContain('99.7% on average, 1 outage.')
    expect(said).toMatch(
      /`shop` \| 99\.4% \| 1 \| 1\u00a0h \| 2\u00a0min \| 1\u00a0h[\s\S]*`api` \| 100% \| 0 \| – \| – \| –/,
    )
  })

  it('states what counts', async () => {
    expect(await report()).toMatch(
      /from the first failure of an outage to the first good answer.*maintenance or a mute/,
    )
    world.locale.of = 'fr'
    expect(await report()).toMatch(
      /du premier échec d’une panne.*va et vient.*compte de même.*disponibles.*dégradé.*pendant une maintenance ou une sourdine/,
    )
  })

  it('covers a week, or a month where that is asked for, from when each was added', async () => {
    await outage('shop', 10 * day, day)
    expect(await report()).toContain('100% on average, 0 outages.')
    expect(await report('--period month')).toMatch(/`shop` \| 95% \| 1 \| 1\u00a0d/)
  })

  it('is about one monitor where one is named, with spaces in its name too', async () => {
    await world.say('maker', '/monitor add https://x.example.org/ --name "my shop"')
    const said = await report('my shop')
    expect(said).toContain('Availability · my shop')
    expect(said).not.toContain('`api`')
  })

  it('knows no monitor of another channel, and no other period or format', async () => {
    expect(await report('nothing')).toContain('`nothing` is not watched in this channel')
    expect(await report('--period year')).toMatch(/week/)
    expect(await report('--format docx')).toMatch(/xlsx/)
  })
})

describe('a report as a file', () => {
  it.each(['csv', 'xlsx', 'pdf', 'html'])('%s holds the figures, the outages and the accounting', async (format) => {
    await outage('shop', 2 * day, hour)
    await outage('api', hour, undefined)
    const answer = await world.say('member', `/monitor report --format ${format}`)
    const { reply } = answer
    expect(reply.file?.name).toMatch(new RegExp(`^vigie-availability-\\d{4}-\\d\\d-\\d\\d\\.${format}$`))
    expect(readAnswer(answer)).toContain('is sent to you')
    const document = JSON.parse(
      Buffer.from(reply.file?.bytes ?? [])
        .toString()
        .slice(format.length),
    )
    expect(document.tables.map(({ rows }: { rows: unknown[] }) => rows.length)).toEqual([2, 2])
    expect(document.tables[0].rows).toContainEqual(['shop', expect.closeTo(1 - 1 / 168, 6), 1, hour, null, hour])
    expect(document.notes.join()).toMatch(
      /While a monitor comes and goes.*counts likewise.*What counts as available: slowness \(a degraded monitor\)/,
    )
  })
})
