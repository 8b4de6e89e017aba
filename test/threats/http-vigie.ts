// A whole Vigie behind its HTTP door, with no Mattermost to talk to: what strangers meet.

import { createHmac } from 'node:crypto'
import { channel } from 'node:diagnostics_channel'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { createApp } from '../../src/app.ts'
import { createEnv } from '../../src/env.ts'
import { createLog, logLevels } from '../../src/log.ts'

export const secrets = {
  gitlab: 'gitlab-canary-token',
  signing: `whsec_${Buffer.from('a canary of a signing secret').toString('base64')}`,
  metrics: 'metrics-canary-token',
  command: 'command-canary-token-x',
  sealing: 'a secret key of the tests alone',
}
export const team = 'teamteamteamteamteamteamte'

export interface Vigie {
  readonly url: string
  readonly port: number
  /** Where it keeps what it keeps. */
  readonly folder: string
  readonly http: FastifyInstance
  /** Every route there is, as the server was told of them. */
  readonly routes: readonly RouteOptions[]
  /** What was written to the log, as it was written. */
  readonly lines: string[]
  /** How many records were logged. */
  readonly records: () => number
  connect(): Promise<Socket>
  stop(): Promise<void>
}

export async function startVigie(settings: Readonly<Record<string, string>> = {}): Promise<Vigie> {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-http-'))
  const dotenv = {
    MATTERMOST_URL: 'http://127.0.0.1:9',
    MATTERMOST_TOKEN: 'bot-canary-token',
    PORT: '0',
    GITLAB_WEBHOOK_TOKEN: secrets.gitlab,
    GITLAB_SIGNING_SECRET: secrets.signing,
    METRICS_TOKEN: secrets.metrics,
    VIGIE_COMMAND_TOKENS: `${team}/vigie=${secrets.command}`,
    VIGIE_SECRET_KEY: secrets.sealing,
    ...settings,
  }
  const env = createEnv({ environment: {}, dotenv, readFile: () => '' })
  const lines: string[] = []
  let records = 0
  const log = createLog({
    level: env.choice('LOG_LEVEL', 'debug', logLevels),
    write: (line) => lines.push(line),
    secrets: () => env.knownSecrets(),
  })
  const counted = Object.fromEntries(
    (['debug', 'info', 'warn', 'error', 'fatal'] as const).map((level) => [
      level,
      (facts: object, message: string) => {
        records += 1
        log[level](facts, message)
      },
    ]),
  )
  const made = await madeBy(async () =>
    createApp({
      env,
      log: { ...log, ...counted },
      now: Date.now,
      fetch,
      cwd: folder,
      pid: process.pid,
      version: 'test',
    }),
  )
  const { result: app, http, routes } = made
  app.ended().catch(() => {
    // A Mattermost that never answers ends nothing; what else would be seen in the log.
  })
  await app.start()
  const port = Number(new URL(app.url()).port)
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    folder,
    http,
    routes,
    lines,
    records: () => records,
    connect: () => opened(port),
    async stop() {
      await app.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What a function makes, with the first server it makes on the way and that one's routes. */
export async function madeBy<T>(
  make: () => Promise<T>,
): Promise<{ result: T; http: FastifyInstance; routes: RouteOptions[] }> {
  const routes: RouteOptions[] = []
  const made: FastifyInstance[] = []
  const born = channel('fastify.initialization')
  const note = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance }
    fastify.addHook('onRoute', (route) => void routes.push(route))
    made.push(fastify)
  }
  born.subscribe(note)
  try {
    const result = await make()
    const [http] = made
    if (http === undefined) throw new Error('no server was made')
    return { result, http, routes }
  } finally {
    born.unsubscribe(note)
  }
}

export function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    socket.once('connect', () => {
      socket.off('error', reject)
      // Who is cut off may hear it as a reset.
      socket.on('error', () => undefined)
      resolve(socket)
    })
    socket.once('error', reject)
  })
}

/** The headers GitLab signs a body with. */
export function signed(body: string | Buffer, id = 'msg', atMs = Date.now()): Record<string, string> {
  const seconds = Math.floor(atMs / 1000)
  const key = Buffer.from(secrets.signing.slice('whsec_'.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest('base64')
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signature}`,
  }
}

/** Everything a socket says until it is closed. */
export function heard(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  return new Promise((resolve) => socket.once('close', () => resolve(Buffer.concat(chunks).toString('latin1'))))
}
