// Where a body is read: small ones at once, large ones on another thread that is made when first needed.

import { Worker } from 'node:worker_threads'
import type { Bytes } from '../../standard-webhooks.ts'
import { type Read, readBody } from './body.ts'
import { lengthOf } from './bytes.ts'
import type { Job } from './read-worker.ts'
import type { Hint } from './translate.ts'

/** Above this a body is read on another thread; below it takes a few milliseconds. */
export const largeBytes = 256 * 1024

export interface Reader {
  /** Takes large bodies away: their bytes are gone afterwards. @throws {Error} when the other thread died over this body. */
  read(bytes: Bytes, hint: Hint): Promise<Read>
  /** Ends the other thread. */
  close(): Promise<void>
}

interface Waiting {
  resolve(read: Read): void
  reject(error: Error): void
}

/** What the reader needs of a worker thread. */
export interface Thread {
  on(event: 'message', listener: (message: { id: number; read: Read }) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'exit', listener: (code: number) => void): unknown
  postMessage(job: Job, handedOver: ArrayBuffer[]): void
  ref(): void
  unref(): void
  terminate(): Promise<unknown>
}

/** Another thread, and the bodies it has not read yet. */
interface Reading {
  readonly thread: Thread
  readonly waiting: Map<number, Waiting>
}

const startThread = (): Thread =>
  new Worker(new URL('./read-worker.ts', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: 1024 } })

export function createReader(newThread: () => Thread = startThread): Reader {
  let current: Reading | undefined
  let nextId = 1

  const start = (): Reading => {
    const started: Reading = { thread: newThread(), waiting: new Map() }
    const { thread, waiting } = started
    const fail = (error: Error) => {
      if (current === started) current = undefined
      for (const one of waiting.values()) one.reject(error)
      waiting.clear()
    }
    thread.on('message', ({ id, read }) => {
      waiting.get(id)?.resolve(read)
      waiting.delete(id)
      // Idle, it keeps nobody from ending.
      if (waiting.size === 0) thread.unref()
    })
    thread.on('error', fail)
    thread.on('exit', (code) => fail(new Error(`the reader of large webhooks ended with code ${code}`)))
    return started
  }

  return {
    read(bytes, hint) {
      if (lengthOf(bytes) <= largeBytes) return Promise.resolve(readBody(whole(bytes), hint))
      current ??= start()
      const { thread, waiting } = current
      thread.ref()
      const id = nextId
      nextId += 1
      // One piece may be part of a pool, which must not be handed over; blocks are nobody else's.
      const blocks = bytes instanceof Uint8Array ? [new Uint8Array(bytes)] : bytes
      thread.postMessage(
        { id, blocks, hint },
        blocks.map(({ buffer }) => buffer),
      )
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }))
    },
    async close() {
      await current?.thread.terminate()
    },
  }
}

function whole(bytes: Bytes): Uint8Array {
  return bytes instanceof Uint8Array ? bytes : Buffer.concat(bytes)
}
