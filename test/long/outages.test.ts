// F1, F3: Mattermost away for an hour, and Mattermost that answers every other call with 429 or 503.

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { standIn, wordsOf } from '../e2e/house.ts'
import type { Exchange } from '../fakes/fault-proxy.ts'
import { openLedger } from '../ledger/ledger.ts'
import { between, createRandom, seedOfRun } from '../ledger/seed.ts'
import { isPost } from '../ledger/storm.ts'

it('F1: an outage of an hour and 10,000 events for 20 channels end in a few digests', async () => {
  const seed = seedOfRun('F1')
  const [events, hourMs] = [10_000, 3_600_000]
  // An hour by the clock of Vigie, Mattermost and GitLab alike; what is measured is measured in real time.
  let laterMs = 0
  const now = () => Date.now() + laterMs
  const mattermost = await createSandbox({ now })
  const ledger = await openLedger(mattermost, { channels: 20, random: createRandom(seed), now })
  const { house, proxy } = ledger
  try {
    await house.startApp()
    await proxy.down()
    const stepMs = hourMs / events
    const turns = Array.from({ length: events }, (_, index) => index % ledger.channels.length)
    const feedSome = async () => {
      for (let number = turns.pop(); number !== undefined; number = turns.pop()) {
        await ledger.happen(number)
        laterMs += stepMs
      }
    }
    // GitLab calls from several of its workers at once.
    await Promise.all(Array.from({ length: 4 }, feedSome))
    const took = ledger.intakeMs.toSorted((a, b) => a - b)
    const p99Ms = Math.round(took[Math.floor(took.length * 0.99)] ?? 0)

    const back = Date.now()
    await proxy.up()
    const defects = await ledger.settle(120_000)
    const posted = proxy.exchanges.filter(({ method, path, status }) => isPost(method, path) && status === 201)
    const firstMs = (posted[0]?.endedAt ?? Infinity) - back
    const allMs = (posted.at(-1)?.endedAt ?? Infinity) - back
    const counts: number[] = []
    let mentions = 0
    for (const channel of ledger.channels) {
      const posts = (await ledger.posts(channel)).filter(({ props }) => props.vigie !== undefined)
      counts.push(posts.length)
      mentions += posts.filter((post) => /@(all|channel|here)\b/.test(wordsOf(post))).length
    }
    console.log(
      `F1 an hour away, ${ledger.accepted.length} events, 20 channels: ${defects.length} defects, ${posted.length} posts, at most ${Math.max(...counts)} a channel, ${mentions} mass mentions, first after ${firstMs} ms, all after ${allMs} ms, intake p99 ${p99Ms} ms, seed ${seed}`,
    )
    expect(defects).toEqual([])
    expect(posted.length).toBeLessThanOrEqual(80)
    expect(Math.max(...counts)).toBeLessThanOrEqual(4)
    expect(mentions).toBe(0)
    expect(firstMs).toBeLessThanOrEqual(10_000)
    expect(allMs).toBeLessThanOrEqual(60_000)
    expect(p99Ms).toBeLessThanOrEqual(200)
  } finally {
    await ledger.close()
  }
})

/** A delivery that was on its way when the answer came ends what it began: a card's edit, then its line. */
const underWayMs = 1000

it('F3: 30 % of 429 and 20 % of 503 for 10 min lose and double nothing, and every wait that was asked for is kept', async () => {
  const seed = seedOfRun('F3')
  const random = createRandom(seed)
  const ledger = await openLedger(await standIn(), { channels: 10, random })
  const { proxy } = ledger
  try {
    await ledger.start()
    proxy.judge(({ method, path }) => {
      if (!isPost(method, path)) return undefined
      const die = random()
      if (die < 0.3) return { as: 'answer', status: 429, headers: { 'retry-after': String(between(random, 1, 5)) } }
      return die < 0.5 ? { as: 'answer', status: 503 } : undefined
    })
    const feeding = new AbortController()
    const fed = ledger.feed(Number.POSITIVE_INFINITY, 2000, feeding.signal)
    await sleep(600_000)
    feeding.abort()
    await fed
    const until = Date.now()
    proxy.judge(undefined)
    const defects = await ledger.settle(300_000)
    const calls = proxy.exchanges.filter((one) => isPost(one.method, one.path) && one.beganAt < until)
    const early = calls.filter((call) => calls.some((before) => isWithinWait(before, call, underWayMs)))
    const underWay = calls.filter((call) => calls.some((before) => isWithinWait(before, call, 0))).length - early.length
    const count = (status: number) => calls.filter((one) => one.status === status).length
    console.log(
      `F3 ${calls.length} calls in 10 min, ${count(429)} answered 429, ${count(503)} answered 503; ${ledger.accepted.length} events: ${defects.length} defects, ${early.length} calls within a closed window (${underWay} of what was under way when it closed), seed ${seed}`,
    )
    expect(defects).toEqual([])
    expect(early).toEqual([])
  } finally {
    await ledger.close()
  }
})

/** A 503 keeps everybody away for 5 s, a 429 for as long as it says. */
function isWithinWait({ status, endedAt = 0, fault }: Exchange, { beganAt }: Exchange, graceMs: number): boolean {
  if (status !== 429 && status !== 503) return false
  const asked = fault?.as === 'answer' ? Number(fault.headers?.['retry-after'] ?? 5) : 5
  return beganAt > endedAt + graceMs && beganAt < endedAt + asked * 1000 - 50
}
