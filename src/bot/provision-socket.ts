// Mattermost's local-mode socket as a `fetch`: the same REST routes on a unix socket, without a session (mattermost.md §0, rule 15).

import { request } from 'node:http'

const withoutBody: ReadonlySet<number> = new Set([204, 304])

/** A `fetch` whose every request goes through this socket, whatever the host of the address. Rejects like `fetch`, the system's error as cause. */
export function fetchThrough(socketPath: string): typeof fetch {
  return async (input, init) => {
    const asked = new Request(input, init)
    const body = Buffer.from(await asked.arrayBuffer())
    const { pathname, search } = new URL(asked.url)
    const headers = { ...Object.fromEntries(asked.headers), 'content-length': body.length, connection: 'close' }
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => reject(new TypeError('fetch failed', { cause: error }))
      const sent = request(
        { socketPath, method: asked.method, path: pathname + search, headers, signal: asked.signal },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', fail)
          response.on('end', () => {
            const status = response.statusCode ?? 502
            resolve(new Response(withoutBody.has(status) ? null : Buffer.concat(chunks), { status }))
          })
        },
      )
      sent.on('error', fail)
      sent.end(body)
    })
  }
}
