// `/vigie` alone: what can be said. Everything else is `/vigie <command>`.

import type { Command } from './command.ts'
import type { CommandParts } from './index.ts'

export function vigieCommand({ help }: Pick<CommandParts, 'help'>): Command {
  return {
    name: 'vigie',
    trigger: true,
    summary: { fr: 'Parle à Vigie\u00a0: tout ce qu’elle sait faire.', en: 'Talks to Vigie: everything it can do.' },
    usage: { fr: '[commande] …', en: '[command] …' },
    allow: 'guest',
    run: async (call) => help(call),
  }
}
