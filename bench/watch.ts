// What a check costs: 10,000 monitors of one interval a minute, results stored, against a bare loop over the same targets at the same pace
// by undici and by axios, and against 1,000 monitors that make as many checks a second; all four at once, so that whatever else the machine
// does meets each alike. And what a monitor takes in memory, how punctual it is, and how soon all are looked at after a restart (issue 5).

import { type ChildProcess, fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../src/app/free-port.ts'
import type { Monitor, State } from '../src/integrations/monitor/monitor.ts'
import { openSqliteStore } from '../src/store/sqlite.ts'
import { type Bench, type Figure, median, moreOf, quantile, ratioOf } from './figure.ts'
import type { Server } from './server.ts'
import { databaseIn, silentLog, startLoop, startVigie, withFolder } from './servers.ts'
import type { Asked } from './watch-targets.ts'

/** `--quick`: once. */
const rounds = process.argv.includes('--quick') ? 1 : 3
const many = { count: 10_000, everyMs: 60_000 }
/** The same pace. */
const few = { count: 1000, everyMs: 6000 }
const perSecond = (many.count / many.everyMs) * 1000
const measureMs = 30_000
const addresses = Array.from({ length: 16 }, (_, index) => `127.0.9.${index + 1}`)
const askers = ['many', 'few', 'undici', 'axios'] as const
type Asker = (typeof askers)[number]

interface Round {
  /** Each check. */
  readonly cpuUs: Readonly<Record<Asker, number>>
  readonly heapBytes: Readonly<Record<'many' | 'few', number>>
  readonly lateMs: number
  readonly fullRoundMs: number
}

export const benchWatch: Bench = async (say) => {
  const done: Round[] = []
  for (let round = 0; round < rounds; round += 1) {
    done.push(await withFolder((folder) => measureRound(folder)))
    say(`watch: ${JSON.stringify(done.at(-1))}`)
  }
  const of = (read: (round: Round) => number) => median(done.map(read))
  const cpuOf = (asker: Asker) => of(({ cpuUs }) => cpuUs[asker])
  const cpu = (name: string, ours: Asker, yardstick: Asker, most: number): Figure =>
    ratioOf({ name, ours: cpuOf(ours), yardstick: cpuOf(yardstick), unit: ' µs', aim: { most } })
  const heap = (one: 'many' | 'few') => of(({ heapBytes }) => heapBytes[one])
  const each = (heap('many') - heap('few')) / (many.count - few.count)
  return [
    cpu('check of 10,000 monitors, stored: CPU each, to a bare undici loop', 'many', 'undici', 1.5),
    cpu('check of 10,000 monitors, stored: CPU each, to a bare axios loop', 'many', 'axios', 0.7),
    cpu('CPU each with 10,000 monitors, to 1,000 at the same pace', 'many', 'few', 1.1),
    moreOf({ name: 'heap of a monitor', ours: each, yardstick: 0, unit: ' B', aim: { most: 2048 } }),
    moreOf({
      name: 'lateness at 60 s intervals, connection and request included: p99',
      ours: of(({ lateMs }) => lateMs),
      yardstick: 0,
      unit: ' ms',
      aim: { most: 250 },
    }),
    ratioOf({
      name: 'restart with 10,000 monitors: spawn to the last first check, to one interval',
      ours: of(({ fullRoundMs }) => fullRoundMs) / 1000,
      yardstick: many.everyMs / 1000,
      unit: ' s',
      aim: { most: 1 },
    }),
  ]
}

async function measureRound(folder: string): Promise<Round> {
  const port = await freePort('127.0.0.1')
  const targets = fork(join(import.meta.dirname, 'watch-targets.ts'), [String(port), ...addresses])
  try {
    return await withFolder(async (other) => {
      await fillMonitors(folder, { ...many, name: 'many', port })
      await fillMonitors(other, { ...few, name: 'few', port })
      return await compare({ many: folder, few: other }, targets, port)
    })
  } finally {
    targets.disconnect()
    targets.kill()
  }
}

async function compare(
  folders: { readonly many: string; readonly few: string },
  targets: ChildProcess,
  port: number,
): Promise<Round> {
  const settings = { MONITOR_ALLOW: addresses.map((address) => `${address}:${port}`).join(',') }
  const spawnedAt = Date.now()
  const running: Record<Asker, Server> = {
    many: await startVigie(folders.many, settings),
    few: await startVigie(folders.few, settings),
    undici: await startLoop('undici', folders.many, { perSecond, targets: writeTargets(folders.many, 'undici', port) }),
    axios: await startLoop('axios', folders.many, { perSecond, targets: writeTargets(folders.many, 'axios', port) }),
  }
  // One full round for each, in which its code is compiled too.
  await sleep(many.everyMs + 2000)
  const { completeAt, distinct } = (await ask(targets, 'asked')).many ?? nothing
  if (distinct !== many.count) throw new Error(`only ${distinct} monitors were looked at within ${many.everyMs} ms`)
  await ask(targets, 'begin')
  const before = await usedBy(running)
  await sleep(measureMs)
  const after = await usedBy(running)
  const asked = await ask(targets, 'asked')
  const heapBytes = { many: await running.many.heap(), few: await running.few.heap() }
  for (const asker of askers) await running[asker].stop()
  const cpuOf = (asker: Asker) => (after[asker] - before[asker]) / (asked[asker] ?? nothing).requests
  return {
    cpuUs: { many: cpuOf('many'), few: cpuOf('few'), undici: cpuOf('undici'), axios: cpuOf('axios') },
    heapBytes,
    lateMs: quantile((asked.many ?? nothing).gapsMs, 0.99) - many.everyMs,
    fullRoundMs: completeAt - spawnedAt,
  }
}

const nothing: Asked = { requests: 0, distinct: 0, completeAt: 0, gapsMs: [] }

async function usedBy(running: Readonly<Record<Asker, Server>>): Promise<Record<Asker, number>> {
  const cpuUs = { many: 0, few: 0, undici: 0, axios: 0 }
  for (const asker of askers) cpuUs[asker] = (await running[asker].used()).cpuUs
  return cpuUs
}

async function ask(targets: ChildProcess, what: 'begin' | 'asked'): Promise<Readonly<Partial<Record<string, Asked>>>> {
  targets.send(what)
  const [asked]: Readonly<Partial<Record<string, Asked>>>[] = await once(targets, 'message')
  return asked ?? {}
}

const urlOf = (asker: Asker, port: number, index: number): string =>
  `http://${addresses[index % addresses.length]}:${port}/${asker}/${index}`

function writeTargets(folder: string, asker: Asker, port: number): string {
  const file = join(folder, `${asker}.txt`)
  writeFileSync(file, Array.from({ length: many.count }, (_, index) => urlOf(asker, port, index)).join('\n'))
  return file
}

/** As a Vigie leaves them that is started again: each was looked at, and was well. */
async function fillMonitors(
  folder: string,
  { count, everyMs, name, port }: { count: number; everyMs: number; name: 'many' | 'few'; port: number },
): Promise<void> {
  const store = await openSqliteStore({ path: databaseIn(folder), now: Date.now, log: silentLog })
  await store.close()
  const database = new DatabaseSync(databaseIn(folder))
  const at = Date.now() - 60_000
  const last = { at, tookMs: 3, phases: { dnsMs: 0, connectMs: 1, firstByteMs: 2 }, status: 200 }
  const state: State = { health: 'up', since: at, streak: 0, slowStreak: 0, turns: [], last, lastGood: last }
  database.exec('begin')
  const insert = database.prepare('insert into monitors (id, channel, name_key, body, state) values (?, ?, ?, ?, ?)')
  for (let index = 0; index < count; index += 1) {
    // Spread as the random ones are that Vigie makes.
    const id = createHash('sha256').update(String(index)).digest('hex').slice(0, 12)
    const monitor = monitorOf(index, everyMs, urlOf(name, port, index), at)
    insert.run(id, monitor.channel, monitor.name, JSON.stringify(monitor), JSON.stringify(state))
  }
  database.exec('commit')
  database.close()
}

const monitorOf = (index: number, everyMs: number, target: string, madeAt: number): Omit<Monitor, 'id'> => ({
  channel: `c${index % 100}`.padStart(26, 'c'),
  name: `boutique ${index}`,
  type: 'http',
  target,
  maker: 'bench'.padEnd(26, 'm'),
  madeAt,
  everyMs,
  timeoutMs: 10_000,
  failures: 3,
  retryEveryMs: 5000,
  successes: 2,
  tls: 'verify',
  severity: 'warning',
  http: { method: 'GET', status: [[200, 299]], headers: {}, sealedHeaders: {} },
  maintenance: [],
})
