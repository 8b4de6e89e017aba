// `/vigie allow <source> <subject> [~channel|everyone]`: opens a closed subject.

import { bold, own, rich } from '../text/rich.ts'
import type { Command } from './command.ts'
import { type RuleParts, ruleCommand } from './subscriptions/rule.ts'

export function allowCommand(parts: RuleParts): Command {
  return ruleCommand(parts, {
    name: 'allow',
    twin: 'autoriser',
    summary: {
      fr: 'Ouvre un sujet fermé (projet privé…) à un canal ou à tous.',
      en: 'Opens a closed subject (a private project…) to a channel or to everyone.',
    },
    done: {
      fr: (what, where) =>
        rich`${bold(own('Ouvert\u00a0:'))} ${what} pour ${where}. Qui y est abonné l’entend dès maintenant.`,
      en: (what, where) =>
        rich`${bold(own('Opened:'))} ${what} for ${where}. Whoever subscribed there hears it from now on.`,
    },
    undo: 'deny',
  })
}
