// A tenth of the real times.

export const quick = {
  settledMs: 300,
  goneMs: 400,
  repeatMs: 400,
  lookForMs: 50,
  checkMs: 100,
  againMs: 100,
  pollMs: 200,
} as const
