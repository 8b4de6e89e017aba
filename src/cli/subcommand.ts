// The contract of `vigie <subcommand>`: one file each, one line in cli/index.ts. What a subcommand knows of the process
// comes in as a World, so that main.ts alone touches it.

import type { Values } from '../env.ts'
import type { Locale, Said } from '../text/locale.ts'

export interface World {
  readonly environment: Values
  /** The working directory: `.env` and `data/` are its. */
  readonly cwd: string
  /** The folder of the installation. */
  readonly root: string
  readonly pid: number
  readonly stdin: AsyncIterable<Buffer | string>
  readonly stdout: (line: string) => void
  readonly stderr: (line: string) => void
  /** Of the terminal: LANG, else French. */
  readonly locale: Locale
  readonly now: () => number
  readonly fetch: typeof fetch
  /** Aborted by SIGINT or SIGTERM; a second signal ends the process at once. */
  readonly signal: AbortSignal
  readonly isTerminal: boolean
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
