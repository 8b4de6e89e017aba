// How much one person may change in a while (threats T13): so that nobody's flood is everybody's wait. What was done counts, not what
// was tried, and looking is free.

export interface Quota {
  /** Milliseconds until this person may change something again; 0: now. */
  waitMs(person: string, now: number): number
  /** Counts something that was done. */
  count(person: string, now: number): void
  /** What was counted at that moment came to nothing. */
  giveBack(person: string, now: number): void
}

/** At most `limit` changes within any `windowMs` for each person. */
export function createQuota(limit: number, windowMs: number): Quota {
  const done = new Map<string, readonly number[]>()
  const recent = (person: string, now: number) => (done.get(person) ?? []).filter((at) => at > now - windowMs)
  return {
    waitMs(person, now) {
      const times = recent(person, now)
      const [oldest] = times
      return oldest !== undefined && times.length >= limit ? oldest + windowMs - now : 0
    },
    count(person, now) {
      const times = [...recent(person, now), now]
      done.delete(person)
      done.set(person, times)
      forgetIdle(done, now - windowMs)
    },
    giveBack(person, now) {
      const times = done.get(person) ?? []
      const index = times.lastIndexOf(now)
      if (index !== -1) done.set(person, times.toSpliced(index, 1))
    },
  }
}

/** Map order is order of the last change: the idle stand first. */
function forgetIdle(done: Map<string, readonly number[]>, before: number): void {
  for (const [person, times] of done) {
    if ((times.at(-1) ?? 0) > before) return
    done.delete(person)
  }
}
