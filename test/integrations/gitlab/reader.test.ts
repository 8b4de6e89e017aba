// Large bodies on another thread (threat T28): one that dies takes its own bodies with it, and no others.

import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { createReader, largeBytes, type Thread } from '../../../src/integrations/gitlab/reader.ts'
import { receivedAt } from './fixtures.ts'

class FakeThread extends EventEmitter implements Thread {
  readonly ids: number[] = []
  postMessage({ id }: { id: number }): void {
    this.ids.push(id)
  }
  ref(): void {
    // Nothing runs here that could keep anybody.
  }
  unref(): void {
    // As above.
  }
  async terminate(): Promise<number> {
    return 0
  }
}

it('loses the bodies of a thread that died, and none of the next one', async () => {
  const threads: FakeThread[] = []
  const reader = createReader(() => {
    const thread = new FakeThread()
    threads.push(thread)
    return thread
  })
  const large = Buffer.alloc(largeBytes + 1, 0x20)
  const hint = { header: undefined, gitlabUrl: undefined, receivedAt }
  const first = reader.read(large, hint)
  threads[0]?.emit('error', new Error('out of memory'))
  await expect(first).rejects.toThrow('out of memory')
  const second = reader.read(large, hint)
  threads[0]?.emit('exit', 1)
  threads[1]?.emit('message', { id: threads[1].ids[0], read: { refusal: 'not_json' } })
  expect(await second).toEqual({ refusal: 'not_json' })
})
