// Who we are to Mattermost: the bot of our token, asked once.

import type { Calls } from './calls.ts'

export interface Bot {
  readonly id: string
  readonly username: string
}

/** Asks at the first use and keeps the answer. @throws {MattermostError} while Mattermost does not answer; the next use asks again. */
export type Self = () => Promise<Bot>

export function createSelf(calls: Pick<Calls, 'me'>): Self {
  let known: Bot | undefined
  return async () => {
    if (known === undefined) {
      const { id, username } = await calls.me()
      known = { id, username }
    }
    return known
  }
}
