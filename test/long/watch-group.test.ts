// F30: five hundred monitors of a channel fail together. At most three posts of the channel within five minutes, and every one is named.

import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { eventually, openHouse, standIn, wordsOf } from '../e2e/house.ts'
import { createFakeLog } from '../fakes/log.ts'
import { monitorOf } from '../fakes/monitors.ts'

const count = 500
const minute = 60_000

it('500 monitors that fail together are three posts, each named, and green together', {
  timeout: 12 * minute,
}, async () => {
  let isBroken = false
  const site = createServer((_, response) => response.writeHead(isBroken ? 503 : 200).end('x'))
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', () => resolve()))
  const address = site.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const url = `http://127.0.0.1:${address.port}`
  const house = await openHouse(await standIn(), { MONITOR_ALLOW: new URL(url).host })
  try {
    const alice = await house.person('alice', { teamAdmin: true })
    const channel = await house.channel(alice)
    await alice.type(channel, `/monitor add ${url}/first --name first --every 30s --retry-every 5s`)
    await house.stopApp()
    const store = await openSqliteStore({
      path: `${house.folder}/data/vigie.db`,
      now: Date.now,
      log: createFakeLog(),
    })
    const http = { method: 'GET', status: [[200, 299]], headers: {}, sealedHeaders: {} } as const
    const names = Array.from({ length: count - 1 }, (_, index) => `site-${index}`)
    for (const name of names) {
      const wish = { channel, target: `${url}/${name}`, everyMs: 30_000, retryEveryMs: 5000, maker: alice.id, http }
      await store.monitors.save(monitorOf(name, wish))
    }
    await store.close()
    await house.startApp()
    await eventually(async () => {
      const list = await alice.type(channel, '/statut')
      return list.includes(`${count} moniteurs`) ? true : undefined
    }, 'all are watched')
    // A whole round of them well, then all at once.
    await sleep(35_000)
    expect((await house.posts(channel)).filter((post) => post.props.vigie)).toEqual([])
    isBroken = true
    await sleep(5 * minute)
    const posts = (await house.posts(channel)).filter((post) => post.props.vigie)
    expect(posts.length).toBeLessThanOrEqual(3)
    const words = posts.map(wordsOf).join('\n')
    for (const name of ['first', ...names]) expect(words).toMatch(new RegExp(`\\b${name}\\b`))

    isBroken = false
    await sleep(90_000)
    const after = (await house.posts(channel)).filter((post) => post.props.vigie?.card !== undefined)
    expect(after.map((post) => post.props.attachments?.[0]?.color)).toEqual(posts.map(() => '#3db887'))
    expect((await house.posts(channel)).filter((post) => post.props.vigie).length).toBeLessThanOrEqual(2 * posts.length)
  } finally {
    await house.close()
    site.close()
  }
})
