// Whether a channel can be told more: the bot is inside, and it holds not too many subscriptions, each of which is looked at when an
// event is routed. They are counted and made in turn, or many at once would all find the same room (threats T13).

import { UserError } from '../../errors.ts'
import { code, rich } from '../../text/rich.ts'
import { said } from '../../text/said.ts'
import type { Around, CallContext } from '../command.ts'
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

/** Brings the bot in. @throws {UserError} where it has to be invited. */
export async function requireInside(around: Pick<Around, 'bringBot'>, { place }: CallContext): Promise<void> {
  if (place.botIn || (await around.bringBot(place))) return
  // Nobody can be invited there.
  if (place.kind === 'direct' || place.kind === 'group') throw new UserError(neverHere)
  throw new UserError(
    said({
      fr: rich`Je ne peux pas écrire ici\u00a0: invitez-moi avec ${code('/invite @vigie')}, puis redonnez la commande.`,
      en: rich`I cannot write here: invite me with ${code('/invite @vigie')}, then give the command again.`,
    }),
  )
}

const neverHere = {
  fr: 'Je ne peux rien annoncer ici\u00a0: ce sont les messages d’autres personnes.',
  en: 'I can announce nothing here: these are other people’s messages.',
}

/** Does the work of one channel after what began there before; passes on what it resolves or throws. */
export type InTurn = <T>(channel: string, work: () => Promise<T>) => Promise<T>

export function createTurns(): InTurn {
  const last = new Map<string, Promise<unknown>>()
  return (channel, work) => {
    const before = last.get(channel) ?? Promise.resolve()
    // Who waited is told of their own failure only.
    const mine = before.then(work, work)
    last.set(channel, mine)
    const leave = () => {
      if (last.get(channel) === mine) last.delete(channel)
    }
    mine.then(leave, leave)
    return mine
  }
}
