// `vigie provision --rotate`: what it made is replaced, nobody is shut out for longer than a `start` takes to read its settings again, and
// a run that was cut off can be repeated (interface.md, "provision" and VIGIE_SECRET_KEY; threat T1).

import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { fetchThrough } from '../../src/bot/provision-socket.ts'
import { answered, createRest } from '../../src/bot/rest.ts'
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import { createStage, Killed, log, mortal, restOf, rotationOf, type Stage } from './provision-stage.ts'

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

const rotate = (changed = {}) => stage.run(changed, { rotation: rotationOf(stage) })

/** The tokens of the bot that Mattermost knows. */
async function botTokens() {
  const { user_id } = await stage.botAccount()
  return z
    .array(z.object({ description: z.string() }))
    .parse(await stage.admin.call('GET', `/users/${user_id}/tokens`, { query: { per_page: 200 } }))
}

async function works(token: string | undefined): Promise<boolean> {
  try {
    await restOf(sandbox, token ?? '').call('GET', '/users/me')
    return true
  } catch (error) {
    if (answered(error, 401)) return false
    throw error
  }
}

const commandTokens = async () =>
  (await stage.commands())
    .map(({ trigger, token }) => `${stage.team.id}/${trigger}=${token}`)
    .sort()
    .join(',')

test('every token and key is replaced; the old bot token and the old commands’ tokens are worth nothing', async () => {
  await stage.run()
  const before = stage.settings
  const { well, lines } = await rotate()
  expect(well).toBe(true)
  expect(lines).toEqual(
    expect.arrayContaining([
      "+ bot's token replaced",
      `+ team ${stage.team.name}: token of /${stage.manifest.commands[0]?.trigger} replaced`,
      '+ old tokens of the bot revoked: 1',
      '+ settings written: VIGIE_SECRET_KEY, GITLAB_WEBHOOK_TOKEN',
    ]),
  )
  const after = stage.settings
  expect(await works(before.MATTERMOST_TOKEN)).toBe(false)
  expect(await works(after.MATTERMOST_TOKEN)).toBe(true)
  expect(after.VIGIE_COMMAND_TOKENS).toBe(await commandTokens())
  for (const token of (before.VIGIE_COMMAND_TOKENS ?? '').split(','))
    expect(after.VIGIE_COMMAND_TOKENS).not.toContain(token)
  for (const name of ['VIGIE_SECRET_KEY', 'GITLAB_WEBHOOK_TOKEN']) {
    const [fresh, old, ...more] = (after[name] ?? '').split(',')
    expect([old, ...more]).toEqual([before[name]])
    expect(Buffer.from(fresh ?? '', 'base64url')).toHaveLength(32)
    expect(fresh).not.toBe(old)
  }
})

test('a second rotation drops the oldest key instead of piling them up', async () => {
  await stage.run()
  await rotate()
  const before = stage.settings
  await rotate()
  for (const name of ['VIGIE_SECRET_KEY', 'GITLAB_WEBHOOK_TOKEN']) {
    const [, second, ...more] = (stage.settings[name] ?? '').split(',')
    expect([second, ...more]).toEqual([before[name]?.split(',')[0]])
  }
  expect(await botTokens()).toHaveLength(1)
})

test('where nothing was made yet it simply provisions', async () => {
  const { well } = await rotate()
  expect(well).toBe(true)
  expect(stage.settings.VIGIE_SECRET_KEY).toMatch(/^[\w-]{43}$/)
  expect(await botTokens()).toHaveLength(1)
})

test('a token that a person made for the bot, and GitLab’s secret that a person wrote, stay', async () => {
  await stage.run()
  const { user_id } = await stage.botAccount()
  await stage.admin.call('POST', `/users/${user_id}/tokens`, { body: { description: 'by hand' } })
  stage.settings.GITLAB_WEBHOOK_TOKEN = 'operator'
  await stage.run({}, { rotation: rotationOf(stage, { gitlabTokens: [] }) })
  expect((await botTokens()).map(({ description }) => description).sort()).toEqual(['by hand', 'vigie provision'])
  expect(stage.settings.GITLAB_WEBHOOK_TOKEN).toBe('operator')
})

test('what the environment or a file of its own gives is kept, and told', async () => {
  await stage.run()
  const before = stage.settings
  const elsewhere = ['MATTERMOST_TOKEN', 'VIGIE_COMMAND_TOKENS', 'VIGIE_SECRET_KEY']
  const { well, lines } = await stage.run({}, { rotation: rotationOf(stage, { elsewhere, gitlabTokens: [] }) })
  expect(well).toBe(false)
  for (const name of elsewhere)
    expect(lines.find((line) => line.startsWith(`! ${name}: kept as it is`))).toContain(`${name}_FILE`)
  expect(stage.settings).toEqual(before)
  expect(await works(before.MATTERMOST_TOKEN)).toBe(true)
})

test('a key that stored secrets still need is not pushed out', async () => {
  await stage.run()
  await rotate()
  const before = stage.settings.VIGIE_SECRET_KEY
  const { well, lines } = await stage.run({}, { rotation: rotationOf(stage, { needsOldKeys: true }) })
  expect(well).toBe(false)
  expect(lines.join('\n')).toContain('! VIGIE_SECRET_KEY: kept, for secrets in the database')
  expect(stage.settings.VIGIE_SECRET_KEY).toBe(before)
})

test('by the local socket, which renews no token, commands are made anew', async () => {
  await stage.run()
  const before = await stage.commands()
  const rest = createRest({
    url: 'http://localhost',
    token: () => '',
    fetch: fetchThrough(join(folder, 'mm.sock')),
    log,
  })
  const { well } = await rotate({ admin: { rest, by: 'socket' } })
  expect(well).toBe(true)
  const after = await stage.commands()
  expect(after.map(({ trigger }) => trigger).sort()).toEqual(before.map(({ trigger }) => trigger).sort())
  for (const { token } of before) expect(stage.settings.VIGIE_COMMAND_TOKENS).not.toContain(token)
  expect(stage.settings.VIGIE_COMMAND_TOKENS).toBe(await commandTokens())
  expect(await botTokens()).toHaveLength(1)
})

test('beside a running start the old bot token holds until that one has taken up the new', async () => {
  await stage.run()
  const old = stage.settings.MATTERMOST_TOKEN
  let taken = stage.settings.VIGIE_COMMAND_TOKENS ?? ''
  const start = createServer((request, response) => {
    const isKnown = taken.split(',').some((word) => request.headers.authorization === `Token ${word.split('=')[1]}`)
    response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ response_type: 'ephemeral', text: 'here', skip_slack_parsing: true }))
  })
  start.listen(stage.port, '127.0.0.1')
  await once(start, 'listening')
  const heldMeanwhile: boolean[] = []
  try {
    const { well } = await rotate({
      pause: async () => {
        heldMeanwhile.push(await works(old))
        if (heldMeanwhile.length === 3) taken = stage.settings.VIGIE_COMMAND_TOKENS ?? ''
      },
    })
    expect(well).toBe(true)
  } finally {
    start.close()
    start.closeAllConnections()
  }
  expect(heldMeanwhile).toEqual([true, true, true])
  expect(await works(old)).toBe(false)
})

test.each(['before', 'after'] as const)(
  'killed %s any of its changes, it can be repeated and loses no key',
  async (when) => {
    await stage.run()
    for (let at = 1; ; at += 1) {
      const before = stage.settings
      const life = mortal(at, when)
      const dying = rotate({
        admin: { rest: life.rest(stage.admin), by: 'token' },
        save: (c: Changes) => life.guard(() => save(c)),
      })
      const outcome = await dying.catch((error: unknown) =>
        error instanceof Killed ? undefined : Promise.reject(error),
      )
      if (outcome !== undefined && !life.isDead()) {
        expect(at).toBeGreaterThan(6)
        return
      }
      expect(await works(stage.settings.MATTERMOST_TOKEN)).toBe(true)
      // What was whole before the cut or became whole in it: never more than one step of keys.
      const isWritten = stage.settings.VIGIE_SECRET_KEY !== before.VIGIE_SECRET_KEY
      if (!isWritten) {
        expect((await rotate()).well).toBe(true)
        expect(stage.settings.VIGIE_SECRET_KEY?.split(',')[1]).toBe(before.VIGIE_SECRET_KEY?.split(',')[0])
      }
      expect(await botTokens()).toHaveLength(1)
      expect(stage.settings.VIGIE_COMMAND_TOKENS).toBe(await commandTokens())
    }
  },
)

type Changes = Readonly<Record<string, string>>

const save = async (changes: Changes): Promise<readonly string[]> => {
  const names = Object.keys(changes).filter((name) => stage.settings[name] !== changes[name])
  stage.settings = { ...stage.settings, ...changes }
  return names
}
