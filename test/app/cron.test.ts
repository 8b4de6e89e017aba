// When cron expressions fire (threats F18, F19), against what croner says and what the fault table says.

import { Cron as Croner } from 'croner'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCron } from '../../src/app/cron.ts'

const cron = createCron()
const at = (text: string): number => Temporal.ZonedDateTime.from(text).epochMilliseconds

/** All runs from an instant, before another. */
function runs(expression: string, zone: string, from: string, to: string): number[] {
  const found: number[] = []
  const end = at(to)
  for (let next = cron.next(expression, zone, at(from) - 1); next !== undefined && next < end; ) {
    found.push(next)
    next = cron.next(expression, zone, next)
  }
  return found
}

const isStepped = (field: string, other: string): boolean => field.startsWith('*/') && other !== '*'

const zones = ['Europe/Paris', 'America/New_York', 'Australia/Lord_Howe', 'UTC'] as const

describe('a cron expression', () => {
  it.each([
    ['30 2 * * *', '2027-03-28T00:00[Europe/Paris]', '2027-03-28T03:30+02:00[Europe/Paris]'],
    ['30 2 * * *', '2027-10-31T00:00[Europe/Paris]', '2027-10-31T02:30+02:00[Europe/Paris]'],
    ['0 8 * * *', '2027-03-27T08:00[Europe/Paris]', '2027-03-28T08:00[Europe/Paris]'],
    ['0 0 29 2 *', '2026-11-21T00:00[Europe/Paris]', '2028-02-29T00:00[Europe/Paris]'],
    ['0 9 1 * 1', '2026-11-21T00:00[Europe/Paris]', '2026-11-23T09:00[Europe/Paris]'],
    ['0 9 L * *', '2027-02-01T00:00[Europe/Paris]', '2027-02-28T09:00[Europe/Paris]'],
    ['0 9 * * 1#2', '2026-11-21T00:00[Europe/Paris]', '2026-12-14T09:00[Europe/Paris]'],
    ['@daily', '2026-11-21T12:00[Europe/Paris]', '2026-11-22T00:00[Europe/Paris]'],
    ['@weekly', '2026-11-21T12:00[Europe/Paris]', '2026-11-22T00:00[Europe/Paris]'],
    ['@monthly', '2026-11-21T12:00[Europe/Paris]', '2026-12-01T00:00[Europe/Paris]'],
    // Either day where both are named, both where one begins with a star (crontab(5)).
    ['0 0 1 1 0-6', '2026-12-31T12:00[Europe/Paris]', '2027-01-01T00:00[Europe/Paris]'],
    ['0 0 1 1 0-6', '2027-01-01T12:00[Europe/Paris]', '2027-01-02T00:00[Europe/Paris]'],
    ['0 0 31 12 *', '2026-12-31T12:00[Europe/Paris]', '2027-12-31T00:00[Europe/Paris]'],
    ['0 0 1-31 * 1', '2026-11-24T12:00[Europe/Paris]', '2026-11-25T00:00[Europe/Paris]'],
    ['0 0 */2 * 1', '2026-11-24T12:00[Europe/Paris]', '2026-12-07T00:00[Europe/Paris]'],
    ['0 0 1 * */2', '2026-11-21T12:00[Europe/Paris]', '2026-12-01T00:00[Europe/Paris]'],
  ])('%s after %s fires at %s', (expression, after, next) => {
    expect(cron.next(expression, 'Europe/Paris', at(after))).toBe(at(next))
  })

  it('fires every quarter of an hour 92 times on the short day, 100 times on the long one', () => {
    const on = (day: string, next: string) =>
      runs('*/15 * * * *', 'Europe/Paris', `${day}T00:00[Europe/Paris]`, `${next}T00:00[Europe/Paris]`).length
    expect(on('2027-03-28', '2027-03-29')).toBe(92)
    expect(on('2027-10-31', '2027-11-01')).toBe(100)
    expect(on('2027-06-01', '2027-06-02')).toBe(96)
  })

  it('fires once a day in every zone, on the days when the clock is set too', () => {
    for (const zone of zones) {
      for (const expression of ['0 0 * * *', '15 1 * * *', '30 1 * * *', '0 2 * * *', '30 2 * * *', '0 3 * * *']) {
        const year = runs(expression, zone, `2027-01-01T00:00[${zone}]`, `2028-01-01T00:00[${zone}]`)
        const days = new Set(
          year.map((ms) =>
            Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDate().toString(),
          ),
        )
        expect([zone, expression, year.length, days.size]).toEqual([zone, expression, 365, 365])
      }
    }
  })

  it.each(['', 'soon', '* * * *', '* * * * * *', '61 * * * *', '* 24 * * *', '* * 0 * *', '* * 15W * *', '0 0 30 2 *'])(
    'is refused where it is none: %s',
    (expression) => {
      expect(() => cron.check(expression, 'Europe/Paris')).toThrow(/cron/)
    },
  )

  it('is refused in a zone that is none', () => {
    expect(() => cron.check('* * * * *', 'Europe/Nowhere')).toThrow(/Europe\/Nowhere/)
  })

  it('is refused where it is too long to be anybody’s plan, but much work (T13)', () => {
    const many = Array.from({ length: 60 }, () => '0').join(',')
    expect(() => cron.check(`${many} ${many} * * *`, 'UTC')).toThrow(/200/)
  })

  it('is answered alike, whatever was asked before', () => {
    const asked = fc.record({
      expression: fc.constantFrom('*/15 * * * *', '30 2 * * *', '0 0 29 2 *', '0 9 L 3,7 *', '0 9 * * 1#2'),
      after: fc.integer({ min: at('2026-11-01T00:00[UTC]'), max: at('2029-01-01T00:00[UTC]') }),
    })
    fc.assert(
      fc.property(fc.array(asked, { minLength: 2, maxLength: 8 }), (questions) => {
        const shared = createCron()
        const next = ({ expression, after }: (typeof questions)[number], from = shared) =>
          from.next(expression, 'Europe/Paris', after)
        for (const question of questions) expect(next(question)).toBe(next(question, createCron()))
      }),
    )
  })

  it('fires when croner says so: 2,000 random expressions in zones whose clock is not set that week', () => {
    const list = (min: number, max: number) =>
      fc.oneof(
        fc.constant('*'),
        fc.integer({ min: 2, max: Math.min(20, max - min) }).map((step) => `*/${step}`),
        fc
          .uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 4 })
          .map((values) => values.toSorted((a, b) => a - b).join(',')),
        fc
          .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
          .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
      )
    const expressions = fc
      .tuple(list(0, 59), list(0, 23), list(1, 28), list(1, 12), list(0, 6))
      // Croner takes `*` alone for any day; cron, and Vigie, whatever begins with a star.
      .filter(([, , day, , weekday]) => !isStepped(day, weekday) && !isStepped(weekday, day))
      .map((fields) => fields.join(' '))
    const moments = fc.integer({ min: at('2026-01-01T00:00[UTC]'), max: at('2029-01-01T00:00[UTC]') })
    const isPlain = (ms: number, zone: string) => {
      const when = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone)
      return [-1, 0, 1].every((days) => when.add({ days }).hoursInDay === 24)
    }
    fc.assert(
      fc.property(expressions, fc.constantFrom(...zones, 'Asia/Kolkata'), moments, (expression, zone, after) => {
        const oracle = new Croner(expression, { timezone: zone }).nextRun(new Date(after))?.getTime()
        const next = cron.next(expression, zone, after)
        fc.pre(next === undefined || isPlain(next, zone))
        expect(next).toBe(oracle)
      }),
      { numRuns: 2000 },
    )
  })
})
