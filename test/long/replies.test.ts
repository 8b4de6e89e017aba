// F2: Mattermost did what it was asked and its reply never came.

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { standIn } from '../e2e/house.ts'
import { openLedger } from '../ledger/ledger.ts'
import { createRandom, seedOfRun } from '../ledger/seed.ts'

const channels = 20
const replies = 1000

it('F2: 1,000 replies lost after the post was made, and retries after 31 s and 10 min, make no twin', async () => {
  const seed = seedOfRun('F2')
  const ledger = await openLedger(await standIn(), { channels, random: createRandom(seed) })
  const { proxy } = ledger
  const lost = new Set<string>()
  const readBacks = () =>
    proxy.exchanges.filter(({ method, path }) => method === 'GET' && /\/posts\?/.test(path)).length
  try {
    proxy.judge(({ method, path, body }) => {
      const id = /"pending_post_id":"([^"]+)"/.exec(body)?.[1]
      if (method !== 'POST' || path !== '/api/v4/posts' || id === undefined || lost.has(id)) return undefined
      lost.add(id)
      return { as: 'lose reply' }
    })
    await ledger.start()
    await ledger.feed(replies / channels, 7000)
    expect(await ledger.settle(600_000)).toEqual([])
    expect(lost.size).toBe(replies)
    console.log(
      `F2 1,000 replies lost: ${lost.size} posts, 0 twins, the channel read ${readBacks()} times, seed ${seed}`,
    )

    for (const awayMs of [31_000, 600_000]) {
      const before = lost.size
      await Promise.all(ledger.channels.map((_, number) => ledger.happen(number)))
      while (lost.size === before) await sleep(20)
      // Those sent in the same moment too.
      await sleep(500)
      const now = lost.size - before
      await proxy.down()
      await sleep(awayMs)
      await proxy.up()
      expect(await ledger.settle(120_000)).toEqual([])
      console.log(`F2 ${now} replies lost, retried after ${awayMs / 1000} s: 0 twins, seed ${seed}`)
    }
  } finally {
    await ledger.close()
  }
})
