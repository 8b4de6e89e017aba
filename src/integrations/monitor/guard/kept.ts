// What is costly to read and changes seldom: read again once it is old.

/** The value of `make`, made anew when it is older than `forMs`; `elapsed` is monotonic milliseconds. */
export function keptFor<T>(forMs: number, elapsed: () => number, make: () => T): () => T {
  let kept: { readonly value: T; readonly at: number } | undefined
  return () => {
    if (kept === undefined || elapsed() - kept.at > forMs) kept = { value: make(), at: elapsed() }
    return kept.value
  }
}
