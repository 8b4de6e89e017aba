// Foreign words mention nobody (threat T20): told through every source and format, counted on listening people's websockets.
// The full figure (5,000 strings) is test/long/said-mentions.test.ts.

import { describe, expect, it } from 'vitest'
import { realServer } from '../e2e/house.ts'
import { everyTurn } from './said-places.ts'
import { listen, listenOnStandIn, tellMany } from './said-stage.ts'

const seed = Number(process.env.VIGIE_TEST_SEED ?? Date.now() % 2 ** 31)

describe(`foreign words told through every source and format (seed ${seed})`, () => {
  it('mention nobody on the stand-in', async () => {
    const listening = await listenOnStandIn()
    try {
      const { texts, mentions } = await tellMany(listening, everyTurn, seed)
      expect(texts).toBeGreaterThan(everyTurn * 4)
      expect(mentions).toEqual([])
    } finally {
      await listening.close()
    }
  })

  const real = realServer()
  it.skipIf(real === undefined)(
    'mention nobody on a real server (skipped without VIGIE_TEST_MATTERMOST_URL)',
    async () => {
      if (real === undefined) return
      const listening = await listen(real)
      try {
        const { mentions } = await tellMany(listening, everyTurn, seed)
        expect(mentions).toEqual([])
      } finally {
        await listening.close()
      }
    },
    600_000,
  )
})
