// Vigie as `vigie start` runs it, and its yardsticks, each ready to be measured.

import { hash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../src/app/free-port.ts'
import type { Log, Subscription } from '../src/event.ts'
import { openSqliteStore } from '../src/store/sqlite.ts'
import { signingSecret, subject } from './push.ts'
import { type Server, startServer } from './server.ts'

export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  fatal: () => undefined,
}

export const commandToken = 'bench-command-token-of-26-letters'

/** Nobody listens there: what comes in is stored and waits. */
const nowhere = 'http://127.0.0.1:9'

/** Starts the product itself in `folder`, whose `data/vigie.db` may be filled already. */
export async function startVigie(folder: string, settings: Readonly<Record<string, string>> = {}): Promise<Server> {
  const port = await freePort('127.0.0.1')
  return await startServer({
    entry: join(import.meta.dirname, '..', 'src', 'main.ts'),
    args: ['start'],
    port,
    readyPath: '/ready',
    folder,
    environment: {
      PORT: String(port),
      MATTERMOST_URL: nowhere,
      MATTERMOST_TOKEN: 'bench-bot-token-of-26-letters',
      VIGIE_SECRET_KEY: 'bench-secret-key-of-32-characters',
      GITLAB_SIGNING_SECRET: signingSecret,
      ...settings,
    },
  })
}

export async function startYardstick(mode: string, folder: string): Promise<Server> {
  const port = await freePort('127.0.0.1')
  return await startServer({
    entry: join(import.meta.dirname, 'yardstick.ts'),
    args: [mode, String(port)],
    port,
    readyPath: '/ready',
    folder,
    environment: {},
  })
}

/** A bare loop of checks. `targets`: a file of URLs, one a line. */
export async function startLoop(
  mode: 'undici' | 'axios',
  folder: string,
  { perSecond, targets }: { readonly perSecond: number; readonly targets: string },
): Promise<Server> {
  const port = await freePort('127.0.0.1')
  return await startServer({
    entry: join(import.meta.dirname, 'watch-loop.ts'),
    args: [mode, String(port), String(perSecond), targets],
    port,
    readyPath: '/ready',
    folder,
    environment: {},
  })
}

export const databaseIn = (folder: string): string => join(folder, 'data', 'vigie.db')

/** `matching` channels hear of the bench's project; the others, up to `count` in all, of one each. */
export async function fillSubscriptions(folder: string, count: number, matching = 5): Promise<void> {
  const store = await openSqliteStore({ path: databaseIn(folder), now: Date.now, log: silentLog })
  for (let index = 0; index < count; index += 1) {
    const path = index < matching ? subject : `group${index % 100}/project${index}`
    await store.subscriptions.save(wishOf(String(index).padStart(26, 'c'), path))
  }
  await store.close()
}

/** Five channels hear of every character. */
export async function fillHearers(folder: string): Promise<void> {
  const store = await openSqliteStore({ path: databaseIn(folder), now: Date.now, log: silentLog })
  for (let index = 0; index < 5; index += 1) {
    const { subject: _all, ...wish } = wishOf(String(index).padStart(26, 'c'), '')
    await store.subscriptions.save({ ...wish, source: 'personnage' })
  }
  await store.close()
}

/** API keys that may write characters, as their holders know them: `count`, for each may call 600 times a minute. */
export async function fillKeys(folder: string, count: number): Promise<readonly string[]> {
  const store = await openSqliteStore({ path: databaseIn(folder), now: Date.now, log: silentLog })
  const shown: string[] = []
  for (let number = 0; number < count; number += 1) {
    const id = number.toString(16).padStart(12, '0')
    const secret = id.padStart(43, 's')
    const key = { id, name: `bench-${number}`, scopes: ['personnages:write'] as const, madeAt: Date.now() }
    await store.apiKeys.add({ ...key, hash: hash('sha256', secret) })
    shown.push(`vigie_${id}_${secret}`)
  }
  await store.close()
  return shown
}

/** Each of these channels hears of the bench's project. */
export async function fillChannels(folder: string, channels: readonly string[]): Promise<void> {
  const store = await openSqliteStore({ path: databaseIn(folder), now: Date.now, log: silentLog })
  for (const channel of channels) await store.subscriptions.save(wishOf(channel, subject))
  await store.close()
}

function wishOf(channel: string, path: string): Omit<Subscription, 'id'> {
  const target = { notifier: 'mattermost', address: channel }
  const maker = 'bench'.padEnd(26, 'm')
  return { channel, target, source: 'gitlab', subject: path, filters: {}, maker, madeAt: Date.now() }
}

/** Calls with a folder of its own, which is then gone. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-bench-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
