// Writes documents, each in a thread of its own that ends with it; a few at a time.

import { Worker } from 'node:worker_threads'
import type { WriteDocument } from './document.ts'

const timeoutMs = 60_000
const most = 2

export function createDocumentWriter(): WriteDocument {
  let busy = 0
  const waiting: (() => void)[] = []

  return async (document, format) => {
    if (busy >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    busy += 1
    try {
      return await writeIn(
        new Worker(new URL('./write-worker.ts', import.meta.url), { workerData: { document, format } }),
      )
    } finally {
      busy -= 1
      waiting.shift()?.()
    }
  }
}

async function writeIn(worker: Worker): Promise<Uint8Array> {
  const timer = setTimeout(() => void worker.terminate(), timeoutMs)
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', (code) => reject(new Error(`a document could not be written (${code})`)))
    })
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}
