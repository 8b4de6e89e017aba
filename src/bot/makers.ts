// What the people who made API keys may now (interface.md, "API keys"): asked of Mattermost, and known for a while where it does not
// answer, so that what comes in is taken during its outage.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Person } from '../commands/command.ts'
import type { Log, Now } from '../event.ts'
import type { MarkStore } from '../store/store.ts'
import { createCache } from './cache.ts'

export interface MakersParts {
  /** Nothing for who is deactivated, a bot or not there. @throws where Mattermost does not answer. */
  readonly person: (id: string) => Promise<Person | undefined>
  /** As last known. */
  readonly isVigieAdmin: (id: string) => boolean
  readonly marks: Pick<MarkStore, 'get' | 'set'>
  readonly now: Now
  readonly log: Log
  /** Resolves once nobody waits for Mattermost any more; 1 s where absent. */
  readonly patience?: () => Promise<unknown>
}

/** Nothing: that person may nothing any more. */
export type MakerNow = { readonly vigieAdmin: boolean } | undefined

const keptMs = 3000
const patienceMs = 1000

export function createMakers(parts: MakersParts): (id: string) => Promise<MakerNow> {
  const { person, isVigieAdmin, marks, now, log, patience = () => sleep(patienceMs, undefined, { ref: false }) } = parts
  const last = new Map<string, MakerNow>()

  const lastKnown = async (id: string): Promise<MakerNow> => {
    if (last.has(id)) return last.get(id)
    const isGone = (await marks.get(markOf(id)))?.gone === true
    return isGone ? undefined : { vigieAdmin: isVigieAdmin(id) }
  }

  const ask = async (id: string): Promise<MakerNow> => {
    const found = await person(id)
    const may = found === undefined || found.guest ? undefined : { vigieAdmin: found.vigieAdmin }
    const isGone = may === undefined
    // Stored too: a restart while Mattermost is away must not bring anybody back.
    if (!last.has(id) || (last.get(id) === undefined) !== isGone) {
      const marked = (await marks.get(markOf(id)))?.gone === true
      if (marked !== isGone) await marks.set(markOf(id), { gone: isGone })
    }
    last.set(id, may)
    return may
  }

  const cache = createCache(
    async (id: string) => {
      const asked = ask(id).then(
        (may) => ({ may }),
        (error: unknown) => {
          log.debug({ err: error, person: id }, 'the maker of a key is judged by what was last known')
          return undefined
        },
      )
      const answer = await Promise.race([asked, patience().then(() => undefined)])
      return answer === undefined ? await lastKnown(id) : answer.may
    },
    keptMs,
    now,
  )
  return cache.get
}

function markOf(id: string): string {
  return `key maker ${id}`
}
