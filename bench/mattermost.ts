// The Mattermost that the bench posts to: the stand-in in a process of its own, or the real server that the environment names for tests;
// with a bot, and channels that both the bot and the administrator are in.

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../src/app/free-port.ts'
import { startServer } from './server.ts'

export interface Mattermost {
  readonly name: 'stand-in' | 'real server'
  readonly url: string
  readonly adminToken: string
  stop(): Promise<void>
}

export interface Stage {
  readonly mattermost: Mattermost
  readonly team: string
  readonly adminId: string
  readonly botToken: string
  readonly channels: readonly string[]
}

export type Call = (method: string, path: string, body?: object) => Promise<Answer>

/** What answers have in common that is used here. */
export interface Answer {
  readonly id: string
  readonly user_id: string
  readonly token: string
  readonly order?: readonly string[]
  readonly posts?: Readonly<Record<string, { readonly message: string; readonly props: object }>>
}

export async function startStandIn(folder: string): Promise<Mattermost> {
  const port = await freePort('127.0.0.1')
  const entry = join(import.meta.dirname, '..', 'src', 'main.ts')
  const args = ['sandbox', '--json', '--port', String(port)]
  const server = await startServer({ entry, args, port, readyPath: '/api/v4/system/ping', folder, environment: {} })
  const { url, token }: { url: string; token: string } = JSON.parse(readFileSync(join(folder, 'output.log'), 'utf8'))
  return { name: 'stand-in', url, adminToken: token, stop: server.stop }
}

export function realServer(): Mattermost | undefined {
  const { VIGIE_TEST_MATTERMOST_URL: url, VIGIE_TEST_ADMIN_TOKEN: adminToken } = process.env
  return url && adminToken ? { name: 'real server', url, adminToken, stop: () => Promise.resolve() } : undefined
}

export function createCall(url: string, token: string): Call {
  return async (method, path, body) => {
    const response = await fetch(`${url}/api/v4${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return JSON.parse(text)
  }
}

export async function setStage(mattermost: Mattermost, channelCount: number): Promise<Stage> {
  const call = createCall(mattermost.url, mattermost.adminToken)
  const name = `bench-${randomBytes(4).toString('hex')}`
  const { id: adminId } = await call('GET', '/users/me')
  const { id: team } = await call('POST', '/teams', { name, display_name: name, type: 'O' })
  const { user_id: bot } = await call('POST', '/bots', { username: name, display_name: name })
  const { token: botToken } = await call('POST', `/users/${bot}/tokens`, { description: 'bench' })
  await call('POST', `/teams/${team}/members`, { team_id: team, user_id: bot })
  const channels: string[] = []
  for (let index = 0; index < channelCount; index += 1) {
    const draft = { team_id: team, name: `c${index}`, display_name: `c${index}`, type: 'O' }
    const { id } = await call('POST', '/channels', draft)
    await call('POST', `/channels/${id}/members`, { user_id: bot })
    channels.push(id)
  }
  return { mattermost, team, adminId, botToken, channels }
}

/** Leaves as little as may be behind on a server that goes on. */
export async function strikeStage({ mattermost, team }: Stage): Promise<void> {
  if (mattermost.name === 'stand-in') return
  await createCall(mattermost.url, mattermost.adminToken)('DELETE', `/teams/${team}`)
}
