// Small stand-ins for what the bot's room is given: store, log, secrets.

import { Secret } from '../../src/env.ts'
import type { Subscription } from '../../src/event.ts'
import type { MarkStore, PeopleStore, SealStore } from '../../src/store/store.ts'

const unsaid = () => undefined
export const log = { debug: unsaid, info: unsaid, warn: unsaid, error: unsaid, fatal: unsaid }
export const meter = { count: unsaid }

/** Secrets that a test may change while they are used. */
export function secretsOf(...values: string[]) {
  let now = values
  return {
    current: () => now.map((value) => new Secret(value)),
    change: (...changed: string[]) => {
      now = changed
    },
  }
}

export function marksInMemory(): MarkStore & { readonly kept: Map<string, unknown> } {
  const kept = new Map<string, Awaited<ReturnType<MarkStore['get']>>>()
  const begun = new Set<string>()
  return {
    kept,
    get: async (name) => kept.get(name),
    set: async (name, value) => void kept.set(name, value),
    once: async (name) => {
      const isNew = !begun.has(name)
      begun.add(name)
      return isNew
    },
  }
}

export function sealsInMemory(): SealStore {
  const used = new Set<string>()
  return {
    use: async (id) => {
      const isNew = !used.has(id)
      used.add(id)
      return isNew
    },
  }
}

export function peopleInMemory(...admins: string[]): PeopleStore {
  const known = new Set(admins)
  return {
    admins: async () => [...known],
    setAdmin: async (person, admin) => void (admin ? known.add(person) : known.delete(person)),
    onChange: () => undefined,
  }
}

export function subscriptionsInMemory(...given: Subscription[]) {
  let kept: readonly Subscription[] = given
  return {
    all: async () => kept,
    inChannel: async (channel: string) => kept.filter((one) => one.channel === channel),
    sleep: async (channel: string, asleep: Subscription['asleep']) => {
      const changed = kept.filter((one) => one.channel === channel && one.asleep !== asleep)
      kept = kept.map((one) => (changed.includes(one) ? { ...one, asleep } : one))
      return changed
    },
  }
}

/** Resolves once `isSo` holds, asking at every turn of the event loop that passes time. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5))
}
