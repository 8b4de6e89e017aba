// One small question to a neighbour's health page, for `/statut`: timed, bounded, and remembered for a few seconds, so that who asks how we
// are does not weigh on others.

import type { Ask, Asked } from '../integrations/integration.ts'
import { beginningOf } from '../text/beginning.ts'

export interface AskParts {
  readonly fetch: typeof fetch
  /** Monotonic milliseconds. */
  readonly elapsed: () => number
}

/** A slash command is answered within 2.5 s. */
const timeoutMs = 1500
const rememberMs = 10_000
const mostBytes = 16 * 1024

export function createAsk({ fetch, elapsed }: AskParts): Ask {
  const known = new Map<string, { readonly at: number; readonly asked: Promise<Asked> }>()

  async function ask(address: string): Promise<Asked> {
    const startedAt = elapsed()
    const tookMs = () => Math.round(elapsed() - startedAt)
    try {
      const signal = AbortSignal.timeout(timeoutMs)
      const response = await fetch(address, {
        signal,
        redirect: 'manual',
        headers: { accept: 'application/json, text/plain' },
      })
      const body = (await beginningOf(response.body, mostBytes)).subarray(0, mostBytes).toString()
      return { tookMs: tookMs(), status: response.status, body }
    } catch (error) {
      return { tookMs: tookMs(), error: reasonOf(error) }
    }
  }

  return (address) => {
    const before = known.get(address)
    if (before && elapsed() - before.at < rememberMs) return before.asked
    const asked = ask(address)
    known.set(address, { at: elapsed(), asked })
    return asked
  }
}

/** `ECONNREFUSED`, `timeout`: codes of the system's, nothing of the other side's. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'error'
  if (error.name === 'TimeoutError') return 'timeout'
  const { cause } = error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return /^[A-Z_]{3,40}$/.test(code) ? code : 'error'
}
