// A known address called by a method that it does not take (threat T12): 405 says what the API documentation says, and no more.

import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { allowOrigins } from '../../src/web/cors.ts'
import { registerProblems } from '../../src/web/problem.ts'
import { createServer } from '../../src/web/server.ts'
import { createFakeLog } from '../fakes/log.ts'

const origin = 'https://board.example.org'
const door = (proof: 'open' | 'key' | 'token') => ({ config: { door: { proof, takes: 'nothing' } as const } })
const opened: string[] = []
let http: FastifyInstance

beforeEach(() => {
  opened.length = 0
  const log = createFakeLog()
  http = createServer({ pathPrefix: '/vigie', proxies: { any: false, trusts: () => false }, log })
  registerProblems(http, log)
  allowOrigins(http, [origin])
  const open = async ({ url }: { readonly url: string }) => void opened.push(url)
  void http.register(async (scope) => {
    scope.get('/things', door('key'), open)
    scope.post('/things', door('key'), open)
    scope.get('/page.html', door('open'), open)
    scope.delete('/things/:name', door('key'), open)
    scope.get('/things/:name', door('key'), async (_request, reply) => reply.callNotFound())
    scope.get('/heartbeat/:token', door('token'), open)
  })
})
afterEach(() => http.close())

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
const ask = (method: Method, url: string, headers: Readonly<Record<string, string>> = {}, payload?: string) =>
  http.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) })

describe('a method that an address does not take', () => {
  test('is answered 405 with those that it takes, in the reader’s language, and opens nothing', async () => {
    const fr = await ask('PUT', '/things?x=/')
    expect([fr.statusCode, fr.headers.allow, fr.headers['content-type']]).toEqual([
      405,
      'GET, HEAD, POST',
      'application/problem+json; charset=utf-8',
    ])
    expect(fr.json()).toEqual({
      type: 'about:blank',
      title: 'Méthode non permise',
      status: 405,
      detail: 'Cette adresse ne prend pas la méthode PUT, seulement\u00a0: GET, HEAD, POST.',
    })
    const en = await ask('PUT', '/vigie/things', { 'accept-language': 'en' })
    expect(en.json()).toEqual({
      type: 'about:blank',
      title: 'Method Not Allowed',
      status: 405,
      detail: 'This address does not take the method PUT, only: GET, HEAD, POST.',
    })
    expect(opened).toEqual([])
  })

  test('is refused before its body is looked at', async () => {
    for (const type of ['application/json', 'text/plain'])
      expect((await ask('PUT', '/things', { 'content-type': type }, '{"a":')).statusCode).toBe(405)
  })

  test('is the same at every name, known or not', async () => {
    for (const name of ['Ada', '%C3%A9', 'a%2Fb', '..;'])
      expect((await ask('PATCH', `/things/${name}`)).headers.allow).toBe('DELETE, GET, HEAD')
  })

  test('tells nothing of an address that is itself a secret', async () => {
    for (const url of ['/heartbeat/token', '/heartbeat/', '/heartbeat']) {
      const answer = await ask('DELETE', url)
      expect([url, answer.statusCode, answer.headers.allow]).toEqual([url, 404, undefined])
      expect(answer.json().detail).toBe('Rien ne répond à cette adresse (DELETE).')
    }
  })

  test('is not said of what is not there', async () => {
    for (const url of ['/', '/thing', '/things/', '/things/a/b', '/pageXhtml', '/page.html/', '/:name', '/THINGS'])
      expect([url, (await ask('PUT', url)).statusCode]).toEqual([url, 404])
    // The route is there, the name is not.
    expect((await ask('GET', '/things/Ada')).statusCode).toBe(404)
  })
})

describe('a preflight', () => {
  const asking = (from: string) => ({ origin: from, 'access-control-request-method': 'POST' })

  test('is answered to named origins, and is as unknown as ever to others', async () => {
    expect((await ask('OPTIONS', '/things', asking(origin))).statusCode).toBe(204)
    for (const url of ['/things', '/page.html', '/things/Ada']) {
      const answer = await ask('OPTIONS', url, asking('https://evil.example'))
      expect([url, answer.statusCode, answer.headers.allow]).toEqual([url, 404, undefined])
    }
  })
})
