// Durable ingest of a signed push of 3 KB that five channels hear, against a bare Fastify route that parses and forgets, and against one
// that appends to a file and shares an fdatasync (issue 4). Mattermost is out of reach meanwhile: what is sent is the drain's figure.

import { type Bench, type Comparison, type Figure, median, ratioOf } from './figure.ts'
import { createLoad, type Load, measure, type UnderLoad } from './load.ts'
import { fillSubscriptions, startVigie, startYardstick, withFolder } from './servers.ts'

const rounds = 3
const plan = { path: '/webhook/gitlab', warmUpMs: 2000, measureMs: 4000 }
/** Known to Vigie; five of them match. */
const subscriptions = 100

const sides = ['vigie', 'forget', 'append'] as const
type Side = (typeof sides)[number]

export const benchIngest: Bench = async (say) => {
  const load = createLoad()
  try {
    const figures: Figure[] = []
    for (const connections of [50, 500]) figures.push(...(await compare(load, connections, say)))
    return figures
  } finally {
    load.close()
  }
}

async function compare(load: Load, connections: number, say: (line: string) => void): Promise<Figure[]> {
  const runs: Record<Side, UnderLoad[]> = { vigie: [], forget: [], append: [] }
  for (let round = 0; round < rounds; round += 1) {
    for (const side of sides) {
      const run = await runOnce(side, load, connections)
      runs[side].push(run)
      say(`ingest ${connections} ${side}: ${Math.round(run.perSecond)}/s ${Math.round(run.cpuUs)} µs p99 ${run.p99Ms}`)
    }
  }
  const of = (what: keyof UnderLoad) => (side: Side) => median(runs[side].map((run) => run[what]))
  const [perSecond, cpuUs, p99Ms] = [of('perSecond'), of('cpuUs'), of('p99Ms')]
  const row = (what: string, pick: (side: Side) => number, other: Side): Omit<Comparison, 'unit'> => ({
    name: `ingest, ${connections} connections: ${what}`,
    ours: pick('vigie'),
    yardstick: pick(other),
  })
  const atMost = connections === 500
  return [
    ratioOf({
      ...row('requests, to forgetting', perSecond, 'forget'),
      unit: '/s',
      ...(atMost && { aim: { least: 0.4 } }),
    }),
    ratioOf({ ...row('CPU each, to forgetting', cpuUs, 'forget'), unit: ' µs', ...(atMost && { aim: { most: 2.5 } }) }),
    ratioOf({ ...row('requests, to a shared fdatasync', perSecond, 'append'), unit: '/s', aim: { least: 0.6 } }),
    ratioOf({ ...row('p99, to a shared fdatasync', p99Ms, 'append'), unit: ' ms', aim: { most: 3 } }),
  ]
}

async function runOnce(side: Side, load: Load, connections: number): Promise<UnderLoad> {
  return await withFolder(async (folder) => {
    if (side === 'vigie') await fillSubscriptions(folder, subscriptions)
    const server = side === 'vigie' ? await startVigie(folder) : await startYardstick(side, folder)
    const run = await measure(server, load, { ...plan, connections, distinct: side === 'vigie' })
    await server.stop()
    return run
  })
}
