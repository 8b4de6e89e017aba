// Chance that can be had again: everything random in a ledger run comes from one printed number.

/** In [0, 1). */
export type Random = () => number

/** The number in `VIGIE_SEED`, else a new one; printed, so that a failed run can be told again. */
export function seedOfRun(name: string): number {
  const asked = process.env.VIGIE_SEED
  const seed = asked === undefined || asked === '' ? Math.floor(Math.random() * 2 ** 31) : Number(asked)
  console.log(`${name}: VIGIE_SEED=${seed}`)
  return seed
}

/** mulberry32 (Tommy Ettinger, public domain). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function pick<T>(random: Random, from: readonly T[]): T {
  const one = from[Math.floor(random() * from.length)]
  if (one === undefined) throw new Error('nothing to pick from')
  return one
}

/** A whole number, both ends included. */
export function between(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1))
}
