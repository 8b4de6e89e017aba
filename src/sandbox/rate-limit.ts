// The server's request limit: a steady rate with a burst, by caller's address, told in headers (server/channels/app/ratelimit.go, GCRA).

export interface RateLimit {
  perSecond: number
  burst: number
}

export interface RateVerdict {
  limited: boolean
  headers: Record<string, string>
}

/** Decides for each caller whether one more request may pass; `clock` in milliseconds. */
export function createRateLimiter(limit: RateLimit, clock: () => number): (caller: string) => RateVerdict {
  const intervalMs = 1000 / limit.perSecond
  const toleranceMs = intervalMs * limit.burst
  const arrivals = new Map<string, number>()
  return (caller) => {
    const now = clock()
    const due = Math.max(arrivals.get(caller) ?? now, now)
    const limited = due - now > toleranceMs
    const next = limited ? due : due + intervalMs
    if (!limited) arrivals.set(caller, next)
    const headers: Record<string, string> = {
      'X-RateLimit-Limit': String(limit.burst + 1),
      'X-RateLimit-Remaining': String(Math.max(0, Math.floor((toleranceMs - (next - now)) / intervalMs) + 1)),
      'X-RateLimit-Reset': String(Math.ceil((next - now) / 1000)),
    }
    if (limited) headers['Retry-After'] = String(Math.max(1, Math.ceil((due - now - toleranceMs) / 1000)))
    return { limited, headers }
  }
}
