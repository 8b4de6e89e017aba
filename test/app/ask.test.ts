// Asking neighbours how they do, for `/statut` (issue "The watch", "Commands").

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createAsk } from '../../src/app/ask.ts'

let server: Server | undefined
afterEach(() => server?.closeAllConnections())

async function serve(answer: RequestListener): Promise<string> {
  const http = createServer(answer)
  server = http
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

describe('a neighbour', () => {
  it('is asked once in ten seconds, however often it is wanted', async () => {
    let count = 0
    let at = 0
    const url = await serve((_, response) => {
      count += 1
      response.end('GitLab OK')
    })
    const ask = createAsk({ fetch, elapsed: () => at })
    const all = await Promise.all([ask(url), ask(url), ask(url)])
    expect(all.map(({ status, body }) => [status, body])).toEqual(Array(3).fill([200, 'GitLab OK']))
    expect(count).toBe(1)
    at += 10_001
    await ask(url)
    expect(count).toBe(2)
  })

  it('is not waited for, not followed elsewhere, and not read to its end', async () => {
    const ask = createAsk({ fetch, elapsed: () => performance.now() })
    const silent = await serve(() => undefined)
    expect((await ask(silent)).error).toBe('timeout')
    const elsewhere = await serve((_, response) => response.writeHead(302, { location: silent }).end())
    expect((await ask(elsewhere)).status).toBe(302)
    const endless = await serve((_, response) => {
      const go = () => {
        while (response.writable && response.write('x'.repeat(65_536)));
      }
      response.on('drain', go)
      go()
    })
    expect((await ask(endless)).body).toHaveLength(16 * 1024)
  })

  it('that is away is told by the system’s own code', async () => {
    const ask = createAsk({ fetch, elapsed: () => performance.now() })
    expect((await ask('http://127.0.0.1:9/')).error).toMatch(/^[A-Z_]+$|^error$/)
  })
})
