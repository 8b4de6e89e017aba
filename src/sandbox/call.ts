// One request as a handler meets it, and what a handler answers.
import { ApiError, badBody, badUrl } from './api-error.ts'
import { isId } from './ids.ts'
import { type Fields, fieldsOf, textsOf } from './json.ts'
import type { Session } from './shapes.ts'
import type { World } from './world.ts'

export interface Answer {
  status: number
  /** Sent as JSON, unless it is bytes. */
  body: unknown
  headers: Record<string, string>
}

/** 200 (or another status) with a JSON body. */
export const reply = (body: unknown, status = 200, headers: Record<string, string> = {}): Answer => ({
  status,
  body,
  headers,
})

/** The server's `{"status":"OK"}`. */
export const done = (): Answer => reply({ status: 'OK' })

export interface CallParts {
  world: World
  /** null for a caller without a session. */
  session: Session | null
  params: Record<string, string>
  query: URLSearchParams
  headers: Record<string, string>
  bytes: Uint8Array
  /** A call over the local-mode socket: no session, every right. */
  local: boolean
  /** Waits as long as a fault orders. */
  pause(): Promise<void>
}

/** One request: who asks, for what, with which body. */
export class Call {
  readonly world: World
  readonly session: Session | null
  readonly query: URLSearchParams
  readonly headers: Record<string, string>
  readonly bytes: Uint8Array
  readonly local: boolean
  /** Waits as long as a fault orders; called before the handler, unless the route does it itself. */
  readonly pause: () => Promise<void>
  readonly #params: Record<string, string>

  constructor(parts: CallParts) {
    this.world = parts.world
    this.session = parts.session
    this.query = parts.query
    this.headers = parts.headers
    this.bytes = parts.bytes
    this.local = parts.local
    this.pause = parts.pause
    this.#params = parts.params
  }

  /** The caller's user id, '' without a session. */
  get me(): string {
    return this.session?.user_id ?? ''
  }

  /** Who asks, for the permission checks. */
  get actor(): Actor {
    return { userId: this.me, unrestricted: this.local }
  }

  /**
   * An identifier of the path; `me` is the caller.
   * @throws ApiError 400 when it is not 26 characters long.
   */
  id(name: string): string {
    const word = this.#params[name] ?? ''
    const id = name === 'user_id' && word === 'me' ? this.me : word
    if (!isId(id)) throw badUrl(name)
    return id
  }

  /** A word of the path, '' when the route has none of that name. */
  word(name: string): string {
    return this.#params[name] ?? ''
  }

  /**
   * The body as JSON.
   * @throws ApiError 400 naming `name` when it is none.
   */
  json(name = 'body'): unknown {
    try {
      return JSON.parse(Buffer.from(this.bytes).toString('utf8'))
    } catch (error) {
      throw error instanceof SyntaxError ? badBody(name) : error
    }
  }

  /**
   * The body as a JSON object.
   * @throws ApiError 400 naming `name` when it is none.
   */
  fields(name = 'body'): Fields {
    return fieldsOf(this.json(name), name)
  }

  /**
   * The body as a list of texts, each once.
   * @throws ApiError 400 when it is none.
   */
  texts(name: string): string[] {
    const value = this.json(name)
    if (!Array.isArray(value) || value.some((one) => typeof one !== 'string'))
      throw new ApiError('api.payload.parse.error', 400)
    return [...new Set(textsOf(value, name))]
  }

  /** `page` and `per_page` as the server reads them: 0 and 60 by default, at most 200. */
  get paging(): { page: number; perPage: number } {
    const page = wholeNumber(this.query.get('page'))
    const perPage = wholeNumber(this.query.get('per_page'))
    return { page: page ?? 0, perPage: Math.min(perPage ?? 60, 200) }
  }
}

export interface Actor {
  userId: string
  unrestricted: boolean
}

const wholeNumber = (word: string | null): number | null => (word !== null && /^\d+$/.test(word) ? Number(word) : null)

export type Handler = (call: Call) => Answer | Promise<Answer>

export interface Route {
  method: string
  path: string
  handler: Handler
  /** Served without a session. */
  open?: boolean
  /** Takes bodies as large as a file. */
  file?: boolean
  /** Calls `pause` in its midst: a slow server is then slow in the middle of the work. */
  pausesItself?: boolean
  /** Also served on the local-mode socket. */
  local?: boolean
}

/** The refusal of an address that no route has. */
export const noSuchPage = (): ApiError => new ApiError('api.context.404.app_error', 404)
