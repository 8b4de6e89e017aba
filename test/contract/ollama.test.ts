// What we rely on of Ollama, asked of the tests' own server that speaks its API, and of a real one where it is named: loaded before it is
// asked, answered in a stream, a model it does not have told from a server that is not there, and cut off in mid-answer without harm.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../src/app/free-port.ts'
import { createModel, ModelError } from '../../src/integrations/monitor/model/ollama.ts'
import { type OllamaServer, startOllama } from '../fakes/ollama-server.ts'

interface Server {
  readonly host: string
  readonly model: string
  stop(): Promise<void>
}

function ollamaSuite(name: string, open: () => Promise<Server>): void {
  describe(`Ollama: ${name}`, { timeout: 120_000 }, () => {
    let server: Server
    const never = new AbortController().signal
    const modelOf = (model = server.model, host = server.host) => createModel({ host, model, fetch })
    beforeAll(async () => {
      server = await open()
    })
    afterAll(() => server?.stop())

    it('has a model loaded when it is asked to, and writes when it is asked for words', async () => {
      await modelOf().warm(never)
      const { text } = await modelOf().ask('Le site https://boutique.example.org/ ne répond plus.', never)
      expect(text.length).toBeGreaterThan(0)
    })

    it('says that it does not have a model', async () => {
      const asked = modelOf('nobody-has-this').ask('Bonjour', never)
      await expect(asked).rejects.toThrow(ModelError)
      await expect(modelOf('nobody-has-this').ask('Bonjour', never)).rejects.toThrow(/404 .*nobody-has-this.*not found/)
    })

    it('is cut off in the middle, and answers the next', async () => {
      const cut = new AbortController()
      const asked = modelOf().ask('Bonjour', cut.signal)
      cut.abort(new Error('no more time'))
      await expect(asked).rejects.toThrow()
      expect((await modelOf().ask('Bonjour', never)).text.length).toBeGreaterThan(0)
    })

    it('is missed where it is not', async () => {
      const host = `http://127.0.0.1:${await freePort('127.0.0.1')}`
      await expect(modelOf(server.model, host).ask('Bonjour', never)).rejects.toThrow()
    })
  })
}

ollamaSuite('the tests’ own server', async () => {
  const server: OllamaServer = await startOllama('Le site ne répond plus.')
  server.models = ['tiny']
  return { host: server.url, model: 'tiny', stop: () => server.stop() }
})

const { VIGIE_TEST_OLLAMA_URL: host, VIGIE_TEST_OLLAMA_MODEL: model } = process.env
if (host && model) ollamaSuite('a real server', async () => ({ host, model, stop: () => Promise.resolve() }))
else it.skip('a real Ollama (set VIGIE_TEST_OLLAMA_URL and VIGIE_TEST_OLLAMA_MODEL)')
