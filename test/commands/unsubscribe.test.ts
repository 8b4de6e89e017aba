// `/unsubscribe`, and a card's "stop these" (interface.md, "What people type").

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWorld, readAnswer, type World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.store.close())

const here = async () =>
  (await world.store.subscriptions.inChannel('town')).map(({ subject, filters: { events } }) => [
    subject,
    events?.join(),
  ])

describe('/unsubscribe', () => {
  it('removes by id, in words that lead back', async () => {
    await world.say('member', '/subscribe gitlab acme/app --events push')
    const [made] = await world.store.subscriptions.inChannel('town')
    world.locale.of = 'fr'
    expect(await world.read('member', `/unsubscribe ${made?.id}`)).toBe(
      '**Désabonné\u00a0:** ce canal n’entend plus `acme/app` (gitlab). Pour revenir\u00a0: `/subscribe gitlab acme/app --events push`\n\nEnsuite\u00a0: `/subscribe liste`',
    )
    expect(await here()).toEqual([])
  })

  it('removes by source and subject, whatever its capitals', async () => {
    await world.say('member', '/subscribe gitlab acme/** !acme/old')
    await world.say('member', '/unsubscribe GitLab Acme/** !acme/old')
    expect(await here()).toEqual([])
  })

  it('by source alone removes the one without subject, and no other', async () => {
    await world.say('member', '/subscribe gitlab')
    await world.say('member', '/subscribe gitlab acme/app')
    await world.say('member', '/unsubscribe gitlab')
    expect(await here()).toEqual([['acme/app', undefined]])
  })

  it('lists several that could be meant, and removes nothing', async () => {
    await world.say('member', '/subscribe gitlab acme/app')
    await world.say('member', '/subscribe gitlab acme/site')
    const told = await world.read('member', '/unsubscribe gitlab')
    expect(told).toContain('I removed nothing')
    expect(told.match(/`\/unsubscribe [0-9a-z]{11}` — `acme\/(?:app|site)` \(gitlab\)/g)).toHaveLength(2)
    expect(await world.read('member', '/unsubscribe gitlab acme/*')).toContain('I removed nothing')
    expect(await here()).toHaveLength(2)
  })

  it('shows the nearest where none is written like that, and removes nothing', async () => {
    await world.say('member', '/subscribe gitlab acme/app')
    expect(await world.read('member', '/unsubscribe gitlab')).toMatch(
      /^No subscription is written like that; I removed nothing. The nearest:\n- `\/unsubscribe /,
    )
    expect(await here()).toHaveLength(1)
  })

  it.each(['/unsubscribe nothing', '/unsubscribe gitlab other/project'])('says that %s is not there', async (line) => {
    await world.say('member', '/subscribe gitlab acme/app')
    expect(await world.read('member', line)).toContain('This channel has no subscription')
    expect(await here()).toHaveLength(1)
  })

  it('does not reach another channel’s', async () => {
    await world.say('chanadmin', '/subscribe gitlab acme/app', 'other')
    const [made] = await world.store.subscriptions.inChannel('other')
    const unknown = await world.read('chanadmin', '/unsubscribe 00000000000')
    const forbidden = await world.read('chanadmin', `/unsubscribe ${made?.id}`)
    expect(forbidden.replace(made?.id ?? '', '00000000000')).toBe(unknown)
    expect(await world.store.subscriptions.all()).toHaveLength(1)
  })

  it('leaves somebody else’s alone', async () => {
    await world.say('maker', '/subscribe gitlab acme/app')
    expect((await world.say('member', '/unsubscribe gitlab acme/app')).refused).toBe(true)
    expect(await here()).toHaveLength(1)
  })
})

describe('a card’s “stop these”', () => {
  const stop = async (object = 'gitlab acme/app merge_request') =>
    readAnswer(await world.press('member', 'unsubscribe.stop', object))
  const hears = async (subject: string, type: string, byDefault = true) => {
    const { id } = await world.emit({ subject, type, byDefault })
    return (await world.store.deliveries.list({ event: id, limit: 1 })).length > 0
  }

  it('removes a subscription that heard nothing else', async () => {
    await world.say('member', '/subscribe gitlab acme/app --events merge_request.open,gitlab.merge_request.merge')
    expect(await stop()).toContain(
      '`/subscribe gitlab acme/app --events merge_request.open,merge_request.merge` removed',
    )
    expect(await here()).toEqual([])
  })

  it('leaves the other kinds of this very subject', async () => {
    await world.say('member', '/subscribe gitlab acme/app --events push,merge_request --branch main')
    await stop()
    expect(await here()).toEqual([['acme/app', 'push']])
  })

  it('leaves what is told by default but this kind', async () => {
    await world.say('member', '/subscribe gitlab acme/app')
    await stop()
    expect(await hears('acme/app', 'gitlab.merge_request.open')).toBe(false)
    expect(await hears('acme/app', 'gitlab.push.push')).toBe(true)
    expect(await hears('acme/app', 'gitlab.job.failed', false)).toBe(false)
  })

  it('leaves everything else where all was heard', async () => {
    await world.say('member', '/subscribe gitlab acme/app --events all')
    await stop()
    expect(await hears('acme/app', 'gitlab.merge_request.open')).toBe(false)
    expect(await hears('acme/app', 'gitlab.job.failed', false)).toBe(true)
  })

  it('leaves other subjects that a glob hears, and other kinds of this one', async () => {
    await world.say('member', '/subscribe gitlab acme/**')
    const told = await stop()
    expect(await hears('acme/app', 'gitlab.merge_request.open')).toBe(false)
    expect(await hears('acme/app', 'gitlab.push.push')).toBe(true)
    expect(await hears('acme/site', 'gitlab.merge_request.open')).toBe(true)
    expect(told).toContain(
      '`/subscribe gitlab acme/**` became `/subscribe gitlab acme/** !acme/app` + `/subscribe gitlab acme/app --events !merge_request`',
    )
    expect(told).toContain('To go back:')
  })

  it('leaves other projects of a subscription to everything', async () => {
    await world.say('member', '/subscribe gitlab --events merge_request')
    await stop()
    expect(await here()).toEqual([['** !acme/app', 'merge_request']])
  })

  it('narrows every subscription that hears it, keeping each one’s own filters', async () => {
    await world.say('member', '/subscribe gitlab acme/** --events push,merge_request')
    await world.say('member', '/subscribe gitlab acme/app --events issue,merge_request')
    await stop()
    expect(await here()).toEqual([
      ['acme/app', 'issue'],
      ['acme/** !acme/app', 'push,merge_request'],
    ])
  })

  it('changes nobody’s right by which the rest is heard', async () => {
    await world.say('sysadmin', '/subscribe gitlab acme/**')
    await world.press('chanadmin', 'unsubscribe.stop', 'gitlab acme/app merge_request')
    const makers = (await world.store.subscriptions.inChannel('town')).map(({ maker }) => maker)
    expect(makers).toEqual(['sysadmin', 'sysadmin'])
  })

  it('changes nothing where a subscription would hold too many exclusions', async () => {
    const excluded = Array.from({ length: 19 }, (_, index) => `!acme/old${index}`).join(' ')
    await world.say('member', `/subscribe gitlab acme/** ${excluded}`)
    const before = await here()
    expect(await stop()).toContain('too much for one subscription')
    expect(await here()).toEqual(before)
  })

  it('changes nothing where the channel would hold too many', async () => {
    await world.say('member', '/subscribe gitlab acme/**')
    const made = { channel: 'town', target: { notifier: 'mattermost', address: 'town' }, source: 'gitlab', filters: {} }
    for (let index = 0; index < 199; index += 1) {
      await world.store.subscriptions.save({ ...made, subject: `other/p${index}`, maker: 'member', madeAt: 0 })
    }
    const before = await here()
    expect(await stop()).toContain('200 subscriptions at most')
    expect(await here()).toEqual(before)
  })

  it('is refused where any of them is somebody else’s', async () => {
    await world.say('maker', '/subscribe gitlab acme/**')
    await world.say('member', '/subscribe gitlab acme/app')
    const before = await here()
    expect((await world.press('member', 'unsubscribe.stop', 'gitlab acme/app merge_request')).refused).toBe(true)
    expect(await here()).toEqual(before)
  })

  it('says so when it was stopped before', async () => {
    world.locale.of = 'fr'
    await world.say('member', '/subscribe gitlab acme/app --events push')
    expect(await stop()).toBe('Ce canal n’entend déjà plus `merge_request` de `acme/app` (gitlab).')
    expect(await here()).toEqual([['acme/app', 'push']])
  })
})
