// Reads one Excel workbook beside the main thread, once what it says it unpacks to is within bounds.

import { parentPort, workerData } from 'node:worker_threads'
import { unzipSync } from 'fflate'
import readExcel from 'read-excel-file/node'
import type { ExcelAnswer, ExcelAsked, ExcelCell } from './read-sheet.ts'

const { bytes, mostUnpackedBytes, mostEntries }: ExcelAsked = workerData
parentPort?.postMessage(await answer())

async function answer(): Promise<ExcelAnswer> {
  try {
    if (!isWithin()) return { fault: 'large' }
    const sheets = await readExcel(Buffer.from(bytes), { trim: false })
    return { sheets: sheets.map(({ data }) => data.map((row) => row.map(plain))) }
  } catch {
    // No zip, or no workbook in it: said so.
    return { fault: 'unreadable' }
  }
}

/** A workbook knows no zones: a date is what a clock on the wall showed. */
function plain(cell: unknown): ExcelCell {
  if (cell instanceof Date) return cell.toISOString().slice(0, 19).replace('T', ' ')
  return typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean' ? cell : null
}

function isWithin(): boolean {
  let [entries, unpackedBytes] = [0, 0]
  unzipSync(bytes, {
    filter({ originalSize }) {
      entries += 1
      unpackedBytes += originalSize
      return false
    },
  })
  return entries <= mostEntries && unpackedBytes <= mostUnpackedBytes
}
