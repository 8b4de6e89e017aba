// What the people who made API keys may now (interface.md, "A key acts with its creator's present rights").

import { beforeEach, describe, expect, test } from 'vitest'
import { createMakers } from '../../src/bot/makers.ts'
import type { Person } from '../../src/commands/command.ts'
import type { JsonObject } from '../../src/event.ts'
import { createFakeLog } from '../fakes/log.ts'

const claire: Person = { id: 'claire', username: 'claire', locale: 'fr', guest: false, vigieAdmin: true }

describe('who made a key', () => {
  let mattermost: { answer: () => Promise<Person | undefined> }
  let asked = 0
  let now = 0
  const marks = new Map<string, JsonObject>()
  beforeEach(() => {
    mattermost = { answer: async () => claire }
    asked = 0
    now = 0
    marks.clear()
  })
  const create = (patience: () => Promise<unknown> = () => new Promise(() => undefined)) =>
    createMakers({
      person: () => {
        asked += 1
        return mattermost.answer()
      },
      isVigieAdmin: (id) => id === 'claire',
      marks: { get: async (name) => marks.get(name), set: async (name, value) => void marks.set(name, value) },
      now: () => now,
      log: createFakeLog(),
      patience,
    })

  test('has the rights of this moment, asked again after three seconds', async () => {
    const makerNow = create()
    expect(await makerNow('claire')).toEqual({ vigieAdmin: true })
    mattermost.answer = async () => ({ ...claire, vigieAdmin: false })
    now = 2999
    expect(await makerNow('claire')).toEqual({ vigieAdmin: true })
    expect(asked).toBe(1)
    now = 3000
    expect(await makerNow('claire')).toEqual({ vigieAdmin: false })
  })

  test.each([
    ['deactivated or gone', undefined],
    ['a guest', { ...claire, guest: true }],
  ])('may nothing any more as %s', async (_, person) => {
    mattermost.answer = async () => person
    expect(await create()('claire')).toBeUndefined()
  })

  test('is judged by what was last known while Mattermost is away, and after a restart', async () => {
    const makerNow = create()
    mattermost.answer = async () => ({ ...claire, vigieAdmin: false })
    await makerNow('claire')
    mattermost.answer = async () => Promise.reject(new Error('away'))
    now = 5000
    expect(await makerNow('claire')).toEqual({ vigieAdmin: false })
    expect(await create()('claire')).toEqual({ vigieAdmin: true })
    mattermost.answer = async () => undefined
    expect(await create()('claire')).toBeUndefined()
    mattermost.answer = async () => Promise.reject(new Error('away'))
    expect(await create()('claire')).toBeUndefined()
  })

  test('who is active again may again, after an outage too', async () => {
    mattermost.answer = async () => undefined
    await create()('claire')
    mattermost.answer = async () => claire
    expect(await create()('claire')).toEqual({ vigieAdmin: true })
    mattermost.answer = async () => Promise.reject(new Error('away'))
    expect(await create()('claire')).toEqual({ vigieAdmin: true })
  })

  test('holds nobody up while Mattermost does not answer', async () => {
    mattermost.answer = () => new Promise(() => undefined)
    expect(await create(async () => undefined)('claire')).toEqual({ vigieAdmin: true })
  })
})
