// `/vigie about`: what this is, which version, since when.

import { duration } from '../text/format.ts'
import { own, rich } from '../text/rich.ts'
import type { Command } from './command.ts'
import type { CommandParts } from './index.ts'

const words = {
  fr: {
    what: 'Je monte la garde dans Mattermost\u00a0: je dis à chaque canal ce qu’il a demandé à entendre, et je n’oublie rien.',
    running: 'En marche depuis',
    organisation: 'Organisation',
    version: 'Version',
  },
  en: {
    what: 'I keep the watch in Mattermost: I tell each channel what it asked to hear, and I forget nothing.',
    running: 'Running for',
    organisation: 'Organisation',
    version: 'Version',
  },
}

export function aboutCommand({
  version,
  startedAt,
  organisation,
}: Pick<CommandParts, 'version' | 'startedAt' | 'organisation'>): Command {
  return {
    name: 'about',
    twin: 'apropos',
    summary: { fr: 'Dit ce qu’est Vigie, et sa version.', en: 'Says what Vigie is, and its version.' },
    allow: 'guest',
    async run({ locale, now }) {
      const { what, running, organisation: organisationTitle, version: versionTitle } = words[locale]
      return {
        title: own('Vigie'),
        text: own(what),
        fields: [
          { title: versionTitle, value: own(version), short: true },
          { title: running, value: own(duration(locale, now - startedAt)), short: true },
          ...(organisation === undefined
            ? []
            : [{ title: organisationTitle, value: rich`${organisation}`, short: true }]),
        ],
        next: '/vigie help',
      }
    },
  }
}
