// `vigie service`: the unit that it writes (interface.md, "Run it"), also read by systemd's own tools where they are installed.

import { execFile, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { service } from '../../src/cli/service.ts'
import type { World } from '../../src/cli/subcommand.ts'
import { printUnit, type Unit } from '../../src/cli/unit.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigie-'))
})
afterEach(() => rm(folder, { recursive: true }))

const root = join(import.meta.dirname, '..', '..')

async function run(args: readonly string[], changed: Partial<World> = {}) {
  const out: string[] = []
  const err: string[] = []
  const world: World = {
    environment: {},
    cwd: folder,
    root,
    pid: 1,
    node: process.execPath,
    stdin: (async function* () {
      // Nothing is typed.
    })(),
    stdout: (line) => out.push(line),
    stderr: (line) => err.push(line),
    locale: 'en',
    now: Date.now,
    fetch,
    signal: new AbortController().signal,
    isTerminal: false,
    ...changed,
  }
  const code = await service.run(args, world)
  return { code, out: out.join('\n'), lines: out.join('\n').split('\n'), err: err.join('\n') }
}

const unit = (changed: Partial<Unit>): string[] =>
  printUnit({
    node: '/opt/node/bin/node',
    launcher: '/opt/vigie/bin/vigie',
    workingFolder: '/srv/vigie',
    words: [],
    writable: ['/srv/vigie/data'],
    needed: ['/opt/node/bin/node', '/opt/vigie/bin/vigie', '/srv/vigie'],
    environment: {},
    owner: { uid: 2000, gid: 2001 },
    ...changed,
  }).split('\n')

test('it runs this installation with this Node in this folder, as the owner of the folder', async () => {
  const { code, lines } = await run([])
  const { uid, gid } = await stat(folder)
  expect(code).toBe(0)
  expect(lines).toContain('Type=exec')
  expect(lines).toContain(`ExecStart=${process.execPath} ${join(root, 'bin', 'vigie')} start`)
  expect(lines).toContain(`WorkingDirectory=${folder}`)
  expect(lines.filter((line) => /^(User|Group)=/.test(line))).toEqual(uid === 0 ? [] : [`User=${uid}`, `Group=${gid}`])
})

test('it comes back by itself and is given the time that a drain takes', () => {
  expect(unit({})).toEqual(
    expect.arrayContaining([
      'Restart=always',
      'StartLimitIntervalSec=0',
      'KillSignal=SIGTERM',
      'TimeoutStopSec=20',
      'User=2000',
      'Group=2001',
      'WantedBy=multi-user.target',
    ]),
  )
})

test('it is shut in, save that Node may compile', () => {
  const lines = unit({})
  expect(lines).toEqual(
    expect.arrayContaining([
      'NoNewPrivileges=yes',
      'CapabilityBoundingSet=',
      'ProtectSystem=strict',
      'ReadWritePaths=/srv/vigie/data',
      'ProtectHome=yes',
      'PrivateTmp=yes',
      'PrivateDevices=yes',
      'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK',
      'SystemCallFilter=@system-service',
      'LockPersonality=yes',
      'UMask=0077',
    ]),
  )
  expect(lines.some((line) => line.startsWith('MemoryDenyWriteExecute'))).toBe(false)
})

test.each([
  ['/home/vigie', 'ProtectHome=read-only', 'PrivateTmp=yes'],
  ['/root', 'ProtectHome=read-only', 'PrivateTmp=yes'],
  ['/homes/vigie', 'ProtectHome=yes', 'PrivateTmp=yes'],
  ['/var/tmp/vigie', 'ProtectHome=yes', 'PrivateTmp=no'],
])('what lives in %s stays visible to it: %s, %s', (path, home, tmp) => {
  const lines = unit({ needed: [path] })
  expect(lines).toContain(home)
  expect(lines).toContain(tmp)
})

test('spaces, quotes, dollars, backslashes and percent signs are written as systemd reads them', () => {
  const odd = `/srv/a b%c"d\\e$f`
  const lines = unit({ node: odd, workingFolder: `${odd} `, writable: [odd, '/plain'], environment: { A: '1 $2 %' } })
  expect(lines).toContain('ExecStart="/srv/a b%%c\\"d\\\\e$$f" /opt/vigie/bin/vigie start')
  expect(lines).toContain(`WorkingDirectory=/srv/a b%%c"d\\e$f /`)
  expect(lines).toContain('ReadWritePaths="/srv/a b%%c\\"d\\\\e$f" /plain')
  expect(lines).toContain('Environment="A=1 $2 %%"')
})

test.each(['line\nbreak', 'return\r', 'bell\u0007'])('a path that systemd cannot name is refused: %j', (name) => {
  for (const changed of [{ node: `/a/${name}` }, { workingFolder: `/a/${name}` }, { writable: [`/a/${name}`] }])
    expect(() => unit(changed)).toThrow('a path without line breaks and control characters')
})

test('only what Vigie writes to is writable: database and copies, or the working folder until they are made', async () => {
  expect((await run([])).lines).toContain(`ReadWritePaths=${folder}`)
  await mkdir(join(folder, 'data'))
  expect((await run([])).lines).toContain(`ReadWritePaths=${join(folder, 'data')}`)
  const copies = join(folder, '..')
  await writeFile(join(folder, '.env'), `BACKUP_PATH=${copies}/\n`)
  expect((await run([])).out).toContain('ReadWritePaths=')
})

test('a folder elsewhere that does not exist is named', async () => {
  await writeFile(join(folder, '.env'), 'DATABASE_URL=sqlite:/no/such/folder/vigie.db\n')
  await expect(run([])).rejects.toThrow('/no/such/folder does not exist: make this folder')
})

test('settings are left in the dotenv file, another one than .env is named to start', async () => {
  await writeFile(join(folder, '.env'), 'MATTERMOST_TOKEN=not-for-a-unit\n')
  const { out, lines } = await run(['--dotenv', 'other.env'])
  expect(out).not.toContain('EnvironmentFile')
  expect(out).not.toContain('not-for-a-unit')
  expect(lines.find((line) => line.startsWith('ExecStart='))).toMatch(/ start --dotenv \/.*\/other\.env$/)
})

test('settings that only the environment has are named, for the service will not have them', async () => {
  await writeFile(join(folder, '.env'), 'PORT=8090\n')
  const { err } = await run([], { environment: { PORT: '8090', MATTERMOST_URL: 'http://mm', LOG_LEVEL: 'debug' } })
  expect(err).toContain('write them to .env: MATTERMOST_URL, LOG_LEVEL')
  expect((await run([], { environment: { PORT: '8090' } })).err).not.toContain('PORT')
})

test('extra certificates, which Node reads before any settings, are passed on', async () => {
  const { lines } = await run([], { environment: { NODE_EXTRA_CA_CERTS: 'ca.pem' } })
  expect(lines).toContain(`Environment=NODE_EXTRA_CA_CERTS=${join(folder, 'ca.pem')}`)
})

test('--output writes the unit and says what to type next', async () => {
  const { code, out } = await run(['--output', 'units/vigie.service'])
  expect(code).toBe(0)
  expect(out).toContain('systemctl daemon-reload && systemctl enable --now vigie.service')
  expect(await readFile(join(folder, 'units', 'vigie.service'), 'utf8')).toBe(`${(await run([])).out}\n`)
  expect((await run(['--user', '--output', 'mine.service'])).out).toContain(
    'systemctl --user enable --now mine.service',
  )
})

test('an output that cannot be written is told in one sentence', async () => {
  await writeFile(join(folder, 'file'), '')
  await expect(run(['--output', 'file/vigie.service'])).rejects.toThrow(/vigie\.service cannot be written/)
})

test('--user: a unit that a person’s own manager can impose', async () => {
  const { lines, out } = await run(['--user'])
  expect(lines).toContain('WantedBy=default.target')
  expect(lines).toContain('NoNewPrivileges=yes')
  expect(out).not.toMatch(/^(User|Group|CapabilityBoundingSet|ProtectSystem|PrivateTmp|After)=/m)
})

describe.skipIf(spawnSync('systemd-analyze', ['--version']).status !== 0)(
  'read by systemd-analyze (skipped where it is not installed)',
  () => {
    const analyze = async (...args: string[]) => {
      const { stdout, stderr } = await promisify(execFile)('systemd-analyze', args)
      return stdout + stderr
    }

    test('a unit for a folder with a space and a percent sign is right', async () => {
      const cwd = join(folder, 'my folder 100%')
      await mkdir(cwd)
      await run(['--output', 'vigie.service'], { cwd })
      expect(await analyze('verify', join(cwd, 'vigie.service'))).not.toMatch(/vigie\.service/)
    })

    test('it is exposed as little as a service on a network can be', async () => {
      const path = join(folder, 'vigie.service')
      await writeFile(path, unit({}).join('\n'))
      const score = /exposure level for vigie\.service: ([\d.]+)/.exec(
        await analyze('security', '--offline=true', path),
      )?.[1]
      expect(Number(score)).toBeLessThan(2)
    })
  },
)
