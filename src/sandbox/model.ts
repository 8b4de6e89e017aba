// A stand-in for Ollama, for the demo (docs/api.md of that project): /api/tags, and /api/generate, streamed line by line. It thinks
// nothing up: what it writes are the same two sentences, about the address and the status that it is asked about, in the language asked for.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'

export interface SandboxModel {
  /** Address without a slash at the end. */
  url: string
  /** What it is called, so that nobody takes it for a real one. */
  name: string
  stop(): Promise<void>
}

const name = 'demonstration'
const mostBytes = 64 * 1024
const question = z.looseObject({ model: z.string(), prompt: z.string().default(''), stream: z.boolean().default(true) })

/** On a free port of this machine. */
export async function createSandboxModel(): Promise<SandboxModel> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the stand-in model has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    name,
    async stop() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = `${request.method} ${request.url}`
  if (path === 'GET /api/tags') {
    sendJson(response, 200, { models: [{ name: `${name}:latest`, model: `${name}:latest` }] })
    return
  }
  if (path !== 'POST /api/generate') {
    sendJson(response, 404, { error: 'not found' })
    return
  }
  const asked = question.safeParse(parsed(await bodyOf(request)))
  if (!asked.success) {
    sendJson(response, 400, { error: 'a model and a prompt are expected' })
    return
  }
  const { model, prompt, stream } = asked.data
  const part = (said: object) => ({ model, created_at: new Date().toISOString(), ...said })
  // An empty question has the model loaded, and nothing else.
  const end = { response: '', done: true, done_reason: prompt === '' ? 'load' : 'stop' }
  const text = prompt === '' ? '' : alertFor(prompt)
  if (!stream) {
    sendJson(response, 200, part({ ...end, response: text }))
    return
  }
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  for (const [word] of text.matchAll(/\S+\s*/g))
    response.write(`${JSON.stringify(part({ response: word, done: false }))}\n`)
  response.end(`${JSON.stringify(part(end))}\n`)
}

/** Two sentences of what the question says; what it does not say is not made up. */
function alertFor(prompt: string): string {
  const address = /https?:\/\/[^\s,;]*[^\s,;.:]/.exec(prompt)?.[0]
  const status = /\b[1-5]\d\d\b(?: [A-Z][A-Za-z-]*)+/.exec(prompt)?.[0]
  if (/answer in english/i.test(prompt)) {
    const service = address === undefined ? 'The service' : `The service at the address ${address}`
    const happens = status === undefined ? 'is unavailable' : `is unavailable: it answers ${status}`
    return `${service} ${happens}. Please look into it without delay.`
  }
  const service = address === undefined ? 'Le service' : `Le service à l’adresse ${address}`
  const happens = status === undefined ? 'est indisponible' : `est indisponible\u00a0: il répond ${status}`
  return `${service} ${happens}. Merci d’intervenir sans tarder.`
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    chunks.push(chunk)
    size += chunk.length
    if (size > mostBytes) throw new Error('a question without end')
  }
  return Buffer.concat(chunks).toString()
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What is no JSON is no question either.
    return undefined
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
