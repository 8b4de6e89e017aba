// What was asked a moment ago: one question at a time for a key, and its answer kept for a few seconds.

import type { Now } from '../event.ts'

export interface Cache<T> {
  get(key: string): Promise<T>
  /** Drops every key for which this is true. */
  forget(isStale: (key: string) => boolean): void
}

const mostKeys = 10_000

/** Failures are not kept. */
export function createCache<T>(ask: (key: string) => Promise<T>, keptMs: number, now: Now): Cache<T> {
  const kept = new Map<string, { at: number; answer: Promise<T> }>()
  return {
    get(key) {
      const known = kept.get(key)
      if (known !== undefined && now() - known.at < keptMs) return known.answer
      if (kept.size >= mostKeys) kept.clear()
      const asked = { at: now(), answer: ask(key) }
      kept.set(key, asked)
      asked.answer.catch(() => kept.get(key) === asked && kept.delete(key))
      return asked.answer
    },
    forget(isStale) {
      for (const key of kept.keys()) if (isStale(key)) kept.delete(key)
    },
  }
}
