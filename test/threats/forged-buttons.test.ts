// Threat T3: every button there is, pressed with what is absent, altered, of another place, too old, used, or no longer this person's to
// press: refused, without effect. The valid press of each works.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openFormVerb } from '../../src/bot/dispatch.ts'
import { answerLifeMs, cardLifeMs } from '../../src/bot/seal.ts'
import { createWorld, type Name, names, type World } from '../commands/world.ts'
import { holdWatched } from '../rights-monitor.ts'
import { holdPersonnage } from '../rights-personnage.ts'
import { botId, createDoor, type Door } from './door.ts'

interface Card {
  readonly event: string
  readonly delivery: string
  readonly post: string
  readonly parked: string
  /** Of a monitor that is down and muted for long; and of one that its maker has taken. */
  readonly incident: string
  readonly taken: string
}

/** What each button is about, and who may press it least of all. A button that is not here fails the first test. */
const buttons: Readonly<Record<string, { readonly object: (card: Card) => string; readonly by: Name }>> = {
  'explain.why': { object: ({ event }) => event, by: 'guest' },
  'subscribe.mute': { object: () => 'gitlab acme/app 1h', by: 'member' },
  'subscribe.unmute': { object: () => 'gitlab acme/long', by: 'maker' },
  'unsubscribe.stop': { object: () => 'gitlab acme/app merge_request', by: 'maker' },
  'replay.again': { object: ({ parked }) => parked, by: 'sysadmin' },
  'monitor.ack': { object: ({ incident }) => incident, by: 'member' },
  'monitor.release': { object: ({ taken }) => taken, by: 'maker' },
  'monitor.check': { object: ({ incident }) => incident, by: 'member' },
  'monitor.mute': { object: ({ taken }) => `${taken} 1h`, by: 'member' },
  'monitor.unmute': { object: ({ incident }) => incident, by: 'maker' },
  'monitor.more': { object: ({ incident }) => incident, by: 'guest' },
  'personnage.plus': { object: () => 'Naruto', by: 'member' },
  'personnage.minus': { object: () => 'Naruto', by: 'member' },
  [openFormVerb]: { object: () => 'subscribe', by: 'member' },
}

const id = (letter: string) => letter.repeat(26)
const [cardPost, otherPost, forgedPost, elsewherePost] = [id('p'), id('q'), id('f'), id('e')]

let world: World
let door: Door
let card: Card
beforeEach(async () => {
  world = await createWorld()
  door = createDoor(world)
  card = await tell(world)
})
afterEach(async () => {
  await door.http.close()
  await world.store.close()
})

/** A card on its post, another one on another, one given up; a mute that its maker alone may end. */
async function tell(town: World): Promise<Card> {
  const { store, clock, emit, posts } = town
  await holdPersonnage(town)
  const common = { channel: 'town', source: 'gitlab', maker: 'maker' }
  const target = { notifier: 'mattermost', address: 'town' }
  await store.subscriptions.save({ ...common, target, subject: 'acme/app', filters: {}, madeAt: clock.now })
  const { id: event } = await emit({ subject: 'acme/app' })
  await emit({ subject: 'acme/app' })
  await emit({ subject: 'acme/app' })
  const settled: string[] = []
  for (const post of [cardPost, otherPost, undefined]) {
    const [claim] = await store.deliveries.claim({ notifier: 'mattermost', now: clock.now, leaseMs: 1000, limit: 1 })
    if (claim === undefined) throw new Error('nothing was told')
    const { id: delivery } = claim.delivery
    const outcome =
      post === undefined
        ? ({ as: 'parked', error: 'gone' } as const)
        : ({ as: 'delivered', receipt: { channel: 'town', post } } as const)
    await store.deliveries.settle(delivery, 1, outcome, clock.now)
    settled.push(delivery)
  }
  const [delivery = '', other = '', parked = ''] = settled
  const vigie = (...deliveries: string[]) => ({ vigie: { deliveries } })
  posts.set(cardPost, { id: cardPost, channel: 'town', user: botId, props: vigie(delivery) })
  posts.set(otherPost, { id: otherPost, channel: 'town', user: botId, props: vigie(other) })
  posts.set(forgedPost, { id: forgedPost, channel: 'town', user: id('m'), props: vigie(delivery) })
  await store.subscriptions.mute({ ...common, subject: 'acme/long', until: clock.now + 90 * 86_400_000 })
  return { event, delivery, post: cardPost, parked, ...(await holdWatched(town)) }
}

/** All that a press could have changed. */
async function record() {
  const { subscriptions, deliveries, audit, monitors, personnages } = world.store
  const [all, mutes, rules, told, done, incidents, naruto] = await Promise.all([
    subscriptions.all(),
    subscriptions.mutes(),
    subscriptions.rules(),
    deliveries.list({ limit: 50 }),
    audit.list({ limit: 100 }),
    monitors.incidents({ limit: 50 }),
    personnages.find('Naruto'),
  ])
  return {
    ...{ all, mutes, rules, incidents, naruto, opened: door.opened.length },
    told: told.map(({ id: delivery, state }) => [delivery, state]),
    done: done.filter(({ outcome }) => outcome === 'done'),
  }
}

const offerOf = (verb: string) => ({ verb, object: buttons[verb]?.object(card) ?? '' })
const onCard = (...verbs: readonly string[]) =>
  door.sealer.stamp({ channel: 'town', delivery: card.delivery })(verbs.map(offerOf)).context.vigie
const press = (who: Name, seal: unknown, over: object = {}) =>
  door.press(who, seal, { post_id: cardPost, trigger_id: 'open', ...over })

test('every button of every command is tried here', () => {
  const declared = world.commands.flatMap(({ name, buttons: own = {} }) =>
    Object.keys(own).map((one) => `${name}.${one}`),
  )
  expect(Object.keys(buttons).toSorted()).toEqual([...declared, openFormVerb].toSorted())
})

describe.each(Object.keys(buttons))('%s', (verb) => {
  const by = buttons[verb]?.by ?? 'sysadmin'

  test('works on its card and in an answer', async () => {
    expect((await press(by, onCard(verb))).answer?.refused).toBe(false)
    const seal = door.sealOf(by, offerOf(verb))
    expect((await door.press(by, seal, { trigger_id: 'open' })).answer?.refused).toBe(false)
    expect(door.refusals.filter((cause) => cause.includes('cause'))).toEqual([])
  })

  test('is refused in one text, without effect, with whatever else', async () => {
    const onTheCard = onCard(verb)
    const inAnswer = door.sealOf(by, offerOf(verb))
    const menu = onCard(verb, 'explain.why')
    const before = await record()
    const pressed = [
      ...[undefined, null, '', 'A'.repeat(80), {}, [onTheCard], { vigie: onTheCard }, 7, true].map((junk) =>
        press(by, junk),
      ),
      ...altered(onTheCard).map((seal) => press(by, seal)),
      ...altered(inAnswer, 64).map((seal) => door.press(by, seal)),
      // A seal of another kind, and one of a key derived otherwise.
      press(by, door.stateOf({ person: by, command: 'subscribe' })),
      press(by, createDoor(world).sealer.sealDialog({ person: by, channel: 'town', command: 'subscribe' })),
      // Another verb: what the menu does not offer.
      ...['2', '-1', '00', '1e0', verb, '__proto__', ''].map((selected_option) =>
        press(by, undefined, { context: { vigie: menu, selected_option } }),
      ),
      press(by, menu),
      // Another channel, another post, somebody's own post that claims the delivery, no post.
      press(by, onTheCard, { channel_id: 'other' }),
      door.press(by, inAnswer, { channel_id: 'other' }),
      ...[otherPost, forgedPost, elsewherePost, '', '../x'].map((post_id) => press(by, onTheCard, { post_id })),
      // Somebody else's answer.
      ...names.filter((who) => who !== by).map((who) => door.press(who, inAnswer)),
    ]
    const replies = new Set((await Promise.all(pressed)).map(({ status, body }) => `${status} ${body}`))
    expect([...replies]).toEqual([expect.stringMatching(/^200 \{"ephemeral_text":"Ce bouton/)])
    expect(door.answers).toEqual([])
    expect(await record()).toEqual(before)
  })

  test('is refused when it is too old', async () => {
    const [seal, answer] = [onCard(verb), door.sealOf(by, offerOf(verb))]
    world.clock.now += answerLifeMs
    await door.press(by, answer)
    world.clock.now += cardLifeMs - answerLifeMs
    const before = await record()
    expect((await press(by, seal)).body).toContain('plus valable')
    expect(door.answers).toEqual([])
    expect(await record()).toEqual(before)
  })

  test('is refused to whoever may not, and to whoever no longer may', async () => {
    const seals = { card: onCard(verb), answer: door.sealOf(by, offerOf(verb)) }
    const before = await record()
    const weaker = names.slice(names.indexOf(by) + 1).filter((who) => by !== 'member' || who !== 'maker')
    for (const who of weaker) expect((await press(who, seals.card)).answer?.refused, who).toBe(true)
    for (const role of [undefined, ...(by === 'guest' ? [] : (['guest'] as const))]) {
      world.roles[by] = role
      expect((await press(by, seals.card)).answer?.refused).toBe(true)
      expect((await door.press(by, seals.answer)).answer?.refused).toBe(true)
    }
    expect(await record()).toEqual(before)
  })
})

test('a destructive button works once, whoever presses it again, and again where it was refused', async () => {
  const once = world.commands.flatMap(({ name, buttons: own = {} }) =>
    Object.entries(own).flatMap(([button, { once: single }]) => (single === true ? [`${name}.${button}`] : [])),
  )
  expect(once).toContain('unsubscribe.stop')
  for (const verb of once) {
    const seal = onCard(verb)
    expect((await press('guest', seal)).answer?.refused).toBe(true)
    expect((await press('sysadmin', seal)).answer?.refused).toBe(false)
    await world.say('maker', '/subscribe gitlab acme/app')
    const before = await record()
    for (const who of ['sysadmin', 'maker'] as const) expect((await press(who, seal)).body).toContain('plus valable')
    expect(await record()).toEqual(before)
  }
})

test('of a press that comes many times at once, one is done', async () => {
  const seal = onCard('unsubscribe.stop')
  await Promise.all(Array.from({ length: 20 }, () => press('maker', seal)))
  expect(door.answers.filter(({ refused }) => !refused)).toHaveLength(1)
})

test('a seal of a verb that no command has does nothing', async () => {
  for (const verb of [
    'subscribe.constructor',
    '__proto__.toString',
    'allow.go',
    'subscribe',
    '',
    '.',
    'toString.call',
  ]) {
    const seal = door.sealer.stamp({ channel: 'town', delivery: card.delivery })([{ verb, object: 'x' }]).context.vigie
    expect((await press('sysadmin', seal)).answer?.refused, verb).toBe(true)
  }
})

/** One bit flipped at so many places (all of them: bot/seal.test.ts), and a seal cut, lengthened or written otherwise. */
function altered(seal: string, most = 150): readonly string[] {
  const bytes = Buffer.from(seal, 'base64url')
  const bits = bytes.length * 8
  const step = Math.max(1, Math.floor(bits / most))
  const flipped = Array.from({ length: Math.floor(bits / step) }, (_, index) => {
    const bit = index * step
    const copy = Buffer.from(bytes)
    copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    return copy.toString('base64url')
  })
  return [
    ...flipped,
    seal.slice(0, -1),
    `${seal}A`,
    `${seal}=`,
    ` ${seal}`,
    seal.toLowerCase(),
    [...seal].toReversed().join(''),
  ]
}
