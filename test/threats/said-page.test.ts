// Threat T21 where it would happen: hostile words on the stand-in's page in Chromium fetch nothing and link nowhere.

import { describe, expect, it } from 'vitest'
import { findChromium, onStage, postsOf } from '../sandbox/page-stage.ts'
import { toldEverywhere } from './said-places.ts'

const chromium = findChromium(process.env)

/** Every way to have a page ask that address for something. */
const calls = (beacon: string): readonly string[] => {
  const host = beacon.replace('http://', '')
  return [
    ...[
      `![x](${beacon}/image)`,
      `![](${beacon}/image)`,
      `[![x](${beacon}/i)](${beacon}/l)`,
      `![x][1]\n\n[1]: ${beacon}/ref`,
    ],
    ...[
      `<img src="${beacon}/html">`,
      `<img src=${beacon}/html onerror=fetch('${beacon}/js')>`,
      `<iframe src="${beacon}/frame">`,
    ],
    ...[
      `<link rel=stylesheet href="${beacon}/css">`,
      `<style>@import '${beacon}/import'</style>`,
      `<script src="${beacon}/js">`,
    ],
    ...[
      `[x](${beacon}/link)`,
      `<${beacon}/auto>`,
      `${beacon}/bare`,
      `//${host}/scheme`,
      `${host}/host`,
      `[x](javascript:fetch('${beacon}'))`,
    ],
    ...[
      `](${beacon}/x)`,
      `x](${beacon}/x) [y`,
      `\`](${beacon}/x)`,
      `\\[x](${beacon}/x)`,
      `&#91;x](${beacon}/x)`,
      `![x]<${beacon}>`,
    ],
    ...[
      `"><img src=${beacon}/quote>`,
      `' onload='fetch("${beacon}")`,
      `url(${beacon}/css)`,
      `background:url('${beacon}/css')`,
    ],
  ]
}

describe.skipIf(chromium === undefined)(
  'a page with hostile words (skipped without Chromium: set VIGIE_TEST_CHROMIUM)',
  () => {
    const scene = onStage(chromium ?? '')

    it('asks nobody outside for anything, and leads nobody there', async () => {
      const { page, channel, offences } = await scene().enter()
      const { bot, service } = scene().stage
      for (const [turn, words] of calls(service.url).entries()) {
        const attachments = toldEverywhere(words, turn * 7 + 1).flatMap(({ message, attachments: some }) =>
          message === '' ? some : [{ fallback: '', text: message }, ...some],
        )
        await bot.post('/posts', { channel_id: channel.id, message: '', props: { attachments } })
      }
      const proof = `[ours](${service.url}/ours)`
      await bot.post('/posts', { channel_id: channel.id, message: proof })
      await postsOf(page).last().getByRole('link', { name: 'ours' }).waitFor()
      const led = (origin: string) => page.locator(`a[href*="${new URL(origin).host}"]`).count()
      expect(await postsOf(page).count()).toBeGreaterThan(10)
      expect(await led(service.url)).toBe(1)
      expect(await page.locator('img[src^="http"]:not([src^="/"])').count()).toBe(0)
      expect(service.heard).toEqual([])
      expect(offences).toEqual([])
    })
  },
)
