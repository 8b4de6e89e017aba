// The other thread: reads large bodies, so that the main one never stalls (threat T28).

import { parentPort } from 'node:worker_threads'
import { readBody } from './body.ts'
import type { Hint } from './translate.ts'

export interface Job {
  readonly id: number
  readonly bytes: Uint8Array
  readonly hint: Hint
}

parentPort?.on('message', ({ id, bytes, hint }: Job) => {
  parentPort?.postMessage({ id, read: readBody(bytes, hint) })
})
