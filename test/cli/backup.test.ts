// `vigie backup` and `vigie restore`, beside a running `start` and without one, and what a start does about a damaged or lost database
// (threats F13, F32).

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../src/app/free-port.ts'
import { createDemoEvents, demoProject } from '../../src/cli/demo-events.ts'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { createCaller } from '../contract/mattermost/driver.ts'
import { eventually } from '../e2e/house.ts'
import { flip } from '../store/kept.ts'
import { type Running, vigie } from './process.ts'

interface ToldPost {
  props: { vigie?: { events?: string[] } }
}

describe('copies of a database', () => {
  let folder: string
  let sandbox: Awaited<ReturnType<typeof createSandbox>>
  let mattermost: { url: string; token: string }
  /** Added to Mattermost's clock: it forgets `pending_post_id` after 30 s, so that only reading the channel can help. */
  let laterMs = 0
  let environment: Record<string, string>
  let running: Running | undefined
  let channel: string
  const token = 'a-token-of-gitlab'

  const run = (...words: string[]) => vigie(words, { cwd: folder, environment })
  const start = async (more: Record<string, string> = {}): Promise<Running> => {
    running = vigie(['start'], { cwd: folder, environment: { ...environment, ...more } })
    await running.line('Vigie listens')
    return running
  }
  const end = async () => {
    running?.child.kill('SIGTERM')
    await running?.ended()
    running = undefined
  }
  const startWithoutMattermost = async () =>
    start({ MATTERMOST_URL: `http://127.0.0.1:${await freePort('127.0.0.1')}` })
  const push = async () => {
    const body = createDemoEvents()
      .find(({ id }) => id === 'push')
      ?.body(Date.now())
    const response = await fetch(`http://127.0.0.1:${environment.PORT}/webhook/gitlab`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-gitlab-token': token },
      body: JSON.stringify(body),
    })
    expect(await response.json()).toMatchObject({ matched: 1 })
  }
  const told = async (): Promise<string[]> => {
    const admin = createCaller(mattermost.url, mattermost.token)
    const { body } = await admin.get(`/channels/${channel}/posts?per_page=200`)
    const { posts } = body as { posts: Record<string, ToldPost> }
    return Object.values(posts).flatMap(({ props }) => props.vigie?.events ?? [])
  }
  const toldAre = (count: number) =>
    eventually(async () => ((await told()).length >= count ? told() : undefined), `${count} events told`)
  const status = async () => {
    const asked = run('status', '--json')
    await asked.ended()
    return JSON.parse(asked.out()) as { parts: { name: string; text: string; details: string[] }[] }
  }
  const drained = () =>
    eventually(async () => {
      const outbox = (await status()).parts.find(({ name }) => name === 'outbox')
      return outbox?.text.startsWith('0') === true ? true : undefined
    }, 'an empty outbox')

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-backup-cli-'))
    sandbox = await createSandbox({ now: () => Date.now() + laterMs })
    mattermost = { url: sandbox.url, token: sandbox.adminToken }
    environment = {
      MATTERMOST_URL: mattermost.url,
      PORT: String(await freePort('127.0.0.1')),
      VIGIE_ADMINS: 'admin',
      GITLAB_WEBHOOK_TOKEN: token,
    }
    const admin = createCaller(mattermost.url, mattermost.token)
    const team = (await admin.post('/teams', { name: 'ops', display_name: 'Ops', type: 'O' })).body as { id: string }
    expect(await run('provision', '--admin-token', mattermost.token, '--team', 'ops').ended()).toBe(0)
    const made = await admin.post('/channels', { team_id: team.id, name: 'dev', display_name: 'Dev', type: 'O' })
    channel = (made.body as { id: string }).id
    await start()
    const command = `/subscribe gitlab ${demoProject}`
    await eventually(async () => {
      const said = await admin.post('/commands/execute', { channel_id: channel, team_id: team.id, command })
      return said.status === 200 && JSON.stringify(said.body).includes(demoProject) ? true : undefined
    }, 'a subscription')
    await end()
  })
  afterEach(end)
  afterAll(async () => {
    await sandbox.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('restored while it runs, an old one tells nothing twice, says what is missing, and goes on', async () => {
    await startWithoutMattermost()
    for (let index = 0; index < 3; index += 1) await push()
    const backup = run('backup', 'old.db')
    expect([await backup.ended(), backup.err()]).toEqual([0, ''])
    expect(backup.out()).toContain('old.db')
    await end()
    await start()
    await toldAre(3)
    await push()
    await toldAre(4)

    laterMs += 60_000
    const restore = run('restore', 'old.db')
    expect([await restore.ended(), restore.err()]).toEqual([0, ''])
    expect(restore.out()).toMatch(/Manque.*\n.*reçus entre-temps.*: 1\n.*: [34]\n.*vigie\.db\.replaced-/)
    await drained()
    const parts = (await status()).parts
    expect(parts.find(({ name }) => name === 'store')).toMatchObject({
      text: expect.stringContaining('rendue'),
      details: [expect.stringContaining('manque de')],
    })
    await push()
    const all = await toldAre(5)
    expect(all).toHaveLength(5)
    expect(new Set(all).size).toBe(5)
  })

  it('restored while it stands still, an old one tells nothing twice either', async () => {
    const before = (await told()).length
    laterMs += 60_000
    const restore = run('restore', 'old.db')
    expect([await restore.ended(), restore.err()]).toEqual([0, ''])
    await start()
    await drained()
    expect(await told()).toHaveLength(before)
  })

  it('made without a start can be restored', async () => {
    const backup = run('backup', 'still.db')
    expect([await backup.ended(), backup.err()]).toEqual([0, ''])
    expect(await run('restore', 'still.db').ended()).toBe(0)
  })

  it('that are none are refused, and what runs goes on', async () => {
    await start()
    writeFileSync(join(folder, 'words.txt'), 'no database')
    for (const [file, why] of [
      ['words.txt', 'bonne copie'],
      ['absent.db', 'n’existe pas'],
    ]) {
      const refused = run('restore', file ?? '')
      expect(await refused.ended()).toBe(1)
      expect(refused.err()).toContain(why)
      expect(refused.err()).not.toContain('    at ')
    }
    await push()
  })

  it('never replace the database itself', async () => {
    const refused = run('backup', 'data/vigie.db')
    expect(await refused.ended()).toBe(1)
    expect(refused.err()).toContain('autre fichier')
    expect(await run('backup').ended()).toBe(1)
  })

  it('are taken up by a start that finds its database damaged, which says so to the administrators', async () => {
    await start({ BACKUP_PATH: 'copies' })
    await end()
    const { createShelf, writeCopy } = await import('../../src/store/backup.ts')
    const path = join(folder, 'data', 'vigie.db')
    const at = Date.now()
    await writeCopy({ from: path, to: createShelf(join(folder, 'copies'), path).placeFor(at), at })
    flip(path, 4096)
    const restarted = await start({ BACKUP_PATH: 'copies' })
    expect(restarted.out()).toContain('restored the newest good copy')
    await eventually(async () => {
      const admin = createCaller(mattermost.url, mattermost.token)
      const { body } = await admin.get('/users/me')
      const me = (body as { id: string }).id
      const bot = (await admin.get('/users/username/vigie')).body as { id: string }
      const direct = (await admin.post('/channels/direct', [me, bot.id])).body as { id: string }
      const { posts } = (await admin.get(`/channels/${direct.id}/posts`)).body as { posts: Record<string, object> }
      return /abîmée|was damaged/.test(JSON.stringify(posts)) ? true : undefined
    }, 'a word to the administrator')
    expect(readdirSync(join(folder, 'data')).some((name) => name.startsWith('vigie.db.damaged-'))).toBe(true)
  })

  it('are asked for by a start that has lost its database and finds none', async () => {
    rmSync(join(folder, 'data', 'vigie.db'))
    const refused = vigie(['start'], { cwd: folder, environment: { ...environment, BACKUP_PATH: 'nothing-there' } })
    expect(await refused.ended()).toBe(1)
    expect(refused.err()).toContain('vigie restore')
    expect(await run('restore', 'still.db').ended()).toBe(0)
    await start({ BACKUP_PATH: 'nothing-there' })
    await push()
  })
})
