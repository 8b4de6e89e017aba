// How long a delivery waits between its own tries (threats F3, figures of §5).

const firstMs = 1000
const ceilingMs = 5 * 60_000

/** Tries end this long after the first; the delivery is parked then. */
export const retrySpanMs = 7 * 24 * 3_600_000
/** Tries that were answered "never" before a delivery is parked, and the pause between them. */
export const mostRefusals = 5
export const refusalPauseMs = 1000
/** Tries that were answered by a named trouble of the server, some two hours of them, before the rest of the channel goes on without that one. */
export const mostTroubles = 30

/** After the nth try: 1 s, 2 s, 4 s … 5 min, up to a quarter less so that many do not come at once. `random` is in [0, 1). */
export function backoffMs(attempt: number, random: number): number {
  return Math.round(Math.min(ceilingMs, firstMs * 2 ** Math.min(attempt - 1, 20)) * (1 - random / 4))
}
