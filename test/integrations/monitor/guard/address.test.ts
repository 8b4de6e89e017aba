// Addresses and their ranges, beside another reader of them (ipaddr.js).

import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, test } from 'vitest'
import { readAddress } from '../../../../src/integrations/monitor/guard/address.ts'
import { rangeOf } from '../../../../src/integrations/monitor/guard/ranges.ts'

const none: ReadonlySet<string> = new Set()

function rangeOfText(text: string, own = none) {
  const address = readAddress(text)
  return address === undefined ? undefined : rangeOf(address, own)
}

/** Addresses near the ends of every special range, and any others. */
const ipv4 = fc.oneof(
  fc.ipV4(),
  fc
    .tuple(
      fc.constantFrom(
        '10',
        '100.64',
        '127',
        '169.254',
        '172.16',
        '172.31',
        '192.0.0',
        '192.0.2',
        '192.168',
        '198.18',
        '203.0.113',
        '224',
        '240',
        '0',
      ),
      fc.array(fc.constantFrom(0, 1, 127, 128, 254, 255), { minLength: 4, maxLength: 4 }),
    )
    .map(([head, tail]) => [...head.split('.'), ...tail].slice(0, 4).join('.')),
)
// The oracle reads `::1.2.3.4` as IPv4-mapped, which it is not.
const ipv6 = fc.oneof(
  fc.ipV6().filter((text) => !text.includes('.')),
  fc
    .tuple(
      fc.constantFrom(
        '2001:0:',
        '2001:db8:',
        '2002:',
        'fc00:',
        'fd00:ec2:',
        'fe80:',
        'fec0:',
        'ff02:',
        '3fff:',
        '64:ff9b:',
        '5f00:',
        '100:',
        '2606:4700:',
      ),
      fc.nat(0xffff),
    )
    .map(([head, tail]) => `${head}:${tail.toString(16)}`),
)

/** Public to us and something of its own to the oracle: anycast services that anybody may reach. */
const services: ReadonlySet<string> = new Set(['as112', 'amt', 'as112v6'])

describe('an IPv4 address', () => {
  test('is public only where another reader finds nothing special', () => {
    fc.assert(
      fc.property(ipv4, (text) => {
        const range = ipaddr.parse(text).range()
        if (text === '168.63.129.16') return
        expect(rangeOfText(text) === 'public').toBe(range === 'unicast' || services.has(range))
      }),
      { numRuns: 2000 },
    )
  })

  test('is what it is when IPv6 writes it', () => {
    fc.assert(
      fc.property(ipv4, (text) => {
        expect(readAddress(`::ffff:${text}`)).toEqual({ text, family: 4, carries: [] })
      }),
    )
  })

  test('is carried unseen by no IPv6 address', () => {
    fc.assert(
      fc.property(ipv4, (text) => {
        const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number)
        const groups = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
        const ways = [`64:ff9b::${groups}`, `64:ff9b:1::${groups}`, `2002:${groups}::1`, `::ffff:0:${groups}`]
        const range = rangeOfText(text)
        for (const way of ways) {
          if (range === 'public') expect(rangeOfText(way)).toBe(way.startsWith('64:ff9b::') ? 'public' : 'private')
          else expect(rangeOfText(way)).toBe(range === 'private' ? 'private' : 'never')
        }
      }),
      { numRuns: 1000 },
    )
  })
})

describe('an IPv6 address', () => {
  test('has one spelling, the same that another reader has', () => {
    fc.assert(
      fc.property(ipv6, (text) => {
        const read = readAddress(text)
        const other = ipaddr.process(text)
        expect(ipaddr.parse(read?.text ?? '').toNormalizedString()).toBe(other.toNormalizedString())
      }),
      { numRuns: 1000 },
    )
  })

  test('is public only where another reader finds nothing special, but for the way to public IPv4', () => {
    fc.assert(
      fc.property(ipv6, (text) => {
        const other = ipaddr.process(text)
        const range = other.range()
        const isGlobal =
          /^[23]/.test(other.toNormalizedString()) && other.toNormalizedString().split(':')[0]?.length === 4
        const isPublic = rangeOfText(text) === 'public'
        if (other.kind() === 'ipv4' || range === 'rfc6052') return
        if (isPublic) expect(range === 'unicast' || services.has(range)).toBe(true)
        else if (isGlobal && !readAddress(text)?.carries.length) expect(range).not.toBe('unicast')
      }),
      { numRuns: 2000 },
    )
  })

  test('with a zone is none of ours', () => {
    expect(readAddress('fe80::1%eth0')).toBeUndefined()
    expect(readAddress('::1%1')).toBeUndefined()
  })
})

describe('the ranges', () => {
  test.each([
    [
      'never',
      [
        '0.0.0.0',
        '0.1.2.3',
        '169.254.1.1',
        '169.254.169.254',
        '224.0.0.1',
        '255.255.255.255',
        '168.63.129.16',
        '::',
        'fe80::1',
        'ff02::1',
        'fd00:ec2::254',
        '64:ff9b::a9fe:a9fe',
        '64:ff9b::7f00:1',
      ],
    ],
    ['self', ['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1']],
    [
      'private',
      [
        '10.0.0.1',
        '172.16.0.1',
        '192.168.1.1',
        '100.64.0.1',
        '198.18.0.1',
        '240.0.0.1',
        'fd12::1',
        'fec0::1',
        '2002:808:808::1',
        '64:ff9b:1::808:808',
        '4000::1',
      ],
    ],
    ['public', ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '64:ff9b::808:808', '192.175.48.1']],
  ])('tell %s', (range, addresses) => {
    expect(addresses.map((text) => [text, rangeOfText(text)])).toEqual(addresses.map((text) => [text, range]))
  })

  test('know the addresses of this machine, public ones too', () => {
    const own = new Set(['8.8.4.4', '10.1.1.1'])
    expect([rangeOfText('8.8.4.4', own), rangeOfText('10.1.1.1', own), rangeOfText('10.1.1.2', own)]).toEqual([
      'self',
      'self',
      'private',
    ])
  })
})
