// The app of a running `start`: one after another over the same database, for a restore ends one and begins the next (threat F32).

import { once } from 'node:events'
import type { App } from '../app/parts.ts'
import { UserError } from '../errors.ts'
import type { Log } from '../event.ts'
import { holdLock } from '../store/lock.ts'
import { type PreparedSwap, prepareSwap, type Restored, swap } from '../store/recovery.ts'

export interface Running {
  /** @throws {UserError} while the database is being replaced. */
  app(): App
  /** Resolves with the signal, or when the app has ended by itself. @throws as `App.ended`. */
  run(signal: AbortSignal): Promise<void>
  /** Puts a copy in the place of the database and goes on with it. @throws {UserError} for a file that is no good copy. */
  restore(file: string): Promise<Restored>
  stop(): Promise<void>
}

export interface RunningParts {
  readonly makeApp: () => Promise<App>
  readonly databasePath: string
  readonly pid: number
  readonly now: () => number
  readonly log: Log
}

interface Asked {
  readonly prepared: PreparedSwap
  readonly done: PromiseWithResolvers<void>
}

/** Resolves once the first app has started. @throws what it threw. */
export async function createRunning({ makeApp, databasePath, pid, now, log }: RunningParts): Promise<Running> {
  let app: App | undefined
  let asked = Promise.withResolvers<Asked>()
  let isRestoring = false

  const begin = async () => {
    const made = await makeApp()
    try {
      await made.start()
    } catch (error) {
      await made.stop()
      throw error
    }
    app = made
  }

  const end = async () => {
    const ending = app
    app = undefined
    await ending?.stop()
  }

  const current = (): App => {
    if (app) return app
    throw new UserError({ fr: 'La base est en train d’être rendue.', en: 'The database is being restored.' })
  }

  const replace = async ({ prepared, done }: Asked) => {
    log.warn({ ...prepared.restored }, 'restoring the database')
    await end()
    try {
      const lock = holdLock(databasePath, pid)
      try {
        swap(databasePath, prepared)
      } finally {
        lock.release()
      }
    } catch (error) {
      // Whatever stands there now goes on; who asked is told.
      done.reject(error)
    }
    await begin()
    done.resolve()
  }

  await begin()
  return {
    app: current,
    async run(signal) {
      const aborted = once(signal, 'abort').then(() => undefined)
      while (!signal.aborted) {
        const next = await Promise.race([aborted, current().ended(), asked.promise])
        if (next === undefined) return
        asked = Promise.withResolvers()
        await replace(next)
      }
    },
    async restore(file) {
      if (isRestoring)
        throw new UserError({
          fr: 'Une copie est déjà en train d’être rendue.',
          en: 'A copy is being restored already.',
        })
      isRestoring = true
      try {
        const prepared = await prepareSwap({ path: databasePath, file, at: now(), facts: { reason: 'asked' } })
        const done = Promise.withResolvers<void>()
        asked.resolve({ prepared, done })
        await done.promise
        return prepared.restored
      } finally {
        isRestoring = false
      }
    },
    stop: end,
  }
}
