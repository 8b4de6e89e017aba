// One `start` per SQLite file: an exclusive transaction held on a small file beside the database. The operating system frees it with
// the process, and the database itself stays open to the other subcommands (design.md, "What is decided").

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { UserError } from '../errors.ts'
import { sqliteCode, unusable } from './bridge.ts'

export interface Lock {
  release(): void
}

const busy = 5

/**
 * Holds `<databasePath>.lock` and writes `pid` beside it, in `<databasePath>.pid`; nothing to hold for `:memory:`.
 * @throws {UserError} when another process holds it; names that process.
 * @throws {ConfigError} when no file can be made there.
 */
export function holdLock(databasePath: string, pid: number): Lock {
  if (databasePath === ':memory:') return { release: () => undefined }
  const held = open(databasePath)
  try {
    held.exec('begin exclusive')
  } catch (error) {
    held.close()
    throw sqliteCode(error) === busy ? alreadyHeld(databasePath) : unusable(databasePath, error)
  }
  const pidPath = `${databasePath}.pid`
  writeFileSync(pidPath, `${pid}\n`)
  return {
    release() {
      rmSync(pidPath, { force: true })
      held.close()
    },
  }
}

function open(databasePath: string): DatabaseSync {
  try {
    mkdirSync(dirname(databasePath), { recursive: true })
    return new DatabaseSync(`${databasePath}.lock`, { timeout: 0 })
  } catch (error) {
    throw unusable(databasePath, error)
  }
}

function alreadyHeld(databasePath: string): UserError {
  const pid = readPid(databasePath)
  const who = pid === undefined ? '' : ` (pid ${pid})`
  return new UserError({
    fr: `Vigie est déjà en marche sur ${databasePath}${who}. Arrêtez-la avec «\u00a0vigie stop\u00a0», ou donnez un autre DATABASE_URL.`,
    en: `Vigie is already running on ${databasePath}${who}. Stop it with "vigie stop", or give another DATABASE_URL.`,
  })
}

function readPid(databasePath: string): string | undefined {
  try {
    return /^\d+/.exec(readFileSync(`${databasePath}.pid`, 'utf8'))?.[0]
  } catch {
    // The other process has not written it yet, or it is not ours to read: the sentence does without.
    return undefined
  }
}
