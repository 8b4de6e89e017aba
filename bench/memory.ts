// Resident memory at rest and after some seconds of webhooks from 500 connections, against a bare Fastify process under the same.

import { setTimeout as sleep } from 'node:timers/promises'
import { type Bench, median, ratioOf } from './figure.ts'
import { createLoad, type Load, measure } from './load.ts'
import { fillSubscriptions, startVigie, startYardstick, withFolder } from './servers.ts'

const rounds = 3
const restMs = 2000
const plan = { path: '/webhook/gitlab', connections: 500, warmUpMs: 1000, measureMs: 4000 }
const mib = 2 ** 20

interface Memory {
  readonly rest: number
  readonly loaded: number
}

export const benchMemory: Bench = async (say) => {
  const load = createLoad()
  const ours: Memory[] = []
  const bare: Memory[] = []
  try {
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await memoryOf('vigie', load))
      bare.push(await memoryOf('forget', load))
      say(`memory: ${JSON.stringify([ours.at(-1), bare.at(-1)])}`)
    }
  } finally {
    load.close()
  }
  const of = (runs: readonly Memory[], what: keyof Memory) => median(runs.map((run) => run[what]))
  const row = (name: string, what: keyof Memory) =>
    ratioOf({ name, ours: of(ours, what), yardstick: of(bare, what), unit: ' MiB' })
  return [row('memory at rest, to bare Fastify', 'rest'), row('memory under load, to bare Fastify', 'loaded')]
}

async function memoryOf(side: 'vigie' | 'forget', load: Load): Promise<Memory> {
  return await withFolder(async (folder) => {
    if (side === 'vigie') await fillSubscriptions(folder, 100)
    const server = side === 'vigie' ? await startVigie(folder) : await startYardstick(side, folder)
    await sleep(restMs)
    const { rssBytes } = await server.used()
    const { rssBytes: loadedBytes } = await measure(server, load, { ...plan, distinct: side === 'vigie' })
    await server.stop()
    return { rest: rssBytes / mib, loaded: loadedBytes / mib }
  })
}
