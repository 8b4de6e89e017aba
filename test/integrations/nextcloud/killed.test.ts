// Killed at any moment (kill -9), and the limit of the system's watches reached (fault F22): by a process of its own.

import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorld, startProcess, until, type World } from './watched.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
  mkdirSync(world.path)
})
afterEach(() => world.end())

const database = () => join(dirname(world.path), 'killed.db')

test('what a Vigie that is killed again and again records is every file once', async () => {
  const first = startProcess({ path: world.path, database: database() })
  await first.is('hearing')
  await first.kill()
  for (let round = 0; round < 3; round += 1) {
    const process_ = startProcess({ path: world.path, database: database() })
    for (let count = 0; count < 100; count += 1) world.upload(`${round}/${count}.pdf`, `${round} ${count}`)
    await until(() => process_.lines.some(({ told }) => told !== undefined))
    await process_.kill()
  }
  const last = startProcess({ path: world.path, database: database() })
  await last.is('hearing')
  world.upload('last.pdf')
  await until(() => last.lines.some(({ told }) => told === 'created last.pdf'))
  await last.kill()
  const store = await world.reopen(database())
  const events = await store.events.recent({ source: 'nextcloud', limit: 1000 })
  const paths = events.map(({ event }) => `${event.type} ${event.data.path}`)
  await store.close()
  expect(paths).toHaveLength(301)
  expect(new Set(paths).size).toBe(301)
})

/** A limit of its own, for nobody else. */
const limited = (watches: number) => [
  'unshare',
  '--user',
  '--map-root-user',
  'sh',
  '-c',
  `echo ${watches} > /proc/sys/user/max_inotify_watches && exec "$@"`,
  'sh',
]
const canLimit = (() => {
  try {
    execFileSync(limited(5)[0] ?? '', [...limited(5).slice(1), 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

test.skipIf(!canLimit)('where the system has no watches left, it is polled, and what to raise is said', async () => {
  for (let count = 0; count < 50; count += 1) mkdirSync(join(world.path, `${count}`))
  const process_ = startProcess({ path: world.path, database: database() }, { before: limited(20) })
  await process_.is('polling limit')
  expect(process_.lines.find(({ state }) => state === 'polling limit')).toMatchObject({
    setting: 'fs.inotify.max_user_watches',
    folders: 51,
  })
  world.upload('49/a.pdf')
  await until(() => process_.lines.some(({ told }) => told === 'created 49/a.pdf'))
  await process_.kill()
})

test('what the environment says to chokidar changes nothing', async () => {
  const env = { CHOKIDAR_USEPOLLING: '1', CHOKIDAR_INTERVAL: '3600000' }
  const process_ = startProcess({ path: world.path, database: database() }, { env })
  await process_.is('hearing')
  world.upload('a.pdf')
  await until(() => process_.lines.some(({ told }) => told === 'created a.pdf'))
  await process_.kill()
})
