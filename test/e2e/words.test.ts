// What is said of the watch, on a whole Vigie: the model's text on the card, the public page, the report as a file.

import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type OllamaServer, startOllama } from '../fakes/ollama-server.ts'
import { eventually, everyServer, type House, openHouse, type Someone, wordsOf } from './house.ts'

const idOf = z.looseObject({ id: z.string() })

describe.each(everyServer())('on %s', (_, open) => {
  let house: House
  let alice: Someone
  let site: Server
  let ollama: OllamaServer
  let url: string
  let channel: string
  let isBroken = false

  beforeAll(async () => {
    site = createServer((_request, response) => response.writeHead(isBroken ? 503 : 200).end('hello'))
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', () => resolve()))
    const address = site.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    url = `http://127.0.0.1:${address.port}/`
    ollama = await startOllama(
      `Le service boutique (${url}) est indisponible. @all La base db.evil.example est saturée. Merci d’intervenir rapidement.`,
    )
    house = await openHouse(await open(), { MONITOR_ALLOW: new URL(url).host, OLLAMA_HOST: ollama.url })
    alice = await house.person('alice', { teamAdmin: true })
    channel = await house.channel(alice)
    // To show something to everybody takes an administrator of Vigie.
    const { id } = idOf.parse((await house.admin.get('/users/me')).body)
    const line = `/monitor add ${url} --name boutique --every 5s --retries 1 --recover 1 --public`
    await house.admin.post(`/channels/${channel}/members`, { user_id: id })
    await house.admin.post('/commands/execute', { channel_id: channel, team_id: house.team.id, command: line })
  })
  afterAll(async () => {
    await house?.close()
    await ollama?.stop()
    site?.close()
  })

  const page = async (path: string) => (await fetch(`http://127.0.0.1:${house.environment.PORT}${path}`)).text()

  it('the card gets the sentences that the evidence holds, marked as a model’s', async () => {
    isBroken = true
    await alice.type(channel, '/monitor check boutique')
    const card = await eventually(
      async () => (await house.posts(channel)).find((post) => wordsOf(post).includes('rédigé par un modèle')),
      'a text by the model',
    )
    expect(wordsOf(card)).toContain('est indisponible. Merci d’intervenir rapidement.')
    expect(wordsOf(card)).not.toMatch(/evil|saturée|@all/)
    expect(ollama.asked.some(({ prompt }) => prompt?.includes('503'))).toBe(true)
  })

  it('everybody sees on the status page that it is down, and no address', async () => {
    expect(await page('/statut')).toMatch(/<h3>boutique<\/h3>[\s\S]*en panne/)
    expect(await page('/badge/boutique/status.svg')).toContain('en panne')
    expect(await page('/feed.atom')).toContain('boutique ne répond plus')
    expect(await page('/statut')).not.toContain(url)
  })

  it('/statut tells Mattermost’s ping and the model', async () => {
    const said = await alice.type(channel, '/statut')
    expect(said).toMatch(/ping \d+/)
    expect(said).toMatch(/Ollama[\s\S]*`llama3` · 1 texte rédigé/)
  })

  it('a report comes in chat, and as a file by direct message', async () => {
    expect(await alice.type(channel, '/monitor report')).toMatch(/`boutique` \| \d/)
    expect(await alice.type(channel, '/monitor report --format pdf')).toMatch(
      /vigie-disponibilite-[\d-]+\.pdf|Un instant/,
    )
    const direct = await alice.post('/channels/direct', [alice.id, house.botId])
    const post = await eventually(
      async () => (await house.posts(idOf.parse(direct.body).id)).find((one) => wordsOf(one).includes('.pdf')),
      'the report',
    )
    const { body } = await alice.get(`/posts/${post.id}`)
    expect(JSON.stringify(body)).toMatch(/"extension":"pdf"/)
  })
})
