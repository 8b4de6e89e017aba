// `/subscribe` (interface.md, "What people type", "Who may").

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWorld, readAnswer, start, type World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.store.close())

const here = () => world.store.subscriptions.inChannel('town')
const day = 86_400_000

describe('/subscribe', () => {
  it('subscribes the channel, says what it hears, and what stays silent', async () => {
    const told = await world.read('member', '/subscribe gitlab acme/** !acme/old/**')
    const [made] = await here()
    expect(made).toMatchObject({
      channel: 'town',
      target: { notifier: 'mattermost', address: 'town' },
      source: 'gitlab',
      subject: 'acme/** !acme/old/**',
      filters: {},
      maker: 'member',
    })
    expect(told).toBe(
      [
        '**Subscribed:** this channel hears `acme/** !acme/old/**` (gitlab).',
        'What is neither public nor opened to this channel stays silent; an administrator of Vigie can open it: `/vigie allow gitlab acme/** ~town-square`.',
        '',
        `**Id**: \`${made?.id}\``,
        '',
        'Next: `/subscribe list`',
      ].join('\n'),
    )
  })

  it('speaks French', async () => {
    world.locale.of = 'fr'
    const told = await world.read('member', '/subscribe gitlab acme/app —branch main')
    expect(told).toContain('**Abonné\u00a0:** ce canal entend `acme/app` (gitlab).')
    expect(told).toContain(
      'un administrateur de Vigie peut l’ouvrir\u00a0: `/vigie allow gitlab acme/app ~town-square`.',
    )
    expect(told).toContain('**Filtres**\u00a0: `--branch main`')
  })

  it('says the same of a closed project and of one that does not exist (threats T7)', async () => {
    await world.emit({ subject: 'acme/private', audience: 'closed', visibility: 'private' })
    const [closed, unknown] = await Promise.all([
      world.read('member', '/subscribe gitlab acme/private', 'town'),
      world.read('member', '/subscribe gitlab acme/nowhere', 'other'),
    ])
    const blank = (text: string) => text.replace(/private|nowhere|town-square|other|`[0-9a-z]{11}`/g, 'X')
    expect(blank(closed)).toBe(blank(unknown))
  })

  it('tells a Vigie administrator that what is private is heard too', async () => {
    expect(await world.read('sysadmin', '/subscribe gitlab acme/private')).toContain('What is private is heard too')
  })

  it('takes every filter', async () => {
    const line =
      '/subscribe gitlab acme/app --events merge_request,gitlab.push.push --events !issue --branch main,release/* --label "à faire",!wip --author @jeanne,!renovate --changes-only --digest 1h30 --cards each'
    const told = await world.read('member', line)
    const [made] = await here()
    expect(made?.filters).toEqual({
      events: ['merge_request', 'push.push', '!issue'],
      branch: ['main', 'release/*'],
      label: ['à faire', '!wip'],
      author: ['jeanne', '!renovate'],
      changesOnly: true,
      digestMs: 5_400_000,
      cards: 'each',
    })
    expect(told).toContain(
      '**Filters**: `--events merge_request,push.push,!issue --branch main,release/* --label "à faire,!wip" --author jeanne,!renovate --changes-only --digest 90m --cards each`',
    )
  })

  it('gives back a command that makes the same subscription', async () => {
    await world.say('member', '/subscribe gitlab acme/app --events push --label "à faire" --digest 90s')
    const [first] = await here()
    const told = await world.read('member', `/unsubscribe ${first?.id}`)
    const command = /To go back: `([^`]+)`/.exec(told)?.[1] ?? ''
    await world.say('member', command)
    const [second] = await here()
    expect(second).toMatchObject({ subject: first?.subject, filters: first?.filters })
  })

  it.each(['/subscribe gitlab help', '/subscribe gitlab aide'])(
    'explains itself for %s, and takes no subject',
    async (line) => {
      expect(await world.read('member', line)).toContain('Subscribes this channel to what happens')
      expect(await world.store.subscriptions.all()).toEqual([])
      expect(await world.read('sysadmin', '/subscribe gitlab "help"')).not.toContain('to what happens')
      expect(await world.read('sysadmin', '/unsubscribe gitlab help')).toContain('`/subscribe gitlab "help"`')
      await world.say('sysadmin', '/subscribe gitlab -- help')
      expect((await world.store.subscriptions.all()).map(({ subject }) => subject)).toEqual(['help'])
    },
  )

  it('replaces the filters when it is repeated, and says so', async () => {
    await world.say('member', '/subscribe gitlab acme/app --events push')
    const [first] = await here()
    const told = await world.read('member', '/subscribe gitlab ACME/app --branch main')
    expect(await here()).toMatchObject([{ id: first?.id, filters: { branch: ['main'] } }])
    expect(told).toContain('**Subscription replaced:**')
    expect(told).toContain('The filters before hold no longer: `--events push`.')
  })

  it('is an edit when it repeats somebody else’s, with an edit’s rights', async () => {
    await world.say('maker', '/subscribe gitlab acme/app')
    const refused = await world.say('member', '/subscribe gitlab acme/app --events push')
    expect(refused.refused).toBe(true)
    expect(await here()).toMatchObject([{ maker: 'maker', filters: {} }])
    expect(await world.read('chanadmin', '/subscribe gitlab acme/app')).toContain(
      "It was **maker**'s; it is yours now.",
    )
    expect(await here()).toMatchObject([{ maker: 'chanadmin' }])
  })

  it('without a subject hears all of the source; excludes alone take their bite out of it', async () => {
    await world.say('member', '/subscribe gitlab')
    await world.say('member', '/subscribe gitlab !acme/old')
    const subjects = (await here()).map(({ subject }) => subject)
    expect(subjects).toEqual([undefined, '** !acme/old'])
  })

  it.each([
    ['/acme/app/', '`acme/app`'],
    ['https://git.example.org/acme/app/-/issues/3', '`acme/app`'],
    ['acme//app', '`acme/app`'],
    ['acme/***', '`acme/**`'],
    ['acme/a**', '`acme/a*`'],
    ['acme/{a,b}', '`acme/*`'],
    ['acme/[ab]c', '`acme/*c`'],
    ['acme\\app', '`acme/app`'],
    ['../acme', '`acme`'],
    ['!!acme', '`acme`'],
  ])('answers the glob %s with one that can be read', async (glob, expected) => {
    const told = await world.read('member', `/subscribe gitlab ${glob}`)
    expect(told).toContain('is not a glob')
    expect(told).toContain(`Did you mean ${expected}?`)
    expect(await here()).toEqual([])
  })

  it.each(['/subscribe gitlab !', '/subscribe gitlab //', `/subscribe gitlab ${'a'.repeat(300)}`])(
    'refuses %s',
    async (line) => {
      expect(await world.read('member', line)).toContain('is not a glob')
      expect(await here()).toEqual([])
    },
  )

  it.each([
    ['--events gitlab.pusch.push', 'Did you mean `gitlab.push.push`?'],
    ['--events !all', 'has no event `!all`'],
    ['--branch /main', 'Did you mean `main`?'],
    ['--digest 0s', 'from one second to 7 days'],
    ['--digest 8d', 'from one second to 7 days'],
  ])('answers %s with what to write', async (flags, expected) => {
    expect(await world.read('member', `/subscribe gitlab acme/app ${flags}`)).toContain(expected)
    expect(await here()).toEqual([])
  })

  it.each([
    ['21 globs', Array.from({ length: 21 }, (_, index) => `a${index}`).join(' '), 'too much for one subscription'],
    ['2,001 characters', Array.from({ length: 9 }, (_, index) => 'a'.repeat(240 - index)).join(' '), '2000 characters'],
    ['51 branches', `acme/app --branch ${Array.from({ length: 51 }, (_, index) => `b${index}`).join()}`, '50 words'],
    ['a long list', `acme/app --label ${Array.from({ length: 10 }, (_, n) => n + 'a'.repeat(200)).join()}`, '50 words'],
  ])('refuses %s, which every event would be held against', async (_what, words, expected) => {
    expect(await world.read('member', `/subscribe gitlab ${words}`)).toContain(expected)
    expect(await here()).toEqual([])
  })

  it('takes 20 globs and lists of 50 words', async () => {
    const globs = Array.from({ length: 20 }, (_, index) => `a${index}`).join(' ')
    const labels = Array.from({ length: 50 }, (_, index) => `l${index}`).join()
    await world.say('member', `/subscribe gitlab ${globs} --label ${labels}`)
    expect(await here()).toHaveLength(1)
  })

  it('makes 200 subscriptions in a channel and no more, and still replaces one', async () => {
    const made = { channel: 'town', target: { notifier: 'mattermost', address: 'town' }, source: 'gitlab', filters: {} }
    for (let index = 0; index < 200; index += 1) {
      await world.store.subscriptions.save({ ...made, subject: `acme/p${index}`, maker: 'member', madeAt: start })
    }
    expect(await world.read('member', '/subscribe gitlab acme/more')).toContain('200 subscriptions at most')
    expect(await world.read('member', '/subscribe gitlab acme/p7 --events push')).toContain('Subscription replaced')
    expect(await here()).toHaveLength(200)
  })

  it('subscribes nothing where it cannot write', async () => {
    expect(await world.read('member', '/subscribe gitlab acme/app', 'locked')).toContain('/invite @vigie')
    expect(await world.store.subscriptions.all()).toEqual([])
  })

  it('says once how it is invited', async () => {
    const told = await world.read('member', '/subscribe gitlab acme/app', 'locked')
    expect(told.split('/invite @vigie')).toHaveLength(2)
  })

  it('asks for no invitation into the messages of other people, where nobody can give one', async () => {
    const asked = { by: 'slash', person: 'member', channel: 'locked', isMessages: true, trigger: 'subscribe' } as const
    const told = readAnswer(await world.dispatch.say({ ...asked, text: 'gitlab acme/app' }))
    expect(told).toContain('I can announce nothing here')
    expect(told).toContain('write to me directly')
    expect(told).not.toContain('/invite')
    expect(await world.store.subscriptions.all()).toEqual([])
  })

  it('says in a direct message that only what is opened to everyone is heard there', async () => {
    expect(await world.read('member', '/subscribe gitlab acme/app', 'direct')).toContain(
      'an administrator of Vigie can open it to everyone: `/vigie allow gitlab acme/app everyone`.',
    )
  })

  it('writes a character’s name as it is typed, and says so where one name was taken for several', async () => {
    const told = await world.read('member', '/subscribe personnage "Rock Lee"')
    expect(told).toContain('this channel hears `"Rock Lee"` (personnage).')
    expect(await world.read('member', '/subscribe list')).toContain('`"Rock Lee"`')
    expect(await world.read('member', '/subscribe personnage Rock Lee')).toContain(
      'These are 2 names; a name of several words stands in quotes: `/subscribe personnage "Rock Lee"`.',
    )
    expect(await world.read('member', '/subscribe personnage ** !Lee')).not.toContain('quotes')
    expect((await here()).map(({ subject }) => subject)).toEqual(['Rock_Lee', 'Rock Lee', '** !Lee'])
    expect(await world.read('member', '/unsubscribe personnage "Rock Lee"')).toContain(
      'To go back: `/subscribe personnage "Rock Lee"`',
    )
    expect((await here()).map(({ subject }) => subject)).toEqual(['Rock Lee', '** !Lee'])
  })

  it('joins a public channel to write there', async () => {
    await world.say('member', '/subscribe gitlab acme/app', 'fresh')
    expect(world.brought).toEqual(['fresh'])
    expect(await world.store.subscriptions.inChannel('fresh')).toHaveLength(1)
  })

  it('writes what was subscribed into the audit', async () => {
    await world.say('member', '/subscribe gitlab acme/app --events push')
    const [made] = await here()
    const [entry] = await world.store.audit.list({ limit: 1 })
    expect(entry).toMatchObject({
      verb: 'subscribe',
      object: `${made?.id} gitlab acme/app --events push`,
      person: 'member',
      outcome: 'done',
    })
  })
})

describe('/subscribe list', () => {
  it('says that there is nothing, and how to begin', async () => {
    world.locale.of = 'fr'
    expect(await world.read('guest', '/subscribe liste')).toBe(
      'Ce canal n’est abonné à rien.\n\nEnsuite\u00a0: `/subscribe gitlab groupe/projet`',
    )
  })

  it('shows this channel’s alone, with ids, makers, and those that sleep', async () => {
    await world.say('maker', '/subscribe gitlab acme/app --events push')
    await world.say('maker', '/subscribe gitlab acme/elsewhere', 'other')
    await world.store.subscriptions.sleep('town', 'archived')
    const [made] = await here()
    const told = await world.read('guest', '/subscribe list')
    expect(told).toContain(
      `| \`${made?.id}\` | gitlab | \`acme/app\` | \`--events push\` | maker | 😴 asleep: channel archived |`,
    )
    expect(told).not.toContain('elsewhere')
    expect(told).toContain(`Next: \`/unsubscribe ${made?.id}\``)
  })

  it('shows what is muted and until when, with a button to hear it again', async () => {
    await world.press('member', 'subscribe.mute', 'gitlab acme/app 1h')
    await world.press('member', 'subscribe.mute', 'gitlab acme/app 1h', 'other')
    const { reply } = await world.say('member', '/subscribe list')
    expect(reply.buttons).toEqual([
      { verb: 'subscribe.unmute', object: 'gitlab acme/app', label: 'Hear acme/app again' },
    ])
    expect(await world.read('guest', '/subscribe list')).toContain(
      '🔇 `acme/app` (gitlab) muted until 10:00, by member',
    )
    expect((await world.say('guest', '/subscribe list')).reply.buttons).toEqual([])
  })
})

describe('a card’s mute', () => {
  it('silences the subject here until then, and says until when', async () => {
    const { reply } = await world.press('member', 'subscribe.mute', 'gitlab acme/app 8h')
    expect(await world.store.subscriptions.mutes()).toEqual([
      { channel: 'town', source: 'gitlab', subject: 'acme/app', until: start + day / 3, maker: 'member' },
    ])
    expect(reply).toMatchObject({ mood: 'good', changed: expect.stringContaining('gitlab acme/app 2026-11-21T16:00') })
  })

  it.each(['gitlab acme/app 25h', 'gitlab acme/app 0h', 'gitlab acme/app soon', 'gitlab', ''])(
    'refuses %j',
    async (object) => {
      expect((await world.press('member', 'subscribe.mute', object)).refused).toBe(true)
      expect(await world.store.subscriptions.mutes()).toEqual([])
    },
  )

  const thirtyDays = { channel: 'town', source: 'gitlab', subject: 'acme/app', until: start + 30 * day, maker: 'maker' }

  it('does not cut short what somebody with more rights muted longer', async () => {
    await world.store.subscriptions.mute(thirtyDays)
    const told = readAnswer(await world.press('member', 'subscribe.mute', 'gitlab acme/app 1h'))
    expect(told).toContain('**Muted already:** this channel no longer hears `acme/app` (gitlab) until 21/12/2026 09:00')
    expect(await world.store.subscriptions.mutes()).toEqual([thirtyDays])
  })

  it.each(['maker', 'chanadmin'] as const)('is cut short by %s, who may mute that long', async (who) => {
    await world.store.subscriptions.mute(thirtyDays)
    await world.press(who, 'subscribe.mute', 'gitlab acme/app 1h')
    expect(await world.store.subscriptions.mutes()).toEqual([{ ...thirtyDays, until: start + day / 24, maker: who }])
  })

  it('is not ended by a member where somebody muted longer than a day', async () => {
    await world.store.subscriptions.mute(thirtyDays)
    expect((await world.press('member', 'subscribe.unmute', 'gitlab acme/app')).refused).toBe(true)
    expect(await world.store.subscriptions.mutes()).toEqual([thirtyDays])
    await world.press('maker', 'subscribe.unmute', 'gitlab acme/app')
    expect(await world.store.subscriptions.mutes()).toEqual([])
  })

  it('ends by its button', async () => {
    await world.press('member', 'subscribe.mute', 'gitlab acme/app 8h')
    await world.press('guest', 'subscribe.unmute', 'gitlab acme/app')
    expect(await world.store.subscriptions.mutes()).toHaveLength(1)
    await world.press('maker', 'subscribe.unmute', 'gitlab acme/app')
    expect(await world.store.subscriptions.mutes()).toEqual([])
  })
})
