// `/vigie allow` and `/vigie deny` (interface.md, "Who may").

import { afterEach, beforeEach, expect, it } from 'vitest'
import { createWorld, type World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.store.close())

const rules = async () =>
  (await world.store.subscriptions.rules()).map(({ effect, source, subject, channel }) => [
    effect,
    source,
    subject,
    channel,
  ])

it('opens a subject to this channel, another, or everyone, and says how to undo it', async () => {
  expect(await world.read('sysadmin', '/vigie allow gitlab acme/app')).toBe(
    '**Opened:** `acme/app` (gitlab) for this channel. Whoever subscribed there hears it from now on.\n\nNext: `/vigie deny gitlab acme/app ~town-square`',
  )
  expect(await world.read('sysadmin', '/vigie allow gitlab acme/** ~other')).toContain('for `~other`')
  world.locale.of = 'fr'
  expect(await world.read('sysadmin', '/vigie autoriser gitlab acme/** tous')).toContain(
    '**Ouvert\u00a0:** `acme/**` (gitlab) pour tous les canaux.',
  )
  expect((await rules()).toSorted()).toEqual(
    [
      ['allow', 'gitlab', 'acme/app', 'town'],
      ['allow', 'gitlab', 'acme/**', 'other'],
      ['allow', 'gitlab', 'acme/**', undefined],
    ].toSorted(),
  )
})

it('is ended by a deny of the same words', async () => {
  await world.say('sysadmin', '/vigie allow gitlab acme/app everyone')
  expect(await world.read('sysadmin', '/vigie deny gitlab acme/app everyone')).toContain('**Closed:**')
  expect(await rules()).toEqual([['deny', 'gitlab', 'acme/app', undefined]])
})

it('is heard and silenced as the rules say', async () => {
  await world.say('maker', '/subscribe gitlab')
  const matched = async () => {
    const { id } = await world.emit({ subject: 'acme/private', audience: 'closed' })
    return (await world.store.deliveries.list({ event: id, limit: 1 })).length
  }
  expect(await matched()).toBe(0)
  await world.say('sysadmin', '/vigie allow gitlab acme/** everyone')
  expect(await matched()).toBe(1)
  await world.say('sysadmin', '/vigie deny gitlab acme/private')
  expect(await matched()).toBe(0)
})

it.each([
  ['/vigie allow gitlab acme/app ~nowhere', 'I cannot find the channel `~nowhere`'],
  ['/vigie allow gitlab /acme/', 'Did you mean `acme`?'],
  ['/vigie allow gitlub acme', 'Did you mean `gitlab`?'],
])('%s says what to write', async (line, expected) => {
  expect(await world.read('sysadmin', line)).toContain(expected)
  expect(await rules()).toEqual([])
})
