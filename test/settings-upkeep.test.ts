import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createEnv } from '../src/env.ts'
import { readUpkeepSettings } from '../src/settings-upkeep.ts'

const dayMs = 86_400_000

const read = (environment: Record<string, string>) => {
  const env = createEnv({ environment, dotenv: {}, readFile: () => '' })
  const settings = readUpkeepSettings(env, '/srv/vigie')
  env.check()
  return settings
}

describe('the settings of the database’s keep', () => {
  test('are a day of hourly copies, a week of daily ones, 90 days of events and a year of audit', () => {
    expect(read({})).toEqual({
      backupPath: '/srv/vigie/data/backup',
      archivePath: '/srv/vigie/data/archive',
      backupKeep: { hourlyMs: dayMs, dailyMs: 7 * dayMs },
      retention: { eventsMs: 90 * dayMs, auditMs: 365 * dayMs },
    })
  })

  test('are read as durations; what RETENTION does not name keeps its default', () => {
    expect(
      read({ ARCHIVE_PATH: '/mnt/a', BACKUP_PATH: '/mnt/b', BACKUP_KEEP: '48h, 30d', RETENTION: 'events=2 semaines' }),
    ).toEqual({
      backupPath: '/mnt/b',
      archivePath: '/mnt/a',
      backupKeep: { hourlyMs: 2 * dayMs, dailyMs: 30 * dayMs },
      retention: { eventsMs: 14 * dayMs, auditMs: 365 * dayMs },
    })
  })

  test.each([
    ['BACKUP_KEEP', '24h'],
    ['BACKUP_KEEP', '24h,7d,1y'],
    ['BACKUP_KEEP', 'always'],
    ['BACKUP_KEEP', '1m,7d'],
    ['RETENTION', 'events'],
    ['RETENTION', 'events=90'],
    ['RETENTION', 'events=soon'],
    ['RETENTION', 'evnts=90d'],
  ])('%s=%s is named as a problem', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(name)
  })

  test.each(['ARCHIVE_PATH', 'BACKUP_PATH'])(
    '%s may lie in a folder that is still to be made, and in no file',
    (name) => {
      expect(() => read({ [name]: join(import.meta.dirname, 'a', 'b') })).not.toThrow()
      for (const path of [import.meta.filename, join(import.meta.filename, 'a', 'b')])
        expect(() => read({ [name]: path })).toThrow(
          `${name}: a folder is expected, and "${import.meta.filename}" is a file`,
        )
    },
  )

  test('name every problem of a list', () => {
    expect(() => read({ RETENTION: 'events=x,audit=y' })).toThrow(/events=x.*\n.*audit=y/)
  })
})
