// F9, F16, F20: the process killed, paused and restarted while events keep coming.

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { standIn } from '../e2e/house.ts'
import { openLedger } from '../ledger/ledger.ts'
import { between, createRandom, seedOfRun } from '../ledger/seed.ts'
import { isPost } from '../ledger/storm.ts'

it('F9: 500 kills at random points under 50 events/s lose and double nothing', async () => {
  const seed = seedOfRun('F9')
  const random = createRandom(seed)
  const ledger = await openLedger(await standIn(), { channels: 20, random })
  const killedAt: number[] = []
  try {
    await ledger.start()
    const feeding = new AbortController()
    const fed = ledger.feed(Number.POSITIVE_INFINITY, 400, feeding.signal)
    const kill = async (withinMs: number) => {
      await sleep(between(random, 0, withinMs))
      await ledger.kill()
      killedAt.push(Date.now())
    }
    while (killedAt.length < 500) {
      await kill(1500)
      // One in five is killed again while it starts.
      if (random() < 0.2) {
        ledger.launch()
        await kill(600)
      }
      await ledger.start()
    }
    feeding.abort()
    await fed
    const defects = await ledger.settle(600_000)
    const posts = ledger.proxy.exchanges.filter(({ method, path, status = 0 }) => isPost(method, path) && status < 300)
    // Where the next kill did not come first.
    const resumedMs = killedAt.flatMap((at, index) => {
      const next = posts.find(({ endedAt = 0 }) => endedAt > at)?.endedAt ?? Number.POSITIVE_INFINITY
      return next < (killedAt[index + 1] ?? Number.POSITIVE_INFINITY) ? next - at : []
    })
    const longestMs = Math.max(...resumedMs)
    console.log(
      `F9 ${killedAt.length} kills, ${ledger.accepted.length} events accepted: ${defects.length} defects, work resumed within ${longestMs} ms (after ${resumedMs.length} of the kills; the others were killed again before), seed ${seed}`,
    )
    expect(defects).toEqual([])
    expect(longestMs).toBeLessThanOrEqual(20_000)
  } finally {
    await ledger.close()
  }
})

it('F16: 200 pauses of 60 s at random points, posts under way, make no twin', async () => {
  const seed = seedOfRun('F16')
  const [processes, pauses] = [10, 20]
  const run = async (number: number) => {
    const random = createRandom(seed + number)
    const ledger = await openLedger(await standIn(), { channels: 4, random })
    try {
      // Every post is on its way for a while, so that most pauses fall in the middle of one.
      ledger.proxy.judge(({ method, path }) =>
        isPost(method, path) ? { as: 'delay', forMs: between(random, 50, 500) } : undefined,
      )
      await ledger.start()
      const feeding = new AbortController()
      const fed = ledger.feed(Number.POSITIVE_INFINITY, 300, feeding.signal)
      let midSend = 0
      for (let count = 0; count < pauses; count += 1) {
        await sleep(between(random, 300, 4000))
        const newest = ledger.proxy.exchanges.filter(({ beganAt }) => Date.now() - beganAt < 500)
        if (newest.some((one) => isPost(one.method, one.path) && !one.endedAt)) midSend += 1
        await ledger.pause(60_000)
      }
      feeding.abort()
      await fed
      return { defects: await ledger.settle(120_000), midSend, accepted: ledger.accepted.length }
    } finally {
      await ledger.close()
    }
  }
  const runs = await Promise.all(Array.from({ length: processes }, (_, number) => run(number)))
  const sum = (of: 'midSend' | 'accepted') => runs.reduce((total, one) => total + one[of], 0)
  const defects = runs.flatMap((one) => one.defects)
  console.log(
    `F16 ${processes * pauses} pauses of 60 s (${sum('midSend')} with a post under way), ${sum('accepted')} events accepted: ${defects.length} defects, seed ${seed}`,
  )
  expect(defects).toEqual([])
})

it('F20: 50 restarts at 100 events/s lose and double nothing, each within 12 s', async () => {
  const seed = seedOfRun('F20')
  const random = createRandom(seed)
  const ledger = await openLedger(await standIn(), { channels: 20, random })
  const stops: { code: number | string; tookMs: number }[] = []
  const takeOversMs: number[] = []
  try {
    await ledger.start()
    const feeding = new AbortController()
    const fed = ledger.feed(Number.POSITIVE_INFINITY, 200, feeding.signal)
    while (stops.length < 50) {
      await sleep(between(random, 1000, 3000))
      stops.push(await ledger.stop())
      const began = performance.now()
      await ledger.start()
      takeOversMs.push(performance.now() - began)
    }
    feeding.abort()
    await fed
    const defects = await ledger.settle(300_000)
    const longestMs = Math.max(...stops.map(({ tookMs }) => tookMs))
    console.log(
      `F20 ${stops.length} restarts, ${ledger.accepted.length} events accepted: ${defects.length} defects, exit within ${Math.round(longestMs)} ms, the next listens within ${Math.round(Math.max(...takeOversMs))} ms, seed ${seed}`,
    )
    expect(defects).toEqual([])
    expect(stops.map(({ code }) => code)).toEqual(stops.map(() => 0))
    expect(longestMs).toBeLessThanOrEqual(12_000)
  } finally {
    await ledger.close()
  }
})
