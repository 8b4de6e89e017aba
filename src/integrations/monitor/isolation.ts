// "Is it me?" (issue "The watch"; threat F28): when more than half of what is watched stops answering at once, and by errors of the
// network alone, or no reference answers, it is Vigie that is cut off. Pure but for what it remembers.

import type { Result } from './monitor.ts'

/** Fewer monitors, or on fewer hosts, prove nothing. */
const fewestMonitors = 5
const fewestHosts = 3
/** Of so many looks in a row at what was well, so many that begin to fail by the network ask for a look at everything. */
const looksKept = 6
const looksSuspicious = 4
/** "At once": within the longest interval, as far as it is below this. */
const longestWindowMs = 300_000

export interface Seen {
  readonly monitor: string
  /** The name or address it stands for: several monitors of one host are one witness. */
  readonly host: string
  readonly everyMs: number
  readonly result: Result
}

export interface Cut {
  readonly since: number
  readonly failing: number
  readonly all: number
  /** No reference answers. */
  readonly byReference?: true
}

export interface Isolation {
  /** Takes a result in, and answers what it changed. */
  note(seen: Seen): 'cut' | 'back' | undefined
  /** The reference probe: whether any place answers that does whenever the network is there. */
  noteReference(isAnswered: boolean, at: number): 'cut' | 'back' | undefined
  forget(monitor: string): void
  /** Much of what was looked at lately begins to fail by the network: the rest should be looked at before anything is called down. */
  isLikely(): boolean
  cut(): Cut | undefined
}

interface Known {
  readonly host: string
}

export function createIsolation(): Isolation {
  const known = new Map<string, Known>()
  const hosts = new Map<string, number>()
  /** Failing by the network. */
  const failing = new Set<string>()
  /** Those of them that began within the window, by when they did, oldest first. */
  const newly = new Map<string, number>()
  /** Of the latest looks, without those at what failed already: the host of those that begin to fail. */
  const looks: (string | undefined)[] = []
  let longestMs = 0
  let isReferenceSilent = false
  let since: number | undefined
  let isByReference = false

  function count(host: string, by: number): void {
    const left = (hosts.get(host) ?? 0) + by
    if (left > 0) hosts.set(host, left)
    else hosts.delete(host)
  }

  function forget(monitor: string): void {
    const former = known.get(monitor)
    if (former) count(former.host, -1)
    known.delete(monitor)
    failing.delete(monitor)
    newly.delete(monitor)
  }

  function age(at: number): void {
    const from = at - Math.min(longestMs, longestWindowMs)
    for (const [monitor, began] of newly) {
      if (began >= from) return
      newly.delete(monitor)
    }
  }

  function isCutOff(): boolean {
    if (isReferenceSilent) return true
    if (known.size < fewestMonitors || hosts.size < fewestHosts) return false
    return (since === undefined ? newly.size : failing.size) * 2 > known.size
  }

  function judge(at: number): 'cut' | 'back' | undefined {
    age(at)
    const isNow = isCutOff()
    if (isNow === (since !== undefined)) return undefined
    since = isNow ? at : undefined
    isByReference = isReferenceSilent
    return isNow ? 'cut' : 'back'
  }

  return {
    forget,
    note({ monitor, host, everyMs, result }) {
      const former = known.get(monitor)
      const isFailing = result.failure?.isNetwork === true
      if (former?.host !== host) {
        forget(monitor)
        count(host, 1)
      }
      known.set(monitor, { host })
      longestMs = Math.max(longestMs, everyMs)
      if (!isFailing || !failing.has(monitor)) looks.push(isFailing ? host : undefined)
      if (looks.length > looksKept) looks.shift()
      if (isFailing && !failing.has(monitor)) {
        failing.add(monitor)
        newly.set(monitor, result.at)
      }
      if (!isFailing) {
        failing.delete(monitor)
        newly.delete(monitor)
      }
      return judge(result.at)
    },
    noteReference(isAnswered, at) {
      isReferenceSilent = !isAnswered
      return judge(at)
    },
    isLikely() {
      if (since !== undefined || known.size < fewestMonitors) return false
      const begun = looks.filter((host) => host !== undefined)
      return begun.length >= looksSuspicious && new Set(begun).size >= fewestHosts
    },
    cut() {
      if (since === undefined) return undefined
      return { since, failing: failing.size, all: known.size, ...(isByReference ? { byReference: true } : {}) }
    },
  }
}
