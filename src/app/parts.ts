// What Vigie is made from, and what it then is.

import type { ReloadableEnv } from '../env.ts'
import type { Log, Now } from '../event.ts'
import type { DoctorLine, StatusReport } from '../web/control.ts'
import type { Import } from './import.ts'

export interface AppParts {
  readonly env: ReloadableEnv
  readonly log: Log
  readonly now: Now
  readonly fetch: typeof fetch
  /** The folder that relative paths of settings start from. */
  readonly cwd: string
  readonly pid: number
  readonly version: string
}

export interface App {
  /** Listens, sends, connects. Resolves once webhooks are taken; Mattermost may be away. */
  start(): Promise<void>
  /** Drains within 10 s and closes. */
  stop(): Promise<void>
  /** Rejects with what makes going on impossible (a ConfigError found at first contact); resolves when stopped. */
  ended(): Promise<void>
  status(): Promise<StatusReport>
  doctor(): Promise<readonly DoctorLine[]>
  /** The id of `team/channel`. @throws {UserError} where it cannot be found. */
  channelNamed(words: string): Promise<string>
  /** What a file held, told to nobody. */
  readonly take: Import
  /** Where our HTTP door stands. */
  url(): string
}
