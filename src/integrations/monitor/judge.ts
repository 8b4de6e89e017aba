// What is made of a check's result: up, suspect, down, degraded, flapping, a certificate near its end (issue "The watch", threats F29).
// Pure: the same results always give the same changes.

import type { Change, Circumstances, Judged, Monitor, Result, State } from './monitor.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** Turns (down, or back) within the window from which on it flaps; and how long without one until it is steady. */
const flappingTurns = 5
const steadyAfterMs = 15 * 60_000
/** Days left at which a certificate is told of. */
export const certificateDays: readonly number[] = [21, 14, 7, 3, 1]

export const unknownState: State = { health: 'unknown', since: 0, streak: 0, slowStreak: 0, turns: [] }

export function judge(state: State, result: Result, monitor: Monitor, circumstances: Circumstances): Judged {
  if (circumstances.isIsolated) return { state, changes: [], nextInMs: monitor.everyMs }
  const seen =
    result.failure === undefined
      ? succeed(state, result, monitor, circumstances)
      : fail(state, result, monitor, circumstances)
  const steadied = settle(flap(seen, state, result, monitor), result, monitor)
  const { state: after, changes } = circumstances.isHeld ? steadied : certify(steadied, result)
  return { state: after, changes, nextInMs: nextIn(after, result, monitor) }
}

interface Seen {
  readonly state: State
  readonly changes: readonly Change[]
}

/** What it is beneath its flapping. */
const isDown = ({ health, beneath }: State): boolean =>
  health === 'down' || (health === 'flapping' && beneath === 'down')

function fail(state: State, result: Result, monitor: Monitor, { isHeld, isBehindSuspect }: Circumstances): Seen {
  const { goodSince: _good, ...rest } = state
  const failed = { ...rest, last: result, slowStreak: 0 }
  if (isDown(state)) return { state: { ...failed, streak: 0 }, changes: [] }
  const isFirst = state.failingSince === undefined
  const streak = isFirst ? 1 : state.streak + 1
  const failingSince = state.failingSince ?? result.at
  const isVerdict = streak >= monitor.failures && !isHeld && !isBehindSuspect
  if (!isVerdict) {
    // Held one short: the next failure is the verdict as soon as nothing holds it back.
    const held = Math.min(streak, Math.max(0, monitor.failures - 1))
    const health = state.health === 'flapping' ? 'flapping' : 'suspect'
    const since = state.health === health ? state.since : result.at
    return { state: { ...failed, health, since, streak: held, failingSince }, changes: [] }
  }
  const down: State = { ...failed, health: 'down', since: result.at, streak: 0, failingSince }
  return { state: down, changes: [{ kind: 'down', result }] }
}

function succeed(state: State, result: Result, monitor: Monitor, { isHeld }: Circumstances): Seen {
  const good = { ...state, last: result, lastGood: { at: result.at, tookMs: result.tookMs } }
  if (isDown(state)) {
    const goodSince = state.goodSince ?? result.at
    const streak = state.goodSince === undefined ? 1 : state.streak + 1
    if (streak < monitor.successes) return { state: { ...good, streak, goodSince }, changes: [] }
    const { failingSince = goodSince, goodSince: _good, isSlow: _slow, ...rest } = good
    const up: State = { ...rest, health: 'up', since: goodSince, streak: 0, slowStreak: 0 }
    return { state: up, changes: [{ kind: 'up', result, from: failingSince, to: goodSince }] }
  }
  const { failingSince: _failing, ...rest } = good
  const well: State = { ...rest, streak: 0 }
  return paced(well, result, monitor, isHeld)
}

/** Slow answers count towards "degraded" as failures do towards "down", and quick ones back. While it flaps nobody is told of its speed. */
function paced(state: State, result: Result, monitor: Monitor, isHeld: boolean): Seen {
  if (state.health === 'flapping') return { state, changes: [] }
  const { isSlow: wasSlow = false, ...rest } = state
  const isSlow = monitor.slowMs !== undefined && result.tookMs > monitor.slowMs
  const needed = wasSlow ? monitor.successes : monitor.failures
  const slowStreak = isSlow === wasSlow ? 0 : state.slowStreak + 1
  const isTurn = slowStreak > 0 && slowStreak >= needed && !(isSlow && isHeld)
  const isSlowNow = isTurn ? isSlow : wasSlow
  const health = isSlowNow ? 'degraded' : 'up'
  const since = state.health === health ? state.since : result.at
  const after: State = {
    ...rest,
    health,
    since,
    // Held one short, as failures are.
    slowStreak: isTurn ? 0 : Math.min(slowStreak, Math.max(0, needed - 1)),
    ...(isSlowNow ? { isSlow: true as const } : {}),
  } as const
  return { state: after, changes: isTurn ? [{ kind: isSlow ? 'degraded' : 'quick', result }] : [] }
}

/** Turns within the window make it flap; from then on they are counted, not told. */
function flap(seen: Seen, before: State, result: Result, monitor: Monitor): Seen {
  const turn = seen.changes.find(({ kind }) => kind === 'down' || kind === 'up')
  const windowMs = Math.max(hourMs, 20 * monitor.everyMs)
  const turns = [...before.turns, ...(turn ? [result.at] : [])].filter((at) => at > result.at - windowMs)
  if (!turn) return { ...seen, state: { ...seen.state, turns } }
  const beneath = turn.kind === 'down' ? 'down' : 'up'
  const wasFlapping = before.health === 'flapping'
  if (!wasFlapping && turns.length < flappingTurns) return { ...seen, state: { ...seen.state, turns } }
  const others = seen.changes.filter((change) => change !== turn)
  return {
    state: {
      ...seen.state,
      health: 'flapping',
      since: wasFlapping ? before.since : result.at,
      beneath,
      turns: turns.slice(-2 * flappingTurns),
    },
    changes: [
      ...others,
      ...(wasFlapping ? [] : [{ kind: 'flapping', turns: turns.length, result } as const]),
      turnedBy(turn, seen.state, result),
    ],
  }
}

/** Told to nobody, and accounted for. */
function turnedBy(turn: Change, { failingSince }: State, result: Result): Change {
  if (turn.kind === 'up') return { kind: 'turned', from: turn.from, to: turn.to, result }
  return { kind: 'turned', from: failingSince ?? result.at, result }
}

/** Steady again once nothing turned for a while. */
function settle(seen: Seen, result: Result, monitor: Monitor): Seen {
  const { state } = seen
  if (state.health !== 'flapping' || state.beneath === undefined) return seen
  const quietMs = Math.max(steadyAfterMs, 10 * monitor.everyMs)
  if (result.at - (state.turns.at(-1) ?? state.since) < quietMs) return seen
  const { beneath: health, ...rest } = state
  return {
    state: { ...rest, health, since: result.at, turns: [] },
    changes: [...seen.changes, { kind: 'steady', health, result }],
  }
}

/** Told once at each threshold; a new certificate starts afresh. */
function certify(seen: Seen, result: Result): Seen {
  const endsAt = result.certificateEndsAt
  if (endsAt === undefined) return seen
  const told =
    seen.state.certificateTold?.endsAt === endsAt ? seen.state.certificateTold.days : Number.POSITIVE_INFINITY
  const leftDays = (endsAt - result.at) / dayMs
  const days = certificateDays.findLast((threshold) => leftDays <= threshold)
  if (days === undefined || days >= told) return seen
  return {
    state: { ...seen.state, certificateTold: { endsAt, days } },
    changes: [...seen.changes, { kind: 'certificate', endsAt, days }],
  }
}

function nextIn({ health, goodSince, failingSince }: State, { failure }: Result, monitor: Monitor): number {
  const isUndecided =
    (failure !== undefined && health !== 'down' && failingSince !== undefined) || goodSince !== undefined
  return isUndecided ? Math.min(monitor.everyMs, monitor.retryEveryMs) : monitor.everyMs
}
