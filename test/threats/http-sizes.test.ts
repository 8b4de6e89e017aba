// T28 in small: what is too large, too deep, too wide or not what it says. test/long/http-sizes.test.ts has the figures.

import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { heard, secrets, signed, startVigie, type Vigie } from './http-vigie.ts'

let vigie: Vigie
beforeAll(async () => {
  vigie = await startVigie()
})
afterAll(() => vigie.stop())

const token = { 'x-gitlab-token': secrets.gitlab }
const json = { 'content-type': 'application/json' }
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const send = async (path: string, body: string | Buffer, headers: Record<string, string>) => {
  const answer = await fetch(`${vigie.url}${path}`, { method: 'POST', headers, body })
  return { status: answer.status, text: await answer.text() }
}
const hook = (body: string | Buffer, headers: Record<string, string> = {}) =>
  send('/webhook/gitlab', body, { ...json, ...token, ...headers })
/** What was said over the wire, byte for byte. */
const raw = async (head: readonly string[], body: string | Buffer) => {
  const socket = await vigie.connect()
  const answer = heard(socket)
  socket.write(`${[...head, 'host: v', 'connection: close'].join('\r\n')}\r\n\r\n`)
  socket.write(body)
  return (await answer).slice(0, 12)
}
const rawHook = (lines: readonly string[], body: string | Buffer) =>
  raw(['POST /webhook/gitlab HTTP/1.1', `x-gitlab-token: ${secrets.gitlab}`, ...lines], body)

describe('a body', () => {
  it('of a press ends at 256 KiB, of a command at 64 KiB, of a webhook at 25 MiB', async () => {
    const press = (size: number) => send('/mattermost/action', `{"a":"${'x'.repeat(size - 8)}"}`, json)
    expect((await press(256 * 1024 + 1)).text).toContain('no longer valid here')
    const command = (size: number) => send('/mattermost/command', `a=${'x'.repeat(size - 2)}`, form)
    expect([(await command(64 * 1024)).status, (await command(64 * 1024 + 1)).status]).toEqual([401, 413])
    const limits = vigie.routes.map(({ url, bodyLimit }) => [url, bodyLimit])
    expect(new Map(limits.map(([url, limit]) => [url, limit]))).toEqual(
      new Map([
        ['/badge/:monitor/:file', undefined],
        ['/docs', undefined],
        ['/feed.atom', undefined],
        ['/openapi.json', undefined],
        ['/statut', undefined],
        ['/health', undefined],
        ['/ready', undefined],
        ['/health/delivery', undefined],
        ['/metrics', undefined],
        // Whatever comes is not read.
        ['/heartbeat/:token', 10 * 1024 * 1024],
        ['/heartbeat/:token/:word', 10 * 1024 * 1024],
        ['/subscribe', 64 * 1024],
        ['/webhook/events', 1024 * 1024],
        ['/webhook/in/:name', 1024 * 1024],
        ['/mattermost/command', 64 * 1024],
        ['/mattermost/action', 256 * 1024],
        ['/mattermost/dialog', 256 * 1024],
        ['/webhook/gitlab', 25 * 1024 * 1024],
        ['/webhook/nextcloud', 256 * 1024],
        ['/webhook/personnage', undefined],
        ['/scores', undefined],
        ['/personnages', undefined],
        ['/personnages/:nom', undefined],
      ]),
    )
    expect(vigie.http.initialConfig.bodyLimit).toBe(1024 * 1024)
  })

  it('that says it is too large is refused before it is sent', async () => {
    const length = `content-length: ${25 * 1024 * 1024 + 1}`
    expect(await rawHook(['content-type: application/json', length], '')).toBe('HTTP/1.1 413')
  })

  it('in chunks that never says its length ends at the same size', async () => {
    const lines = ['content-type: application/x-www-form-urlencoded', 'transfer-encoding: chunked']
    const head = ['POST /mattermost/command HTTP/1.1', ...lines]
    const chunk = (size: number) => `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`
    expect(await raw(head, `${chunk(65_000)}${chunk(600)}0\r\n\r\n`)).toBe('HTTP/1.1 413')
    expect(
      await rawHook(['content-type: application/json', 'transfer-encoding: chunked'], `2\r\n{}\r\n0\r\n\r\n`),
    ).toBe('HTTP/1.1 200')
  })

  it.each([
    ['twice', ['content-length: 2', 'content-length: 2'], 'HTTP/1.1 400'],
    ['not a number', ['content-length: 2x'], 'HTTP/1.1 400'],
    ['less than none', ['content-length: -2'], 'HTTP/1.1 400'],
    ['beside chunks', ['content-length: 2', 'transfer-encoding: chunked'], 'HTTP/1.1 400'],
    ['shorter than it is', ['content-length: 1'], 'HTTP/1.1 400'],
  ])('whose length is said %s is refused', async (_how, lines, status) => {
    expect(await rawHook(['content-type: application/json', ...lines], '{}')).toBe(status)
  })

  it('that ends before its length is no event', async () => {
    const before = vigie.lines.length
    const socket = await vigie.connect()
    const head = `POST /webhook/gitlab HTTP/1.1\r\nhost: v\r\ncontent-type: application/json\r\nx-gitlab-token: ${secrets.gitlab}\r\n`
    socket.write(`${head}content-length: 3\r\n\r\n{}`)
    const gone = heard(socket)
    socket.end()
    await gone
    expect((await hook('{}')).status).toBe(200)
    expect(vigie.lines.slice(before).filter((line) => line.includes('event accepted'))).toHaveLength(1)
  })

  it('that is compressed is refused, not inflated', async () => {
    const body = gzipSync(Buffer.alloc(10_000, 0x20))
    for (const [path, headers] of [
      ['/webhook/gitlab', token],
      ['/mattermost/command', form],
    ] as const)
      expect((await send(path, body, { ...json, ...headers, 'content-encoding': 'gzip' })).status, path).toBe(415)
    expect((await hook('{}', { 'content-encoding': 'identity' })).status).toBe(200)
  })

  it.each([
    ['application/json; charset=utf-8', 200],
    ['application/json;charset="UTF-8"', 200],
    ['APPLICATION/JSON', 200],
    ['application/json; charset=utf-16', 400],
    ['application/jsonx', 415],
    ['application/json, text/plain', 415],
    ['text/json', 415],
    ['application/vnd.api+json', 415],
    ['application/x-www-form-urlencoded; application/json', 415],
    ['multipart/form-data; boundary=x', 415],
  ])('said to be %s is answered %d', async (type, status) => {
    const body = type.includes('utf-16') ? Buffer.from('{"a":"é"}', 'utf16le') : '{"a":"é"}'
    expect((await hook(body, { 'content-type': type })).status).toBe(status)
  })

  it('of two content types is not taken for the better one', async () => {
    const types = ['content-type: text/plain', 'content-type: application/json', 'content-length: 2']
    expect(await rawHook(types, '{}')).toBe('HTTP/1.1 415')
  })

  it.each([
    ['a byte order mark', Buffer.from('\ufeff{}')],
    ['half a character', Buffer.from([0x7b, 0x22, 0xc3, 0x22, 0x3a, 0x31, 0x7d])],
    ['half a surrogate pair', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['too long a zero', Buffer.from([0x22, 0xc0, 0x80, 0x22])],
  ])('with %s is not taken', async (_what, body) => {
    expect((await hook(body)).status).toBe(400)
  })
})

describe('JSON that nests deep', () => {
  const deep = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

  it('is refused before it is parsed, wherever it is sent', async () => {
    expect([(await hook(deep(64))).status, (await hook(deep(65))).status]).toEqual([200, 400])
    for (const body of [
      '['.repeat(200_000),
      deep(30_000),
      `{"user_id":"u","channel_id":"c","state":"s","submission":${deep(30_000)}}`,
    ])
      for (const path of ['/mattermost/action', '/mattermost/dialog']) {
        const { status, text } = await send(path, body, json)
        expect([status, text.includes('no longer valid here')]).toEqual([200, true])
      }
  })

  it('is refused by signature only where it is signed', async () => {
    const body = '['.repeat(1000)
    expect((await send('/webhook/gitlab', body, signed(body))).status).toBe(400)
    expect((await send('/webhook/gitlab', body, signed(`${body} `))).status).toBe(401)
  })
})

describe('the prototype of objects', () => {
  const bodies = [
    '{"__proto__":{"polluted":1},"object_kind":"push"}',
    '{"constructor":{"prototype":{"polluted":1}},"user_id":"u","channel_id":"c"}',
    '{"user_id":"u","channel_id":"c","context":{"__proto__":{"vigie":"x","polluted":1}}}',
    '{"user_id":"u","channel_id":"c","state":"x","submission":{"__proto__":{"polluted":1}}}',
  ]

  it('is left alone by every route', async () => {
    for (const body of bodies) {
      expect((await hook(body)).status).toBe(200)
      for (const path of ['/mattermost/action', '/mattermost/dialog']) await send(path, body, json)
    }
    await send('/mattermost/command', '__proto__[polluted]=1&__proto__=x&constructor.prototype.polluted=1', form)
    expect(Object.keys(Object.prototype)).toEqual([])
    expect({}).not.toHaveProperty('polluted')
  })
})
