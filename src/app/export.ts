// What leaves as a file: events and characters, a page at a time (issue 7, "`vigie export events` … give JSON, CSV or Excel"). The same
// for the shell and for chat.

import { PassThrough, type Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import type { ExportAsked, ExportMade } from '../commands/export.ts'
import { type CsvDialect, csvOfSheet, type Sheet, type SheetRow, writeExcelSheet } from '../documents/sheet.ts'
import { UserError } from '../errors.ts'
import type { Json, JsonObject, Personnage } from '../event.ts'
import { toCloudEvent } from '../store/cloud-event.ts'
import { idBefore } from '../store/ids.ts'
import type { EventStore, PersonnageStore, StoredEvent } from '../store/store.ts'
import { parseDuration } from '../text/format.ts'
import type { Locale } from '../text/locale.ts'
import { readMoment } from '../text/moment.ts'
import { code, rich } from '../text/rich.ts'
import { said } from '../text/said.ts'

export const exportFormats = ['json', 'ndjson', 'csv', 'xlsx'] as const
export type ExportFormat = (typeof exportFormats)[number]

/** As it was typed. */
export interface ExportWish {
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly source?: string | undefined
  /** `gitlab.push.push`, `gitlab.**`, `gitlab` */
  readonly type?: string | undefined
}

/** By when they were accepted; milliseconds since 1970, `to` not included. */
export interface EventFilter {
  readonly from: number
  readonly to: number
  readonly source?: string
  readonly type?: (type: string) => boolean
}

const page = 500

/** @throws {UserError} for what is no moment. */
export function readExportWish(
  { from, to, source, type }: ExportWish,
  { timeZone, now }: { readonly timeZone: string; readonly now: number },
): EventFilter {
  const telling = { timeZone, now }
  return {
    from: from === undefined ? 0 : readBound(from, telling, 0),
    to: to === undefined ? Number.POSITIVE_INFINITY : readBound(to, telling, 1),
    ...(source === undefined ? {} : { source: source.toLowerCase() }),
    ...(type === undefined ? {} : { type: typeFilter(type) }),
  }
}

/** @throws {UserError} where something is asked of characters that only events have. */
export function refuseFilters(what: 'events' | 'personnages', wish: ExportWish): void {
  const given = (['from', 'to', 'source', 'type'] as const).filter((name) => wish[name] !== undefined)
  if (what === 'events' || given.length === 0) return
  const words = given.map((name) => `--${name}`).join(', ')
  throw new UserError({
    fr: `${words}\u00a0: seulement pour events\u202f; les personnages s’exportent tous.`,
    en: `${words}: for events only; characters are exported all together.`,
  })
}

/** A day (its end, `days` later, for `to`), a moment, or how long ago. */
function readBound(text: string, { timeZone, now }: { timeZone: string; now: number }, days: number): number {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    try {
      return Temporal.PlainDate.from(text).add({ days }).toZonedDateTime({ timeZone }).epochMilliseconds
    } catch (error) {
      throw noMoment(text, error)
    }
  }
  const at = /^\d{4}-\d{2}-\d{2}T/.test(text) ? readMoment(text, timeZone) : undefined
  if (at !== undefined) return at
  const agoMs = parseDuration(text)
  if (agoMs !== undefined) return now - agoMs
  throw noMoment(text)
}

function noMoment(text: string, cause?: unknown): UserError {
  return new UserError(
    said({
      fr: rich`Un jour (2026-11-21), un moment (2026-11-21T08:00:00Z) ou une durée écoulée (7d) est attendu, pas ${code(text)}.`,
      en: rich`A day (2026-11-21), a moment (2026-11-21T08:00:00Z) or a time ago (7d) is expected, not ${code(text)}.`,
    }),
    { cause },
  )
}

/** A whole type, the beginning of one, or a glob. */
function typeFilter(words: string): (type: string) => boolean {
  if (!words.includes('*')) return (type) => type === words || type.startsWith(`${words}.`)
  const [first = '', ...pieces] = words.split(/\*+/)
  const last = pieces.pop() ?? ''
  // No regular expression: types are whatever a key's holder sends, and many stars would take it for ever (threat T28).
  return (type) => {
    const end = type.length - last.length
    let at = first.length
    if (at > end || !type.startsWith(first) || !type.endsWith(last)) return false
    for (const piece of pieces) {
      const found = type.indexOf(piece, at)
      if (found < 0 || found + piece.length > end) return false
      at = found + piece.length
    }
    return true
  }
}

/** In the order they were accepted; what comes in meanwhile is not waited for. */
export async function* eventPages(
  list: EventStore['list'],
  { from, to, source, type }: EventFilter,
): AsyncGenerator<readonly StoredEvent[]> {
  let after = idBefore(from)
  for (;;) {
    const some = await list({ after, limit: page })
    yield some.filter(
      ({ event, acceptedAt }) =>
        acceptedAt >= from &&
        acceptedAt < to &&
        (source === undefined || event.source === source) &&
        (type === undefined || type(event.type)),
    )
    const last = some.at(-1)?.event.id
    // Ids are never earlier than the moment they were given at: what begins after `to` has nothing before it behind it.
    if (last === undefined || last >= idBefore(Math.min(to, farAway) + dayMs)) return
    after = last
  }
}

const dayMs = 86_400_000
/** Beyond what ids can tell. */
const farAway = Date.UTC(2080, 0, 1)

/** By name. */
export async function* personnagePages(list: PersonnageStore['list']): AsyncGenerator<readonly Personnage[]> {
  let after: Personnage | undefined
  for (;;) {
    const some = await list({ sort: 'nom', order: 'asc', limit: page, ...(after === undefined ? {} : { after }) })
    yield some
    after = some.at(-1)
    if (after === undefined || some.length < page) return
  }
}

/** What an export holds: as JSON, and as rows. */
export interface Exported<T> {
  readonly title: string
  readonly columns: readonly string[]
  readonly pages: AsyncIterable<readonly T[]>
  readonly json: (one: T) => JsonObject
  readonly row: (one: T) => SheetRow
}

/** `data` last, for it is long. With the others all that an import needs to make it the event that it was. */
export const eventColumns = [
  ...['id', 'time', 'recordedtime', 'source', 'type', 'subject', 'severity', 'url'],
  ...['audience', 'visibility', 'home', 'card', 'origin', 'confidential', 'bydefault', 'data'],
] as const

export function exportedEvents(pages: AsyncIterable<readonly StoredEvent[]>): Exported<StoredEvent> {
  return {
    title: 'events',
    columns: eventColumns,
    pages,
    json: toCloudEvent,
    row(stored) {
      const event = toCloudEvent(stored)
      return eventColumns.map((name) => cellOf(event[name]))
    },
  }
}

export function exportedPersonnages(
  pages: AsyncIterable<readonly Personnage[]>,
  niveauOf: (score: number) => string,
): Exported<Personnage> {
  const json = ({ nom, score, changedAt }: Personnage) => ({
    nom,
    score,
    niveau: niveauOf(score),
    changed: new Date(changedAt).toISOString(),
  })
  const columns = ['nom', 'score', 'niveau', 'changed'] as const
  return {
    title: 'personnages',
    columns,
    pages,
    json,
    row(one) {
      const shown = json(one)
      return columns.map((name) => shown[name])
    },
  }
}

function cellOf(value: Json | undefined): string | number | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value)
}

/** Of a spreadsheet in the reader's language; programs are given commas and no mark of order. */
export const csvFor = (locale: Locale | undefined): CsvDialect =>
  locale === undefined ? { delimiter: ',', bom: false } : { delimiter: locale === 'fr' ? ';' : ',', bom: true }

/** All but Excel, a page at a time. */
export async function* textOf<T>(
  exported: Exported<T>,
  format: Exclude<ExportFormat, 'xlsx'>,
  csv: CsvDialect,
): AsyncGenerator<string> {
  if (format === 'csv') return yield* csvOfSheet(sheetOf(exported), csv)
  const isList = format === 'json'
  let isFirst = true
  if (isList) yield '['
  for await (const some of exported.pages) {
    const lines = some.map((one) => JSON.stringify(exported.json(one)))
    if (lines.length === 0) continue
    yield isList ? `${isFirst ? '\n' : ',\n'}${lines.join(',\n')}` : `${lines.join('\n')}\n`
    isFirst = false
  }
  if (isList) yield '\n]\n'
}

export const excelOf = <T>(exported: Exported<T>, to: Writable): Promise<void> => writeExcelSheet(sheetOf(exported), to)

function sheetOf<T>({ title, columns, pages, row }: Exported<T>): Sheet {
  return { title, columns, pages: rowsOf(pages, row) }
}

async function* rowsOf<T>(pages: AsyncIterable<readonly T[]>, row: (one: T) => SheetRow) {
  for await (const some of pages) yield some.map(row)
}

/** The whole file at once, for a message. */
export async function bytesOf<T>(exported: Exported<T>, format: ExportFormat, locale: Locale): Promise<Uint8Array> {
  if (format === 'xlsx') {
    const through = new PassThrough()
    const [bytes] = await Promise.all([buffer(through), excelOf(exported, through)])
    return bytes
  }
  const parts: Buffer[] = []
  for await (const text of textOf(exported, format, csvFor(locale))) parts.push(Buffer.from(text))
  return Buffer.concat(parts)
}

/** Of a file for chat: it is held in memory. */
const mostInChat = 50_000
const mostCharactersInChat = 64 * 1024 * 1024

/** What `/vigie export` sends: the whole, or the beginning where that is too long. */
export function createExport(parts: {
  readonly events: Pick<EventStore, 'list'>
  readonly personnages: Pick<PersonnageStore, 'list'>
  readonly niveauOf: (score: number) => string
  readonly timeZone: string
  readonly now: () => number
}): (asked: ExportAsked, locale: Locale) => Promise<ExportMade> {
  return async ({ what, format, ...wish }, locale) => {
    const counted = { count: 0, isWhole: true }
    refuseFilters(what, wish)
    const filter = readExportWish(wish, { timeZone: parts.timeZone, now: parts.now() })
    const bytes =
      what === 'events'
        ? await bytesOf(exportedEvents(upTo(eventPages(parts.events.list, filter), counted)), format, locale)
        : await bytesOf(
            exportedPersonnages(upTo(personnagePages(parts.personnages.list), counted), parts.niveauOf),
            format,
            locale,
          )
    return { bytes, ...counted }
  }
}

/** The first of them, counted; others have their turn after each page. */
async function* upTo<T>(pages: AsyncIterable<readonly T[]>, counted: { count: number; isWhole: boolean }) {
  let characters = 0
  for await (const some of pages) {
    const taken: T[] = []
    for (const one of some) {
      counted.isWhole = counted.count < mostInChat && characters < mostCharactersInChat
      if (!counted.isWhole) break
      taken.push(one)
      counted.count += 1
      characters += JSON.stringify(one).length
    }
    yield taken
    if (!counted.isWhole) return
    await setImmediate()
  }
}
