// Reads one Excel workbook beside the main thread, where what it unpacks to is within bounds (threat T27).

import { parentPort, workerData } from 'node:worker_threads'
import { unzipSync, zipSync } from 'fflate'
import readExcel from 'read-excel-file/node'
import type { ExcelAnswer, ExcelAsked, ExcelCell } from './read-sheet.ts'

const { bytes, mostUnpackedBytes, mostEntries }: ExcelAsked = workerData
parentPort?.postMessage(await answer())

async function answer(): Promise<ExcelAnswer> {
  try {
    const entries = unpacked()
    if (entries === undefined) return { fault: 'large' }
    // Packed anew without compression: whoever reads it now finds no more than was measured, whatever the file said of itself.
    const sheets = await readExcel(Buffer.from(zipSync(entries, { level: 0 })), { trim: false })
    return { sheets: sheets.map(({ data }) => data.map((row) => row.map(plain))) }
  } catch {
    // No zip, or no workbook in it: said so.
    return { fault: 'unreadable' }
  }
}

/** What is in it, each no longer than it says of itself; nothing where that is too much. */
function unpacked(): Record<string, Uint8Array> | undefined {
  let [entries, unpackedBytes] = [0, 0]
  const isWithin = () => entries <= mostEntries && unpackedBytes <= mostUnpackedBytes
  const found = unzipSync(bytes, {
    filter({ name, originalSize }) {
      entries += 1
      unpackedBytes += originalSize
      return isWithin() && /\.(?:xml|rels)$/.test(name)
    },
  })
  return isWithin() ? found : undefined
}

/** A workbook knows no zones: a date is what a clock on the wall showed. */
function plain(cell: unknown): ExcelCell {
  if (cell instanceof Date) return cell.toISOString().slice(0, 19).replace('T', ' ')
  return typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean' ? cell : null
}
