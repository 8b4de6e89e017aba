// Files of the account that NEXTCLOUD_USER and NEXTCLOUD_APP_PASSWORD open, one at a time: what their ids are, who they belong to, and
// whether they are files at all. Never in the way: whoever waits is told within seconds, and few may ask at once.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../event.ts'
import type { Kept, RawPath, Source } from './folder.ts'

export interface FinderParts {
  /** The account as a whole; absent: there is none. */
  readonly account: Source | undefined
  readonly log: Log
  readonly withinMs?: number
  readonly againMs?: number
}

/** `unknown`: nobody could look; nothing: there is no such file. Never rejects. */
export type Find = (path: RawPath) => Promise<Kept | 'unknown' | undefined>

const mostAtOnce = 4
const patienceMs = 2500
/** Nextcloud knows a file a moment after it lies on its disk. */
const retryMs = 400

export function createFinder({ account, log, withinMs = patienceMs, againMs = retryMs }: FinderParts): Find {
  let running = 0
  return async (path) => {
    if (account === undefined || running >= mostAtOnce) return 'unknown'
    running += 1
    const signal = AbortSignal.timeout(withinMs)
    try {
      const found = await account.look(path, signal)
      if (found !== undefined) return found
      await sleep(againMs, undefined, { signal })
      return await account.look(path, signal)
    } catch (error) {
      log.debug(
        { error: error instanceof Error ? error.message : String(error) },
        'a file could not be asked of Nextcloud',
      )
      return 'unknown'
    } finally {
      running -= 1
    }
  }
}
