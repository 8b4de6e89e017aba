// T18 at its figures: huge, slow, endless and packed answers each end within 11 s, take at most 30 MiB, and other checks go on.

import { execFile } from 'node:child_process'
import type { RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type Place, serve, serveTcp } from '../integrations/monitor/checks/outside.ts'

const program = fileURLToPath(new URL('guard-bodies.ts', import.meta.url))
const run = promisify(execFile)

async function lookAt(bad: Place, contains: string) {
  const good = await serve((_, response) => response.end('ok'))
  const { stdout } = await run(process.execPath, [program, bad.at, good.at, contains])
  const outcome = JSON.parse(stdout)
  console.log(outcome)
  expect(outcome.tookMs).toBeLessThanOrEqual(11_000)
  expect(outcome.grownBytes).toBeLessThanOrEqual(30 * 1_048_576)
  expect(outcome.latestGoodMs ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(1000)
  return outcome.kinds
}

/** As fast as it is read, `bytes` in all. */
function pour(to: ServerResponse | Socket, chunk: Buffer, bytes = Number.POSITIVE_INFINITY) {
  let left = bytes
  const next = () => {
    while (!to.destroyed && left > 0) {
      left -= chunk.length
      if (!to.write(chunk)) return to.once('drain', next)
    }
    return to.destroyed ? undefined : to.end()
  }
  next()
}

const chunk = Buffer.alloc(65_536, 'x')
const bomb = gzipSync(Buffer.alloc(200 * 1_048_576))

const bodies: readonly [string, RequestListener][] = [
  ['a body of 10 GB', (_, response) => pour(response.writeHead(200, { 'content-length': 10 * 1024 ** 3 }), chunk)],
  ['an endless chunked body', (_, response) => pour(response, chunk)],
  ['an endless body of tiny chunks', (_, response) => pour(response, Buffer.from('x'))],
  ['200 MiB packed by gzip', (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)],
  [
    'a body of one byte a second',
    (_, response) => {
      const timer = setInterval(() => response.write('x'), 1000)
      response.once('close', () => clearInterval(timer))
    },
  ],
]

describe.each(bodies)('%s', (_, listener) => {
  test.each(['', 'word'])('ends in time, with %j sought in it', async (contains) => {
    const kinds = await lookAt(await serve(listener), contains)
    expect(kinds).toHaveLength(1)
  })
})

test('1 MB of headers is refused in time', async () => {
  const place = await serveTcp((socket) => {
    socket.write('HTTP/1.1 200 OK\r\n')
    pour(socket, Buffer.from(`X-A: ${'x'.repeat(1000)}\r\n`), 1_048_576)
  })
  expect(await lookAt(place, '')).toEqual(['protocol'])
})

test('an endless line of headers is refused in time', async () => {
  const place = await serveTcp((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nX-A: ')
    pour(socket, chunk)
  })
  expect(await lookAt(place, '')).toEqual(['protocol'])
})
