import { expect, it } from 'vitest'
import { openLedger } from '../ledger/ledger.ts'
import { createRandom, seedOfRun } from '../ledger/seed.ts'
import { longFaults, quickFaults, type Stroke, shuffle, storm } from '../ledger/storm.ts'
import { type Mattermost, realServer, standIn } from './house.ts'

function ledgerSuite(name: string, open: () => Promise<Mattermost>): void {
  it(`loses, doubles, reorders and leaks nothing while it is killed, paused and restarted on a bad line to ${name}`, async () => {
    const random = createRandom(seedOfRun(`ledger on ${name}`))
    const ledger = await openLedger(await open(), { channels: 6, random })
    try {
      // After a pause the circuit may be open: somebody must strike again, or it all waits.
      const strokes: Stroke[] = [...shuffle<Stroke>(random, ['kill', 'pause', 'restart']), 'kill']
      await ledger.start()
      const feeding = ledger.feed(10, 150)
      await storm(ledger, { strokes, random, calmMs: 900, pauseMs: 700 })
      await feeding
      expect(await ledger.settle()).toEqual([])
      const met = new Set(ledger.proxy.exchanges.flatMap(({ fault }) => fault?.as ?? []))
      expect(met).toEqual(new Set([...quickFaults, ...longFaults].map((fault) => fault.as)))
    } finally {
      await ledger.close()
    }
  }, 240_000)
}

ledgerSuite('the stand-in', standIn)

const real = realServer()
if (real) ledgerSuite('a real server', () => Promise.resolve(real))
else it.skip('the ledger on a real server (set VIGIE_TEST_MATTERMOST_URL and VIGIE_TEST_ADMIN_TOKEN)')
