// Whether an event costs the same however much is known: 10,000 subscriptions against 1,000, and a database of a million events against
// an empty one; processor time of each event taken in (issue 4).

import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Bench, type Comparison, type Figure, median, ratioOf } from './figure.ts'
import { createLoad, type Load, measure } from './load.ts'
import { databaseIn, fillSubscriptions, startVigie, withFolder } from './servers.ts'

const rounds = 3
const plan = { path: '/webhook/gitlab', connections: 50, warmUpMs: 2000, measureMs: 4000, distinct: true }
/** `--quick`: a tenth. */
const events = process.argv.includes('--quick') ? 100_000 : 1_000_000

export const benchScale: Bench = async (say) => {
  const load = createLoad()
  try {
    return [await compareSubscriptions(load, say), await compareEvents(load, say)]
  } finally {
    load.close()
  }
}

async function compareSubscriptions(load: Load, say: (line: string) => void): Promise<Figure> {
  return await withFolder(async (few) =>
    withFolder(async (many) => {
      await fillSubscriptions(few, 1000)
      await fillSubscriptions(many, 10_000)
      return await compare(load, { name: 'CPU each with 10,000 subscriptions, to 1,000', few, many }, say)
    }),
  )
}

async function compareEvents(load: Load, say: (line: string) => void): Promise<Figure> {
  return await withFolder(async (few) =>
    withFolder(async (many) => {
      await fillSubscriptions(few, 100)
      await fillSubscriptions(many, 100)
      say(`filling a database with ${events} events`)
      fillEvents(many, events)
      const name = `CPU each with ${events.toLocaleString('en')} events stored, to none`
      return await compare(load, { name, few, many }, say)
    }),
  )
}

interface Sides {
  readonly name: string
  readonly few: string
  readonly many: string
}

async function compare(load: Load, { name, few, many }: Sides, say: (line: string) => void): Promise<Figure> {
  const cpuUs: { few: number[]; many: number[] } = { few: [], many: [] }
  for (let round = 0; round < rounds; round += 1) {
    cpuUs.many.push(await costIn(many, load))
    cpuUs.few.push(await costIn(few, load))
    say(`${name}: ${cpuUs.many.at(-1)} ${cpuUs.few.at(-1)} µs`)
  }
  const comparison: Comparison = { name, ours: median(cpuUs.many), yardstick: median(cpuUs.few), unit: ' µs' }
  return ratioOf({ ...comparison, aim: { most: 1.1 } })
}

/** Of a copy, so that every round begins with the same. */
async function costIn(template: string, load: Load): Promise<number> {
  return await withFolder(async (folder) => {
    mkdirSync(dirname(databaseIn(folder)), { recursive: true })
    copyFileSync(databaseIn(template), databaseIn(folder))
    const vigie = await startVigie(folder)
    const { cpuUs } = await measure(vigie, load, plan)
    await vigie.stop()
    return cpuUs
  })
}

/** A week's worth: each event told to one channel, each with the key of its id still alive. */
function fillEvents(folder: string, count: number): void {
  const database = new DatabaseSync(databaseIn(folder))
  const now = Date.now()
  const firstAt = now - 7 * 86_400_000
  const stepMs = (7 * 86_400_000) / count
  // As src/store/ids.ts makes them: milliseconds since 2020 in the upper bits.
  const firstId = (firstAt - Date.UTC(2020, 0, 1)) * 4096
  const stepId = Math.floor(stepMs * 4096)
  const body = JSON.stringify({
    type: 'gitlab.push.push',
    time: new Date(now).toISOString(),
    data: { text: 'x'.repeat(600) },
  })
  database.exec('pragma synchronous = off; pragma cache_size = -200000; begin')
  const target = database.prepare('insert into targets (id, notifier, address) values (1, ?, ?)')
  target.run('mattermost', 'old'.padEnd(26, 'o'))
  const numbers = 'with recursive numbers (n) as (select 0 union all select n + 1 from numbers where n + 1 < ?)'
  database
    .prepare(
      `${numbers} insert into events (id, accepted_at, matched, source, subject, body)
       select ? + n * ?, cast(? + n * ? as integer), 1, 'gitlab', 'acme/old', ? from numbers`,
    )
    .run(count, firstId, stepId, firstAt, stepMs, body)
  database
    .prepare(
      `${numbers} insert into deliveries
         (id, target, event, position, lane, state, attempt, due_at, created_at, settled_at, each_post, subscriptions, post)
       select ? + n * ? + 1, 1, ? + n * ?, ? + n * ? + 1, 0, 'delivered', 1, ?, ?, ?, 0, '[]', hex(randomblob(13))
       from numbers`,
    )
    .run(count, firstId, stepId, firstId, stepId, firstId, stepId, now, now, now)
  database
    .prepare(
      `${numbers} insert into keys (id, key, event, expires_at)
       select ? + n * ? + 2, randomblob(16), ? + n * ?, ? from numbers`,
    )
    .run(count, firstId, stepId, firstId, stepId, now + 7 * 86_400_000)
  database.exec('commit')
  database.close()
}
