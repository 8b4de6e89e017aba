// The time a check has in all, and its stop from outside: one timer, whatever the check does in that time (threats T18, "total,
// not per byte").

/** A check's limit, from its start to `end`. */
export interface Limit {
  /** Why it is over; nothing while it is not. */
  readonly over: 'time' | 'stopped' | undefined
  /** Runs `stop` when the limit is over, at once if it is already; what it returns takes that back. */
  onOver(stop: () => void): () => void
  /** `work`, or a rejection with `LimitOver` if the limit comes first. */
  within<T>(work: Promise<T>): Promise<T>
  /** Must be called when the check is done. */
  end(): void
}

/** Says only that a limit was over; what that means depends on what was waited for. */
export class LimitOver extends Error {
  constructor() {
    super('the limit is over')
    this.name = 'LimitOver'
  }
}

export function createLimit(timeoutMs: number, signal: AbortSignal): Limit {
  let over: Limit['over']
  const stops = new Set<() => void>()
  const finish = (why: 'time' | 'stopped') => {
    if (over !== undefined) return
    over = why
    for (const stop of stops) stop()
    stops.clear()
  }
  const onAbort = () => finish('stopped')
  const timer = setTimeout(finish, timeoutMs, 'time')
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  const onOver = (stop: () => void) => {
    if (over !== undefined) stop()
    else stops.add(stop)
    return () => void stops.delete(stop)
  }
  return {
    get over() {
      return over
    },
    onOver,
    async within(work) {
      const stopped = Promise.withResolvers<never>()
      const release = onOver(() => stopped.reject(new LimitOver()))
      return await Promise.race([work, stopped.promise]).finally(release)
    },
    end() {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      stops.clear()
    },
  }
}
