// The outside service of the contract suite: a local HTTP server that slash commands, buttons, dialogs and menus are
// aimed at. It keeps every request and answers what the case asked for.

import { createServer, type IncomingHttpHeaders } from 'node:http'

export interface Heard {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly query: URLSearchParams
  readonly body: string
}

export interface Reply {
  readonly status?: number
  /** Default `application/json`. */
  readonly type?: string
  /** A string is sent as it is, anything else as JSON. */
  readonly body?: unknown
}

export interface Ear {
  readonly url: string
  /** Every request so far, oldest first. */
  readonly heard: readonly Heard[]
  /** The newest request. @throws Error where nobody called. */
  last(): Heard
}

export interface Listener {
  readonly url: string
  /** A fresh address that answers as told. */
  ear(reply: Reply | ((heard: Heard) => Reply)): Ear
  stop(): Promise<void>
}

/** A running listener on 127.0.0.1, on a free port. */
export async function createListener(): Promise<Listener> {
  const replies = new Map<string, (heard: Heard) => Reply>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const asked = new URL(request.url ?? '/', 'http://127.0.0.1')
      const heard: Heard = {
        method: request.method ?? '',
        headers: request.headers,
        query: asked.searchParams,
        body: Buffer.concat(chunks).toString('utf8'),
      }
      const {
        status = 200,
        type = 'application/json',
        body = {},
      } = replies.get(asked.pathname)?.(heard) ?? { status: 404 }
      response.writeHead(status, { 'Content-Type': type })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the listener has no port')
  const url = `http://127.0.0.1:${address.port}`
  return {
    url,
    ear(reply) {
      const path = `/${replies.size}`
      const heard: Heard[] = []
      replies.set(path, (request) => {
        heard.push(request)
        return typeof reply === 'function' ? reply(request) : reply
      })
      return {
        url: url + path,
        heard,
        last() {
          const newest = heard.at(-1)
          if (newest === undefined) throw new Error('nobody called')
          return newest
        },
      }
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
