// `vigie` as an operator runs it: sandbox, provision, start, status, doctor, stop; ended by signals, killed and started again.

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../src/app/free-port.ts'
import { createDemoEvents } from '../../src/cli/demo-events.ts'
import { createCaller } from '../contract/mattermost/driver.ts'
import { eventually } from '../e2e/house.ts'
import { type Running, vigie } from './process.ts'

const push = (now: number) =>
  createDemoEvents()
    .find((event) => event.id === 'push')
    ?.body(now) as { after: string }

describe('vigie as a process', () => {
  let folder: string
  let sandbox: Running
  let mattermost: { url: string; token: string }
  let environment: Record<string, string>
  let running: Running | undefined

  const run = (...words: string[]) => vigie(words, { cwd: folder, environment })
  const start = async (): Promise<Running> => {
    running = run('start')
    await running.line('Vigie listens')
    return running
  }
  const webhook = (
    body: object,
    token = parseEnv(readFileSync(join(folder, '.env'), 'utf8')).GITLAB_WEBHOOK_TOKEN ?? '',
  ) =>
    fetch(`http://127.0.0.1:${environment.PORT}/webhook/gitlab`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-gitlab-token': token },
      body: JSON.stringify(body),
    })

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-cli-'))
    sandbox = vigie(['sandbox', '--port', '0', '--json'], { cwd: folder })
    mattermost = JSON.parse(await sandbox.line('"url"'))
    environment = { MATTERMOST_URL: mattermost.url, PORT: String(await freePort('127.0.0.1')), VIGIE_ADMINS: 'admin' }
    await createCaller(mattermost.url, mattermost.token).post('/teams', { name: 'ops', display_name: 'Ops', type: 'O' })
    const provisioned = run('provision', '--admin-token', mattermost.token, '--team', 'ops')
    expect([await provisioned.ended(), provisioned.err()]).toEqual([0, ''])
  })
  afterEach(async () => {
    running?.child.kill('SIGTERM')
    await running?.ended()
    running = undefined
  })
  afterAll(async () => {
    sandbox.child.kill('SIGTERM')
    expect(await sandbox.ended()).toBe(0)
    rmSync(folder, { recursive: true, force: true })
  })

  it('writes what start needs to a file that only its user can read', () => {
    expect(statSync(join(folder, '.env')).mode & 0o777).toBe(0o600)
    expect(Object.keys(parseEnv(readFileSync(join(folder, '.env'), 'utf8')))).toEqual(
      expect.arrayContaining([
        'MATTERMOST_URL',
        'MATTERMOST_TOKEN',
        'VIGIE_SECRET_KEY',
        'VIGIE_COMMAND_TOKENS',
        'GITLAB_WEBHOOK_TOKEN',
      ]),
    )
  })

  it('says how every part does, tries every path, and stops', async () => {
    await start()
    const status = await eventually(async () => {
      const asked = run('status', '--json')
      return (await asked.ended()) === 0 ? JSON.parse(asked.out()) : undefined
    }, 'a status without trouble')
    expect(status.parts.map((part: { name: string }) => part.name)).toEqual([
      'mattermost',
      'gitlab',
      'nextcloud',
      'monitor',
      'ollama',
      'personnage',
      'hook',
      'outbox',
      'email',
      'store',
      'archive',
    ])
    const doctor = run('doctor', '--json')
    expect(await doctor.ended()).toBe(0)
    expect(JSON.parse(doctor.out())).toMatchObject({
      ok: true,
      paths: [{ ok: true }, { ok: true }, { path: 'gitlab → mattermost' }],
    })
    const stop = run('stop')
    expect(await stop.ended()).toBe(0)
    const next = run('start')
    await next.line('Vigie listens')
    next.child.kill('SIGTERM')
    expect([await running?.ended(), await next.ended()]).toEqual([0, 0])
    expect(await run('status').ended()).toBe(1)
  })

  it('refuses a second start on the same database, and leaves the first alone', async () => {
    await start()
    const second = vigie(['start'], { cwd: folder, environment: { ...environment, PORT: '0' } })
    expect(await second.ended()).toBe(1)
    expect(second.err()).toContain('pid')
    expect((await webhook(push(Date.now()))).status).toBe(200)
  })

  it('starts again at once after kill -9, launcher and all', async () => {
    const first = await start()
    expect((await webhook(push(Date.now()))).status).toBe(200)
    first.child.kill('SIGKILL')
    await first.ended()
    await eventually(async () => {
      const again = run('start')
      running = again
      return again.line('Vigie listens').catch(() => undefined)
    }, 'a start after the kill')
    expect((await webhook(push(Date.now() + 1))).status).toBe(200)
  })

  it('takes up a changed secret of its dotenv file while it runs', async () => {
    await start()
    const path = join(folder, '.env')
    const before = readFileSync(path, 'utf8')
    writeFileSync(path, before.replace(/^GITLAB_WEBHOOK_TOKEN=.*$/m, 'GITLAB_WEBHOOK_TOKEN=rotated-token'))
    await eventually(
      async () => ((await webhook(push(Date.now()), 'rotated-token')).status === 200 ? true : undefined),
      'the new token taken up',
    )
    const old = parseEnv(before).GITLAB_WEBHOOK_TOKEN ?? ''
    expect((await webhook(push(Date.now()), old)).status).toBe(401)
    writeFileSync(path, before)
  })

  it('ends with 0 on SIGTERM and logs JSON without secrets', async () => {
    const first = await start()
    await webhook(push(Date.now()))
    first.child.kill('SIGTERM')
    expect(await first.ended()).toBe(0)
    const secrets = Object.entries(parseEnv(readFileSync(join(folder, '.env'), 'utf8'))).filter(([name]) =>
      /TOKEN|KEY/.test(name),
    )
    expect(secrets.length).toBeGreaterThan(3)
    for (const line of first.out().trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow()
    for (const [, secret = ''] of secrets) expect(first.out() + first.err()).not.toContain(secret)
    expect(first.err()).toBe('')
  })

  it('takes webhooks while Mattermost is away, and says so', async () => {
    running = vigie(['start'], {
      cwd: folder,
      environment: { ...environment, MATTERMOST_URL: `http://127.0.0.1:${await freePort('127.0.0.1')}` },
    })
    await running.line('Vigie listens')
    const local = `http://127.0.0.1:${environment.PORT}`
    expect((await webhook(push(Date.now()))).status).toBe(200)
    expect((await fetch(`${local}/ready`)).status).toBe(200)
    expect((await fetch(`${local}/health/delivery`)).status).toBe(503)
    expect(await run('status').ended()).toBe(1)
  })

  it('names every missing and wrong setting at once, and what replaced those of the Python scripts', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'vigie-empty-'))
    const wrong = vigie(['start'], {
      cwd: empty,
      environment: { PORT: 'http', MATTERMOST_WEBHOOK_URL: 'https://mm.example.org/hooks/x' },
    })
    expect(await wrong.ended()).toBe(1)
    for (const name of ['MATTERMOST_URL', 'MATTERMOST_TOKEN', 'PORT', 'MATTERMOST_WEBHOOK_URL'])
      expect(wrong.err()).toContain(name)
    expect(wrong.err()).not.toContain('    at ')
    rmSync(empty, { recursive: true })
  })

  it('says in words that its port is taken', async () => {
    await start()
    const other = mkdtempSync(join(tmpdir(), 'vigie-port-'))
    const second = vigie(['start', '--dotenv', join(folder, '.env')], { cwd: other, environment })
    expect(await second.ended()).toBe(1)
    expect(second.err()).toContain(`port ${environment.PORT}`)
    expect(second.err()).not.toContain('    at ')
    rmSync(other, { recursive: true })
  })

  it('does not start with an administrator whom nobody bears', async () => {
    const wrong = vigie(['start'], {
      cwd: folder,
      environment: { ...environment, VIGIE_ADMINS: 'nobody-of-that-name' },
    })
    expect(await wrong.ended()).toBe(1)
    expect(wrong.err()).toContain('nobody-of-that-name')
  })

  it('explains itself without arguments, with --help and for an unknown word', async () => {
    expect(await run('start', '--help').ended()).toBe(0)
    const unknown = run('strat')
    expect(await unknown.ended()).toBe(2)
    expect(unknown.err()).toContain('start')
  })

  it.each([
    ['status --colour', '--colour\u00a0: cette option n’existe pas.', '--colour: there is no such option.'],
    ['status --json=1', '--json\u00a0: cette option ne prend pas de valeur.', '--json: this option takes no value.'],
    ['status again', 'again\u00a0: ce mot est de trop.', 'again: this word is one too many.'],
    ['export events --from --to', '--from\u00a0: il manque une valeur.', '--from: a value is missing.'],
  ])('says what is wrong with `%s` in the reader’s language', async (words, ...said) => {
    const told = ['fr_FR.UTF-8', 'en_GB.UTF-8'].map(async (lang) => {
      const ran = vigie(words.split(' '), { cwd: folder, environment: { ...environment, LC_ALL: lang } })
      expect(await ran.ended()).toBe(2)
      return ran.err().split('\n')[0]
    })
    expect(await Promise.all(told)).toEqual(said)
  })

  it('speaks VIGIE_LOCALE where the machine names no language, as in a container', async () => {
    const told: readonly Record<string, string>[] = [
      { LANG: 'C.UTF-8' },
      { LANG: '', VIGIE_LOCALE: 'en' },
      { LANG: 'fr_FR.UTF-8', VIGIE_LOCALE: 'en' },
    ]
    const ran = told.map((more) =>
      vigie(['status', 'again'], { cwd: folder, environment: { ...environment, ...more } }),
    )
    await Promise.all(ran.map((one) => one.ended()))
    const words = ['ce mot est de trop', 'this word is one too many', 'ce mot est de trop']
    expect(ran.map((one) => one.err())).toEqual(words.map((word) => expect.stringContaining(word)))
  })
})
