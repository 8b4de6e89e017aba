// `vigie provision` without a token: an administrator logs in on the terminal, and out again whatever happens (interface.md, "provision").

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../src/app/free-port.ts'
import { provision } from '../../src/cli/provision.ts'
import type { World } from '../../src/cli/subcommand.ts'
import { UserError } from '../../src/errors.ts'
import { mfaCode } from '../../src/sandbox/mfa.ts'
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import { createStage, restOf, type Stage } from './provision-stage.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await createSandbox({ adminPassword: 'Admin-Passw0rd-1' })
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

interface Typed {
  readonly answers: readonly string[]
  readonly args?: readonly string[]
  readonly changed?: Partial<World>
}

async function run({ answers, args = [], changed = {} }: Typed) {
  const left = [...answers]
  const asked: { question: string; hidden: boolean }[] = []
  const lines: string[] = []
  const world: World = {
    environment,
    cwd: folder,
    root: fileURLToPath(new URL('../..', import.meta.url)),
    pid: 1,
    node: process.execPath,
    stdin: (async function* () {
      // Asked for by name only.
    })(),
    stdout: (line) => lines.push(line),
    stderr: (line) => lines.push(line),
    locale: 'en',
    now: Date.now,
    fetch,
    signal: new AbortController().signal,
    isTerminal: true,
    ask: async (question, { hidden }) => {
      asked.push({ question, hidden })
      const answer = left.shift()
      if (answer === undefined) throw new UserError({ fr: 'Interrompu', en: 'Interrupted' })
      return answer
    },
    ...changed,
  }
  const code = await provision
    .run(args, world)
    .catch((error: unknown) => (error instanceof UserError ? error.said.en : Promise.reject(error)))
  return { code, lines, asked }
}

/** Sessions that a log-in by password opened. */
const logins = () => [...sandbox.world.sessions.values()].filter(({ tokenId }) => tokenId === '').length

const password = 'Admin-Passw0rd-1'

test('name and password are asked for, the password without echo; afterwards nobody is logged in and nothing is kept', async () => {
  const before = logins()
  const { code, asked, lines } = await run({ answers: [sandbox.adminUsername, password] })
  expect(code).toBe(0)
  expect(asked.map(({ hidden }) => hidden)).toEqual([false, true])
  expect(lines).toContain('session ended')
  expect(logins()).toBe(before)
  const written = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')))
  expect([...written, ...lines].join('\n')).not.toContain(password)
  expect(await stage.commands()).toHaveLength(6)
})

test('a code is asked for only where Mattermost wants one', async () => {
  const mattermost = await createSandbox({ adminPassword: password })
  try {
    const admin = restOf(mattermost, mattermost.adminToken)
    await admin.call('PUT', '/config/patch', { body: { ServiceSettings: { EnableMultifactorAuthentication: true } } })
    const { secret } = (await admin.call('POST', `/users/${mattermost.adminId}/mfa/generate`)) as { secret: string }
    const code = () => mfaCode(secret, Date.now())
    await admin.call('PUT', `/users/${mattermost.adminId}/mfa`, { body: { activate: true, code: code() } })
    await admin.call('POST', '/teams', { body: { name: 'code', display_name: 'Code', type: 'O' } })
    environment = { ...environment, MATTERMOST_URL: mattermost.url, MATTERMOST_TEAM: 'code' }
    const wrong = String((Number(code()) + 500_000) % 1_000_000).padStart(6, '0')
    const { username } = { username: mattermost.adminUsername }
    const { asked, code: ended } = await run({
      answers: [username, password, wrong, username, password, ` ${code().slice(0, 3)} ${code().slice(3)} `],
    })
    expect(asked.map(({ question }) => question.split(' ')[0])).toEqual(
      expect.arrayContaining(['Mattermost', 'Password', 'Multi-factor']),
    )
    expect(asked).toHaveLength(6)
    expect(ended).toBe(0)
  } finally {
    await mattermost.stop()
  }
})

test('a wrong password is told and may be typed again, three times at most', async () => {
  const { code, lines } = await run({ answers: [sandbox.adminUsername, 'wrong', sandbox.adminUsername, password] })
  expect(code).toBe(0)
  expect(lines.filter((line) => line.startsWith('Name, password or code refused'))).toHaveLength(1)
  const wrong = [sandbox.adminUsername, 'wrong']
  const { code: told, asked } = await run({ answers: [...wrong, ...wrong, '', '', ...wrong] })
  expect(told).toContain('Mattermost refused 3 attempts')
  expect(asked).toHaveLength(6)
})

test('somebody who is no administrator is told so and logged out', async () => {
  const username = `member-${stage.mark}`
  const body = { username, email: `${username}@vigie.test`, password }
  const { id } = (await stage.admin.call('POST', '/users', { body })) as { id: string }
  const before = logins()
  expect((await run({ answers: [username, password] })).code).toContain(`@${username} is no system administrator`)
  await stage.admin.call('DELETE', `/users/${id}`)
  expect((await run({ answers: [username, password] })).code).toContain('deactivated')
  expect(logins()).toBe(before)
  expect(await stage.commands()).toEqual([])
})

test('a run that fails logs out too', async () => {
  const before = logins()
  const args = ['--dotenv', join(folder, 'no-such-folder', '.env')]
  expect((await run({ answers: [sandbox.adminUsername, password], args })).code).toContain('cannot be written')
  expect(logins()).toBe(before)
})

test.each([1, 2, 3, 4, 6, 9])(
  'interrupted after %i lines it begins nothing more, logs out and can be repeated',
  async (count) => {
    const before = logins()
    const stopping = new AbortController()
    const lines: string[] = []
    const stdout = (line: string) => {
      lines.push(line)
      if (lines.length === count) stopping.abort()
    }
    const { code } = await run({
      answers: [sandbox.adminUsername, password],
      args: ['--rotate'],
      changed: { signal: stopping.signal, stdout },
    })
    expect(code).toContain('Interrupted: run the same command again')
    expect(lines).toHaveLength(count)
    expect(logins()).toBe(before)
    expect((await run({ answers: [sandbox.adminUsername, password] })).code).toBe(0)
  },
)

test('a session that cannot be ended is told, with where to end it', async () => {
  const broken: typeof fetch = async (input, init) => {
    if (String(input).endsWith('/users/logout')) throw new TypeError('fetch failed')
    return fetch(input, init)
  }
  const { lines } = await run({ answers: [sandbox.adminUsername, password], changed: { fetch: broken } })
  expect(lines.at(-1)).toContain('! the session could not be ended')
  expect(lines).not.toContain('session ended')
})
