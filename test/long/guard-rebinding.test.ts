// T15 at its figure: 1,000 checks of names whose servers change their mind, by TTL 0, between public and private addresses.

import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { freePort } from '../../src/app/free-port.ts'
import { startDnsServer } from '../fakes/dns-server.ts'
import { httpWish, lookoutOf, serve } from '../integrations/monitor/checks/outside.ts'

test('1,000 checks of names that flip between public and private addresses reach nobody inside', async () => {
  const inside = await serve((_, response) => response.end('seen'))
  const answers = ['93.184.216.34', '127.0.0.1', '10.0.0.1', '169.254.169.254', '0.0.0.0']
  const six = ['2606:2800:220:1::1', '::1', 'fd00::1', 'fe80::1', '::ffff:7f00:1', '64:ff9b::7f00:1']
  let turn = 0
  const names = await startDnsServer((name, record) => {
    turn += 1
    if (record === 'A')
      return name.startsWith('both') ? [answers[turn % 2] ?? '', '93.184.216.34'] : [answers[turn % 5] ?? '']
    return name.startsWith('six') ? [six[turn % 6] ?? ''] : []
  })
  const opened = new Map<string, number>()
  const port = await freePort('127.0.0.1')
  const open = (address: string, wanted: number): Socket => {
    opened.set(address, (opened.get(address) ?? 0) + 1)
    return connect({ host: '127.0.0.1', port: address.startsWith('127.') ? wanted : port })
  }
  const { look } = lookoutOf({ world: { servers: [names.address], open } })
  const kinds = new Map<string, number>()
  for (let round = 0; round < 1000; round += 20) {
    const looks = Array.from({ length: 20 }, (_, index) => {
      const label = ['flip', 'both', 'six'][index % 3]
      return look({ target: `http://${label}${round + index}.attacker.example:${inside.port}/`, http: httpWish })
    })
    for (const { failure } of await Promise.all(looks)) {
      const kind = failure?.kind ?? 'well'
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    }
  }
  await names.close()
  expect(inside.count()).toBe(0)
  expect(
    [...opened.keys()].filter((address) => address !== '93.184.216.34' && address !== '2606:2800:220:1::1'),
  ).toEqual([])
  expect([...kinds.keys()].toSorted()).toEqual(['forbidden', 'refused'])
  expect([...kinds.values()].reduce((sum, count) => sum + count, 0)).toBe(1000)
})
