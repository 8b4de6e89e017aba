// How many subscriptions a channel may hold: each is looked at when an event is routed.

import { UserError } from '../../errors.ts'
import { code, rich } from '../../text/rich.ts'
import { said } from '../../text/said.ts'
import { listCommand } from './words.ts'

export const mostInChannel = 200

/** @throws {UserError} when a channel with so many subscriptions would hold more than it may. */
export function requireRoom(count: number): void {
  if (count <= mostInChannel) return
  throw new UserError(
    said({
      fr: rich`Un canal a ${mostInChannel} abonnements au plus. Retirez-en un\u00a0: ${code(listCommand.fr)} les montre.`,
      en: rich`A channel has ${mostInChannel} subscriptions at most. Remove one: ${code(listCommand.en)} shows them.`,
    }),
  )
}
