// Threat T20 at its figure: 5,000 generated strings through every source and format mention nobody, on the stand-in and, where the
// environment names one, on a real server.

import { describe, expect, it } from 'vitest'
import { realServer } from '../e2e/house.ts'
import { type Listening, listen, listenOnStandIn, tellMany } from '../threats/said-stage.ts'

const seed = Number(process.env.VIGIE_TEST_SEED ?? Date.now() % 2 ** 31)
const count = 5000

describe(`5,000 foreign strings told through every source and format (seed ${seed})`, () => {
  const real = realServer()
  const places: readonly { readonly name: string; readonly open: () => Promise<Listening> }[] = [
    { name: 'the stand-in', open: listenOnStandIn },
    ...(real === undefined ? [] : [{ name: 'a real server', open: () => listen(real) }]),
  ]
  it.each(places)('mention nobody on $name', async ({ open }) => {
    const listening = await open()
    try {
      const { texts, mentions } = await tellMany(listening, count, seed)
      expect(texts).toBeGreaterThan(count * 20)
      expect(mentions).toEqual([])
    } finally {
      await listening.close()
    }
  })
})
