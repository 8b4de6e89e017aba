// Tables as a PDF of A4 pages, with a font of its own: the standard ones lack letters.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import pdfmake from 'pdfmake'
import { cellText, printable } from './cells.ts'
import type { Document, DocumentTable } from './document.ts'
import { inLetters, lettersOf } from './letters.ts'

const fontAt = (name: string) => fileURLToPath(import.meta.resolve(`pdfmake/fonts/Roboto/Roboto-${name}.ttf`))
const soft = '#57606c'

export async function pdfOf(document: Document): Promise<Uint8Array> {
  const fonts = {
    normal: fontAt('Regular'),
    bold: fontAt('Medium'),
    italics: fontAt('Italic'),
    bolditalics: fontAt('MediumItalic'),
  }
  pdfmake.setFonts({ Roboto: fonts })
  // It reads its fonts, and nothing else from anywhere.
  pdfmake.setUrlAccessPolicy(() => false)
  pdfmake.setLocalAccessPolicy((path: string) => Object.values(fonts).includes(path))
  const { title, subtitle, tables, notes, locale } = document
  // All four have the same letters.
  const has = lettersOf(readFileSync(fonts.normal))
  const drawn: Drawn = (words) => inLetters(printable(words), has)
  const made = pdfmake.createPdf({
    pageSize: 'A4',
    pageOrientation: 'landscape',
    pageMargins: [40, 40, 40, 50],
    language: locale,
    info: { title: printable(title), creator: 'Vigie', producer: 'Vigie' },
    defaultStyle: { font: 'Roboto', fontSize: 9, color: '#1b2129' },
    footer: (page: number, pages: number) => ({
      columns: [{ text: drawn(title) }, { text: `${page} / ${pages}`, alignment: 'right' }],
      margin: [40, 20, 40, 0],
      fontSize: 8,
      color: soft,
    }),
    content: [
      { text: drawn(title), fontSize: 18, bold: true },
      { text: drawn(subtitle), color: soft, margin: [0, 2, 0, 6] },
      ...tables.flatMap((table) => tableOf(table, document, drawn)),
      ...notes.map((note) => ({
        text: drawn(note),
        color: soft,
        fontSize: 8,
        margin: [0, 8, 0, 0] as [number, number, number, number],
      })),
    ],
  })
  return new Uint8Array(await made.getBuffer())
}

/** In the letters of the font. */
type Drawn = (words: string) => string

function tableOf({ title, columns, rows }: DocumentTable, document: Document, drawn: Drawn) {
  const side = (index: number) => (columns[index]?.kind === 'text' ? ('left' as const) : ('right' as const))
  const head = columns.map((column, index) => ({ text: drawn(column.title), bold: true, alignment: side(index) }))
  const body = rows.map((row) =>
    columns.map((column, index) => ({ text: drawn(cellText(row[index], column, document)), alignment: side(index) })),
  )
  return [
    { text: drawn(title), fontSize: 12, bold: true, margin: [0, 12, 0, 4] as [number, number, number, number] },
    {
      layout: 'lightHorizontalLines',
      table: {
        headerRows: 1,
        widths: columns.map(({ kind }) => (kind === 'text' ? '*' : 'auto')),
        body: [head, ...body],
      },
    },
  ]
}
