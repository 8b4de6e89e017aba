// Long tables as CSV and Excel, re-opened by readers that did not write them: no text becomes a formula, all text stays (threat T26).

import { createRequire } from 'node:module'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { strFromU8, unzipSync, zipSync } from 'fflate'
import readExcel from 'read-excel-file/node'
import { describe, expect, test } from 'vitest'
import { csvLines, type ExcelCell, excelSheets } from '../../src/documents/read-sheet.ts'
import { type CsvDialect, csvOfSheet, plainAgain, type SheetRow, writeExcelSheet } from '../../src/documents/sheet.ts'

const starts = ['=', '+', '-', '@', '\t', '\r', '\t=', '\r=', '\n=', ' =', '＝', '＋', '－', '＠', '=cmd|', '"=', "'="]
const rests = ['1+1', 'SUM(A1:A9)', "cmd|' /C calc'!A0", 'HYPERLINK("http://evil.example","x")', '2+3', 'A1,B2;C3', '0']
const marks = ["'", '=', '+', '-', '@', '"', ',', ';', '\t', '\r', '\n', ' ', '＝', '\ufeff']
const more = ['WEBSERVICE("http://evil.example")', 'é\nà', '-1', '$(id)', 'DDE("x")']
/** Over 200 of them. */
const payloads = starts.flatMap((start) => [...rests, ...more].map((rest) => start + rest))

async function* pagesOf(rows: readonly SheetRow[]) {
  for (let at = 0; at < rows.length; at += 50) yield rows.slice(at, at + 50)
}
const sheetOf = (rows: readonly SheetRow[]) => ({ title: 'events', columns: ['id', 'data'], pages: pagesOf(rows) })

async function csv(rows: readonly SheetRow[], dialect: CsvDialect = { delimiter: ',', bom: false }): Promise<string> {
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

const read = async (text: string, delimiter = ',') => {
  const rows: (readonly ExcelCell[])[] = []
  // Parted anywhere, as it may come.
  const parts = Readable.from(text.match(/[\s\S]{1,7}/gu) ?? [])
  for await (const one of csvLines(parts, { delimiter, mostCharacters: 100_000 }))
    rows.push('said' in one ? [] : one.cells)
  return rows.slice(1)
}

describe('CSV', () => {
  test('holds no formula among 200 payloads, and keeps their text behind an apostrophe', async () => {
    expect(payloads.length).toBeGreaterThanOrEqual(200)
    const rows = readCsv(await csv(payloads.map((payload, index) => [index, payload]))).slice(1)
    expect(rows.map(([, cell]) => cell).filter((cell) => isFormula(cell ?? ''))).toEqual([])
    expect(rows.map(([, cell]) => plainAgain(cell ?? ''))).toEqual(payloads)
  })

  test('keeps any text and any number, and gives them back', async () => {
    const grapheme = fc.string({
      unit: fc.oneof(fc.string({ unit: 'grapheme', maxLength: 1 }), fc.constantFrom(...marks)),
    })
    const pairs = fc.array(fc.tuple(grapheme, fc.integer()), { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(pairs, fc.constantFrom(',', ';'), async (given, delimiter) => {
        const whole = given.map(([text, value]): [string, number] => [text.toWellFormed(), value])
        const text = await csv(whole, { delimiter, bom: delimiter === ';' })
        const cells = delimiter === ',' ? readCsv(text).slice(1) : []
        expect(cells.filter(([first = '']) => isFormula(first))).toEqual([])
        expect(await read(text, delimiter)).toEqual(whole.map(([first, value]) => [first, String(value)]))
      }),
    )
  })

  test('comes back whatever ended its lines since', async () => {
    const rows = [
      ['a', 'x\r\ny'],
      ["'=b", "''+1"],
      ['é;"', '\rz'],
    ]
    const text = await csv(rows)
    // Within quotes it is a text’s own.
    const ended = (end: string) => text.replaceAll(/"(?:[^"]|"")*"|\n/g, (part) => (part === '\n' ? end : part))
    for (const end of ['\n', '\r\n', '\r']) expect(await read(ended(end))).toEqual(rows)
  })

  test('is given its mark and its separator for a French spreadsheet', async () => {
    const text = await csv([['a;b', 1]], { delimiter: ';', bom: true })
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

  test('is not unpacked where it says, or hides, that it is too large', async () => {
    const said = (sizeBytes: number) => {
      const bytes = Buffer.from(zipSync({ 'xl/workbook.xml': new Uint8Array(2_000_000) }))
      // Of the central directory's entry, which is what counts.
      bytes.writeUInt32LE(sizeBytes, bytes.indexOf('PK\u0001\u0002') + 24)
      return bytes
    }
    await expect(excelSheets(said(101 * 1024 * 1024))).rejects.toThrow(/too large|trop grand/)
    await expect(excelSheets(said(10))).rejects.toThrow(/no Excel workbook|pas un classeur/)
    const many = Object.fromEntries(Array.from({ length: 1001 }, (_, at) => [`${at}.xml`, new Uint8Array(1)]))
    await expect(excelSheets(zipSync(many))).rejects.toThrow(/too large|trop grand/)
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
