// `vigie manifest`: what Vigie registers in Mattermost, as it derives from the command list; `manifest.json` is kept in step with it.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { manifestOf, printManifest } from '../bot/manifest.ts'
import { type CommandParts, createCommands } from '../commands/index.ts'
import type { Subcommand } from './subcommand.ts'

export const manifest: Subcommand = {
  name: 'manifest',
  summary: {
    fr: 'montre ce que Vigie enregistre dans Mattermost',
    en: 'shows what Vigie registers in Mattermost',
  },
  usage: '[--write | --check]',
  help: {
    fr: '--write  l’écrit dans manifest.json\n--check  échoue si manifest.json en diffère',
    en: '--write  writes it to manifest.json\n--check  fails if manifest.json differs from it',
  },
  async run(args, world) {
    const options = { write: { type: 'boolean' }, check: { type: 'boolean' } } as const
    const { values } = parseArgs({ args: [...args], options })
    const path = join(world.root, 'manifest.json')
    const text = printManifest(manifestOf(createCommands(noParts)))
    if (values.write) writeFileSync(path, text)
    else if (!values.check) world.stdout(text.trimEnd())
    else if (readFileSync(path, 'utf8') !== text) {
      world.stderr(
        world.locale === 'fr'
          ? 'manifest.json ne dit plus ce que disent les commandes : lancez « npm run manifest » et relisez le changement.'
          : 'manifest.json no longer says what the commands say: run "npm run manifest" and review the change.',
      )
      return 1
    }
    return 0
  },
}

/** A command's words need nothing of the running Vigie; only what it does would, and nothing is done here. */
const noParts = { store: {}, sources: [], around: {} } as unknown as CommandParts
