// How sending does, in `/statut` (issue 7: URLs are somebody else's servers).

import { expect, test } from 'vitest'
import { createOutboxPart } from '../../src/flow/part.ts'
import { plain } from '../../src/text/rich.ts'
import { createWorld } from './world.ts'

const now = 100_000_000

test.each([
  ['webhook', 'warning', true],
  ['mattermost', 'down', false],
])('what waits long for %s makes it %s', async (notifier, expected, isNamed) => {
  const world = await createWorld()
  const { store } = world
  await world.subscribe({ channel: notifier === 'webhook' ? '' : 'town', target: { notifier, address: 'a' } })
  await world.emit()
  const status = () => ({ workedAt: now, notifiers: [{ name: 'mattermost', inHand: 0 }] })
  const part = (at: number) => createOutboxPart({ status, deliveries: store.deliveries, now: () => at })()
  expect((await part(world.clock.now())).state).toBe('ok')
  const { state, details, glance } = await part(world.clock.now() + 61_000)
  expect(state).toBe(expected)
  expect(plain(glance.en)).toContain('1 waiting')
  expect(details?.en.map(plain).some((line) => line.includes('1 waiting for a URL'))).toBe(isNamed)
  await store.close()
})
