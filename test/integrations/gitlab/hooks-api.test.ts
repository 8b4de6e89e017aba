// The client of GitLab's REST API: bounded, patient with its rate limit, and true to its origin.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { Secret } from '../../../src/env.ts'
import { createApi, GitlabError } from '../../../src/integrations/gitlab/hooks/api.ts'
import { createFakeLog } from '../../fakes/log.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function apiOf(answer: (request: IncomingMessage, response: ServerResponse) => void, tokens = ['good']) {
  const waits: number[] = []
  const clock = { now: 1_000_000 }
  const url = await listen(answer)
  const api = createApi({
    url: `${url}/gitlab`,
    tokens: { current: () => tokens.map((token) => new Secret(token)) },
    fetch,
    now: () => clock.now,
    wait: async (waitMs) => {
      waits.push(waitMs)
      clock.now += waitMs
    },
    log: createFakeLog(),
  })
  return { api, waits, url, call: (path: string) => api.call({ path }, new AbortController().signal) }
}

const json = (response: ServerResponse, value: unknown, status = 200, headers: Record<string, string> = {}) =>
  response.writeHead(status, headers).end(JSON.stringify(value))

describe('the client of GitLab’s API', () => {
  it('asks below the address it was given, with its token in the header alone', async () => {
    const seen: unknown[] = []
    const { call } = await apiOf((request, response) => {
      seen.push(request.url, request.headers['private-token'])
      json(response, { id: 1 })
    })
    expect(await call('/projects/a%2Fb')).toEqual({ id: 1 })
    expect(seen).toEqual(['/gitlab/api/v4/projects/a%2Fb', 'good'])
  })

  it('waits as long as a 429 asks, then asks again', async () => {
    let busy = 2
    const { call, waits } = await apiOf((_request, response) => {
      busy -= 1
      if (busy >= 0) json(response, {}, 429, { 'retry-after': '7' })
      else json(response, 'done')
    })
    expect(await call('/x')).toBe('done')
    expect(waits).toEqual([7000, 7000])
  })

  it('gives a long pause back to its caller and asks nothing until it is over', async () => {
    let asked = 0
    const { call } = await apiOf((_request, response) => {
      asked += 1
      json(response, {}, 429, { 'retry-after': '120' })
    })
    await expect(call('/x')).rejects.toMatchObject({ status: 429, afterMs: 120_000 })
    await expect(call('/x')).rejects.toMatchObject({ status: 429 })
    expect(asked).toBe(1)
  })

  it('rests when its allowance is spent', async () => {
    const { call, waits } = await apiOf((_request, response) =>
      json(response, 'ok', 200, { 'ratelimit-remaining': '0', 'ratelimit-reset': '1005' }),
    )
    await call('/x')
    await call('/x')
    expect(waits).toEqual([5000])
  })

  it('follows a renamed project inside the API', async () => {
    const { call } = await apiOf((request, response) =>
      request.url?.endsWith('/projects/old')
        ? json(response, {}, 301, { location: '/gitlab/api/v4/projects/7' })
        : json(response, request.url),
    )
    expect(await call('/projects/old')).toBe('/gitlab/api/v4/projects/7')
  })

  it('takes its token nowhere else, by redirection or by a link to the next page', async () => {
    let stolen = 0
    const thief = await listen((_request, response) => {
      stolen += 1
      json(response, [])
    })
    const { api, call } = await apiOf((request, response) =>
      request.url?.includes('list')
        ? json(response, [1], 200, { link: `<${thief}/gitlab/api/v4/list?page=2>; rel="next"` })
        : json(response, {}, 302, { location: `${thief}/gitlab/api/v4/x` }),
    )
    await expect(call('/x')).rejects.toThrow(GitlabError)
    const pages: unknown[] = []
    for await (const page of api.pages({ path: '/list' }, new AbortController().signal)) pages.push(page)
    expect(pages).toEqual([[1]])
    expect(stolen).toBe(0)
  })

  it('follows pages by link, and by number where there is none', async () => {
    const { api } = await apiOf((request, response) => {
      const page = new URL(request.url ?? '', 'http://x').searchParams.get('page') ?? '1'
      const headers: Record<string, string> =
        page === '1'
          ? { link: '</gitlab/api/v4/list?page=2&cursor=abc>; rel="next", </x>; rel="first"' }
          : page === '2'
            ? { 'x-next-page': '3' }
            : { 'x-next-page': '' }
      json(response, [page], 200, headers)
    })
    const pages: unknown[] = []
    for await (const page of api.pages({ path: '/list' }, new AbortController().signal)) pages.push(...page)
    expect(pages).toEqual(['1', '2', '3'])
  })

  it('reads no more than it can hold', async () => {
    const { api } = await apiOf((_request, response) => json(response, 'x'.repeat(20_000)))
    const asked = api.call({ path: '/x', mostBytes: 10_000 }, new AbortController().signal)
    await expect(asked).rejects.toMatchObject({ status: 413 })
  })

  it('tries the second token while one is being changed', async () => {
    const { call } = await apiOf(
      (request, response) =>
        request.headers['private-token'] === 'new' ? json(response, 'in') : json(response, {}, 401),
      ['old', 'new'],
    )
    expect(await call('/x')).toBe('in')
  })

  it('says in GitLab’s words why not', async () => {
    const { call } = await apiOf((_request, response) => json(response, { message: { url: ['is blocked'] } }, 422))
    await expect(call('/x')).rejects.toMatchObject({ status: 422, message: '{"url":["is blocked"]}' })
  })

  it('ends when its caller does', async () => {
    const { api } = await apiOf(() => undefined)
    const stopping = new AbortController()
    const asked = api.call({ path: '/x' }, stopping.signal)
    stopping.abort(new Error('stopping'))
    await expect(asked).rejects.toThrow('stopping')
  })
})
