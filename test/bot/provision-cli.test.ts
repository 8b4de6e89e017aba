// `vigie provision` as it is called: whose rights, which settings, which file (interface.md, "provision").

import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { provision } from '../../src/cli/provision.ts'
import type { World } from '../../src/cli/subcommand.ts'
import type { Values } from '../../src/env.ts'
import { ConfigError } from '../../src/errors.ts'
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import { createStage, freePort, type Stage } from './provision-stage.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await createSandbox()
})
afterAll(() => sandbox.stop())

let folder: string
let stage: Stage
let environment: Record<string, string>
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigie-'))
  stage = await createStage(sandbox)
  environment = { MATTERMOST_URL: sandbox.url, PORT: String(await freePort()), MATTERMOST_TEAM: stage.team.name }
})
afterEach(() => rm(folder, { recursive: true }))

async function run(args: readonly string[], input = '', env: Values = environment) {
  const out: string[] = []
  const err: string[] = []
  const world: World = {
    environment: env,
    cwd: folder,
    root: fileURLToPath(new URL('../..', import.meta.url)),
    pid: 1,
    node: process.execPath,
    stdin: (async function* () {
      yield Buffer.from(input)
    })(),
    stdout: (line) => out.push(line),
    stderr: (line) => err.push(line),
    locale: 'en',
    now: Date.now,
    fetch,
    signal: new AbortController().signal,
    isTerminal: false,
  }
  return { code: await provision.run(args, world), out, err }
}

const written = async (name = '.env') => parseEnv(await readFile(join(folder, name), 'utf8'))

test('writes what start needs to .env, for its owner alone, and a second run changes nothing', async () => {
  await writeFile(join(folder, '.env'), '# mine\nLOG_LEVEL=debug\n')
  expect(await run(['--admin-token', sandbox.adminToken])).toMatchObject({ code: 0, err: [] })
  const text = await readFile(join(folder, '.env'), 'utf8')
  expect(text.startsWith('# mine\nLOG_LEVEL=debug\n')).toBe(true)
  const settings = await written()
  expect(settings).toMatchObject({ MATTERMOST_URL: sandbox.url, PORT: environment.PORT })
  for (const name of ['MATTERMOST_TOKEN', 'VIGIE_SECRET_KEY', 'VIGIE_COMMAND_TOKENS', 'GITLAB_WEBHOOK_TOKEN'])
    expect(settings[name]).toMatch(/./)
  expect((await stat(join(folder, '.env'))).mode & 0o777).toBe(0o600)
  const again = await run(['--admin-token', sandbox.adminToken])
  expect(again.code).toBe(0)
  expect(again.out).toContain('nothing to change')
  expect(await readFile(join(folder, '.env'), 'utf8')).toBe(text)
})

test('the administrator’s token is read from standard input for “-”, else from the environment, and is written nowhere', async () => {
  expect((await run(['--admin-token', '-', '--dotenv', 'one.env'], `${sandbox.adminToken}\n`)).code).toBe(0)
  const withToken = { ...environment, MATTERMOST_ADMIN_TOKEN: sandbox.adminToken }
  expect((await run(['--dotenv', join(folder, 'two.env')], '', withToken)).code).toBe(0)
  for (const name of ['one.env', 'two.env'])
    expect(await readFile(join(folder, name), 'utf8')).not.toContain(sandbox.adminToken)
})

test('--team may be repeated and wins over MATTERMOST_TEAM', async () => {
  const other = await createStage(sandbox)
  const args = ['--admin-token', sandbox.adminToken, '--team', stage.team.name, '--team', other.team.name]
  const { MATTERMOST_TEAM: _, ...env } = environment
  expect((await run(args, '', env)).code).toBe(0)
  expect(parseEnv(await readFile(join(folder, '.env'), 'utf8')).MATTERMOST_TEAM?.split(',')).toEqual(
    expect.arrayContaining([stage.team.name, other.team.name]),
  )
})

test('without a way in it says which there are', async () => {
  await expect(run([])).rejects.toThrow(
    '--admin-token TOKEN (or "-", or MATTERMOST_ADMIN_TOKEN), or else --local-socket',
  )
})

test('a missing address is told like at a start, and the bot’s token is not asked for', async () => {
  const failed = run(['--admin-token', 'x'], '', {})
  await expect(failed).rejects.toThrow(ConfigError)
  await expect(failed).rejects.toThrow(/MATTERMOST_URL/)
  await expect(failed).rejects.not.toThrow(/MATTERMOST_TOKEN/)
})

test('a setting of the environment that hides the one just written is named', async () => {
  const hidden = { ...environment, MATTERMOST_TOKEN: 'x'.repeat(26) }
  const { code, err } = await run(['--admin-token', sandbox.adminToken], '', hidden)
  expect(code).toBe(1)
  expect(err.join('\n')).toContain('! MATTERMOST_TOKEN: the environment gives another value')
})

test('a dotenv file that cannot be written is named before anything is made', async () => {
  const path = join(folder, 'no-such-folder', '.env')
  await expect(run(['--admin-token', sandbox.adminToken, '--dotenv', path])).rejects.toThrow(
    `${path} cannot be written`,
  )
  expect(await stage.commands()).toEqual([])
})

test('an English Vigie registers English texts', async () => {
  await run(['--admin-token', sandbox.adminToken], '', { ...environment, VIGIE_LOCALE: 'en' })
  const texts = (await stage.commands()).map((one) => one.auto_complete_desc)
  expect(texts).toContain('Talks to Vigie: everything it can do.')
})

test('what it writes holds the tokens of every command by team and word', async () => {
  await run(['--admin-token', sandbox.adminToken])
  const { VIGIE_COMMAND_TOKENS } = await written()
  const expected = (await stage.commands()).map(({ trigger, token }) => `${stage.team.id}/${trigger}=${token}`)
  expect(VIGIE_COMMAND_TOKENS?.split(',')).toEqual(expected.sort())
})
