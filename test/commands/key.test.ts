// `/vigie key …`: API keys in chat (interface.md, "API keys", "Who may").

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { renderText } from '../../src/bot/render.ts'
import { createWorld, readAnswer, type World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.store.close())

const shownIn = (text: string) => /vigie_[a-z0-9]{12}_[A-Za-z0-9_-]{43}/.exec(text)?.[0]
const create = '/vigie key create bank --scope events:write,personnages:read --expires 30d --channel ~other'

describe('/vigie key create', () => {
  it('shows the key in the answer to the slash command, and keeps it nowhere', async () => {
    const { reply, locale } = await world.say('sysadmin', create)
    // With every mark that is not seen: it is copied as it stands.
    const read = renderText(reply, locale)
    const shown = shownIn(read)
    expect(shown).toBeDefined()
    expect(read).toContain(`\`${shown}\``)
    expect(read).toContain('shown this once')
    expect(await world.store.apiKeys.all()).toMatchObject([
      {
        id: shown?.split('_')[1],
        name: 'bank',
        scopes: ['events:write', 'personnages:read'],
        maker: 'sysadmin',
        channel: 'other',
        madeAt: world.clock.now,
        expiresAt: world.clock.now + 30 * 86_400_000,
      },
    ])
    const [entry] = await world.store.audit.list({ limit: 1 })
    expect(entry).toMatchObject({ verb: 'key create', person: 'sysadmin', outcome: 'done' })
    expect(entry?.object).toContain('create bank')
    const kept = JSON.stringify([entry, await world.store.apiKeys.all(), world.logged, world.counted])
    expect(kept).not.toContain(shown?.slice(-30))
  })

  it.each(['mention', 'direct'] as const)('makes none by %s, and says how', async (by) => {
    const answer = await world.dispatch.say({
      by,
      person: 'sysadmin',
      channel: by === 'direct' ? 'direct' : 'town',
      text: 'key create bank --scope events:write',
    })
    expect(answer.refused).toBe(true)
    expect(readAnswer(answer)).toContain('`/vigie key create NAME --scope …`')
    expect(await world.store.apiKeys.all()).toEqual([])
  })

  it('makes none by a form', async () => {
    const { refused } = await world.submit('sysadmin', 'key', { name: 'bank', '--scope': 'events:write' }, 'create')
    expect(refused).toBe(true)
    expect(await world.store.apiKeys.all()).toEqual([])
  })

  it.each([
    ['/vigie key create', 'a name'],
    ['/vigie key create bank', '--scope'],
    ['/vigie key create bank --scope events', 'events:write'],
    ['/vigie key create bank --scope events:write --channel ~nowhere', '~nowhere'],
    ['/vigie key create bank --scope events:write --expires soon', 'soon'],
  ])('says what is missing in %s', async (line, words) => {
    const answer = await world.say('sysadmin', line)
    expect([answer.refused, readAnswer(answer)]).toEqual([true, expect.stringContaining(words)])
  })

  it('speaks French, with French verbs', async () => {
    world.locale.of = 'fr'
    const read = await world.read('sysadmin', '/vigie clé créer banque --signing')
    expect(read).toMatch(/Clé créée.*banque[\s\S]*`whsec_[A-Za-z0-9+/]{43}=`/)
    expect(await world.read('sysadmin', '/vigie clé liste')).toContain('signe pour /webhook/events')
    expect(await world.read('sysadmin', '/vigie clé révoquer BANQUE')).toContain('Clé révoquée')
  })
})

describe('/vigie key list', () => {
  it('shows by what a key is known, who made it and until when, never what opens', async () => {
    expect(await world.read('sysadmin', '/vigie key')).toContain('There is no key')
    const shown = shownIn(await world.read('sysadmin', create)) ?? ''
    await world.say('sysadmin', '/vigie key create tool --in tool --expires never')
    const read = await world.read('sysadmin', '/vigie key list')
    expect(read).toContain(`\`vigie_${shown.split('_')[1]}_…\``)
    expect(read).toContain('/webhook/in/tool')
    expect(read).toContain('told in `~other` alone')
    expect(read).toContain('never')
    expect(read).not.toContain(shown)
    expect((await world.say('sysadmin', '/vigie key list')).reply.personal).toBe(true)
  })
})

describe('/vigie key revoke', () => {
  it('takes the name or the id, once', async () => {
    await world.say('sysadmin', create)
    expect(await world.read('sysadmin', '/vigie key revoke Bank')).toContain('Key revoked')
    expect(await world.read('sysadmin', '/vigie key list')).toContain('There is no key')
    expect(await world.read('sysadmin', '/vigie key revoke bank')).toContain('No key is called')
    expect(await world.store.audit.list({ limit: 9 })).toMatchObject([
      { verb: 'key revoke', outcome: 'done' },
      { verb: 'key create', outcome: 'done' },
    ])
  })
})
