import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Secret } from '../../src/env.ts'
import { HttpProblem } from '../../src/errors.ts'
import type { Log } from '../../src/event.ts'
import { unknownState } from '../../src/integrations/monitor/judge.ts'
import { registerHealth } from '../../src/web/health.ts'
import { createMetrics } from '../../src/web/metrics.ts'
import { registerProblems } from '../../src/web/problem.ts'
import { createServer, listen } from '../../src/web/server.ts'
import { monitorOf } from '../fakes/monitors.ts'

const errors: object[] = []
const note = (facts: object) => {
  errors.push(facts)
}
const log: Log = { debug: note, info: note, warn: note, error: note, fatal: note }
let http: FastifyInstance

beforeEach(() => {
  errors.length = 0
  http = Fastify()
  registerProblems(http, log)
})
afterEach(() => http.close())

describe('a problem', () => {
  it('is told as problem+json in the reader’s language', async () => {
    http.get('/no', () => {
      throw new HttpProblem(401, { fr: 'Non.', en: 'No.' }, { 'retry-after': '7' })
    })
    const fr = await http.inject('/no')
    const en = await http.inject({ url: '/no', headers: { 'accept-language': 'en-US,en;q=0.9' } })
    expect(fr.statusCode).toBe(401)
    expect(fr.headers['content-type']).toContain('application/problem+json')
    expect(fr.headers['retry-after']).toBe('7')
    expect(fr.json()).toEqual({ type: 'about:blank', title: 'Non authentifié', status: 401, detail: 'Non.' })
    expect(en.json()).toEqual({ type: 'about:blank', title: 'Unauthorized', status: 401, detail: 'No.' })
  })

  it('says in which language it is, and that another reader may get another', async () => {
    const en = await http.inject({ url: '/nowhere', headers: { 'accept-language': 'fr;q=0, en' } })
    expect(en.headers).toMatchObject({ 'content-language': 'en', vary: 'Accept-Language' })
    expect((await http.inject('/nowhere')).headers).toMatchObject({ 'content-language': 'fr' })
  })

  it('is told in VIGIE_LOCALE to a reader who names no language', async () => {
    const door = createServer({ pathPrefix: '/', proxies: { any: false, trusts: () => false }, log, usual: 'en' })
    registerProblems(door, log, 'en')
    const titleOf = async (url: string, headers = {}) => (await door.inject({ url, headers })).json().title
    expect(await titleOf('/nowhere')).toBe('Not Found')
    expect(await titleOf('/%ff')).toBe('Bad Request')
    expect(await titleOf('/nowhere', { 'accept-language': 'fr' })).toBe('Introuvable')
    await door.close()
  })

  it('that nobody foresaw says nothing of its cause, which stands in the log', async () => {
    http.get('/bug', () => {
      throw new Error('password is hunter2')
    })
    const answer = await http.inject('/bug')
    expect(answer.statusCode).toBe(500)
    expect(answer.body).not.toContain('hunter2')
    expect(errors).toHaveLength(1)
  })

  it('is what malformed JSON, an unknown content type and an unknown address get', async () => {
    http.post('/json', async () => ({}))
    const post = (type: string, payload: string) =>
      http.inject({ method: 'POST', url: '/json', headers: { 'content-type': type }, payload })
    expect((await post('application/json', '{"a":')).statusCode).toBe(400)
    expect((await post('application/xml', '<a/>')).statusCode).toBe(415)
    const nowhere = await http.inject('/nowhere')
    expect(nowhere.statusCode).toBe(404)
    expect(nowhere.json().detail).toBe('Rien ne répond à cette adresse (GET).')
  })

  it('is what an address with unescaped letters gets, with what to do, in the reader’s language', async () => {
    const door = createServer({ pathPrefix: '/', proxies: { any: false, trusts: () => false }, log })
    const { port } = new URL(await door.listen({ host: '127.0.0.1', port: 0 }))
    const answerTo = async (headers: string) => {
      const socket = connect(Number(port), '127.0.0.1')
      socket.end(`GET /personnages?niveau=confirmé HTTP/1.1\r\nHost: vigie\r\n${headers}\r\n`)
      return await text(socket)
    }
    expect(await answerTo('Accept-Language: en\r\n')).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*"Bad Request"[\s\S]*é is written %C3%A9/,
    )
    expect(await answerTo('')).toMatch(/"Requête incorrecte"[\s\S]*é s’écrit %C3%A9/)
    await door.close()
  })
})

describe('listening', () => {
  it('where HOST is no address says so, instead of where it went wrong', async () => {
    // Longer than a name may be: nobody has to be asked to know that.
    const host = 'x'.repeat(64)
    await expect(listen(http, host, 0)).rejects.toMatchObject({
      said: {
        fr: expect.stringContaining(`HOST\u00a0: «\u00a0${host}\u00a0»`),
        en: expect.stringContaining(`HOST: "${host}"`),
      },
    })
  })
})

describe('health', () => {
  const parts = {
    storable: () => Promise.resolve(),
    started: () => true,
    mattermostAnswers: () => true,
    oldestWaitingAt: async () => undefined,
    now: () => 100_000,
  }
  const statusOf = async (path: string, changed: Partial<Parameters<typeof registerHealth>[1]> = {}) => {
    const app = Fastify()
    registerHealth(app, { ...parts, ...changed })
    const answer = await app.inject(path)
    await app.close()
    return answer.statusCode
  }

  it('answers while the process lives, ready once it can store', async () => {
    expect(await statusOf('/health')).toBe(200)
    expect(await statusOf('/ready')).toBe(200)
    expect(await statusOf('/ready', { storable: () => Promise.reject(new Error('disk full')) })).toBe(503)
    expect(await statusOf('/ready', { started: () => false })).toBe(503)
  })

  it('stays ready while Mattermost is away, since webhooks must come in', async () => {
    expect(await statusOf('/ready', { mattermostAnswers: () => false })).toBe(200)
  })

  it('of delivery fails when Mattermost does not answer or a delivery waits for more than a minute', async () => {
    expect(await statusOf('/health/delivery')).toBe(200)
    expect(await statusOf('/health/delivery', { mattermostAnswers: () => false })).toBe(503)
    expect(await statusOf('/health/delivery', { oldestWaitingAt: async () => 39_999 })).toBe(503)
    expect(await statusOf('/health/delivery', { oldestWaitingAt: async () => 40_000 })).toBe(200)
    expect(await statusOf('/health/delivery', { oldestWaitingAt: () => Promise.reject(new Error('closed')) })).toBe(503)
  })
})

describe('metrics', () => {
  const read = async () => ({ waiting: 3, parked: 1, oldestSeconds: 12, websocketUp: true, monitors: [] })

  it('are OpenMetrics behind their token', async () => {
    const metrics = createMetrics('1.2.3')
    metrics.register(http, { current: () => [new Secret('metrics-token')] }, read)
    metrics.meter.count('events_accepted', { source: 'gitlab' }, 2)
    expect((await http.inject('/metrics')).statusCode).toBe(401)
    expect((await http.inject({ url: '/metrics', headers: { authorization: 'Bearer wrong' } })).statusCode).toBe(401)
    const answer = await http.inject({ url: '/metrics', headers: { authorization: 'Bearer metrics-token' } })
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-type']).toContain('application/openmetrics-text')
    expect(answer.body).toContain('vigie_events_accepted_total{source="gitlab"} 2')
    expect(answer.body).toContain('vigie_deliveries_waiting 3')
    expect(answer.body).toContain('vigie_build_info{version="1.2.3"} 1')
    expect(answer.body.trimEnd().endsWith('# EOF')).toBe(true)
  })

  it('tell how each monitor does, by what it does', async () => {
    const last = { at: 1_700_000_000_000, tookMs: 120, phases: {}, certificateEndsAt: 1_800_000_000_000 }
    const monitors = [
      { monitor: monitorOf('boutique'), state: { ...unknownState, health: 'up', last } },
      { monitor: monitorOf('a "quoted" \\ name'), state: { ...unknownState, health: 'down', last } },
      { monitor: monitorOf('new'), state: unknownState },
    ] as const
    createMetrics('1').register(http, { current: () => [new Secret('metrics-token')] }, async () => ({
      ...(await read()),
      monitors,
    }))
    const { body } = await http.inject({ url: '/metrics', headers: { authorization: 'Bearer metrics-token' } })
    expect(body).toContain('vigie_monitor_up{monitor="boutique",name="boutique",type="http"} 1')
    expect(body).toContain('vigie_monitor_response_seconds{monitor="boutique",name="boutique",type="http"} 0.12')
    expect(body).toContain(
      'vigie_monitor_certificate_end_timestamp_seconds{monitor="boutique",name="boutique",type="http"} 1800000000',
    )
    expect(body).toMatch(/vigie_monitor_up\{.*a \\"quoted\\" \\\\ name.*\} 0/)
    expect(body).not.toContain('name="new"')
  })

  it('stay closed without a token set, and say which setting opens them', async () => {
    createMetrics('1').register(http, { current: () => [] }, read)
    const answer = await http.inject({ url: '/metrics', headers: { authorization: 'Bearer ' } })
    expect(answer.statusCode).toBe(401)
    expect(answer.json().detail).toContain('METRICS_TOKEN')
  })
})
