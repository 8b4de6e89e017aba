// Our slash commands are watched: missing, doubled or replaced, the administrators hear of it once (threats T2).

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTriggers, type Trouble } from '../../src/bot/triggers.ts'
import { accepted, text } from '../contract/mattermost/driver.ts'
import { log, marksInMemory, secretsOf } from './parts.ts'
import { createStage, handsOf, type Stage } from './stage.ts'

let stage: Stage
let commands: Map<string, { id: string; token: string }>
beforeAll(async () => {
  stage = await createStage()
})
afterAll(() => stage.stop())

const wanted = ['vigie', 'subscribe']

beforeEach(async () => {
  for (const { id } of commands?.values() ?? []) await stage.admin.delete(`/commands/${id}`)
  commands = new Map()
  for (const trigger of wanted) commands.set(trigger, await register(trigger))
})

async function register(trigger: string): Promise<{ id: string; token: string }> {
  const url = 'http://127.0.0.1:1/mattermost/command'
  const made = await accepted(
    stage.admin.post('/commands', { team_id: stage.team.id, trigger, method: 'P', url, auto_complete: true }),
  )
  return { id: text(made, 'id'), token: text(made, 'token') }
}

async function remove(trigger: string): Promise<void> {
  await accepted(stage.admin.delete(`/commands/${commands.get(trigger)?.id}`))
  commands.delete(trigger)
}

/** Somebody else's command in the place of ours. */
async function hijack(trigger: string): Promise<void> {
  await remove(trigger)
  commands.set(trigger, await register(trigger))
}

const tokens = () => [...commands].map(([trigger, { token }]) => `${stage.team.id}/${trigger}=${token}`)

function watching(given: { marks?: ReturnType<typeof marksInMemory>; nobody?: boolean } = {}) {
  const told: (readonly Trouble[])[] = []
  const secrets = secretsOf(...tokens())
  const warned: string[] = []
  let at = Date.now()
  let isNobodyThere = given.nobody === true
  const triggers = createTriggers({
    triggers: wanted,
    commandTokens: secrets,
    calls: handsOf(stage).calls,
    marks: given.marks ?? marksInMemory(),
    tell: async (troubles) => {
      if (isNobodyThere) return false
      told.push(troubles)
      return true
    },
    now: () => at,
    log: { ...log, warn: (_facts, message) => void warned.push(message) },
  })
  return {
    told,
    warned,
    secrets,
    someoneComes: () => {
      isNobodyThere = false
    },
    troubles: triggers.troubles,
    look: () => triggers.look(new AbortController().signal),
    async lookAfter(ms: number) {
      at += ms
      await triggers.look(new AbortController().signal)
      return triggers.troubles()
    },
  }
}

const hour = 3_600_000
const trouble = (trigger: string, kind: Trouble['kind']): Trouble => ({ team: stage.team.name, trigger, kind })

test('commands that stand as they were registered are no news', async () => {
  const { told, warned, lookAfter } = watching()
  for (let hours = 0; hours < 3; hours += 1) expect(await lookAfter(hour)).toEqual([])
  expect([told, warned]).toEqual([[], []])
})

test('a command that somebody replaced by another is told within an hour, once, and stands in the status', async () => {
  const { told, warned, lookAfter } = watching()
  await lookAfter(0)
  await hijack('subscribe')
  expect(await lookAfter(hour)).toEqual([trouble('subscribe', 'replaced')])
  expect(await lookAfter(hour)).toEqual([trouble('subscribe', 'replaced')])
  expect(told).toEqual([[trouble('subscribe', 'replaced')]])
  expect(warned).toHaveLength(1)
})

test('what was replaced while Vigie was off is noticed at its start, and told once over restarts', async () => {
  const marks = marksInMemory()
  const before = watching({ marks })
  await before.look()
  const known = tokens()
  await hijack('vigie')
  for (const times of [1, 0]) {
    const after = watching({ marks })
    after.secrets.change(...known)
    await after.look()
    expect(after.told).toHaveLength(times)
    expect(after.troubles()).toEqual([trouble('vigie', 'replaced')])
  }
  expect(JSON.stringify([...marks.kept])).not.toContain(commands.get('subscribe')?.token)
})

test('a command that provision made anew, with another token, is ours', async () => {
  const { told, secrets, lookAfter } = watching()
  await lookAfter(0)
  await hijack('subscribe')
  secrets.change(...tokens())
  expect(await lookAfter(20_000)).toEqual([])
  await hijack('subscribe')
  expect(await lookAfter(hour)).toEqual([trouble('subscribe', 'replaced')])
  expect(told).toHaveLength(1)
})

test('a command that is gone is told, and again when it is gone once more', async () => {
  const { told, secrets, lookAfter } = watching()
  await lookAfter(0)
  await remove('subscribe')
  expect(await lookAfter(hour)).toEqual([trouble('subscribe', 'missing')])
  commands.set('subscribe', await register('subscribe'))
  secrets.change(...tokens())
  expect(await lookAfter(0)).toEqual([])
  await remove('subscribe')
  expect(await lookAfter(hour)).toEqual([trouble('subscribe', 'missing')])
  expect(told).toHaveLength(2)
})

test('a command that stands twice is told; whichever answers', async () => {
  const { calls } = handsOf(stage)
  const listed = await calls.listedCommands(stage.team.id)
  const [twin] = listed.filter(({ trigger }) => trigger === 'vigie')
  const told: (readonly Trouble[])[] = []
  const triggers = createTriggers({
    triggers: wanted,
    commandTokens: secretsOf(...tokens()),
    calls: {
      myTeams: calls.myTeams,
      listedCommands: async () => (twin === undefined ? [] : [...listed, { ...twin, id: 'another' }]),
    },
    marks: marksInMemory(),
    tell: async (troubles) => told.push(troubles) > 0,
    now: Date.now,
    log,
  })
  await triggers.look(new AbortController().signal)
  expect(told).toEqual([[trouble('vigie', 'doubled')]])
})

test('a command whose token is not known may be anybody’s', async () => {
  const { told, secrets, lookAfter } = watching()
  secrets.change(...tokens().filter((word) => !word.includes('/subscribe=')))
  expect(await lookAfter(0)).toEqual([trouble('subscribe', 'unknown')])
  expect(told).toHaveLength(1)
})

test('who has no command tokens has no commands to watch', async () => {
  const { told, secrets, lookAfter } = watching()
  secrets.change()
  expect(await lookAfter(0)).toEqual([])
  expect(told).toEqual([])
})

test('while nobody is there to be told, the news waits', async () => {
  const { told, someoneComes, lookAfter } = watching({ nobody: true })
  await lookAfter(0)
  await remove('vigie')
  await lookAfter(hour)
  someoneComes()
  await lookAfter(300_000)
  await lookAfter(300_000)
  expect(told).toEqual([[trouble('vigie', 'missing')]])
})

test('a team whose commands cannot be listed changes nothing, and is asked again before the hour is over', async () => {
  const { told, lookAfter } = watching()
  await lookAfter(0)
  await remove('vigie')
  stage.sandbox.faults.answer(500, { path: /autocomplete$/ })
  await expect(lookAfter(hour)).rejects.toThrow('500')
  stage.sandbox.faults.heal()
  expect(told).toEqual([])
  expect(await lookAfter(300_000)).toEqual([trouble('vigie', 'missing')])
})

test('nothing is asked before it is time', async () => {
  const { look, lookAfter } = watching()
  await look()
  stage.sandbox.faults.resetRequests()
  await lookAfter(20_000)
  expect(stage.sandbox.faults.requests()).toBe(0)
})
