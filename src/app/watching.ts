// Runs what integrations watch until the signal: one that fails is logged and started again, after a wait that grows.

import type { Log, Now } from '../event.ts'
import { type Wait, waitByTheClock } from '../flow/waiting.ts'
import type { Integration } from '../integrations/integration.ts'

export interface WatchParts {
  readonly signal: AbortSignal
  readonly now: Now
  readonly log: Log
  readonly wait?: Wait
}

const firstWaitMs = 1000
const longestWaitMs = 300_000
/** What ran so long failed anew. */
const soundMs = 600_000

/** Resolves once every one has ended; never rejects. */
export async function watchAll(integrations: readonly Integration[], parts: WatchParts): Promise<void> {
  await Promise.all(integrations.map((integration) => keepWatching(integration, parts)))
}

async function keepWatching(
  integration: Integration,
  { signal, now, log, wait = waitByTheClock }: WatchParts,
): Promise<void> {
  let waitMs = firstWaitMs
  while (!signal.aborted && integration.watch !== undefined) {
    const startedAt = now()
    try {
      await integration.watch(signal)
      return
    } catch (error) {
      if (signal.aborted) return
      if (now() - startedAt > soundMs) waitMs = firstWaitMs
      log.error({ err: error, integration: integration.name, waitMs }, 'an integration stopped watching')
      await wait(waitMs, signal)
      waitMs = Math.min(longestWaitMs, waitMs * 2)
    }
  }
}
