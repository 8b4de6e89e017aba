// A million events leave without being held: the heap stays where it was, whatever the format (issue 7, "The archive").

import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { csvFor, type ExportFormat, eventPages, excelOf, exportedEvents, textOf } from '../../src/app/export.ts'
import { pour } from '../../src/cli/output.ts'
import { showId } from '../../src/store/ids.ts'
import type { StoredEvent } from '../../src/store/store.ts'
import { draftOf } from '../fakes/event.ts'

const all = 1_000_000
const mostGrowthBytes = 200 * 1024 * 1024

/** Made as they are asked for. */
const list = async ({ after, limit }: { after: string; limit: number }): Promise<readonly StoredEvent[]> => {
  const last = numberOf.get(after) ?? 0
  const some = Array.from({ length: Math.min(limit, all - last) }, (_, index) => last + index + 1)
  return some.map((number) => {
    const id = showId(number * 4096)
    if (number % 500 === 0) numberOf.set(id, number)
    return { event: { id, ...draftOf({ data: { number, title: 'x'.repeat(200) } }) }, acceptedAt: number, matched: 0 }
  })
}
const numberOf = new Map<string, number>()

test.each(['ndjson', 'csv', 'xlsx'] as const)('as %s', async (format: ExportFormat) => {
  numberOf.clear()
  let [writtenBytes, mostHeapBytes] = [0, 0]
  const before = process.memoryUsage().heapUsed
  const to = new Writable({
    write(chunk: Buffer, _encoding, done) {
      writtenBytes += chunk.length
      mostHeapBytes = Math.max(mostHeapBytes, process.memoryUsage().heapUsed)
      setImmediate(done)
    },
  })
  const exported = exportedEvents(eventPages(list, { from: 0, to: Number.POSITIVE_INFINITY }))
  if (format === 'xlsx') await excelOf(exported, to)
  else await pour(textOf(exported, format, csvFor(undefined)), to)
  expect(numberOf.size).toBe(all / 500)
  expect(writtenBytes).toBeGreaterThan(10_000_000)
  expect(mostHeapBytes - before).toBeLessThan(mostGrowthBytes)
})
