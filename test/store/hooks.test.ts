import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import type { KeptHook, Store } from '../../src/store/store.ts'
import { createFakeLog } from '../fakes/log.ts'

const hook: KeptHook = {
  key: 'p15',
  path: 'acme/app',
  hook: 3,
  sealed: 'sealed',
  seen: 12,
  state: 'paused',
  until: 1_800_000_000_000,
  told: true,
  failedTests: 1,
  madeAt: 1,
  lookedAt: 2,
}

describe('hooks that are kept', () => {
  let store: Store
  beforeEach(async () => {
    store = await openSqliteStore({ path: ':memory:', now: Date.now, log: createFakeLog() })
  })
  afterEach(() => store.close())

  it('are read as they were saved, by path', async () => {
    const { hook: _none, until: _ever, ...fresh } = hook
    await store.hooks.save(hook)
    await store.hooks.save({ ...fresh, key: 'g7', path: 'a', state: 'working', told: false })
    expect(await store.hooks.all()).toEqual([{ ...fresh, key: 'g7', path: 'a', state: 'working', told: false }, hook])
  })

  it('are one a place: saving again replaces, and what is over is forgotten', async () => {
    await store.hooks.save(hook)
    await store.hooks.save({ ...hook, state: 'working', until: undefined, seen: 20 })
    const { until: _over, ...now } = { ...hook, state: 'working', seen: 20 }
    expect(await store.hooks.all()).toEqual([now])
  })

  it('are gone once removed', async () => {
    await store.hooks.save(hook)
    expect([await store.hooks.remove('p15'), await store.hooks.remove('p15')]).toEqual([true, false])
    expect(await store.hooks.all()).toEqual([])
  })
})
