// `/monitor report`: how this channel's monitors did over a week or a month, in chat or as a file; the accounting is said with it
// (issue "The watch", "Commands").

import type { Document, DocumentFormat, DocumentTable } from '../../documents/document.ts'
import { UserError } from '../../errors.ts'
import type { MonitorRecords } from '../../integrations/integration.ts'
import type { Account } from '../../integrations/monitor/monitor.ts'
import { duration, number, percent, plural } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'
import { code, own, type Rich, rich } from '../../text/rich.ts'
import { said } from '../../text/said.ts'
import type { Call, Flag, Reply, Verb } from '../command.ts'
import type { MonitorParts } from '../monitor.ts'
import { keeperOf, unknownMonitor } from './keeper.ts'

const dayMs = 86_400_000
const periods = { week: 7, month: 30 } as const
type Period = keyof typeof periods
const formats = ['md', 'csv', 'xlsx', 'pdf', 'html'] as const
const mostRows = 50

const words = {
  fr: {
    title: 'Disponibilité',
    columns: ['Moniteur', 'Disponibilité', 'Pannes', 'En panne', 'Prise en charge', 'Réparation'],
    outages: 'Pannes',
    outageColumns: ['Moniteur', 'Début', 'Fin', 'Durée', 'Prise en charge'],
    span: (days: number, from: string, to: string) => `${days} jours, du ${from} au ${to}`,
    verdict: (share: string, count: number) =>
      `${share} en moyenne, ${number('fr', count)} ${plural('fr', count, 'panne', 'pannes')}.`,
    unwatched: 'Rien n’a encore été surveillé pendant cette période.',
    none: 'Ce canal ne surveille rien.',
    first: '/monitor ajouter https://…',
    more: (count: number) => `… et ${number('fr', count)} de plus, tous dans le fichier`,
    accounting:
      'En panne\u00a0: du premier échec d’une panne à la première réponse correcte qui la suit. Tant qu’un moniteur va et vient, chaque passage confirmé en panne compte de même, sans être une panne de plus. Comptent comme disponibles\u00a0: les lenteurs (moniteur dégradé), les échecs isolés, ce qui échoue pendant une maintenance ou une sourdine, et le temps où Vigie elle-même était coupée du réseau. Prise en charge\u00a0: temps moyen entre l’alerte et la prise en charge, pour les pannes prises en charge. Réparation\u00a0: durée moyenne des pannes terminées. Un moniteur ajouté en cours de période compte depuis son ajout.',
    sent: (name: string) => rich`Le fichier ${code(name)} vous est envoyé.`,
    file: 'disponibilite',
    next: '/monitor report --format pdf',
  },
  en: {
    title: 'Availability',
    columns: ['Monitor', 'Availability', 'Outages', 'Down', 'Acknowledged', 'Repaired'],
    outages: 'Outages',
    outageColumns: ['Monitor', 'Began', 'Ended', 'Lasted', 'Acknowledged'],
    span: (days: number, from: string, to: string) => `${days} days, from ${from} to ${to}`,
    verdict: (share: string, count: number) =>
      `${share} on average, ${number('en', count)} ${plural('en', count, 'outage', 'outages')}.`,
    unwatched: 'Nothing was watched yet in this time.',
    none: 'This channel watches nothing.',
    first: '/monitor add https://…',
    more: (count: number) => `… and ${number('en', count)} more, all of them in the file`,
    accounting:
      'Down: from the first failure of an outage to the first good answer after it. While a monitor comes and goes, each time it is confirmed down counts likewise, without being one more outage. What counts as available: slowness (a degraded monitor), single failures, what fails during maintenance or a mute, and the time in which Vigie itself was cut off from the network. Acknowledged: mean time from the alert until somebody took it, of the outages that were taken. Repaired: mean duration of the outages that ended. A monitor added within the time counts from then on.',
    sent: (name: string) => rich`The file ${code(name)} is sent to you.`,
    file: 'availability',
    next: '/monitor report --format pdf',
  },
} as const

const flags: Readonly<Record<string, Flag>> = {
  period: {
    kind: 'word',
    title: { fr: 'Période', en: 'Period' },
    help: { fr: 'week (7 jours) ou month (30 jours)', en: 'week (7 days) or month (30 days)' },
    choices: [
      { value: 'week', label: { fr: '7 jours', en: '7 days' } },
      { value: 'month', label: { fr: '30 jours', en: '30 days' } },
    ],
  },
  format: {
    kind: 'word',
    title: { fr: 'Format', en: 'Format' },
    help: { fr: 'md (dans le message), csv, xlsx, pdf ou html', en: 'md (in the message), csv, xlsx, pdf or html' },
    choices: formats.map((value) => ({ value })),
  },
}

export function reportVerb(parts: MonitorParts): Verb {
  return {
    name: 'report',
    twin: 'rapport',
    summary: {
      fr: 'Dit la disponibilité, les pannes et les temps de réaction, dans le message ou dans un fichier.',
      en: 'Tells availability, outages and times to react, in the message or in a file.',
    },
    args: [
      {
        name: 'monitor',
        title: { fr: 'Moniteur', en: 'Monitor' },
        help: {
          fr: 'son nom\u202f; sans lui, tous ceux de ce canal',
          en: 'its name; without it all of this channel’s',
        },
        required: false,
        rest: true,
      },
    ],
    flags,
    examples: [
      { fr: '/monitor rapport --period month --format pdf', en: '/monitor report --period month --format pdf' },
    ],
    allow: 'guest',
    perMinute: 10,
    run: (call) => reportReply(parts, call),
  }
}

async function reportReply(parts: MonitorParts, call: Call): Promise<Reply> {
  const { locale, now, place, args } = call
  const say = words[locale]
  const keeper = keeperOf(parts)
  const name = args.monitor ?? ''
  const found = name === '' ? keeper.inChannel(place.channel) : [keeper.find(place.channel, name)]
  const monitors = found.flatMap((one) => (one === undefined ? [] : [one.monitor]))
  if (monitors.length === 0 && name !== '') throw unknownMonitor(name)
  if (monitors.length === 0) return { text: own(say.none), next: say.first }
  const period: Period = call.flags.period === 'month' ? 'month' : 'week'
  const time = { from: now - periods[period] * dayMs, to: now }
  const accounts = await recordsOf(parts).account(monitors, time)
  const report: Report = { accounts, period, locale, timeZone: parts.timeZone, ...time }
  const format = formats.find((one) => one === call.flags.format) ?? 'md'
  const reply = inChat(report)
  if (format === 'md') return reply
  const bytes = await parts.writeDocument(documentOf(report), format)
  const file = { name: `vigie-${say.file}-${dayOf(now, parts.timeZone)}.${format}`, type: types[format], bytes }
  return { ...(reply.title ? { title: reply.title } : {}), text: say.sent(file.name), mood: 'good', file }
}

const types: Readonly<Record<DocumentFormat, string>> = {
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pdf: 'application/pdf',
  html: 'text/html',
}

/** @throws {UserError} where nothing watches. */
function recordsOf({ sources }: Pick<MonitorParts, 'sources'>): MonitorRecords {
  const records = sources.find(({ name }) => name === 'monitor')?.records
  if (records !== undefined) return records
  throw new UserError(said({ fr: rich`Vigie ne surveille rien ici.`, en: rich`Vigie watches nothing here.` }))
}

interface Report {
  readonly accounts: readonly Account[]
  readonly period: Period
  readonly from: number
  readonly to: number
  readonly locale: Locale
  readonly timeZone: string
}

function inChat(report: Report): Reply {
  const { accounts, locale } = report
  const say = words[locale]
  const rows = worstFirst(accounts).map(
    ({ monitor, availability, outages, downMs, meanTakenMs, meanRepairMs }): readonly Rich[] => [
      [code(monitor.name)],
      own(percent(locale, availability)),
      own(number(locale, outages.length)),
      own(downMs === 0 ? '–' : duration(locale, downMs)),
      own(meanTakenMs === undefined ? '–' : duration(locale, meanTakenMs)),
      own(meanRepairMs === undefined ? '–' : duration(locale, meanRepairMs)),
    ],
  )
  const over = rows.length - mostRows
  const more = over > 0 ? [[own(say.more(over)), [], [], [], [], []]] : []
  const isWell = accounts.every(({ outages }) => outages.length === 0)
  return {
    title: own(titleOf(report)),
    text: own(verdictOf(report)),
    table: { head: [...say.columns], rows: [...rows.slice(0, mostRows), ...more] },
    mood: isWell ? 'good' : 'plain',
    footer: say.accounting,
    next: say.next,
  }
}

const worstFirst = (accounts: readonly Account[]): readonly Account[] =>
  accounts.toSorted((one, other) => (one.availability ?? 2) - (other.availability ?? 2))

function verdictOf({ accounts, locale }: Report): string {
  const say = words[locale]
  const watchedMs = accounts.reduce((sum, one) => sum + one.watchedMs, 0)
  if (watchedMs === 0) return say.unwatched
  const downMs = accounts.reduce((sum, one) => sum + one.downMs, 0)
  const count = accounts.reduce((sum, { outages }) => sum + outages.length, 0)
  return say.verdict(percent(locale, 1 - downMs / watchedMs), count)
}

function titleOf(report: Report): string {
  const { period, from, to, locale, timeZone, accounts } = report
  const say = words[locale]
  const [only] = accounts.length === 1 ? accounts : []
  const day = (at: number) => new Intl.DateTimeFormat(locale === 'fr' ? 'fr-FR' : 'en-GB', { timeZone }).format(at)
  const span = say.span(periods[period], day(from), day(to))
  return `${say.title}${only === undefined ? '' : ` · ${only.monitor.name}`} · ${span}`
}

function documentOf(report: Report): Document {
  const { accounts, locale, timeZone } = report
  const say = words[locale]
  const [monitor = '', share = '', outages = '', down = '', taken = '', repaired = ''] = say.columns
  const table: DocumentTable = {
    title: say.title,
    columns: [
      { title: monitor, kind: 'text' },
      { title: share, kind: 'share' },
      { title: outages, kind: 'number' },
      { title: down, kind: 'duration' },
      { title: taken, kind: 'duration' },
      { title: repaired, kind: 'duration' },
    ],
    rows: worstFirst(accounts).map((one) => [
      one.monitor.name,
      one.availability,
      one.outages.length,
      one.watchedMs === 0 ? undefined : one.downMs,
      one.meanTakenMs,
      one.meanRepairMs,
    ]),
  }
  const tables = [table, outageTable(report)].filter(({ rows }) => rows.length > 0)
  return { title: titleOf(report), subtitle: verdictOf(report), tables, notes: [say.accounting], locale, timeZone }
}

function outageTable({ accounts, locale, to: now }: Report): DocumentTable {
  const say = words[locale]
  const [monitor = '', began = '', ended = '', lasted = '', taken = ''] = say.outageColumns
  const rows = accounts
    .flatMap((one) => one.outages.map((outage) => ({ name: one.monitor.name, ...outage })))
    .toSorted((one, other) => other.from - one.from)
    .map(({ name, from, to, takenMs }) => [name, from, to, (to ?? now) - from, takenMs])
  return {
    title: say.outages,
    columns: [
      { title: monitor, kind: 'text' },
      { title: began, kind: 'moment' },
      { title: ended, kind: 'moment' },
      { title: lasted, kind: 'duration' },
      { title: taken, kind: 'duration' },
    ],
    rows,
  }
}

const dayOf = (at: number, timeZone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate().toString()
