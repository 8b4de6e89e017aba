// Ways in which a test may tell the stand-in server to fail, and the count of what was asked of it.
// The faults are those of the fault table: away, slow, 429 and 5xx, reply lost after the work was done, half-open socket, dropped frames, forgotten connections.

import { createRequestLog, matches, type PathPattern, type RequestLog } from './request-log.ts'

export type { PathPattern } from './request-log.ts'

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
  /** How many requests with this path (after `/api/v4`) came so far, those that met a fault too; `/websocket` counts attempts to connect. */
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

/** A fault that some requests meet until it is used up. */
interface Order {
  left: number
  status: number
  options: AnswerFault
}

interface Trouble {
  down: boolean
  slow: { delayMs: number; path: PathPattern | undefined } | null
  frameEvery: number
  frameCount: number
  answers: Order[]
  losses: Order[]
}

const noTrouble = (): Trouble => ({ down: false, slow: null, frameEvery: 0, frameCount: 0, answers: [], losses: [] })

const orderOf = (status: number, options: AnswerFault): Order => ({
  left: options.count ?? Number.POSITIVE_INFINITY,
  status,
  options,
})

function take(list: Order[], method: string, path: string): Order | null {
  const index = list.findIndex(
    ({ options }) => matches(options.path, path) && (options.method === undefined || options.method === method),
  )
  const order = list[index]
  if (!order) return null
  order.left -= 1
  if (order.left <= 0) list.splice(index, 1)
  return order
}

/** The desk where faults are ordered (`faults`) and looked up by the server. */
export function createFaultDesk(sockets: SocketFaults, resetConnections: () => void): FaultDesk {
  const trouble = noTrouble()
  const log = createRequestLog()
  return {
    faults: ordersTo(trouble, sockets, resetConnections, log),
    isDown: () => trouble.down,
    judge(method, path) {
      log.note(method, path)
      const order = trouble.down ? null : take(trouble.answers, method, path)
      const headers = { ...(order?.status === 429 ? { 'Retry-After': '1' } : {}), ...order?.options.headers }
      return {
        delayMs: trouble.slow && matches(trouble.slow.path, path) ? trouble.slow.delayMs : 0,
        answer: order ? { status: order.status, headers } : null,
        loseReply: !order && !trouble.down && take(trouble.losses, method, path) !== null,
      }
    },
    losesFrame() {
      if (trouble.frameEvery <= 0) return false
      trouble.frameCount += 1
      return trouble.frameCount % trouble.frameEvery === 0
    },
  }
}

function ordersTo(trouble: Trouble, sockets: SocketFaults, resetConnections: () => void, log: RequestLog): Faults {
  return {
    down() {
      trouble.down = true
      sockets.closeSockets()
      resetConnections()
    },
    up() {
      trouble.down = false
    },
    slow(delayMs, path) {
      trouble.slow = delayMs > 0 ? { delayMs, path } : null
    },
    answer(status, options = {}) {
      trouble.answers.push(orderOf(status, options))
    },
    loseReply(options = {}) {
      trouble.losses.push(orderOf(0, options))
    },
    halfOpen: () => sockets.halfOpen(),
    dropFrames(n) {
      trouble.frameEvery = n
      trouble.frameCount = 0
    },
    forget: () => sockets.forget(),
    closeSockets: () => sockets.closeSockets(),
    heal() {
      Object.assign(trouble, noTrouble())
    },
    requests: log.requests,
    waitForRequests: log.waitForRequests,
    resetRequests: log.reset,
  }
}
