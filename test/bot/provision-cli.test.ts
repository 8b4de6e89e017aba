// `vigie provision` as it is called: whose rights, which settings, which file (interface.md, "provision").

import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../src/app/free-port.ts'
import { createVault } from '../../src/app/vault.ts'
import { allTeams } from '../../src/bot/provision-teams.ts'
import { provision } from '../../src/cli/provision.ts'
import type { World } from '../../src/cli/subcommand.ts'
import { Secret, type Values } from '../../src/env.ts'
import { ConfigError } from '../../src/errors.ts'
import { createOwnHooks } from '../../src/integrations/gitlab/hooks/own.ts'
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { createStage, log, type Stage } from './provision-stage.ts'

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
  environment = {
    MATTERMOST_URL: sandbox.url,
    PORT: String(await freePort('127.0.0.1')),
    MATTERMOST_TEAM: stage.team.name,
  }
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

test('--all-teams: every team of the server by pages, without archived ones', async () => {
  const pages = [
    Array.from({ length: 200 }, (_, index) => ({ id: `a${index}`, name: `a${index}`, delete_at: index % 2 })),
    [{ id: 'b', name: 'b', delete_at: 0 }],
  ]
  const asked: unknown[] = []
  const teams = await allTeams({
    url: '',
    call: async (_method, _path, options) => {
      asked.push(options?.query)
      return pages[Number(options?.query?.page)]
    },
  })
  expect(teams).toHaveLength(101)
  expect(asked).toEqual([0, 1].map((page) => ({ page, per_page: 200 })))
})

test('--all-teams provisions them all, and MATTERMOST_TEAM, where it names some, then names all', async () => {
  const mattermost = await createSandbox()
  try {
    const [one, two, gone] = [
      await createStage(mattermost),
      await createStage(mattermost),
      await createStage(mattermost),
    ]
    await one.admin.call('DELETE', `/teams/${gone.team.id}`)
    const env = { ...environment, MATTERMOST_URL: mattermost.url, MATTERMOST_TEAM: '' }
    expect((await run(['--admin-token', mattermost.adminToken, '--all-teams'], '', env)).code).toBe(0)
    expect(await one.commands()).toHaveLength(6)
    expect(await two.commands()).toHaveLength(6)
    expect((await written()).MATTERMOST_TEAM).toBeUndefined()
    const named = { ...env, MATTERMOST_TEAM: one.team.name }
    const { err } = await run(['--admin-token', mattermost.adminToken, '--all-teams'], '', named)
    expect((await written()).MATTERMOST_TEAM?.split(',').sort()).toEqual([one.team.name, two.team.name].sort())
    expect(err.join('\n')).toContain('! MATTERMOST_TEAM: the environment gives another value')
  } finally {
    await mattermost.stop()
  }
})

test.each([
  ['--all-teams', '--team', 'x'],
  ['--rotate', '--remove'],
  ['--remove', '--all-teams'],
  ['--remove', '--team', 'x'],
])('%s and %s exclude each other', async (...args) => {
  await expect(run(['--admin-token', 'x', ...args])).rejects.toThrow(`${args[0]} and ${args[1]} exclude each other`)
})

test('a token and a socket exclude each other', async () => {
  await expect(run(['--admin-token', 'x', '--local-socket', 'y'])).rejects.toThrow('exclude each other')
})

test('--remove leaves the dotenv file as it was before provision, byte for byte', async () => {
  const mine = '# mine\nLOG_LEVEL=debug\nVIGIE_URL=\n'
  await writeFile(join(folder, '.env'), mine)
  const admin = ['--admin-token', sandbox.adminToken]
  await run(admin)
  expect(await readFile(join(folder, '.env'), 'utf8')).not.toBe(mine)
  const { code, out } = await run([...admin, '--remove'])
  expect(code).toBe(0)
  expect(out.join('\n')).toContain('settings taken out: MATTERMOST_URL')
  expect(await readFile(join(folder, '.env'), 'utf8')).toBe(mine)
  expect((await run([...admin, '--remove'])).out).toEqual(['nothing to change'])
  await rm(join(folder, '.env'))
  await run(admin)
  await run([...admin, '--remove'])
  await expect(written()).rejects.toThrow('ENOENT')
})

test('--remove leaves an operator’s own GitLab secret and address', async () => {
  const mine = `GITLAB_WEBHOOK_TOKEN=${'o'.repeat(43)}\nMATTERMOST_URL=${sandbox.url}\n`
  await writeFile(join(folder, '.env'), mine)
  const admin = ['--admin-token', sandbox.adminToken]
  await run(admin)
  await run([...admin, '--rotate'])
  expect((await written()).GITLAB_WEBHOOK_TOKEN).toBe('o'.repeat(43))
  await run([...admin, '--remove'])
  expect(await readFile(join(folder, '.env'), 'utf8')).toBe(mine)
})

test('--rotate keeps the key that a hook’s secret in the database is still sealed under', async () => {
  const admin = ['--admin-token', sandbox.adminToken]
  await run(admin)
  const [first = ''] = ((await written()).VIGIE_SECRET_KEY ?? '').split(',')
  await mkdir(join(folder, 'data'))
  const store = await openStore(first)
  expect((await run([...admin, '--rotate'])).code).toBe(0)
  const held = (await written()).VIGIE_SECRET_KEY
  const refused = await run([...admin, '--rotate'])
  expect(refused.code).toBe(1)
  expect(refused.out.join('\n')).toContain('! VIGIE_SECRET_KEY: kept')
  expect((await written()).VIGIE_SECRET_KEY).toBe(held)
  await store.sealAnew((held ?? '').split(','))
  expect((await run([...admin, '--rotate'])).code).toBe(0)
  expect((await written()).VIGIE_SECRET_KEY).not.toContain(first)
  await store.close()
})

/** A database with one hook in it, sealed under that key, open as a running `start` has it. */
async function openStore(key: string) {
  const store = await openSqliteStore({ path: join(folder, 'data', 'vigie.db'), now: Date.now, log })
  const own = (...keys: string[]) =>
    createOwnHooks({
      store: store.hooks,
      vault: createVault({ secrets: { current: () => keys.map((word) => new Secret(word)) }, random: randomBytes }),
      now: Date.now,
    })
  await own(key).add({ kind: 'project', id: 15, path: 'acme/app', public: true })
  return { sealAnew: (keys: readonly string[]) => own(...keys).load(), close: () => store.close() }
}
