// Threat T13: a flood of commands changes no more than one person may in a minute, and a channel no more than it may hold, however many
// come at once. What was refused or came to nothing does not count. The figure for everybody else's wait: long/threats-who.test.ts.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorld, type Name, type World } from '../commands/world.ts'
import { createDoor, type Door } from './door.ts'

const mostPerMinute = 30
const mostInChannel = 200

let world: World
let door: Door
beforeEach(async () => {
  world = await createWorld()
  door = createDoor(world)
})
afterEach(async () => {
  await door.http.close()
  await world.store.close()
})

const subscribe = (who: Name, subject: string) => door.type(who, `/subscribe gitlab ${subject}`)
const stored = async () => (await world.store.subscriptions.all()).length
const many = <T>(count: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => make(index))

test('of 1,000 subscriptions that one person asks for at once, as many are made as a minute allows', async () => {
  const flood = many(1000, (index) => subscribe('member', `acme/p${index}`))
  const others = many(10, (index) => subscribe('maker', `other/p${index}`))
  await Promise.all([...flood, ...others])
  const all = await world.store.subscriptions.all()
  expect(all.filter(({ maker }) => maker === 'member')).toHaveLength(mostPerMinute)
  expect(all.filter(({ maker }) => maker === 'maker')).toHaveLength(10)
  world.clock.now += 60_001
  await Promise.all(many(100, (index) => subscribe('member', `later/p${index}`)))
  expect(await stored()).toBe(2 * mostPerMinute + 10)
})

test('commands, buttons and forms draw on the same', async () => {
  const fields = (index: number) => ({ source: 'gitlab', subject: `form/p${index}` })
  await Promise.all([
    ...many(40, (index) => subscribe('member', `acme/p${index}`)),
    ...many(40, (index) =>
      door.press('member', door.sealOf('member', { verb: 'subscribe.mute', object: `gitlab m/p${index} 1h` })),
    ),
    ...many(40, (index) =>
      door.submit('member', door.stateOf({ person: 'member', command: 'subscribe' }), fields(index)),
    ),
  ])
  expect((await stored()) + (await world.store.subscriptions.mutes()).length).toBe(mostPerMinute)
})

test('what was refused, mistyped or changed nothing does not count', async () => {
  await Promise.all(
    many(50, (index) => [
      door.type('member', '/subscribe gitlab acme/new --confidential'),
      door.type('member', `/subscribe gitlub acme/p${index}`),
      door.type('member', '/vigie allow gitlab acme/app'),
      door.type('member', '/vigie deliveries'),
      door.type('member', '/unsubscribe gitlab acme/none'),
      door.type('member', '/subscribe'),
      door.press('member', door.sealOf('member', { verb: 'form.open', object: 'subscribe' })),
      door.press('member', door.sealOf('member', { verb: 'subscribe.unmute', object: 'gitlab acme/app' })),
      door.submit('member', door.stateOf({ person: 'member', command: 'subscribe' }), { source: 'nowhere' }),
    ]).flat(),
  )
  expect(await stored()).toBe(0)
  await Promise.all(many(mostPerMinute, (index) => subscribe('member', `acme/p${index}`)))
  expect(await stored()).toBe(mostPerMinute)
})

test('a channel holds no more than it may, whoever fills it, and all at once', async () => {
  const target = { notifier: 'mattermost', address: 'town' }
  const one = { channel: 'town', target, source: 'gitlab', filters: {}, maker: 'maker', madeAt: world.clock.now }
  for (let index = 0; index < mostInChannel - 7; index += 1)
    await world.store.subscriptions.save({ ...one, subject: `there/p${index}` })
  const people: readonly Name[] = ['member', 'maker', 'teamadmin', 'chanadmin', 'sysadmin']
  await Promise.all(many(50, (index) => subscribe(people[index % 5] ?? 'member', `acme/p${index}`)))
  expect(await stored()).toBe(mostInChannel)
  // What it holds can still be changed, and another channel has room.
  expect((await door.type('maker', '/subscribe gitlab there/p1 --events push')).answer?.refused).toBe(false)
  expect((await door.type('maker', '/subscribe gitlab acme/p1', { channel_id: 'other' })).answer?.refused).toBe(false)
})
