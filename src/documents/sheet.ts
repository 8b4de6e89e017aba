// Rows as they come, too many to be held at once, as CSV or as an Excel workbook. Text stays the text it is: nothing in it is taken for a
// formula (threat T26).

import type { Writable } from 'node:stream'
import { stringify } from 'csv-stringify/sync'

export type SheetRow = readonly (string | number | undefined)[]

export interface Sheet {
  readonly title: string
  readonly columns: readonly string[]
  /** A page after the other. */
  readonly pages: AsyncIterable<readonly SheetRow[]>
}

/** For whom: programs and pipes, or a spreadsheet that opens it by a double click (its separator depends on its language). */
export interface CsvDialect {
  readonly delimiter: ',' | ';'
  readonly bom: boolean
}

/** RFC 4180 with lines that end as a shell's do. What begins as a formula does has `'` before it. */
export async function* csvOfSheet({ columns, pages }: Sheet, { delimiter, bom }: CsvDialect): AsyncGenerator<string> {
  const options = { delimiter, escape_formulas: true }
  yield stringify([columns], { ...options, bom })
  for await (const rows of pages) if (rows.length > 0) yield stringify(rows.map(defused), options)
}

/** csv-stringify minds what stands first; a spreadsheet also takes what stands behind a line feed or spaces. */
function defused(row: SheetRow): SheetRow {
  return row.map((value) =>
    typeof value === 'string' && /^[\s\p{Cc}]+[=+\-@]/u.test(value) && !/^[\t\r]/.test(value) ? `'${value}` : value,
  )
}

/** Of a worksheet, its head included; Excel's own limits. */
const mostRows = 1_000_000
const mostCharacters = 32_767

/** Resolves once the workbook is written; its cells are text or numbers, never formulas. More rows than a worksheet holds go on in another. */
export async function writeExcelSheet({ title, columns, pages }: Sheet, to: Writable): Promise<void> {
  // A large package, loaded for whoever asks for a workbook: most never do.
  const { default: exceljs } = await import('exceljs')
  const book = new exceljs.stream.xlsx.WorkbookWriter({ stream: to, useStyles: true, useSharedStrings: false })
  let count = 0
  const begin = () => {
    const sheet = book.addWorksheet(count === 0 ? title : `${title} ${Math.floor(count / mostRows) + 1}`)
    sheet.columns = columns.map(() => ({ width: 24, style: { numFmt: '@' } }))
    sheet.addRow([...columns]).commit()
    return sheet
  }
  let sheet = begin()
  for await (const rows of pages) {
    for (const row of rows) {
      if (count > 0 && count % mostRows === 0) {
        sheet.commit()
        sheet = begin()
      }
      sheet.addRow(row.map(cellOf)).commit()
      count += 1
    }
    if (to.writableNeedDrain) await new Promise((resolve) => to.once('drain', resolve))
  }
  sheet.commit()
  await book.commit()
}

/** As it is, but for what XML cannot hold; Excel opens no file with a longer text. */
function cellOf(value: string | number | undefined): string | number | null {
  if (typeof value !== 'string') return value ?? null
  const text = value.toWellFormed().replace(/[\p{Cc}\ufffe\uffff]/gu, (mark) => ('\t\n\r'.includes(mark) ? mark : ' '))
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters - 1).toWellFormed()}…` : text
}
