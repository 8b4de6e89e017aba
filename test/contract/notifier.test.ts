// The notifier suite, for every notifier: Mattermost on the stand-in, and on the real server that the environment names.

import { afterAll, beforeAll, describe } from 'vitest'
import type { Calls } from '../../src/bot/calls.ts'
import { createPosts } from '../../src/bot/posts.ts'
import { createMattermostNotifier } from '../../src/notifiers/mattermost.ts'
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import { handsOf } from '../bot/stage.ts'
import { clear, furnish, type Server, unknownId, type World } from './mattermost/world.ts'
import { type NotifierStage, testNotifier } from './notifier.ts'

function stageOf(world: World, calls: Calls, sandbox?: Sandbox): NotifierStage {
  const { self } = handsOf(world)
  const stamp = () => () => ({ url: 'http://127.0.0.1:1/mattermost/action', context: { vigie: 'sealed' } })
  const loseNextAnswer = () => sandbox?.faults.loseReply({ count: 1, path: '/posts', method: 'POST' })
  return {
    notifier: createMattermostNotifier({
      posts: createPosts(calls, self),
      stamp,
      permalink: () => undefined,
      draw: async () => undefined,
    }),
    address: world.pub.id,
    nowhere: unknownId,
    told: async () =>
      (await calls.posts(world.pub.id, { per_page: 200 })).reverse().map((post) => JSON.stringify(post)),
    ...(sandbox === undefined ? {} : { loseNextAnswer }),
  }
}

function suite(start: () => Promise<Server & { sandbox?: Sandbox }>) {
  let world: World
  let stage: NotifierStage
  let sandbox: Sandbox | undefined
  beforeAll(async () => {
    const server = await start()
    sandbox = server.sandbox
    world = await furnish(server)
    stage = stageOf(world, handsOf(world).calls, sandbox)
  })
  afterAll(async () => {
    await clear(world)
    await sandbox?.stop()
  })
  testNotifier(() => stage)
}

describe('mattermost, on the stand-in', () => {
  suite(async () => {
    const sandbox = await createSandbox()
    return { url: sandbox.url, adminToken: sandbox.adminToken, sandbox }
  })
})

const { VIGIE_TEST_MATTERMOST_URL: url, VIGIE_TEST_ADMIN_TOKEN: adminToken } = process.env
describe.skipIf(url === undefined || adminToken === undefined)('mattermost, on a real server', () => {
  suite(async () => ({ url: url ?? '', adminToken: adminToken ?? '' }))
})
