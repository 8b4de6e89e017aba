// What a hook could not deliver, out of the list that GitLab keeps of its calls for seven days (fault F7): each told once, oldest first,
// under the very keys a live call would have borne.

import type { Emit, Log, Now } from '../../../event.ts'
import type { KeptHook } from '../../../store/store.ts'
import { entryKey, hookDedupeKeys } from '../dedupe.ts'
import type { Reader } from '../reader.ts'
import { placeOf, speaksFor } from './own.ts'
import type { HookCall, Places } from './places.ts'

export interface MissedParts {
  readonly places: Pick<Places, 'calls'>
  readonly reader: Reader
  readonly gitlabUrl: string | undefined
  readonly emit: Emit
  readonly now: Now
  readonly log: Log
}

export interface Missed {
  /** The newest entry of the list. */
  readonly seen: number
  /** Failed test calls of ours that were met. */
  readonly tests: number
  /** Entries GitLab kept no body of. */
  readonly bodiless: number
  /** Calls that did not reach us, tests of ours apart. */
  readonly failed: number
}

/** Told in one transaction or a few. */
const atOnce = 100

/** Tells what the list holds beyond `hook.seen`. @throws {GitlabError} @throws {StoreUnavailable} after which all of it may be told again: nothing doubles. */
export async function tellMissed(parts: MissedParts, hook: KeptHook, signal: AbortSignal): Promise<Missed> {
  const calls = await callsSince(parts.places, hook, signal)
  const failed = calls.filter((call) => !isDelivered(call))
  let tests = 0
  let bodiless = 0
  let telling: Promise<unknown>[] = []
  for (const call of failed) {
    signal.throwIfAborted()
    if (call.trigger === 'push_hooks' && tests < hook.failedTests) {
      tests += 1
      continue
    }
    if (call.body === undefined) {
      bodiless += 1
      continue
    }
    const accepted = await tell(parts, hook, call)
    if (accepted !== undefined) telling.push(accepted.told)
    if (telling.length >= atOnce) {
      await Promise.all(telling)
      telling = []
    }
  }
  await Promise.all(telling)
  const count = failed.length - tests
  if (count > 0) parts.log.info({ path: hook.path, count }, 'missed GitLab events were fetched')
  return { seen: calls.at(-1)?.id ?? hook.seen, tests, bodiless, failed: count }
}

/** Oldest first, each once: the list moves on while its pages are read. */
async function callsSince(places: Pick<Places, 'calls'>, hook: KeptHook, signal: AbortSignal): Promise<HookCall[]> {
  const found = new Map<number, HookCall>()
  if (hook.hook === undefined) return []
  for await (const page of places.calls(placeOf(hook), hook.hook, signal)) {
    const fresh = page.filter(({ id }) => id > hook.seen)
    // Bodies of what was delivered are not needed: a busy project's week of them is large.
    for (const call of fresh) found.set(call.id, isDelivered(call) ? { ...call, body: undefined } : call)
    if (fresh.length === 0) break
  }
  return [...found.values()].sort((one, other) => one.id - other.id)
}

function isDelivered({ status }: HookCall): boolean {
  // A 3xx is a success to GitLab and never reached us.
  return /^2\d\d$/.test(status)
}

async function tell(
  parts: MissedParts,
  hook: KeptHook,
  call: HookCall,
): Promise<{ told: Promise<unknown> } | undefined> {
  const read = await parts.reader.read(Buffer.from(JSON.stringify(call.body)), {
    header: call.headers['x-gitlab-event'],
    gitlabUrl: parts.gitlabUrl,
    receivedAt: call.at ?? parts.now(),
    logged: true,
  })
  if ('refusal' in read || !speaksFor(hook, read.draft.subject, read.home)) {
    parts.log.warn(
      { path: hook.path, entry: call.id },
      'a missed GitLab event was left: it is not of this hook’s place',
    )
    return undefined
  }
  const dedupe = [...hookDedupeKeys(read, hook.key, (name) => call.headers[name]), entryKey(hook.key, call.id)]
  const draft = { ...read.draft, fetched: true } as const
  const told = parts.emit(draft, read.relayed ? { dedupe } : { dedupe, only: [] })
  // Awaited with its batch, which hears a refusal; until then it must not count as unheard.
  told.catch(() => undefined)
  return { told }
}
