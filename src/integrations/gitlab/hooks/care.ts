// Every five minutes and at start: what each hook of ours could not deliver is told, a hook that GitLab switched off is told to the
// administrators once and switched on again where a test call can (fault F7).

import type { Emit, Log, Now } from '../../../event.ts'
import type { KeptHook } from '../../../store/store.ts'
import { type Api, GitlabError } from './api.ts'
import type { Gaps } from './gaps.ts'
import { type Missed, type MissedParts, tellMissed } from './missed.ts'
import { type News, tellAdmins } from './news.ts'
import { type OwnHooks, placeOf } from './own.ts'
import type { FoundHook, Places } from './places.ts'
import { shownPath } from './target.ts'

const everyMs = 300_000
const firstRetryMs = 30_000
/** GitLab takes five test calls a minute, and every failed one lengthens a pause. */
const testEveryMs = 3_600_000
const failuresThatPause = 4

export interface CareParts extends Omit<MissedParts, 'places'> {
  readonly api: Pick<Api, 'configured'>
  readonly places: Places
  readonly own: OwnHooks
  readonly gaps: Gaps
  readonly emit: Emit
  readonly admins: () => Promise<readonly string[]>
  readonly now: Now
  readonly log: Log
  readonly wait: (waitMs: number, signal: AbortSignal) => Promise<void>
}

export interface Care {
  /** Runs until the signal. */
  watch(signal: AbortSignal): Promise<void>
  /** Looks at every hook once. @throws {GitlabError} where GitLab cannot be asked at all. */
  pass(signal: AbortSignal): Promise<void>
  /** Whether a call of this hook now is the sample of our own test. */
  isTest(hook: KeptHook): boolean
  /** Its place may have been renamed: looked at soon. */
  stray(hook: KeptHook): void
  /** Why GitLab could not be asked when it last was; nothing where it could. */
  trouble(): string | undefined
}

/** What a pass has to tell when it is through. */
interface Round {
  readonly disabled: News[]
  readonly recovered: News[]
  /** To be marked as told. */
  readonly toldKeys: string[]
}

export function createCare(parts: CareParts): Care {
  const { api, own, log, now } = parts
  const testing = new Set<string>()
  const testedAt = new Map<string, number>()
  const strays = new Set<string>()
  const strayedAt = new Map<string, number>()
  let trouble: string | undefined
  let asleep: AbortController | undefined

  async function pass(signal: AbortSignal): Promise<void> {
    await own.load()
    const round: Round = { disabled: [], recovered: [], toldKeys: [] }
    try {
      for (const hook of own.all()) {
        signal.throwIfAborted()
        await look(hook, round, signal)
      }
    } finally {
      await tellRound(parts, round)
    }
  }

  async function look(hook: KeptHook, round: Round, signal: AbortSignal): Promise<void> {
    try {
      await careFor(await whereItIs(hook, signal), round, signal)
    } catch (error) {
      // One hook that cannot be read keeps the others waiting no longer than that.
      if (!(error instanceof GitlabError) || isAway(error)) throw error
      log.warn({ err: error, path: hook.path }, 'a GitLab hook could not be looked at')
    }
  }

  /** The hook, by the path its place has now where a call said that it moved. */
  async function whereItIs(hook: KeptHook, signal: AbortSignal): Promise<KeptHook> {
    if (!strays.delete(hook.key)) return hook
    const { kind, id } = placeOf(hook)
    const place = await parts.places[kind](id, signal)
    if (place === undefined || place.path === hook.path) return hook
    log.info({ path: hook.path, now: place.path }, 'a project or group with a GitLab hook was renamed')
    return (await own.change(hook.key, { path: place.path })) ?? hook
  }

  async function careFor(hook: KeptHook, round: Round, signal: AbortSignal): Promise<void> {
    const place = placeOf(hook)
    const found = hook.hook === undefined ? undefined : await parts.places.hook(place, hook.hook, signal)
    const missed = found === undefined ? undefined : await tellMissed(parts, hook, signal)
    const failedTests = Math.max(0, hook.failedTests - (missed?.tests ?? 0))
    await own.change(hook.key, { seen: missed?.seen ?? hook.seen, failedTests })
    const after = found === undefined || found.state === 'working' ? found : await revive(hook, found, signal)
    if (hasGap(hook, found, missed)) await parts.gaps.fill(hook, signal)
    await note(hook, after ?? { state: 'missing' }, found?.state ?? 'missing', round)
  }

  /** A test call that is answered well switches a hook on again. */
  async function revive(hook: KeptHook, found: FoundHook, signal: AbortSignal): Promise<FoundHook | undefined> {
    if (now() - (testedAt.get(hook.key) ?? Number.NEGATIVE_INFINITY) < testEveryMs) return found
    testedAt.set(hook.key, now())
    testing.add(hook.key)
    try {
      if (!(await parts.places.test(placeOf(hook), found.id, signal))) {
        // Its record turns up in the list as a failed push that never happened.
        await own.change(hook.key, { failedTests: (own.find(placeOf(hook))?.failedTests ?? 0) + 1 })
        return found
      }
    } finally {
      testing.delete(hook.key)
    }
    return await parts.places.hook(placeOf(hook), found.id, signal)
  }

  /** Keeps how it is; what the administrators should hear of it goes into the round. */
  async function note(
    hook: KeptHook,
    { state, until }: { state: KeptHook['state']; until?: number },
    was: KeptHook['state'],
    { disabled, recovered, toldKeys }: Round,
  ): Promise<void> {
    if (state === 'working') testedAt.delete(hook.key)
    const path = shownPath(placeOf(hook))
    if (was !== 'working' && !hook.told) {
      disabled.push({ path, state: was, until })
      // What works again already is told once, as off; the next time is news again.
      if (state !== 'working') toldKeys.push(hook.key)
      else recovered.push({ path, state })
    } else if (state === 'working' && hook.told) {
      recovered.push({ path, state })
    }
    const told = state !== 'working' && hook.told
    await own.change(hook.key, { state, until, told, lookedAt: now() })
  }

  async function tellRound({ emit, admins }: CareParts, { disabled, recovered, toldKeys }: Round): Promise<void> {
    const telling = { emit, admins, now: now() }
    if (disabled.length > 0 && (await tellAdmins('gitlab_hook_disabled', disabled, telling))) {
      for (const key of toldKeys) await own.change(key, { told: true })
    }
    if (recovered.length > 0) await tellAdmins('gitlab_hook_recovered', recovered, telling)
  }

  async function passOrSay(signal: AbortSignal): Promise<number | undefined> {
    try {
      if (api.configured()) await pass(signal)
      trouble = undefined
      return undefined
    } catch (error) {
      if (!(error instanceof GitlabError) || signal.aborted) throw error
      trouble = error.message
      log.warn({ err: error }, 'GitLab could not be asked about its hooks')
      return error.afterMs ?? firstRetryMs
    }
  }

  return {
    pass,
    isTest: ({ key }) => testing.has(key),
    stray(hook) {
      // Whoever holds a hook's secret must not keep us busy with it.
      if (now() - (strayedAt.get(hook.key) ?? Number.NEGATIVE_INFINITY) < everyMs) return
      strayedAt.set(hook.key, now())
      strays.add(hook.key)
      asleep?.abort()
    },
    trouble: () => trouble,
    async watch(signal) {
      let retryMs = firstRetryMs
      while (!signal.aborted) {
        const afterMs = await passOrSay(signal)
        const waitMs = afterMs === undefined ? everyMs : Math.min(everyMs, Math.max(afterMs, retryMs))
        retryMs = afterMs === undefined ? firstRetryMs : Math.min(everyMs, retryMs * 2)
        asleep = new AbortController()
        if (strays.size > 0) await parts.wait(1000, signal)
        else await parts.wait(waitMs, AbortSignal.any([signal, asleep.signal]))
        asleep = undefined
      }
    },
  }
}

/** GitLab lists no call of a hook it had switched off, which four failures in a row bring about, and no body that was too large. */
function hasGap(hook: KeptHook, found: FoundHook | undefined, missed: Missed | undefined): boolean {
  const wasOff = found?.state !== 'working' || hook.state !== 'working'
  return wasOff || (missed !== undefined && (missed.bodiless > 0 || missed.failed >= failuresThatPause))
}

/** Not this hook's fault: GitLab is away, refuses the token, or asks for a pause. */
function isAway({ status }: GitlabError): boolean {
  return status === undefined || status === 401 || status === 429 || status >= 500
}
