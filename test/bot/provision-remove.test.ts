// `vigie provision --remove`: undoes what `provision` made and nothing else, and can be repeated (interface.md, "provision").

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { fetchThrough } from '../../src/bot/provision-socket.ts'
import { createRest } from '../../src/bot/rest.ts'
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import { createStage, Killed, log, mortal, removeFrom, restOf, type Stage } from './provision-stage.ts'

let folder: string
let sandbox: Sandbox
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigie-'))
  sandbox = await createSandbox({ localSocket: join(folder, 'mm.sock') })
})
afterAll(async () => {
  await sandbox.stop()
  await rm(folder, { recursive: true })
})

let stage: Stage
beforeEach(async () => {
  stage = await createStage(sandbox)
})

async function expectGone(): Promise<void> {
  const { user_id, delete_at } = await stage.botAccount()
  expect(delete_at).toBeGreaterThan(0)
  expect(await stage.commands()).toEqual([])
  expect(await stage.admin.call('GET', `/users/${user_id}/tokens`)).toEqual([])
  expect(await stage.admin.call('GET', `/users/${user_id}/teams`)).toEqual([])
}

const changesIn = (lines: readonly string[]) => lines.filter((line) => line.startsWith('+ '))

test('commands, tokens, membership and settings go, and the bot is disabled; a second time changes nothing', async () => {
  await stage.run()
  const { well, lines } = await removeFrom(stage)
  expect(well).toBe(true)
  expect(changesIn(lines)).toEqual(
    expect.arrayContaining([
      `+ team ${stage.team.name}: command /${stage.manifest.commands[0]?.trigger} deleted`,
      `+ bot removed from team ${stage.team.name}`,
      "+ bot's tokens revoked: 1",
      '+ bot disabled: a later "provision" enables it again',
    ]),
  )
  await expectGone()
  const again = await removeFrom(stage)
  expect(again).toEqual({ well: true, lines: ['nothing to change'] })
})

test('where nothing was ever made nothing is changed', async () => {
  expect(await removeFrom(stage)).toEqual({ well: true, lines: ['nothing to change'] })
})

test('a later provision enables the same bot again', async () => {
  await stage.run()
  const before = await stage.botAccount()
  await removeFrom(stage)
  const { well, lines } = await stage.run()
  expect(well).toBe(true)
  expect(lines).toContain('+ bot enabled again')
  expect((await stage.botAccount()).user_id).toBe(before.user_id)
  expect(await stage.commands()).toHaveLength(2)
})

test('other people’s commands stay, even under a word of ours, and so do their bots', async () => {
  await stage.run()
  const [first] = await stage.commands()
  await stage.admin.call('DELETE', `/commands/${first?.id}`)
  const url = 'http://127.0.0.1:1/elsewhere'
  for (const trigger of [first?.trigger, `other-${stage.mark}`])
    await stage.admin.call('POST', '/commands', { body: { team_id: stage.team.id, trigger, method: 'P', url } })
  const other = await createStage(sandbox)
  await other.run()
  await removeFrom(stage)
  expect((await stage.commands()).map((one) => one.url)).toEqual([url, url])
  expect(await other.commands()).toHaveLength(2)
  expect((await other.botAccount()).delete_at).toBe(0)
})

test('a person who bears the bot’s name is left alone', async () => {
  const { username } = stage.manifest.bot
  const person = { username, email: `${username}@vigie.test`, password: 'Passw0rd-long-1' }
  await stage.admin.call('POST', '/users', { body: person })
  expect((await removeFrom(stage)).lines).toEqual(['nothing to change'])
  expect(await stage.admin.call('GET', `/users/username/${username}`)).toMatchObject({ delete_at: 0 })
})

test('who is no administrator is told so, and nothing is changed', async () => {
  await stage.run()
  const rest = restOf(sandbox, stage.settings.MATTERMOST_TOKEN ?? '')
  const { well, lines } = await removeFrom(stage, { admin: { rest, by: 'token' } })
  expect(well).toBe(false)
  expect(lines).toEqual([expect.stringContaining('not one of a system administrator')])
  expect(await stage.commands()).toHaveLength(2)
})

test('by the local socket too, where a bot that owns itself is first given to an administrator', async () => {
  const rest = createRest({
    url: 'http://localhost',
    token: () => '',
    fetch: fetchThrough(join(folder, 'mm.sock')),
    log,
  })
  const signIn = () => Promise.reject(new Error('nobody signs in here'))
  await stage.admin.call('POST', '/users', {
    body: { username: stage.manifest.bot.username, email: `${stage.mark}@vigie.test`, password: 'Passw0rd-long-1' },
  })
  const { id } = (await stage.admin.call('GET', `/users/username/${stage.manifest.bot.username}`)) as { id: string }
  await stage.admin.call('POST', `/users/${id}/convert_to_bot`)
  expect((await stage.run({ admin: { rest, by: 'socket' }, signIn })).well).toBe(true)
  expect(await stage.admin.call('GET', `/bots/${id}`)).toMatchObject({ owner_id: id })
  const { well, lines } = await removeFrom(stage, { admin: { rest, by: 'socket' } })
  expect(well).toBe(true)
  expect(lines.filter((line) => line.includes('bot removed from team'))).toHaveLength(1)
  await expectGone()
  expect(await stage.botAccount()).toMatchObject({ owner_id: sandbox.adminId })
  expect((await removeFrom(stage, { admin: { rest, by: 'socket' } })).lines).toEqual(['nothing to change'])
})

test.each(['before', 'after'] as const)('killed %s any of its changes, it can be repeated', async (when) => {
  for (let at = 1; ; at += 1) {
    await stage.run()
    const life = mortal(at, when)
    const dying = removeFrom(stage, { admin: { rest: life.rest(stage.admin), by: 'token' } })
    const outcome = await dying.catch((error: unknown) => (error instanceof Killed ? undefined : Promise.reject(error)))
    if (outcome !== undefined) {
      expect(at).toBeGreaterThan(4)
      return
    }
    expect((await removeFrom(stage)).well).toBe(true)
    await expectGone()
  }
})
