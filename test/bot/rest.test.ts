// One REST call, and what its failures say (libraries.md §2; threats F2, F3).

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createCalls } from '../../src/bot/calls.ts'
import { createRest, MattermostError } from '../../src/bot/rest.ts'
import { log } from './parts.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const restOf = (url: string, token: () => string = () => 'a-token') => createRest({ url, token, fetch, log })

async function failureOf(call: Promise<unknown>): Promise<MattermostError> {
  const error = await call.catch((thrown: unknown) => thrown)
  if (error instanceof MattermostError) return error
  throw new Error('the call did not fail as expected', { cause: error })
}

test('a call carries the token of the moment, its query and its body', async () => {
  const heard: unknown[] = []
  const url = await serve((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      heard.push([
        request.method,
        request.url,
        request.headers.authorization?.toLowerCase(),
        request.headers['content-type'],
        body,
      ])
      response.end('{"id":"x"}')
    })
  })
  let token = 'one'
  const rest = restOf(url, () => token)
  expect(await rest.call('POST', '/posts', { body: { a: 1 }, query: { page: 0, before: undefined } })).toEqual({
    id: 'x',
  })
  token = 'two'
  await rest.call('GET', '/users/me')
  expect(heard).toEqual([
    ['POST', '/api/v4/posts?page=0', 'bearer one', 'application/json', '{"a":1}'],
    ['GET', '/api/v4/users/me', 'bearer two', undefined, ''],
  ])
})

test('JSON is understood whatever a proxy makes of its content type', async () => {
  const url = await serve((_request, response) => {
    response.setHeader('content-type', 'application/json; charset=utf-8').end('{"id":"x"}')
  })
  expect(await restOf(url).call('GET', '/users/me')).toEqual({ id: 'x' })
})

test('a refusal keeps status, error id and the wait that was asked for', async () => {
  const url = await serve((_request, response) => {
    response.writeHead(429, { 'retry-after': '7' }).end('{"id":"api.rate","message":"slow down"}')
  })
  const failure = await failureOf(restOf(url).call('GET', '/users/me'))
  expect(failure).toMatchObject({ failure: 'answered', status: 429, id: 'api.rate', retryAfterMs: 7000, unsure: false })
})

test('nobody is obeyed for longer than five minutes, however long a wait a proxy asks for', async () => {
  const waits = ['86400', 'Fri, 31 Dec 2999 23:59:59 GMT', '32503679999']
  const url = await serve((_request, response) => {
    response.writeHead(503, { 'retry-after': waits.shift() ?? '' }).end('maintenance')
  })
  for (const _wait of [...waits]) expect((await failureOf(restOf(url).call('GET', '/x'))).retryAfterMs).toBe(300_000)
})

test('an answer that is not what was asked for is a failed call like any other', async () => {
  const url = await serve((_request, response) => void response.end('{"status":"maintenance"}'))
  const calls = createCalls(restOf(url))
  expect(await failureOf(calls.usersById(['u']))).toMatchObject({ failure: 'answered', status: 502 })
  expect(await failureOf(calls.me())).toMatchObject({ failure: 'answered', status: 502, unsure: false })
  expect(await failureOf(calls.createPost({ channel_id: 'c', message: 'x', props: {} }))).toMatchObject({
    unsure: true,
  })
})

test('without Retry-After the rate limit window is the wait', async () => {
  const url = await serve(
    (_request, response) => void response.writeHead(429, { 'x-ratelimit-reset': '3' }).end('limit'),
  )
  expect((await failureOf(restOf(url).call('GET', '/x'))).retryAfterMs).toBe(3000)
})

test('an error of the server, or a page instead of JSON, leaves open whether the call was done', async () => {
  const url = await serve((request, response) => {
    if (request.url?.endsWith('/page')) response.end('<html>')
    else response.writeHead(502).end('<html>')
  })
  expect(await failureOf(restOf(url).call('POST', '/posts'))).toMatchObject({ status: 502, unsure: true })
  expect(await failureOf(restOf(url).call('POST', '/page'))).toMatchObject({ status: 502, unsure: true })
})

test('nobody listening means that nothing was done, a broken connection may mean anything', async () => {
  const url = await serve((request) => void request.socket.destroy())
  expect(await failureOf(restOf(url).call('POST', '/posts'))).toMatchObject({ failure: 'network', unsure: true })
  const closed = await serve(() => undefined)
  const server = servers.at(-1)
  await new Promise((resolve) => server?.close(resolve))
  expect(await failureOf(restOf(closed).call('POST', '/posts'))).toMatchObject({ failure: 'network', unsure: false })
})

test('a silent server and a call that is stopped are told apart', async () => {
  const url = await serve(() => undefined)
  const rest = restOf(url)
  expect(await failureOf(rest.call('POST', '/posts', { timeoutMs: 20 }))).toMatchObject({
    failure: 'timeout',
    unsure: true,
  })
  const stop = new AbortController()
  const call = rest.call('POST', '/posts', { signal: stop.signal })
  stop.abort()
  expect((await failureOf(call)).failure).toBe('cancelled')
})

test('a redirect is not followed: the token goes nowhere else', async () => {
  let visits = 0
  const elsewhere = await serve((_request, response) => {
    visits += 1
    response.end('{}')
  })
  const url = await serve((_request, response) => void response.writeHead(302, { location: elsewhere }).end())
  expect((await failureOf(restOf(url).call('GET', '/users/me'))).status).toBe(302)
  expect(visits).toBe(0)
})

test('no failure tells the token', async () => {
  const url = await serve((_request, response) => void response.writeHead(403).end('{"id":"x","message":"a-token"}'))
  const failure = await failureOf(restOf(url).call('GET', '/users/me'))
  expect(JSON.stringify([failure, failure.message, failure.stack])).not.toContain('a-token')
})
