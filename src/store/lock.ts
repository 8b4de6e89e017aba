// One `start` per SQLite file: an exclusive transaction held on a small file beside the database. The operating system frees it with
// the process, and the database itself stays open to the other subcommands (design.md, "What is decided").

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { UserError } from '../errors.ts'
import { guard, sqliteCode } from './bridge.ts'

export interface Lock {
  release(): void
}

const busy = 5

/**
 * Holds `<databasePath>.lock` and writes `pid` beside it, in `<databasePath>.pid`; nothing to hold for `:memory:`.
 * @throws {UserError} when another process holds it; names that process.
 */
export function holdLock(databasePath: string, pid: number): Lock {
  if (databasePath === ':memory:') return { release: () => undefined }
  mkdirSync(dirname(databasePath), { recursive: true })
  const held = new DatabaseSync(`${databasePath}.lock`, { timeout: 0 })
  try {
    held.exec('begin exclusive')
  } catch (error) {
    held.close()
    if (sqliteCode(error) !== busy)
      return guard(() => {
        throw error
      })
    throw alreadyHeld(databasePath)
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

function alreadyHeld(databasePath: string): UserError {
  const pid = readPid(databasePath)
  const who = pid === undefined ? '' : ` (pid ${pid})`
  return new UserError({
    fr: `Vigie est déjà en marche sur ${databasePath}${who}. Arrêtez-la avec «\u202fvigie stop\u202f», ou donnez un autre DATABASE_URL.`,
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
