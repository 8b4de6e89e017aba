// Threat T25: every secret is a canary, the main roads are walked at debug level, and no canary sings: not in what is written, posted,
// answered, measured, stored or copied.

import { createHmac } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDemoEvents, demoProject } from '../../src/cli/demo-events.ts'
import { createCaller, text } from '../contract/mattermost/driver.ts'
import { eventually } from '../e2e/house.ts'
import { type CanaryHouse, openCanaryHouse, singing, typeUntil } from '../threats/canary-house.ts'

describe('a canary', () => {
  it.each([
    ['plain', 'secret/+"~value'],
    ['base64', Buffer.from('a secret/+"~value').toString('base64')],
    ['base64url', Buffer.from('an:secret/+"~value!').toString('base64url')],
    ['hex', Buffer.from('secret/+"~value').toString('hex')],
    ['URL-encoded', `?key=${encodeURIComponent('secret/+"~value')}`],
    ['JSON-escaped', JSON.stringify(JSON.stringify({ a: 'secret/+"~value' }))],
  ])('is heard where it is %s', (_form, words) => {
    expect(singing(new Map([['S', 'secret/+"~value']]), [{ what: 'here', words }])).not.toEqual([])
    expect(singing(new Map([['S', 'secret/+"~other']]), [{ what: 'here', words }])).toEqual([])
  })
})

describe('with a canary in every secret', { timeout: 120_000 }, () => {
  let house: CanaryHouse
  let channel: string
  const origin = () => `http://127.0.0.1:${house.environment.PORT}`
  const ask = async (
    what: string,
    path: string,
    init: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ) => {
    // A connection of its own: what a test waited for may have outlived the last one.
    const headers = { ...init.headers, connection: 'close' }
    const response = await fetch(`${origin()}${path}`, { ...init, headers })
    const words = await response.text()
    house.saw(what, `${response.status} ${JSON.stringify([...response.headers])} ${words}`)
    return { status: response.status, words }
  }
  const hook = (what: string, headers: Record<string, string>, body: unknown = pushBody()) =>
    ask(what, '/webhook/gitlab', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  const pushBody = () =>
    createDemoEvents()
      .find(({ id }) => id === 'push')
      ?.body(Date.now())
  const tokens = () => [...house.secrets().values()]
  const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString()
  const commandOf = (token: string, more: Record<string, string> = {}) => ({
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: `Token ${token}` },
    body: form({
      token,
      team_id: house.team.id,
      channel_id: channel,
      user_id: 'x',
      command: '/vigie',
      text: 'x',
      ...more,
    }),
  })
  const json = (body: unknown) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

  beforeAll(async () => {
    house = await openCanaryHouse()
    house.gitlab.project('acme/app')
    const admin = createCaller(house.sandbox.url, house.sandbox.adminToken)
    const provision = house.run('provision', '--admin-token', house.sandbox.adminToken, '--team', 'ops')
    expect([await provision.ended(), provision.err()]).toEqual([0, ''])
    channel = text(
      await admin.post('/channels', { team_id: house.team.id, name: 'dev', display_name: 'Dev', type: 'O' }),
      'id',
    )
    await house.start()
  })
  afterAll(() => house?.close())

  it('commands, forms and hooks of GitLab let none out', async () => {
    await typeUntil(house, channel, `/subscribe gitlab ${demoProject}`, /projet-test/)
    await typeUntil(house, channel, '/vigie gitlab install acme/app', /\| made/)
    expect(house.gitlab.hooksOf('acme/app')).toHaveLength(1)
    for (const command of [
      'gitlab check acme/app',
      'status',
      'statut',
      'doctor',
      'audit',
      'deliveries',
      'about',
      'settings',
    ])
      await typeUntil(house, channel, `/vigie ${command}`, /./)
    // Secrets typed by mistake are not repeated to others: the answer is the typist's alone, the audit is not.
    await typeUntil(house, channel, '/subscribe', /./)
    for (const token of tokens().slice(0, 2)) {
      await ask('a command with a wrong token', '/mattermost/command', commandOf(`${token}x`))
      await ask(
        'a press',
        '/mattermost/action',
        json({ user_id: 'u', channel_id: channel, context: { vigie: 'AAAA' } }),
      )
      await ask(
        'a form',
        '/mattermost/dialog',
        json({ user_id: 'u', channel_id: channel, state: 'AAAA', submission: {} }),
      )
    }
    await ask('a command in broken words', '/mattermost/command', { method: 'POST', body: '{' })
    expect(house.songs()).toEqual([])
  })

  it('webhooks, taken and refused, let none out', async () => {
    const [token = ''] = (house.environment.GITLAB_WEBHOOK_TOKEN ?? '').split(',')
    expect((await hook('a webhook', { 'x-gitlab-token': token })).status).toBe(200)
    const body = JSON.stringify(pushBody())
    const key = Buffer.from((house.environment.GITLAB_SIGNING_SECRET ?? '').slice('whsec_'.length), 'base64')
    const at = String(Math.floor(Date.now() / 1000))
    const signature = `v1,${createHmac('sha256', key).update(`m1.${at}.${body}`).digest('base64')}`
    const signed = { 'webhook-id': 'm1', 'webhook-timestamp': at, 'webhook-signature': signature }
    expect((await hook('a signed webhook', signed, body)).status).toBe(200)
    expect((await hook('an altered webhook', { ...signed, 'webhook-id': 'm2' }, body)).status).toBe(401)
    expect((await hook('a refused webhook', { 'x-gitlab-token': `${token}x` })).status).toBe(401)
    expect((await hook('a broken webhook', { 'x-gitlab-token': token }, '{"a":')).status).toBe(400)
    // Whoever sends a secret in the wrong place must not find it in the log.
    await ask('an unknown address', `/webhook/gitlab/${encodeURIComponent(token)}?key=${encodeURIComponent(token)}`)
    await eventually(
      async () => ([...house.sandbox.world.posts.values()].some((post) => 'vigie' in post.props) ? true : undefined),
      'a card',
    )
    expect(house.songs()).toEqual([])
  })

  it('health, metrics, status, the doctor and copies let none out', async () => {
    const metrics = house.environment.METRICS_TOKEN ?? ''
    expect((await ask('metrics', '/metrics', { headers: { authorization: `Bearer ${metrics}` } })).status).toBe(200)
    expect(
      (await ask('refused metrics', '/metrics', { headers: { authorization: `Bearer ${metrics}x` } })).status,
    ).toBe(401)
    for (const path of ['/health', '/ready', '/health/delivery', '/']) await ask(path, path)
    for (const words of [
      ['status', '--json'],
      ['doctor', '--json'],
    ])
      await house.run(...words).ended()
    expect(await house.run('backup', 'copy.db').ended()).toBe(0)
    expect(house.songs()).toEqual([])
  })

  it('an unreachable and a refusing Mattermost let none out', async () => {
    const { faults } = house.sandbox
    const [token = ''] = (house.environment.GITLAB_WEBHOOK_TOKEN ?? '').split(',')
    faults.down()
    await hook('a webhook meanwhile', { 'x-gitlab-token': token })
    await faults.waitForRequests(faults.requests() + 1)
    faults.up()
    faults.answer(401)
    faults.closeSockets()
    await hook('a webhook meanwhile', { 'x-gitlab-token': token })
    faults.heal()
    house.gitlab.ways.answer = (_asked, response) => {
      response.writeHead(401).end(`{"message":"401 Unauthorized"}`)
      return true
    }
    await typeUntil(house, channel, '/vigie gitlab check acme/app', /401|GitLab/)
    house.gitlab.ways.answer = undefined
    expect(house.songs()).toEqual([])
    await house.end()
    expect(house.songs()).toEqual([])
  })

  it('a start that fails lets none out', async () => {
    mkdirSync(join(house.folder, 'a-folder.db'))
    const file = join(house.folder, 'two-lines')
    writeFileSync(file, 'canary.first-line\ncanary.second-line')
    const wrong: readonly Record<string, string>[] = [
      {
        DATABASE_URL: 'postgres://vigie:canary.password@db.example.org/vigie',
        MATTERMOST_URL: 'https://vigie:canary.password@mattermost.example.org',
        GITLAB_URL: 'https://vigie:canary.password@gitlab.example.org',
        VIGIE_SECRET_KEY: 'canary.short',
        GITLAB_API_TOKEN: '',
        GITLAB_API_TOKEN_FILE: file,
      },
      { DATABASE_URL: 'sqlite:a-folder.db' },
    ]
    for (const more of wrong) await house.start(more).catch((error: unknown) => house.saw('a start', String(error)))
    rmSync(file)
    const others = ['canary.password', 'canary.short', 'canary.first-line', 'canary.second-line']
    expect(house.songsOf(others)).toEqual([])
    expect(house.songs()).toEqual([])
  })
})
