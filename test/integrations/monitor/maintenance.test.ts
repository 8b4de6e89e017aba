// When a monitor is in maintenance: once, or whenever a cron expression says so in its zone.

import { expect, it } from 'vitest'
import { createCron } from '../../../src/app/cron.ts'
import { maintainedUntil } from '../../../src/integrations/monitor/maintenance.ts'
import type { Maintenance } from '../../../src/integrations/monitor/monitor.ts'

const cron = createCron()
const at = (text: string): number => Temporal.ZonedDateTime.from(`${text}[Europe/Paris]`).epochMilliseconds
const hour = 3_600_000
const once: Maintenance = { id: 'a', by: 'u', lastsMs: 2 * hour, when: { once: at('2026-11-28T22:00') } }
const saturdays: Maintenance = {
  id: 'b',
  by: 'u',
  lastsMs: 3 * hour,
  when: { cron: '0 22 * * 6', timeZone: 'Europe/Paris' },
}
const nightly: Maintenance = { ...saturdays, when: { cron: '30 2 * * *', timeZone: 'Europe/Paris' }, lastsMs: hour }

it.each<[string, readonly Maintenance[], string, string | undefined]>([
  ['before it', [once], '2026-11-28T21:59:59', undefined],
  ['when it begins', [once], '2026-11-28T22:00', '2026-11-29T00:00'],
  ['to its end', [once], '2026-11-28T23:59:59', '2026-11-29T00:00'],
  ['when it has ended', [once], '2026-11-29T00:00', undefined],
  ['in the night after a Saturday', [saturdays], '2026-11-29T00:30', '2026-11-29T01:00'],
  ['on a Sunday evening', [saturdays], '2026-11-29T22:30', undefined],
  ['in two of them: until the later ends', [once, saturdays], '2026-11-28T22:30', '2026-11-29T01:00'],
  ['in an hour that is left out in spring: an hour later', [nightly], '2027-03-28T03:45', '2027-03-28T04:30'],
  ['without any', [], '2026-11-28T22:30', undefined],
])('%s', (_, maintenance, moment, until) => {
  expect(maintainedUntil(maintenance, at(moment), cron)).toBe(until === undefined ? undefined : at(until))
})
