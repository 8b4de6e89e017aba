import { expect, test } from 'vitest'
import { readMoment } from '../../src/text/moment.ts'

const paris = (text: string): string | undefined => {
  const at = readMoment(text, 'Europe/Paris')
  return at === undefined ? undefined : new Date(at).toISOString()
}

test.each([
  ['2026-11-21T08:00:00Z', '2026-11-21T08:00:00.000Z'],
  ['2026-11-21t08:00:00.123456z', '2026-11-21T08:00:00.123Z'],
  ['2026-11-21T08:00:00+02:00', '2026-11-21T06:00:00.000Z'],
  ['2026-11-21T08:00:00-0530', '2026-11-21T13:30:00.000Z'],
  ['2026-11-21T08:00:00+01', '2026-11-21T07:00:00.000Z'],
  ['2026-12-31T23:59:60Z', '2026-12-31T23:59:59.000Z'],
])('%s is %s', (text, at) => expect(paris(text)).toBe(at))

test.each([
  ['2026-11-21T08:00', '2026-11-21T07:00:00.000Z'],
  ['2026-07-01T08:00:00', '2026-07-01T06:00:00.000Z'],
  ['2026-11-21', '2026-11-20T23:00:00.000Z'],
  // Of the hour that there is twice the first, of the one that there is not the next.
  ['2026-10-25T02:30', '2026-10-25T00:30:00.000Z'],
  ['2027-03-28T02:30', '2027-03-28T01:30:00.000Z'],
])('%s is of the zone, whatever that of the machine: %s', (text, at) => expect(paris(text)).toBe(at))

test.each(['', 'hier', '2026-02-30T08:00:00Z', '2027-02-29', '2026-11-21T24:00:00Z', '2026-11-21T08:00:00+99:00'])(
  '%j is none',
  (text) => expect(paris(text)).toBeUndefined(),
)
