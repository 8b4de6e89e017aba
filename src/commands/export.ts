// `/vigie export events|personnages`: a file by direct message; what is longer than a message may hold is written by `vigie export` in a shell.

import { number } from '../text/format.ts'
import { code, own, rich } from '../text/rich.ts'
import type { Call, Command, Flag, FlagValue, Reply } from './command.ts'
import type { CommandParts } from './index.ts'

/** As it was typed. */
export interface ExportAsked {
  readonly what: 'events' | 'personnages'
  readonly format: 'json' | 'ndjson' | 'csv' | 'xlsx'
  readonly from?: string
  readonly to?: string
  readonly source?: string
  readonly type?: string
}

export interface ExportMade {
  readonly bytes: Uint8Array
  readonly count: number
  /** False where there is more than a file for chat holds. */
  readonly isWhole: boolean
}

const formats = ['json', 'ndjson', 'csv', 'xlsx'] as const
const types: Readonly<Record<(typeof formats)[number], string>> = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

const words = {
  fr: {
    sent: (name: string, count: number) =>
      rich`Le fichier ${code(name)} vous est envoyé\u00a0: ${own(number('fr', count))} au total.`,
    part: 'Ce n’est que le début\u00a0: le reste est trop long pour un message. Dans un shell, vigie export écrit tout.',
  },
  en: {
    sent: (name: string, count: number) =>
      rich`The file ${code(name)} is sent to you: ${own(number('en', count))} in all.`,
    part: 'This is the beginning only: the rest is too long for a message. In a shell, vigie export writes all of it.',
  },
}

const day = {
  fr: 'un jour (2026-11-21), un moment, ou une durée écoulée (7d)',
  en: 'a day (2026-11-21), a moment, or a time ago (7d)',
}
const flags: Readonly<Record<string, Flag>> = {
  from: { kind: 'word', title: { fr: 'Depuis', en: 'From' }, help: day },
  to: { kind: 'word', title: { fr: 'Jusqu’à', en: 'To' }, help: day },
  source: { kind: 'word', title: { fr: 'Source', en: 'Source' }, help: { fr: 'gitlab, hook…', en: 'gitlab, hook…' } },
  type: {
    kind: 'word',
    title: { fr: 'Type', en: 'Type' },
    help: { fr: 'un type, son début, ou un motif avec *', en: 'a type, its beginning, or a glob with *' },
  },
  format: {
    kind: 'word',
    title: { fr: 'Format', en: 'Format' },
    help: { fr: 'json, ndjson, csv ou xlsx (Excel)', en: 'json, ndjson, csv or xlsx (Excel)' },
    choices: formats.map((value) => ({ value })),
  },
}

export function exportCommand({ makeExport, timeZone }: Pick<CommandParts, 'makeExport' | 'timeZone'>): Command {
  return {
    name: 'export',
    twin: 'exporter',
    summary: {
      fr: 'Envoie les événements ou les personnages dans un fichier.',
      en: 'Sends events or characters as a file.',
    },
    args: [
      {
        name: 'what',
        title: { fr: 'Quoi', en: 'What' },
        help: { fr: 'events ou personnages', en: 'events or personnages' },
        required: true,
        choices: [{ value: 'events' }, { value: 'personnages' }],
      },
    ],
    flags,
    examples: [
      { fr: '/vigie exporter events --from 7d --format xlsx', en: '/vigie export events --from 7d --format xlsx' },
    ],
    allow: 'vigie_admin',
    perMinute: 5,
    run: (call) => exportReply(makeExport, call, timeZone),
  }
}

async function exportReply(makeExport: CommandParts['makeExport'], call: Call, timeZone: string): Promise<Reply> {
  const { locale, flags: given, now } = call
  const what = call.args.what === 'personnages' ? 'personnages' : 'events'
  const format = formats.find((one) => one === given.format) ?? 'json'
  const wish = Object.fromEntries(
    (['from', 'to', 'source', 'type'] as const).flatMap((name) => {
      const value = wordOf(given[name])
      return value === undefined ? [] : [[name, value]]
    }),
  )
  const { bytes, count, isWhole } = await makeExport({ what, format, ...wish }, locale)
  const day = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate().toString()
  const file = { name: `vigie-${what}-${day}.${format}`, type: types[format], bytes }
  const say = words[locale]
  return {
    text: say.sent(file.name, count),
    mood: isWhole ? 'good' : 'warning',
    ...(isWhole ? {} : { footer: say.part }),
    file,
    personal: true,
    changed: `${what} ${format}`,
  }
}

const wordOf = (value: FlagValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined)
