// Group commit for single writes: what queued in the same tick is one transaction, for every commit waits for the disk (design.md,
// "Durable before answered").

import type { Kysely } from 'kysely'
import { isStoreUnavailable } from '../errors.ts'
import type { Database, Tables } from './schema.ts'

/** Resolves with what `work` resolved, once it is committed. @throws whatever `work` throws, and nothing of it was written. */
export type Group = <T>(work: (within: Kysely<Tables>) => Promise<T>) => Promise<T>

/** Bounds a transaction; the rest is the next one's. */
const mostInAGroup = 100

interface Queued {
  /** Writes; resolves what to call once that is committed. */
  readonly run: (within: Kysely<Tables>) => Promise<() => void>
  readonly reject: (error: unknown) => void
}

/** `breathe` lets others queue before a transaction begins. */
export function createGroup(db: Database, breathe: () => Promise<unknown>): Group {
  const queue: Queued[] = []
  let isWorking = false

  async function work(): Promise<void> {
    while (queue.length > 0) {
      await breathe()
      await commit(queue.splice(0, mostInAGroup))
    }
    isWorking = false
  }

  async function commit(group: readonly Queued[]): Promise<void> {
    const done: (() => void)[] = []
    try {
      await db.transaction().execute(async (within) => {
        for (const { run } of group) done.push(await run(within))
      })
    } catch (error) {
      // One write's fault must not cost the others that happened to queue with it.
      if (group.length > 1 && !isStoreUnavailable(error)) for (const queued of group) await commit([queued])
      else for (const { reject } of group) reject(error)
      return
    }
    for (const resolve of done) resolve()
  }

  return (write) =>
    new Promise((resolve, reject) => {
      const run: Queued['run'] = async (within) => {
        const result = await write(within)
        return () => resolve(result)
      }
      queue.push({ run, reject })
      if (isWorking) return
      isWorking = true
      // Never rejects: whoever queued hears of every failure.
      void work()
    })
}
