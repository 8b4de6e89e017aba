// URLs that subscribed without chat, as Vigie's administrators see them and end them in chat (interface.md, `POST /subscribe`).

import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Subscription } from '../../src/event.ts'
import { createWorld, type Name, type World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.store.close())

const secretive = 'https://example.org/hook/s3cr3t?key=t0ken'

async function subscribeUrl(id: string, subject = 'acme/app', url = secretive): Promise<Subscription> {
  const { subscribers, subscriptions } = world.store
  await subscribers.save({ id, url, maker: 'key:k1', sealed: 'sealed', madeAt: world.clock.now })
  const { subscription } = await subscriptions.save({
    channel: '',
    target: { notifier: 'webhook', address: id },
    source: 'gitlab',
    subject,
    filters: {},
    maker: 'key:k1',
    madeAt: world.clock.now,
    byKey: true,
  })
  return subscription
}

async function claim() {
  const request = { notifier: 'webhook', now: world.clock.now, leaseMs: 1000, limit: 1 }
  const [claimed] = await world.store.deliveries.claim(request)
  if (claimed === undefined) throw new Error('nothing waits')
  return { id: claimed.delivery.id, attempt: claimed.delivery.attempt }
}

async function park(): Promise<string> {
  await world.emit({ subject: 'acme/app' })
  const { id, attempt } = await claim()
  await world.store.deliveries.settle(id, attempt, { as: 'parked', error: 'webhook: answered 500' }, world.clock.now)
  return id
}

it('lists them to a Vigie administrator in a direct message, with how they do and nothing secret', async () => {
  const { deliveries } = world.store
  const one = await subscribeUrl('u1')
  await subscribeUrl('u2', 'acme/site', 'https://example.com/')
  await world.emit({ subject: 'acme/app' })
  const first = await claim()
  const told = { as: 'delivered', receipt: { webhook: first.id } } as const
  await deliveries.settle(first.id, first.attempt, told, world.clock.now)
  world.clock.now += 3_600_000
  await world.emit({ subject: 'acme/app' })
  const second = await claim()
  const later = { as: 'retry', dueAt: world.clock.now, error: 'webhook: answered 503', unsure: false } as const
  await deliveries.settle(second.id, second.attempt, later, world.clock.now)
  const read = await world.read('sysadmin', '/subscribe list', 'direct')
  expect(read).toContain('| Id | Where | Source | Subject | Filters | By | State |')
  expect(read).toContain(
    `| \`${one.id}\` | \`https://example.org/…\` | gitlab | \`acme/app\` |  | key:k1 | 🔴 failing since 10:00 (\`answered 503\`), 🟢 last delivery 09:00 |`,
  )
  expect(read).toContain('| `https://example.com` | gitlab | `acme/site` |  | key:k1 | nothing was told to it yet |')
  expect(read).not.toMatch(/s3cr3t|t0ken|sealed/)
})

it('points an administrator to them in a channel, and tells nobody else that there are any', async () => {
  expect(await world.read('sysadmin', '/subscribe list')).not.toContain('URL')
  await subscribeUrl('u1')
  expect(await world.read('sysadmin', '/subscribe list')).toContain('URLs hear as well')
  for (const [who, where] of [
    ['chanadmin', 'town'],
    ['member', 'direct'],
    ['guest', 'town'],
  ] as const)
    expect(await world.read(who, '/subscribe list', where)).not.toMatch(/URL|example/)
})

it('lets an administrator end one from chat, and what was given up there is put away', async () => {
  const { subscribers, deliveries } = world.store
  const one = await subscribeUrl('u1')
  await park()
  const refusals = new Set<string>()
  for (const who of ['member', 'chanadmin'] satisfies Name[])
    refusals.add((await world.read(who, `/unsubscribe ${one.id}`)).replaceAll(one.id, 'ID'))
  refusals.add((await world.read('member', '/unsubscribe nothing')).replaceAll('nothing', 'ID'))
  expect([...refusals]).toEqual([expect.stringContaining('no subscription')])
  const read = await world.read('sysadmin', `/unsubscribe ${one.id}`, 'direct')
  expect(read).toContain('**Unsubscribed:** `https://example.org/…` no longer hears `acme/app` (gitlab).')
  expect(await subscribers.all()).toEqual([])
  expect(await deliveries.list({ state: 'parked', limit: 9 })).toEqual([])
  expect(world.woken()).toBe(1)
  expect(await world.store.audit.list({ limit: 1 })).toMatchObject([
    { verb: 'unsubscribe', object: `${one.id} gitlab acme/app`, outcome: 'done' },
  ])
})

it('shows an administrator wherever they ask what was given up for a URL, and nobody else', async () => {
  await subscribeUrl('u1')
  const id = await park()
  const read = await world.read('sysadmin', '/vigie deliveries failed')
  expect(read).toContain('| Id | When | Where | What | State | Tries | Error |')
  expect(read).toMatch(new RegExp(`\\| \`${id}\` \\|[^|]*\\| \`https://example.org/…\` \\|`))
  expect(read).toContain(`/vigie replay ${id}`)
  expect(await world.read('chanadmin', '/vigie deliveries failed')).toBe('No delivery was given up here.')
})

it('shows an administrator what was given up here before what was elsewhere', async () => {
  await world.say('maker', '/subscribe gitlab acme/town')
  await world.emit({ subject: 'acme/town' })
  const { deliveries } = world.store
  const [here] = await deliveries.claim({ notifier: 'mattermost', now: world.clock.now, leaseMs: 1000, limit: 1 })
  const id = here?.delivery.id ?? ''
  await deliveries.settle(id, 1, { as: 'parked', error: 'refused' }, world.clock.now)
  await subscribeUrl('u1')
  for (let count = 0; count < 25; count += 1) await park()
  const rows = (await world.read('sysadmin', '/vigie deliveries failed')).match(/^\| `.*$/gm) ?? []
  expect(rows[0]).toContain(`| \`${id}\` |`)
  expect(rows[0]).toContain('| here |')
  expect(rows).toHaveLength(20)
})
