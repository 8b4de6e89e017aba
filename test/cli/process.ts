// `vigie` as a process of its own, as operators run it.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export interface Running {
  readonly child: ChildProcess
  readonly out: () => string
  readonly err: () => string
  /** Resolves with the first line of standard output that contains `words`. Fails when the process ends before. */
  line(words: string): Promise<string>
  /** Resolves the exit code; a signal's name where one ended it. */
  ended(): Promise<number | string>
}

const launcher = join(import.meta.dirname, '..', '..', 'bin', 'vigie')

/** Runs `bin/vigie` with these words in `cwd`; of our own environment only PATH is passed on. */
export function vigie(
  words: readonly string[],
  options: { cwd: string; environment?: Record<string, string> },
): Running {
  const child = spawn(process.execPath, [launcher, ...words], {
    cwd: options.cwd,
    env: { PATH: process.env.PATH, LANG: 'fr_FR.UTF-8', ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk) => {
    out += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    err += String(chunk)
  })
  const exit = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string)
  return {
    child,
    out: () => out,
    err: () => err,
    async line(words) {
      for (;;) {
        const found = out.split('\n').find((line) => line.includes(words))
        if (found !== undefined) return found
        const more = await Promise.race([once(child.stdout, 'data'), exit.then(() => undefined)])
        if (more === undefined) throw new Error(`ended without «${words}»:\n${out}\n${err}`)
      }
    },
    ended: () => exit,
  }
}
