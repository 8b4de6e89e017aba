// A whole Vigie against a Mattermost, as its users meet it: provisioned by the subcommand, driven by REST as people do, fed by webhooks.
// The Mattermost is the stand-in, or a real server where the environment names one for tests.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { it } from 'vitest'
import { WebSocket } from 'ws'
import { freePort } from '../../src/app/free-port.ts'
import type { App } from '../../src/app/parts.ts'
import { createApp } from '../../src/app.ts'
import { envOf } from '../../src/cli/dotenv-file.ts'
import { provision } from '../../src/cli/provision.ts'
import type { World } from '../../src/cli/subcommand.ts'
import type { Log } from '../../src/event.ts'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { type Caller, createCaller } from '../contract/mattermost/driver.ts'

export interface Mattermost {
  readonly url: string
  readonly adminToken: string
  stop(): Promise<void>
}

export interface TestPost {
  readonly id: string
  readonly create_at: number
  readonly user_id: string
  readonly root_id: string
  readonly message: string
  readonly edit_at: number
  readonly props: {
    readonly attachments?: readonly TestAttachment[]
    readonly vigie?: { events?: string[]; deliveries: string[]; card?: string }
    readonly vigie_reply?: string
  }
}
export interface TestAttachment {
  readonly title?: string
  readonly title_link?: string
  readonly text?: string
  readonly color?: string
  readonly footer?: string
  readonly fields?: readonly { title: string; value: string }[]
  readonly actions?: readonly { id: string; name: string; options?: { text: string; value: string }[] }[]
}

/** Somebody at the keyboard. */
export interface Someone extends Caller {
  readonly id: string
  readonly username: string
  /** Gives a slash command; resolves the answer's words, attachments included. */
  type(channel: string, command: string): Promise<string>
  say(channel: string, message: string, root?: string): Promise<TestPost>
  /** Presses a button or picks a menu's option; resolves what only this person then reads. */
  press(post: TestPost, action: { id: string }, option?: string): Promise<string>
  close(): void
}

export interface House {
  readonly mattermost: Mattermost
  readonly admin: Caller
  readonly folder: string
  readonly environment: Record<string, string>
  readonly team: { id: string; name: string }
  readonly botId: string
  readonly app: () => App
  readonly logged: readonly { level: string; facts: object; message: string }[]
  person(name: string, options?: { teamAdmin?: boolean; inTeam?: boolean }): Promise<Someone>
  channel(by: Caller, options?: { type?: 'O' | 'P'; members?: readonly Someone[] }): Promise<string>
  posts(channel: string): Promise<TestPost[]>
  /** The bot's posts of a channel, oldest first, once there are at least so many. */
  told(channel: string, count: number): Promise<TestPost[]>
  gitlab(
    body: object,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: { event?: string; matched?: number } }>
  startApp(): Promise<void>
  stopApp(): Promise<void>
  provision(...more: string[]): Promise<{ code: number; lines: string[] }>
  close(): Promise<void>
}

/** Told by Vigie, and not only that it started, which every administrator hears at some moment. */
export function isNews(post: TestPost): boolean {
  return post.props.vigie !== undefined && !post.props.attachments?.some(({ title }) => title === 'Vigie veille.')
}

export const gitlabToken = 'e2e-gitlab-token'
const patienceMs = 60_000

/** What a slow command says first. */
const patience = 'Un instant… la réponse arrive.'

/** Asks again until the answer is there; fails with what was there last. */
export async function eventually<T>(ask: () => Promise<T | undefined>, what: string): Promise<T> {
  const until = Date.now() + patienceMs
  for (;;) {
    const found = await ask()
    if (found !== undefined) return found
    if (Date.now() > until) throw new Error(`never happened: ${what}`)
    await sleep(50)
  }
}

export async function standIn(): Promise<Mattermost> {
  return createSandbox()
}

/** The server that the tests may use, where one is named. */
export function realServer(): Mattermost | undefined {
  const { VIGIE_TEST_MATTERMOST_URL: url, VIGIE_TEST_ADMIN_TOKEN: adminToken } = process.env
  return url && adminToken ? { url, adminToken, stop: () => Promise.resolve() } : undefined
}

/** The stand-in, and the real server where one is named; else a test that is skipped by name tells how to name one. */
export function everyServer(): readonly (readonly [string, () => Promise<Mattermost>])[] {
  const real = realServer()
  if (real)
    return [
      ['the stand-in', standIn],
      ['a real server', async () => real],
    ]
  it.skip('on a real server (set VIGIE_TEST_MATTERMOST_URL and VIGIE_TEST_ADMIN_TOKEN)')
  return [['the stand-in', standIn]]
}

export async function openHouse(
  mattermost: Mattermost,
  settings: Record<string, string> = {},
  now: () => number = Date.now,
): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-e2e-'))
  const suffix = Math.random().toString(36).slice(2, 8)
  const admin = createCaller(mattermost.url, mattermost.adminToken)
  const team = (await admin.post('/teams', { name: `e2e-${suffix}`, display_name: `E2E ${suffix}`, type: 'O' }))
    .body as House['team']
  const environment: Record<string, string> = {
    MATTERMOST_URL: mattermost.url,
    PORT: String(await freePort('127.0.0.1')),
    GITLAB_WEBHOOK_TOKEN: gitlabToken,
    TZ: 'Europe/Paris',
    ...settings,
  }
  const logged: { level: string; facts: object; message: string }[] = []
  const log = memoryLog(logged)
  let app: App | undefined
  const people: Someone[] = []

  const world = (lines: string[]): World => ({
    environment,
    cwd: folder,
    root: join(import.meta.dirname, '..', '..'),
    pid: process.pid,
    node: process.execPath,
    stdin: (async function* () {
      // Nothing is typed.
    })(),
    stdout: (line) => lines.push(line),
    stderr: (line) => lines.push(line),
    locale: 'fr',
    now: Date.now,
    fetch,
    signal: new AbortController().signal,
    isTerminal: false,
  })
  const runProvision = async (...more: string[]) => {
    const lines: string[] = []
    const code = await provision.run(
      ['--admin-token', mattermost.adminToken, '--team', team.name, ...more],
      world(lines),
    )
    return { code, lines }
  }
  const first = await runProvision()
  if (first.code !== 0) throw new Error(`provision failed:\n${first.lines.join('\n')}`)
  const bot = (await admin.get('/users/username/vigie')).body as { id: string }

  const startApp = async () => {
    const env = envOf({ environment, cwd: folder })
    app = await createApp({ env, log, now, fetch, cwd: folder, pid: process.pid, version: 'test' })
    app.ended().catch((error: unknown) => log.error({ error }, 'ended'))
    await app.start()
  }
  await startApp()

  const posts = async (channel: string): Promise<TestPost[]> => {
    const list = (await admin.get(`/channels/${channel}/posts?per_page=200`)).body as {
      order: string[]
      posts: Record<string, TestPost>
    }
    return list.order.flatMap((id) => list.posts[id] ?? []).toReversed()
  }

  const house: House = {
    mattermost,
    admin,
    folder,
    environment,
    team,
    botId: bot.id,
    logged,
    app: () => {
      if (!app) throw new Error('not running')
      return app
    },
    async person(name, { teamAdmin = false, inTeam = true } = {}) {
      const username = `${name}-${suffix}`
      const password = `e2e-Password-1-${name}`
      const { id } = (
        await admin.post('/users', { username, password, email: `${username}@e2e.example`, locale: 'fr' })
      ).body as { id: string }
      if (inTeam) await admin.post(`/teams/${team.id}/members`, { team_id: team.id, user_id: id })
      if (teamAdmin) await admin.put(`/teams/${team.id}/members/${id}/roles`, { roles: 'team_user team_admin' })
      const login = await createCaller(mattermost.url, '').post('/users/login', { login_id: username, password })
      const someone = createSomeone(mattermost.url, login.headers.get('token') ?? '', { id, username, team: team.id })
      people.push(someone)
      return someone
    },
    async channel(by, { type = 'O', members = [] } = {}) {
      const name = `c-${Math.random().toString(36).slice(2, 10)}`
      const { id } = (await by.post('/channels', { team_id: team.id, name, display_name: name, type })).body as {
        id: string
      }
      for (const { id: user_id } of members) await by.post(`/channels/${id}/members`, { user_id })
      return id
    },
    posts,
    told: (channel, count) =>
      eventually(async () => {
        const own = (await posts(channel)).filter((post) => post.user_id === bot.id && isNews(post))
        return own.length >= count ? own : undefined
      }, `${count} posts in the channel`),
    async gitlab(body, headers = {}) {
      const response = await fetch(`http://127.0.0.1:${environment.PORT}/webhook/gitlab`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-gitlab-token': gitlabToken, ...headers },
        body: JSON.stringify(body),
      })
      return { status: response.status, body: (await response.json()) as { event?: string; matched?: number } }
    },
    startApp,
    async stopApp() {
      await app?.stop()
      app = undefined
    },
    provision: runProvision,
    async close() {
      for (const someone of people) someone.close()
      await app?.stop()
      await mattermost.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return house
}

function createSomeone(url: string, token: string, who: { id: string; username: string; team: string }): Someone {
  const caller = createCaller(url, token)
  const heard: { message: string; at: number }[] = []
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/v4/websocket`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const open = new Promise<void>((resolve, reject) => {
    socket.once('message', () => resolve())
    socket.once('error', reject)
  })
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data)) as { event?: string; data?: { post?: string } }
    if (frame.event === 'ephemeral_message' && frame.data?.post) {
      const post = JSON.parse(frame.data.post) as TestPost
      heard.push({ message: wordsOf(post), at: Date.now() })
    }
  })
  /** What only this person reads, after so many: not that it takes a while. */
  const answered = (before: number, what: string) =>
    eventually(
      async () => heard.slice(before).find(({ message }) => !message.startsWith(patience))?.message,
      `an answer to ${what}`,
    )
  return {
    ...caller,
    ...who,
    async type(channel, command) {
      const before = heard.length
      const answer = await caller.post('/commands/execute', { channel_id: channel, team_id: who.team, command })
      if (answer.status !== 200) throw new Error(`${command}: ${answer.status} ${JSON.stringify(answer.body)}`)
      const { text = '', attachments = [] } = answer.body as { text?: string; attachments?: TestAttachment[] }
      const words = wordsOf({ message: text, props: { attachments } })
      // It took longer than Mattermost waits: the answer itself follows.
      return words.startsWith(patience) ? answered(before, command) : words
    },
    async say(channel, message, root = '') {
      return (await caller.post('/posts', { channel_id: channel, message, root_id: root })).body as TestPost
    },
    async press(post, action, option) {
      await open
      const before = heard.length
      const answer = await caller.post(
        `/posts/${post.id}/actions/${action.id}`,
        option === undefined ? {} : { selected_option: option },
      )
      if (answer.status !== 200) throw new Error(`press: ${answer.status} ${JSON.stringify(answer.body)}`)
      return answered(before, 'a press')
    },
    close: () => socket.terminate(),
  }
}

/** Everything a reader sees of a post, in reading order. */
export function wordsOf({ message, props }: Pick<TestPost, 'message' | 'props'>): string {
  const lines = (props.attachments ?? []).flatMap(({ title, text, fields, footer }) => [
    title,
    text,
    ...(fields ?? []).map((field) => `${field.title}: ${field.value}`),
    footer,
  ])
  return [message, ...lines].filter((line) => line !== undefined && line !== '').join('\n')
}

function memoryLog(into: { level: string; facts: object; message: string }[]): Log {
  const at = (level: string) => (facts: object, message: string) => {
    into.push({ level, facts, message })
  }
  const aloud = (level: string) => (facts: object, message: string) => {
    at(level)(facts, message)
    if (process.env.VIGIE_TEST_LOG) console.error(level, message, facts)
  }
  return { debug: at('debug'), info: at('info'), warn: aloud('warn'), error: aloud('error'), fatal: aloud('fatal') }
}
