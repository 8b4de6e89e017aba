// Long tables as CSV and Excel, re-opened by readers that did not write them: no text becomes a formula, all text stays (threat T26).

import { createRequire } from 'node:module'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { strFromU8, unzipSync } from 'fflate'
import readExcel from 'read-excel-file/node'
import { describe, expect, test } from 'vitest'
import { csvOfSheet, type SheetRow, writeExcelSheet } from '../../src/documents/sheet.ts'

const starts = ['=', '+', '-', '@', '\t', '\r', '\t=', '\r=', '\n=', ' =', '＝', '＋', '－', '＠', '=cmd|', '"=', "'="]
const rests = ['1+1', 'SUM(A1:A9)', "cmd|' /C calc'!A0", 'HYPERLINK("http://evil.example","x")', '2+3', 'A1,B2;C3', '0']
const more = ['WEBSERVICE("http://evil.example")', 'é\nà', '-1', '$(id)', 'DDE("x")']
/** Over 200 of them. */
const payloads = starts.flatMap((start) => [...rests, ...more].map((rest) => start + rest))

async function* pagesOf(rows: readonly SheetRow[]) {
  for (let at = 0; at < rows.length; at += 50) yield rows.slice(at, at + 50)
}
const sheetOf = (rows: readonly SheetRow[]) => ({ title: 'events', columns: ['id', 'data'], pages: pagesOf(rows) })

async function csv(rows: readonly SheetRow[], dialect = { delimiter: ',', bom: false } as const): Promise<string> {
  let text = ''
  for await (const part of csvOfSheet(sheetOf(rows), dialect)) text += part
  return text
}

async function excel(rows: readonly SheetRow[]): Promise<Buffer> {
  const through = new PassThrough()
  const [bytes] = await Promise.all([buffer(through), writeExcelSheet(sheetOf(rows), through)])
  return bytes
}

/** By the rules of RFC 4180, and nothing else. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, bare = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/gy)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? bare)
    if (end === '\n') rows.push([])
    if (end === '') break
  }
  return rows.filter((row) => row.length > 1)
}

/** What a spreadsheet would do with a cell of CSV. */
const isFormula = (cell: string) => /^[\s\p{Cc}]*[=+\-@＝＋－＠]/u.test(cell) || /^[\t\r]/.test(cell)
const plainAgain = (cell: string) => cell.replace(/^'/, '')

describe('CSV', () => {
  test('holds no formula among 200 payloads, and keeps their text behind an apostrophe', async () => {
    expect(payloads.length).toBeGreaterThanOrEqual(200)
    const rows = readCsv(await csv(payloads.map((payload, index) => [index, payload]))).slice(1)
    expect(rows.map(([, cell]) => cell).filter((cell) => isFormula(cell ?? ''))).toEqual([])
    const original = payloads.map((payload) => (payload.startsWith("'") ? payload.slice(1) : payload))
    expect(rows.map(([, cell]) => plainAgain(cell ?? ''))).toEqual(original)
  })

  test('keeps any text and any number', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.integer()), { minLength: 1 }),
        async (pairs) => {
          const rows = readCsv(await csv(pairs.map(([text, value]) => [text.toWellFormed(), value]))).slice(1)
          expect(rows).toHaveLength(pairs.length)
          for (const [index, [text, value]] of pairs.entries()) {
            const [first = '', second] = rows[index] ?? []
            expect([text.toWellFormed(), `'${text.toWellFormed()}`]).toContain(first)
            expect(second).toBe(String(value))
            expect(isFormula(first)).toBe(false)
          }
        },
      ),
    )
  })

  test('is given its mark and its separator for a French spreadsheet', async () => {
    const text = await csv([['a;b', 1]], { delimiter: ';', bom: true } as never)
    expect(text).toBe('\ufeffid;data\n"a;b";1\n')
  })
})

describe('Excel', () => {
  const exceljs: typeof import('exceljs') = createRequire(import.meta.url)('exceljs')

  test('holds no formula among 200 payloads, and keeps their text', async () => {
    const bytes = await excel(payloads.map((payload, index) => [index, payload]))
    const files = unzipSync(bytes)
    const sheets = Object.keys(files).filter((name) => name.startsWith('xl/worksheets/'))
    for (const name of sheets) expect(strFromU8(files[name] ?? new Uint8Array())).not.toMatch(/<f[\s>]/)
    const [sheet] = await readExcel(Readable.from(bytes), { trim: false })
    const read = (sheet?.data ?? []).slice(1).map(([, cell]) => String(cell))
    // A file of XML knows one way to end a line.
    const lines = (text: string) => text.replaceAll('\r\n', '\n').replaceAll('\r', '\n')
    expect(read.map(lines)).toEqual(payloads.map(lines))
    const book = new exceljs.Workbook()
    await book.xlsx.load(new Uint8Array(bytes).slice().buffer)
    const cells = (book.worksheets[0]?.getColumn(2).values ?? []).filter((cell) => typeof cell === 'object')
    expect(cells).toEqual([])
  })

  test('takes what neither XML nor a cell can hold', async () => {
    const bytes = await excel([
      ['\0\u0007a\ud800b', 'x'.repeat(40_000)],
      [undefined, -1],
    ])
    const [sheet] = await readExcel(Readable.from(bytes), { trim: false })
    const [, first, second] = sheet?.data ?? []
    expect(first?.[0]).toBe('  a\ufffdb')
    expect(String(first?.[1])).toHaveLength(32_767)
    expect(second).toEqual([null, -1])
  })
})
