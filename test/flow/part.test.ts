// How sending does, in `/statut` (issue 7: URLs are somebody else's servers).

import { expect, test } from 'vitest'
import { createOutboxPart } from '../../src/flow/part.ts'
import { plain } from '../../src/text/rich.ts'
import { createFakeNotifier } from '../fakes/notifier.ts'
import { createWorld } from './world.ts'

test.each([
  ['urls', 'warning', true],
  ['mattermost', 'down', false],
])('what waits long for %s makes it %s', async (notifier, expected, isNamed) => {
  const apart = { ...createFakeNotifier(), name: 'urls', apart: true as const }
  const { store, subscribe, emit, clock, outbox } = await createWorld({ others: [apart] })
  await subscribe({ channel: notifier === 'urls' ? '' : 'town', target: { notifier, address: 'a' } })
  await emit()
  const part = (at: number) =>
    createOutboxPart({ status: outbox.status, deliveries: store.deliveries, now: () => at })()
  expect((await part(clock.now())).state).toBe('ok')
  const { state, details, glance } = await part(clock.now() + 61_000)
  expect(state).toBe(expected)
  expect(plain(glance.en)).toContain('1 waiting')
  expect(details?.en.map(plain).some((line) => line.includes('1 waiting for a URL'))).toBe(isNamed)
  await store.close()
})
