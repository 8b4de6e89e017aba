// The doors of the stand-in: what it calls, who may come in by cookie, what the local socket opens.

import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pageFile } from '../../src/sandbox/page-files.ts'
import { accepted, at, refusal, text } from '../contract/mattermost/driver.ts'
import { createStage, type Stage } from './stage.ts'

let stage: Stage
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigie-doors-'))
  stage = await createStage({ allowedInternal: 'localhost', localSocket: join(folder, 'mm.sock') })
})
afterAll(async () => {
  await stage.stop()
  await rm(folder, { recursive: true })
})

async function commandAt(trigger: string, url: string): Promise<() => ReturnType<Stage['alice']['post']>> {
  await accepted(stage.admin.post('/commands', { team_id: stage.team.id, trigger, method: 'P', url }))
  return () => stage.alice.post('/commands/execute', { channel_id: stage.pub.id, command: `/${trigger}` })
}
const patchService = (settings: object) => stage.admin.put('/config/patch', { ServiceSettings: settings })

describe('calls to one’s own network', () => {
  it('are refused unless the address is listed', async () => {
    const ear = stage.listener.ear({ body: { text: 'reached' } })
    const run = await commandAt('byaddress', ear.url)
    expect(refusal(await run())).toEqual({ status: 500, id: 'api.command.execute_command.failed.app_error' })
    expect(ear.heard).toHaveLength(0)
    await patchService({ AllowedUntrustedInternalConnections: '10.0.0.0/8 127.0.0.0/8' })
    expect(at(await run(), 'text')).toBe('reached')
    await patchService({ AllowedUntrustedInternalConnections: 'localhost' })
  })

  it('pass by a name that is listed', async () => {
    const ear = stage.listener.ear({ body: { text: 'reached' } })
    const run = await commandAt('byname', ear.url.replace('127.0.0.1', 'localhost'))
    const answer = await run()
    // The listener hears on 127.0.0.1 alone: where localhost is another address first, the call itself may fail, but not at the door.
    expect([200, 500]).toContain(answer.status)
    expect(answer.status === 200 ? ear.heard.length : 1).toBe(1)
  })

  it('of slash commands fail where no SiteURL is set', async () => {
    const run = await commandAt('nosite', 'http://localhost:9/x')
    await patchService({ SiteURL: '' })
    expect(refusal(await run())).toEqual({ status: 400, id: 'api.command.execute_command.site_url_required.app_error' })
    await patchService({ SiteURL: stage.url })
  })
})

describe('settings', () => {
  it('are read and changed by an administrator alone', async () => {
    expect(at(await stage.admin.get('/config'), 'ServiceSettings.EnableBotAccountCreation')).toBe(true)
    expect((await stage.bot.get('/config')).status).toBe(403)
    expect((await stage.alice.put('/config/patch', {})).status).toBe(403)
  })

  it('keep bots from being made', async () => {
    await patchService({ EnableBotAccountCreation: false })
    expect(refusal(await stage.admin.post('/bots', { username: 'late' }))).toEqual({
      status: 403,
      id: 'api.bot.create_disabled',
    })
    await patchService({ EnableBotAccountCreation: true })
  })
})

describe('a session by cookie', () => {
  const logIn = () =>
    fetch(`${stage.url}/api/v4/users/login`, {
      method: 'POST',
      headers: { 'X-Requested-With': 'XMLHttpRequest' },
      body: JSON.stringify({ login_id: stage.sandbox.adminUsername, password: stage.sandbox.adminPassword }),
    })

  it('reads, and changes only with a header that another site cannot send', async () => {
    const cookie = (await logIn()).headers.get('Set-Cookie')?.split(';')[0] ?? ''
    const send = (method: string, headers: Record<string, string> = {}) =>
      fetch(`${stage.url}/api/v4/users/me${method === 'PUT' ? '/patch' : ''}`, {
        method,
        headers: { Cookie: cookie, ...headers },
        ...(method === 'PUT' ? { body: '{}' } : {}),
      })
    expect(cookie).toMatch(/^MMAUTHTOKEN=/)
    expect((await send('GET')).status).toBe(200)
    expect((await send('PUT')).status).toBe(401)
    expect((await send('PUT', { 'X-Requested-With': 'XMLHttpRequest' })).status).toBe(200)
  })
})

describe('an ephemeral button', () => {
  it('works by its sealed cookie, on this server only', async () => {
    const allowed = await createStage()
    const ear = allowed.listener.ear({ body: {} })
    const answer = {
      text: 'choose',
      attachments: [{ actions: [{ id: 'go', name: 'Go', integration: { url: ear.url, context: { n: 1 } } }] }],
    }
    const command = allowed.listener.ear({ body: answer })
    await accepted(
      allowed.admin.post('/commands', { team_id: allowed.team.id, trigger: 'choose', method: 'P', url: command.url }),
    )
    const ran = await accepted(
      allowed.alice.post('/commands/execute', { channel_id: allowed.pub.id, command: '/choose' }),
    )
    const cookie = text(ran, 'attachments.0.actions.0.cookie')
    expect(JSON.stringify(ran.body)).not.toContain(ear.url)
    const sealed = [...allowed.sandbox.world.posts.keys()]
    const path = (id: string) => `/posts/${id}/actions/go`
    const wrong = await allowed.alice.post(path(sealed[0] ?? ''), { cookie: `${cookie.slice(0, -6)}AAAAAA` })
    expect(refusal(wrong)).toEqual({ status: 400, id: 'api.post.do_action.action_integration.app_error' })
    expect(refusal(await stage.admin.post(path('z'.repeat(26)), { cookie }))).toEqual({
      status: 400,
      id: 'api.post.do_action.action_integration.app_error',
    })
    expect(ear.heard).toHaveLength(0)
    await allowed.stop()
  })
})

describe('the local socket', () => {
  const ask = (method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> =>
    new Promise((resolve, reject) => {
      const call = request({ socketPath: join(folder, 'mm.sock'), path: `/api/v4${path}`, method }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) }),
        )
      })
      call.on('error', reject)
      call.end(body ? JSON.stringify(body) : undefined)
    })

  it('makes and converts an account without a session', async () => {
    const user = await ask('POST', '/users', { username: 'lighthouse', email: 'l@x.test', password: 'Long-enough-1' })
    expect(user.status).toBe(201)
    expect((await ask('POST', `/users/${text(user.body, 'id')}/convert_to_bot`)).status).toBe(200)
    const token = await ask('POST', `/users/${text(user.body, 'id')}/tokens`, { description: 'd' })
    expect(text(token.body, 'token')).toHaveLength(26)
  })

  it('makes no bots and posts nothing, as on the real server', async () => {
    expect((await ask('POST', '/bots', { username: 'x' })).status).toBe(404)
    expect((await ask('POST', '/posts', { channel_id: stage.pub.id, message: 'm' })).status).toBe(404)
  })
})

describe('the files of the page', () => {
  const page = new URL('../../src/sandbox/page', import.meta.url).pathname

  it('are served from their folder and from nowhere else', async () => {
    expect((await pageFile(page, '/'))?.type).toContain('text/html')
    for (const path of [
      '/../sandbox.ts',
      '/../../main.ts',
      '/..%2f',
      '/./../world.ts',
      '\\..\\world.ts',
      '/x\0.js',
      '/none.js',
    ])
      expect(await pageFile(page, path), path).toBeNull()
  })

  it('come with the markdown renderer', async () => {
    const file = await pageFile(page, '/page/vendor/markdown-it.js')
    expect(file?.type).toContain('javascript')
    expect(Buffer.from(file?.bytes ?? []).toString('utf8')).toMatch(/export\s*\{|export default/)
  })
})
