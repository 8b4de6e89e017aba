// What was asked of the stand-in server, counted: so that a test can say that nobody spins.

/** Which requests are meant; all of them by default. A text matches the start of the path after `/api/v4`. */
export type PathPattern = string | RegExp

/** Whether a path fits a pattern. */
export const matches = (pattern: PathPattern | undefined, path: string): boolean =>
  pattern === undefined || (typeof pattern === 'string' ? path.startsWith(pattern) : pattern.test(path))

export interface RequestLog {
  note(method: string, path: string): void
  requests(path?: PathPattern, method?: string): number
  waitForRequests(count: number, path?: PathPattern, method?: string): Promise<void>
  reset(): void
}

/** An empty log. */
export function createRequestLog(): RequestLog {
  let seen: { method: string; path: string }[] = []
  const waiting = new Set<() => void>()
  const requests = (path?: PathPattern, method?: string): number =>
    seen.filter((one) => matches(path, one.path) && (method === undefined || one.method === method)).length
  return {
    requests,
    note(method, path) {
      seen.push({ method, path })
      for (const look of [...waiting]) look()
    },
    waitForRequests(count, path, method) {
      return new Promise((resolve) => {
        const look = (): void => {
          if (requests(path, method) < count) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      })
    },
    reset() {
      seen = []
    },
  }
}
