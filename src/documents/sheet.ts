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

/** RFC 4180 with lines that end as a shell's do. What begins as a formula does has `'` before it (`defused`). */
export async function* csvOfSheet({ columns, pages }: Sheet, { delimiter, bom }: CsvDialect): AsyncGenerator<string> {
  // A lone CR parts lines too, for whoever reads.
  const options = { delimiter, quoted_match: /[\r\n]/ }
  yield stringify([columns], { ...options, bom })
  for await (const rows of pages)
    if (rows.length > 0)
      yield stringify(
        rows.map((row) => row.map((value) => (typeof value === 'string' ? defused(value) : value))),
        options,
      )
}

/** What a spreadsheet takes for a formula, spaces and line feeds before it or not (OWASP, "CSV injection"), and what looks defused already. */
const formula = /^'*(?:[\t\r]|[\s\p{Cc}]*[=+\-@＝＋－＠])/u

const defused = (text: string): string => (formula.test(text) ? `'${text}` : text)

/** The text that `csvOfSheet` wrote as this cell: the apostrophe goes that it put there, and no other. */
export const plainAgain = (cell: string): string => (cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell)

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

/** As it is, but for what XML cannot hold; Excel opens no file with a longer text, and reads `_x0041_` as `A` unless its `_` is told so. */
function cellOf(value: string | number | undefined): string | number | null {
  if (typeof value !== 'string') return value ?? null
  const text = value
    .toWellFormed()
    .replace(/_(?=x[\da-f]{4}_)/gi, '_x005F_')
    .replace(/[\r\ufffe\uffff]/g, (mark) => `_x${mark.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}_`)
    .replace(/\p{Cc}/gu, (mark) => ('\t\n'.includes(mark) ? mark : ' '))
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters - 1).toWellFormed()}…` : text
}
