// The REST half of the contract suite's driver: a person (or bot) with a token who asks a Mattermost server over
// plain fetch, so that the suite sees the wire and no client library's view of it.

/** One answer of the server: the status, the decoded JSON body (the text itself where it is no JSON) and the headers. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/** A call by somebody: `path` is below `/api/v4` and starts with a slash. */
export interface Caller {
  readonly token: string
  get(path: string): Promise<Answer>
  post(path: string, body?: unknown): Promise<Answer>
  put(path: string, body?: unknown): Promise<Answer>
  delete(path: string): Promise<Answer>
  /** Sends a multipart form with one file and further text fields. */
  upload(path: string, file: Upload, fields?: Readonly<Record<string, string>>): Promise<Answer>
}

export interface Upload {
  readonly field: string
  readonly name: string
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer> | string
}

/** A caller with that token at that server; an empty token sends no `Authorization` header. */
export function createCaller(url: string, token: string): Caller {
  const send = async (method: string, path: string, body?: string | FormData, type?: string): Promise<Answer> => {
    const headers = new Headers()
    if (token !== '') headers.set('Authorization', `Bearer ${token}`)
    if (type !== undefined) headers.set('Content-Type', type)
    const response = await fetch(`${url}/api/v4${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(20_000),
    })
    return { status: response.status, headers: response.headers, body: decode(await response.text()) }
  }
  const sendJson = (method: string, path: string, body?: unknown) =>
    body === undefined ? send(method, path) : send(method, path, JSON.stringify(body), 'application/json')
  return {
    token,
    get: (path) => send('GET', path),
    post: (path, body) => sendJson('POST', path, body),
    put: (path, body) => sendJson('PUT', path, body),
    delete: (path) => send('DELETE', path),
    upload: (path, file, fields = {}) => {
      const form = new FormData()
      for (const [key, value] of Object.entries(fields)) form.set(key, value)
      form.set(file.field, new Blob([file.bytes], { type: file.type }), file.name)
      return send('POST', path, form)
    },
  }
}

/** Posts JSON to an address outside of `/api/v4`, without a session: a `response_url`, an incoming webhook. */
export async function postTo(url: string, body: unknown): Promise<Answer> {
  const headers = { 'Content-Type': 'application/json' }
  const signal = AbortSignal.timeout(20_000)
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal })
  return { status: response.status, headers: response.headers, body: decode(await response.text()) }
}

function decode(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Files, images and empty bodies are no JSON; the suite reads them as text.
    return text
  }
}

/** The value at a dotted path (`posts.0.message`), of a body or of an answer's body; `null` where there is none. */
export function at(source: unknown, path: string): unknown {
  let value: unknown = isAnswer(source) ? source.body : source
  for (const key of path === '' ? [] : path.split('.')) {
    value = isRecord(value) || Array.isArray(value) ? Reflect.get(value, key) : undefined
  }
  return value ?? null
}

/** The string at a path. @throws Error with the whole body, where there is none: the case cannot go on. */
export function text(source: unknown, path: string): string {
  const value = at(source, path)
  if (typeof value !== 'string') throw new Error(`no text at ${path} in ${show(source)}`)
  return value
}

/** The number at a path. @throws Error with the whole body, where there is none. */
export function number(source: unknown, path: string): number {
  const value = at(source, path)
  if (typeof value !== 'number') throw new Error(`no number at ${path} in ${show(source)}`)
  return value
}

/** The list at a path. @throws Error with the whole body, where there is none. */
export function list(source: unknown, path = ''): readonly unknown[] {
  const value = at(source, path)
  if (!Array.isArray(value)) throw new Error(`no list at ${path} in ${show(source)}`)
  return value
}

/** The sorted names of the fields of the object at a path. */
export function keys(source: unknown, path = ''): string[] {
  const value = at(source, path)
  return isRecord(value) ? Object.keys(value).sort() : []
}

/** What a refusal says: status and error id; the id is `null` where the answer is no error. */
export function refusal(answer: Answer): { status: number; id: unknown } {
  return { status: answer.status, id: answer.status >= 400 ? at(answer, 'id') : null }
}

/** The answer itself. @throws Error where the server refused, so that a case never goes on from a false start. */
export async function accepted(asked: Promise<Answer>): Promise<Answer> {
  const answer = await asked
  if (answer.status >= 300) throw new Error(`refused with ${answer.status}: ${show(answer)}`)
  return answer
}

function show(source: unknown): string {
  return JSON.stringify(isAnswer(source) ? source.body : source).slice(0, 500)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isAnswer(value: unknown): value is Answer {
  return isRecord(value) && value.headers instanceof Headers && typeof value.status === 'number'
}
