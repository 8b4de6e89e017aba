// `/vigie gitlab …`, and what `/subscribe` says of projects without a working hook (issue 4).

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KeptHook } from '../../src/store/store.ts'
import { createWorld, type World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.store.close())

const kept = (said: Partial<KeptHook>): KeptHook => ({
  key: 'p1',
  path: 'acme/app',
  sealed: '',
  seen: 0,
  state: 'working',
  told: false,
  failedTests: 0,
  madeAt: 0,
  lookedAt: 0,
  ...said,
})

describe('/vigie gitlab', () => {
  it('says of each project what was done, and notes it in the audit', async () => {
    world.hooks.says.lines = [
      { path: 'acme/app', did: 'made', state: 'working' },
      { path: 'acme/bad', did: 'failed', state: 'missing', error: 'is blocked', hint: { fr: 'réseau', en: 'network' } },
    ]
    const read = await world.read('sysadmin', '/vigie gitlab install acme/**')
    expect(read).toContain('**1 of 2** in order')
    expect(read).toMatch(/acme\/app.*made · 🟢 working/)
    expect(read).toMatch(/acme\/bad.*failed · `is blocked` · network/)
    expect(world.hooks.asked).toEqual(['install acme/**'])
    expect(await world.store.audit.list({ person: 'sysadmin', limit: 1 })).toMatchObject([
      { verb: 'gitlab install', object: 'install acme/**', outcome: 'done' },
    ])
  })

  it('checks without noting anything, with the latest calls', async () => {
    world.locale.of = 'fr'
    world.hooks.says.lines = [
      { path: 'acme/app', did: 'looked', state: 'elsewhere', url: 'https://x.example/', last: ['push_hooks 200'] },
    ]
    const read = await world.read('sysadmin', '/vigie gitlab vérifier acme/app')
    expect(read).toContain('🟠 appelle une autre adresse')
    expect(read).toContain('`push_hooks 200`')
    expect(await world.store.audit.list({ person: 'sysadmin', limit: 1 })).toEqual([])
  })

  it('says where it has nothing to remove', async () => {
    world.hooks.says.lines = []
    expect(await world.read('sysadmin', '/vigie gitlab remove acme/app')).toContain('Nothing to do')
  })

  it('alone shows what is kept', async () => {
    expect(await world.read('sysadmin', '/vigie gitlab')).toContain('no webhook')
    world.hooks.says.known = [kept({}), kept({ key: 'g2', path: 'acme', state: 'disabled' })]
    const read = await world.read('sysadmin', '/vigie gitlab')
    expect(read).toMatch(/acme\/app.*🟢 working/)
    expect(read).toMatch(/acme\/\*\*.*🔴 switched off/)
  })

  it('answers the person alone: private projects are named', async () => {
    const { reply } = await world.say('sysadmin', '/vigie gitlab check acme/**')
    expect(reply.personal).toBe(true)
  })
})

describe('/subscribe gitlab', () => {
  it('says which projects have no working webhook, and who can install it', async () => {
    world.hooks.says.unheard = (subject, { vigieAdmin }) =>
      vigieAdmin ? [`${subject}`, 'acme/private'] : [`${subject}`]
    const byMember = await world.read('member', '/subscribe gitlab acme/new')
    expect(byMember).toContain('Without a working webhook')
    expect(byMember).toContain('An administrator of Vigie can install it')
    expect(byMember).not.toContain('acme/private')
    const byAdmin = await world.read('sysadmin', '/subscribe gitlab acme/other')
    expect(byAdmin).toContain('acme/private')
    expect(byAdmin).toContain('/vigie gitlab install')
  })

  it('says nothing of it where all is well', async () => {
    expect(await world.read('member', '/subscribe gitlab acme/new')).not.toContain('webhook')
  })
})
