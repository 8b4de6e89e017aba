// Tables as files: figures that one can go on counting with, and text that nothing takes for a formula or for markup.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { inflateSync } from 'node:zlib'
import { describe, expect, it, test } from 'vitest'
import { csvOf } from '../../src/documents/csv.ts'
import type { Document } from '../../src/documents/document.ts'
import { inLetters, lettersOf } from '../../src/documents/letters.ts'
import { createDocumentWriter } from '../../src/documents/write.ts'

const hostile = [
  '=HYPERLINK("http://evil.example","x")',
  "+1+cmd|' /C calc'!A0",
  '-2+3',
  '@SUM(1)',
  '\t=1+1',
  '\r=1+1',
  '＝1+1',
  '"quoted"; and, parted\nlines',
  '<script>alert(1)</script>',
]
const document: Document = {
  title: 'Disponibilité · <b>boutique</b>',
  subtitle: '7 jours',
  locale: 'fr',
  timeZone: 'Europe/Paris',
  notes: ['Ce qui compte.'],
  tables: [
    {
      title: 'Disponibilité [1/2]',
      columns: [
        { title: 'Moniteur', kind: 'text' },
        { title: 'Part', kind: 'share' },
        { title: 'Durée', kind: 'duration' },
        { title: 'Début', kind: 'moment' },
      ],
      rows: [
        ['boutique', 0.99962, 90_061_000, Date.UTC(2026, 6, 1, 7, 41, 7)],
        ...hostile.map((name) => [name, 1, undefined, undefined]),
      ],
    },
  ],
}
const write = createDocumentWriter()
const text = async (format: 'csv' | 'html' | 'pdf') => Buffer.from(await write(document, format)).toString('latin1')

describe('CSV', () => {
  const lines = Buffer.from(csvOf(document)).toString().split('\r\n')

  it('opens in the reader’s spreadsheet: its separators, its decimal mark, plain seconds', () => {
    expect(lines[0]).toBe('\ufeffMoniteur;Part (%);Durée (s);Début')
    expect(lines[1]).toBe('boutique;99,962;90061;2026-07-01 09:41:07')
    const english = Buffer.from(csvOf({ ...document, locale: 'en' })).toString()
    expect(english).toContain('boutique,99.962,90061,2026-07-01 09:41:07')
  })

  it('holds no text that a spreadsheet takes for a formula', () => {
    expect(lines.slice(2, 9).filter((line) => /^"?\s*[=+\-@＝]/.test(line))).toEqual([])
    expect(lines.filter((line) => line !== '')).toHaveLength(2 + hostile.length)
  })
})

describe('Excel', () => {
  test('keeps shares, durations and moments as figures, and text as text', async () => {
    const exceljs: typeof import('exceljs') = createRequire(import.meta.url)('exceljs')
    const book = new exceljs.Workbook()
    const bytes = await write(document, 'xlsx')
    await book.xlsx.load(bytes.slice().buffer)
    const [sheet, notes] = book.worksheets
    expect(sheet?.getCell('B2').value).toBe(0.99962)
    // Read back as a date, since its format is one of hours: days since the last one of 1899.
    const lasted = Number(sheet?.getCell('C2').value) - Date.UTC(1899, 11, 30)
    expect(lasted / 1000).toBeCloseTo(90_061, 0)
    expect(sheet?.getCell('C2').numFmt).toBe('[h]:mm:ss')
    expect(sheet?.getCell('D2').value).toEqual(new Date(Date.UTC(2026, 6, 1, 9, 41, 7)))
    for (let row = 3; row < 3 + hostile.length; row += 1) {
      expect(sheet?.getCell(`A${row}`).type).toBe(exceljs.ValueType.String)
      expect(sheet?.getCell(`A${row}`).formula).toBeUndefined()
    }
    expect(notes?.getCell('A3').value).toBe('Ce qui compte.')
  })
})

describe('HTML', () => {
  it('stands by itself and lets nothing of a name act', async () => {
    const page = await text('html')
    expect(page).toContain('<html lang="fr">')
    expect(page).toContain('<th scope="col"')
    expect(page).not.toMatch(/<script|<b>|src=|href=/)
  })
})

describe('PDF', () => {
  it('is one, with its own font, and no link or script', async () => {
    const pdf = await text('pdf')
    expect(pdf.slice(0, 5)).toBe('%PDF-')
    expect(pdf).toMatch(/Roboto/)
    expect(`${pdf}${streamsOf(pdf)}`).not.toMatch(/\/(?:JavaScript|JS|URI|Launch)\b/)
  })
})

describe('what a font lacks', () => {
  const named = (name: string): Document => ({
    ...document,
    title: name,
    notes: ['12\u202f345\u202f; ✓'],
    tables: document.tables.map((table) => ({ ...table, rows: [[name, 1, undefined, undefined]] })),
  })
  const font = createRequire(import.meta.url).resolve('pdfmake/fonts/Roboto/Roboto-Regular.ttf')
  const has = lettersOf(readFileSync(font))

  it('is left out of a PDF, and stays in the other files', async () => {
    // Glyph 0 is the box that stands for what is missing.
    const pdf = Buffer.from(await write(named('🛒 boutique'), 'pdf')).toString('latin1')
    const drawn = [...streamsOf(pdf).matchAll(/\[(<[^\]]*)\] TJ/g)].flatMap(([, words = '']) =>
      words.match(/[0-9a-f]{4}/g),
    )
    expect(drawn.length).toBeGreaterThan(20)
    expect(drawn).not.toContain('0000')
    for (const format of ['csv', 'html'] as const)
      expect(Buffer.from(await write(named('🛒 boutique'), format)).toString()).toContain('🛒 boutique')
  })

  it.each([
    ['🛒 boutique', 'boutique'],
    ['sauvegarde ✓ nuit', 'sauvegarde nuit'],
    ['Œuvre d’été\u202f; 100\u00a0%', 'Œuvre d’été\u00a0; 100\u00a0%'],
    ['e\u0301te\u0301', 'été'],
    ['сайт Ωmega', 'сайт Ωmega'],
    ['a → b', 'a > b'],
    ['1️⃣ premier 👩‍💻', '1 premier'],
    ['🛒', '…'],
    ['', ''],
  ])('%s is drawn as %s', (name, drawn) => {
    expect(inLetters(name, has)).toBe(drawn)
  })
})

function streamsOf(pdf: string): string {
  const streams = pdf.matchAll(/stream\r?\n([\s\S]*?)\r?\nendstream/g)
  return [...streams].map(([, body = '']) => inflated(body)).join('')
}

function inflated(body: string): string {
  try {
    return inflateSync(Buffer.from(body, 'latin1')).toString('latin1')
  } catch {
    // Not compressed: a font, or plain.
    return body
  }
}
