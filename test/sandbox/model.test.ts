// The demo's stand-in model, asked as Vigie asks Ollama: what it writes may all be told.

import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Evidence } from '../../src/integrations/monitor/model/evidence.ts'
import { createModel } from '../../src/integrations/monitor/model/ollama.ts'
import { requestOf } from '../../src/integrations/monitor/model/request.ts'
import { sieve } from '../../src/integrations/monitor/model/sieve.ts'
import { createSandboxModel, type SandboxModel } from '../../src/sandbox/model.ts'

const evidence: Evidence = {
  locale: 'fr',
  timeZone: 'Europe/Paris',
  name: 'boutique',
  target: 'http://127.0.0.1:4711/',
  host: '127.0.0.1',
  port: 4711,
  failure: { kind: 'status', detail: '503 Service Unavailable' },
  status: 503,
  failures: 1,
  durationsMs: [],
  times: [],
}

let model: SandboxModel
beforeAll(async () => {
  model = await createSandboxModel()
})
afterAll(() => model.stop())

const timedOut = { failure: { kind: 'timeout', detail: '' }, status: undefined } as const

it.each([
  ['fr', {}, 'http://127.0.0.1:4711/ est indisponible\u00a0: il répond 503 Service Unavailable. Merci'],
  ['en', {}, 'http://127.0.0.1:4711/ is unavailable: it answers 503 Service Unavailable. Please'],
  ['fr', timedOut, 'http://127.0.0.1:4711/ est indisponible. Merci'],
  ['en', timedOut, 'http://127.0.0.1:4711/ is unavailable. Please'],
  [
    'fr',
    { target: '', failure: { kind: 'missed', detail: '' }, status: undefined },
    'Le service est indisponible. Merci',
  ],
] as const)('writes in %s what it was told of %o', async (locale, more, words) => {
  const known: Evidence = { ...evidence, ...more, locale }
  const asked = createModel({ host: model.url, model: model.name, fetch })
  const answer = await asked.ask(requestOf(known), AbortSignal.timeout(5000))
  expect(answer.text).toContain(words)
  expect(sieve(answer, known)).toBe(answer.text)
})

it('is loaded without a word, and names itself', async () => {
  await createModel({ host: model.url, model: model.name, fetch }).warm(AbortSignal.timeout(5000))
  expect(await (await fetch(`${model.url}/api/tags`)).json()).toMatchObject({
    models: [{ name: 'demonstration:latest' }],
  })
  expect((await fetch(`${model.url}/api/generate`, { method: 'POST', body: 'x' })).status).toBe(400)
  expect((await fetch(`${model.url}/api/pull`, { method: 'POST' })).status).toBe(404)
})
