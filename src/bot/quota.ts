// How much one person may change in a while (threats T13): so that nobody's flood is everybody's wait. What was done counts, not what
// was tried, and looking is free; what is being done counts until it is known, or a flood would pass while the first of it is at work.

export type Taken =
  /** What was taken came to nothing: it does not count. */
  | { readonly giveBack: () => void }
  /** Nothing is left for so many milliseconds. */
  | { readonly waitMs: number }

export interface Quota {
  /** Takes one change of what this person may do now. */
  take(person: string, now: number): Taken
}

/** At most `limit` changes within any `windowMs` for each person. */
export function createQuota(limit: number, windowMs: number): Quota {
  const taken = new Map<string, readonly Change[]>()
  const recent = (person: string, now: number) => (taken.get(person) ?? []).filter(({ at }) => at > now - windowMs)
  return {
    take(person, now) {
      const changes = recent(person, now)
      const [oldest] = changes
      if (oldest !== undefined && changes.length >= limit) return { waitMs: oldest.at + windowMs - now }
      const change: Change = { at: now }
      taken.delete(person)
      taken.set(person, [...changes, change])
      forgetIdle(taken, now - windowMs)
      return {
        giveBack: () => {
          const others = taken.get(person)?.filter((one) => one !== change) ?? []
          if (others.length > 0) taken.set(person, others)
          else taken.delete(person)
        },
      }
    },
  }
}

interface Change {
  readonly at: number
}

/** Map order is order of the last change: the idle stand first. */
function forgetIdle(taken: Map<string, readonly Change[]>, before: number): void {
  for (const [person, changes] of taken) {
    if ((changes.at(-1)?.at ?? 0) > before) return
    taken.delete(person)
  }
}
