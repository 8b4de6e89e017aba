// One HTTP/1.1 request and its answer on a socket of its own (libraries.md §8: node:http on our own socket costs half of what
// undici's `Client` per check does). Bounded in headers, body and time (threat T18).

import { type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'
import { addPhase, CheckFailure, type Trace } from './failures.ts'
import { type Limit, LimitOver } from './limit.ts'

export interface Request {
  readonly method: string
  /** With the query. */
  readonly path: string
  /** Names and values in turn. */
  readonly headers: readonly string[]
  readonly body: string | undefined
}

export interface Answer {
  readonly status: number
  readonly location: string | undefined
  readonly contentType: string | undefined
  readonly retryAfter: string | undefined
}

/** Takes an answer's body as it comes. */
export interface Reader {
  /** True when nothing more is needed. @throws {CheckFailure} */
  take(chunk: Buffer): boolean
  /** The body is at its end, or was left. @throws {CheckFailure} */
  end(): void
}

/** What of an answer's body is wanted, once its head is known; nothing for none of it. @throws {CheckFailure} */
export type Choose = (answer: Answer) => Reader | undefined

const headersBytes = 16_384
/** Before the answer; somebody who sends more keeps us busy. */
const mostHints = 32

/** Sends, and reads what is wanted; the socket is good for nothing afterwards. `elapsed`: monotonic milliseconds. @throws {CheckFailure | LimitOver | NodeJS.ErrnoException} */
export function exchange(
  socket: Socket,
  wanted: Request,
  choose: Choose,
  { limit, trace, elapsed }: { readonly limit: Limit; readonly trace: Trace; readonly elapsed: () => number },
): Promise<Answer> {
  return new Promise<Answer>((resolve, reject) => {
    trace.stage = 'request'
    const from = elapsed()
    const asked = request({
      createConnection: () => socket,
      method: wanted.method,
      path: wanted.path,
      setHost: false,
      maxHeaderSize: headersBytes,
      headers: wanted.headers,
    })
    const fail = (error: unknown) => {
      release()
      reject(error)
    }
    const release = limit.onOver(() => fail(new LimitOver()))
    const onHead = (message: IncomingMessage) => {
      addPhase(trace, 'firstByteMs', elapsed() - from)
      trace.stage = 'body'
      trace.status = message.statusCode ?? 0
      const { location, 'content-type': contentType, 'retry-after': retryAfter } = message.headers
      const answer = { status: trace.status, location, contentType, retryAfter }
      const finish = () => {
        release()
        resolve(answer)
      }
      try {
        const reader = choose(answer)
        if (reader === undefined) finish()
        else read(message, reader, finish, fail)
      } catch (error) {
        fail(error)
      }
    }
    let hints = 0
    asked.on('error', fail)
    asked.on('information', () => {
      hints += 1
      if (hints > mostHints) fail(new CheckFailure('protocol', 'endless 1xx'))
    })
    asked.once('response', onHead)
    // 101: the answer is all there is to judge.
    asked.once('upgrade', onHead)
    asked.end(wanted.body)
  })
}

function read(message: IncomingMessage, reader: Reader, finish: () => void, fail: (error: unknown) => void): void {
  let isDone = false
  const guarded = (step: () => boolean) => {
    if (isDone) return
    try {
      isDone = step()
      if (isDone) finish()
    } catch (error) {
      isDone = true
      fail(error)
    }
  }
  const end = () => {
    reader.end()
    return true
  }
  message.on('error', (error) => {
    isDone = true
    fail(error)
  })
  message.on('data', (chunk: Buffer) => guarded(() => reader.take(chunk) && end()))
  message.on('end', () =>
    guarded(() => {
      if (!message.complete) throw new CheckFailure('unreachable', 'ECONNRESET')
      return end()
    }),
  )
}
