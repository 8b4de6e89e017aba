// Threat T8: nobody hears what they may not, whatever happens in the middle of the stream. At its figure: long/threats-who.test.ts.

import { expect, test } from 'vitest'
import { watchStreams } from './access-stream.ts'

test('0 leaks and nothing missed over generated events, subscriptions, rules, administrators, outages, poison and replays', async () => {
  const { told } = await watchStreams(50)
  expect(told).toBeGreaterThan(50)
}, 120_000)
