// F25: a model that takes every request and never answers holds up no alert. Two houses side by side, one with such a model; a job of each
// fails in turn, and what passed until its card stood is compared. Printed, not asserted: time by the clock is the machine's.

import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { eventually, type House, openHouse, standIn } from '../e2e/house.ts'

const rounds = 150

test('alerts beside a model that never answers', { timeout: 600_000 }, async () => {
  const sockets: Socket[] = []
  const model = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1')
  await once(model, 'listening')
  const address = model.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const silent = { OLLAMA_HOST: `http://127.0.0.1:${address.port}`, OLLAMA_TIMEOUT: '2s' }
  const houses = [await openHouse(await standIn()), await openHouse(await standIn(), silent)] as const
  const took: [number[], number[]] = [[], []]
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const side of [0, 1] as const) {
        const house = houses[side]
        // A person may add only so many an hour.
        const alice = await house.person(`alice${round}`)
        const channel = await house.channel(alice)
        const added = await alice.type(channel, '/monitor add --name sauvegarde --every 1d --retries 1')
        const [, token = ''] = /\/heartbeat\/([\w-]+)/.exec(added) ?? []
        const from = Date.now()
        const heard = await fetch(`http://127.0.0.1:${house.environment.PORT}/heartbeat/${token}/fail`)
        expect(heard.status).toBe(200)
        took[side].push((await cardOf(house, channel)).create_at - from)
      }
    }
  } finally {
    for (const house of houses) await house.close()
    for (const socket of sockets) socket.destroy()
    model.close()
  }
  // It was asked, or the comparison says nothing.
  expect(sockets.length).toBeGreaterThan(0)
  const [without, beside] = took.map((times) => times.toSorted((one, other) => one - other))
  const at = (times: readonly number[] | undefined, share: number) => times?.[Math.floor(share * rounds)]
  for (const share of [0.5, 0.9, 0.99])
    console.log(`F25: p${share * 100} ${at(without, share)} ms without a model, ${at(beside, share)} ms beside it`)
  console.log(`F25: ${sockets.length} connections taken, none answered`)
})

const cardOf = (house: House, channel: string) =>
  eventually(async () => (await house.posts(channel)).find((post) => post.props.vigie?.card !== undefined), 'the card')
