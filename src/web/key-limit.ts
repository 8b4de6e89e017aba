// How often an API key may call (interface.md: 600 requests a minute): no minute, wherever it begins, holds more. Told in the headers of
// draft-ietf-httpapi-ratelimit-headers, in their short form and in the older long one.

import type { FastifyReply } from 'fastify'
import { HttpProblem } from '../errors.ts'
import type { Now } from '../event.ts'

export const mostPerMinute = 600
const minuteMs = 60_000
/** Of keys that did not call for a minute nothing is known; looked for when there are so many. */
const mostKeys = 1000

/** When a key's latest calls came, in a ring: the oldest of a full one is overwritten. */
interface Calls {
  readonly at: Float64Array
  /** Where the next one goes. */
  next: number
  /** How many of them lie within the last minute. */
  count: number
}

export interface KeyLimit {
  /** Counts a call and writes the headers. @throws {HttpProblem} 429 */
  take(key: string, reply: Pick<FastifyReply, 'headers'>): void
}

/** `now` in milliseconds of a clock that may be set: what came "later" than now is forgotten. */
export function createKeyLimit(now: Now, most = mostPerMinute): KeyLimit {
  const byKey = new Map<string, Calls>()

  const callsOf = (key: string, at: number): Calls => {
    const known = byKey.get(key)
    if (known !== undefined) return known
    if (byKey.size >= mostKeys) forgetIdle(byKey, at)
    const fresh = { at: new Float64Array(most), next: 0, count: 0 }
    byKey.set(key, fresh)
    return fresh
  }

  return {
    take(key, reply) {
      const at = now()
      const calls = callsOf(key, at)
      settle(calls, at)
      const isFull = calls.count >= most
      if (!isFull) {
        calls.at[calls.next] = at
        calls.next = (calls.next + 1) % most
        calls.count += 1
      }
      const remaining = most - calls.count
      const resetSeconds = Math.max(1, Math.ceil((oldestOf(calls) + minuteMs - at) / 1000))
      reply.headers({
        'ratelimit-policy': `"key";q=${most};w=60`,
        ratelimit: `"key";r=${remaining};t=${resetSeconds}`,
        'ratelimit-limit': String(most),
        'ratelimit-remaining': String(remaining),
        'ratelimit-reset': String(resetSeconds),
      })
      if (isFull) throw tooMany(most, resetSeconds)
    },
  }
}

function indexOfOldest({ at, next, count }: Calls): number {
  return (next - count + at.length) % at.length
}

function oldestOf(calls: Calls): number {
  return calls.at[indexOfOldest(calls)] ?? 0
}

/** Leaves out what is older than a minute, or, the clock having been set back, in the future. */
function settle(calls: Calls, now: number): void {
  const newest = calls.at[(calls.next - 1 + calls.at.length) % calls.at.length] ?? 0
  if (calls.count > 0 && newest > now) calls.count = 0
  while (calls.count > 0 && oldestOf(calls) <= now - minuteMs) calls.count -= 1
}

function forgetIdle(byKey: Map<string, Calls>, now: number): void {
  for (const [key, calls] of byKey) {
    settle(calls, now)
    if (calls.count === 0) byKey.delete(key)
  }
}

function tooMany(most: number, waitSeconds: number): HttpProblem {
  return new HttpProblem(
    429,
    {
      fr: `Cette clé a fait ${most} appels en une minute\u202f; réessayez dans ${waitSeconds}\u00a0s.`,
      en: `This key made ${most} calls within a minute; try again in ${waitSeconds} s.`,
    },
    { 'retry-after': String(waitSeconds) },
  )
}
