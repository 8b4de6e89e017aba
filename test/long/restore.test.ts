// F32: an old copy of the database is put back.

import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { vigie } from '../cli/process.ts'
import { openLedger } from '../ledger/ledger.ts'
import { createRandom, seedOfRun } from '../ledger/seed.ts'

it('F32: a copy of six hours ago tells nothing twice, and what it does not hold is said', async () => {
  const seed = seedOfRun('F32')
  let laterMs = 0
  const now = () => Date.now() + laterMs
  const ledger = await openLedger(await createSandbox({ now }), { channels: 6, random: createRandom(seed) })
  const run = async (...words: string[]) => {
    const running = vigie(words, { cwd: ledger.house.folder, environment: ledger.house.environment })
    expect([await running.ended(), running.err()]).toEqual([0, ''])
    return running.out()
  }
  try {
    await ledger.start()
    await ledger.feed(20, 20)
    // Some that the copy will hold as waiting, and that are told after it was made.
    await ledger.proxy.down()
    await ledger.feed(2, 20)
    const file = join(ledger.house.folder, 'old.db')
    await run('backup', file)
    const held = ledger.accepted.length
    await ledger.proxy.up()
    await ledger.feed(20, 20)
    expect(await ledger.settle()).toEqual([])
    const between = ledger.accepted.length - held
    // Mattermost's memory of what it was sent is long gone.
    laterMs += 6 * 3_600_000
    const said = await run('restore', file)
    expect(await ledger.settle()).toEqual([])
    expect(said).toContain(String(between))
    await ledger.feed(2, 20)
    expect(await ledger.settle()).toEqual([])
    console.log(
      `F32 a copy with ${held} events restored after ${between} more: 0 told twice, the gap said («${said.trim().split('\n').join(' / ')}»), seed ${seed}`,
    )
  } finally {
    await ledger.close()
  }
})
