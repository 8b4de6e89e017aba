// The ranking as a picture: drawn whatever the names and scores are.

import { describe, expect, it } from 'vitest'
import { createDrawer } from '../../src/notifiers/chart-drawer.ts'
import { drawRanking } from '../../src/notifiers/ranking.ts'

const png = [0x89, 0x50, 0x4e, 0x47]
const row = (name: string, score: number) => ({ rank: 1, name, score, color: '#3db887' })

/** Of a PNG, in pixels. */
const sizeOf = (picture: Buffer) => [picture.readUInt32BE(16), picture.readUInt32BE(20)]

describe('a ranking', () => {
  it('is as high as it has rows, whatever stands in them', () => {
    const hostile = ['<svg/onload=1>&"\'', 'ナルト 🦊', 'a\u202eb\ufffe', '\u0000', '', 'x'.repeat(100)]
    const picture = drawRanking(
      { title: '</text><image href="http://169.254.169.254/"/>', rows: hostile.map((name) => row(name, 1)) },
      'fr',
    )
    expect([...picture.subarray(0, 4)]).toEqual(png)
    expect(sizeOf(picture)).toEqual([1280, 2 * (46 + 6 * 28 + 14)])
  })

  it('is drawn with scores at the ends of what there is', () => {
    for (const scores of [[0], [-5, -7], [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0]]) {
      const rows = scores.map((score) => row('a', score))
      expect([...drawRanking({ title: 'x', rows }, 'en').subarray(0, 4)]).toEqual(png)
    }
  })

  it('keeps a long name off the bars, and a line for a name of emoji alone', () => {
    const of = (name: string) => drawRanking({ title: 'x', rows: [row(name, 1)] }, 'fr')
    expect(of('W'.repeat(15))).toEqual(of('W'.repeat(40)))
    expect(of('i'.repeat(15))).not.toEqual(of('i'.repeat(16)))
    expect(of('🦊')).toEqual(of('□'))
  })

  it('is drawn on the other thread, as curves are', async () => {
    const nothing = () => undefined
    const log = { debug: nothing, info: nothing, warn: nothing, error: nothing, fatal: nothing }
    // How fast is another matter: machines are shared and slow at times.
    const drawer = createDrawer(log, { patienceMs: 80_000 })
    const picture = await drawer.draw({ title: 'x', rows: [row('a', 1)] }, 'fr')
    await drawer.close()
    expect([...(picture ?? []).slice(0, 4)]).toEqual(png)
  })
})
