// F4, F5: the websocket falls silent without closing, loses frames, and the server forgets us.

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { standIn, type TestPost } from '../e2e/house.ts'
import { type Ledger, openLedger } from '../ledger/ledger.ts'
import { createRandom, seedOfRun } from '../ledger/seed.ts'

/** Where the very frame that told it was lost, and none came after, everything is compared every few minutes. */
const mostMs = 400_000

const upgrades = ({ proxy }: Ledger) => proxy.exchanges.filter(({ path }) => path.startsWith('/api/v4/websocket'))

/** How often each of these mentions was answered. */
async function answersTo(ledger: Ledger, channel: string, mentions: readonly TestPost[]): Promise<number[]> {
  const replies = (await ledger.posts(channel)).flatMap(({ props }) => props.vigie_reply ?? [])
  return mentions.map(({ id }) => replies.filter((reply) => reply === id).length)
}

async function allAnswered(
  ledger: Ledger,
  channel: string,
  mentions: readonly TestPost[],
  patienceMs: number,
): Promise<number[]> {
  const until = Date.now() + patienceMs
  for (;;) {
    const counts = await answersTo(ledger, channel, mentions)
    if (counts.every((count) => count > 0) || Date.now() > until) return counts
    await sleep(200)
  }
}

it('F4: 100 websockets that fall silent are noticed within 30 s, commands work again within 45 s, and none is left behind', async () => {
  const seed = seedOfRun('F4')
  const [processes, cycles] = [5, 20]
  const run = async (number: number) => {
    const ledger = await openLedger(await standIn(), { channels: 1, random: createRandom(seed + number) })
    const channel = ledger.channels[0] ?? ''
    const noticedMs: number[] = []
    const answeredMs: number[] = []
    try {
      await ledger.start()
      while (ledger.proxy.tunnels() === 0) await sleep(50)
      for (let count = 0; count < cycles; count += 1) {
        await sleep(Math.random() * 3000)
        const before = upgrades(ledger).length
        expect(ledger.proxy.silence()).toBe(1)
        const began = Date.now()
        const mention = await ledger.alice.say(channel, '@vigie help')
        const answering = allAnswered(ledger, channel, [mention], 60_000)
        while (upgrades(ledger).length === before && Date.now() - began < 60_000) await sleep(50)
        noticedMs.push(Date.now() - began)
        expect(await answering).toEqual([1])
        answeredMs.push(Date.now() - began)
      }
      await sleep(2000)
      return { noticedMs, answeredMs, tunnels: ledger.proxy.tunnels() }
    } finally {
      await ledger.close()
    }
  }
  const runs = await Promise.all(Array.from({ length: processes }, (_, number) => run(number)))
  const noticed = Math.max(...runs.flatMap((one) => one.noticedMs))
  const answered = Math.max(...runs.flatMap((one) => one.answeredMs))
  console.log(
    `F4 ${processes * cycles} silent websockets: noticed within ${noticed} ms, a mention answered within ${answered} ms, websockets open at the end in each process: ${runs.map((one) => one.tunnels)}, seed ${seed}`,
  )
  expect(noticed).toBeLessThanOrEqual(30_000)
  expect(answered).toBeLessThanOrEqual(45_000)
  expect(runs.map((one) => one.tunnels)).toEqual(runs.map(() => 1))
})

it('F5: with one frame in 50 lost, and Mattermost away for 1 min and for 10, no mention and no membership is missed', async () => {
  const seed = seedOfRun('F5')
  const ledger = await openLedger(await standIn(), { channels: 2, random: createRandom(seed) })
  const { alice, house, proxy } = ledger
  const [talk = '', door = ''] = ledger.channels
  const mentions: TestPost[] = []
  try {
    await ledger.start()
    while (proxy.tunnels() === 0) await sleep(50)
    proxy.dropFrames(50)
    for (let count = 0; count < 300; count += 1) {
      mentions.push(await alice.say(talk, '@vigie help'))
      // Said by nobody to us: frames that may be lost.
      for (let more = 0; more < 3; more += 1) await alice.say(talk, `${count}`)
      await sleep(100)
    }
    let counts = await allAnswered(ledger, talk, mentions, 120_000)
    console.log(
      `F5 ${proxy.framesDropped()} frames lost: ${mentions.length} mentions, ${counts.filter((count) => count === 0).length} unanswered, ${counts.filter((count) => count > 1).length} answered twice, seed ${seed}`,
    )
    expect(counts).toEqual(mentions.map(() => 1))

    for (const awayMs of [60_000, 600_000]) {
      await proxy.down()
      // Enough that the server forgets what it would have sent us.
      for (let count = 0; count < 20; count += 1) mentions.push(await alice.say(talk, '@vigie help'))
      for (let count = 0; count < 150; count += 1) await alice.say(talk, `${count}`)
      await alice.delete(`/channels/${door}/members/${house.botId}`)
      await sleep(awayMs)
      await proxy.up()
      counts = await allAnswered(ledger, talk, mentions, 120_000)
      expect(counts).toEqual(mentions.map(() => 1))
      const asleep = await comesToMatch(ledger, door, 0)
      await alice.post(`/channels/${door}/members`, { user_id: house.botId })
      const awake = await comesToMatch(ledger, door, 1)
      console.log(
        `F5 away ${awayMs / 60_000} min: ${mentions.length} mentions answered once each, the removal known after ${asleep} ms, the return after ${awake} ms, seed ${seed}`,
      )
      expect(Math.max(asleep, awake)).toBeLessThan(mostMs)
    }
  } finally {
    await ledger.close()
  }
})

/** How long it takes until an event of the channel’s project matches so many targets: none while its subscription sleeps. */
async function comesToMatch(ledger: Ledger, channel: string, matched: number): Promise<number> {
  const number = ledger.channels.indexOf(channel)
  const began = Date.now()
  while (Date.now() - began < mostMs) {
    if ((await ledger.matchedOf(number)) === matched) return Date.now() - began
    await sleep(500)
  }
  return Number.POSITIVE_INFINITY
}
