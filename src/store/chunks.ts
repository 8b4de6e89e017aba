// Long lists of values in pieces: a statement takes 32,766 variables in SQLite, and a short one is done soon.

const most = 500

/** The values in order, at most 500 at a time; nothing for none. */
export function* inChunks<T>(values: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < values.length; start += most) yield values.slice(start, start + most)
}
