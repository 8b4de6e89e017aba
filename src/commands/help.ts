// `/vigie help [command] [verb]`: what can be said here, or one command in detail.

import type { Command } from './command.ts'
import type { CommandParts } from './index.ts'

export function helpCommand({ help }: Pick<CommandParts, 'help'>): Command {
  return {
    name: 'help',
    twin: 'aide',
    summary: { fr: 'Montre ce que vous pouvez demander.', en: 'Shows what you can ask for.' },
    args: [
      {
        name: 'command',
        title: { fr: 'Commande', en: 'Command' },
        help: { fr: 'la commande à expliquer', en: 'the command to explain' },
        required: false,
      },
      {
        name: 'verb',
        title: { fr: 'Verbe', en: 'Verb' },
        help: { fr: 'le verbe de cette commande', en: 'the verb of that command' },
        required: false,
      },
    ],
    examples: [{ fr: '/vigie help subscribe', en: '/vigie help subscribe' }],
    allow: 'guest',
    run: async (call) => help(call, call.args.command, call.args.verb),
  }
}
