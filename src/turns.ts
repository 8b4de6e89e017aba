// Turns: so many at a time, the others wait in line (threat T28).

import type { ServerResponse } from 'node:http'

export interface Turns {
  /** Resolves when it is one's turn. `onLeave` is given what ends it, or gives up one's place in the line. */
  take(onLeave: (leave: () => void) => void): Promise<void>
}

/** Until a reply is on its way, or its caller is gone. */
export const untilAnswered =
  (reply: ServerResponse) =>
  (leave: () => void): void => {
    // Who is gone already says so no more.
    if (reply.destroyed) leave()
    else reply.once('finish', leave).once('close', leave)
  }

export function createTurns(most: number): Turns {
  let free = most
  const line: (() => void)[] = []
  const next = (): void => {
    const enter = line.shift()
    if (enter === undefined) free += 1
    else enter()
  }
  return {
    take(onLeave) {
      const { promise, resolve } = Promise.withResolvers<void>()
      let state: 'waits' | 'in' | 'left' = 'waits'
      const enter = (): void => {
        if (state === 'left') next()
        else {
          state = 'in'
          resolve()
        }
      }
      onLeave(() => {
        const was = state
        state = 'left'
        if (was === 'in') next()
        // Who is gone is not kept waiting.
        if (was === 'waits') resolve()
      })
      if (free > 0) {
        free -= 1
        enter()
      } else line.push(enter)
      return promise
    },
  }
}
