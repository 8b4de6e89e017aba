// A terminal for a subcommand that runs within the test.

import { join } from 'node:path'
import type { Subcommand, World } from '../../src/cli/subcommand.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly bytes: Buffer
  readonly err: string
}

export interface Terminal {
  readonly cwd: string
  readonly environment?: Readonly<Record<string, string>>
  readonly stdin?: AsyncIterable<string> | Iterable<string>
  readonly locale?: 'fr' | 'en'
  readonly fetch?: typeof fetch
}

/** What it threw is its error, as main.ts prints it. */
export async function run(subcommand: Subcommand, words: readonly string[], terminal: Terminal): Promise<Ran> {
  const out: Buffer[] = []
  const err: string[] = []
  const { cwd, environment = {}, stdin = [], locale = 'en' } = terminal
  const world: World = {
    environment,
    cwd,
    root: join(import.meta.dirname, '..', '..'),
    pid: process.pid,
    node: process.execPath,
    stdin: (async function* () {
      yield* stdin
    })(),
    stdout: (line) => void out.push(Buffer.from(`${line}\n`)),
    stderr: (line) => void err.push(line),
    write: async (bytes) => void out.push(Buffer.from(bytes)),
    locale,
    now: Date.now,
    fetch: terminal.fetch ?? fetch,
    signal: new AbortController().signal,
    isTerminal: false,
  }
  const code = await subcommand.run(words, world)
  const bytes = Buffer.concat(out)
  return { code, out: bytes.toString('utf8'), bytes, err: err.join('\n') }
}
