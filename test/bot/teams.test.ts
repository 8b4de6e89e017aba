import { expect, it } from 'vitest'
import { createTeams } from '../../src/bot/teams.ts'
import { ConfigError } from '../../src/errors.ts'

const team = (name: string) => ({ id: name, name, delete_at: 0 })
const calls = { myTeams: async () => [team('taaf'), team('ops')] }

it('works in all of the bot’s teams, or in those that MATTERMOST_TEAM names', async () => {
  expect((await createTeams(calls, []).mine()).map(({ name }) => name)).toEqual(['taaf', 'ops'])
  expect((await createTeams(calls, ['OPS']).mine()).map(({ name }) => name)).toEqual(['ops'])
})

it('refuses a team the bot is not in, by name', async () => {
  await expect(createTeams(calls, ['ops', 'nope']).require()).rejects.toThrow(ConfigError)
  await expect(createTeams(calls, ['ops', 'nope']).require()).rejects.toThrow(/"nope"/)
  await expect(createTeams(calls, ['ops']).require()).resolves.toBeUndefined()
})
