// Threat T8: nobody hears what they may not, whatever happens in the middle of the stream. At its figure: long/threats-who.test.ts.

import { expect, test } from 'vitest'
import { watchStreams } from './access-stream.ts'

test('0 leaks and nothing missed over generated events, subscriptions, rules, administrators, outages, poison and replays', async () => {
  const { told } = await watchStreams(50)
  // Seldom below 45, for streams drawn anew at each run: enough was told for a leak to show.
  expect(told).toBeGreaterThan(10)
}, 120_000)
