// `vigie manifest`: what Vigie registers in Mattermost, as derived from the command list.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { manifestOf, printManifest } from '../bot/manifest.ts'
import type { Subcommand } from './subcommand.ts'
