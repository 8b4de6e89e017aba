// A body as it comes in: large ones in blocks that belong to nobody else, so that they are neither copied whole nor held up for
// (threat T28). What is on its way is counted, not believed.

import type { Readable } from 'node:stream'
import { HttpProblem } from '../../errors.ts'
import { type Bytes, blockBytes, blocksOf } from '../../standard-webhooks.ts'
import type { Said } from '../../text/locale.ts'

const tooLarge: Said = { fr: 'Le corps dépasse 25\u00a0Mio.', en: 'The body is larger than 25 MiB.' }
const cutShort: Said = { fr: 'Le corps s’arrête avant sa fin.', en: 'The body ends before its end.' }

export interface Gathering {
  /** What the caller says; nothing where it comes in chunks. */
  readonly length: number | undefined
  readonly most: number
}

/** @throws {HttpProblem} 413 above `most`, as soon as that is known; 400 where it breaks off. */
export function gather(stream: Readable, { length, most }: Gathering): Promise<Bytes> {
  const { promise, resolve, reject } = Promise.withResolvers<Bytes>()
  if (length !== undefined && length > most) {
    reject(new HttpProblem(413, tooLarge))
    return promise
  }
  const blocks: Buffer<ArrayBuffer>[] = []
  // What is more than one block is never of a pool.
  let block = Buffer.allocUnsafe(Math.min(length ?? blockBytes, blockBytes))
  let filled = 0
  let total = 0
  const add = (chunk: Buffer): void => {
    for (let from = 0; from < chunk.length; ) {
      if (filled === block.length) {
        blocks.push(block)
        block = Buffer.allocUnsafe(blockBytes)
        filled = 0
      }
      const copied = chunk.copy(block, filled, from)
      filled += copied
      from += copied
    }
  }
  const leave = (): void => {
    stream.off('data', onData).off('end', onEnd).off('error', onError)
  }
  const onData = (chunk: Buffer): void => {
    total += chunk.length
    if (total <= most) add(chunk)
    else {
      leave()
      reject(new HttpProblem(413, tooLarge))
    }
  }
  const onEnd = (): void => {
    leave()
    const last = block.subarray(0, filled)
    resolve(blocks.length === 0 ? last : [...blocks, last])
  }
  const onError = (error: Error): void => {
    leave()
    reject(new HttpProblem(400, cutShort, undefined, { cause: error }))
  }
  stream.on('data', onData).on('end', onEnd).on('error', onError)
  return promise
}

export function lengthOf(bytes: Bytes): number {
  return blocksOf(bytes).reduce((sum, block) => sum + block.length, 0)
}
