// GitLab's REST API as far as hooks need it (docs.gitlab.com/api/rest: pagination, redirects; /security/rate_limits): bounded in time
// and size, obeys its rate limit, and never takes its token to another origin.

import type { LiveSecrets } from '../../../env.ts'
import type { Log, Now } from '../../../event.ts'

/** GitLab could not do it, or would not. `status` is absent where it did not answer. */
export class GitlabError extends Error {
  readonly status: number | undefined
  /** How long GitLab asks to be left alone. */
  readonly afterMs: number | undefined
  constructor(message: string, told: { status?: number; afterMs?: number } = {}, options?: ErrorOptions) {
    super(message, options)
    this.name = 'GitlabError'
    this.status = told.status
    this.afterMs = told.afterMs
  }
}

export interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/api/v4`: `/projects/15/hooks`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean>>
  readonly body?: object
  /** 8 MiB where absent. */
  readonly mostBytes?: number
}

export interface Api {
  /** Whether its address and a token are set. */
  configured(): boolean
  /** The parsed answer; nothing for an empty one. @throws {GitlabError} */
  call(request: Request, signal: AbortSignal): Promise<unknown>
  /** Page by page, as GitLab links them. @throws {GitlabError} */
  pages(request: Request, signal: AbortSignal): AsyncGenerator<readonly unknown[]>
}

export interface ApiParts {
  /** GITLAB_URL. */
  readonly url: string | undefined
  /** GITLAB_API_TOKEN. */
  readonly tokens: LiveSecrets
  readonly fetch: typeof fetch
  readonly now: Now
  readonly wait: (waitMs: number, signal: AbortSignal) => Promise<void>
  readonly log: Log
}

const timeoutMs = 10_000
const mostBytes = 8 * 1024 * 1024
/** A longer wait is the caller's to plan. */
const patienceMs = 20_000
const longestPauseMs = 600_000
const mostTries = 3
const mostRedirects = 3

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly json: unknown
  readonly url: URL
}

export function createApi({ url, tokens, fetch, now, wait, log }: ApiParts): Api {
  const root = url === undefined ? undefined : `${url}/api/v4`
  let pausedUntil = 0

  /** Waits out a pause that GitLab asked for. */
  async function turn(signal: AbortSignal): Promise<void> {
    const waitMs = pausedUntil - now()
    if (waitMs <= 0) return
    if (waitMs > patienceMs) throw new GitlabError('GitLab asked to be left alone', { status: 429, afterMs: waitMs })
    await wait(waitMs, signal)
  }

  function heed(status: number, headers: Headers): void {
    const remaining = headers.get('ratelimit-remaining')
    const reset = Number(headers.get('ratelimit-reset'))
    const retryAfter = Number(headers.get('retry-after') ?? Number.NaN)
    const pauseMs =
      status === 429 ? (Number.isFinite(retryAfter) ? retryAfter * 1000 : Math.max(1000, reset * 1000 - now())) : 0
    const spentMs = remaining === '0' && reset > 0 ? reset * 1000 - now() : 0
    const mostMs = Math.min(longestPauseMs, Math.max(pauseMs, spentMs))
    if (mostMs > 0) pausedUntil = Math.max(pausedUntil, now() + mostMs)
  }

  async function send(address: URL, request: Request, signal: AbortSignal): Promise<Answer> {
    let last: Answer | undefined
    const candidates = tokens.current()
    if (root === undefined || candidates.length === 0) throw new GitlabError('GITLAB_API_TOKEN is not set')
    for (let tried = 0; tried < mostTries; tried += 1) {
      for (const token of candidates) {
        await turn(signal)
        last = await once(address, request, token.reveal(), signal)
        heed(last.status, last.headers)
        // Two tokens are live while one is being changed.
        if (last.status !== 401) break
      }
      if (last?.status !== 429) break
    }
    if (last === undefined) throw new GitlabError('GitLab was not asked')
    return last
  }

  async function once(address: URL, request: Request, token: string, signal: AbortSignal): Promise<Answer> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    const { method = 'GET', path, body } = request
    try {
      const response = await fetch(address, {
        method,
        redirect: 'manual',
        signal: within,
        headers: {
          'private-token': token,
          accept: 'application/json',
          'accept-encoding': 'identity',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await readBounded(response, request.mostBytes ?? mostBytes)
      return { status: response.status, headers: response.headers, json: parse(text), url: address }
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof GitlabError) throw error
      log.debug({ err: error, method, path }, 'GitLab did not answer')
      throw new GitlabError(`GitLab did not answer: ${reasonOf(error)}`, {}, { cause: error })
    }
  }

  /** An answer that is neither an error nor a redirection that stays inside the API. */
  async function settled(first: URL, request: Request, signal: AbortSignal): Promise<Answer> {
    let address = first
    for (let step = 0; step <= mostRedirects; step += 1) {
      const answer = await send(address, request, signal)
      const next = (request.method ?? 'GET') === 'GET' ? redirection(answer) : undefined
      if (next !== undefined && isOurs(next)) {
        address = next
        continue
      }
      if (answer.status >= 200 && answer.status < 300) return answer
      throw new GitlabError(messageOf(answer.json) ?? `HTTP ${answer.status}`, {
        status: answer.status,
        ...(answer.status === 429 ? { afterMs: Math.max(0, pausedUntil - now()) } : {}),
      })
    }
    throw new GitlabError('GitLab redirected too often')
  }

  const isOurs = (address: URL): boolean => root !== undefined && address.href.startsWith(`${new URL(root).href}/`)

  function addressOf({ path, query = {} }: Request): URL {
    const address = new URL(`${root ?? 'http://gitlab.invalid'}${path}`)
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, String(value))
    return address
  }

  return {
    configured: () => root !== undefined && tokens.current().length > 0,
    call: async (request, signal) => (await settled(addressOf(request), request, signal)).json,
    async *pages(request, signal) {
      let address: URL | undefined = addressOf(request)
      while (address !== undefined) {
        const answer: Answer = await settled(address, request, signal)
        if (!Array.isArray(answer.json)) throw new GitlabError('GitLab answered with no list')
        yield answer.json
        const next = nextPage(answer)
        address = next !== undefined && isOurs(next) ? next : undefined
      }
    },
  }
}

/** By the `Link` header, which keyset pages have alone; else by the number of the next page. */
function nextPage({ headers, url }: Answer): URL | undefined {
  const linked = /<([^<>]+)>;\s*rel="next"/.exec(headers.get('link') ?? '')?.[1]
  if (linked !== undefined) return URL.canParse(linked, url) ? new URL(linked, url) : undefined
  const number = headers.get('x-next-page')
  if (number === null || !/^\d+$/.test(number)) return undefined
  const next = new URL(url)
  next.searchParams.set('page', number)
  return next
}

/** Renamed projects are redirected to their new path. */
function redirection({ status, headers, url }: Answer): URL | undefined {
  const location = headers.get('location')
  if (status < 300 || status > 399 || location === null) return undefined
  return URL.canParse(location, url) ? new URL(location, url) : undefined
}

async function readBounded(response: Response, most: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  if (response.body === null) return ''
  for await (const chunk of response.body) {
    sizeBytes += chunk.length
    if (sizeBytes > most) throw new GitlabError('GitLab answered more than can be read', { status: 413 })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** `{"message": "…"}`, `{"message": {"url": ["…"]}}` or `{"error": "…"}`. */
function messageOf(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null) return undefined
  const said = 'message' in json ? json.message : 'error' in json ? json.error : undefined
  if (said === undefined) return undefined
  return (typeof said === 'string' ? said : JSON.stringify(said)).slice(0, 300)
}

/** The system's code: messages of errors may quote the token (threat T25). */
function reasonOf(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code
  }
  return error instanceof Error ? error.name : 'no reason given'
}
