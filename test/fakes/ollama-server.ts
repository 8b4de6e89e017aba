// A server that speaks Ollama's API (docs/api.md of that project): /api/generate, streamed line by line, and /api/tags. What it answers is
// told per request.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly path: string
  readonly model?: string
  readonly prompt?: string
  readonly stream?: boolean
  readonly keep_alive?: string
}

/** Instead of an answer: whatever it does with the connection. */
export type Oddly = (response: ServerResponse, request: IncomingMessage) => void

export interface OllamaServer {
  readonly url: string
  readonly asked: Asked[]
  /** What is answered from now on: words, or something odd. */
  answer: string | Oddly
  /** The models it has; absent: whichever is asked for. */
  models?: readonly string[]
  /** Requests that are being answered at this moment, and the most there ever were. */
  readonly load: { now: number; most: number; cut: number }
  stop(): Promise<void>
}

export async function startOllama(answer: string | Oddly): Promise<OllamaServer> {
  const asked: Asked[] = []
  const load = { now: 0, most: 0, cut: 0 }
  const http = createServer(async (request, response) => {
    load.now += 1
    load.most = Math.max(load.most, load.now)
    response.on('close', () => {
      load.now -= 1
      if (!response.writableFinished) load.cut += 1
    })
    let body = ''
    for await (const chunk of request) body += chunk
    const wish = { path: request.url ?? '', ...(body === '' ? {} : JSON.parse(body)) } satisfies Asked
    asked.push(wish)
    if (wish.path === '/api/tags') {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ models: [{ name: 'llama3:latest', model: 'llama3:latest' }] }))
    } else if (server.models && !server.models.includes(wish.model ?? '')) {
      response.writeHead(404, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: `model '${wish.model}' not found` }))
    } else if (typeof server.answer === 'function') server.answer(response, request)
    else tell(response, wish, server.answer)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  const server: OllamaServer = {
    url: `http://127.0.0.1:${port}`,
    asked,
    answer,
    load,
    stop: () =>
      new Promise((resolve) => {
        http.close(() => resolve())
        http.closeAllConnections()
      }),
  }
  return server
}

function tell(response: ServerResponse, { model, stream = true, prompt = '' }: Asked, words: string): void {
  response.setHeader('content-type', stream ? 'application/x-ndjson' : 'application/json')
  const line = (said: object) => `${JSON.stringify({ model, created_at: '2026-11-21T08:41:49Z', ...said })}\n`
  if (prompt === '' || !stream) {
    response.end(
      line({ response: prompt === '' ? '' : words, done: true, done_reason: prompt === '' ? 'load' : 'stop' }),
    )
    return
  }
  for (const [piece] of words.matchAll(/[\s\S]{1,7}/gu)) response.write(line({ response: piece, done: false }))
  response.end(line({ response: '', done: true, done_reason: 'stop', total_duration: 5_000_000 }))
}
