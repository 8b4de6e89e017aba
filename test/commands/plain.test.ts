// The commands that tell: `/statut`, `/vigie help`, `about`, `settings`, `audit` (interface.md, "What people type").

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Part } from '../../src/event.ts'
import { own, rich } from '../../src/text/rich.ts'
import { createWorld, type World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.store.close())

const part = (name: string, state: Part['state']): Part => ({
  name,
  title: { fr: `${name} (fr)`, en: name },
  state,
  glance: { fr: own('connecté'), en: own('connected') },
  details: { fr: [rich`depuis ${'hier'}`], en: [rich`since ${'yesterday'}`, rich`42 ms`] },
})

describe('/statut', () => {
  it('says at a glance that all is well', async () => {
    expect(await world.read('guest', '/statut')).toBe(
      '**All is well**\n\n**This channel**: 🟢 0 subscriptions\n\nVigie 1.0.0 · running for 3\u00a0d',
    )
  })

  it('names what is not well, first what is down, and where to look', async () => {
    const parts = [part('mattermost', 'ok'), part('outbox', 'warning'), part('gitlab', 'down'), part('mail', 'off')]
    world.status(parts)
    const answer = await world.say('guest', '/statut')
    expect(answer.reply.mood).toBe('danger')
    expect(await world.read('guest', '/statut')).toContain('**Down: gitlab**')
    expect(await world.read('guest', '/statut')).toContain('**mattermost**: 🟢 connected\n**outbox**: 🟠 connected')
    expect(await world.read('guest', '/statut')).toContain('Next: `/statut gitlab`')
    world.status(parts.slice(0, 2))
    expect((await world.say('guest', '/vigie status')).reply.mood).toBe('warning')
  })

  it('tells one part in detail, found by its name or its title', async () => {
    world.status([part('mattermost', 'ok'), part('gitlab', 'down')])
    expect(await world.read('guest', '/statut mattermost')).toBe(
      '**mattermost**\n🟢 connected\n- since yesterday\n- 42 ms\n\nNext: `/statut`',
    )
    world.locale.of = 'fr'
    expect(await world.read('guest', '/statut "gitlab (fr)"')).toContain('🔴 connecté\n- depuis hier')
    expect(await world.read('guest', '/statut gitlub')).toContain('Vouliez-vous dire `gitlab`')
  })

  it('tells what is for Vigie administrators to them alone, and not before everybody', async () => {
    world.status([{ ...part('nextcloud', 'down'), operatorDetails: { fr: [rich`/srv/rh`], en: [rich`/srv/rh`] } }])
    for (const who of ['guest', 'member', 'chanadmin'] as const) {
      const { reply } = await world.say(who, '/statut nextcloud')
      expect(reply.personal).toBeUndefined()
      expect(await world.read(who, '/statut nextcloud')).not.toContain('/srv')
    }
    expect(await world.read('sysadmin', '/statut nextcloud')).toContain('- 42 ms\n- /srv/rh')
    expect((await world.say('sysadmin', '/statut nextcloud')).reply.personal).toBe(true)
    expect(await world.read('sysadmin', '/statut')).not.toContain('/srv')
  })

  it('says that subscriptions of this channel sleep', async () => {
    await world.say('maker', '/subscribe gitlab acme/app')
    await world.store.subscriptions.sleep('town', 'removed')
    world.locale.of = 'fr'
    expect(await world.read('guest', '/statut')).toContain('**Ce canal**\u00a0: 🟠 1 abonnement · 1 en sommeil')
  })
})

describe('/vigie help', () => {
  it('shows what this person may say, in their language, verbs’ twins first in French', async () => {
    const told = await world.read('guest', '/vigie')
    expect(told).toContain('- `/subscribe list` — Shows what this channel is subscribed to.')
    expect(told).not.toContain('`/vigie allow')
    world.locale.of = 'fr'
    const all = await world.read('sysadmin', '/vigie aide')
    expect(all).toContain('- `/subscribe liste` — Montre à quoi ce canal est abonné.')
    expect(all).toContain('- `/vigie allow <source> <sujet> [~canal|everyone]`')
  })

  it('explains one command, or one of its verbs', async () => {
    const told = await world.read('guest', '/vigie help subscribe')
    for (const flag of ['--events a,b', '--cards live|each', '--digest 10m', '--changes-only', '--confidential']) {
      expect(told).toContain(flag)
    }
    expect(told).toContain('(the administrators of Vigie)')
    expect(told).toContain('For example:')
    expect(await world.read('guest', '/vigie help subscribe list')).toContain('**/subscribe list**')
    expect(await world.read('guest', '/vigie help subscibe')).toContain('Did you mean `/vigie subscribe`?')
  })

  it('writes French with its spaces (every command, every word of help)', async () => {
    world.locale.of = 'fr'
    for (const { name } of world.commands) {
      expect(await world.read('sysadmin', `/vigie help ${name}`), name).not.toMatch(/\p{L} [:;?]|« | »|\p{L}[;?]\s/u)
    }
  })
})

it('/vigie about says what it is, which version and since when', async () => {
  const told = await world.read('guest', '/vigie about')
  expect(told).toContain('**Version**: 1.0.0')
  expect(told).toContain('**Running for**: 3\u00a0d')
  world.locale.of = 'fr'
  expect(await world.read('guest', '/vigie apropos')).toContain('Je monte la garde')
})

describe('/vigie settings', () => {
  it('shows the channel’s language, and sets it', async () => {
    expect(await world.read('chanadmin', '/vigie settings')).toContain('French (that of all Vigie)')
    expect(await world.read('chanadmin', '/vigie settings lang en')).toContain(
      '**Set:** what happens is told here in English.',
    )
    expect(await world.store.subscriptions.settings('town')).toEqual({ lang: 'en' })
    expect(await world.store.subscriptions.settings('other')).toEqual({})
    expect(await world.read('chanadmin', '/vigie settings')).toContain('**Language of messages**: English\n')
    world.locale.of = 'fr'
    expect(await world.read('chanadmin', '/vigie réglages langue français')).toContain(
      '**Réglé\u00a0:** ce qui arrive est dit ici en français.',
    )
    expect(await world.store.subscriptions.settings('town')).toEqual({ lang: 'fr' })
  })
})

describe('/vigie audit', () => {
  beforeEach(async () => {
    await world.say('member', '/subscribe gitlab acme/app')
    await world.say('member', '/vigie allow gitlab acme/secret')
    await world.say('maker', '/subscribe gitlab acme/site')
    await world.say('member', '/subscribe gitlab acme/away', 'other')
  })

  it('shows one’s own of this channel, the newest first', async () => {
    const told = await world.read('member', '/vigie audit')
    expect(told).toMatch(
      /\| 09:02 \| member \| `allow` \|.*⛔ refused \|\n\| 09:01 \| member \| `subscribe` \|.*acme\/app/,
    )
    expect(told).not.toMatch(/site|away/)
    expect(await world.read('member', '/vigie audit', 'direct')).toContain('acme/away')
  })

  it('shows a Vigie administrator everybody’s, and not before everybody', async () => {
    const answer = await world.say('sysadmin', '/vigie audit 3')
    expect(answer.reply.table?.rows).toHaveLength(3)
    expect(answer.reply.personal).toBe(true)
    expect(await world.read('sysadmin', '/vigie audit')).toContain('acme/away')
  })

  it.each(['0', '101', '-1', '1.5', 'many'])('refuses %s as a number of lines', async (count) => {
    expect(await world.read('member', `/vigie audit ${count}`)).toContain('write one from 1 to 100')
  })

  it('says in French that there is nothing', async () => {
    world.locale.of = 'fr'
    expect(await world.read('chanadmin', '/vigie journal')).toBe('Rien n’a été changé ni refusé.')
  })
})
