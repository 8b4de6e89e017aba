// Threat T5: every form there is, sent with somebody else's state, an altered, old or used one, and with fields that it does not have:
// refused, without effect. The same form sent rightly is done.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dialogLifeMs } from '../../src/bot/seal.ts'
import type { Json } from '../../src/event.ts'
import { createWorld, names, type World } from '../commands/world.ts'
import { holdWatched } from '../rights-monitor.ts'
import { holdPersonnage } from '../rights-personnage.ts'
import { createDoor, type Door } from './door.ts'

type Fields = Readonly<Record<string, Json>>

/** A right way to fill in each form that can open. A form that is not here fails the first test. */
const forms: Readonly<Record<string, (held: Held) => Fields>> = {
  subscribe: () => ({ source: 'gitlab', subject: 'acme/new' }),
  unsubscribe: () => ({ what: 'gitlab', subject: 'acme/app' }),
  explain: ({ event }) => ({ what: event }),
  'settings lang': () => ({ lang: 'en' }),
  replay: ({ parked }) => ({ delivery: parked }),
  allow: () => ({ source: 'gitlab', subject: 'acme/app' }),
  deny: () => ({ source: 'gitlab', subject: 'acme/app' }),
  'monitor show': () => ({ monitor: 'shop' }),
  'monitor check': () => ({ monitor: 'shop' }),
  'monitor edit': () => ({ monitor: 'shop', '--every': '5m' }),
  'monitor pause': () => ({ monitor: 'shop' }),
  'monitor resume': () => ({ monitor: 'shop' }),
  'monitor remove': () => ({ monitor: 'shop' }),
  'monitor mute': () => ({ monitor: 'shop', for: '1h' }),
  'monitor unmute': () => ({ monitor: 'shop' }),
  'monitor maintenance': () => ({ what: 'shop', words: '22:00 2h' }),
  'gitlab install': () => ({ target: 'acme/app' }),
  'gitlab check': () => ({ target: 'acme/app' }),
  'gitlab remove': () => ({ target: 'acme/app' }),
  'personnage add': () => ({ nom: 'Sakura', score: '60' }),
  'personnage score': () => ({ nom: 'Naruto', score: '60' }),
  'personnage show': () => ({ nom: 'Naruto' }),
  'personnage remove': () => ({ nom: 'Naruto' }),
  'key revoke': () => ({ name: 'bank' }),
  export: () => ({ what: 'events' }),
}

interface Held {
  readonly event: string
  readonly parked: string
}

let world: World
let door: Door
let held: Held
beforeEach(async () => {
  world = await createWorld()
  door = createDoor(world)
  const { store, clock } = world
  const target = { notifier: 'mattermost', address: 'town' }
  const one = { channel: 'town', target, source: 'gitlab', subject: 'acme/app', filters: {} }
  await store.subscriptions.save({ ...one, maker: 'maker', madeAt: clock.now })
  const { id: event } = await world.emit({ subject: 'acme/app' })
  const [claim] = await store.deliveries.claim({ notifier: 'mattermost', now: clock.now, leaseMs: 1000, limit: 1 })
  held = { event, parked: claim?.delivery.id ?? '' }
  await store.deliveries.settle(held.parked, 1, { as: 'parked', error: 'gone' }, clock.now)
  await store.apiKeys.add({ id: 'k', name: 'bank', scopes: ['events:write'], madeAt: clock.now })
  await holdWatched(world)
  await holdPersonnage(world)
})
afterEach(async () => {
  await door.http.close()
  await world.store.close()
})

async function record() {
  const { subscriptions, deliveries, monitors, apiKeys, personnages } = world.store
  const [all, rules, settings, told, watched, keys, characters] = await Promise.all([
    subscriptions.all(),
    subscriptions.rules(),
    subscriptions.settings('town'),
    deliveries.list({ limit: 50 }),
    monitors.all(),
    apiKeys.all(),
    personnages.list({ sort: 'nom', order: 'asc', limit: 10 }),
  ])
  return {
    characters,
    all,
    rules,
    settings,
    watched,
    keys,
    told: told.map(({ id, state }) => [id, state]),
    hooks: [...world.hooks.asked],
  }
}

test('every form that can open is tried here', () => {
  const open = world.commands.flatMap((command) =>
    [
      { what: command.name, args: command.args },
      ...(command.verbs ?? []).map(({ name, args }) => ({ what: `${command.name} ${name}`, args })),
    ].flatMap(({ what, args }) => (args?.some(({ required }) => required) ? [what] : [])),
  )
  expect(Object.keys(forms).toSorted()).toEqual(open.toSorted())
})

describe.each(Object.keys(forms))('the form of %s', (what) => {
  const [command = '', commandVerb] = what.split(' ')
  const verb = commandVerb === undefined ? {} : { commandVerb }
  const stateOf = (person: string) => door.stateOf({ person, command, ...verb })
  const filled = () => forms[what]?.(held) ?? {}

  test('is done when it is sent rightly', async () => {
    expect((await door.submit('sysadmin', stateOf('sysadmin'), filled())).body).toBe('{}')
    expect(door.answers.map(({ refused }) => refused)).toEqual([false])
  })

  test('is refused in one text with a state that is somebody else’s, altered, of another place, old or used', async () => {
    const mine = stateOf('sysadmin')
    const before = await record()
    const bytes = Buffer.from(mine, 'base64url')
    // Every bit of one is tried by bot/seal.test.ts.
    const flipped = Array.from({ length: Math.floor(bytes.length / 2) }, (_, index) => {
      const copy = Buffer.from(bytes)
      copy.writeUInt8(copy.readUInt8(index * 2) ^ (1 << (index & 7)), index * 2)
      return copy.toString('base64url')
    })
    const sent = [
      ...names.filter((who) => who !== 'sysadmin').map((who) => door.submit(who, mine, filled())),
      ...[undefined, null, '', 7, {}, [mine], 'A'.repeat(80), `${mine}A`, mine.slice(1)].map((state) =>
        door.submit('sysadmin', state, filled()),
      ),
      ...flipped.map((state) => door.submit('sysadmin', state, filled())),
      door.submit('sysadmin', mine, filled(), { channel_id: 'other' }),
      door.submit('sysadmin', door.sealOf('sysadmin', { verb: 'form.open', object: what }), filled()),
      // What the browser writes beside it proves nothing.
      door.submit('sysadmin', undefined, filled(), { callback_id: mine, context: { vigie: mine } }),
    ]
    const replies = (await Promise.all(sent)).map(({ status, body }) => `${status} ${body}`)
    world.clock.now += dialogLifeMs
    const old = await door.submit('sysadmin', mine, filled())
    expect([...new Set([...replies, `${old.status} ${old.body}`])]).toEqual([
      expect.stringMatching(/^200 \{"error":"Ce bouton ou ce formulaire/),
    ])
    expect(door.answers).toEqual([])
    expect(await record()).toEqual(before)
  })

  test('is done once, however often and however fast it is sent', async () => {
    const state = stateOf('sysadmin')
    await Promise.all(Array.from({ length: 10 }, () => door.submit('sysadmin', state, filled())))
    expect(door.answers).toHaveLength(1)
    const before = await record()
    expect((await door.submit('sysadmin', state, filled())).body).toContain('plus valable')
    expect(await record()).toEqual(before)
  })

  test('is refused with a field of 100 KB, a field or an option that it does not have, and what is no text', async () => {
    const before = await record()
    const hostile: Fields[] = [
      ...Object.keys(filled()).map((name) => ({ ...filled(), [name]: 'a'.repeat(100_000) })),
      ...Object.keys(filled()).map((name) => ({ ...filled(), [name]: ['x'] })),
      ...Object.keys(filled()).map((name) => ({ ...filled(), [name]: { x: 'y' } })),
      { ...filled(), '--admin': 'yes' },
      { ...filled(), admin: 'yes' },
      { ...filled(), constructor: 'x' },
      { ...filled(), '--__proto__': 'x' },
      { ...filled(), '--toString': 'x' },
      {},
      ...('source' in filled() ? [{ ...filled(), source: 'nowhere' }] : []),
      ...('lang' in filled() ? [{ ...filled(), lang: 'tlh' }] : []),
    ]
    for (const fields of hostile) {
      const { status, body } = await door.submit('sysadmin', stateOf('sysadmin'), fields)
      expect([status, body], body).toEqual([200, expect.stringMatching(/^\{"errors?":/)])
    }
    expect(
      (await door.submit('sysadmin', stateOf('sysadmin'), { ...filled(), what: 'a'.repeat(300_000) })).body,
    ).toContain('"error"')
    expect(await record()).toEqual(before)
  })

  test('is refused to whoever no longer may send it', async () => {
    const states = [stateOf('sysadmin'), stateOf('sysadmin')]
    const before = await record()
    for (const [index, role] of [undefined, 'guest' as const].entries()) {
      // A guest may still look, and have things explained.
      if (role === 'guest' && ['explain', 'monitor show', 'personnage show'].includes(what)) continue
      world.roles.sysadmin = role
      const { body, answer } = await door.submit('sysadmin', states[index], filled())
      expect([body, answer?.refused]).toEqual([expect.stringMatching(/^\{"error":/), true])
    }
    expect(await record()).toEqual(before)
  })
})
