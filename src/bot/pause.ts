// Waiting that a signal ends.

import { setTimeout as sleep } from 'node:timers/promises'

/** Resolves after `durationMs`, or as soon as the signal is aborted; never rejects for that. */
export async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(durationMs, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
