// `/vigie explain` and the menu entry "why this message?" (interface.md, "Who may": unknown and forbidden read alike).

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Draft } from '../../src/event.ts'
import { createWorld, readAnswer, start, type World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.store.close())

/** Sends what waits for the channel as the outbox does. Resolves the delivery's id. */
async function deliver(post: string): Promise<string> {
  const { deliveries } = world.store
  const [claim] = await deliveries.claim({ notifier: 'mattermost', now: world.clock.now, leaseMs: 1000, limit: 1 })
  const id = claim?.delivery.id ?? ''
  const receipt = { post, channel: 'town' }
  await deliveries.settle(id, claim?.delivery.attempt ?? 0, { as: 'delivered', receipt }, world.clock.now)
  world.posts.set(post, { id: post, channel: 'town', user: 'vigie', props: {} })
  return id
}

describe('what is here', () => {
  it('is explained by its subscription, who made it and when, its deliveries and their tries', async () => {
    await world.say('maker', '/subscribe gitlab acme/app --events merge_request')
    const [made] = await world.store.subscriptions.inChannel('town')
    const { id } = await world.emit({ subject: 'acme/app' })
    const delivery = await deliver('p1')
    for (const words of [id, delivery, 'p1']) {
      const told = await world.read('guest', `/vigie explain ${words}`)
      expect(told).toContain('**It is told here** because this channel is subscribed to it:')
      expect(told).toContain(
        `- \`${made?.id}\` · \`/subscribe gitlab acme/app --events merge_request\` · made by **maker**, 09:01`,
      )
      expect(told).toContain(`**Event**: \`${id}\``)
      expect(told).toContain(`| \`${delivery}\` | 🟢 delivered | 1 | 09:01 |  |`)
    }
  })

  it('is told elsewhere to who asks from a direct message', async () => {
    await world.say('maker', '/subscribe gitlab acme/app')
    const { id } = await world.emit({ subject: 'acme/app' })
    const told = await world.read('sysadmin', `/vigie explain ${id}`, 'direct')
    expect(told).toContain('**It is told elsewhere** (`/vigie deliveries` says where) by these subscriptions:')
    expect(told).not.toContain('this channel')
  })

  it('speaks French, by the menu too', async () => {
    await world.say('maker', '/subscribe gitlab acme/app')
    const { id } = await world.emit({ subject: 'acme/app' })
    await deliver('p1')
    world.locale.of = 'fr'
    const told = readAnswer(await world.press('guest', 'explain.why', id))
    expect(told).toContain('**C’est dit ici** parce que ce canal y est abonné\u00a0:')
    expect(told).toContain('🟢 livrée')
  })

  it('is explained after its subscription was removed', async () => {
    await world.say('maker', '/subscribe gitlab acme/app')
    const { id } = await world.emit({ subject: 'acme/app' })
    await deliver('p1')
    await world.say('maker', '/unsubscribe gitlab acme/app')
    expect(await world.read('guest', `/vigie explain ${id}`)).toContain('removed since')
  })

  it('is explained where a digest told it, although it was closed from the beginning', async () => {
    await world.say('sysadmin', '/subscribe gitlab acme/app')
    const closed = { subject: 'acme/app', audience: 'closed', visibility: 'private' } as const
    const first = await world.emit(closed)
    await world.emit(closed)
    const ids = (await world.store.deliveries.list({ limit: 2 })).map(({ id }) => id).toReversed()
    await world.store.deliveries.fold(ids, 'digest', world.clock.now)
    expect(await world.read('member', `/vigie explain ${first.id}`)).toContain('I know of no such thing')
    const digest = await deliver('p1')
    expect(await world.read('member', `/vigie explain ${first.id}`)).toContain('It is told here')
    expect(await world.read('member', `/vigie explain ${digest}`)).toContain('This post tells 2 events')
    expect(await world.read('member', '/vigie explain p1')).toContain('This post tells 2 events')
  })

  it('lists the events of a post that tells several', async () => {
    await world.say('maker', '/subscribe gitlab acme/app --digest 10m')
    const first = await world.emit({ subject: 'acme/app' })
    const second = await world.emit({ subject: 'acme/app', type: 'gitlab.push.push' })
    const [newest, oldest] = await world.store.deliveries.list({ channel: 'town', limit: 2 })
    await world.store.deliveries.fold([oldest?.id ?? '', newest?.id ?? ''], 'digest', world.clock.now)
    world.clock.now += 700_000
    await deliver('p1')
    const told = await world.read('guest', '/vigie explain p1')
    expect(told).toContain('**This post tells 2 events**')
    expect(told).toContain(`| \`${first.id}\` |`)
    expect(told).toContain(`| \`${second.id}\` |`)
  })
})

describe('what is not here', () => {
  const refusals: readonly [string, string, Partial<Draft>, string][] = [
    ['another subject', 'acme/site', {}, 'another subject'],
    ['an exclusion', 'acme/** !acme/app', {}, 'this subject is excluded'],
    ['another event', 'acme/app --events push', {}, 'not this kind of event (--events)'],
    ['another branch', 'acme/app --branch main', { facets: { branches: ['dev'] } }, 'another branch (--branch)'],
    ['another author', 'acme/app --author !renovate', { facets: { author: 'renovate' } }, 'another author (--author)'],
  ]
  it.each(refusals)('is explained by %s', async (_, wish, draft, expected) => {
    await world.say('maker', `/subscribe gitlab ${wish}`)
    const { id } = await world.emit({ subject: 'acme/app', ...draft })
    const told = await world.read('guest', `/vigie explain ${id}`)
    expect(told).toContain('**It is not told here** and this is why:')
    expect(told).toContain(`→ **${expected}`)
  })

  it('is explained by a mute, and by sleep', async () => {
    await world.say('maker', '/subscribe gitlab acme/app')
    await world.press('maker', 'subscribe.mute', 'gitlab acme/app 1h')
    const { id } = await world.emit({ subject: 'acme/app' })
    expect(await world.read('guest', `/vigie explain ${id}`)).toContain('→ **muted**')
    await world.store.subscriptions.unmute({ channel: 'town', source: 'gitlab', subject: 'acme/app', maker: 'maker' })
    await world.store.subscriptions.sleep('town', 'removed')
    expect(await world.read('guest', `/vigie explain ${id}`)).toContain('→ **asleep**')
  })

  it('is explained where nothing is subscribed', async () => {
    const { id } = await world.emit({ subject: 'acme/app' })
    world.locale.of = 'fr'
    expect(await world.read('guest', `/vigie explain ${id}`)).toContain(
      '**Ce n’est pas dit ici**\u00a0: ce canal n’a pas d’abonnement à gitlab.',
    )
  })

  it('shows what was opened to this channel, although a filter kept it out', async () => {
    await world.say('maker', '/subscribe gitlab acme/private --events push')
    await world.say('sysadmin', '/vigie allow gitlab acme/private')
    const { id } = await world.emit({ subject: 'acme/private', audience: 'closed' })
    expect(await world.read('guest', `/vigie explain ${id}`)).toContain('not this kind of event')
  })
})

describe('what may not be known', () => {
  it('reads like what does not exist', async () => {
    await world.say('maker', '/subscribe gitlab')
    await world.say('sysadmin', '/subscribe gitlab --confidential', 'other')
    const closed = await world.emit({ subject: 'acme/private', audience: 'closed', visibility: 'private' })
    const turned = await world.emit({ subject: 'acme/private', audience: 'open' })
    const confidential = await world.emit({ subject: 'acme/app', confidential: true })
    const [elsewhere] = await world.store.deliveries.list({ channel: 'other', limit: 1 })
    world.posts.set('p9', { id: 'p9', channel: 'other', user: 'vigie', props: {} })
    const ids = [closed.id, turned.id, confidential.id, elsewhere?.id ?? '', 'p9']
    for (const role of ['guest', 'chanadmin'] as const) {
      const unknown = (await world.read(role, '/vigie explain nothing')).replace('nothing', 'X')
      for (const id of ids) expect((await world.read(role, `/vigie explain ${id}`)).replace(id, 'X'), id).toBe(unknown)
    }
  })

  it('is told to a Vigie administrator, not before everybody', async () => {
    await world.say('maker', '/subscribe gitlab')
    const { id } = await world.emit({ subject: 'acme/private', audience: 'closed', visibility: 'private' })
    const answer = await world.say('sysadmin', `/vigie explain ${id}`)
    expect(readAnswer(answer)).toContain('→ **the subject is not open to this channel (/vigie allow)**')
    expect(answer.reply.personal).toBe(true)
  })

  it('was heard here and stays explained although it was closed since', async () => {
    await world.say('maker', '/subscribe gitlab acme/app')
    const { id } = await world.emit({ subject: 'acme/app' })
    await deliver('p1')
    await world.emit({ subject: 'acme/app', audience: 'closed', visibility: 'private' })
    expect(await world.read('guest', `/vigie explain ${id}`)).toContain('It is told here')
  })
})

it('knows the day of what happened before today', async () => {
  await world.say('maker', '/subscribe gitlab acme/app')
  const { id } = await world.emit({ subject: 'acme/app' })
  await deliver('p1')
  world.clock.now = start + 3 * 86_400_000
  expect(await world.read('guest', `/vigie explain ${id}`)).toContain('21/11/2026 09:01')
})
