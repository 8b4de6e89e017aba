// T14 at its figure: more than 120 ways to write this machine's own addresses, against listeners that must see nobody.

import { connect, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, expect, test } from 'vitest'
import { readTarget } from '../../../../src/integrations/monitor/guard/target.ts'
import { startDnsServer } from '../../../fakes/dns-server.ts'
import { httpWish, lookoutOf, type Place, serve } from '../checks/outside.ts'
import { loopbackIpv6, loopbackNames, spellings, tricks, unspecified } from './encodings.ts'

const lan = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address

/** Goes to this machine only: whatever else the guard should let through is noted and goes nowhere. */
function openHere(opened: string[]) {
  return (address: string, port: number): Socket => {
    opened.push(`${address} ${port}`)
    const isHere = /^127\.|^::1$|^0\.0\.0\.0$|^::$/.test(address) || address === lan
    return isHere ? connect({ host: address, port }) : connect({ host: '127.0.0.1', port: 9 })
  }
}

const canary = (host: string) => serve((_, response) => response.end('seen'), host)

/** Every URL as it is typed, then as it would stand in a store that somebody has written to. */
async function tryAll(urls: readonly string[], canaries: readonly Place[]) {
  const opened: string[] = []
  const { look, admit } = lookoutOf({ world: { open: openHere(opened), interfaces: networkInterfaces } })
  const passed: string[] = []
  for (const url of urls) {
    try {
      const { endpoint } = readTarget(url, 'http')
      if (endpoint !== undefined) await admit(endpoint, { vigieAdmin: false })
      passed.push(url)
    } catch (error) {
      if (!(error instanceof Error && error.name === 'UserError')) throw error
    }
    if (!URL.canParse(url)) continue
    const { failure } = await look({ target: url, http: httpWish })
    if (failure?.kind !== 'forbidden') passed.push(`${url}: ${failure?.kind ?? 'well'}`)
  }
  return { passed, opened, seen: canaries.map(({ count }) => count()) }
}

describe('an address of this machine that is not listed', () => {
  test('is reached by none of its spellings on 127.0.0.1', async () => {
    const place = await canary('127.0.0.1')
    const urls = spellings('127.0.0.1').map((host) => `http://${host}:${place.port}/`)
    const outcome = await tryAll([...urls, ...tricks('127.0.0.1', place.port)], [place])
    expect(outcome).toEqual({ passed: [], opened: [], seen: [0] })
  })

  test('is reached by none of its names, nor by the addresses beside 127.0.0.1 and 0.0.0.0', async () => {
    const place = await canary('127.0.0.1')
    const hosts = [...loopbackNames, ...unspecified, ...spellings('127.8.9.10')]
    const outcome = await tryAll(
      hosts.map((host) => `http://${host}:${place.port}/`),
      [place],
    )
    expect(outcome).toEqual({ passed: [], opened: [], seen: [0] })
  })

  test('is reached by none of its spellings on ::1', async (context) => {
    const place = await canary('::1').catch(() => context.skip('no IPv6 on this machine'))
    const urls = loopbackIpv6.flatMap((host) => [`http://${host}:${place.port}/`, ...tricks(host, place.port)])
    expect(await tryAll(urls, [place])).toEqual({ passed: [], opened: [], seen: [0] })
  })

  test('is reached by none of its spellings on the network that it is part of', async (context) => {
    if (lan === undefined) return context.skip('no network on this machine')
    const place = await canary(lan)
    const urls = spellings(lan).map((host) => `http://${host}:${place.port}/`)
    const outcome = await tryAll([...urls, ...tricks(lan, place.port)], [place])
    expect(outcome).toEqual({ passed: [], opened: [], seen: [0] })
  })

  test('is never metadata, however it is written', async () => {
    const hosts = ['169.254.169.254', '169.254.170.2', '100.100.100.200'].flatMap(spellings)
    const names = [
      'metadata.google.internal',
      'METADATA.google.internal.',
      'instance-data',
      '[fd00:ec2::254]',
      '[fe80::1]',
    ]
    const outcome = await tryAll(
      [...hosts, ...names].map((host) => `http://${host}/latest/meta-data/`),
      [],
    )
    expect(outcome).toEqual({ passed: [], opened: [], seen: [] })
  })

  test('is reached by no name whose servers say that it is here', async () => {
    const place = await canary('127.0.0.1')
    const answers = ['127.0.0.1', '0.0.0.0', '127.9.9.9', '169.254.169.254', ...(lan === undefined ? [] : [lan])]
    const names = await startDnsServer((name, record) => {
      if (record === 'A') return [answers[Number(name.split('.')[0])] ?? '127.0.0.1']
      return name.startsWith('9') ? ['::ffff:7f00:1', '::1', '64:ff9b::7f00:1'] : []
    })
    const opened: string[] = []
    const { look } = lookoutOf({
      world: { servers: [names.address], open: openHere(opened), interfaces: networkInterfaces },
    })
    const kinds = new Set<string | undefined>()
    for (const label of ['0', '1', '2', '3', '4', '9']) {
      const { failure } = await look({ target: `http://${label}.attacker.example:${place.port}/`, http: httpWish })
      kinds.add(failure?.kind)
    }
    await names.close()
    expect([...kinds]).toEqual(['forbidden'])
    expect(opened).toEqual([])
    expect(place.count()).toBe(0)
  })

  test('was tried in more than 120 ways, 100 of which are addresses to any reader of URLs', () => {
    const urls = [
      ...spellings('127.0.0.1'),
      ...spellings('127.8.9.10'),
      ...loopbackIpv6,
      ...loopbackNames,
      ...unspecified,
    ]
    const all = [...urls.map((host) => `http://${host}:80/`), ...tricks('127.0.0.1', 80), ...tricks('[::1]', 80)]
    expect(new Set(all).size).toBeGreaterThanOrEqual(120)
    expect(all.filter((url) => URL.canParse(url)).length).toBeGreaterThanOrEqual(100)
  })
})

describe('a listed address of this machine', () => {
  test('is reached however it is written, at the very port that is listed', async () => {
    const place = await canary('127.0.0.1')
    const other = await canary('127.0.0.1')
    const { look } = lookoutOf({ settings: { MONITOR_ALLOW: place.at } })
    const hosts = spellings('127.0.0.1').slice(0, 24)
    for (const host of [...hosts, 'localhost', 'localhost.']) {
      expect(await look({ target: `http://${host}:${place.port}/`, http: httpWish })).toMatchObject({ status: 200 })
      expect(await look({ target: `http://${host}:${other.port}/`, http: httpWish })).toMatchObject({
        failure: { kind: 'forbidden' },
      })
    }
    expect(place.count()).toBe(hosts.length + 2)
    expect(other.count()).toBe(0)
  })
})
