// What can be typed after `vigie`: the list.

import { backup } from './backup.ts'
import { demo } from './demo.ts'
import { doctor } from './doctor.ts'
import { exportCommand } from './export.ts'
import { importCommand } from './import.ts'
import { key } from './key.ts'
import { manifest } from './manifest.ts'
import { provision } from './provision.ts'
import { push } from './push.ts'
import { query } from './query.ts'
import { restore } from './restore.ts'
import { sandbox } from './sandbox.ts'
import { service } from './service.ts'
import { start } from './start.ts'
import { status } from './status.ts'
import { stop } from './stop.ts'
import type { Subcommand } from './subcommand.ts'

export const subcommands: readonly Subcommand[] = [
  start,
  demo,
  sandbox,
  provision,
  status,
  doctor,
  stop,
  manifest,
  key,
  backup,
  restore,
  exportCommand,
  importCommand,
  push,
  query,
  service,
]
