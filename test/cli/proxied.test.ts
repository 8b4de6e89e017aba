// HTTPS_PROXY and NO_PROXY, obeyed by whatever this process asks for itself (interface.md, "Settings").

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSocket } from '../../src/bot/socket.ts'
import { obeyProxy } from '../../src/cli/proxied.ts'
import { createEnv } from '../../src/env.ts'
import { log, meter } from '../bot/parts.ts'

let proxy: Server
let asked: string[]
let restore: () => void

beforeEach(async () => {
  asked = []
  proxy = createServer((_, response) => response.end())
  proxy.on('connect', ({ url }, socket) => {
    asked.push(String(url))
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  restore = () => undefined
})
afterEach(async () => {
  restore()
  proxy.close()
  await once(proxy, 'close')
})

function obey(environment: Readonly<Record<string, string>>) {
  const { port } = proxy.address() as AddressInfo
  const env = createEnv({
    environment: { HTTPS_PROXY: `127.0.0.1:${port}`, ...environment },
    dotenv: {},
    readFile: () => '',
  })
  restore = obeyProxy(env)
}
const ask = (address: string) =>
  fetch(address).then(
    () => undefined,
    () => undefined,
  )
/** Longer than a name may be: nobody is asked for its address. */
const noName = 'x'.repeat(64)

test('an https address is asked for through the proxy, one of this machine is not', async () => {
  obey({})
  await ask('https://mattermost.example.org/api')
  await ask('https://127.0.0.1:7443/')
  await ask('https://localhost:7443/')
  expect(asked).toEqual(['mattermost.example.org:443'])
})

test.each([`${noName}.example.org`, 'example.org', '.example.org', '*.example.org', `${noName}.example.org:443`, '*'])(
  'what NO_PROXY=%s names is not',
  async (exception) => {
    obey({ NO_PROXY: exception })
    await ask(`https://${noName}.example.org/`)
    await ask('https://other.example.net/')
    expect(asked).toEqual(exception === '*' ? [] : ['other.example.net:443'])
  },
)

test('a server of ours in a network of NO_PROXY is not', async () => {
  obey({ NO_PROXY: '127.64.0.0/10', GITLAB_URL: 'https://127.65.0.1:7443' })
  await ask('https://127.65.0.1:7443/')
  await ask('https://127.129.0.1:7443/')
  expect(asked).toEqual(['127.129.0.1:7443'])
})

test('Mattermost’s websocket goes through it too', async () => {
  obey({})
  const stop = new AbortController()
  const parts = { onEvent: () => undefined, onGap: () => undefined, log, meter, now: Date.now, random: () => 0.5 }
  const socket = createSocket({
    ...parts,
    url: 'https://mattermost.example.org',
    token: () => 'token',
    isTokenRevoked: async () => false,
  })
  const connected = once(proxy, 'connect')
  const ended = socket.run(stop.signal)
  await connected
  stop.abort()
  await ended
  expect(asked).toEqual(['mattermost.example.org:443'])
})

test('what is no address of a proxy changes nothing', async () => {
  obey({ HTTPS_PROXY: 'socks5://127.0.0.1:9' })
  await ask(`https://${noName}.example.org/`)
  expect(asked).toEqual([])
})
