// The open door over a real store and intake, with keys that need no making; what is stored can be read back.

import { createHmac, randomBytes } from 'node:crypto'
import Fastify, { type LightMyRequestResponse } from 'fastify'
import { onTestFinished } from 'vitest'
import { createEnv } from '../../../src/env.ts'
import type { Subscription } from '../../../src/event.ts'
import { createHook } from '../../../src/integrations/hook/hook.ts'
import type { Integration, KeyDoor, KeyHolder, Subscribing } from '../../../src/integrations/integration.ts'
import type { StoredEvent } from '../../../src/store/store.ts'
import { guardDoors } from '../../../src/web/doors.ts'
import { registerProblems } from '../../../src/web/problem.ts'
import { wishOf } from '../../fakes/event.ts'
import { bearer, createFakeKeys } from '../../fakes/keys.ts'
import { nobodySubscribes } from '../../fakes/subscribing.ts'
import { createWorld, type World } from '../../flow/world.ts'
import { createRelay } from '../gitlab/relay.ts'

export interface Door {
  readonly world: World
  readonly hook: Integration
  post(body: unknown, headers?: Record<string, string>, url?: string): Promise<LightMyRequestResponse>
  send(
    method: 'POST' | 'DELETE',
    url: string,
    headers: Record<string, string>,
    body: string | Buffer,
  ): Promise<LightMyRequestResponse>
  /** A channel that an administrator subscribed. */
  subscribe(subject?: string, more?: Partial<Subscription>): Promise<Subscription>
  /** Newest first. */
  stored(): Promise<readonly StoredEvent[]>
}

export const allowed = bearer('events:write', 'subscriptions:write')
export const structured = { ...allowed, 'content-type': 'application/cloudevents+json' }
export const batch = { ...allowed, 'content-type': 'application/cloudevents-batch+json' }
export const json = { ...allowed, 'content-type': 'application/json' }

export async function openDoor({
  holder = {},
  keys = createFakeKeys(holder),
  subscribing = nobodySubscribes,
  settings = { GITLAB_URL: 'https://git.example.org' },
}: {
  readonly holder?: Partial<KeyHolder>
  readonly keys?: KeyDoor
  readonly subscribing?: Subscribing
  readonly settings?: Readonly<Record<string, string>>
} = {}): Promise<Door> {
  const world = await createWorld()
  await world.store.people.setAdmin('admin', true, 0)
  const { emit, emitTogether } = world.intake
  const env = createEnv({ environment: {}, dotenv: settings, readFile: () => '' })
  const hook = createHook({
    ...createRelay({}).parts,
    env,
    emit,
    emitTogether,
    keys,
    subscribing,
    log: world.log,
    meter: world.meter,
    now: world.clock.now,
  })
  if (hook === null) throw new Error('the open door is never off')
  world.describe = hook.describe
  const http = Fastify({ logger: false })
  guardDoors(http)
  registerProblems(http, world.log)
  hook.routes?.(http)
  await http.ready()
  onTestFinished(async () => {
    await http.close()
    await world.store.close()
  })
  const send: Door['send'] = (method, url, headers, body) =>
    http.inject({ method, url, headers: { 'accept-language': 'en', ...headers }, payload: body })
  return {
    world,
    hook,
    send,
    post: (body, headers = json, url = '/webhook/events') =>
      send('POST', url, headers, typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)),
    subscribe: async (subject, more = {}) => {
      const wish = wishOf({ source: 'hook', maker: 'admin', ...(subject === undefined ? {} : { subject }), ...more })
      return (await world.store.subscriptions.save(wish)).subscription
    },
    stored: () => world.store.events.recent({ source: 'hook', limit: 1000 }),
  }
}

let count = 0

/** A CloudEvent as its makers send them. */
export function cloudEvent(more: object = {}): Record<string, unknown> {
  count += 1
  return {
    specversion: '1.0',
    id: `e${count}`,
    source: '/shop',
    type: 'com.example.order.created',
    subject: 'order 42',
    time: '2026-11-21T08:00:00Z',
    data: { id: 42, customer: { name: 'Zoé' }, state: 'paid' },
    ...more,
  }
}

export function signed(
  secret: string,
  body: string,
  { id = `msg_${randomBytes(6).toString('hex')}`, at = Date.now() } = {},
) {
  const timestamp = String(Math.floor(at / 1000))
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  }
}
