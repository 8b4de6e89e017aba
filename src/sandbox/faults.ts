// Ways in which a test may tell the stand-in server to fail, and the count of what was asked of it.
// The faults are those of the fault table: away, slow, 429 and 5xx, reply lost after the work was done, half-open socket, dropped frames, forgotten connections.

/** Which requests a fault touches; all of them by default. A text matches the start of the path after `/api/v4`. */
export type PathPattern = string | RegExp

export interface AnswerFault {
  /** How many requests are touched; endless by default, until `heal()`. */
  count?: number
  path?: PathPattern
  method?: string
  headers?: Record<string, string>
}

export interface Faults {
  /** Connections are reset as soon as they speak, websockets are cut; until `up()`. */
  down(): void
  up(): void
  /** Every answer waits this long; 0 ends it. */
  slow(delayMs: number, path?: PathPattern): void
  /** Requests get this status instead of being done; 429 comes with `Retry-After: 1` unless told otherwise. */
  answer(status: number, options?: AnswerFault): void
  /** Requests are done, then their connection is reset before the reply. */
  loseReply(options?: AnswerFault): void
  /** The websockets now open fall silent both ways without closing; new ones work. Answers how many. */
  halfOpen(): number
  /** One event in `n` is numbered but never sent; 0 ends it. */
  dropFrames(n: number): void
  /** No websocket can be resumed from here on; those now open stay open. */
  forget(): void
  /** Cuts the websockets now open. Answers how many. */
  closeSockets(): number
  /** Ends every fault but the silence of sockets already half-open. */
  heal(): void
  /** How many requests with this path (after `/api/v4`) came so far, failed ones too; `/websocket` counts attempts to connect. */
  requests(path?: PathPattern, method?: string): number
  /** Waits until `requests` would answer at least `count`. */
  waitForRequests(count: number, path?: PathPattern, method?: string): Promise<void>
  /** Forgets the count. */
  resetRequests(): void
}

/** What the faults decide for one request. */
export interface Verdict {
  delayMs: number
  answer: { status: number; headers: Record<string, string> } | null
  loseReply: boolean
}

export interface SocketFaults {
  halfOpen(): number
  closeSockets(): number
  forget(): void
}

export interface FaultDesk {
  faults: Faults
  isDown(): boolean
  /** Counts a request and says what becomes of it. */
  judge(method: string, path: string): Verdict
  /** Whether this event's frame is to be lost. */
  losesFrame(): boolean
}

interface Pending {
  left: number
  status: number
  options: AnswerFault
}

const matches = (pattern: PathPattern | undefined, path: string): boolean =>
  pattern === undefined || (typeof pattern === 'string' ? path.startsWith(pattern) : pattern.test(path))

/** The desk where faults are ordered (`faults`) and looked up by the server. */
export function createFaultDesk(sockets: SocketFaults, resetConnections: () => void): FaultDesk {
  let down = false
  let slow: { delayMs: number; path: PathPattern | undefined } | null = null
  let frameEvery = 0
  let frameCount = 0
  const answers: Pending[] = []
  const losses: Pending[] = []
  let seen: { method: string; path: string }[] = []
  const waiting = new Set<() => void>()

  const take = (list: Pending[], method: string, path: string): Pending | null => {
    const index = list.findIndex(
      (fault) =>
        matches(fault.options.path, path) &&
        (fault.options.method === undefined || fault.options.method.toUpperCase() === method),
    )
    const fault = list[index]
    if (!fault) return null
    fault.left -= 1
    if (fault.left <= 0) list.splice(index, 1)
    return fault
  }
  const requests = (path?: PathPattern, method?: string): number =>
    seen.filter((one) => matches(path, one.path) && (method === undefined || one.method === method)).length

  const faults: Faults = {
    down() {
      down = true
      sockets.closeSockets()
      resetConnections()
    },
    up() {
      down = false
    },
    slow(delayMs, path) {
      slow = delayMs > 0 ? { delayMs, path } : null
    },
    answer(status, options = {}) {
      answers.push({ left: options.count ?? Number.POSITIVE_INFINITY, status, options })
    },
    loseReply(options = {}) {
      losses.push({ left: options.count ?? Number.POSITIVE_INFINITY, status: 0, options })
    },
    halfOpen: () => sockets.halfOpen(),
    dropFrames(n) {
      frameEvery = n
      frameCount = 0
    },
    forget: () => sockets.forget(),
    closeSockets: () => sockets.closeSockets(),
    heal() {
      down = false
      slow = null
      frameEvery = 0
      answers.length = 0
      losses.length = 0
    },
    requests,
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
    resetRequests() {
      seen = []
    },
  }

  return {
    faults,
    isDown: () => down,
    judge(method, path) {
      seen.push({ method, path })
      for (const look of [...waiting]) look()
      const fault = take(answers, method, path)
      const headers = { ...(fault?.status === 429 ? { 'Retry-After': '1' } : {}), ...fault?.options.headers }
      return {
        delayMs: slow && matches(slow.path, path) ? slow.delayMs : 0,
        answer: fault ? { status: fault.status, headers } : null,
        loseReply: fault ? false : take(losses, method, path) !== null,
      }
    },
    losesFrame() {
      if (frameEvery <= 0) return false
      frameCount += 1
      return frameCount % frameEvery === 0
    },
  }
}
