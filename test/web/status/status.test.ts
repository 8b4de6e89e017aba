// What everybody may see of public monitors (issue "The watch", "Pages"; threat T21).

import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Shown } from '../../../src/integrations/monitor/monitor.ts'
import { guardDoors } from '../../../src/web/doors.ts'
import { registerProblems } from '../../../src/web/problem.ts'
import { registerStatusPage } from '../../../src/web/status/routes.ts'
import { createFakeLog } from '../../fakes/log.ts'
import { now, outageOf, shownOf, town } from './shown.ts'

let http: FastifyInstance
let shown: readonly Shown[]
let reads: number
let at: number
let cutSince: number | undefined

beforeEach(() => {
  shown = town()
  reads = 0
  at = now
  cutSince = undefined
  http = Fastify()
  guardDoors(http)
  registerProblems(http, createFakeLog())
  registerStatusPage(http, {
    records: {
      shown: async () => {
        reads += 1
        return shown
      },
      cutSince: () => cutSince,
    },
    organisation: 'TAAF',
    locale: 'fr',
    timeZone: 'Europe/Paris',
    url: 'https://vigie.example.org/v',
    now: () => at,
  })
})
afterEach(() => http.close())

const get = (url: string, headers: Readonly<Record<string, string>> = {}) => http.inject({ url, headers })

describe('the status page', () => {
  it('says first how all is, then each service with its state in a word', async () => {
    const { body, headers, statusCode } = await get('/statut')
    expect(statusCode).toBe(200)
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(body).toMatch(/<h1>État des services<\/h1>[\s\S]*1 service en panne[\s\S]*<h3>API de paiement<\/h3>/)
    for (const word of ['répond', 'en panne', 'répond lentement', 'en maintenance', 'pas encore vérifié'])
      expect(body).toContain(word)
    expect(body).toContain('99,71\u00a0%')
    expect(body).not.toContain('100\u00a0% ')
  })

  it('says that all is well when it is', async () => {
    shown = [shownOf('Boutique')]
    expect((await get('/statut')).body).toContain('Tous les services répondent')
  })

  it('says that it may be behind while Vigie itself is cut off', async () => {
    cutSince = now - 60_000
    expect((await get('/statut')).body).toContain('coupée du réseau')
  })

  it('speaks the language that is asked for by the address, by the browser, or of the house', async () => {
    const langOf = async (url: string, headers = {}) => /<html lang="(..)"/.exec((await get(url, headers)).body)?.[1]
    expect(await langOf('/statut')).toBe('fr')
    expect(await langOf('/statut', { 'accept-language': 'en-GB,en;q=0.9' })).toBe('en')
    expect(await langOf('/statut?lang=fr', { 'accept-language': 'en' })).toBe('fr')
    expect((await get('/statut?lang=en')).body).toContain('1 service is down')
  })

  it('lets nothing of a name act', async () => {
    shown = [shownOf('<script>alert(1)</script>" onload="x" \u0000\u202e')]
    for (const url of ['/statut', '/feed.atom', `/badge/${encodeURIComponent(shown[0]?.name ?? '')}/status.svg`]) {
      const { body } = await get(url)
      expect(body).not.toMatch(/<script|onload="x"|\u202e/)
      expect(body).not.toContain('\0')
    }
  })

  it('runs no script, loads nothing, and is framed by nobody', async () => {
    const { headers, body } = await get('/statut')
    const policy = String(headers['content-security-policy'])
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'; img-src data:/)
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(body).not.toMatch(/<script|\sstyle="|\son\w+="|src="http/)
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  it('is not sent again to who has it', async () => {
    const first = await get('/statut')
    const again = await get('/statut', { 'if-none-match': String(first.headers.etag) })
    expect([again.statusCode, again.body]).toEqual([304, ''])
    const english = await get('/statut?lang=en', { 'if-none-match': String(first.headers.etag) })
    expect(english.statusCode).toBe(200)
    at += 60_000
    shown = []
    const changed = await get('/statut', { 'if-none-match': String(first.headers.etag) })
    expect(changed.statusCode).toBe(200)
  })

  it('is worked out once for many readers', async () => {
    await Promise.all(Array.from({ length: 50 }, () => get('/statut')))
    at += 9000
    await get('/badge/boutique/status.svg')
    expect(reads).toBe(1)
    at += 2000
    await get('/statut')
    expect(reads).toBe(2)
  })

  it('can be read by ear: landmarks, one heading of the first order, a caption, words beside pictures', async () => {
    const { body } = await get('/statut')
    for (const landmark of ['<header>', '<main>', '<footer>']) expect(body).toContain(landmark)
    expect(body.match(/<h1>/g)).toHaveLength(1)
    expect(body).toMatch(/<caption>Part du temps sans panne<\/caption>/)
    expect(body).toMatch(/<th scope="col">[\s\S]*<th scope="row">/)
    for (const [picture] of body.matchAll(/<svg[^>]*>/g)) expect(picture).toMatch(/role="img" aria-label="[^"]{10,}"/)
    for (const [, id] of body.matchAll(/aria-labelledby="(\w+)"/g)) expect(body).toContain(`id="${id}"`)
    expect(body).toMatch(/<a class="skip" href="#services">/)
  })

  it('tells outages of the last two weeks, newest first', async () => {
    const { body } = await get('/statut')
    const told = [...body.matchAll(/<li id="i-(\w+)"/g)].map(([, id]) => id)
    expect(told).toEqual(['b2', 'b1'])
  })
})

describe('a badge', () => {
  it('shows a monitor’s state, its response or its availability, whatever the case of its name', async () => {
    const texts = async (url: string) =>
      [...(await get(url)).body.matchAll(/<text[^>]*>([^<]*)/g)].map(([, text]) => text)
    expect(await texts('/badge/boutique/status.svg')).toEqual(['Boutique', 'en panne'])
    expect((await get('/badge/boutique/status.svg')).body).toContain('aria-label="Boutique\u00a0: en panne"')
    expect((await get('/badge/boutique/status.svg?lang=en')).body).toContain('aria-label="Boutique: down"')
    expect(await texts('/badge/Boutique/uptime.svg')).toEqual(['Boutique · disponibilité 30\u00a0j', '99,51\u00a0%'])
    expect(await texts('/badge/Boutique/uptime-90d.svg?lang=en')).toEqual(['Boutique · uptime 90d', '99.71%'])
    expect(await texts('/badge/Boutique/response.svg')).toEqual(['Boutique · réponse', '118\u00a0ms'])
    const { headers } = await get('/badge/API%20de%20paiement/status.svg')
    expect(headers['content-type']).toBe('image/svg+xml; charset=utf-8')
    expect(headers.etag).toBeDefined()
  })

  it('is not there for an unknown monitor, a private one or an unknown kind', async () => {
    for (const url of ['/badge/nobody/status.svg', '/badge/Boutique/status.png', '/badge/Boutique/x.svg'])
      expect((await get(url)).statusCode).toBe(404)
  })
})

describe('the feed', () => {
  it('tells each outage once, newest change first, and changes it when it ends', async () => {
    const { body, headers } = await get('/feed.atom')
    expect(headers['content-type']).toBe('application/atom+xml; charset=utf-8')
    const titles = [...body.matchAll(/<entry>[\s\S]*?<title>([^<]*)/g)].map(([, title]) => title)
    expect(titles[0]).toBe('Boutique ne répond plus')
    expect(titles[1]).toMatch(/^Boutique répond de nouveau \(panne de 14/)
    const idOf = (xml: string) => /<entry>\s*<id>([^<]*)/.exec(xml)?.[1]
    at += 60_000
    shown = [shownOf('Boutique', { outages: [outageOf('b2', now - 21 * 60_000, now)] })]
    const later = (await get('/feed.atom')).body
    expect(idOf(later)).toBe(idOf(body))
    expect(later).toContain('répond de nouveau')
  })

  it('leads to addresses below VIGIE_URL', async () => {
    const { body } = await get('/feed.atom')
    expect(body).toContain('<link rel="self" href="https://vigie.example.org/v/feed.atom"/>')
    for (const [, href] of body.matchAll(/href="([^"]*)"/g)) expect(href).toMatch(/^https:\/\/vigie\.example\.org\/v\//)
  })
})
