// HTTPS_PROXY and NO_PROXY (interface.md, "Settings"): the proxy is asked for the checked address, never for a name.

import { createServer } from 'node:http'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { freePort } from '../../../../src/app/free-port.ts'
import { ConfigError } from '../../../../src/errors.ts'
import { httpWish, lookoutOf, placeOf, serve, serveTcp } from './outside.ts'

/** Lets everybody through to one port of this machine, whatever they ask for. */
async function serveProxy(to: number, status = 200) {
  const asked: string[] = []
  const server = createServer()
  server.on('connect', (request, socket, head) => {
    asked.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim())
    if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`)
    const onward = connect({ host: '127.0.0.1', port: to }, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      onward.write(head)
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
    return undefined
  })
  return { ...(await placeOf(server, '127.0.0.1')), asked }
}

const world = { readHosts: () => '93.184.216.34 site.example\n10.0.0.9 inside.example\n' }

test('a monitor asks the proxy for the address that was checked', async () => {
  const site = await serve((request, response) => response.end(request.headers.host))
  const proxy = await serveProxy(site.port)
  const { look } = lookoutOf({ settings: { HTTPS_PROXY: `http://me:w%C3%B6rd@${proxy.at}` }, world })
  const http = { ...httpWish, contains: 'site.example' }
  expect((await look({ target: 'http://site.example/', http })).failure).toBeUndefined()
  expect((await look({ type: 'tcp', target: 'site.example:22' })).failure).toBeUndefined()
  const login = `Basic ${Buffer.from('me:wörd').toString('base64')}`
  expect(proxy.asked).toEqual([`CONNECT 93.184.216.34:80 ${login}`, `CONNECT 93.184.216.34:22 ${login}`])
})

test('a proxy is no way around the guard', async () => {
  const proxy = await serveProxy(9)
  const { look } = lookoutOf({ settings: { HTTPS_PROXY: proxy.at }, world })
  expect((await look({ target: 'http://inside.example/', http: httpWish })).failure).toMatchObject({
    kind: 'forbidden',
  })
  expect(proxy.count()).toBe(0)
})

test('this machine and what NO_PROXY names are reached without the proxy', async () => {
  const site = await serve((_, response) => response.end())
  const proxy = await serveProxy(9)
  const open = (address: string, port: number) =>
    connect({ host: '127.0.0.1', port: `${address}:${port}` === proxy.at ? proxy.port : site.port })
  for (const except of [
    'site.example',
    '.example',
    '*.example',
    'site.example:80',
    '93.184.216.0/24',
    '93.184.216.34',
    '*',
  ]) {
    const settings = { HTTPS_PROXY: proxy.at, NO_PROXY: `other.example,${except}`, MONITOR_ALLOW: site.at }
    const { look } = lookoutOf({ settings, world: { ...world, open } })
    // Refused by our own look at where the socket leads, but not by the proxy.
    await look({ target: 'http://site.example/', http: httpWish })
    expect((await look({ target: `http://${site.at}/`, http: httpWish })).failure).toBeUndefined()
  }
  expect(proxy.count()).toBe(0)
  const { look } = lookoutOf({ settings: { HTTPS_PROXY: proxy.at, NO_PROXY: 'e.example,site.example:81' }, world })
  await look({ target: 'http://site.example/', http: httpWish })
  expect(proxy.count()).toBe(1)
})

test('a proxy that refuses, or is not there, is told as our own network', async () => {
  const proxy = await serveProxy(9, 502)
  const silent = await serveTcp(() => undefined)
  const port = await freePort('127.0.0.1')
  const failureBy = async (at: string) =>
    (
      await lookoutOf({ settings: { HTTPS_PROXY: at }, world }).look({
        type: 'tcp',
        target: 'site.example:80',
        timeoutMs: 300,
      })
    ).failure
  expect(await failureBy(proxy.at)).toEqual({ kind: 'unreachable', detail: 'CONNECT 502 (proxy)', isNetwork: true })
  expect(await failureBy(`127.0.0.1:${port}`)).toEqual({
    kind: 'unreachable',
    detail: 'ECONNREFUSED (proxy)',
    isNetwork: true,
  })
  expect(await failureBy(silent.at)).toEqual({ kind: 'timeout', detail: 'ETIMEDOUT proxy', isNetwork: true })
})

test('a wrong HTTPS_PROXY stops the start without showing what it holds', () => {
  try {
    lookoutOf({ settings: { HTTPS_PROXY: 'socks5://me:secret@proxy.example:1080' } })
    expect.unreachable()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    expect(error.message).toContain('HTTPS_PROXY')
    expect(error.message).not.toContain('secret')
  }
})
