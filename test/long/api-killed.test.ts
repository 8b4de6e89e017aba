// Vigie killed while characters and events come in (issue 7, "Done when"; F9 at the doors of the API): what was answered is in the store, on
// a line of the archive and in one post, each once, and a batch whole; also where the archive's file is cut, emptied or deleted meanwhile.

import { readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { silentLog } from '../../bench/servers.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { type Running, vigie } from '../cli/process.ts'
import { eventually, type House, openHouse, standIn, type TestPost } from '../e2e/house.ts'
import { makeKey } from '../e2e/key.ts'
import { between, createRandom, type Random, seedOfRun } from '../ledger/seed.ts'

const kills = Number(process.env.VIGIE_TEST_KILLS ?? 24)
/** An API key has 600 requests a minute: each asker has its own, and leaves so much between its calls. */
const everyMs = 120
const damages = ['cut', 'emptied', 'deleted', 'left alone'] as const

/** What an asker says at its nth call; how many events that is. */
interface Saying {
  readonly path: string
  readonly type: string
  readonly events: number
  readonly body: (mark: string) => unknown
}
const cloudEvent = (mark: string) => ({
  specversion: '1.0',
  id: mark,
  source: '/killed',
  type: 'com.example.killed',
  data: { mark },
})
const sayings: Readonly<Record<string, Saying>> = {
  'a new character': {
    path: '/webhook/personnage',
    type: 'application/json',
    events: 1,
    body: (mark) => ({ nom: mark, score: 85 }),
  },
  'a character again': {
    path: '/webhook/personnage',
    type: 'application/json',
    events: 1,
    body: (mark) => ({ nom: 'Naruto', score: Number(mark.replace(/\D/g, '')) }),
  },
  'a CloudEvent': {
    path: '/webhook/events',
    type: 'application/cloudevents+json',
    events: 1,
    body: cloudEvent,
  },
  'a batch': {
    path: '/webhook/events',
    type: 'application/cloudevents-batch+json',
    events: 5,
    body: (mark) => Array.from({ length: 5 }, (_, index) => cloudEvent(`${mark}-${index}`)),
  },
  'a plain event': {
    path: '/webhook/events',
    type: 'application/json',
    events: 1,
    body: (mark) => ({ type: 'com.example.killed', text: mark }),
  },
  'a message of Slack': {
    path: '/webhook/in/bank',
    type: 'application/json',
    events: 1,
    body: (mark) => ({ text: mark }),
  },
}

it(`${kills} kills lose, double and halve nothing of what the API was told`, { timeout: 900_000 }, async () => {
  const seed = seedOfRun('API')
  const random = createRandom(seed)
  const house = await openHouse(await standIn())
  let running: Running | undefined
  try {
    const chief = await house.person('chief')
    await house.admin.put(`/users/${chief.id}/roles`, { roles: 'system_user system_admin' })
    const channel = await house.channel(chief)
    await chief.type(channel, '/subscribe personnage --cards each')
    await chief.type(channel, '/subscribe hook --cards each')
    await house.stopApp()
    const keys: string[] = []
    for (const _asker of Object.keys(sayings)) keys.push(await makeKey(join(house.folder, 'data', 'vigie.db')))
    const start = async () => {
      running = vigie(['start'], { cwd: house.folder, environment: house.environment })
      await running.line('Vigie listens')
    }
    await start()
    const over = new AbortController()
    const accepted: string[] = []
    const asking = Promise.all(
      Object.values(sayings).map(async (saying, asker) => {
        for (let nth = 0; !over.signal.aborted; nth += 1) {
          accepted.push(...(await untilAccepted(house, saying, { mark: `m${asker}n${nth}`, key: keys[asker] ?? '' })))
          await sleep(everyMs)
        }
      }),
    )
    let [damaged, said] = [0, 0]
    for (let killed = 0; killed < kills; killed += 1) {
      await sleep(between(random, 100, 3000))
      running?.child.kill('SIGKILL')
      await running?.ended()
      if (running !== undefined && isSaid(running)) said += 1
      if (damage(join(house.folder, 'data', 'archive'), damages[killed % damages.length], random)) damaged += 1
      // One in five is killed again while it starts.
      if (random() < 0.2) {
        const short = vigie(['start'], { cwd: house.folder, environment: house.environment })
        await sleep(between(random, 0, 600))
        short.child.kill('SIGKILL')
        await short.ended()
        if (isSaid(short)) said += 1
      }
      await start()
    }
    over.abort()
    await asking
    const told = await settled(house, channel, accepted)
    running?.child.kill('SIGTERM')
    expect(await running?.ended()).toBe(0)
    // Once it is noted how far a file went, what it loses is said too.
    for (const how of ['cut', 'emptied', 'deleted'] as const) {
      expect(damage(join(house.folder, 'data', 'archive'), how, random)).toBe(true)
      await start()
      const now = running
      await eventually(async () => (now !== undefined && isSaid(now) ? true : undefined), `said of the file ${how}`)
      now?.child.kill('SIGTERM')
      expect(await now?.ended()).toBe(0)
    }
    const kept = await keptIn(house.folder)
    const archived = archivedIn(join(house.folder, 'data', 'archive'))
    console.log(
      `API ${kills} kills, ${accepted.length} events answered, ${kept.length} kept, ${archived.length} archived, ${told.length} told; the archive hurt ${damaged} times, which was said ${said} times; seed ${seed}`,
    )
    expect(damaged).toBeGreaterThan(0)
    expect(new Set(accepted).size).toBe(accepted.length)
    expect(kept.toSorted()).toEqual(accepted.toSorted())
    expect(archived.toSorted()).toEqual(accepted.toSorted())
    expect(told.toSorted()).toEqual(accepted.toSorted())
  } finally {
    running?.child.kill('SIGKILL')
    await house.close()
  }
})

/** The same call until it is answered: the ids of its events, all of them. */
async function untilAccepted(
  { environment }: House,
  { path, type, events, body }: Saying,
  { mark, key }: { readonly mark: string; readonly key: string },
): Promise<readonly string[]> {
  for (;;) {
    try {
      const answer = await fetch(`http://127.0.0.1:${environment.PORT}${path}`, {
        method: 'POST',
        headers: { 'content-type': type, authorization: `Bearer ${key}`, 'idempotency-key': mark },
        body: JSON.stringify(body(mark)),
      })
      const said: unknown = await answer.json()
      if (answer.status === 200) {
        const ids = [said]
          .flat()
          .map((one) => (typeof one === 'object' && one !== null && 'event' in one ? one.event : ''))
        expect(ids, mark).toHaveLength(events)
        return ids.map(String)
      }
      if (answer.status !== 503 && answer.status !== 429)
        throw new Error(`${mark}: ${answer.status} ${JSON.stringify(said)}`)
    } catch (error) {
      // Nobody listens, or who listened was killed in the middle.
      if (!(error instanceof TypeError) && !(error instanceof SyntaxError)) throw error
    }
    await sleep(50)
  }
}

/** Does it to the newest file; whether that took something away. */
function damage(folder: string, how: (typeof damages)[number] | undefined, random: Random): boolean {
  const name = readdirSync(folder).toSorted().at(-1)
  if (name === undefined || how === undefined || how === 'left alone') return false
  const path = join(folder, name)
  const { length } = readFileSync(path)
  if (length < 2000) return false
  if (how === 'deleted') rmSync(path)
  else truncateSync(path, how === 'emptied' ? 0 : between(random, 1, Math.floor(length / 2)))
  return true
}

const isSaid = (running: Running): boolean => /of the archive had lost something/.test(running.out() + running.err())

/** The events that the channel's posts bear, once nothing waits any more. */
async function settled(house: House, channel: string, accepted: readonly string[]): Promise<readonly string[]> {
  let before = -1
  return eventually(async () => {
    const posts = await postsOf(house, channel)
    const told = posts.flatMap(({ props }) => props.vigie?.events ?? []).filter((event) => accepted.includes(event))
    await sleep(500)
    // A twin would come after the first.
    const isDone = new Set(told).size === accepted.length && told.length === before
    before = told.length
    return isDone ? told : undefined
  }, `${accepted.length} events told`)
}

async function postsOf({ admin }: House, channel: string): Promise<readonly TestPost[]> {
  const all: TestPost[] = []
  for (let page = 0; ; page += 1) {
    const path = `/channels/${channel}/posts?per_page=200&page=${page}`
    const list = (await admin.get(path)).body as { order: string[]; posts: Record<string, TestPost> }
    all.push(...list.order.flatMap((id) => list.posts[id] ?? []))
    if (list.order.length < 200) return all
  }
}

async function keptIn(folder: string): Promise<readonly string[]> {
  const store = await openSqliteStore({ path: join(folder, 'data', 'vigie.db'), now: Date.now, log: silentLog })
  const kept = await store.events.recent({ limit: 1_000_000 })
  await store.close()
  return kept
    .filter(({ event }) => event.source === 'hook' || event.source === 'personnage')
    .map(({ event }) => event.id)
}

function archivedIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'))
    .map((line): { id: string; type: string } => JSON.parse(line))
    .filter(({ type }) => /hook|personnage/.test(type))
    .map(({ id }) => id)
}
