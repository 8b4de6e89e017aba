// Jobs that report (interface.md, `/heartbeat/:token`): when the next word of one is expected, and what each word says.

import type { Cron } from '../integration.ts'
import type { Monitor, Result, State } from './monitor.ts'

/** How long from now until it counts as missed. What was missed while Vigie was stopped cannot be known: one more grace from its start. */
export function expectedInMs(
  { everyMs, heartbeat, madeAt }: Monitor,
  { last, lastGood }: State,
  { cron, now, startedAt }: { readonly cron: Pick<Cron, 'next'>; readonly now: number; readonly startedAt: number },
): number {
  const graceMs = heartbeat?.graceMs ?? 0
  // After a miss the next one is counted from when it was due, or every look would be one.
  const heardAt = last?.failure?.kind === 'missed' ? last.at - graceMs : (last?.at ?? 0)
  const from = Math.max(madeAt, lastGood?.at ?? 0, heardAt)
  const dueAt =
    heartbeat?.cron === undefined
      ? from + everyMs
      : (cron.next(heartbeat.cron, heartbeat.timeZone ?? 'UTC', from) ?? from + everyMs)
  const lateAt = dueAt + graceMs
  const isOverSinceBefore = lateAt < startedAt + graceMs
  return Math.max(0, (isOverSinceBefore ? startedAt + graceMs : lateAt) - now)
}

export type Beat = { readonly kind: 'start' } | { readonly kind: 'done'; readonly result: Result }

/** `` or `0`: done; `start`; `fail`, or any other exit code of a shell, 0 to 255. Nothing for what is none of them. */
export function readBeat(suffix: string, at: number, startedAt: number | undefined): Beat | undefined {
  const tookMs = startedAt === undefined ? 0 : Math.max(0, at - startedAt)
  const done = { at, tookMs, phases: {} }
  if (suffix === 'start') return { kind: 'start' }
  if (suffix === '' || suffix === '0') return { kind: 'done', result: done }
  const detail = suffix === 'fail' ? '' : `exit ${suffix}`
  const isCode = /^\d{1,3}$/.test(suffix) && Number(suffix) <= 255
  if (suffix !== 'fail' && !isCode) return undefined
  return { kind: 'done', result: { ...done, failure: { kind: 'reported', detail, isNetwork: false } } }
}
