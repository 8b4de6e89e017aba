// The settings that keep the database: where its copies go, how long they and its rows are kept (interface.md, "Settings").

import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Env } from './env.ts'
import { parseDuration } from './text/format.ts'

export interface UpkeepSettings {
  /** Absolute path of the folder. */
  readonly backupPath: string
  /** ARCHIVE_PATH: absolute path of the folder. */
  readonly archivePath: string
  /** How long hourly and daily copies are kept, in milliseconds. */
  readonly backupKeep: { readonly hourlyMs: number; readonly dailyMs: number }
  /** How long events and audit entries are kept, in milliseconds. */
  readonly retention: { readonly eventsMs: number; readonly auditMs: number }
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Problems are noted in `env`. */
export function readUpkeepSettings(env: Env, cwd: string): UpkeepSettings {
  return {
    backupPath: readFolder(env, cwd, 'BACKUP_PATH', 'data/backup'),
    archivePath: readFolder(env, cwd, 'ARCHIVE_PATH', 'data/archive'),
    backupKeep: readKeep(env),
    retention: readRetention(env),
  }
}

/** Absolute path of a folder that is there, or that nothing is in the way of making. */
function readFolder(env: Env, cwd: string, name: string, usual: string): string {
  const path = resolve(cwd, env.text(name, usual))
  const file = fileOn(path)
  if (file !== undefined)
    env.problem({
      fr: `${name}\u00a0: un dossier est attendu, et «\u00a0${file}\u00a0» est un fichier.`,
      en: `${name}: a folder is expected, and "${file}" is a file.`,
    })
  return path
}

/** The nearest that is there of a path and the folders above it, where it is no folder. */
function fileOn(path: string): string | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found === undefined) return fileOn(dirname(path))
    return found.isDirectory() ? undefined : path
  } catch {
    // What may not be looked at is told by who writes there.
    return undefined
  }
}

function readKeep(env: Env): UpkeepSettings['backupKeep'] {
  const text = env.text('BACKUP_KEEP', '24h,7d')
  const [hourlyMs, dailyMs, ...more] = text.split(',').map(parseDuration)
  if (hourlyMs !== undefined && dailyMs !== undefined && more.length === 0 && hourlyMs >= hourMs && dailyMs >= dayMs)
    return { hourlyMs, dailyMs }
  env.problem({
    fr: `BACKUP_KEEP\u00a0: deux durées sont attendues, celle des copies de chaque heure (au moins 1h) puis de chaque jour (au moins 1d), par exemple 24h,7d, pas «\u00a0${text}\u00a0».`,
    en: `BACKUP_KEEP: two durations are expected, of hourly copies (at least 1h) and of daily ones (at least 1d), for example 24h,7d, not "${text}".`,
  })
  return { hourlyMs: dayMs, dailyMs: 7 * dayMs }
}

const kept = ['events', 'audit']

/** What is not named keeps its default. */
function readRetention(env: Env): UpkeepSettings['retention'] {
  const spans = new Map([
    ['events', 90 * dayMs],
    ['audit', 365 * dayMs],
  ])
  for (const word of env.list('RETENTION')) {
    const [name = '', text = ''] = word.split('=').map((side) => side.trim())
    const spanMs = parseDuration(text)
    if (kept.includes(name) && spanMs !== undefined && spanMs >= dayMs) spans.set(name, spanMs)
    else
      env.problem({
        fr: `RETENTION\u00a0: «\u00a0${word}\u00a0» ne se comprend pas\u202f; écrivez par exemple events=90d,audit=365d (au moins 1d).`,
        en: `RETENTION: "${word}" cannot be read; write for example events=90d,audit=365d (at least 1d).`,
      })
  }
  return { eventsMs: spans.get('events') ?? 90 * dayMs, auditMs: spans.get('audit') ?? 365 * dayMs }
}
