// Tables as one HTML page that stands by itself, for a mail or a wiki; nothing in it runs or loads.

import { type Markup, Markup as MarkupOf, markup } from '../text/markup.ts'
import { cellText } from './cells.ts'
import type { Document, DocumentTable } from './document.ts'

const style = `:root{color-scheme:light dark}body{max-width:60rem;margin:2rem auto;padding:0 1rem;font:16px/1.5 system-ui,sans-serif;color:#1b2129;background:#fff}
h1{margin:0;font-size:1.5rem}h2{margin:2rem 0 .5rem;font-size:1.15rem}p{margin:.25rem 0}.soft{color:#57606c}
.wide{overflow-x:auto}table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{padding:.45rem .6rem;text-align:right;border-bottom:1px solid #dde2e8}
th{font-size:.875rem}.text{text-align:left;overflow-wrap:anywhere}
@media (prefers-color-scheme:dark){body{color:#e8ecf1;background:#14191f}.soft{color:#a0abb8}th,td{border-color:#2b343f}}`

export function htmlOf(document: Document): Uint8Array {
  const { title, subtitle, tables, notes, locale } = document
  const page = markup`<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${new MarkupOf(style)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="soft">${subtitle}</p>
${tables.map((table) => section(table, document))}
${notes.map((note) => markup`<p class="soft">${note}</p>\n`)}
</main>
</body>
</html>
`
  return Buffer.from(page.text)
}

function section({ title, columns, rows }: DocumentTable, document: Document): Markup {
  const side = (index: number) => (columns[index]?.kind === 'text' ? 'text' : '')
  const head = columns.map((column, index) => markup`<th scope="col" class="${side(index)}">${column.title}</th>`)
  const body = rows.map(
    (row) =>
      markup`<tr>${columns.map((column, index) => markup`<td class="${side(index)}">${cellText(row[index], column, document)}</td>`)}</tr>\n`,
  )
  return markup`<h2>${title}</h2>
<div class="wide"><table>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody>
</table></div>
`
}
