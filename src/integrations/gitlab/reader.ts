// Where a body is read: small ones at once, large ones on another thread that is made when first needed.

import { Worker } from 'node:worker_threads'
import { type Read, readBody } from './body.ts'
import type { Job } from './read-worker.ts'
import type { Hint } from './translate.ts'

/** Above this a body is read on another thread; below it takes a few milliseconds. */
export const largeBytes = 256 * 1024

export interface Reader {
  /** @throws {Error} when the other thread died over this body. */
  read(bytes: Buffer, hint: Hint): Promise<Read>
  /** Ends the other thread. */
  close(): Promise<void>
}

interface Waiting {
  resolve(read: Read): void
  reject(error: Error): void
}

export function createReader(): Reader {
  let worker: Worker | undefined
  let nextId = 1
  const waiting = new Map<number, Waiting>()

  const start = (): Worker => {
    const started = new Worker(new URL('./read-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 1024 },
    })
    const fail = (error: Error) => {
      if (worker === started) worker = undefined
      for (const one of waiting.values()) one.reject(error)
      waiting.clear()
    }
    started.on('message', ({ id, read }: { id: number; read: Read }) => {
      waiting.get(id)?.resolve(read)
      waiting.delete(id)
      // Idle, it keeps nobody from ending.
      if (waiting.size === 0) started.unref()
    })
    started.on('error', fail)
    started.on('exit', (code) => fail(new Error(`the reader of large webhooks ended with code ${code}`)))
    return started
  }

  return {
    read(bytes, hint) {
      if (bytes.length <= largeBytes) return Promise.resolve(readBody(bytes, hint))
      worker ??= start()
      worker.ref()
      const id = nextId
      nextId += 1
      // A copy that may be handed over: a Buffer's memory can belong to a pool.
      const own = new Uint8Array(bytes)
      const job: Job = { id, bytes: own, hint }
      worker.postMessage(job, [own.buffer])
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }))
    },
    async close() {
      await worker?.terminate()
    },
  }
}
