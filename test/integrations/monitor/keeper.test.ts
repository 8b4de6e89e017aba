// What may be asked of the watch: what it stores, what it refuses, and what an edit, a pause or a removal makes of an open incident.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Draft } from '../../../src/event.ts'
import type { MonitorKeeper, MonitorWish } from '../../../src/integrations/integration.ts'
import { openSqliteStore } from '../../../src/store/sqlite.ts'
import type { Store } from '../../../src/store/store.ts'
import { createWatching, type Watching } from '../../commands/watching.ts'
import { createFakeLog } from '../../fakes/log.ts'

const alice = { by: 'a', name: 'alice', vigieAdmin: false }
const shop: MonitorWish = { channel: 'ops', target: 'https://shop.example.org/', name: 'shop' }

let store: Store
let watching: Watching
let keeper: MonitorKeeper
let told: Draft[]
beforeEach(async () => {
  let clock = Date.UTC(2026, 10, 21, 8)
  const now = () => {
    clock += 1000
    return clock
  }
  store = await openSqliteStore({ path: ':memory:', now, log: createFakeLog() })
  told = []
  watching = createWatching({
    store,
    now,
    emit: async (draft) => {
      told.push(draft)
      return `e${told.length}`
    },
  })
  keeper = watching.keeper
})
afterEach(() => store.close())

const id = (name = 'shop'): string => keeper.find('ops', name)?.monitor.id ?? ''
/** What a check on demand adds to the card is another test's. */
const types = () => told.map(({ type }) => type).filter((type) => type !== 'incident.checked')
async function falls(name = 'shop'): Promise<string> {
  watching.weather.set(`https://${name}.example.org/`, () => ({
    failure: { kind: 'status', detail: '503', isNetwork: false },
  }))
  while (keeper.byId(id(name))?.state.incident === undefined) await keeper.check(id(name), alice)
  return keeper.byId(id(name))?.state.incident ?? ''
}

describe('the keeper', () => {
  it('stores what is added, with whose it is', async () => {
    await keeper.add(shop, alice)
    expect(await store.monitors.all()).toMatchObject([
      { monitor: { name: 'shop', channel: 'ops', maker: 'a', type: 'http', everyMs: 60_000 } },
    ])
  })

  it('gives a job its address once, and stores what the address ends with as a hash alone', async () => {
    const { address } = await keeper.add({ channel: 'ops', name: 'backup' }, alice)
    expect(address).toBe('https://vigie.example.org/heartbeat/token')
    expect(JSON.stringify(await store.monitors.all())).not.toContain('"token"')
    expect((await keeper.edit(id('backup'), { graceMs: 60_000 }, alice)).address).toBeUndefined()
    expect(keeper.find('ops', 'backup')?.monitor.heartbeat?.tokenHash).toHaveLength(64)
  })

  it('seals a secret header to its monitor and its name', async () => {
    await keeper.add({ ...shop, secretHeaders: { Authorization: { reveal: () => 'hush' } } }, alice)
    expect([...watching.sealed]).toEqual([[`monitor ${id()} authorization`, 'hush']])
    expect(JSON.stringify(await store.monitors.all())).not.toContain('hush')
  })

  it('knows a name without regard to case, in its channel alone', async () => {
    await keeper.add(shop, alice)
    await expect(keeper.add({ ...shop, name: 'SHOP' }, alice)).rejects.toThrow(/SHOP/)
    await keeper.add({ ...shop, channel: 'dev' }, alice)
    expect(keeper.find('ops', 'Shop')?.monitor.channel).toBe('ops')
    expect(keeper.inChannel('ops')).toHaveLength(1)
  })

  it('has a public name once everywhere', async () => {
    await keeper.add({ ...shop, isPublic: true }, alice)
    await expect(keeper.add({ ...shop, channel: 'dev', isPublic: true }, alice)).rejects.toThrow(/shop/)
    await keeper.add({ ...shop, channel: 'dev' }, alice)
    await expect(keeper.edit(keeper.find('dev', 'shop')?.monitor.id ?? '', { isPublic: true }, alice)).rejects.toThrow()
    expect(keeper.publicOnes().map(({ monitor }) => monitor.channel)).toEqual(['ops'])
  })

  it('puts one behind another of its channel, never in a circle', async () => {
    await keeper.add(shop, alice)
    await keeper.add({ channel: 'ops', target: 'https://blog.example.org/', name: 'blog', after: 'shop' }, alice)
    expect(keeper.find('ops', 'blog')?.monitor.after).toBe(id())
    await expect(keeper.edit(id(), { after: 'blog' }, alice)).rejects.toThrow(/blog/)
    await expect(keeper.edit(id(), { after: 'shop' }, alice)).rejects.toThrow(/shop/)
    await expect(keeper.edit(id(), { after: 'nowhere' }, alice)).rejects.toThrow(/nowhere/)
    await keeper.remove(id())
    expect(keeper.find('ops', 'blog')?.monitor.after).toBeUndefined()
  })

  it('keeps an open incident through an edit, and ends it where the address becomes another', async () => {
    await keeper.add(shop, alice)
    const incident = await falls()
    await keeper.edit(id(), { everyMs: 300_000 }, alice)
    expect(keeper.byId(id())?.state.incident).toBe(incident)
    await keeper.edit(id(), { target: 'https://new.example.org/' }, alice)
    expect(keeper.byId(id())?.state).toMatchObject({ health: 'unknown' })
    expect(await keeper.incident(incident)).toMatchObject({ closedAs: 'ended' })
    expect(types()).toEqual(['monitor.down', 'incident.resolved'])
  })

  it.each([
    ['paused', () => keeper.pause(id())],
    ['removed', () => keeper.remove(id())],
  ])('ends the incident of what is %s, and tells it', async (_, what) => {
    await keeper.add(shop, alice)
    const incident = await falls()
    await what()
    expect(await keeper.incident(incident)).toMatchObject({ closedAs: 'ended' })
    expect(types()).toEqual(['monitor.down', 'incident.resolved'])
  })

  it('checks what is resumed again, and not what is paused', async () => {
    await keeper.add(shop, alice)
    await keeper.pause(id())
    expect(await keeper.check(id(), alice)).toBeUndefined()
    await keeper.resume(id())
    expect(await keeper.check(id(), alice)).toMatchObject({ status: 200 })
  })

  it('mutes the open incident with its monitor, and hears both again', async () => {
    await keeper.add(shop, alice)
    const incident = await falls()
    await keeper.mute(id(), { until: Date.UTC(2026, 10, 22), by: 'a' }, alice)
    expect((await keeper.incident(incident))?.mute).toBeDefined()
    await keeper.mute(id(), undefined, alice)
    expect((await keeper.incident(incident))?.mute).toBeUndefined()
    expect(types()).toEqual(['monitor.down', 'incident.muted', 'incident.unmuted'])
  })

  it('says nothing of what is gone', async () => {
    await keeper.add(shop, alice)
    const gone = id()
    await keeper.remove(gone)
    await expect(keeper.edit(gone, { everyMs: 5000 }, alice)).rejects.toThrow()
    expect(await keeper.check(gone, alice)).toBeUndefined()
    expect(await keeper.acknowledge('i0', alice)).toBeUndefined()
    await keeper.remove(gone)
  })

  it('refuses a maintenance whose cron is none, and stores nothing of it', async () => {
    await keeper.add(shop, alice)
    const wrong = { id: 'x', by: 'a', lastsMs: 3_600_000, when: { cron: 'often', timeZone: 'Europe/Paris' } }
    await expect(keeper.maintain(id(), [wrong])).rejects.toThrow(/often/)
    expect(keeper.byId(id())?.monitor.maintenance).toEqual([])
  })
})
