import { describe, expect, it } from 'vitest'
import { watchAll } from '../../src/app/watching.ts'
import type { Integration } from '../../src/integrations/integration.ts'
import { createFakeLog } from '../fakes/log.ts'

const integration = (name: string, watch?: Integration['watch']): Integration => ({
  name,
  events: [],
  describe: () => ({ color: '#000000', summary: [] }),
  status: () => Promise.reject(new Error('not asked')),
  ...(watch === undefined ? {} : { watch }),
})
const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))

describe('what integrations watch', () => {
  it('runs until it is stopped', async () => {
    const stopping = new AbortController()
    const log = createFakeLog()
    const watching = watchAll([integration('one', untilAborted), integration('two')], {
      signal: stopping.signal,
      now: () => 0,
      log,
    })
    stopping.abort()
    await watching
    expect(log.lines).toEqual([])
  })

  it('is started again when it fails, after a wait that grows, while the others go on', async () => {
    const stopping = new AbortController()
    const waits: number[] = []
    const log = createFakeLog()
    let other = false
    const watching = watchAll(
      [
        integration('broken', () => Promise.reject(new Error('broken'))),
        integration('sound', async (signal) => {
          await untilAborted(signal)
          other = true
        }),
      ],
      {
        signal: stopping.signal,
        now: () => 0,
        log,
        wait: async (waitMs) => {
          waits.push(waitMs)
          if (waits.length === 11) stopping.abort()
        },
      },
    )
    await watching
    expect(waits.slice(0, 4)).toEqual([1000, 2000, 4000, 8000])
    expect(waits.at(-1)).toBe(300_000)
    expect(other).toBe(true)
    expect(log.lines.every(({ level }) => level === 'error')).toBe(true)
  })
})
