// The contract of `vigie <subcommand>`: one file each, one line in cli/index.ts. What a subcommand knows of the process
// comes in as a World, so that main.ts alone touches it.

import type { Values } from '../env.ts'
import type { Locale, Said } from '../text/locale.ts'
import type { Ask } from './terminal.ts'

export interface World {
  readonly environment: Values
  /** The working directory: `.env` and `data/` are its. */
  readonly cwd: string
  /** The folder of the installation. */
  readonly root: string
  readonly pid: number
  /** The Node that runs us: an absolute path. */
  readonly node: string
  readonly stdin: AsyncIterable<Buffer | string>
  readonly stdout: (line: string) => void
  readonly stderr: (line: string) => void
  /** Bytes to standard output; resolves once there is room for more. Absent where only lines are read. */
  readonly write?: (bytes: Uint8Array) => Promise<void>
  /** Of the terminal: LANG, else French. */
  readonly locale: Locale
  readonly now: () => number
  readonly fetch: typeof fetch
  /** Aborted by SIGINT or SIGTERM; a second signal ends the process at once. */
  readonly signal: AbortSignal
  readonly isTerminal: boolean
  /** Asks the person at the terminal; absent where there is none to answer. */
  readonly ask?: Ask
}

export interface Subcommand {
  readonly name: string
  readonly summary: Said
  /** After the name: `[--port N] [--json]`. */
  readonly usage: string
  /** What `--help` says below the usage, a line each. */
  readonly help?: Said
  /** The exit code; 0 only if all is well. @throws {UserError | ConfigError} printed without a stack. */
  run(args: readonly string[], world: World): Promise<number>
}
