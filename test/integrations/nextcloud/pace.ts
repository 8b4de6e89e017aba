// A tenth of the real times, and no scan without a reason.

export const quick = {
  settledMs: 300,
  goneMs: 400,
  repeatMs: 400,
  lookForMs: 50,
  checkMs: 100,
  againMs: 100,
  pollMs: 200,
  scanMs: 3_600_000,
} as const
