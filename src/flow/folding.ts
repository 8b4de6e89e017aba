// When what waits for a target is told together: the window of `--digest` has closed, or more than 20 wait and the oldest for more
// than 60 s. A live card is not absorbed; all that happened to it becomes one edit (interface.md).

import { isStoreUnavailable } from '../errors.ts'
import type { Log, Meter, Now, Target } from '../event.ts'
import type { DeliveryStore, Waiting } from '../store/store.ts'
import { cardLifeMs, isAlive } from './card.ts'
import { type DigestPiece, splitDigest } from './digest.ts'
import type { Gather } from './gathering.ts'
import type { Teller } from './telling.ts'

const crowd = 20
const patienceMs = 60_000
/** Folded at a time; the rest is the next round's. */
const mostAtOnce = 200
/** So many are described before others get their turn. */
const yieldEvery = 25

export interface FoldingParts {
  readonly deliveries: Pick<DeliveryStore, 'overdue' | 'foldable' | 'fold' | 'nextWindowAt'>
  readonly gather: Gather
  readonly teller: Teller
  readonly now: Now
  readonly log: Log
  readonly meter: Meter
  /** Lets webhooks and commands come in between. */
  readonly breathe: () => Promise<unknown>
}

/** Folds what is overdue for a notifier, before anything of it is claimed; resolves when the next window of a digest or a burst closes. @throws {StoreUnavailable} */
export type Fold = (notifier: string) => Promise<number | undefined>

export function createFolding({ deliveries, gather, teller, now, log, meter, breathe }: FoldingParts): Fold {
  async function foldTarget(target: Target, digest: boolean): Promise<void> {
    const request = { digest, limit: mostAtOnce, liveSince: now() - cardLifeMs }
    let waiting = await deliveries.foldable(target, request)
    while (await foldSome(target, waiting)) {
      if (waiting.length < mostAtOnce) return
      waiting = await deliveries.foldable(target, request)
    }
  }

  /** Resolves whether anything was folded. */
  async function foldSome(target: Target, waiting: readonly Waiting[]): Promise<boolean> {
    const { edits, rest } = sort(waiting, now())
    const pieces: DigestPiece<Waiting>[] = []
    const summarise = await teller.summariser(target)
    for (const one of rest) {
      pieces.push({ of: one, summaries: one.events.map(summarise) })
      if (pieces.length % yieldEvery === 0) await breathe()
    }
    let folded = false
    for (const group of edits) folded = (await foldGroup(group, 'card')) || folded
    for (const group of splitDigest(pieces)) folded = (await foldGroup(group, 'digest')) || folded
    return folded
  }

  async function foldGroup(group: readonly Waiting[], as: 'digest' | 'card'): Promise<boolean> {
    const target = group[0]?.delivery.target
    if (!target || group.length < 2) return false
    const ids = group.map(({ delivery }) => delivery.id)
    const delivery = await deliveries.fold(ids, as, now())
    await breathe()
    if (delivery === undefined) return false
    log.info({ delivery, as, count: ids.length, ...target }, 'waiting deliveries folded')
    meter.count('deliveries_digested', { notifier: target.notifier }, ids.length)
    return true
  }

  return async (notifier) => {
    const at = now()
    const targets = await deliveries.overdue({ notifier, now: at, count: crowd, olderThan: at - patienceMs })
    for (const { target, digest } of targets) {
      try {
        await foldTarget(target, digest)
      } catch (error) {
        if (isStoreUnavailable(error)) throw error
        // One target's trouble costs nobody else; what waits is told one by one.
        log.error({ err: error, ...target }, 'what waits could not be folded')
      }
    }
    await gather(notifier)
    return await deliveries.nextWindowAt(notifier, at)
  }
}

/** Apart: what changes cards that are live, by card; and the rest, in order. */
function sort(waiting: readonly Waiting[], now: number): { edits: Waiting[][]; rest: Waiting[] } {
  const edits = new Map<string, Waiting[]>()
  const rest: Waiting[] = []
  for (const one of waiting) {
    const key = isAlive(one.card, now) ? one.card.key : undefined
    const group = key === undefined ? rest : edits.get(key)
    if (group) group.push(one)
    else if (key !== undefined) edits.set(key, [one])
  }
  return { edits: [...edits.values()], rest }
}
