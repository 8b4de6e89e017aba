import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { createEnv } from '../../src/env.ts'
import { ConfigError } from '../../src/errors.ts'
import { clientOf, readProxies } from '../../src/web/clients.ts'

function proxiesOf(setting: string) {
  const env = createEnv({ environment: { TRUST_PROXY: setting }, dotenv: {}, readFile: () => '' })
  const proxies = readProxies(env)
  env.check()
  return proxies
}

describe('TRUST_PROXY', () => {
  it.each([
    ['10.0.0.7', '10.0.0.7', '10.0.0.8'],
    ['192.168.1.0/24', '192.168.1.77', '192.168.2.77'],
    ['192.168.1.0/24', '::ffff:192.168.1.77', '::ffff:192.168.2.77'],
    ['2001:db8::/32', '2001:db8::1', '2001:db9::1'],
    ['::1', '::1', '127.0.0.1'],
    ['loopback', '127.0.0.9', '10.0.0.1'],
    ['Loopback', '::1', 'fe80::1'],
    ['linklocal', '169.254.3.4', '127.0.0.1'],
    ['uniquelocal', '172.31.255.255', '172.32.0.0'],
    ['10.0.0.7, loopback', '10.0.0.7', 'unknown'],
  ])('%s trusts %s, and not %s', (setting, one, other) => {
    const proxies = proxiesOf(setting)
    expect([proxies.trusts(one), proxies.trusts(other)]).toEqual([true, false])
  })

  it.each([
    'true',
    '*',
    '1',
    'proxy.example.org',
    '10.0.0.0/33',
    '10.0.0.0/0',
    '::/0',
    '10.0.0',
    '10.0.0.0/8/8',
    'fe80::1%eth0',
    '::1/129',
  ])('%s is named as a problem in both languages', (setting) => {
    try {
      proxiesOf(`10.0.0.7,${setting}`)
      expect.fail('nothing was wrong')
    } catch (error) {
      const said = error instanceof ConfigError ? error.problems : []
      expect(said).toHaveLength(1)
      for (const words of Object.values(said[0] ?? {})) {
        expect(words).toContain('TRUST_PROXY')
        expect(words).toContain(setting)
      }
    }
  })
})

describe('who calls', () => {
  const cases: readonly (readonly [string, string, string | undefined, string])[] = [
    ['', '192.0.2.1', '198.51.100.1', '192.0.2.1'],
    ['10.0.0.7', '192.0.2.1', '198.51.100.1', '192.0.2.1'],
    ['10.0.0.7', '10.0.0.7', undefined, '10.0.0.7'],
    ['10.0.0.7', '10.0.0.7', '198.51.100.1', '198.51.100.1'],
    // What stands before is the caller's own word.
    ['10.0.0.7', '10.0.0.7', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
    ['10.0.0.0/24', '10.0.0.7', '1.1.1.1, 198.51.100.1 , 10.0.0.8', '198.51.100.1'],
    ['10.0.0.0/24', '10.0.0.7', '10.0.0.9,10.0.0.8', '10.0.0.9'],
    ['10.0.0.7', '10.0.0.7', '1.1.1.1, not an address', '10.0.0.7'],
    ['10.0.0.7', '10.0.0.7', '', '10.0.0.7'],
    ['loopback', '::ffff:127.0.0.1', '2001:db8::1', '2001:db8::1'],
  ]

  it.each(cases)('with TRUST_PROXY=%j, from %s, forwarded for %j, is %s', (setting, peer, said, client) => {
    const headers = said === undefined ? {} : { 'x-forwarded-for': said }
    expect(clientOf(proxiesOf(setting), peer, headers)).toBe(client)
  })

  it.each(cases.filter(([, , said]) => !said?.includes('not')))(
    'is the same in the log: %j, %s, %j',
    async (setting, peer, said, client) => {
      const proxies = proxiesOf(setting)
      const http = Fastify({ trustProxy: proxies.any ? proxies.trusts : false })
      http.get('/', async ({ ip }) => ip)
      const headers = said === undefined ? {} : { 'x-forwarded-for': said }
      expect((await http.inject({ url: '/', headers, remoteAddress: peer })).body).toBe(client)
      await http.close()
    },
  )
})
