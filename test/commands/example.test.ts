// "Adding a command: one file, its test, one line" (issue 3, CONTRIBUTING): help, manifest, grammar and rights derive from the object.

import { afterEach, beforeEach, expect, it } from 'vitest'
import { manifestOf } from '../../src/bot/manifest.ts'
import { pingCommand } from '../fixtures/commands/ping.ts'
import { createWorld, type World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await createWorld(() => [pingCommand()])
})
afterEach(() => world.store.close())

it('answers', async () => {
  expect(await world.read('member', '/vigie ping')).toBe('pong')
  world.locale.of = 'fr'
  expect(await world.read('member', '/vigie ping')).toBe('pong, en français')
})

it('stands in the help without a further word', async () => {
  expect(await world.read('member', '/vigie help')).toContain('`/vigie ping` — Answers pong.')
  expect(await world.read('member', '/vigie ping --help')).toContain(
    'Who may: members of the channel who are not guests.',
  )
  expect(await world.read('guest', '/vigie help')).not.toContain('ping')
})

it('is meant by a word that is nearly right', async () => {
  expect(await world.read('member', '/vigie pign')).toContain('Did you mean `/vigie ping`?')
})

it('is refused to whoever its rule leaves out', async () => {
  expect((await world.say('guest', '/vigie ping')).refused).toBe(true)
})

it('stands in the manifest once it is a slash command of its own', () => {
  expect(manifestOf([pingCommand()]).commands).toEqual([])
  const [registered] = manifestOf([{ ...pingCommand(), trigger: true }]).commands
  expect(registered).toMatchObject({
    trigger: 'ping',
    description: 'Répond pong.',
    en: { description: 'Answers pong.' },
  })
})
