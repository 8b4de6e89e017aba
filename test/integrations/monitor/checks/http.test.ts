// What an http check sees and says (interface.md, "/monitor"; threats T16, T18, T19).

import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../../../src/app/free-port.ts'
import type { HttpWish } from '../../../../src/integrations/monitor/monitor.ts'
import { monitorOf } from '../../../fakes/monitors.ts'
import { httpWish, lookoutOf, placeOf, serve, serveTcp } from './outside.ts'

/** A lookout that may reach these places. */
const lookoutAt = (...places: readonly { readonly at: string }[]) =>
  lookoutOf({ settings: { MONITOR_ALLOW: places.map(({ at }) => at).join(',') } })

const http = (wish: Partial<HttpWish> = {}): HttpWish => ({ ...httpWish, ...wish })

async function lookAt(body: string, wish: Partial<HttpWish>, headers: Record<string, string> = {}) {
  const place = await serve((_, response) => response.writeHead(200, headers).end(body))
  return (await lookoutAt(place).look({ target: `http://${place.at}/`, http: http(wish) })).failure
}

describe('an http check', () => {
  test('tells the status and how long each part took', async () => {
    const place = await serve((_, response) => response.end('ok'))
    const result = await lookoutAt(place).look({ target: `http://${place.at}/`, http: http() })
    expect(result).toEqual({
      at: expect.any(Number),
      tookMs: expect.any(Number),
      status: 200,
      phases: { dnsMs: expect.any(Number), connectMs: expect.any(Number), firstByteMs: expect.any(Number) },
    })
    const { dnsMs = 0, connectMs = 0, firstByteMs = 0 } = result.phases
    // Each is rounded by itself.
    expect(dnsMs + connectMs + firstByteMs).toBeLessThanOrEqual(result.tookMs + 2)
  })

  test('sends what was asked for, on a connection of its own, and names no other encoding', async () => {
    const asked: unknown[] = []
    const place = await serve((request, response) => {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        const { method, url, rawHeaders } = request
        asked.push({ method, url, rawHeaders, body })
        response.end()
      })
    })
    const { look } = lookoutOf({
      settings: { MONITOR_ALLOW: place.at },
      openHeaders: () => ({ Authorization: 'Bearer s' }),
    })
    const wish = http({
      method: 'POST',
      body: '{"é":1}',
      headers: { 'X-A': 'b', 'User-Agent': 'me', 'Transfer-Encoding': 'chunked', host: 'x' },
    })
    await look({ target: `http://${place.at}/a%20b?c=d`, http: wish })
    await look({ target: `http://${place.at}/a%20b?c=d`, http: wish })
    const seen = {
      method: 'POST',
      url: '/a%20b?c=d',
      body: '{"é":1}',
      rawHeaders: [
        ['Host', place.at],
        ['User-Agent', 'me'],
        ['Accept', '*/*'],
        ['Accept-Encoding', 'identity'],
        ['Connection', 'close'],
        ['Content-Length', '8'],
        ['X-A', 'b'],
        ['Authorization', 'Bearer s'],
      ].flat(),
    }
    expect(asked).toEqual([seen, seen])
    expect(place.count()).toBe(2)
  })

  test.each([
    [200, http(), undefined],
    [204, http(), undefined],
    [404, http(), { kind: 'status', detail: '404 Not Found', isNetwork: false }],
    [503, http(), { kind: 'status', detail: '503 Service Unavailable', isNetwork: false }],
    [599, http(), { kind: 'status', detail: '599', isNetwork: false }],
    [
      404,
      http({
        status: [
          [400, 403],
          [404, 404],
        ],
      }),
      undefined,
    ],
    [301, http({ status: [[300, 399]] }), undefined],
    [200, http({ status: [[401, 401]] }), { kind: 'status', detail: '200 OK', isNetwork: false }],
    [304, http(), { kind: 'status', detail: '304 Not Modified', isNetwork: false }],
  ])('judges the status %i by what is well', async (status, wish, failure) => {
    const place = await serve((_, response) => response.writeHead(status, 'secret words', { location: '/' }).end())
    const result = await lookoutAt(place).look({ target: `http://${place.at}/`, http: wish })
    expect(result.status).toBe(status)
    expect(result.failure).toEqual(failure)
  })

  test('finds a word wherever it stands in the first MiB, in the character set of the page', async () => {
    expect(await lookAt('tout va bien', { contains: 'va bien' })).toBeUndefined()
    expect(await lookAt(`${'x'.repeat(1_048_576 - 3)}end`, { contains: 'end' })).toBeUndefined()
    expect(await lookAt(`${'x'.repeat(1_048_576)}end`, { contains: 'end' })).toMatchObject({ kind: 'content' })
    expect(await lookAt('tout va mal', { contains: 'bien' })).toEqual({
      kind: 'content',
      detail: 'word not found',
      isNetwork: false,
    })
    const place = await serve((_, response) =>
      response
        .writeHead(200, { 'content-type': 'text/html; charset=ISO-8859-1' })
        .end(Buffer.from('\xe9t\xe9', 'latin1')),
    )
    const { failure } = await lookoutAt(place).look({ target: `http://${place.at}/`, http: http({ contains: 'été' }) })
    expect(failure).toBeUndefined()
  })

  test('finds a word that comes in pieces', async () => {
    const place = await serve((_, response) => {
      const bytes = [...Buffer.from('le mot clé est là')]
      const next = () => {
        const byte = bytes.shift()
        if (byte === undefined) response.end()
        else response.write(Buffer.from([byte]), () => setImmediate(next))
      }
      next()
    })
    const { look } = lookoutAt(place)
    expect((await look({ target: `http://${place.at}/`, http: http({ contains: 'clé est' }) })).failure).toBeUndefined()
  })

  test.each([
    ['{"data":{"state":"ok"}}', 'data.state', 'ok', undefined],
    ['{"data":[{"n":1},{"n":2}]}', 'data[1].n', '2', undefined],
    ['{"data":[{"n":1},{"n":2}]}', '$.data.0.n', '1', undefined],
    ['{"a":true,"b":null}', 'b', 'null', undefined],
    ['{"a":{"b":[1]}}', 'a', '{"b":[1]}', undefined],
    ['"up"', '', 'up', undefined],
    ['{"data":{"state":"ko"}}', 'data.state', 'ok', 'JSON value differs'],
    ['{"data":{}}', 'data.state', 'ok', 'JSON value differs'],
    ['{}', 'constructor.name', 'Object', 'JSON value differs'],
    ['<html>', 'a', 'b', 'no JSON'],
    [`${'['.repeat(100)}${']'.repeat(100)}`, 'a', 'b', 'JSON deeper than 64'],
    [`{"a":"${'x'.repeat(1_048_576)}"}`, 'a', 'b', 'JSON beyond 1 MiB'],
  ])('reads JSON: %.40s', async (body, path, value, detail) => {
    expect((await lookAt(body, { json: { path, value } }))?.detail).toBe(detail)
  })

  test('wants both the word and the value where both are asked for', async () => {
    const json = { path: 'a', value: '1' }
    expect(await lookAt('{"a":1,"b":"word"}', { json, contains: 'word' })).toBeUndefined()
    expect(await lookAt('{"a":2,"b":"word"}', { json, contains: 'word' })).toMatchObject({
      detail: 'JSON value differs',
    })
    expect(await lookAt('{"a":1,"b":""}', { json, contains: 'word' })).toMatchObject({ detail: 'word not found' })
  })

  test('tells a refused connection, a reset, silence and nonsense apart', async () => {
    const port = await freePort('127.0.0.1')
    const reset = await serveTcp((socket) => socket.once('data', () => socket.resetAndDestroy()))
    const closing = await serveTcp((socket) => socket.once('data', () => socket.end()))
    const silent = await serveTcp(() => undefined)
    const nonsense = await serveTcp((socket) => socket.end('SSH-2.0-OpenSSH\r\n'))
    const cut = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('half', () => response.destroy())
    })
    const late = await serve((_, response) => void response.writeHead(200).write('.'))
    const { look } = lookoutAt({ at: `127.0.0.1:${port}` }, reset, closing, silent, nonsense, cut, late)
    const failureAt = async (at: string) =>
      (await look({ target: `http://${at}/`, http: http(), timeoutMs: 300 })).failure
    expect(await failureAt(`127.0.0.1:${port}`)).toEqual({
      kind: 'refused',
      detail: `ECONNREFUSED 127.0.0.1:${port}`,
      isNetwork: false,
    })
    expect(await failureAt(reset.at)).toEqual({ kind: 'unreachable', detail: 'ECONNRESET', isNetwork: false })
    expect(await failureAt(closing.at)).toEqual({ kind: 'unreachable', detail: 'ECONNRESET', isNetwork: false })
    expect(await failureAt(silent.at)).toEqual({ kind: 'timeout', detail: 'ETIMEDOUT answer', isNetwork: false })
    expect(await failureAt(nonsense.at)).toMatchObject({ kind: 'protocol', isNetwork: false })
    expect(await failureAt(cut.at)).toEqual({ kind: 'unreachable', detail: 'ECONNRESET', isNetwork: false })
    expect(await failureAt(late.at)).toEqual({
      kind: 'timeout',
      detail: 'ETIMEDOUT rest of the answer',
      isNetwork: false,
    })
  })

  test('stops at once when it is told to, with the reason it was given', async () => {
    const stop = new AbortController()
    const silent = await serveTcp(() => stop.abort(new Error('enough')))
    const { check } = lookoutAt(silent)
    const monitor = monitorOf('site', { target: `http://${silent.at}/`, timeoutMs: 5000, http: http() })
    await expect(check(monitor, stop.signal)).rejects.toThrow('enough')
    await expect(check(monitor, stop.signal)).rejects.toThrow('enough')
    expect(silent.count()).toBe(1)
  })

  test('fails when a header cannot be sent, and hangs up', async () => {
    const place = await serve((_, response) => response.end())
    const { look } = lookoutOf({ settings: { MONITOR_ALLOW: place.at }, openHeaders: () => ({ 'X-A': 'a\r\nb' }) })
    const { failure } = await look({ target: `http://${place.at}/`, http: http() })
    expect(failure).toEqual({ kind: 'protocol', detail: 'ERR_INVALID_CHAR', isNetwork: false })
  })

  test('fails when the key of a secret header is gone, without asking', async () => {
    const place = await serve((_, response) => response.end())
    const { look } = lookoutOf({ settings: { MONITOR_ALLOW: place.at }, openHeaders: () => undefined })
    const { failure } = await look({ target: `http://${place.at}/`, http: http() })
    expect(failure).toMatchObject({ kind: 'protocol' })
    expect(place.count()).toBe(0)
  })

  test('holds nothing of what the other side wrote', async () => {
    const secret = 'zYxWvU'
    const place = await serve((request, response) => {
      const status = Number(request.url?.slice(1))
      const headers = { 'x-a': secret, location: `ftp://${secret}.example/${secret}`, 'set-cookie': secret }
      response.writeHead(status, `${secret}`, headers).end(`{"${secret}":"${secret}"}`)
    })
    const { look } = lookoutAt(place)
    const wishes = [http(), http({ contains: 'other' }), http({ json: { path: 'a', value: 'b' } })]
    for (const status of [200, 302, 404, 500]) {
      for (const wish of wishes) {
        const result = await look({ target: `http://${place.at}/${status}`, http: wish })
        expect(JSON.stringify(result)).not.toContain(secret)
      }
    }
  })
})

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])('with %i to a place that is not allowed is not followed', async (status) => {
    const inside = await serve((_, response) => response.end('seen'))
    const urls = [
      `http://${inside.at}/`,
      `http://localhost:${inside.port}/`,
      `http://2130706433:${inside.port}/`,
      `//127.1:${inside.port}/`,
      `http://[::ffff:127.0.0.1]:${inside.port}/`,
      `http://user@${inside.at}/`,
      'file:///etc/passwd',
      'gopher://127.0.0.1/',
      'http://169.254.169.254/latest/meta-data/',
      'http://[',
    ]
    const kinds = new Set<string | undefined>()
    for (const location of urls) {
      const place = await serve((_, response) => response.writeHead(status, { location }).end())
      const { failure } = await lookoutAt(place).look({ target: `http://${place.at}/`, http: http() })
      kinds.add(failure?.kind)
    }
    expect([...kinds].sort()).toEqual(['forbidden', 'redirects'])
    expect(inside.count()).toBe(0)
  })

  test('in the page itself is not followed', async () => {
    const inside = await serve((_, response) => response.end('seen'))
    const place = await serve((_, response) =>
      response
        .writeHead(200, { refresh: `0; url=http://${inside.at}/` })
        .end(`<meta http-equiv="refresh" content="0; url=http://${inside.at}/">`),
    )
    expect((await lookoutAt(place).look({ target: `http://${place.at}/`, http: http() })).status).toBe(200)
    expect(inside.count()).toBe(0)
  })

  test('is followed three times and no more', async () => {
    const place = await serve((request, response) => {
      const left = Number(request.url?.slice(1))
      response.writeHead(left > 0 ? 302 : 200, left > 0 ? { location: `/${left - 1}` } : {}).end()
    })
    const { look } = lookoutAt(place)
    expect(await look({ target: `http://${place.at}/3`, http: http() })).toMatchObject({ status: 200 })
    expect(place.count()).toBe(4)
    const { failure } = await look({ target: `http://${place.at}/9`, http: http() })
    expect(failure).toEqual({ kind: 'redirects', detail: 'more than 3', isNetwork: false })
    expect(place.count()).toBe(8)
  })

  test('keeps what was asked for within an origin, and takes nothing of it to another', async () => {
    const seen: unknown[] = []
    const server = createServer((request, response) => {
      const { method, url, headers } = request
      seen.push([method, url, headers.authorization, headers['x-key']])
      request.resume()
      const [, , target = ''] = url?.split('|') ?? []
      response
        .writeHead(target === '' ? 200 : Number(url?.split('|')[1]), target === '' ? {} : { location: target })
        .end()
    })
    const place = await placeOf(server, '127.0.0.1')
    const other = await serve((request, response) => {
      seen.push([request.method, 'other', request.headers.authorization, request.headers['x-key']])
      response.end()
    })
    const { look } = lookoutOf({
      settings: { MONITOR_ALLOW: `${place.at},${other.at}` },
      openHeaders: () => ({ Authorization: 'Bearer s' }),
    })
    const ask = (path: string, wish: Partial<HttpWish>) =>
      look({ target: `http://${place.at}${path}`, http: http({ headers: { 'X-Key': 'k' }, ...wish }) })
    await ask('/a|302|/b', {})
    await ask('/a|302|/b', { method: 'POST', body: 'x' })
    await ask('/a|303|/b', { method: 'PUT', body: 'x' })
    await ask('/a|308|/b', { method: 'POST', body: 'x' })
    await ask(`/a|302|http://${other.at}/`, {})
    const { failure } = await ask(`/a|307|http://${other.at}/`, { method: 'POST', body: 'x' })
    const first = (method: string, url: string) => [method, url, 'Bearer s', 'k']
    expect(seen).toEqual([
      first('GET', '/a|302|/b'),
      first('GET', '/b'),
      first('POST', '/a|302|/b'),
      first('GET', '/b'),
      first('PUT', '/a|303|/b'),
      first('GET', '/b'),
      first('POST', '/a|308|/b'),
      first('POST', '/b'),
      first('GET', `/a|302|http://${other.at}/`),
      ['GET', 'other', undefined, undefined],
      first('POST', `/a|307|http://${other.at}/`),
    ])
    expect(failure).toEqual({ kind: 'redirects', detail: 'body to another origin', isNetwork: false })
  })
})
