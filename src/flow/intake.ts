// The way in: what queued in the same tick is routed and recorded in one transaction, and answered after its commit; this is `emit`
// (design.md, "Durable before answered").

import { isStoreUnavailable } from '../errors.ts'
import type { Accepted, Draft, Emit, EmitOptions, EmitTogether, Keeping, Log, Meter, Now, Target } from '../event.ts'
import type { Recording, Routed, Store } from '../store/store.ts'
import type { Router } from './router.ts'

export interface IntakeParts {
  readonly store: Pick<Store, 'events'>
  readonly router: Router
  readonly now: Now
  readonly log: Log
  readonly meter: Meter
  /** Whom alone an event may be told to: a trial of the doctor is nobody else's. Nothing for all others. */
  readonly confine?: (draft: Draft) => readonly Target[] | undefined
  /** Called after every commit that made deliveries, with the names of the notifiers they are for. */
  readonly onDeliveries?: (notifiers: ReadonlySet<string>) => void
}

export interface Intake {
  readonly emit: Emit
  readonly emitTogether: EmitTogether
  /** Resolves once everything emitted before is committed or refused. */
  drain(): Promise<void>
}

/** Bounds a transaction, some ten milliseconds of work; the rest is the next one's, and who asks something meanwhile has their turn before. */
const mostInABatch = 200

/** What is stored together or not at all. */
interface Queued {
  readonly drafts: readonly { readonly draft: Draft; readonly options: EmitOptions }[]
  readonly resolve: (accepted: readonly Accepted[]) => void
  readonly reject: (error: unknown) => void
}

export function createIntake({ store, router, now, log, meter, confine, onDeliveries }: IntakeParts): Intake {
  const queue: Queued[] = []
  let working: Promise<void> | undefined

  async function work(): Promise<void> {
    try {
      while (queue.length > 0) {
        await new Promise((resolve) => setImmediate(resolve))
        await accept(takeBatch(queue))
      }
    } finally {
      working = undefined
    }
  }

  async function accept(batch: readonly Queued[]): Promise<void> {
    let accepted: readonly Accepted[]
    const notifiers = new Set<string>()
    try {
      accepted = await record(batch, notifiers)
    } catch (error) {
      if (batch.length === 1 || isStoreUnavailable(error)) for (const queued of batch) queued.reject(error)
      // One event's fault must not cost the others that happened to queue with it.
      else for (const queued of batch) await accept([queued])
      return
    }
    let from = 0
    for (const { drafts, resolve, reject } of batch) {
      const answers = accepted.slice(from, from + drafts.length)
      from += drafts.length
      if (answers.length < drafts.length) reject(new Error('the store answered for fewer events than it was given'))
      else {
        resolve(answers)
        for (const [index, { draft }] of drafts.entries()) {
          const answer = answers[index]
          if (answer) note(answer, draft)
        }
      }
    }
    if (notifiers.size > 0) onDeliveries?.(notifiers)
  }

  /** `notifiers`: those that hear of it are added. */
  async function record(batch: readonly Queued[], notifiers: Set<string>): Promise<readonly Accepted[]> {
    const index = await router.current()
    const acceptedAt = now()
    return await store.events.record(
      batch
        .flatMap(({ drafts }) => drafts)
        .map(({ draft: given, options }): Recording => {
          const { within } = options
          const draft = within === undefined ? given : { ...given, within }
          const only = options.only ?? confine?.(draft)
          const route: Recording['route'] = (event) => {
            const routed = only
              ? only.map((target) => alone(target, acceptedAt))
              : withAlso(index.route(event, acceptedAt), options.also ?? [], acceptedAt)
            for (const { target } of routed) notifiers.add(target.notifier)
            return routed
          }
          const { dedupe = [] } = options
          const keeps = options.keeps && keptWithin(options.keeps, within)
          return { draft, dedupe, acceptedAt, route, ...(keeps === undefined ? {} : { keeps }) }
        }),
    )
  }

  function note({ event, matched, repeated, type = '' }: Accepted, draft: Draft): void {
    const labels = { source: draft.source }
    if (repeated) meter.count('events_deduplicated', labels)
    else meter.count('events_accepted', labels)
    if (!repeated && matched > 0) meter.count('events_matched', labels, matched)
    log.info({ event, matched, repeated, type: type || draft.type, subject: draft.subject }, 'event accepted')
  }

  const emitTogether: EmitTogether = (all) =>
    new Promise((resolve, reject) => {
      const drafts = all.map(({ draft, options = {} }) => ({ draft, options }))
      queue.push({ drafts, resolve, reject })
      working ??= work().catch((error: unknown) => log.error({ err: error }, 'intake stumbled after a commit'))
    })

  return {
    emitTogether,
    async emit(draft, options = {}) {
      const [accepted] = await emitTogether([{ draft, options }])
      if (accepted === undefined) throw new Error('the store answered for fewer events than it was given')
      return accepted
    },
    async drain() {
      while (working) await working
    },
  }
}

/** The first, and as many more as a transaction may take. */
function takeBatch(queue: Queued[]): Queued[] {
  let count = 0
  const end = queue.findIndex(({ drafts }) => {
    count += drafts.length
    return count > mostInABatch
  })
  return queue.splice(0, end === -1 ? queue.length : Math.max(1, end))
}

/** What a key with a channel of its own changes is told there alone. */
function keptWithin(keeping: Keeping, within: string | undefined): Keeping {
  if (within === undefined) return keeping
  const { nom, change } = keeping
  return {
    nom,
    change(known) {
      const changed = change(known)
      return { ...changed, draft: { ...changed.draft, within } }
    },
  }
}

function withAlso(routed: readonly Routed[], also: readonly Target[], at: number): readonly Routed[] {
  if (also.length === 0) return routed
  const all = [...routed]
  for (const target of also) {
    const isThere = all.some((one) => one.target.notifier === target.notifier && one.target.address === target.address)
    if (!isThere) all.push(alone(target, at))
  }
  return all
}

function alone(target: Target, dueAt: number): Routed {
  return { target, subscriptions: [], dueAt, each: false }
}
