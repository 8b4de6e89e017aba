// T12: every route there is, met by a stranger. The routes are those that the server itself was told of, so that none is forgotten.

import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Log } from '../../src/event.ts'
import { listenForControl } from '../../src/web/control.ts'
import { guardDoors } from '../../src/web/doors.ts'
import { madeBy, startVigie, type Vigie } from './http-vigie.ts'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']
const types = ['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'text/xml', 'a/b', '', undefined]
const bodies: Readonly<Record<string, string>> = {
  'application/json': '{"user_id":"u","channel_id":"c","context":{"vigie":"x"}}',
  'application/x-www-form-urlencoded': 'token=x&team_id=t&channel_id=c&user_id=u&command=/vigie&text=status',
}
/** Open to all, by interface.md. */
const openPaths = ['/health', '/ready', '/health/delivery']
/** For everybody: what is marked public, which is nothing here. */
const publicPaths = ['/statut', '/feed.atom', '/badge/:monitor/:file', '/docs', '/openapi.json']
const sealed = ['/mattermost/action', '/mattermost/dialog']

let vigie: Vigie
beforeAll(async () => {
  vigie = await startVigie()
})
afterAll(() => vigie.stop())

interface Met {
  readonly what: string
  readonly path: string
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, unknown>>
}

async function meet(path: string, method: string, type?: string): Promise<Met> {
  const hasBody = !['GET', 'HEAD', 'TRACE'].includes(method)
  const payload = hasBody ? (bodies[type ?? ''] ?? 'x=1') : undefined
  const headers = {
    'accept-language': 'en',
    ...(type === undefined ? {} : { 'content-type': type }),
    ...(payload === undefined ? {} : { 'content-length': payload.length }),
  }
  // `inject` would tidy the path up: the address goes over the wire as it is written.
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: vigie.port, path, method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          what: `${method} ${path} ${type}`,
          path,
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks).toString('utf8'),
          headers: response.headers,
        }),
      )
    })
    asked.on('error', (error) => reject(new Error(`${method} ${path} ${type}`, { cause: error })))
    asked.end(payload)
  })
}

/** Ways of writing an address that a careless check takes for another one, or for the same. */
const spellings = (path: string): string[] => [
  path,
  `${path}/`,
  `/${path}`,
  `${path}//`,
  path.replace(/(?<=.)\/([^/]*)$/, '%2f$1'),
  `/%2f${path.slice(1)}`,
  path.replace(/^\/(.)/, (_, first: string) => `/%${first.charCodeAt(0).toString(16)}`),
  `/.${path}`,
  `/x/..${path}`,
  `${path}?a=b`,
  `${path};a=b`,
  `${path}%00`,
  path.toUpperCase(),
]

const problem = /^\{"type":"about:blank","title":"[A-Za-z ]+","status":\d+,"detail":"[^"\\]+"\}$/

function isWithoutData({ path, status, body }: Met): boolean {
  const plain = decodeURI(path.replace(/\?.*/, ''))
  if ([401, 404, 405, 415].includes(status)) return body === '' || problem.test(body)
  // The same for everybody: what routes there are, and nothing of what they hold.
  if (plain === '/docs') return status === 200 && body.includes('</html>') !== (body === '')
  if (plain === '/openapi.json') return status === 200 && (body === '' || JSON.parse(body).openapi === '3.1.1')
  if (plain === '/statut') return !/<h3>|<li id=/.test(body)
  if (plain === '/feed.atom') return !body.includes('<entry>')
  if (openPaths.includes(plain)) return /^(\{"status":"(up|down)"\})?$/.test(body)
  return sealed.includes(plain) && status === 200 && /no longer valid here/.test(body)
}

describe('a stranger', () => {
  test('gets nothing from any route, in any method, of any content type, however the address is written', async () => {
    const paths = [...new Set(vigie.routes.map(({ url }) => url))]
    expect(paths.toSorted()).toEqual([
      '/badge/:monitor/:file',
      '/docs',
      '/feed.atom',
      '/health',
      '/health/delivery',
      '/heartbeat/:token',
      '/heartbeat/:token/:word',
      '/mattermost/action',
      '/mattermost/command',
      '/mattermost/dialog',
      '/metrics',
      '/openapi.json',
      '/personnages',
      '/personnages/:nom',
      '/ready',
      '/scores',
      '/statut',
      '/subscribe',
      '/webhook/events',
      '/webhook/gitlab',
      '/webhook/in/:name',
      '/webhook/nextcloud',
      '/webhook/personnage',
    ])
    const met: Met[] = []
    for (const path of [...paths, '/', '/status', '/stop', '/.env']) {
      for (const method of methods) for (const type of types) met.push(await meet(path, method, type))
      for (const spelling of spellings(path))
        for (const method of ['GET', 'HEAD', 'POST']) met.push(await meet(spelling, method, 'application/json'))
    }
    expect(
      met.filter((one) => !isWithoutData(one)).map(({ what, status, body }) => `${what}: ${status} ${body}`),
    ).toEqual([])
    expect(met.filter(({ status }) => status === 200).length).toBeGreaterThan(5)
    const names = new Set(met.flatMap(({ headers }) => Object.keys(headers)))
    expect([...names].filter((name) => !harmless.includes(name))).toEqual([])
  })

  test('reads from a wrong method what each address takes, and nothing where that is not public', async () => {
    const unsaid = ['/heartbeat/:token', '/heartbeat/:token/:word', '/mattermost/command']
    for (const path of new Set(vigie.routes.map(({ url }) => url))) {
      const { status, headers } = await meet(path, 'PROPFIND')
      const taken = vigie.routes.filter(({ url }) => url === path).flatMap(({ method }) => method)
      const told = unsaid.includes(path) ? undefined : taken.filter((one) => one !== 'OPTIONS').toSorted()
      expect([path, status, headers.allow]).toEqual([path, told ? 405 : 404, told?.join(', ')])
    }
  })

  test('reads up or down and nothing else, whatever else is asked for', async () => {
    for (const path of openPaths) {
      const { body, headers } = await meet(`${path}?verbose=1&format=text`, 'GET')
      expect(JSON.parse(body)).toEqual({ status: expect.stringMatching(/^(up|down)$/) })
      expect(headers['content-type']).toContain('application/json')
    }
  })

  test('is not let in by an empty, a wrong or a half token where metrics are read', async () => {
    for (const authorization of [
      '',
      'Bearer',
      'Bearer ',
      'Bearer undefined',
      'Basic eDp4',
      'Bearer metrics-canary-toke',
    ]) {
      const answer = await fetch(`${vigie.url}/metrics`, { headers: { authorization } })
      expect([authorization, answer.status]).toEqual([authorization, 401])
    }
  })
})

const harmless = [
  'content-type',
  'content-language',
  'content-length',
  'date',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'retry-after',
  'www-authenticate',
  'allow',
  // Of the public pages.
  'content-security-policy',
  'etag',
  'vary',
  'cache-control',
  'x-content-type-options',
  'referrer-policy',
]

describe('a route', () => {
  test('declares how it proves who calls, and what it takes', () => {
    const declared = vigie.routes.map(({ method, url, config }) => [url, String(method), config?.door])
    expect(declared.filter(([, , door]) => door === undefined)).toEqual([])
    const open = vigie.routes.filter(({ config }) => config?.door?.proof === 'open').map(({ url }) => url)
    expect([...new Set(open)].toSorted()).toEqual([...openPaths, ...publicPaths].toSorted())
  })

  test.each(types)('takes the content type it declares and answers 415 to %s', async (type) => {
    for (const { url, method, config } of vigie.routes) {
      if (config?.door === undefined || config.door.takes === 'nothing' || !String(method).includes('POST')) continue
      if (config.door.takes === 'anything') continue
      const { status } = await meet(url, 'POST', type)
      // A press is always answered 200; a webhook's token is wrong before its type is.
      const provesFirst = config.door.proof === 'hook' || config.door.proof === 'key'
      const refused = config.door.proof === 'seal' ? 200 : provesFirst ? 401 : 415
      const right = config.door.proof === 'seal' ? 200 : 401
      expect([url, type, status]).toEqual([
        url,
        type,
        [config.door.takes].flat().some((one) => one === type) ? right : refused,
      ])
    }
  })

  test.each(types.filter((type) => type !== ''))('that reads no body takes it of any type, as %s', async (type) => {
    const unread = vigie.routes.filter(({ config, method }) => {
      return config?.door?.takes === 'anything' && config.door.proof !== 'key' && String(method).includes('POST')
    })
    expect(unread.map(({ url }) => url)).toEqual(['/heartbeat/:token', '/heartbeat/:token/:word'])
    for (const { url } of unread) expect([url, (await meet(url, 'POST', type)).status]).toEqual([url, 404])
  })

  test('that declares nothing is not opened', () => {
    const http = Fastify()
    guardDoors(http)
    expect(() => http.get('/new', () => ({}))).toThrow('/new')
  })

  test('below the path of VIGIE_URL is the same route, with the same proof', async () => {
    const below = await startVigie({ VIGIE_URL: 'https://example.org/vigie/' })
    try {
      for (const path of ['/vigie/health', '/health'])
        expect((await fetch(`${below.url}${path}`)).status, path).toBe(200)
      for (const path of [
        '/vigie/metrics',
        '/vigie//metrics',
        '/vigiemetrics',
        '/vigie/vigie/metrics',
        '/VIGIE/metrics',
      ])
        expect([401, 404], path).toContain((await fetch(`${below.url}${path}`)).status)
    } finally {
      await below.stop()
    }
  })
})

describe('the control door', () => {
  const silent = () => undefined
  const log: Log = { debug: silent, info: silent, warn: silent, error: silent, fatal: silent }
  const folder = mkdtempSync(join(tmpdir(), 'vigie-control-'))
  const socketPath = join(folder, 'vigie.sock')
  const done: string[] = []
  const parts = {
    status: async () => ({ version: '1', startedAt: 0, pid: 1, parts: [] }),
    doctor: async () => [],
    stop: () => void done.push('stop'),
    channelNamed: async () => 'c',
    take: async () => ({}),
    restore: async (file: string) => {
      done.push(`restore ${file}`)
      return {}
    },
    log,
  }
  const ask = (method: string, path: string, headers: Record<string, string> = {}, body = '') =>
    new Promise<number>((resolve, reject) => {
      const asked = request({ socketPath, method, path, headers }, (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode ?? 0))
      })
      asked.on('error', reject)
      asked.end(body)
    })

  test('opens to this user alone, declares its routes, and takes no body', async () => {
    chmodSync(folder, 0o777)
    const { result: door, routes } = await madeBy(() => listenForControl(socketPath, parts))
    try {
      expect(statSync(socketPath).mode & 0o777).toBe(0o600)
      expect(routes.map(({ config }) => config?.door?.proof)).toEqual(routes.map(() => 'socket'))
      for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded'])
        expect(await ask('POST', '/stop', { 'content-type': type }, 'x')).toBe(415)
      expect([await ask('GET', '/stop'), await ask('GET', '/restore'), await ask('POST', '/status')]).toEqual([
        404, 404, 404,
      ])
      expect(done).toEqual([])
      expect(await ask('POST', '/stop')).toBe(200)
      expect(done).toEqual(['stop'])
    } finally {
      await door.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
