import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createVault } from '../../../src/app/vault.ts'
import { Secret } from '../../../src/env.ts'
import { createOwnHooks } from '../../../src/integrations/gitlab/hooks/own.ts'
import { createHooksInMemory } from '../../fakes/hooks.ts'

const place = { kind: 'project', id: 15, path: 'acme/app', public: true } as const
const vaultOf = (...keys: string[]) =>
  createVault({ secrets: { current: () => keys.map((key) => new Secret(key)) }, random: randomBytes })

describe('the secrets of hooks', () => {
  it('are sealed anew while VIGIE_SECRET_KEY is changed, and outlive the old key', async () => {
    const store = createHooksInMemory()
    const before = createOwnHooks({ store, vault: vaultOf('old'), now: () => 0 })
    const secrets = before.secretsOf(await before.add(place))
    await createOwnHooks({ store, vault: vaultOf('new', 'old'), now: () => 0 }).load()
    const after = createOwnHooks({ store, vault: vaultOf('new'), now: () => 0 })
    await after.load()
    expect(after.byToken({ 'x-gitlab-token': secrets?.token })?.path).toBe('acme/app')
  })

  it('are sealed anew by a Vigie that runs through the change, and stay so when something else of them changes', async () => {
    const store = createHooksInMemory()
    let keys = ['old']
    const vault = createVault({
      secrets: { current: () => keys.map((key) => new Secret(key)) },
      random: randomBytes,
    })
    const running = createOwnHooks({ store, vault, now: () => 0 })
    await running.load()
    const secrets = running.secretsOf(await running.add(place))
    keys = ['new', 'old']
    await running.load()
    await running.change('p15', { seen: 7 })
    keys = ['newest', 'new']
    await createOwnHooks({ store, vault, now: () => 0 }).load()
    const after = createOwnHooks({ store, vault: vaultOf('newest'), now: () => 0 })
    await after.load()
    expect(after.byToken({ 'x-gitlab-token': secrets?.token })).toMatchObject({ path: 'acme/app', seen: 7 })
  })

  it('prove nothing once the key is lost, until they are made anew', async () => {
    const store = createHooksInMemory()
    const before = createOwnHooks({ store, vault: vaultOf('old'), now: () => 0 })
    const secrets = before.secretsOf(await before.add(place))
    const after = createOwnHooks({ store, vault: vaultOf('another'), now: () => 0 })
    await after.load()
    expect(after.byToken({ 'x-gitlab-token': secrets?.token })).toBeUndefined()
    expect(after.find(place)).toBeDefined()
    const anew = after.secretsOf(await after.add(place))
    expect(after.byToken({ 'x-gitlab-token': anew?.token })?.path).toBe('acme/app')
  })
})
