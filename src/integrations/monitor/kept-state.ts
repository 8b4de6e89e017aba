// Which states have to be stored, and what a stored one is after a restart: the results say the rest, so that a check that changes nothing
// costs one row and no more. Pure.

import type { Result, State } from './monitor.ts'

const facts = [
  'health',
  'since',
  'streak',
  'failingSince',
  'goodSince',
  'beneath',
  'slowStreak',
  'isSlow',
  'certificateTold',
  'incident',
] as const satisfies readonly (keyof State)[]

/** Whether two states differ in no more than their latest results. */
export function isSameButResults(one: State, other: State): boolean {
  const isSameTurns = one.turns.length === other.turns.length && one.turns.at(-1) === other.turns.at(-1)
  return isSameTurns && facts.every((fact) => one[fact] === other[fact])
}

/** A stored state with the newest result that was judged since. */
export function withNewest(state: State, newest: Result | undefined): State {
  // Of an unknown one they are another target's.
  if (newest === undefined || state.health === 'unknown' || newest.at <= (state.last?.at ?? 0)) return state
  const { at, tookMs } = newest
  return { ...state, last: newest, ...(newest.failure ? {} : { lastGood: { at, tookMs } }) }
}
