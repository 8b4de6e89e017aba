// A small GitLab for tests, on 127.0.0.1: the routes that Vigie asks, as docs.gitlab.com/api documents them.
//   GET    /projects/:id                              projects (a renamed path is redirected)
//   GET    /projects/:id/events                       events
//   GET    /projects/:id/merge_requests/:iid          merge_requests
//   GET    /projects/:id/issues/:iid                  issues
//   GET    /groups/:id, /groups/:id/projects          groups (Link header and x-next-page)
//   GET    /{projects,groups}/:id/hooks               project_webhooks, group_webhooks
//   GET    POST PUT DELETE …/hooks/:hook_id           the same; token and signing_token are never answered
//   GET    …/hooks/:hook_id/events                    17.3: newest first, 20 a page, seven days, e-mail addresses redacted
//   POST   …/hooks/:hook_id/test/:trigger             16.11: 201, or 422 where the hook's address answers badly
// It calls hooks as GitLab does: X-Gitlab-Token, Idempotency-Key, Standard Webhooks headers where a signing token is set.

import { createHmac, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeProject {
  readonly id: number
  path: string
  visibility: 'public' | 'internal' | 'private'
  readonly activities: object[]
  /** `merge_requests/3`, `issues/4`. */
  readonly things: Map<string, object>
}

export interface FakeHook {
  readonly id: number
  url: string
  token: string | undefined
  signing: string | undefined
  status: 'executable' | 'temporarily_disabled' | 'disabled'
  until: string | null
  readonly flags: Map<string, boolean>
  /** Oldest first. */
  readonly calls: FakeCall[]
}

export interface FakeCall {
  readonly id: number
  readonly trigger: string
  readonly request_headers: Record<string, string>
  readonly request_data: unknown
  readonly response_status: string
}

export interface FakeGitlab {
  readonly url: string
  readonly token: string
  /** `GET /projects/15/hooks`, in order. */
  readonly asked: string[]
  readonly ways: {
    /** Group hooks need a licence. */
    licence: boolean
    /** The hook's event list came with 17.3. */
    keepsCalls: boolean
    /** Signing tokens came with 19.0. */
    signs: boolean
    /** Answers so many requests with 429 and this `Retry-After`. */
    busy: { times: number; seconds: number }
    /** Answers with this instead, where it says something. */
    answer?: (asked: string, response: ServerResponse) => boolean
    /** Refuses hooks with these words. */
    refusesHooks?: string
    /** Switches a hook off after four failures in a row. */
    autoDisables: boolean
  }
  project(path: string, visibility?: FakeProject['visibility']): FakeProject
  /** As in GitLab, what is public stands in public groups only. */
  group(path: string, visibility?: FakeProject['visibility']): { readonly id: number; readonly path: string }
  hooksOf(path: string): FakeHook[]
  /** A hook that somebody made by hand. */
  addHook(path: string, url: string, token?: string): FakeHook
  /** Something happened: calls every hook of the project and of its groups. Resolves the statuses. */
  happen(path: string, body: object, trigger?: string): Promise<string[]>
  close(): Promise<void>
}

const callsOnAPage = 20
const flagNames = [
  'push_events',
  'tag_push_events',
  'merge_requests_events',
  'issues_events',
  'confidential_issues_events',
  'note_events',
  'pipeline_events',
  'job_events',
  'releases_events',
]

export async function startGitlab(): Promise<FakeGitlab> {
  const token = 'glpat-for-the-tests'
  const projects = new Map<number, FakeProject>()
  const groups = new Map<number, { id: number; path: string; visibility: FakeProject['visibility'] }>()
  const hooks = new Map<string, FakeHook[]>()
  const renamed = new Map<string, number>()
  const asked: string[] = []
  const failures = new Map<FakeHook, number>()
  let lastId = 10
  const ways: FakeGitlab['ways'] = {
    licence: false,
    keepsCalls: true,
    signs: true,
    busy: { times: 0, seconds: 0 },
    autoDisables: false,
  }
  const next = () => {
    lastId += 1
    return lastId
  }
  const listOf = (key: string): FakeHook[] => {
    const list = hooks.get(key) ?? []
    hooks.set(key, list)
    return list
  }
  const placeKey = (path: string): string => {
    const project = [...projects.values()].find((one) => one.path === path)
    const group = [...groups.values()].find((one) => one.path === path)
    if (project === undefined && group === undefined) throw new Error(`no place ${path}`)
    return project === undefined ? `groups/${group?.id}` : `projects/${project.id}`
  }

  async function call(hook: FakeHook, body: object, trigger: string, forced: boolean): Promise<string | undefined> {
    const paused = hook.status === 'temporarily_disabled' && Date.parse(hook.until ?? '') > Date.now()
    if (!forced && (hook.status === 'disabled' || paused)) return undefined
    const text = JSON.stringify(body)
    const id = randomUUID()
    const headers: Record<string, string> = {
      'Content-Type': 'application/json',
      'User-Agent': 'GitLab/19.0.0',
      'Idempotency-Key': id,
      'X-Gitlab-Event': trigger === 'merge_requests_hooks' ? 'Merge Request Hook' : 'Push Hook',
      'X-Gitlab-Webhook-UUID': randomUUID(),
      'X-Gitlab-Event-UUID': randomUUID(),
      ...(hook.token === undefined ? {} : { 'X-Gitlab-Token': hook.token }),
      ...(hook.signing === undefined ? {} : signatureOf(hook.signing, id, text)),
    }
    const status = await fetch(hook.url, {
      method: 'POST',
      headers,
      body: text,
      signal: AbortSignal.timeout(10_000),
    }).then(
      (response) => String(response.status),
      () => 'internal error',
    )
    const { 'X-Gitlab-Token': secret, ...kept } = headers
    hook.calls.push({
      id: next(),
      trigger,
      request_headers: secret === undefined ? kept : { ...kept, 'X-Gitlab-Token': '[REDACTED]' },
      request_data: redacted(body),
      response_status: status,
    })
    const isGood = /^[23]/.test(status)
    failures.set(hook, isGood ? 0 : (failures.get(hook) ?? 0) + 1)
    if (isGood) Object.assign(hook, { status: 'executable', until: null })
    else if (ways.autoDisables && (failures.get(hook) ?? 0) >= 4) hook.status = 'disabled'
    return status
  }

  function shown(hook: FakeHook): object {
    return {
      id: hook.id,
      url: hook.url,
      ...Object.fromEntries(hook.flags),
      enable_ssl_verification: true,
      alert_status: hook.status,
      disabled_until: hook.until,
      token_present: hook.token !== undefined,
      ...(ways.signs ? { signing_token_present: hook.signing !== undefined } : {}),
    }
  }

  function write(hook: FakeHook, said: Record<string, unknown>): FakeHook {
    if (typeof said.url === 'string' && said.url !== hook.url) Object.assign(hook, { url: said.url, token: undefined })
    if (typeof said.token === 'string') hook.token = said.token
    if (ways.signs && typeof said.signing_token === 'string') hook.signing = said.signing_token
    for (const name of flagNames) if (typeof said[name] === 'boolean') hook.flags.set(name, said[name])
    return hook
  }

  function newHook(key: string, said: Record<string, unknown>): FakeHook {
    const hook: FakeHook = {
      id: next(),
      url: '',
      token: undefined,
      signing: undefined,
      status: 'executable',
      until: null,
      flags: new Map(flagNames.map((name) => [name, name === 'push_events'])),
      calls: [],
    }
    listOf(key).push(hook)
    return write(hook, said)
  }

  function projectOf(id: string): FakeProject | undefined {
    const path = decodeURIComponent(id)
    return projects.get(Number(id)) ?? [...projects.values()].find((one) => one.path === path)
  }

  const showProject = (one: FakeProject) => ({
    id: one.id,
    name: one.path.split('/').at(-1),
    path_with_namespace: one.path,
    visibility: one.visibility,
    web_url: `https://gitlab.example.org/${one.path}`,
    last_activity_at: new Date().toISOString(),
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = new URL(request.url ?? '/', 'http://gitlab.invalid')
    const line = `${request.method} ${address.pathname.replace(/^\/api\/v4/, '')}`
    asked.push(line)
    const send = (status: number, json?: unknown, headers: Record<string, string> = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(json === undefined ? undefined : JSON.stringify(json))
    }
    if (request.headers['private-token'] !== token) return send(401, { message: '401 Unauthorized' })
    if (ways.busy.times > 0) {
      ways.busy.times -= 1
      return send(429, { message: 'Too many requests' }, { 'retry-after': String(ways.busy.seconds) })
    }
    if (ways.answer?.(line, response) === true) return
    const said = await readJson(request)
    const page = (all: readonly unknown[], most: number) => sendPage(all, { address, most, send })
    const [kind = '', id = '', ...rest] = address.pathname.replace(/^\/api\/v4\//, '').split('/')
    const project = kind === 'projects' ? projectOf(id) : undefined
    const path = decodeURIComponent(id)
    const group =
      kind === 'groups' ? [...groups.values()].find((one) => String(one.id) === id || one.path === path) : undefined
    const moved = renamed.get(path)
    if (project === undefined && moved !== undefined)
      return send(301, { message: 'moved' }, { location: `/api/v4/projects/${moved}` })
    if (project === undefined && group === undefined) return send(404, { message: '404 Not Found' })
    if (rest[0] === 'hooks') {
      if (group !== undefined && !ways.licence) return send(403, { message: '403 Forbidden' })
      return answerHooks(`${kind}/${(project ?? group)?.id}`, rest.slice(1), request.method ?? '', said, send, page)
    }
    if (project !== undefined) {
      if (rest.length === 0) return send(200, showProject(project))
      if (rest[0] === 'events') return page(project.activities, 100)
      const thing = project.things.get(rest.join('/'))
      return thing === undefined ? send(404, { message: '404 Not Found' }) : send(200, thing)
    }
    if (rest[0] === 'projects') {
      const isDeep = address.searchParams.get('include_subgroups') === 'true'
      const wanted = address.searchParams.get('visibility')
      const beneath = [...projects.values()].filter((one) => {
        if (!one.path.startsWith(`${group?.path}/`)) return false
        return (
          (isDeep || !one.path.slice((group?.path.length ?? 0) + 1).includes('/')) &&
          (!wanted || one.visibility === wanted)
        )
      })
      return page(beneath.map(showProject), Number(address.searchParams.get('per_page') ?? 20))
    }
    return send(200, { id: group?.id, full_path: group?.path, visibility: group?.visibility })
  }

  async function answerHooks(
    key: string,
    [id, below, trigger]: readonly string[],
    method: string,
    said: Record<string, unknown>,
    send: (status: number, json?: unknown) => void,
    page: (all: readonly unknown[], most: number) => void,
  ): Promise<void> {
    const list = listOf(key)
    if (id === undefined) {
      if (method === 'GET') return page(list.map(shown), 100)
      if (ways.refusesHooks !== undefined) return send(422, { message: { url: [ways.refusesHooks] } })
      return send(201, shown(newHook(key, said)))
    }
    const hook = list.find((one) => String(one.id) === id)
    if (hook === undefined) return send(404, { message: '404 Not Found' })
    if (below === 'events') {
      if (!ways.keepsCalls) return send(404, { error: '404 Not Found' })
      return page(hook.calls.toReversed(), callsOnAPage)
    }
    if (below === 'test') {
      const status = await call(hook, sampleOf(key), `${trigger?.replace(/_events$/, '')}_hooks`, true)
      return /^2/.test(status ?? '')
        ? send(201, { message: '201 Created' })
        : send(422, { message: 'Hook execution failed' })
    }
    if (method === 'PUT') return send(200, shown(write(hook, said)))
    if (method === 'DELETE') {
      list.splice(list.indexOf(hook), 1)
      return send(204)
    }
    return send(200, shown(hook))
  }

  /** A push that never happened, as GitLab makes it up for a test call. */
  function sampleOf(key: string): object {
    const project = projects.get(Number(key.split('/')[1])) ?? [...projects.values()][0]
    return {
      object_kind: 'push',
      before: 'a'.repeat(40),
      after: 'b'.repeat(40),
      ref: 'refs/heads/main',
      user_name: 'Sample',
      project_id: project?.id,
      project: { id: project?.id, path_with_namespace: project?.path, visibility_level: 20 },
      commits: [],
      total_commits_count: 0,
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(JSON.stringify({ message: String(error) }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  return {
    url: `http://127.0.0.1:${port}`,
    token,
    asked,
    ways,
    project(path, visibility = 'public') {
      const made: FakeProject = { id: next(), path, visibility, activities: [], things: new Map() }
      projects.set(made.id, made)
      return new Proxy(made, {
        set(of, name, value) {
          if (name === 'path') renamed.set(of.path, of.id)
          return Reflect.set(of, name, value)
        },
      })
    },
    group(path, visibility = 'public') {
      const made = { id: next(), path, visibility }
      groups.set(made.id, made)
      return made
    },
    hooksOf: (path) => listOf(placeKey(path)),
    addHook: (path, url, secret) =>
      newHook(placeKey(path), { url, ...(secret === undefined ? {} : { token: secret }) }),
    async happen(path, body, trigger = 'push_hooks') {
      const above = [...groups.values()].filter((group) => path.startsWith(`${group.path}/`))
      const all = [placeKey(path), ...above.map(({ id }) => `groups/${id}`)].flatMap(listOf)
      const statuses: string[] = []
      for (const hook of all) {
        const status = await call(hook, body, trigger, false)
        if (status !== undefined) statuses.push(status)
      }
      return statuses
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

function signatureOf(secret: string, id: string, text: string): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000))
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}

/** As GitLab's log keeps a body. */
function redacted(value: unknown): unknown {
  if (typeof value === 'string') return /^[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+$/.test(value) ? '[REDACTED]' : value
  if (Array.isArray(value)) return value.map(redacted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, redacted(one)]))
}

function sendPage(
  all: readonly unknown[],
  {
    address,
    most,
    send,
  }: { address: URL; most: number; send: (status: number, json: unknown, headers: Record<string, string>) => void },
): void {
  const size = Math.min(most, Number(address.searchParams.get('per_page') ?? 20))
  const number = Number(address.searchParams.get('page') ?? 1)
  const isLast = number * size >= all.length
  const next = new URL(address)
  next.searchParams.set('page', String(number + 1))
  send(200, all.slice((number - 1) * size, number * size), {
    'x-next-page': isLast ? '' : String(number + 1),
    ...(isLast ? {} : { link: `<${next.pathname}${next.search}>; rel="next"` }),
  })
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? {} : JSON.parse(text)
}
