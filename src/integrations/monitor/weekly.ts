// The report of the week: every Monday morning, of each channel's monitors, for whoever subscribed to it (`/subscribe monitor --events
// report`; issue "The watch", "Commands"). A Monday that was missed is told within a day, once.

import { z } from 'zod'
import type { Describe, Draft, Emit, Log } from '../../event.ts'
import { duration, number, percent, plural } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'
import { bold, code, item, own, type Rich, rich } from '../../text/rich.ts'
import type { MonitorRecords } from '../integration.ts'
import type { Account, Monitor } from './monitor.ts'
import type { Watch } from './watch.ts'

export const reportType = 'monitor.report'

export interface WeeklyParts {
  readonly watch: Pick<Watch, 'all'>
  readonly records: Pick<MonitorRecords, 'account'>
  readonly emit: Emit
  /** IANA, whose Monday morning it is. */
  readonly timeZone: string
  readonly now: () => number
  readonly log: Log
}

const dayMs = 86_400_000
const weekMs = 7 * dayMs
const hourOfDay = 8
const dedupeMs = 14 * dayMs
const mostTold = 30

/** Tells what is due; to be called now and then. Never rejects. */
export function createWeekly(parts: WeeklyParts): () => Promise<void> {
  const { watch, records, emit, timeZone, now, log } = parts
  let toldAt = 0

  return async () => {
    const at = mondayMorning(now(), timeZone)
    if (toldAt === at || now() - at > dayMs) return
    try {
      for (const [channel, monitors] of byChannel(watch)) {
        const accounts = await records.account(monitors, { from: at - weekMs, to: at })
        await emit(draftOf(channel, accounts, at), { dedupe: [{ key: `report ${channel} ${at}`, lifeMs: dedupeMs }] })
      }
      toldAt = at
    } catch (error) {
      log.error({ err: error }, 'the report of the week could not be told yet')
    }
  }
}

/** The latest one that is over, milliseconds since 1970. */
export function mondayMorning(now: number, timeZone: string): number {
  const here = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone)
  const monday = here.toPlainDate().subtract({ days: here.dayOfWeek - 1 })
  const at = (date: Temporal.PlainDate) =>
    date.toZonedDateTime({ timeZone, plainTime: new Temporal.PlainTime(hourOfDay) }).epochMilliseconds
  return at(monday) <= now ? at(monday) : at(monday.subtract({ days: 7 }))
}

function byChannel(watch: WeeklyParts['watch']): ReadonlyMap<string, readonly Monitor[]> {
  return Map.groupBy(
    watch.all().flatMap(({ monitor }) => (monitor.isPaused ? [] : [monitor])),
    ({ channel }) => channel,
  )
}

function draftOf(channel: string, accounts: readonly Account[], at: number): Draft {
  const watched = accounts.filter(({ watchedMs }) => watchedMs > 0)
  const worst = watched.toSorted((one, other) => other.downMs - one.downMs).slice(0, mostTold)
  const sum = (of: (account: Account) => number) => watched.reduce((total, account) => total + of(account), 0)
  return {
    source: 'monitor',
    type: reportType,
    time: new Date(at).toISOString(),
    data: {
      count: watched.length,
      outages: sum(({ outages }) => outages.length),
      watchedMs: sum(({ watchedMs }) => watchedMs),
      downMs: sum(({ downMs }) => downMs),
      monitors: worst
        .filter(({ outages }) => outages.length > 0)
        .map(({ monitor, availability, downMs, outages, meanTakenMs, meanRepairMs }) => ({
          name: monitor.name,
          availability,
          downMs,
          outages: outages.length,
          meanTakenMs,
          meanRepairMs,
        })),
    },
    severity: 'info',
    audience: 'closed',
    home: channel,
    byDefault: false,
  }
}

const row = z.object({
  name: z.string(),
  availability: z.number().optional(),
  downMs: z.number(),
  outages: z.number(),
  meanTakenMs: z.number().optional(),
  meanRepairMs: z.number().optional(),
})
const shape = z.object({
  count: z.number(),
  outages: z.number(),
  watchedMs: z.number(),
  downMs: z.number(),
  monitors: z.array(row),
})

/** @throws {z.ZodError} for what no Vigie wrote. */
export const describeReport: Describe = ({ data }, { locale }) => {
  const { count, outages, watchedMs, downMs, monitors } = shape.parse(data)
  const fr = locale === 'fr'
  const title = own(fr ? 'La surveillance des 7 derniers jours' : 'The watch over the last 7 days')
  const share = watchedMs === 0 ? undefined : 1 - downMs / watchedMs
  const watched = fr
    ? `${number('fr', count)} ${plural('fr', count, 'moniteur', 'moniteurs')}`
    : `${number('en', count)} ${plural('en', count, 'monitor', 'monitors')}`
  const verdict = rich`${bold(own(percent(locale, share)))} ${own(fr ? 'de disponibilité' : 'available')} · ${own(watched)} · ${own(outageWords(outages, locale))}`
  return {
    title,
    text: [...verdict, ...monitors.map((one) => item(lineOf(one, locale)))],
    color: outages === 0 ? '#3db887' : '#808080',
    footer: fr ? 'Surveillance · décompte\u00a0: /monitor rapport' : 'Monitoring · accounting: /monitor report',
    summary: rich`${title}${own(fr ? '\u00a0: ' : ': ')}${own(percent(locale, share))}, ${own(outageWords(outages, locale))}`,
  }
}

function outageWords(count: number, locale: Locale): string {
  return locale === 'fr'
    ? `${number('fr', count)} ${plural('fr', count, 'panne', 'pannes')}`
    : `${number('en', count)} ${plural('en', count, 'outage', 'outages')}`
}

/** `boutique` 99,71 % · 2 pannes, 14 min · prise en charge 1 min · réparation 7 min */
function lineOf(
  { name, availability, downMs, outages, meanTakenMs, meanRepairMs }: z.infer<typeof row>,
  locale: Locale,
): Rich {
  const time = (words: string, ms: number | undefined) =>
    ms === undefined ? '' : ` · ${words} ${duration(locale, ms)}`
  const [taken, repaired] = locale === 'fr' ? ['prise en charge', 'réparation'] : ['acknowledged', 'repaired']
  const times = `${time(taken ?? '', meanTakenMs)}${time(repaired ?? '', meanRepairMs)}`
  return rich`${code(name)} ${own(percent(locale, availability))} · ${own(`${outageWords(outages, locale)}, ${duration(locale, downMs)}${times}`)}`
}
