// Vigie's own sign of life (interface.md, HEARTBEAT_URL; threat F31): an address outside is called every minute while all that has to go
// on goes on. Where it stays away, somebody else raises the alarm: a frozen process calls nobody.

import type { Env, LiveSecrets } from '../env.ts'
import type { Log, Now } from '../event.ts'
import type { OutboxStatus } from '../flow/outbox.ts'
import type { Wait } from '../flow/waiting.ts'
import type { Integration } from '../integrations/integration.ts'

export interface HeartbeatParts {
  /** It may hold a key. */
  readonly url: LiveSecrets
  /** Resolves when something could be stored just now. */
  readonly storable: () => Promise<void>
  readonly outbox: () => Pick<OutboxStatus, 'workedAt'>
  readonly integrations: readonly Pick<Integration, 'name' | 'goesOn'>[]
  readonly fetch: typeof fetch
  readonly now: Now
  readonly log: Log
  readonly wait: Wait
}

export interface Heartbeat {
  /** Until the signal; at once where HEARTBEAT_URL is absent. */
  run(signal: AbortSignal): Promise<void>
}

const everyMs = 60_000
const patienceMs = 10_000
/** The outbox looks every five seconds. */
const standstillMs = 45_000

/** Its query belongs to it: push monitors know who calls by it. */
export function readHeartbeatUrl(env: Env): LiveSecrets {
  const url = env.secret('HEARTBEAT_URL')
  const [written] = url.current()
  const parsed = written && URL.canParse(written.reveal()) ? new URL(written.reveal()) : undefined
  if (written && !/^https?:$/.test(parsed?.protocol ?? ''))
    env.problem({
      fr: 'HEARTBEAT_URL\u00a0: une adresse http:// ou https:// est attendue.',
      en: 'HEARTBEAT_URL: an http:// or https:// address is expected.',
    })
  return url
}

export function createHeartbeat(parts: HeartbeatParts): Heartbeat {
  const { url, storable, outbox, integrations, fetch, now, log, wait } = parts
  let before = ''

  /** What stands still; nothing while all goes on. */
  async function standstill(signal: AbortSignal): Promise<readonly string[]> {
    const isStored = await within(storable(), signal)
    const isSent = now() - outbox().workedAt < standstillMs
    const still = integrations.filter((integration) => integration.goesOn?.() === false).map(({ name }) => name)
    return [...(isStored ? [] : ['store']), ...(isSent ? [] : ['outbox']), ...still]
  }

  async function within(work: Promise<void>, signal: AbortSignal): Promise<boolean> {
    const done = work.then(
      () => true,
      () => false,
    )
    return await Promise.race([done, wait(patienceMs, signal).then(() => false)])
  }

  async function beat(address: string, signal: AbortSignal): Promise<void> {
    const still = await standstill(signal)
    note(still.join(', '), 'the outside is not told that Vigie lives: something stands still')
    if (still.length > 0) return
    try {
      const response = await fetch(address, { signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]) })
      await response.body?.cancel()
      if (!response.ok) log.warn({ status: response.status }, 'HEARTBEAT_URL refuses the call')
    } catch (error) {
      // Its words may hold the address, and with it the key.
      const reason = error instanceof Error ? error.name : 'unknown'
      if (!signal.aborted) log.warn({ reason }, 'HEARTBEAT_URL cannot be called')
    }
  }

  /** Once, until it is otherwise. */
  function note(still: string, message: string): void {
    if (still !== before && still !== '') log.error({ still }, message)
    before = still
  }

  return {
    async run(signal) {
      while (!signal.aborted) {
        const [address] = url.current()
        if (address === undefined) return
        await beat(address.reveal(), signal)
        await wait(everyMs, signal)
      }
    },
  }
}
