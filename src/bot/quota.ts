// How often one person may command (threats T13): so that nobody's flood is everybody's wait.

export interface Quota {
  /** Counts a try. Milliseconds to wait where it is one too many, else 0. */
  take(person: string, now: number): number
}

/** At most `limit` tries within any `windowMs` for each person; tries that were refused do not count. */
export function createQuota(limit: number, windowMs: number): Quota {
  const tries = new Map<string, readonly number[]>()
  return {
    take(person, now) {
      const recent = (tries.get(person) ?? []).filter((at) => at > now - windowMs)
      const [oldest] = recent
      if (oldest !== undefined && recent.length >= limit) return oldest + windowMs - now
      tries.delete(person)
      tries.set(person, [...recent, now])
      forgetIdle(tries, now - windowMs)
      return 0
    },
  }
}

/** Map order is order of the last try: the idle stand first. */
function forgetIdle(tries: Map<string, readonly number[]>, before: number): void {
  for (const [person, times] of tries) {
    if ((times.at(-1) ?? 0) > before) return
    tries.delete(person)
  }
}
