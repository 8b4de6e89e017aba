// Threat T20 through the doors that people use: what is typed in a slash command, a mention or a direct message and comes back in
// the answer, mentions nobody who listens.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { at } from '../contract/mattermost/driver.ts'
import { mentionsOf, openSocket, postOf, type Socket } from '../contract/mattermost/socket.ts'
import { eventually, type House, openHouse, type Someone, standIn } from '../e2e/house.ts'
import { mentioningStrings } from '../text/hostile.ts'

const seed = Number(process.env.VIGIE_TEST_SEED ?? Date.now() % 2 ** 31)

let house: House
let alice: Someone
let bob: Someone
let ear: Socket
let channel: string

beforeAll(async () => {
  house = await openHouse(await standIn())
  alice = await house.person('alice', { teamAdmin: true })
  bob = await house.person('bob')
  channel = await house.channel(alice, { members: [bob] })
  await alice.type(channel, '/vigie about')
  ear = await openSocket(house.mattermost.url, { token: bob.token })
  await ear.event('hello')
})
afterAll(async () => {
  await ear?.close()
  await house?.close()
})

const names = () => [
  { name: bob.username, id: bob.id },
  { name: 'all', id: bob.id },
]
/** The bot's posts that mentioned Bob, as his websocket told them. */
const mentions = () =>
  ear.frames
    .filter((frame) => at(frame, 'event') === 'posted' && mentionsOf(frame).includes(bob.id))
    .map(postOf)
    .filter((post) => at(post, 'user_id') === house.botId)

/** One line, without what ends a word of a command. */
const typed = (words: string) => words.replace(/\s+/g, ' ').replaceAll('"', '')

it(`answers to commands, mentions and direct messages that repeat hostile words mention nobody (seed ${seed})`, async () => {
  const strings = mentioningStrings(names(), 24, seed).map(typed)
  const direct = (await alice.post('/channels/direct', [alice.id, house.botId])).body as { id: string }
  for (const [index, words] of strings.entries()) {
    const asked = [
      `subscribe gitlab "${words}"`,
      `vigie explain "${words}"`,
      `${words}`,
      `subscribe "${words}"`,
      `subscribe gitlab x --events "${words}"`,
      `unsubscribe "${words}"`,
    ][index % 6]
    await alice.type(channel, `/vigie ${asked}`)
    // A person's own words may mention; what counts is the answer.
    await alice.say(channel, `@vigie ${asked}`)
    if (index % 4 === 0) await alice.say(direct.id, String(asked))
  }
  const last = await alice.say(channel, '@vigie about')
  await eventually(
    async () => (await house.posts(channel)).find((post) => post.props.vigie_reply === last.id),
    'an answer to the last mention',
  )
  expect((await house.posts(channel)).filter((post) => post.user_id === house.botId).length).toBeGreaterThan(12)
  expect(mentions()).toEqual([])
})
