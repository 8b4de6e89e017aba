// Rows of CSV and Excel as the values that were exported: characters by `nom` and `score`, events by the columns of `export.ts`.

import type { ExcelCell } from '../documents/read-sheet.ts'
import { exactNumbers } from '../text/exact-number.ts'
import { eventColumns } from './export.ts'

/** What a file's first row named, in its order; a name that we do not know stands for a column that is passed over. */
export interface ImportColumns {
  readonly of: 'events' | 'personnages'
  readonly names: readonly string[]
}

/** Without these it is no table of ours. */
const needed = {
  events: ['id', 'source', 'type', 'time', 'data'],
  personnages: ['nom', 'score'],
} as const

/** Nothing where the row is not the head of a table that Vigie writes, or of one with the same columns. */
export function importColumns(head: readonly string[]): ImportColumns | undefined {
  const names = head.map((name) => name.toLowerCase())
  const of = (['events', 'personnages'] as const).find((one) => needed[one].every((name) => names.includes(name)))
  return of === undefined ? undefined : { of, names }
}

/** As JSON would have held it; what is no number, no JSON where one is expected stays text, and is refused with its line. */
export function rowValue(cells: readonly ExcelCell[], { of, names }: ImportColumns): Record<string, unknown> {
  const entries = names.flatMap((name, index): [string, unknown][] => {
    const cell = cells[index] ?? null
    if (cell === null || cell === '') return []
    if (of === 'personnages') return [[name, name === 'score' ? asNumber(cell) : asText(name, cell)]]
    return eventColumns.some((known) => known === name) ? [[name, asEventField(name, cell)]] : []
  })
  return of === 'personnages' ? Object.fromEntries(entries) : { specversion: '1.0', ...Object.fromEntries(entries) }
}

/** What would be rounded stays text. */
const asNumber = (cell: ExcelCell): unknown =>
  typeof cell === 'string' && /^\s*-?\d{1,16}\s*$/.test(cell) && Number.isSafeInteger(Number(cell))
    ? Number(cell)
    : cell

/** Only a name may be all digits; a time that is a number is one. */
const asText = (name: string, cell: ExcelCell): unknown => (name === 'nom' ? String(cell) : asNumber(cell))

function asEventField(name: string, cell: ExcelCell): unknown {
  const isJson = name === 'data' || name === 'confidential' || name === 'bydefault'
  if (!isJson || typeof cell !== 'string') return isJson ? cell : String(cell)
  try {
    return JSON.parse(cell.trim(), exactNumbers(cell))
  } catch {
    // Cut by Excel, which holds no longer text: refused with its line.
    return cell
  }
}
