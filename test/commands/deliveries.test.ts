// `/vigie deliveries [failed]` and `/vigie replay` (interface.md, "Who may").

import { afterEach, beforeEach, expect, it } from 'vitest'
import { createWorld, readAnswer, type World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.store.close())

async function park(error = 'channel | gone'): Promise<string> {
  await world.say('maker', '/subscribe gitlab acme/app')
  await world.emit({ subject: 'acme/app' })
  const { deliveries } = world.store
  const [claim] = await deliveries.claim({ notifier: 'mattermost', now: world.clock.now, leaseMs: 1000, limit: 1 })
  const id = claim?.delivery.id ?? ''
  await deliveries.settle(id, 1, { as: 'parked', error }, world.clock.now)
  return id
}

it('shows this channel’s, with their state, tries and error', async () => {
  const id = await park()
  const told = await world.read('member', '/vigie deliveries')
  expect(told).toContain('| Id | When | What | State | Tries | Error |')
  expect(told).toContain(
    `| \`${id}\` | 09:01 | gitlab.merge_request.open acme/app | 🔴 given up | 1 | \`channel \\| gone\` |`,
  )
  expect(await world.read('member', '/vigie deliveries', 'other')).toBe('Nothing has been delivered here yet.')
})

it('shows those that were given up, and how a Vigie administrator replays one', async () => {
  const id = await park()
  await world.emit({ subject: 'acme/app', type: 'gitlab.push.push' })
  world.locale.of = 'fr'
  const told = await world.read('sysadmin', '/vigie deliveries échouées')
  expect(told).toContain('🔴 abandonnée')
  expect(told).not.toContain('⏳')
  expect(told).toContain(`Ensuite\u00a0: \`/vigie replay ${id}\``)
  expect(await world.read('member', '/vigie livraisons failed')).toContain(`\`/vigie explain ${id}\``)
  expect(await world.read('member', '/vigie deliveries failed', 'other')).toBe(
    'Aucune livraison n’a été abandonnée ici.',
  )
})

it('shows every channel’s to a Vigie administrator in a direct message, to nobody else', async () => {
  await park()
  expect(await world.read('sysadmin', '/vigie deliveries', 'direct')).toContain('acme/app')
  expect(await world.read('member', '/vigie deliveries', 'direct')).toBe('Nothing has been delivered here yet.')
})

it('leaves out what this channel may not hear any more (threats T8)', async () => {
  await park()
  await world.emit({ subject: 'acme/app', audience: 'closed', visibility: 'private' })
  expect(await world.read('chanadmin', '/vigie deliveries')).not.toContain('acme/app')
  expect(await world.read('sysadmin', '/vigie deliveries')).toContain('acme/app')
})

it('leaves out what is confidential and was not posted here', async () => {
  await world.say('sysadmin', '/subscribe gitlab acme/app --confidential')
  await world.emit({ subject: 'acme/app', visibility: 'public', confidential: true })
  const { deliveries, people } = world.store
  const [claim] = await deliveries.claim({ notifier: 'mattermost', now: world.clock.now, leaseMs: 1000, limit: 1 })
  const id = claim?.delivery.id ?? ''
  await deliveries.settle(id, 1, { as: 'withheld', reason: 'confidential' }, world.clock.now)
  await people.setAdmin('sysadmin', false, world.clock.now)
  expect(await world.read('member', '/vigie deliveries')).toBe('Nothing has been delivered here yet.')
})

it('is not answered before everybody where a Vigie administrator asks', async () => {
  await park()
  await world.emit({ subject: 'acme/app', audience: 'closed', visibility: 'private' })
  const asked = { by: 'mention', person: 'sysadmin', channel: 'town', team: 'team', text: 'deliveries' } as const
  expect((await world.dispatch.say(asked)).reply.personal).toBe(true)
})

it('points to the first that it shows', async () => {
  const id = await park()
  await world.say('sysadmin', '/vigie allow gitlab acme/private')
  await world.say('maker', '/subscribe gitlab acme/private')
  await world.emit({ subject: 'acme/private', audience: 'closed' })
  await world.say('sysadmin', '/vigie deny gitlab acme/private')
  const told = await world.read('member', '/vigie deliveries')
  expect(told).not.toContain('acme/private')
  expect(told).toContain(`Next: \`/vigie explain ${id}\``)
})

it('shows what a digest told, although it was closed since', async () => {
  await world.say('maker', '/subscribe gitlab acme/app')
  await world.emit({ subject: 'acme/app' })
  await world.emit({ subject: 'acme/app' })
  const { deliveries } = world.store
  const ids = (await deliveries.list({ limit: 2 })).map(({ id }) => id).toReversed()
  await deliveries.fold(ids, 'digest', world.clock.now)
  await world.emit({ subject: 'acme/app', audience: 'closed', visibility: 'private' })
  expect(await world.read('member', '/vigie deliveries')).toBe('Nothing has been delivered here yet.')
  const [claim] = await deliveries.claim({ notifier: 'mattermost', now: world.clock.now, leaseMs: 1000, limit: 1 })
  const told = { as: 'delivered', receipt: { post: 'p1', channel: 'town' } } as const
  await deliveries.settle(claim?.delivery.id ?? '', 1, told, world.clock.now)
  expect((await world.read('member', '/vigie deliveries')).match(/📎 in a digest/g)).toHaveLength(2)
})

it('puts a delivery back in line and wakes the outbox', async () => {
  const id = await park()
  const told = await world.read('sysadmin', `/vigie replay ${id}`)
  expect(told).toContain('**Back in line:**')
  expect(await world.store.deliveries.find(id)).toMatchObject({ state: 'waiting' })
  expect(world.woken()).toBe(1)
  expect(await world.store.audit.list({ limit: 1 })).toMatchObject([{ verb: 'replay', object: id, outcome: 'done' }])
})

it('replays nothing that is unknown or was not given up', async () => {
  const id = await park()
  await world.say('sysadmin', `/vigie replay ${id}`)
  expect(await world.read('sysadmin', `/vigie replay ${id}`)).toContain('was not given up')
  expect(await world.read('sysadmin', '/vigie replay nothing')).toContain('Unknown delivery')
  expect(world.woken()).toBe(1)
})

it('offers a Vigie administrator to replay what was given up, one button a delivery, and nobody else', async () => {
  const id = await park()
  const asked = await world.say('sysadmin', '/vigie deliveries failed')
  expect(asked.reply.buttons).toEqual([{ verb: 'replay.again', object: id, label: 'Replay' }])
  expect((await world.say('member', '/vigie deliveries failed')).reply.buttons).toBeUndefined()
  expect((await world.say('sysadmin', '/vigie deliveries')).reply.buttons).toBeUndefined()
})

it('replays by the button once, judged at the press, and says so at the next', async () => {
  const id = await park()
  expect(await world.press('chanadmin', 'replay.again', id)).toMatchObject({ refused: true })
  expect(readAnswer(await world.press('sysadmin', 'replay.again', id))).toContain('**Back in line:**')
  expect(await world.store.audit.list({ limit: 1 })).toMatchObject([{ verb: 'replay.again', object: id }])
  expect(readAnswer(await world.press('sysadmin', 'replay.again', id))).toContain('was replayed already: it is waiting')
  expect(readAnswer(await world.press('sysadmin', 'replay.again', 'nothing'))).toContain('Unknown delivery')
  expect(world.woken()).toBe(1)
})
