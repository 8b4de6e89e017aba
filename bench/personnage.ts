// `POST /webhook/personnage`: proved by key, validated, stored with its event and answered, against a bare Fastify route that validates
// by a schema and forgets (issue 7). Mattermost is out of reach meanwhile; five channels hear.

import { type Bench, median, ratioOf } from './figure.ts'
import { createLoad, type Load, measure, type UnderLoad } from './load.ts'
import { fillHearers, fillKeys, startVigie, startYardstick, withFolder } from './servers.ts'

const rounds = 3
const connections = 500
const plan = { path: '/webhook/personnage', connections, warmUpMs: 1000, measureMs: 3000 }
/** Enough for all that may be sent in a run, at 600 calls a minute each. */
const keyCount = 100

const sides = ['vigie', 'forget'] as const
type Side = (typeof sides)[number]

export const benchPersonnage: Bench = async (say) => {
  const load = createLoad()
  const runs: Record<Side, UnderLoad[]> = { vigie: [], forget: [] }
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const side of sides) {
        const run = await runOnce(side, load)
        runs[side].push(run)
        say(`personnage ${side}: ${Math.round(run.perSecond)}/s ${Math.round(run.cpuUs)} µs p99 ${run.p99Ms}`)
      }
    }
  } finally {
    load.close()
  }
  const of = (what: keyof UnderLoad) => (side: Side) => median(runs[side].map((run) => run[what]))
  const [perSecond, cpuUs, p99Ms] = [of('perSecond'), of('cpuUs'), of('p99Ms')]
  const row = (what: string, pick: (side: Side) => number) => ({
    name: `character, ${connections} connections: ${what}, to validation only`,
    ours: pick('vigie'),
    yardstick: pick('forget'),
  })
  return [
    ratioOf({ ...row('requests', perSecond), unit: '/s', aim: { least: 0.6 } }),
    ratioOf({ ...row('CPU each', cpuUs), unit: ' µs' }),
    ratioOf({ ...row('p99', p99Ms), unit: ' ms' }),
  ]
}

async function runOnce(side: Side, load: Load): Promise<UnderLoad> {
  return await withFolder(async (folder) => {
    if (side === 'vigie') await fillHearers(folder)
    const keys = await fillKeys(folder, keyCount)
    const server = side === 'vigie' ? await startVigie(folder) : await startYardstick(side, folder)
    const run = await measure(server, load, { ...plan, keys, distinct: side === 'vigie' })
    await server.stop()
    return run
  })
}
