// A ledger run: one Vigie of its own as a process behind the fault proxy, channels that asked for a project each, and two more projects that
// nobody may hear of. Every event is sent, with its own key, until it is answered 200; then what was told is held against what was accepted.

import { setTimeout as sleep } from 'node:timers/promises'
import { type Running, vigie } from '../cli/process.ts'
import { gitlabToken, type House, type Mattermost, openHouse, type Someone, type TestPost } from '../e2e/house.ts'
import { type FaultProxy, startFaultProxy } from '../fakes/fault-proxy.ts'
import { type Accepted, checkLedger, type Defect } from './check.ts'
import { createHappenings, type Happening, type Place } from './events.ts'
import type { Random } from './seed.ts'

export interface LedgerOptions {
  readonly channels: number
  readonly random: Random
  readonly settings?: Readonly<Record<string, string>>
  /** Milliseconds since 1970: what GitLab's clock shows, and that of a Vigie started inside this process. */
  readonly now?: () => number
}

export interface Ledger {
  readonly house: House
  readonly proxy: FaultProxy
  /** Team administrator, no administrator of Vigie. */
  readonly alice: Someone
  readonly accepted: readonly Accepted[]
  /** How long each accepted event's answer took at the call that was answered. */
  readonly intakeMs: readonly number[]
  /** Of the projects that are told. */
  readonly channels: readonly string[]
  process(): Running
  start(environment?: Readonly<Record<string, string>>): Promise<void>
  /** Begins to start, and waits for nothing. */
  launch(environment?: Readonly<Record<string, string>>): Running
  /** SIGKILL. */
  kill(): Promise<void>
  /** SIGTERM; resolves the exit code and how long it took. */
  stop(): Promise<{ code: number | string; tookMs: number }>
  /** SIGSTOP, and SIGCONT so much later. */
  pause(forMs: number): Promise<void>
  /**
   * Lets the next thing happen in project `number`, the last two being those that are not told. Resolves once it was accepted. What happens
   * in one project happens one after another: of two sent at once, the one that is accepted first may be answered last.
   */
  happen(number: number): Promise<void>
  /** The same, outside the ledger: how many targets were matched. */
  matchedOf(number: number): Promise<number>
  /** `count` things in every project one after another, `everyMs` apart, fewer in those that are not told; none any more once `until` is aborted. */
  feed(count: number, everyMs: number, until?: AbortSignal): Promise<void>
  /** Waits until nothing waits any more, then checks. */
  settle(patienceMs?: number): Promise<readonly Defect[]>
  posts(channel: string): Promise<readonly TestPost[]>
  close(): Promise<void>
}

const metricsToken = 'ledger-metrics'

export async function openLedger(mattermost: Mattermost, options: LedgerOptions): Promise<Ledger> {
  const { channels: count, random, settings = {}, now = Date.now } = options
  const house = await openHouse(mattermost, { METRICS_TOKEN: metricsToken, ...settings }, now)
  const proxy = await startFaultProxy(mattermost.url)
  const address = `http://127.0.0.1:${house.environment.PORT}`
  const alice = await house.person('alice', { teamAdmin: true })
  const lines = new Map<number, { next: (now: number) => Happening; channel: string | undefined }>()
  const all: string[] = []
  const accepted: Accepted[] = []
  const intakeMs: number[] = []
  let running: Running | undefined

  const open = async (number: number, place: Place, isHeard: boolean) => {
    const channel = await house.channel(alice)
    all.push(channel)
    await alice.type(channel, `/subscribe gitlab ${place.path}`)
    lines.set(number, { next: createHappenings(place, number, random), channel: isHeard ? channel : undefined })
  }
  for (let number = 0; number < count; number += 1)
    await open(number, { path: `ledger/p-${number}`, visibility: 20 }, true)
  await open(count, { path: 'ledger/private', visibility: 0 }, false)
  await open(count + 1, { path: 'ledger/quiet', visibility: 20, confidential: true }, false)
  await house.stopApp()
  house.environment.MATTERMOST_URL = proxy.url

  const launch = (environment: Readonly<Record<string, string>> = {}): Running => {
    running = vigie(['start'], { cwd: house.folder, environment: { ...house.environment, ...environment } })
    return running
  }
  const current = (): Running => {
    if (!running) throw new Error('not running')
    return running
  }
  const send = async (number: number) => {
    const line = lines.get(number)
    if (!line) throw new Error(`no project ${number}`)
    const { mark, body } = line.next(now())
    return { line, mark, ...(await untilAccepted(address, mark, body)) }
  }
  const happenNow = async (number: number) => {
    const { line, mark, event, tookMs } = await send(number)
    accepted.push({ event, mark, channel: line.channel })
    intakeMs.push(tookMs)
  }
  const happening = new Map<number, Promise<void>>()
  const happen = (number: number): Promise<void> => {
    const next = (happening.get(number) ?? Promise.resolve()).then(() => happenNow(number))
    happening.set(number, next)
    return next
  }

  const ledger: Ledger = {
    house,
    proxy,
    alice,
    accepted,
    intakeMs,
    channels: all.slice(0, count),
    process: current,
    launch,
    async start(environment = {}) {
      for (let tries = 0; ; tries += 1) {
        try {
          await launch(environment).line('Vigie listens')
          return
        } catch (error) {
          if (tries >= 20) throw error
          await sleep(100)
        }
      }
    },
    async kill() {
      current().child.kill('SIGKILL')
      await current().ended()
    },
    async stop() {
      const began = performance.now()
      current().child.kill('SIGTERM')
      const code = await current().ended()
      return { code, tookMs: performance.now() - began }
    },
    async pause(forMs) {
      const { child } = current()
      child.kill('SIGSTOP')
      await sleep(forMs)
      child.kill('SIGCONT')
    },
    happen,
    matchedOf: async (number) => (await send(number)).matched,
    async feed(each, everyMs, until) {
      const feedOne = async (number: number) => {
        for (let index = 0; index < each && !until?.aborted; index += 1) {
          if (number < count || index % 5 === 0) await happen(number)
          await sleep(everyMs)
        }
      }
      await Promise.all([...lines.keys()].map(feedOne))
    },
    async settle(patienceMs = 60_000) {
      const until = Date.now() + patienceMs
      while ((await waiting(address)) !== 0 && Date.now() < until) await sleep(100)
      const told = new Map<string, readonly TestPost[]>()
      for (const channel of all) told.set(channel, await ledger.posts(channel))
      return checkLedger(accepted, told)
    },
    async posts(channel) {
      const pages: TestPost[][] = []
      for (let page = 0; ; page += 1) {
        const path = `/channels/${channel}/posts?per_page=200&page=${page}`
        const list = (await house.admin.get(path)).body as { order: string[]; posts: Record<string, TestPost> }
        pages.push(list.order.flatMap((id) => list.posts[id] ?? []))
        if (list.order.length < 200) break
      }
      return pages.flat().toReversed()
    },
    async close() {
      running?.child.kill('SIGKILL')
      await running?.ended()
      await proxy.close()
      await house.close()
    },
  }
  return ledger
}

/** Not stored: the store cannot take it, or a request was cut in the middle by a pause of the process. */
const notYet: ReadonlySet<number> = new Set([408, 503])

interface Answered {
  readonly event: string
  readonly matched: number
  readonly tookMs: number
}

/** Again, with the same key, until it is answered 200: as a sender would that repeats itself. */
async function untilAccepted(address: string, key: string, body: object): Promise<Answered> {
  const headers = { 'content-type': 'application/json', 'x-gitlab-token': gitlabToken, 'idempotency-key': key }
  for (;;) {
    const began = performance.now()
    try {
      const answer = await fetch(`${address}/webhook/gitlab`, { method: 'POST', headers, body: JSON.stringify(body) })
      const { event, matched = 0 } = (await answer.json()) as { event?: string; matched?: number }
      if (answer.status === 200 && event) return { event, matched, tookMs: performance.now() - began }
      if (!notYet.has(answer.status)) throw new Error(`${key} was answered ${answer.status}`)
    } catch (error) {
      // Nobody listens, or who listened was killed in the middle.
      if (!(error instanceof TypeError) && !(error instanceof SyntaxError)) throw error
    }
    await sleep(25)
  }
}

/** How many deliveries wait; unknown while nobody answers. */
async function waiting(address: string): Promise<number | undefined> {
  try {
    const answer = await fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } })
    const found = /^vigie_deliveries_waiting (\d+)/m.exec(await answer.text())?.[1]
    return found === undefined ? undefined : Number(found)
  } catch {
    // It is starting.
    return undefined
  }
}
