// What an incident's card offers, pressed: its effect, who may, twice at once, and on what is another channel's (threats T3, T4, T6).

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { namesOf } from '../../src/commands/monitor/incidents.ts'
import type { Incident } from '../../src/integrations/monitor/monitor.ts'
import { toMattermost } from '../../src/text/mattermost-markdown.ts'
import { createWorld, readAnswer, type World } from './world.ts'

let world: World
let id: string
beforeEach(async () => {
  world = await createWorld()
  await world.say('maker', '/monitor add https://shop.example.org/ --name shop')
  id = await fall(world)
})
afterEach(() => world.store.close())

const failure = { kind: 'status', detail: '503 Service Unavailable', isNetwork: false } as const

/** The shop goes down; its incident. */
async function fall({ watching, clock }: World): Promise<string> {
  watching.weather.set('https://shop.example.org/', () => ({ failure, status: 503 }))
  const asker = { by: 'vigie', name: 'vigie', vigieAdmin: true }
  for (;;) {
    const shop = watching.keeper.find('town', 'shop')
    if (shop?.state.incident !== undefined) return shop.state.incident
    clock.now += 20_000
    await watching.keeper.check(shop?.monitor.id ?? '', asker)
  }
}

const incident = () => world.watching.keeper.incident(id)
const kinds = async () => (await world.watching.keeper.steps(id)).map(({ kind }) => kind)
const audited = async () =>
  (await world.store.audit.list({ limit: 20 })).map(({ person, verb, outcome }) => `${person} ${verb} ${outcome}`)
const press = async (who: Parameters<World['press']>[0], verb: string, object = id, channel?: string) =>
  readAnswer(await world.press(who, `monitor.${verb}`, object, channel))

describe('taking it', () => {
  it('is told once, audited, and answered alike when it is pressed again', async () => {
    const [one, other] = await Promise.all([press('member', 'ack'), press('member', 'ack')])
    expect([one, other].toSorted()).toEqual([
      '**Taken:** the incident is yours.',
      expect.stringContaining('You already have it'),
    ])
    expect((await kinds()).filter((kind) => kind === 'acknowledged')).toHaveLength(1)
    expect((await audited()).filter((line) => line === 'member monitor.ack done')).toHaveLength(1)
  })

  it('is answered with who has it and since when', async () => {
    await press('member', 'ack')
    expect(await press('chanadmin', 'ack')).toMatch(/^\*\*member\*\* already has it, since 09:0\d\.$/)
    expect((await incident())?.acknowledged?.by).toBe('member')
  })

  it('is undone by who has it or a channel administrator, nobody else', async () => {
    await press('member', 'ack')
    expect((await world.press('maker', 'monitor.release', id)).refused).toBe(true)
    expect(await press('member', 'release')).toContain('**Given back:**')
    expect((await incident())?.acknowledged).toBeUndefined()
    expect(await press('member', 'release')).toContain('Nobody had taken')
  })

  it('is left alone when somebody else takes a reaction back', async () => {
    await press('member', 'ack')
    const back = { by: 'reaction', channel: 'town', verb: 'monitor.release', object: id } as const
    expect((await world.dispatch.press({ ...back, person: 'maker' })).refused).toBe(false)
    expect((await incident())?.acknowledged?.by).toBe('member')
    await world.dispatch.press({ ...back, person: 'member' })
    expect((await incident())?.acknowledged).toBeUndefined()
    expect(await audited()).toEqual(expect.arrayContaining(['member monitor.release done']))
    expect(await audited()).not.toContain('maker monitor.release refused')
  })

  it('is refused to guests and strangers, and written down', async () => {
    for (const who of ['guest', 'stranger', 'deactivated', 'otherbot'] as const) {
      expect((await world.press(who, 'monitor.ack', id)).refused).toBe(true)
    }
    expect((await incident())?.acknowledged).toBeUndefined()
    expect(await audited()).toContain('guest monitor.ack refused')
  })

  it('comes too late once it is over', async () => {
    world.watching.weather.clear()
    await world.say('maker', '/monitor remove shop')
    expect(await press('member', 'ack')).toBe('This incident is over already.')
  })
})

describe('an incident of another channel', () => {
  it.each(['ack', 'release', 'check', 'mute', 'unmute', 'more'])('is unknown: %s', async (verb) => {
    const object = verb === 'mute' ? `${id} 1h` : id
    const foreign = await world.press('sysadmin', `monitor.${verb}`, object, 'other')
    const unknown = await world.press('sysadmin', `monitor.${verb}`, object.replace(id, 'none'), 'other')
    expect(readAnswer(foreign)).toContain('Unknown incident in this channel.')
    expect(readAnswer(foreign)).toBe(readAnswer(unknown))
    expect((await incident())?.acknowledged ?? (await incident())?.mute).toBeUndefined()
  })
})

describe('muting it', () => {
  it('lasts as long as the menu says, a day at most', async () => {
    expect(await press('member', 'mute', `${id} 1h`)).toContain('**Muted**')
    expect((await incident())?.mute).toEqual({ until: world.clock.now + 3_600_000, by: 'member' })
    for (const wrong of ['25h', '0s', '', 'x'])
      expect((await world.press('member', 'monitor.mute', `${id} ${wrong}`)).refused).toBe(true)
    expect(await press('member', 'unmute')).toBe('**Unmuted.**')
    expect(await press('member', 'unmute')).toBe('It was not muted.')
  })

  it('for longer is ended by who did it', async () => {
    await world.say('maker', '/monitor mute shop 3d')
    expect((await world.press('member', 'monitor.unmute', id)).refused).toBe(true)
    expect(await press('member', 'mute', `${id} 1h`)).toContain('It is muted until')
    expect(await press('maker', 'unmute')).toBe('**Unmuted.**')
  })
})

it('is checked again, and says how it is', async () => {
  expect(await press('member', 'check')).toContain('`shop` 🔴 `503 Service Unavailable`')
  expect(await kinds()).toContain('checked')
  expect((await world.press('guest', 'monitor.check', id)).refused).toBe(true)
})

it('tells in detail what was seen and done', async () => {
  await press('member', 'ack')
  const told = await press('guest', 'more')
  for (const words of [
    'Latest results:',
    '503 Service Unavailable',
    'DNS 3\u00a0ms',
    '· taken · member',
    '/monitor show shop',
  ]) {
    expect(told).toContain(words)
  }
})

it.each([
  [
    'a chart that was shown',
    [
      { at: 1, tookMs: 80 },
      { at: 2, tookMs: 90 },
    ],
    true,
  ],
  ['none where it answered too seldom', [], false],
])('tells in detail of %s', async (_, chart, isTold) => {
  const [opened] = await world.watching.keeper.steps(id)
  if (opened === undefined) throw new Error('it has no steps')
  const { event: _told, ...step } = opened
  const charted = { ...step, number: 9, at: world.clock.now, kind: 'charted' as const }
  await world.store.monitors.record({ results: [], states: [], incidents: [], steps: [charted] })
  const event = await world.emit({ source: 'monitor', type: 'incident.charted', data: { chart } })
  await world.store.monitors.told(id, 9, event.id)
  expect((await press('guest', 'more')).includes('chart added')).toBe(isTold)
})

it('is listed with how many others it has', () => {
  const one = { monitor: 'm', name: 'shop', target: '', failingSince: 0 }
  const of = (count: number): Incident => ({
    id: 'i',
    channel: 'town',
    cause: 'down',
    severity: 'warning',
    openedAt: 0,
    steps: 1,
    monitors: Array.from({ length: count }, () => one),
  })
  const said = [1, 2, 3].map((count) => toMattermost(namesOf(of(count), 'fr')))
  expect(said).toEqual(['`shop`', '`shop` + 1 autre', '`shop` + 2 autres'])
})

it('is listed with the colour of its card', async () => {
  expect(await world.read('guest', '/monitor incidents')).toContain('| 🔴 for')
  await world.say('maker', '/monitor remove shop')
  expect(await world.read('guest', '/monitor incidents')).toContain('| ⚪ ')
  await world.say('maker', '/monitor add https://slow.example.org/ --name slow --slow 10ms --retries 1')
  await world.say('maker', '/monitor check slow')
  expect(await world.read('guest', '/monitor incidents --open')).toContain('| 🟠 for')
})

it('is listed, open ones alone where asked', async () => {
  expect(await world.read('guest', '/monitor incidents')).toMatch(/`\w+` \| `shop` \|/)
  expect(await world.read('guest', '/monitor incidents', 'other')).toContain('No incident')
  await world.say('maker', '/monitor remove shop')
  expect(await world.read('guest', '/monitor incidents --open')).toContain('No open incident')
  expect(await world.read('guest', '/monitor incidents')).toContain('`shop`')
})
