// The ledger at its full length: on the stand-in, and on a real server where the environment names one (issue 4, "Done when").

import { expect, it } from 'vitest'
import { type Mattermost, realServer, standIn } from '../e2e/house.ts'
import { openLedger } from '../ledger/ledger.ts'
import { createRandom, seedOfRun } from '../ledger/seed.ts'
import { type Stroke, shuffle, storm } from '../ledger/storm.ts'

const channels = 10
const events = 1000

function longLedger(name: string, open: () => Promise<Mattermost>): void {
  it(`ledger: 1,000 events and ten kills on ${name} lose, double, reorder and leak nothing`, async () => {
    const seed = seedOfRun(`ledger on ${name}`)
    const random = createRandom(seed)
    const ledger = await openLedger(await open(), { channels, random })
    try {
      const some = (stroke: Stroke, count: number): Stroke[] => Array.from({ length: count }, () => stroke)
      const strokes = [
        ...shuffle(random, [...some('kill', 9), ...some('pause', 4), ...some('restart', 4)]),
        'kill' as const,
      ]
      await ledger.start()
      const feeding = ledger.feed(events / channels, 300)
      await storm(ledger, { strokes, random, calmMs: 4000, pauseMs: 3000 })
      await feeding
      const defects = await ledger.settle(120_000)
      const faults = ledger.proxy.exchanges.filter(({ fault }) => fault !== undefined).length
      console.log(
        `ledger on ${name}: ${ledger.accepted.length} events (${ledger.accepted.filter(({ channel }) => channel !== undefined).length} to be told), 10 kills, 4 pauses, 4 restarts, ${faults} faults of the network, ${ledger.proxy.framesDropped()} frames lost: ${defects.length} defects, seed ${seed}`,
      )
      expect(defects).toEqual([])
    } finally {
      await ledger.close()
    }
  })
}

longLedger('the stand-in', standIn)

const real = realServer()
if (real) longLedger('a real server', () => Promise.resolve(real))
else it.skip('the ledger on a real server (set VIGIE_TEST_MATTERMOST_URL and VIGIE_TEST_ADMIN_TOKEN)')
