// Names, ports and the way to them: dns and tcp checks, what is looked up where, rebinding (threat T15), and what a refused
// target gives away (threat T19).

import { connect, Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../../../src/app/free-port.ts'
import { type DnsAnswer, type DnsRecord, startDnsServer } from '../../../fakes/dns-server.ts'
import { httpWish, lookoutOf, serve, serveTcp } from './outside.ts'

async function namesOf(answer: (name: string, record: DnsRecord) => DnsAnswer) {
  const names = await startDnsServer(answer)
  onTestFinished(() => names.close())
  return names
}

/** Notes where sockets would go, and lets only this machine's be opened. */
function noting(opened: string[]) {
  return (address: string, port: number): Socket => {
    opened.push(address)
    return connect({ host: /^127\.|^::1$/.test(address) ? address : '127.0.0.1', port })
  }
}

describe('a dns check', () => {
  test.each<[DnsRecord, DnsAnswer, string | undefined, string | undefined]>([
    ['A', ['192.0.2.1', '192.0.2.2'], '192.0.2.2', undefined],
    ['A', ['192.0.2.1'], undefined, undefined],
    ['A', ['192.0.2.1'], '192.0.2.9', 'content no such answer'],
    ['AAAA', ['2001:db8::1'], '2001:db8::1', undefined],
    ['CNAME', ['target.example'], 'TARGET.example', undefined],
    ['MX', ['10 mail.example'], '10 mail.example', undefined],
    ['TXT', ['v=spf1 -all'], 'spf1', undefined],
    ['CAA', ['issue ca.example'], '0 issue "ca.example"', undefined],
    ['A', [], undefined, 'dns NODATA'],
    ['A', 'NXDOMAIN', undefined, 'dns NXDOMAIN'],
    ['A', 'SERVFAIL', undefined, 'dns SERVFAIL network'],
    ['A', 'REFUSED', undefined, 'dns REFUSED network'],
    ['A', 'silence', undefined, 'dns ETIMEOUT network'],
  ])('of %s answered by %j, with %s', async (record, answer, contains, expected) => {
    const names = await namesOf(() => answer)
    const { look } = lookoutOf({ world: { servers: [names.address], firstTryMs: 2000 } })
    const dns = { record, ...(contains === undefined ? {} : { contains }) }
    const { failure, phases } = await look({ type: 'dns', target: 'site.example', dns, timeoutMs: 400 })
    const words = failure && `${failure.kind} ${failure.detail}${failure.isNetwork ? ' network' : ''}`
    expect(words).toBe(expected)
    expect(names.asked[0]).toBe(`${record} site.example`)
    if (failure === undefined) expect(phases).toEqual({ dnsMs: expect.any(Number) })
  })

  test('asks the name servers, whatever the hosts file says', async () => {
    const names = await namesOf(() => 'NXDOMAIN')
    const { look } = lookoutOf({ world: { servers: [names.address], readHosts: () => '192.0.2.1 site.example' } })
    const { failure } = await look({ type: 'dns', target: 'site.example' })
    expect(failure).toEqual({ kind: 'dns', detail: 'NXDOMAIN', isNetwork: false })
  })
})

describe('a tcp check', () => {
  test('is well where somebody listens, and says where nobody does', async () => {
    const place = await serveTcp(() => undefined)
    const port = await freePort('127.0.0.1')
    const { look } = lookoutOf({ settings: { MONITOR_ALLOW: `${place.at},127.0.0.1:${port}` } })
    const result = await look({ type: 'tcp', target: place.at })
    expect(result.failure).toBeUndefined()
    expect(Object.keys(result.phases)).toEqual(['dnsMs', 'connectMs'])
    expect((await look({ type: 'tcp', target: `127.0.0.1:${port}` })).failure).toEqual({
      kind: 'refused',
      detail: `ECONNREFUSED 127.0.0.1:${port}`,
      isNetwork: false,
    })
  })

  test('tells that its own network is away', async () => {
    const away = () => {
      const socket = connect({ host: '127.0.0.1', port: 9 })
      socket.destroy(Object.assign(new Error('away'), { code: 'ENETUNREACH' }))
      return socket
    }
    const { look } = lookoutOf({ world: { open: away } })
    expect((await look({ type: 'tcp', target: '93.184.216.34:80' })).failure).toEqual({
      kind: 'unreachable',
      detail: 'ENETUNREACH 93.184.216.34:80',
      isNetwork: true,
    })
  })

  test('waits for an address that does not answer no longer than it may', async () => {
    const { look } = lookoutOf({ world: { open: () => new Socket() } })
    expect((await look({ type: 'tcp', target: '93.184.216.34:80', timeoutMs: 200 })).failure).toEqual({
      kind: 'timeout',
      detail: 'ETIMEDOUT 93.184.216.34:80',
      isNetwork: true,
    })
  })
})

describe('a name', () => {
  test('is looked up in the hosts file first, then at the name servers, then by the system', async () => {
    const place = await serve((request, response) => response.end(request.headers.host))
    const names = await namesOf((name, record) =>
      name === 'served.example' && record === 'A' ? ['127.0.0.1'] : 'NXDOMAIN',
    )
    const hosts = ['listed.example', 'served.example', 'system.local']
    const { look } = lookoutOf({
      settings: { MONITOR_ALLOW: hosts.map((host) => `${host}:${place.port}`).join(',') },
      world: {
        servers: [names.address],
        readHosts: () => '# comment\n127.0.0.1 other LISTED.example # more\n',
        lookup: (host) =>
          host === 'system.local' ? Promise.resolve(['127.0.0.1']) : Promise.reject(new Error('not asked for')),
      },
    })
    for (const host of hosts) {
      const http = { ...httpWish, contains: `${host}:${place.port}` }
      expect((await look({ target: `http://${host}:${place.port}/`, http })).failure).toBeUndefined()
    }
    expect(names.asked.toSorted()).toEqual([
      'A served.example',
      'A system.local',
      'AAAA served.example',
      'AAAA system.local',
    ])
  })

  test('without an address fails as such', async () => {
    const names = await namesOf((name) =>
      name.startsWith('broken') ? 'SERVFAIL' : name.startsWith('bare') ? [] : 'NXDOMAIN',
    )
    const { look } = lookoutOf({ world: { servers: [names.address] } })
    const failureOf = async (host: string) => (await look({ type: 'tcp', target: `${host}:80` })).failure
    expect(await failureOf('gone.example')).toEqual({ kind: 'dns', detail: 'NXDOMAIN', isNetwork: false })
    expect(await failureOf('broken.example')).toEqual({ kind: 'dns', detail: 'SERVFAIL', isNetwork: true })
  })

  test('is reached although its servers never answer for the other family', async () => {
    const place = await serveTcp(() => undefined)
    const names = await namesOf((_, record) => (record === 'A' ? ['127.0.0.1'] : 'silence'))
    const { look } = lookoutOf({
      settings: { MONITOR_ALLOW: `half.example:${place.port}` },
      world: { servers: [names.address] },
    })
    expect((await look({ type: 'tcp', target: `half.example:${place.port}` })).failure).toBeUndefined()
  })

  test('with several addresses is reached at the one that lets us in', async () => {
    const place = await serveTcp(() => undefined, '127.0.0.3')
    const names = await namesOf((_, record) => (record === 'A' ? ['127.0.0.1', '127.0.0.2', '127.0.0.3'] : []))
    const { look } = lookoutOf({
      settings: { MONITOR_ALLOW: `many.example:${place.port}` },
      world: { servers: [names.address] },
    })
    expect((await look({ type: 'tcp', target: `many.example:${place.port}` })).failure).toBeUndefined()
    expect(place.count()).toBe(1)
  })

  test('with several addresses is reached beside one that does not answer, which is then let go', async () => {
    const place = await serveTcp(() => undefined, '127.0.0.2')
    const names = await namesOf((_, record) => (record === 'A' ? ['127.0.0.1', '127.0.0.2'] : []))
    const hanging = new Socket()
    const { look } = lookoutOf({
      settings: { MONITOR_ALLOW: `many.example:${place.port}` },
      world: {
        servers: [names.address],
        open: (address, port) => (address === '127.0.0.1' ? hanging : connect({ host: address, port })),
      },
    })
    expect((await look({ type: 'tcp', target: `many.example:${place.port}` })).failure).toBeUndefined()
    expect(hanging.destroyed).toBe(true)
  })

  test('that changes its mind between two looks reaches nobody inside', async () => {
    const inside = await serve((_, response) => response.end('seen'))
    let asked = 0
    const names = await namesOf((name, record) => {
      if (record !== 'A') return name.startsWith('mixed') ? ['::1'] : []
      if (name.startsWith('mixed')) return ['93.184.216.34']
      asked += 1
      return asked % 2 === 1 ? ['93.184.216.34'] : ['127.0.0.1']
    })
    const opened: string[] = []
    // What leads outside goes to a port of ours where nobody listens.
    const port = await freePort('127.0.0.1')
    const open = (address: string, wanted: number) =>
      address === '93.184.216.34' ? noting(opened)(address, port) : noting(opened)(address, wanted)
    const { look } = lookoutOf({ world: { servers: [names.address], open } })
    const kinds: (string | undefined)[] = []
    for (let turn = 0; turn < 40; turn += 1) {
      const host = turn % 4 === 3 ? 'mixed' : 'flips'
      const { failure } = await look({ target: `http://${host}.attacker.example:${inside.port}/`, http: httpWish })
      kinds.push(failure?.kind)
    }
    expect(new Set(opened)).toEqual(new Set(['93.184.216.34']))
    expect(new Set(kinds)).toEqual(new Set(['refused', 'forbidden']))
    expect(inside.count()).toBe(0)
  })

  test('whose socket leads elsewhere than it was to is hung up on', async () => {
    const inside = await serveTcp((socket) => socket.end('secret'))
    const { look } = lookoutOf({ world: { open: () => connect({ host: '127.0.0.1', port: inside.port }) } })
    expect((await look({ type: 'tcp', target: '93.184.216.34:80' })).failure).toMatchObject({ kind: 'forbidden' })
  })
})

describe('a refused target', () => {
  test('gives the same result whether somebody listens there or not', async () => {
    const open = await serve((_, response) => response.end())
    const port = await freePort('127.0.0.1')
    const { look } = lookoutOf()
    const places = [open.at, `127.0.0.1:${port}`, '10.255.255.1:80', '169.254.169.254:80', '[::1]:1']
    const words = new Set<string>()
    for (const at of places) {
      for (const monitor of [
        { target: `http://${at}/`, http: httpWish },
        { type: 'tcp' as const, target: at },
        { type: 'tls' as const, target: at },
      ]) {
        const { failure, phases, status } = await look(monitor)
        words.add(JSON.stringify({ failure, phases: Object.keys(phases), status }))
      }
    }
    expect([...words]).toEqual([
      '{"failure":{"kind":"forbidden","detail":"not allowed","isNetwork":false},"phases":["dnsMs"]}',
    ])
    expect(open.count()).toBe(0)
  })
})
