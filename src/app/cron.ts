// When cron expressions fire, in a zone: node-cron reads the expression, Temporal knows the zone's days (design.md; threats F18, F19).
// node-cron's own runs are not used: they count from now alone, stop in the autumn's second hour, and want both days of month and week.

import { parse, validateDetailed } from 'node-cron'
import { UserError } from '../errors.ts'
import type { Cron } from '../integrations/integration.ts'
import { code, rich } from '../text/rich.ts'
import { said } from '../text/said.ts'

interface Fields {
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  readonly months: ReadonlySet<number>
  readonly days: readonly DayRule[]
  readonly weekdays: readonly DayRule[]
  readonly isAnyDay: boolean
  readonly isAnyWeekday: boolean
}

type DayRule = (date: Temporal.PlainDate) => boolean

const longestDays = 5 * 366
/** Longer ones are no plan of anybody's, but work for us (threat T13). */
const mostCharacters = 200
const mostKnown = 10_000

export function createCron(): Cron {
  const known = new Map<string, Fields>()
  /** What was answered last, and from when on that is the answer: a maintenance is asked for at every check, and may be years away. */
  const answered = new Map<string, { readonly from: number; readonly next: number }>()

  function fieldsOf(expression: string): Fields {
    const kept = known.get(expression)
    if (kept) return kept
    const fields = read(expression)
    if (known.size >= mostKnown) known.clear()
    known.set(expression, fields)
    return fields
  }

  return {
    check(expression, timeZone) {
      if (!isZone(timeZone)) throw unknownZone(timeZone)
      fieldsOf(expression)
    },
    next(expression, timeZone, after) {
      const key = `${expression} ${timeZone}`
      const before = answered.get(key)
      if (before !== undefined && before.from <= after && after < before.next) return before.next
      const next = firstAfter(fieldsOf(expression), timeZone, after)
      if (next === undefined) return undefined
      if (answered.size >= mostKnown) answered.clear()
      answered.set(key, { from: before?.next === next ? Math.min(before.from, after) : after, next })
      return next
    },
  }
}

/** @throws {UserError} */
function read(expression: string): Fields {
  if (expression.length > mostCharacters) throw tooLong()
  const [problem] = validateDetailed(expression).errors
  const words = expression.trim()
  if (problem || (!words.startsWith('@') && words.split(/\s+/).length !== 5)) throw unreadable(expression)
  const { minute, hour, dayOfMonth, month, dayOfWeek } = parse(expression)
  const [, , dayWords = '*', , weekdayWords = '*'] = words.startsWith('@') ? [] : words.split(/\s+/)
  return {
    minutes: minute,
    hours: hour,
    months: new Set(month),
    days: dayOfMonth.map((day) => dayRule(day, expression)),
    weekdays: dayOfWeek.map((day) => weekdayRule(day, expression)),
    isAnyDay: beginsWithStar(dayWords),
    isAnyWeekday: beginsWithStar(weekdayWords),
  }
}

// As cron itself reads it (crontab(5)): `*/2` counts like `*`, `1-31` and `0-6` do not.
const beginsWithStar = (field: string): boolean => field.startsWith('*') || field === '?'

/** `15`, or `L` for the month's last. */
function dayRule(day: number | string, expression: string): DayRule {
  if (typeof day === 'number') return (date) => date.day === day
  if (day === 'L') return (date) => date.day === date.daysInMonth
  throw unreadable(expression)
}

/** `1`; `1#2` for the month's second Monday, `1L` for its last. Sunday is 0. */
function weekdayRule(day: number | string, expression: string): DayRule {
  if (typeof day === 'number') return (date) => date.dayOfWeek % 7 === day
  const [, weekday = '', nth] = /^(\d)(?:#(\d)|L)$/.exec(day) ?? []
  if (weekday === '') throw unreadable(expression)
  return (date) => {
    if (date.dayOfWeek % 7 !== Number(weekday)) return false
    return nth === undefined ? date.day > date.daysInMonth - 7 : Math.ceil(date.day / 7) === Number(nth)
  }
}

/** Days of month and of week together mean either, but where one of them begins with `*`: then both (crontab(5)). */
function isDay({ months, days, weekdays, isAnyDay, isAnyWeekday }: Fields, date: Temporal.PlainDate): boolean {
  if (!months.has(date.month)) return false
  const isOfMonth = days.some((rule) => rule(date))
  const isOfWeek = weekdays.some((rule) => rule(date))
  return isAnyDay || isAnyWeekday ? isOfMonth && isOfWeek : isOfMonth || isOfWeek
}

function firstAfter(fields: Fields, timeZone: string, after: number): number | undefined {
  const start = Temporal.Instant.fromEpochMilliseconds(Math.floor(after)).toZonedDateTimeISO(timeZone)
  let date = start.toPlainDate()
  const end = date.add({ days: longestDays })
  while (Temporal.PlainDate.compare(date, end) <= 0) {
    if (isDay(fields, date)) {
      const found = firstOfDay(fields, date, timeZone, after)
      if (found !== undefined) return found
    }
    date = fields.months.has(date.month) ? date.add({ days: 1 }) : date.with({ day: 1 }).add({ months: 1 })
  }
  return undefined
}

/**
 * What stands in an hour that is left out in spring comes an hour later; what stands in one that is lived twice in autumn comes the first
 * time, but where every hour is meant, both times.
 */
function firstOfDay(
  { hours, minutes }: Fields,
  date: Temporal.PlainDate,
  timeZone: string,
  after: number,
): number | undefined {
  const length = date.toZonedDateTime(timeZone).hoursInDay
  const isEveryHour = hours.length === 24
  let first: number | undefined
  for (const hour of hours) {
    for (const minute of minutes) {
      const time = date.toPlainDateTime({ hour, minute })
      const readings = length > 24 && isEveryHour ? (['earlier', 'later'] as const) : (['compatible'] as const)
      for (const disambiguation of readings) {
        const at = time.toZonedDateTime(timeZone, { disambiguation }).epochMilliseconds
        if (at > after && (first === undefined || at < first)) first = at
      }
      // On a day of 24 hours the first that is found is the first there is.
      if (first !== undefined && length === 24) return first
    }
  }
  return first
}

function isZone(timeZone: string): boolean {
  try {
    Temporal.Now.instant().toZonedDateTimeISO(timeZone)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

const unreadable = (expression: string): UserError =>
  new UserError(
    said({
      fr: rich`${code(expression)} n’est pas une expression cron de cinq champs\u00a0: écrivez par exemple ${code('30 8 * * 1-5')} (8 h 30 du lundi au vendredi).`,
      en: rich`${code(expression)} is no cron expression of five fields: write, for example, ${code('30 8 * * 1-5')} (8:30, Monday to Friday).`,
    }),
  )

const tooLong = (): UserError =>
  new UserError(
    said({
      fr: rich`Une expression cron tient en ${mostCharacters} caractères au plus\u00a0: écrivez par exemple ${code('30 8 * * 1-5')}.`,
      en: rich`A cron expression takes ${mostCharacters} characters at most: write, for example, ${code('30 8 * * 1-5')}.`,
    }),
  )

const unknownZone = (timeZone: string): UserError =>
  new UserError(
    said({
      fr: rich`${code(timeZone)} n’est pas un fuseau horaire\u00a0: écrivez par exemple ${code('Europe/Paris')}.`,
      en: rich`${code(timeZone)} is no time zone: write, for example, ${code('Europe/Paris')}.`,
    }),
  )
