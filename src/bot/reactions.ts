// Emoji reactions to our cards: each does what a button of the card does, with the rights of whoever reacted (issue "The watch",
// "Incidents"). The mapping stands with the buttons; on posts of others, and on what tells no single card, a reaction is only that.

import { z } from 'zod'
import type { Command } from '../commands/command.ts'
import type { Log } from '../event.ts'
import type { DeliveryStore, EventStore } from '../store/store.ts'
import type { Dispatch, People } from './conversation.ts'
import type { SocketEvent } from './socket.ts'

export interface Reactions {
  /** Takes up `reaction_added` and `reaction_removed`; the rest is not its matter. */
  hear(event: SocketEvent): void
  /** Resolves when nothing is being done. */
  idle(): Promise<void>
}

export interface ReactionsParts {
  /** Our own reactions are nobody's. */
  readonly botId: string
  readonly commands: readonly Command[]
  readonly deliveries: Pick<DeliveryStore, 'byPost'>
  readonly events: Pick<EventStore, 'find'>
  readonly dispatch: Pick<Dispatch, 'press'>
  readonly people: Pick<People, 'person'>
  readonly log: Log
}

const shape = z.looseObject({ user_id: z.string(), post_id: z.string(), emoji_name: z.string() })

interface Pressed {
  readonly verb: string
  readonly objectOf: (card: string) => string | undefined
}

export function createReactions(parts: ReactionsParts): Reactions {
  const { botId, deliveries, events, dispatch, people, log } = parts
  const pressed = pressedBy(parts.commands)
  /** What is done to one post, in the order it was asked. */
  const lines = new Map<string, Promise<void>>()

  async function react(person: string, post: string, { verb, objectOf }: Pressed): Promise<void> {
    const card = await cardOf(post)
    const object = card === undefined ? undefined : objectOf(card.key)
    if (card === undefined || object === undefined) return
    // Bots react too: to them nobody listens, and nothing is written down.
    if ((await people.person(person)) === undefined) return
    await dispatch.press({ by: 'reaction', person, channel: card.channel, verb, object })
  }

  /** The one card that a post of ours tells, and the channel it stands in. */
  async function cardOf(post: string): Promise<{ key: string; channel: string } | undefined> {
    const told = await deliveries.byPost(post)
    const channel = told?.deliveries.find(({ receipt }) => receipt?.channel !== undefined)?.receipt?.channel
    if (told === undefined || channel === undefined) return undefined
    const stored = await Promise.all(told.events.map((id) => events.find(id)))
    const cards = new Set(stored.map((one) => one?.event.card))
    const [key] = cards
    return cards.size === 1 && key !== undefined ? { key, channel } : undefined
  }

  return {
    hear({ event, data }) {
      if (event !== 'reaction_added' && event !== 'reaction_removed') return
      const reaction = readReaction(data.reaction)
      if (reaction === undefined || reaction.user_id === botId) return
      const what = pressed[event === 'reaction_added' ? 'added' : 'removed'].get(reaction.emoji_name)
      if (what === undefined) return
      const { user_id: person, post_id: post } = reaction
      const line = (lines.get(post) ?? Promise.resolve())
        .then(() => react(person, post, what))
        .catch((error: unknown) => log.error({ err: error, post }, 'a reaction could not be taken up'))
        .finally(() => lines.get(post) === line && lines.delete(post))
      lines.set(post, line)
    },
    async idle() {
      while (lines.size > 0) await Promise.all(lines.values())
    },
  }
}

/** What every emoji presses, when it is added and when it is taken back. */
function pressedBy(commands: readonly Command[]) {
  const added = new Map<string, Pressed>()
  const removed = new Map<string, Pressed>()
  for (const { name, buttons = {} } of commands) {
    for (const [button, { reaction }] of Object.entries(buttons)) {
      for (const emoji of reaction?.emoji ?? []) {
        if (reaction === undefined) continue
        added.set(emoji, { verb: `${name}.${button}`, objectOf: reaction.objectOf })
        const { back } = reaction
        if (back !== undefined) removed.set(emoji, { verb: `${name}.${back}`, objectOf: reaction.objectOf })
      }
    }
  }
  return { added, removed }
}

/** As websocket events carry it, JSON in a string; nothing where it is none. */
function readReaction(json: unknown): z.infer<typeof shape> | undefined {
  if (typeof json !== 'string') return undefined
  try {
    return shape.safeParse(JSON.parse(json)).data
  } catch {
    // Not JSON: not a reaction that Mattermost sent.
    return undefined
  }
}
