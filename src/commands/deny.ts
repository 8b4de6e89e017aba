// `/vigie deny <source> <subject> [~channel|everyone]`: closes a subject again; it wins over an allow.

import { bold, own, rich } from '../text/rich.ts'
import type { Command } from './command.ts'
import { type RuleParts, ruleCommand } from './subscriptions/rule.ts'

export function denyCommand(parts: RuleParts): Command {
  return ruleCommand(parts, {
    name: 'deny',
    twin: 'interdire',
    summary: {
      fr: 'Ferme un sujet à un canal ou à tous\u202f; l’emporte sur une ouverture.',
      en: 'Closes a subject to a channel or to everyone; wins over an opening.',
    },
    done: {
      fr: (what, where) =>
        rich`${bold(own('Fermé\u00a0:'))} ${what} pour ${where}. Ce qui n’est pas public n’y est plus dit, sauf aux abonnements d’un administrateur de Vigie.`,
      en: (what, where) =>
        rich`${bold(own('Closed:'))} ${what} for ${where}. What is not public is told there no more, but to subscriptions of a Vigie administrator.`,
    },
    undo: 'allow',
  })
}
