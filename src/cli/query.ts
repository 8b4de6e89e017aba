// `vigie query personnages`: what Vigie knows, over HTTP, for a terminal, a file or a pipe.

import { parseArgs } from 'node:util'
import { z } from 'zod'
import { csvOfSheet } from '../documents/sheet.ts'
import { UserError } from '../errors.ts'
import { type Api, apiHelp, apiOptions, apiUsage, createApi } from './api.ts'
import { pour, writeOut } from './output.ts'
import type { Subcommand } from './subcommand.ts'

const formats = ['table', 'json', 'ndjson', 'csv'] as const
const filters = ['sort', 'nom', 'niveau', 'min', 'max'] as const
const word = { type: 'string' } as const
const options = { ...apiOptions, format: word, sort: word, nom: word, niveau: word, min: word, max: word } as const

const pageShape = z.object({
  items: z.array(z.object({ nom: z.string(), score: z.number(), niveau: z.string() })),
  next: z.string().nullable(),
})
type Item = z.infer<typeof pageShape>['items'][number]

export const query: Subcommand = {
  name: 'query',
  summary: { fr: 'demande à Vigie ce qu’elle sait', en: 'asks Vigie what it knows' },
  usage: `personnages [--format table|json|ndjson|csv] [--sort S] [--nom N] [--niveau N] [--min N] [--max N] ${apiUsage}`,
  help: {
    fr: `Sans --format\u00a0: table dans un terminal, csv ailleurs. Les événements s’exportent par vigie export events.\n${apiHelp.fr}`,
    en: `Without --format: table in a terminal, csv elsewhere. Events are exported by vigie export events.\n${apiHelp.en}`,
  },
  async run(args, world) {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    if (positionals.length !== 1 || positionals[0] !== 'personnages')
      throw new UserError({
        fr: 'Dites quoi\u00a0: vigie query personnages. Les événements s’exportent par vigie export events.',
        en: 'Say what: vigie query personnages. Events are exported by vigie export events.',
      })
    const format = formats.find((one) => one === (values.format ?? (world.isTerminal ? 'table' : 'csv')))
    if (format === undefined)
      throw new UserError({
        fr: `--format\u00a0: ${formats.join(', ')}, pas «\u00a0${values.format}\u00a0».`,
        en: `--format: ${formats.join(', ')}, not "${values.format}".`,
      })
    const api = await createApi(values, world)
    const asked = filters.flatMap((name) =>
      values[name] === undefined ? [] : [[name, values[name]] as [string, string]],
    )
    const pages = await begun(pagesOf(api, asked))
    await writeOut('-', world, (to) => pour(textOf(pages, format), to))
    return 0
  },
}

const notVigie = new UserError({
  fr: 'Ce qui répond là n’est pas Vigie. VIGIE_URL est-il le bon\u202f?',
  en: 'What answers there is not Vigie. Is VIGIE_URL right?',
})

/** The same, once the first is there: nothing is written where Vigie does not answer. */
async function begun<T>(pages: AsyncGenerator<T>): Promise<AsyncIterable<T>> {
  const first = await pages.next()
  return (async function* () {
    if (!first.done) yield first.value
    yield* pages
  })()
}

async function* pagesOf(api: Api, asked: readonly [string, string][]): AsyncGenerator<readonly Item[]> {
  let after: string | null = ''
  while (after !== null) {
    const words = new URLSearchParams([...asked, ['limit', '1000'], ...(after === '' ? [] : [['after', after]])])
    const read = pageShape.safeParse(await api({ method: 'GET', path: `/personnages?${words}` }))
    if (!read.success) throw notVigie
    const { items, next } = read.data
    yield items
    after = next
  }
}

const columns = ['nom', 'score', 'niveau'] as const

async function* textOf(
  pages: AsyncIterable<readonly Item[]>,
  format: (typeof formats)[number],
): AsyncGenerator<string> {
  if (format === 'csv') {
    const rows = rowsOf(pages)
    return yield* csvOfSheet({ title: 'personnages', columns, pages: rows }, { delimiter: ',', bom: false })
  }
  if (format === 'ndjson') {
    for await (const items of pages) yield items.map((one) => `${JSON.stringify(one)}\n`).join('')
    return
  }
  const all: Item[] = []
  for await (const items of pages) all.push(...items)
  yield format === 'json' ? `${JSON.stringify(all, undefined, 2)}\n` : tableOf(all)
}

async function* rowsOf(pages: AsyncIterable<readonly Item[]>) {
  for await (const items of pages) yield items.map((one) => columns.map((name) => one[name]))
}

/** A terminal's control characters are nobody's name. */
function tableOf(items: readonly Item[]): string {
  const rows = [[...columns], ...items.map((one) => columns.map((name) => String(one[name]).replace(/\p{Cc}/gu, '')))]
  const widths = columns.map((_, index) =>
    rows.reduce((most, row) => Math.max(most, [...(row[index] ?? '')].length), 0),
  )
  const padded = (text: string, index: number) => text + ' '.repeat((widths[index] ?? 0) - [...text].length)
  return rows.map((row) => `${row.map(padded).join('  ').trimEnd()}\n`).join('')
}
