// The other thread: reads large bodies, so that the main one never stalls (threat T28).

import { parentPort } from 'node:worker_threads'
import { readBody } from './body.ts'
import type { Hint } from './translate.ts'

export interface Job {
  readonly id: number
  readonly blocks: readonly Uint8Array[]
  readonly hint: Hint
}

parentPort?.on('message', ({ id, blocks, hint }: Job) => {
  parentPort?.postMessage({ id, read: readBody(Buffer.concat(blocks), hint) })
})
