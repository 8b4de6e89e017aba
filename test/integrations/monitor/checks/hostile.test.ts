// Answers that never end, or are too large, end a check in its own time all the same; what they may cost in memory is measured
// in test/long/guard-bodies.test.ts (threat T18).

import type { RequestListener, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { httpWish, lookoutOf, serve, serveTcp } from './outside.ts'

/** Writes as fast as it is read, until nobody reads. Counts what it has handed over. */
function pour(response: ServerResponse, chunk: Buffer, count: { bytes: number }) {
  const next = () => {
    while (!response.destroyed) {
      count.bytes += chunk.length
      if (!response.write(chunk)) return response.once('drain', next)
    }
    return undefined
  }
  next()
}

const chunk = Buffer.alloc(65_536, 'x')

const endless =
  (count: { bytes: number }): RequestListener =>
  (_, response) =>
    pour(response, chunk, count)

test('an endless body is left after 64 KiB', async () => {
  const count = { bytes: 0 }
  const place = await serve(endless(count))
  const { look } = lookoutOf({ settings: { MONITOR_ALLOW: place.at } })
  expect(await look({ target: `http://${place.at}/`, http: httpWish })).toMatchObject({ status: 200 })
  // What stands in the buffers of both ends besides.
  expect(count.bytes).toBeLessThan(16 * 1_048_576)
})

test('an endless body in which a word is sought is left after 1 MiB', async () => {
  const count = { bytes: 0 }
  const place = await serve(endless(count))
  const { look } = lookoutOf({ settings: { MONITOR_ALLOW: place.at } })
  const { failure } = await look({ target: `http://${place.at}/`, http: { ...httpWish, contains: 'word' } })
  expect(failure).toMatchObject({ kind: 'content' })
  expect(count.bytes).toBeLessThan(16 * 1_048_576)
})

test('a body byte by byte ends with the time of the whole check', async () => {
  const place = await serve((_, response) => {
    const timer = setInterval(() => response.write('x'), 20)
    response.once('close', () => clearInterval(timer))
  })
  const { look } = lookoutOf({ settings: { MONITOR_ALLOW: place.at } })
  const { failure } = await look({ target: `http://${place.at}/`, http: httpWish, timeoutMs: 400 })
  expect(failure).toMatchObject({ kind: 'timeout' })
})

test.each(['header', 'status line', 'early hints', 'trailer'])('an endless %s ends with the check', async (what) => {
  const starts: Record<string, [string, string]> = {
    header: ['HTTP/1.1 200 OK\r\nX-A: ', 'x'],
    'status line': ['HTTP/1.1 200 ', 'x'],
    'early hints': ['', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'],
    trailer: ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-A: ', 'x'],
  }
  const [start, more] = starts[what] ?? ['', '']
  const place = await serveTcp((socket) => {
    socket.write(start)
    const next = () => {
      while (!socket.destroyed) if (!socket.write(more.repeat(100))) return socket.once('drain', next)
      return undefined
    }
    next()
  })
  const { look } = lookoutOf({ settings: { MONITOR_ALLOW: place.at } })
  const { failure } = await look({ target: `http://${place.at}/`, http: httpWish, timeoutMs: 1500 })
  expect(['protocol', 'timeout']).toContain(failure?.kind)
})

test('headers beyond 16 KiB are refused, those below are read', async () => {
  const place = await serve((request, response) =>
    response.writeHead(200, { 'x-a': 'x'.repeat(Number(request.url?.slice(1))) }).end(),
  )
  const { look } = lookoutOf({ settings: { MONITOR_ALLOW: place.at } })
  expect((await look({ target: `http://${place.at}/12000`, http: httpWish })).failure).toBeUndefined()
  for (const size of [17_000, 1_048_576]) {
    const { failure } = await look({ target: `http://${place.at}/${size}`, http: httpWish })
    expect(failure).toEqual({ kind: 'protocol', detail: 'HPE_HEADER_OVERFLOW', isNetwork: false })
  }
})

test('a packed body is never unpacked, however it is packed', async () => {
  const bomb = gzipSync(Buffer.alloc(8 * 1_048_576, 'x'))
  const place = await serve((_, response) =>
    response.writeHead(200, { 'content-encoding': Array.from({ length: 500 }, () => 'gzip').join(', ') }).end(bomb),
  )
  const { look } = lookoutOf({ settings: { MONITOR_ALLOW: place.at } })
  const { failure } = await look({ target: `http://${place.at}/`, http: { ...httpWish, contains: 'xxxx' } })
  expect(failure).toMatchObject({ kind: 'content' })
})

test('other checks go on beside hostile ones', async () => {
  const count = { bytes: 0 }
  const bad = await serve(endless(count))
  const good = await serve((_, response) => response.end('ok'))
  const { look } = lookoutOf({ settings: { MONITOR_ALLOW: `${bad.at},${good.at}` } })
  const checks = Array.from({ length: 20 }, (_, index) =>
    look({ target: `http://${(index % 2 === 0 ? bad : good).at}/`, http: httpWish }),
  )
  const results = await Promise.all(checks)
  expect(results.map(({ failure }) => failure)).toEqual(results.map(() => undefined))
})
