// Rows that come back from CSV and Excel: what `sheet.ts` wrote, whatever a spreadsheet or an editor made of its separators and line ends
// since (threat T26: "round trip keeps the text").

import { Readable } from 'node:stream'
import { Worker } from 'node:worker_threads'
import { type CsvError, parse } from 'csv-parse'
import { UserError } from '../errors.ts'
import type { Said } from '../text/locale.ts'
import { plainAgain } from './sheet.ts'

/** A row, or why there is none; `line`: where it begins in the file (in Excel: its row), from 1. */
export type SheetLine =
  | { readonly line: number; readonly cells: readonly ExcelCell[] }
  | { readonly line: number; readonly said: Said }

/** Dates are `2026-11-21 08:00:00`. */
export type ExcelCell = string | number | boolean | null

const notClosed: Said = {
  fr: 'un guillemet n’est pas fermé, ou le fichier est coupé',
  en: 'a quote is not closed, or the file was cut',
}
const notCsv: Said = { fr: 'cette ligne ne se lit pas comme du CSV', en: 'this line cannot be read as CSV' }
const tooLong: Said = {
  fr: 'trop long\u202f; ce qui suit n’a pas été lu',
  en: 'too long; what follows was not read',
}

/** By RFC 4180, lines ended by LF, CRLF or CR. The texts of formulas are as they were before they were defused. */
export async function* csvLines(
  texts: AsyncIterable<string>,
  { delimiter, mostCharacters }: { readonly delimiter: string; readonly mostCharacters: number },
): AsyncGenerator<SheetLine> {
  const unread: { readonly line?: number; readonly said: Said }[] = []
  let line = 1
  const parser = parse({
    delimiter,
    bom: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: mostCharacters,
    skip_records_with_error: true,
    on_skip: (error) => void unread.push(whyNot(error)),
  })
  const rows: AsyncIterable<string[]> = Readable.from(texts).compose(parser)
  for await (const cells of rows) {
    if (!cells.every((cell) => cell === '')) yield { line, cells: cells.map(plainAgain) }
    // What stands between quotes goes over lines; the parser counts CRLF there as two.
    line += 1 + cells.reduce((count, cell) => count + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0)
  }
  // Told for both of its ends.
  const [first, ...others] = unread
  for (const one of first === undefined ? [] : [first, ...others.filter(({ said }) => said !== tooLong)])
    yield { line, ...one }
}

/** A quote that is never closed is that of the row after the last. */
function whyNot(error: CsvError | undefined): { readonly line?: number; readonly said: Said } {
  if (error?.code === 'CSV_QUOTE_NOT_CLOSED') return { said: notClosed }
  const at = typeof error?.lines === 'number' ? { line: error.lines } : {}
  return { ...at, said: error?.code === 'CSV_MAX_RECORD_SIZE' ? tooLong : notCsv }
}

/** Of what an Excel file unpacks to (threat T27), and for how long it is read. */
const mostUnpackedBytes = 100 * 1024 * 1024
const mostEntries = 1000
const mostHeapMb = 512
const timeoutMs = 60_000

/** Of a worksheet. */
export type ExcelRows = readonly (readonly ExcelCell[])[]

/** What the worker is given, and what it answers with. */
export interface ExcelAsked {
  readonly bytes: Uint8Array
  readonly mostUnpackedBytes: number
  readonly mostEntries: number
}
export type ExcelAnswer = { readonly sheets: readonly ExcelRows[] } | { readonly fault: 'large' | 'unreadable' }

/** Its worksheets, row by row, each with its head; read beside the main thread. @throws {UserError} for what is no workbook, or too large. */
export async function excelSheets(bytes: Uint8Array): Promise<readonly ExcelRows[]> {
  const workerData: ExcelAsked = { bytes, mostUnpackedBytes, mostEntries }
  const worker = new Worker(new URL('./read-worker.ts', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: mostHeapMb },
  })
  const timer = setTimeout(() => void worker.terminate(), timeoutMs)
  try {
    const answer = await new Promise<ExcelAnswer>((resolve, reject) => {
      worker.once('message', resolve)
      // It took more memory than it has.
      worker.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? resolve({ fault: 'large' }) : reject(error),
      )
      worker.once('exit', () => resolve({ fault: 'large' }))
    })
    if ('sheets' in answer) return answer.sheets
    throw new UserError(answer.fault === 'large' ? workbookTooLarge : unreadable)
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}

export const workbookTooLarge: Said = {
  fr: 'Ce classeur Excel est trop grand pour être lu\u00a0: exportez plutôt en CSV ou en NDJSON.',
  en: 'This Excel workbook is too large to be read: export as CSV or NDJSON instead.',
}
const unreadable: Said = {
  fr: 'Ce fichier n’est pas un classeur Excel (.xlsx) que je sache lire\u00a0: il est peut-être coupé, ou protégé par un mot de passe.',
  en: 'This file is no Excel workbook (.xlsx) that I can read: it may be cut, or protected by a password.',
}
