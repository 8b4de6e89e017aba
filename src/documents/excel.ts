// Tables as an Excel workbook: numbers, durations and moments as such, so that one can go on counting; text is only ever text.

import exceljs, { type Worksheet } from 'exceljs'
import { printable } from './cells.ts'
import type { Column, Document, DocumentTable } from './document.ts'

const dayMs = 86_400_000
const formats: Readonly<Record<Column['kind'], string>> = {
  text: '@',
  number: '0',
  share: '0.000%',
  duration: '[h]:mm:ss',
  moment: 'yyyy-mm-dd hh:mm:ss',
}
const widths: Readonly<Record<Column['kind'], number>> = { text: 34, number: 12, share: 16, duration: 16, moment: 21 }
const mostSheetName = 31

export async function excelOf(document: Document): Promise<Uint8Array> {
  const book = new exceljs.Workbook()
  book.creator = 'Vigie'
  for (const table of document.tables) addTable(book.addWorksheet(sheetName(table.title)), table, document)
  const notes = book.addWorksheet(document.locale === 'fr' ? 'Décompte' : 'Accounting')
  notes.columns = [{ width: 110, style: { alignment: { wrapText: true, vertical: 'top' }, numFmt: '@' } }]
  for (const line of [document.title, document.subtitle, ...document.notes]) notes.addRow([printable(line)])
  notes.getRow(1).font = { bold: true, size: 14 }
  return new Uint8Array(await book.xlsx.writeBuffer())
}

function addTable(sheet: Worksheet, { columns, rows }: DocumentTable, { timeZone }: Document): void {
  sheet.columns = columns.map(({ kind }) => ({ width: widths[kind], style: { numFmt: formats[kind] } }))
  const head = sheet.addRow(columns.map(({ title }) => printable(title)))
  head.font = { bold: true }
  head.alignment = { wrapText: true, vertical: 'top' }
  for (const row of rows) sheet.addRow(row.map((value, index) => cell(value, columns[index], timeZone)))
  sheet.views = [{ state: 'frozen', ySplit: 1 }]
  if (rows.length > 0)
    sheet.autoFilter = { from: { row: 1, column: 1 }, to: { row: rows.length + 1, column: columns.length } }
}

function cell(
  value: string | number | undefined,
  column: Column | undefined,
  timeZone: string,
): string | number | Date | null {
  if (value === undefined) return null
  if (typeof value === 'string') return printable(value)
  if (column?.kind === 'duration') return Math.round(value / 1000) / (dayMs / 1000)
  if (column?.kind !== 'moment') return value
  // A workbook knows no zones: the time that a clock on the wall shows.
  const zoned = Temporal.Instant.fromEpochMilliseconds(value).toZonedDateTimeISO(timeZone)
  return new Date(value + zoned.offsetNanoseconds / 1_000_000)
}

const sheetName = (title: string): string =>
  printable(title)
    .replace(/[\\/?*[\]:']/g, ' ')
    .slice(0, mostSheetName)
