// A table as CSV that a spreadsheet opens as it is meant: its separator, its decimal mark, and no text that it would take for a formula.

import { stringify } from 'csv-stringify/sync'
import { number } from '../text/format.ts'
import { printable, wallTime } from './cells.ts'
import type { Column, Document } from './document.ts'

export function csvOf(document: Document): Uint8Array {
  const [table] = document.tables
  if (table === undefined) return new Uint8Array()
  const rows = table.rows.map((row) => row.map((value, index) => cell(value, table.columns[index], document)))
  const titles = table.columns.map(({ title, kind }) =>
    kind === 'duration' ? `${title} (s)` : kind === 'share' ? `${title} (%)` : title,
  )
  // French spreadsheets read a decimal comma, and so part columns by semicolons.
  const delimiter = document.locale === 'fr' ? ';' : ','
  return Buffer.from(
    stringify([titles, ...rows], { delimiter, bom: true, escape_formulas: true, record_delimiter: 'windows' }),
  )
}

function cell(value: string | number | undefined, column: Column | undefined, { locale, timeZone }: Document): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return printable(value)
  if (column?.kind === 'moment') return wallTime(value, timeZone)
  if (column?.kind === 'duration') return plainNumber(Math.round(value / 1000), locale)
  if (column?.kind === 'share') return plainNumber(Math.floor(value * 1_000_000) / 10_000, locale)
  return plainNumber(value, locale)
}

/** Without the spaces and commas between thousands, which a spreadsheet would take for text. */
function plainNumber(value: number, locale: Document['locale']): string {
  return number(locale, value, 4).replace(locale === 'fr' ? /[\s\u00a0\u202f]/g : /,/g, '')
}
