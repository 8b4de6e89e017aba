// That Mattermost refuses our token is an alert for FALLBACK, since Mattermost itself cannot carry it (threat F8).

import type { Emit, Log, Now, Target } from '../event.ts'
import type { Wait } from '../flow/waiting.ts'
import { tokenAccepted, tokenRefused } from '../integrations/vigie/token-refused.ts'
import type { MarkStore } from '../store/store.ts'

export interface TokenAlarmParts {
  /** Since when it is refused, milliseconds since 1970. */
  readonly refusedSince: () => number | undefined
  /** Mattermost answered us when it was last asked. */
  readonly answers: () => boolean
  /** Ids of Vigie's administrators, as last known. */
  readonly admins: () => readonly string[]
  readonly marks: Pick<MarkStore, 'get' | 'set'>
  readonly emit: Emit
  readonly now: Now
  readonly log: Log
  readonly wait: Wait
}

export interface TokenAlarm {
  /** Until the signal. */
  run(signal: AbortSignal): Promise<void>
}

const lookEveryMs = 5000
const markName = 'token_refused'

export function createTokenAlarm({
  refusedSince,
  answers,
  admins,
  marks,
  emit,
  now,
  log,
  wait,
}: TokenAlarmParts): TokenAlarm {
  async function look(): Promise<void> {
    const refused = refusedSince()
    const { since: told } = (await marks.get(markName)) ?? {}
    const only = admins().map((id): Target => ({ notifier: 'mattermost', address: `@${id}` }))
    // One alert from the first refusal to the next good answer, over restarts too.
    if (refused !== undefined && typeof told !== 'number') {
      await emit(tokenRefused(refused), { only })
      await marks.set(markName, { since: refused })
    } else if (refused === undefined && typeof told === 'number' && answers()) {
      await emit(tokenAccepted(told, now()), { only })
      await marks.set(markName, {})
    }
  }

  return {
    async run(signal) {
      while (!signal.aborted) {
        try {
          await look()
        } catch (error) {
          log.error({ err: error }, 'a refused token could not be told')
        }
        await wait(lookEveryMs, signal)
      }
    },
  }
}
