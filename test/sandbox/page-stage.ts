// The stage for tests of the stand-in's page: a stand-in with one team, two people and a bot, a service that its commands and
// buttons call, and Chromium.
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { delimiter, join } from 'node:path'
import { type Browser, chromium, type Locator, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { PageAction, PagePerson } from '../../src/sandbox/page-routes.ts'
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'

/** The Chromium to test with: VIGIE_TEST_CHROMIUM, else the machine's; undefined where there is none. */
export function findChromium(env: NodeJS.ProcessEnv): string | undefined {
  const named = env.VIGIE_TEST_CHROMIUM
  const places = ['/usr/bin/chromium', ...(env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'chromium'))]
  return named ? named : places.find((place) => existsSync(place))
}

/** A browser that asks nothing of the outside. */
export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  })
}

/** The fields of a new thing that tests read. */
export interface Made {
  id: string
}

/** REST v4 as one person; each call names the fields it reads of the answer. */
export interface Caller {
  get<Answer>(path: string): Promise<Answer>
  post<Answer = Made>(path: string, body: unknown): Promise<Answer>
  put<Answer = Made>(path: string, body: unknown): Promise<Answer>
}

export interface Service {
  url: string
  /** Bodies by path, oldest first. */
  heard: { path: string; body: string }[]
  /** What a path answers, as JSON; `{}` where nothing is set. */
  answers: Map<string, (body: string) => unknown>
}

export interface Channel {
  id: string
  name: string
}

export interface Stage {
  sandbox: Sandbox
  service: Service
  actions: PageAction[]
  admin: Caller
  alice: Caller & PagePerson
  bob: Caller & PagePerson
  bot: Caller & { id: string }
  teamId: string
  /** A new public channel with alice, bob and the bot in it. */
  channel(): Promise<Channel>
  stop(): Promise<void>
}

export async function createStage(): Promise<Stage> {
  let count = 0
  const people: PagePerson[] = []
  const actions: PageAction[] = []
  const sandbox = await createSandbox({ people, actions })
  const { service, close } = await createService()
  const admin = createCaller(sandbox.url, sandbox.adminToken)
  const team = await admin.post('/teams', { name: 'taaf', display_name: 'TAAF', type: 'O' })
  const [alice, bob] = [await createPerson('alice', 'Alice'), await createPerson('bob', 'Bob')]
  people.push(...[alice, bob].map(({ id, username, name, token }) => ({ id, username, name, token })))
  const { user_id: botId } = await admin.post<{ user_id: string }>('/bots', {
    username: 'vigie',
    display_name: 'Vigie',
  })
  const { token: botToken } = await admin.post<{ token: string }>(`/users/${botId}/tokens`, { description: 'tests' })
  for (const id of [alice.id, bob.id, botId])
    await admin.post(`/teams/${team.id}/members`, { team_id: team.id, user_id: id })

  async function createPerson(username: string, name: string): Promise<Caller & PagePerson> {
    const account = { username, email: `${username}@sandbox.example`, password: 'Sandbox-2-password' }
    const { id } = await admin.post('/users', account)
    const { token } = await admin.post<{ token: string }>(`/users/${id}/tokens`, { description: 'tests' })
    return { id, username, name, token, ...createCaller(sandbox.url, token) }
  }

  return {
    sandbox,
    service,
    actions,
    admin,
    alice,
    bob,
    bot: { id: botId, ...createCaller(sandbox.url, botToken) },
    teamId: team.id,
    async channel() {
      const name = `salon-${++count}`
      const { id } = await alice.post('/channels', { team_id: team.id, name, display_name: name, type: 'O' })
      for (const user_id of [bob.id, botId]) await alice.post(`/channels/${id}/members`, { user_id })
      return { id, name }
    },
    async stop() {
      await sandbox.stop()
      await close()
    },
  }
}

function createCaller(url: string, token: string): Caller {
  const call =
    (method: string) =>
    async <Answer>(path: string, body?: unknown): Promise<Answer> => {
      const answer = await fetch(`${url}/api/v4${path}`, {
        method,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
      return JSON.parse(text)
    }
  return { get: call('GET'), post: call('POST'), put: call('PUT') }
}

async function createService(): Promise<{ service: Service; close: () => Promise<void> }> {
  const service: Service = { url: '', heard: [], answers: new Map() }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString('utf8')
    const path = request.url ?? '/'
    const answer = (await service.answers.get(path)?.(body)) ?? {}
    service.heard.push({ path, body })
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the service has no port')
  service.url = `http://127.0.0.1:${address.port}`
  return {
    service,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

export interface Opened {
  page: Page
  /** Requests that left the stand-in, and what the page's policy or scripts complained of. */
  offences: string[]
}

/** Under a test's own limit, so that a failure names what was waited for. */
const waitMs = 15_000

/** The page in a tab of its own. */
export async function openPage(
  browser: Browser,
  url: string,
  { locale = 'fr-FR', width = 1280, height = 900 }: { locale?: string; width?: number; height?: number } = {},
): Promise<Opened> {
  const context = await browser.newContext({ locale, viewport: { width, height } })
  const page = await context.newPage()
  page.setDefaultTimeout(waitMs)
  const offences: string[] = []
  const origin = new URL(url).origin
  page.on('request', (request) => {
    const address = request.url()
    if (!address.startsWith(`${origin}/`) && !address.startsWith('blob:')) offences.push(address)
  })
  page.on('pageerror', (error) => offences.push(String(error)))
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) offences.push(message.text())
  })
  await page.goto(url)
  return { page, offences }
}

export interface Entered extends Opened {
  channel: Channel
}

export interface Scene {
  stage: Stage
  browser: Browser
  /** A channel of its own, and the page open there as that person. */
  enter(who?: 'alice' | 'bob', options?: Parameters<typeof openPage>[2]): Promise<Entered>
  /** The bot posts a card. */
  tell(channelId: string, attachment: object, message?: string): Promise<Made>
  /** Registers `/trigger`, which asks the service at `/trigger`. */
  command(trigger: string, hint?: string): Promise<void>
}

/** Sets the stage for the tests of a file; call `scene()` inside a test. */
export function onStage(executablePath: string): () => Scene {
  let scene: Scene | undefined
  const current = (): Scene => {
    if (scene === undefined) throw new Error('the stage is not set yet')
    return scene
  }
  beforeAll(async () => {
    scene = createScene(await createStage(), await launchChromium(executablePath))
  })
  afterEach(async () => {
    const { stage, browser } = current()
    stage.sandbox.faults.heal()
    stage.service.answers.clear()
    stage.service.heard.length = 0
    stage.actions.length = 0
    await Promise.all(browser.contexts().map((context) => context.close()))
  })
  afterAll(async () => {
    await scene?.browser.close()
    await scene?.stage.stop()
  })
  return current
}

function createScene(stage: Stage, browser: Browser): Scene {
  return {
    stage,
    browser,
    async enter(who = 'alice', options = {}) {
      const channel = await stage.channel()
      const opened = await openPage(browser, `${stage.sandbox.url}/#${who}/taaf/${channel.name}`, options)
      await opened.page.getByText(/Début de|Beginning of/).waitFor()
      return { ...opened, channel }
    },
    tell: (channel_id, attachment, message = '') =>
      stage.bot.post('/posts', { channel_id, message, props: { attachments: [attachment] } }),
    async command(trigger, hint = '') {
      await stage.admin.post('/commands', {
        ...{ team_id: stage.teamId, trigger, method: 'P', url: `${stage.service.url}/${trigger}` },
        ...{ auto_complete: true, auto_complete_hint: hint, auto_complete_desc: `ce que fait ${trigger}` },
      })
    },
  }
}

/** Writes a line and sends it. */
export async function send(line: Locator, text: string): Promise<void> {
  await line.fill(text)
  await line.press('Enter')
}

/** The posts of the open channel. */
export const postsOf = (page: Page): Locator => page.getByTestId('feed').getByTestId('post')

/** Asks again until it is as expected. */
export const eventually = <Value>(read: () => Value) => expect.poll(read, { timeout: waitMs })
