// How fast what waits is told: 10,000 deliveries over 20 channels against a bare loop of createPost on the same server, each delivery a
// post of its own since none has waited a minute; and one event from webhook to visible post against createPost alone (issue 4).

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Meter } from '../src/event.ts'
import { createIntake } from '../src/flow/intake.ts'
import { createRouter } from '../src/flow/router.ts'
import { translate } from '../src/integrations/gitlab/translate.ts'
import { openSqliteStore } from '../src/store/sqlite.ts'
import { type Bench, type Figure, median, ratioOf } from './figure.ts'
import {
  createCall,
  type Mattermost,
  realServer,
  type Stage,
  setStage,
  startStandIn,
  strikeStage,
} from './mattermost.ts'
import { pushBody } from './push.ts'
import { databaseIn, fillChannels, silentLog, startVigie, withFolder } from './servers.ts'
import { visibleIn } from './visible.ts'

const rounds = 3
const channelCount = 20
const patienceMs = 55_000

/** What a post of ours looks like. */
interface PostShape {
  readonly message: string
  readonly props: object
}

export const benchDrain: Bench = async (say) => {
  const figures: Figure[] = []
  await withFolder(async (folder) => {
    const standIn = await startStandIn(folder)
    figures.push(...(await compare(standIn, 10_000, say)))
    await standIn.stop()
  })
  const real = realServer()
  if (real) figures.push(...(await compare(real, 2000, say)))
  else say('drain: no real server named by VIGIE_TEST_MATTERMOST_URL')
  return figures
}

async function compare(mattermost: Mattermost, count: number, say: (line: string) => void): Promise<Figure[]> {
  const stage = await setStage(mattermost, channelCount)
  const rates: { ours: number[]; loop: number[] } = { ours: [], loop: [] }
  try {
    let shape: PostShape | undefined
    for (let round = 0; round < rounds; round += 1) {
      rates.ours.push(await drain(stage, count))
      shape ??= await postOf(stage)
      rates.loop.push(await postInALoop(stage, count, shape))
      say(`drain ${mattermost.name}: ${rates.ours.at(-1)} ${rates.loop.at(-1)} posts/s`)
    }
    const visible = await visibleIn(stage, await postOf(stage), say)
    return [
      ratioOf({
        name: `drain of ${count} over ${channelCount} channels, ${mattermost.name}: posts, to a loop of createPost`,
        ours: median(rates.ours),
        yardstick: median(rates.loop),
        unit: '/s',
        aim: { least: 0.9 },
      }),
      ratioOf({
        name: `event to visible post, ${mattermost.name}: p50, to createPost alone`,
        ...visible,
        unit: ' ms',
        aim: { most: 1.3 },
      }),
    ]
  } finally {
    await strikeStage(stage)
  }
}

/** Posts a second, from the first try to the last settlement. */
async function drain({ mattermost, botToken, channels }: Stage, count: number): Promise<number> {
  return await withFolder(async (folder) => {
    await fillChannels(folder, channels)
    await fillDeliveries(folder, count / channels.length)
    const vigie = await startVigie(folder, { MATTERMOST_URL: mattermost.url, MATTERMOST_TOKEN: botToken })
    const took = await drained(databaseIn(folder), count)
    await vigie.stop()
    return took
  })
}

/** Each event is told to every channel. */
async function fillDeliveries(folder: string, events: number): Promise<void> {
  const meter: Meter = { count: () => undefined }
  const store = await openSqliteStore({ path: databaseIn(folder), now: Date.now, log: silentLog })
  const intake = createIntake({ store, router: createRouter(store), now: Date.now, log: silentLog, meter })
  const body = pushBody(new Date().toISOString())
  const { draft } = translate(body, { header: undefined, gitlabUrl: undefined, receivedAt: Date.now() })
  await Promise.all(Array.from({ length: events }, () => intake.emit(draft)))
  await intake.drain()
  await store.close()
}

async function drained(path: string, count: number): Promise<number> {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const waiting = database.prepare("select count(*) as count from deliveries where state = 'waiting'")
    const until = performance.now() + patienceMs
    while (Number(waiting.get()?.count) > 0) {
      if (performance.now() > until) throw new Error('it takes so long that the rest would be folded into digests')
      await sleep(200)
    }
    const told = database.prepare(
      `select count(*) as count, min(first_tried_at) as first, max(settled_at) as last from deliveries
       where state = 'delivered' and folded is null`,
    )
    const { count: posts, first, last } = told.get() ?? {}
    if (Number(posts) !== count) throw new Error(`${posts} of ${count} were told`)
    return (count / (Number(last) - Number(first))) * 1000
  } finally {
    database.close()
  }
}

/** The newest that Vigie made, as it stands. */
async function postOf({ mattermost, channels }: Stage): Promise<PostShape> {
  const call = createCall(mattermost.url, mattermost.adminToken)
  const { order = [], posts = {} } = await call('GET', `/channels/${channels[0]}/posts?per_page=1`)
  const post = posts[order[0] ?? '']
  if (post === undefined) throw new Error('Vigie posted nothing')
  return { message: post.message, props: post.props }
}

async function postInALoop({ mattermost, botToken, channels }: Stage, count: number, post: PostShape): Promise<number> {
  const args = [join(import.meta.dirname, 'poster.ts'), mattermost.url, botToken]
  const { stdout } = await promisify(execFile)(process.execPath, [...args, JSON.stringify({ channels, count, post })])
  const { tookMs }: { tookMs: number } = JSON.parse(stdout)
  return (count / tookMs) * 1000
}
