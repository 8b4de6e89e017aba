// Drives the load and measures a server under it.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Counted, Order } from './load-worker.ts'
import type { Server } from './server.ts'

export interface Load {
  start(order: Omit<Extract<Order, { do: 'start' }>, 'do'>): Promise<void>
  begin(): Promise<Counted>
  count(): Promise<Counted>
  stop(): Promise<void>
  close(): void
}

export function createLoad(): Load {
  const child = fork(join(import.meta.dirname, 'load-worker.ts'))
  const ask = async (order: Order): Promise<Counted> => {
    child.send(order)
    const [counted]: Counted[] = await once(child, 'message')
    if (counted === undefined) throw new Error('no answer')
    return counted
  }
  return {
    async start(order) {
      await ask({ do: 'start', ...order })
    },
    begin: () => ask({ do: 'begin' }),
    count: () => ask({ do: 'count' }),
    async stop() {
      await ask({ do: 'stop' })
    },
    close: () => child.disconnect(),
  }
}

export interface UnderLoad {
  readonly perSecond: number
  /** Of the server, for each answer. */
  readonly cpuUs: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly rssBytes: number
}

export interface LoadPlan {
  readonly path: string
  readonly connections: number
  readonly warmUpMs: number
  readonly measureMs: number
  /** Every request must be a new one. */
  readonly distinct: boolean
  /** Characters with these API keys instead of signed pushes. */
  readonly keys?: readonly string[]
}

/** @throws {Error} when anything was refused, or came twice where each has to be new. */
export async function measure(server: Server, load: Load, plan: LoadPlan): Promise<UnderLoad> {
  const { path, connections, keys } = plan
  await load.start({ port: server.port, path, connections, ...(keys === undefined ? {} : { keys }) })
  await sleep(plan.warmUpMs)
  const before = await server.used()
  const began = await load.begin()
  await sleep(plan.measureMs)
  const after = await server.used()
  const { count, refused, repeated, atMs, p50Ms, p99Ms } = await load.count()
  await load.stop()
  if (refused > 0) throw new Error(`${refused} requests were refused`)
  if (repeated && plan.distinct) throw new Error('more requests were taken than had been prepared')
  return {
    perSecond: (count / (atMs - began.atMs)) * 1000,
    cpuUs: (after.cpuUs - before.cpuUs) / count,
    p50Ms,
    p99Ms,
    rssBytes: after.rssBytes,
  }
}
