// The model through its own API on a real server: in time, one at a time, left alone when it fails (threats T33, F25).

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Evidence } from '../../../../src/integrations/monitor/model/evidence.ts'
import { createModel } from '../../../../src/integrations/monitor/model/ollama.ts'
import { createWriter, type Writer } from '../../../../src/integrations/monitor/model/writer.ts'
import { createFakeLog } from '../../../fakes/log.ts'
import { type Oddly, type OllamaServer, startOllama } from '../../../fakes/ollama-server.ts'

const evidence: Evidence = {
  locale: 'fr',
  timeZone: 'Europe/Paris',
  name: 'boutique',
  target: 'https://boutique.example.org/',
  host: 'boutique.example.org',
  port: 443,
  failure: { kind: 'status', detail: '503 Service Unavailable' },
  status: 503,
  failures: 3,
  durationsMs: [212],
  times: [],
}
const words = 'Le service boutique est indisponible. Merci d’intervenir rapidement.'
/** Accepts, and never says a word. */
const hang: Oddly = () => undefined

const patient = { timeout: 60_000, interval: 1 }

let ollama: OllamaServer
let writer: Writer
let log: ReturnType<typeof createFakeLog>
let elapsedMs: number

function createTried(timeoutMs = 5000): Writer {
  const model = createModel({ host: ollama.url, model: 'llama3', fetch })
  return createWriter({ model, timeoutMs, elapsed: () => elapsedMs, log })
}

beforeEach(async () => {
  ollama = await startOllama(words)
  log = createFakeLog()
  elapsedMs = 0
  writer = createTried()
})
afterEach(async () => {
  await writer.stop()
  await ollama.stop()
})

/** Resolves the text, or nothing once the writer has let it go. */
function written(prompt?: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    writer.want({ evidence: async () => evidence, prompt, onText: resolve })
    const settled = vi.waitUntil(() => writer.state().waiting === 0 && !writer.state().isBusy, {
      timeout: 60_000,
      interval: 1,
    })
    void settled.then(() => resolve(undefined))
  })
}

describe('the model', () => {
  it('is asked with the words of the house, the address and the error, and what it writes is told', async () => {
    expect(await written()).toBe(words)
    expect(ollama.asked).toHaveLength(1)
    const [{ path, model, prompt = '' } = { path: '' }] = ollama.asked
    expect({ path, model }).toEqual({ path: '/api/generate', model: 'llama3' })
    expect(prompt).toContain('https://boutique.example.org/')
    expect(prompt).toContain('503 Service Unavailable')
    expect(prompt).toContain('alerte courte, professionnelle et concise')
  })

  it('is asked with the words of the monitor instead, and still told what fails', async () => {
    await written('Écris un haïku.')
    const prompt = ollama.asked[0]?.prompt ?? ''
    expect(prompt).toMatch(/^Écris un haïku\./)
    expect(prompt).not.toContain('courte, professionnelle')
    expect(prompt).toContain('https://boutique.example.org/')
    expect(prompt).toContain('503 Service Unavailable')
  })

  it('is asked for one text at a time, in order', async () => {
    const told: number[] = []
    for (let index = 0; index < 5; index += 1)
      writer.want({ evidence: async () => evidence, onText: () => told.push(index) })
    await vi.waitUntil(() => told.length === 5, patient)
    expect(told).toEqual([0, 1, 2, 3, 4])
    expect(ollama.load.most).toBe(1)
  })

  it('is not asked for what nobody wants any more', async () => {
    writer.want({ evidence: async () => undefined, onText: () => undefined })
    await vi.waitUntil(() => !writer.state().isBusy, patient)
    expect(ollama.asked).toEqual([])
  })

  it('keeps no more than twenty waiting', async () => {
    ollama.answer = hang
    let count = 0
    for (let index = 0; index < 100; index += 1)
      writer.want({ evidence: async () => evidence, onText: () => (count += 1) })
    expect(writer.state().waiting).toBeLessThanOrEqual(20)
  })

  it('is loaded when something is suspect, once for a while', async () => {
    writer.warm()
    await vi.waitUntil(() => !writer.state().isBusy, patient)
    writer.warm()
    await vi.waitUntil(() => !writer.state().isBusy, patient)
    expect(ollama.asked.map(({ prompt, keep_alive }) => [prompt, keep_alive])).toEqual([['', '10m']])
    elapsedMs += 10 * 60_000
    writer.warm()
    await vi.waitUntil(() => !writer.state().isBusy, patient)
    expect(ollama.asked).toHaveLength(2)
  })
})

describe('a model that fails', () => {
  const ways: readonly (readonly [string, Oddly])[] = [
    ['hangs', hang],
    ['says the first words and hangs', (response) => response.write('{"response":"Le service","done":false}\n')],
    ['drips a byte at a time', (response) => void setInterval(() => response.write(' '), 20).unref()],
    ['has an error', (response) => response.writeHead(500).end('{"error":"out of memory"}')],
    ['is another model', (response) => response.writeHead(404).end(`{"error":"model 'llama3' not found"}`)],
    ['sends an error in the stream', (response) => response.end('{"error":"llama runner terminated"}\n')],
    ['sends a page', (response) => response.end('<html>@all</html>')],
    ['sends no object', (response) => response.end('42\nnull\n[]\n')],
    ['sends nothing', (response) => response.end()],
    ['sends a line without end', (response) => response.end('x'.repeat(1_000_000))],
    ['sends elsewhere', (response) => response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end()],
    ['breaks off', (response) => response.destroy()],
  ]
  it.each(ways)('is left alone for a while, and asked again after it: it %s', async (_, way) => {
    await writer.stop()
    writer = createTried(1000)
    ollama.answer = way
    expect(await written()).toBeUndefined()
    expect(writer.state().awayMs).toBe(60_000)
    const before = ollama.asked.length
    expect(await written()).toBeUndefined()
    writer.warm()
    expect(ollama.asked).toHaveLength(before)
    elapsedMs += 60_001
    ollama.answer = words
    expect(await written()).toBe(words)
    expect(writer.state().awayMs).toBeUndefined()
  })

  it('is left alone for longer each time', async () => {
    ollama.answer = (response) => response.destroy()
    await written()
    elapsedMs += 60_001
    await written()
    expect(writer.state().awayMs).toBe(120_000)
  })

  it('prints nothing of what it sends', async () => {
    const prints = [vi.spyOn(console, 'log'), vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')]
    ollama.answer = (response) => response.writeHead(500).end('@all <script>')
    await written()
    for (const print of prints) {
      expect(print).not.toHaveBeenCalled()
      print.mockRestore()
    }
    expect(JSON.stringify(log.lines)).not.toContain('script')
  })

  it('lets the connection go when its time is over', async () => {
    await writer.stop()
    writer = createTried(100)
    ollama.answer = hang
    await written()
    await vi.waitUntil(() => ollama.load.cut === 1, patient)
    expect(ollama.load.now).toBe(0)
  })

  it('is read no further than it needs to be when it goes on and on', async () => {
    let sent = 0
    ollama.answer = (response) => {
      const line = `${JSON.stringify({ response: `${words} `, done: false })}\n`
      const go = () => {
        while (sent < 1e9 && response.writable) {
          sent += line.length
          if (!response.write(line)) break
        }
      }
      response.on('drain', go)
      go()
    }
    expect(await written()).toBe(words)
    await vi.waitUntil(() => ollama.load.now === 0, patient)
    expect(sent).toBeLessThan(20_000_000)
  })
})

describe('a thousand answers of garbage', () => {
  it('neither break the writer nor get anything told but plain words', async () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((some) => Buffer.from(some))
    const lines = fc
      .array(
        fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('@all', '\0', 'https://evil.example', '![x](y)', '. ')),
        { maxLength: 8 },
      )
      .map((some) => Buffer.from(`${some.map((response) => JSON.stringify({ response })).join('\n')}\n{"done":true}\n`))
    const odd = fc
      .constantFrom('', '{}', '{"done":true}', '{"response":5,"done":true}', '{"response":"\\u0000@all","done":true}')
      .map((text) => Buffer.from(text))
    const told: string[] = []
    await fc.assert(
      fc.asyncProperty(fc.oneof(bytes, lines, odd), fc.constantFrom(200, 200, 200, 500, 204), async (body, status) => {
        ollama.answer = (response) => response.writeHead(status).end(status === 204 ? undefined : body)
        elapsedMs += 3_600_000
        const text = await written()
        if (text !== undefined) told.push(text)
      }),
      { numRuns: 1000 },
    )
    expect(told.filter((text) => /[@<>[\]{}|`*\\]|:\/\/|\p{Cc}/u.test(text))).toEqual([])
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
  })
})
