// One after the other: whether a character is new is known once whoever wrote it before has ended.

/** Does `work` once all that was given under this name before has ended. Resolves, or rejects, as `work` does. */
export type InTurn = <T>(name: string, work: () => Promise<T>) => Promise<T>

export function createTurns(): InTurn {
  const last = new Map<string, Promise<unknown>>()
  return async (name, work) => {
    const before = last.get(name) ?? Promise.resolve()
    const turn = before.then(work)
    // How it ended is its own caller's matter.
    const ended = turn.catch(() => undefined)
    last.set(name, ended)
    try {
      return await turn
    } finally {
      if (last.get(name) === ended) last.delete(name)
    }
  }
}
