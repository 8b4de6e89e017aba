// Ollama, as far as we speak with it: one question, one answer, bounded in time and size (threats T33, F25). The package `ollama` prints
// what it cannot read, has no timeout and no bound; what reaches it through our `fetch` is timed, bounded and read already.

import { Ollama } from 'ollama'
import { beginningOf } from '../../../text/beginning.ts'
import type { Said } from '../../../text/locale.ts'

export interface ModelParts {
  /** OLLAMA_HOST. */
  readonly host: string
  /** OLLAMA_MODEL. */
  readonly model: string
  readonly fetch: typeof fetch
}

export interface Answer {
  readonly text: string
  /** It would have gone on: its last sentence may be half of one. */
  readonly isCut: boolean
}

export interface Model {
  /** @throws {ModelError} when it does not answer as it should; what `signal` aborts with. */
  ask(prompt: string, signal: AbortSignal): Promise<Answer>
  /** Has it loaded, and kept so for a while. @throws as `ask`. */
  warm(signal: AbortSignal): Promise<void>
}

/** Ollama did not do as its API says: in our words, or in a short word of its own. */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  /** Absent: the words are its own. */
  readonly said: Said | undefined

  constructor(words: Said | string) {
    super(typeof words === 'string' ? words : words.en)
    this.said = typeof words === 'string' ? undefined : words
  }
}

/** How long it stays in memory after it was used. */
const keepAlive = '10m'
/** Two or three sentences are some 60 to 150 tokens. */
const mostTokens = 400
const mostAnswerCharacters = 4000
/** Of one line of the stream, and of all of it. */
const mostLineBytes = 64 * 1024
const mostStreamBytes = 1024 * 1024
const mostErrorBytes = 4096

export function createModel({ host, model, fetch }: ModelParts): Model {
  return {
    async ask(prompt, signal) {
      const stream = await clientOf(host, fetch, signal).generate({
        model,
        prompt,
        stream: true,
        keep_alive: keepAlive,
        options: { num_predict: mostTokens, temperature: 0.2 },
      })
      let text = ''
      try {
        for await (const part of stream) {
          const words: unknown = part.response
          if (typeof words === 'string') text += words
          if (text.length > mostAnswerCharacters) return { text: text.slice(0, mostAnswerCharacters), isCut: true }
          if (part.done) return { text, isCut: part.done_reason === 'length' }
        }
      } finally {
        stream.abort()
      }
      throw new ModelError({ fr: 'sa réponse s’est interrompue', en: 'its answer broke off' })
    },
    async warm(signal) {
      await clientOf(host, fetch, signal).generate({ model, prompt: '', stream: false, keep_alive: keepAlive })
    },
  }
}

/** One for each request: the package keeps those that did not end. */
function clientOf(host: string, fetch: typeof globalThis.fetch, signal: AbortSignal): Ollama {
  return new Ollama({
    host,
    async fetch(input, init) {
      const signals = [signal, ...(init?.signal ? [init.signal] : [])]
      const response = await fetch(input, { ...init, redirect: 'error', signal: AbortSignal.any(signals) })
      if (!response.ok) throw new ModelError(`${response.status} ${await reasonOf(response)}`.trim())
      if (response.body === null) throw new ModelError({ fr: 'une réponse vide', en: 'an answer without a body' })
      return new Response(response.body.pipeThrough(readable()), { status: 200 })
    },
  })
}

/** `model 'llama3' not found` */
async function reasonOf({ body }: Response): Promise<string> {
  const said = parse((await beginningOf(body, mostErrorBytes)).toString())
  return isRecord(said) && typeof said.error === 'string' ? said.error.slice(0, 200) : ''
}

/** Whole lines of JSON objects, and nothing else. */
function readable(): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  let rest = ''
  let size = 0
  const check = (line: string): string => {
    if (line.trim() === '') return ''
    const said = parse(line)
    if (!isRecord(said))
      throw new ModelError({ fr: 'une réponse qui n’est pas d’Ollama', en: 'an answer that is not Ollama’s' })
    if (said.error !== undefined) throw new ModelError(String(said.error).slice(0, 200))
    return `${JSON.stringify(said)}\n`
  }
  return new TransformStream({
    transform(chunk, controller) {
      size += chunk.length
      rest += decoder.decode(chunk, { stream: true })
      const lines = rest.split('\n')
      rest = lines.pop() ?? ''
      if (size > mostStreamBytes || rest.length > mostLineBytes)
        throw new ModelError({ fr: 'une réponse sans fin', en: 'an answer without end' })
      for (const line of lines) controller.enqueue(encoder.encode(check(line)))
    },
    flush(controller) {
      controller.enqueue(encoder.encode(check(rest + decoder.decode())))
    },
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Whoever asked treats what is no JSON like what is no object.
    return undefined
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
