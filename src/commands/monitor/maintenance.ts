// `/monitor maintenance`: times in which failures are counted apart and told to nobody; once, weekly or by cron, in a zone.

import { randomBytes } from 'node:crypto'
import { UserError } from '../../errors.ts'
import type { WatchedNow } from '../../integrations/integration.ts'
import type { Maintenance } from '../../integrations/monitor/monitor.ts'
import { duration, moment, parseDuration } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'
import { bold, code, item, join, own, type Rich, rich } from '../../text/rich.ts'
import { said } from '../../text/said.ts'
import type { Call, CallContext, Reply } from '../command.ts'
import type { MonitorParts } from '../monitor.ts'
import { keeperOf, makerOfAll, meantBy } from './keeper.ts'
import { readReason } from './mute.ts'

const listWords: readonly string[] = ['list', 'liste']
const removeWords: readonly string[] = ['remove', 'retirer']
const mostOfOne = 20
const longestMs = 31 * 86_400_000
const shortestMs = 60_000

const words = {
  fr: {
    planned: (names: Rich) => rich`${bold(own('Maintenance prévue\u00a0:'))} ${names}`,
    removed: (names: Rich) => rich`${bold(own('Maintenance retirée\u00a0:'))} ${names}`,
    none: 'Aucune maintenance prévue dans ce canal.',
    title: 'Maintenances prévues',
    once: (from: string, lasts: string) => `${from}, pendant ${lasts}`,
    cron: (cron: string, zone: string, lasts: string) => rich`${code(cron)} (${zone}), pendant ${own(lasts)}`,
    weekly: (day: string, time: string, zone: string, lasts: string) =>
      rich`chaque ${own(day)} à ${own(time)} (${zone}), pendant ${own(lasts)}`,
    list: '/monitor maintenance liste',
    remove: (id: string) => `/monitor maintenance retirer ${id}`,
  },
  en: {
    planned: (names: Rich) => rich`${bold(own('Maintenance planned:'))} ${names}`,
    removed: (names: Rich) => rich`${bold(own('Maintenance removed:'))} ${names}`,
    none: 'No maintenance is planned in this channel.',
    title: 'Planned maintenance',
    once: (from: string, lasts: string) => `${from}, for ${lasts}`,
    cron: (cron: string, zone: string, lasts: string) => rich`${code(cron)} (${zone}), for ${own(lasts)}`,
    weekly: (day: string, time: string, zone: string, lasts: string) =>
      rich`every ${own(day)} at ${own(time)} (${zone}), for ${own(lasts)}`,
    list: '/monitor maintenance list',
    remove: (id: string) => `/monitor maintenance remove ${id}`,
  },
}

/** Those of this channel that hold one of this id. */
function holders(parts: MonitorParts, id: string, { place }: CallContext): readonly WatchedNow[] {
  const here = keeperOf(parts).inChannel(place.channel)
  return here.filter(({ monitor }) => monitor.maintenance.some((one) => one.id === id))
}

const isList = ({ args }: Call): boolean =>
  listWords.includes(args.what?.toLowerCase() ?? '') && args.words === undefined
const isRemove = ({ args }: Call): boolean =>
  removeWords.includes(args.what?.toLowerCase() ?? '') && args.words !== undefined && !args.words.includes(' ')

export async function makerOfMaintained(parts: MonitorParts, call: Call): Promise<string | undefined> {
  if (isList(call)) return undefined
  if (isRemove(call)) return makerOfAll(holders(parts, call.args.words ?? '', call), call)
  return makerOfAll(meantBy(parts, call.args.what ?? '', call), call)
}

export async function maintain(parts: MonitorParts, call: Call): Promise<Reply> {
  if (isList(call)) return listed(parts, call)
  if (isRemove(call)) return removed(parts, call)
  const { locale, now } = call
  const keeper = keeperOf(parts)
  const meant = meantBy(parts, call.args.what ?? '', call)
  const planned: Maintenance = {
    id: randomBytes(4).toString('hex'),
    by: call.person.id,
    ...readPlan(call, parts.timeZone),
  }
  for (const { monitor } of meant) {
    const standing = monitor.maintenance.filter(({ when, lastsMs }) => !('once' in when) || when.once + lastsMs > now)
    if (standing.length >= mostOfOne) throw tooMany(monitor.name)
    await keeper.maintain(monitor.id, [...standing, planned])
  }
  return {
    text: join([words[locale].planned(namesOf(meant)), maintenanceLine(planned, call, parts.timeZone)], '\n'),
    mood: 'good',
    next: words[locale].remove(planned.id),
    changed: `${planned.id} ${meant.map(({ monitor }) => monitor.name).join(', ')}`,
  }
}

async function removed(parts: MonitorParts, call: Call): Promise<Reply> {
  const { locale } = call
  const id = call.args.words ?? ''
  const found = holders(parts, id, call)
  if (found.length === 0) throw unknown(id)
  for (const { monitor } of found) {
    await keeperOf(parts).maintain(
      monitor.id,
      monitor.maintenance.filter((one) => one.id !== id),
    )
  }
  return { text: words[locale].removed(namesOf(found)), mood: 'good', next: words[locale].list, changed: id }
}

async function listed(parts: MonitorParts, call: Call): Promise<Reply> {
  const { locale, now, place } = call
  const say = words[locale]
  const lines = keeperOf(parts)
    .inChannel(place.channel)
    .flatMap(({ monitor }) =>
      monitor.maintenance
        .filter(({ when, lastsMs }) => !('once' in when) || when.once + lastsMs > now)
        .map((one) =>
          item(rich`${code(one.id)} · ${code(monitor.name)} · ${maintenanceLine(one, call, parts.timeZone)}`),
        ),
    )
  return lines.length === 0 ? { text: own(say.none) } : { title: own(say.title), text: lines }
}

const namesOf = (monitors: readonly WatchedNow[]): Rich =>
  join(
    monitors.map(({ monitor }) => [code(monitor.name)]),
    ', ',
  )

export function maintenanceLine(
  { when, lastsMs, reason }: Maintenance,
  { locale, now }: CallContext,
  timeZone: string,
): Rich {
  const say = words[locale]
  const lasts = duration(locale, lastsMs)
  const time =
    'once' in when ? own(say.once(moment(locale, timeZone, when.once, now), lasts)) : repeatedWords(when, lasts, locale)
  return reason === undefined ? time : rich`${time} · ${reason}`
}

/** What `--weekly` makes is said as a person says it. */
function repeatedWords({ cron, timeZone }: { cron: string; timeZone: string }, lasts: string, locale: Locale): Rich {
  const say = words[locale]
  const [, minute, hour, day] = /^(\d{1,2}) (\d{1,2}) \* \* ([0-6])$/.exec(cron) ?? []
  if (minute === undefined || hour === undefined || day === undefined) return say.cron(cron, timeZone, lasts)
  // The 4th of January 1970 was a Sunday.
  const name = new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' }).format(
    (3 + Number(day)) * 86_400_000,
  )
  return say.weekly(name, `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`, timeZone, lasts)
}

/** @throws {UserError} for a start, a day or a duration that cannot be read; the keeper reads the cron expression. */
function readPlan(call: Call, ownZone: string): Omit<Maintenance, 'id' | 'by'> {
  const { cron, weekly, tz } = call.flags
  const timeZone = typeof tz === 'string' ? tz : ownZone
  const given = (call.args.words ?? '').split(' ').filter((word) => word !== '')
  const repeated = typeof cron === 'string' ? cron : typeof weekly === 'string' ? readWeekly(weekly) : undefined
  const when: Maintenance['when'] =
    repeated === undefined ? { once: readStart(given.shift() ?? '', timeZone, call.now) } : { cron: repeated, timeZone }
  const lastsMs = parseDuration(given.shift() ?? '')
  if (lastsMs === undefined || lastsMs < shortestMs || lastsMs > longestMs) throw unreadable()
  const reason = readReason(given.length === 0 ? undefined : given.join(' '))
  return { when, lastsMs, ...(reason === undefined ? {} : { reason }) }
}

const days: readonly (readonly [RegExp, number])[] = [
  [/^(?:sun|dim)/i, 0],
  [/^(?:mon|lun)/i, 1],
  [/^(?:tue|mar)/i, 2],
  [/^(?:wed|mer)/i, 3],
  [/^(?:thu|jeu)/i, 4],
  [/^(?:fri|ven)/i, 5],
  [/^(?:sat|sam)/i, 6],
]

/** `sam 22:00` → `0 22 * * 6`. */
function readWeekly(text: string): string {
  const [, name = '', hour = '', minute = ''] = /^\s*(\p{L}+)\.?\s+(\d{1,2})[:h](\d{2})\s*$/u.exec(text) ?? []
  const day = days.find(([pattern]) => pattern.test(name))?.[1]
  if (day === undefined || Number(hour) > 23 || Number(minute) > 59) throw unreadable()
  return `${Number(minute)} ${Number(hour)} * * ${day}`
}

/** `now`, `22:00` (the next one), `2026-11-28T22:00`: a time of the zone's own clocks. */
function readStart(text: string, timeZone: string, now: number): number {
  if (['now', 'maintenant'].includes(text.toLowerCase())) return now
  const local = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zoneOf(timeZone))
  const [, hour, minute] = /^(\d{1,2})[:h](\d{2})$/i.exec(text) ?? []
  if (hour !== undefined && minute !== undefined && Number(hour) < 24 && Number(minute) < 60) {
    const today = local.withPlainTime({ hour: Number(hour), minute: Number(minute) })
    const next = Temporal.ZonedDateTime.compare(today, local) < 0 ? today.add({ days: 1 }) : today
    return next.epochMilliseconds
  }
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text)) throw unreadable()
  const at = plainOf(text).toZonedDateTime(zoneOf(timeZone)).epochMilliseconds
  if (at < now - longestMs) throw unreadable()
  return at
}

function plainOf(text: string): Temporal.PlainDateTime {
  try {
    return Temporal.PlainDateTime.from(text)
  } catch {
    // The 31st of February: no such day.
    throw unreadable()
  }
}

function zoneOf(timeZone: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
    return timeZone
  } catch {
    // A name that is no zone's.
    throw new UserError(
      said({
        fr: rich`${code(timeZone)} n’est pas un fuseau horaire\u00a0: écrivez par exemple ${code('Europe/Paris')}.`,
        en: rich`${code(timeZone)} is no time zone: write for example ${code('Europe/Paris')}.`,
      }),
    )
  }
}

function unreadable(): UserError {
  return new UserError(
    said({
      fr: rich`Écrivez quand et combien de temps\u00a0: ${code('/monitor maintenance boutique 22:00 2h')}, ${code('2026-11-28T22:00 2h')}, ${code('--weekly "sam 22:00" 2h')} ou ${code('--cron "0 22 * * 6" 2h')}\u202f; d’une minute à 31 jours.`,
      en: rich`Write when and how long: ${code('/monitor maintenance shop 22:00 2h')}, ${code('2026-11-28T22:00 2h')}, ${code('--weekly "sat 22:00" 2h')} or ${code('--cron "0 22 * * 6" 2h')}; from one minute to 31 days.`,
    }),
  )
}

function unknown(id: string): UserError {
  return new UserError(
    said({
      fr: rich`Aucune maintenance ${code(id)} dans ce canal. ${code(words.fr.list)} montre celles qu’il a.`,
      en: rich`No maintenance ${code(id)} in this channel. ${code(words.en.list)} shows those it has.`,
    }),
  )
}

function tooMany(name: string): UserError {
  return new UserError(
    said({
      fr: rich`${code(name)} a déjà ${mostOfOne} maintenances prévues\u00a0: retirez-en une.`,
      en: rich`${code(name)} has ${mostOfOne} maintenances planned already: remove one.`,
    }),
  )
}
