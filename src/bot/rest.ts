// One REST call to Mattermost: time-limited, its answer bounded, status and waiting time kept, never repeated here (libraries.md §2).
// Routes and headers are @mattermost/client's; the fetch is ours, because the client's own path hides status and headers of a refusal,
// takes no bound, and is private to it.

import { Client4 } from '@mattermost/client'
import { z } from 'zod'
import type { Log } from '../event.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface CallOptions {
  /** Sent as JSON; a FormData as it is. */
  readonly body?: unknown
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly signal?: AbortSignal
  /** Default 10 s: the whole call, its body included. */
  readonly timeoutMs?: number
}

export interface Rest {
  /** The server's address without trailing slash. */
  readonly url: string
  /** Resolves the body of a 2xx answer. `path` begins after `/api/v4`. @throws {MattermostError} for anything else. */
  call(method: Method, path: string, options?: CallOptions): Promise<unknown>
}

export interface DownloadOptions extends Pick<CallOptions, 'signal' | 'timeoutMs'> {
  readonly mostBytes: number
}

export interface Downloads {
  /** Resolves the bytes of a 2xx answer to a GET. @throws {MattermostError} for anything else, and for more bytes than that. */
  download(path: string, options: DownloadOptions): Promise<Uint8Array>
}

export interface RestParts {
  readonly url: string
  /** Read before every call: `start` takes up a new one while it runs. */
  readonly token: () => string
  readonly fetch: typeof fetch
  readonly log: Log
}

/** `answered`: Mattermost or a proxy said no; the others: no answer came, or none that can be read. */
export type MattermostFailure = 'answered' | 'network' | 'timeout' | 'cancelled'

/** A call that did not succeed. Holds no secret: method and path, status, Mattermost's error id. `name` tells it apart across rooms. */
export class MattermostError extends Error {
  readonly failure: MattermostFailure
  /** The HTTP status; absent when no answer came. */
  readonly status: number | undefined
  /** Mattermost's error id, `api.context.permissions.app_error`. */
  readonly id: string | undefined
  /** The wait it asked for, in milliseconds. */
  readonly retryAfterMs: number | undefined
  /** True when the call may have had its effect all the same. */
  readonly unsure: boolean
  constructor(
    message: string,
    facts: { failure: MattermostFailure; status?: number; id?: string; retryAfterMs?: number; unsure: boolean },
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = 'MattermostError'
    this.failure = facts.failure
    this.status = facts.status
    this.id = facts.id
    this.retryAfterMs = facts.retryAfterMs
    this.unsure = facts.unsure
  }
}

const errorBody = z.looseObject({ id: z.string() })

/** The largest answer read: a page of 200 posts of the largest size stays below. */
const answerMaxBytes = 64 * 1024 * 1024

export function createRest({ url, token, fetch, log }: RestParts): Rest & Downloads {
  const client = new Client4()
  client.setUrl(url)
  client.setUserAgent('Vigie')
  client.setIncludeCookies(false)

  /** An answer, whole. */
  const ask = async (
    method: Method,
    path: string,
    { body, query, signal, timeoutMs = 10_000, mostBytes }: CallOptions & { readonly mostBytes: number },
  ): Promise<{ readonly response: Response; readonly bytes: Buffer }> => {
    const timeout = AbortSignal.timeout(timeoutMs)
    const sent = body === undefined || body instanceof FormData ? body : JSON.stringify(body)
    client.setToken(token())
    const { headers } = client.getOptions({ method, body: sent })
    try {
      const response = await fetch(`${client.getBaseRoute()}${path}${queryString(query)}`, {
        method,
        headers,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        redirect: 'manual',
        body: sent,
      })
      return { response, bytes: await readBytes(response, mostBytes) }
    } catch (error) {
      const failure = signal?.aborted ? 'cancelled' : timeout.aborted ? 'timeout' : 'network'
      throw unanswered(`${method} ${path}`, failure, error)
    }
  }
  const refuse = (method: Method, path: string, response: Response, data: unknown): MattermostError => {
    const refusal = refused(`${method} ${path}`, response, data)
    log.debug({ method, path, status: refusal.status, id: refusal.id }, 'Mattermost refused a call')
    return refusal
  }

  return {
    url,
    async call(method, path, options = {}) {
      const { response, bytes } = await ask(method, path, { ...options, mostBytes: answerMaxBytes })
      const data = parse(bytes.toString('utf8'))
      if (response.ok && data !== undefined) return data
      throw refuse(method, path, response, data)
    },
    async download(path, options) {
      const { response, bytes } = await ask('GET', path, options)
      if (response.ok) return bytes
      throw refuse('GET', path, response, parse(bytes.toString('utf8')))
    },
  }
}

/** True for a failed call that was answered with one of these statuses. */
export function answered(error: unknown, ...statuses: number[]): error is MattermostError {
  return error instanceof MattermostError && error.status !== undefined && statuses.includes(error.status)
}

/** The answer; nothing where there is no such thing, or the bot may not see it. */
export async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (answered(error, 400, 403, 404)) return undefined
    throw error
  }
}

/** Failures of a connection before anything was sent over it. */
const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

function unanswered(what: string, failure: MattermostFailure, cause: unknown): MattermostError {
  const code = codeOf(cause)
  const unsure = failure !== 'network' || code === undefined || !neverSent.has(code)
  return new MattermostError(`${what}: ${failure}${code ? ` (${code})` : ''}`, { failure, unsure }, { cause })
}

/** A 2xx without JSON is a proxy's page: the call may have reached Mattermost all the same. */
function refused(what: string, response: Response, data: unknown): MattermostError {
  const id = errorBody.safeParse(data).data?.id
  const retryAfterMs = waitOf(response.headers)
  return new MattermostError(`${what}: ${response.status}${id === undefined ? '' : ` ${id}`}`, {
    failure: 'answered',
    status: response.ok ? 502 : response.status,
    unsure: response.ok || response.status >= 500,
    id,
    retryAfterMs,
  })
}

function codeOf(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code
  }
  return undefined
}

async function readBytes(response: Response, mostBytes: number): Promise<Buffer> {
  if (response.body === null) return Buffer.alloc(0)
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of response.body) {
    sizeBytes += chunk.length
    if (sizeBytes > mostBytes) throw new Error(`an answer of more than ${mostBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Whatever the content type says: proxies change it. Nothing where it is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // An error page of a proxy; the status says the rest.
    return undefined
  }
}

function queryString(query: CallOptions['query']): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  )
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`
}

/** Nobody is obeyed for longer, lest one wrong header of a proxy silence us for days. */
const longestWaitMs = 5 * 60_000

/** From `Retry-After` (seconds or a date), else `X-RateLimit-Reset` (seconds to go); milliseconds. */
function waitOf(headers: Headers): number | undefined {
  const askedMs = askedWaitOf(headers)
  return askedMs === undefined ? undefined : Math.min(askedMs, longestWaitMs)
}

function askedWaitOf(headers: Headers): number | undefined {
  const said = headers.get('retry-after') ?? headers.get('x-ratelimit-reset')
  if (said === null) return undefined
  // A proxy may add its own beside Mattermost's: `7, 1`.
  const seconds = /^\s*(\d+(?:\.\d+)?)\s*(?:,|$)/.exec(said)?.[1]
  if (seconds !== undefined) return Number(seconds) < 1e9 ? Number(seconds) * 1000 : untilDate(Number(seconds) * 1000)
  const date = Date.parse(said)
  return Number.isNaN(date) ? undefined : untilDate(date)
}

function untilDate(date: number): number {
  return Math.max(0, date - Date.now())
}
