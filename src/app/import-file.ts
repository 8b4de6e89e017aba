// What a file that is imported holds, found out from its first bytes: JSON in any of its layouts, or the CSV and Excel files that Vigie writes
// (issue 7, "The archive"). The same for the shell and for chat.

import { hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { countsOf, type ImportDone } from '../commands/import.ts'
import { csvLines, type ExcelCell, excelSheets, workbookTooLarge } from '../documents/read-sheet.ts'
import { UserError } from '../errors.ts'
import type { Locale, Said } from '../text/locale.ts'
import type { Import, Imported, ImportRecord } from './import.ts'
import { jsonIn, type Unread } from './import-json.ts'
import { type ImportColumns, importColumns, rowValue } from './import-sheet.ts'

type Bytes = AsyncIterable<Uint8Array | string>

/** Looked at before it is decided what the file is. */
const peekBytes = 64 * 1024
/** An Excel file is read at once. */
const mostExcelBytes = 64 * 1024 * 1024
/** Taken together; of few bytes where each is long. */
const mostRecords = 200
const mostBatchCharacters = 4_000_000
/** Of what was not understood, so many are kept to be told. */
const mostKept = 1000

/** In the file's order. @throws {UserError} where the file holds nothing, or is none that can be imported. */
export async function* recordsIn(
  input: Bytes,
  mostCharacters = 32 * 1024 * 1024,
): AsyncGenerator<ImportRecord | Unread> {
  const seen = new Map<string, number>()
  for await (const one of valuesIn(input, mostCharacters)) {
    if ('said' in one) {
      yield one
      continue
    }
    const same = hash('sha256', JSON.stringify(one.value), 'base64').slice(0, 22)
    const nth = seen.get(same) ?? 0
    seen.set(same, nth + 1)
    yield { ...one, nth }
  }
}

async function* valuesIn(input: Bytes, mostCharacters: number): AsyncGenerator<Omit<ImportRecord, 'nth'> | Unread> {
  const { head, whole } = await peek(input)
  if (head.subarray(0, 4).equals(zipMark)) return yield* excelValues(await bytesOf(whole))
  if (head.includes(0)) throw noArchive()
  const text = head.toString('utf8').replace(/^\ufeff/, '')
  if (text.trim() === '') throw new UserError(empty)
  const csv = /^\s*[[{]/.test(text) ? undefined : csvHead(text)
  if (csv !== undefined) return yield* csvValues(whole, csv, mostCharacters)
  // A file whose beginning was cut has its first whole line further down.
  if (!/^\s*[[{]/m.test(text)) throw noArchive()
  yield* jsonIn(whole, mostCharacters)
}

const zipMark = Buffer.from('PK\u0003\u0004')

/** The first bytes, and the whole all the same. */
async function peek(input: Bytes): Promise<{ readonly head: Buffer; readonly whole: AsyncIterable<Uint8Array> }> {
  const chunks = input[Symbol.asyncIterator]()
  const begun: Buffer[] = []
  let sizeBytes = 0
  let isOver = false
  while (sizeBytes < peekBytes && !isOver) {
    const { value, done } = await chunks.next()
    isOver = done === true
    if (value === undefined) continue
    const chunk = Buffer.from(value)
    begun.push(chunk)
    sizeBytes += chunk.length
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield* begun
    if (!isOver) for await (const chunk of { [Symbol.asyncIterator]: () => chunks }) yield Buffer.from(chunk)
  }
  return { head: Buffer.concat(begun).subarray(0, peekBytes), whole: whole() }
}

async function bytesOf(input: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of input) {
    sizeBytes += chunk.length
    if (sizeBytes > mostExcelBytes) throw new UserError(workbookTooLarge)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

interface CsvHead {
  readonly delimiter: string
  readonly columns: ImportColumns
}

/** How its first line parts the columns that we know; nothing where it names none. */
function csvHead(text: string): CsvHead | undefined {
  const [first = ''] = text.trimStart().split(/[\r\n]/, 1)
  for (const delimiter of [',', ';', '\t']) {
    const columns = importColumns(first.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1')))
    if (columns !== undefined) return { delimiter, columns }
  }
  return undefined
}

async function* csvValues(whole: AsyncIterable<Uint8Array>, { delimiter, columns }: CsvHead, mostCharacters: number) {
  let isHead = true
  for await (const one of csvLines(textOf(whole), { delimiter, mostCharacters })) {
    if ('said' in one) yield one
    else if (!isHead) yield { line: one.line, value: rowValue(one.cells, columns) }
    isHead = false
  }
}

/** @throws {UserError} for what is not UTF-8: names would come in with other letters. */
async function* textOf(whole: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const chunk of whole) yield decoder.decode(chunk, { stream: true })
    yield decoder.decode()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new UserError(
      {
        fr: 'Ce fichier CSV n’est pas en UTF-8\u00a0: ses accents se perdraient. Enregistrez-le en «\u00a0CSV UTF-8\u00a0».',
        en: 'This CSV file is not in UTF-8: its accents would be lost. Save it as "CSV UTF-8".',
      },
      { cause: error },
    )
  }
}

/** Worksheets after the first, which go on with its rows, have their head again; other ones (notes) are passed over. */
async function* excelValues(bytes: Uint8Array) {
  let isKnown = false
  let rowsBefore = 0
  for (const [head = [], ...rows] of await excelSheets(bytes)) {
    const columns = importColumns(head.map((cell: ExcelCell) => String(cell ?? '').trim()))
    if (columns !== undefined)
      for (const [index, cells] of rows.entries())
        if (cells.some((cell) => cell !== null && cell !== ''))
          yield { line: rowsBefore + index + 2, value: rowValue(cells, columns) }
    isKnown ||= columns !== undefined
    rowsBefore += rows.length + 1
  }
  if (!isKnown) throw noArchive()
}

const empty = {
  fr: 'Le fichier est vide\u00a0: il n’y a rien à reprendre.',
  en: 'The file is empty: there is nothing to take up.',
}

/** Says what was expected. */
export const noArchive = (): UserError =>
  new UserError({
    fr: 'Ce fichier n’est pas une archive que je sache reprendre. J’attends du JSON (un tableau, ou une valeur par ligne), ou un CSV ou un classeur Excel dont la première ligne nomme les colonnes\u00a0: nom et score, ou celles de vigie export events.',
    en: 'This file is no archive that I can take up. I expect JSON (an array, or a value a line), or CSV or an Excel workbook whose first line names the columns: nom and score, or those of vigie export events.',
  })

/** All of them; `onTaken` hears how many there were so far. @throws {UserError} where nothing in the file was even JSON. */
export async function importAll(
  records: AsyncIterable<ImportRecord | Unread>,
  take: Import,
  onTaken: (count: number) => void = () => undefined,
): Promise<ImportDone> {
  let [added, repeated, refusedCount, garbledCount] = [0, 0, 0, 0]
  const refused: Imported['refused'][number][] = []
  const refuse = (all: Imported['refused']) => {
    refusedCount += all.length
    refused.push(...all.slice(0, mostKept - refused.length))
  }
  let batch: ImportRecord[] = []
  let characters = 0
  const flush = async () => {
    if (batch.length === 0) return
    const done = await take(batch)
    added += done.added
    repeated += done.repeated
    refuse(done.refused)
    onTaken(added + repeated + refusedCount)
    batch = []
    characters = 0
  }
  for await (const one of records) {
    if ('said' in one) {
      if (one.garbled) garbledCount += 1
      refuse([{ line: one.line, said: one.said }])
      continue
    }
    batch.push(one)
    characters += JSON.stringify(one.value).length
    if (batch.length >= mostRecords || characters >= mostBatchCharacters) await flush()
  }
  await flush()
  if (garbledCount > 1 && garbledCount === refusedCount && added + repeated === 0) throw noArchive()
  return { added, repeated, refusedCount, refused: refused.toSorted((a, b) => a.line - b.line) }
}

/** Of a file from chat: a value is no longer. */
const mostCharactersInChat = 1_000_000
const partBytes = 64 * 1024

/** Takes up a file that is here whole; others have their turn after each of its parts. */
export const createFileImport =
  (take: Import) =>
  (bytes: Uint8Array): Promise<ImportDone> =>
    importAll(recordsIn(partsOf(bytes), mostCharactersInChat), take)

async function* partsOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += partBytes) {
    yield bytes.subarray(at, at + partBytes)
    await setImmediate()
  }
}

/** Which line was not understood, and why. */
export const lineWords = (line: number, said: Said, locale: Locale): string =>
  locale === 'fr' ? `ligne ${line}\u00a0: ${said.fr}` : `line ${line}: ${said.en}`

/** `3 ajoutés, 1 déjà connu, 0 non compris` */
export function importedWords(done: ImportDone, locale: Locale): string {
  if (done.added + done.repeated + done.refusedCount > 0) return countsOf(done, locale)
  return locale === 'fr'
    ? 'Le fichier ne contient aucune donnée\u00a0: rien à reprendre.'
    : 'The file holds no data: nothing to take up.'
}
