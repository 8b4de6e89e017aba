// `/vigie explain <event, delivery or permalink>`: why a post or an event is here, or why it is not. Tells only what this channel heard or
// may hear; what is unknown and what is forbidden read alike (interface.md, "Who may"; threats T7).

import { UserError } from '../errors.ts'
import type { Delivery, Event } from '../event.ts'
import type { StoredEvent } from '../store/store.ts'
import { code, rich } from '../text/rich.ts'
import { said } from '../text/said.ts'
import type { CallContext, Command, Reply } from './command.ts'
import type { CommandParts } from './index.ts'
import { eventReply, postReply } from './subscriptions/explanation.ts'
import { mayHear, wasTold } from './subscriptions/hearing.ts'

/** Of one event's deliveries to this channel, one for each target. */
const mostHere = 20

export type ExplainParts = Pick<CommandParts, 'around' | 'describe' | 'timeZone' | 'router'> & {
  readonly store: Pick<CommandParts['store'], 'deliveries' | 'events' | 'subscriptions'>
}

export function explainCommand(parts: ExplainParts): Command {
  return {
    name: 'explain',
    twin: 'expliquer',
    summary: {
      fr: 'Dit pourquoi un message est ici, ou pourquoi un événement n’y est pas.',
      en: 'Says why a post is here, or why an event is not.',
    },
    args: [
      {
        name: 'what',
        title: { fr: 'Événement ou lien', en: 'Event or link' },
        help: {
          fr: 'le numéro d’un événement ou d’une livraison, ou le lien d’un message',
          en: 'the id of an event or a delivery, or the link of a post',
        },
        required: true,
      },
    ],
    usage: { fr: '<événement, livraison ou permalien>', en: '<event, delivery or permalink>' },
    allow: 'guest',
    run: (call) => explain(parts, call.args.what ?? '', call),
    buttons: {
      why: { allow: 'guest', run: (press) => explain(parts, press.object, press) },
    },
  }
}

async function explain(parts: ExplainParts, words: string, context: CallContext): Promise<Reply> {
  const post = await parts.around.findPost(words, context)
  const told = post === undefined ? undefined : await parts.store.deliveries.byPost(post.id)
  if (post !== undefined && told !== undefined && isHere(post.channel, context)) {
    return explainEvents(parts, told.events, told.deliveries, words, context)
  }
  const delivery = await parts.store.deliveries.nearest(words)
  if (delivery?.isIt && isHere(delivery.found.target.address, context)) {
    return explainEvents(parts, delivery.found.events, [delivery.found], words, context)
  }
  // What is not there is looked for as long as what may not be told.
  return explainEvents(parts, [words], [], words, context)
}

async function explainEvents(
  parts: ExplainParts,
  ids: readonly string[],
  deliveries: readonly Delivery[],
  words: string,
  context: CallContext,
): Promise<Reply> {
  const visible: StoredEvent[] = []
  for (const id of ids) {
    const near = await parts.store.events.nearest(id)
    const isVisible = await maySee(parts, near?.found.event ?? nothing, context)
    if (near?.isIt && isVisible) visible.push(near.found)
  }
  const [only, ...others] = visible
  if (only === undefined) throw unknown(words)
  return others.length === 0 ? eventReply(parts, only, context) : postReply(parts, visible, deliveries, context)
}

/** Stands where there is no event, and none before, so that the time taken tells nothing (threats T7). */
const nothing: Event = {
  id: '',
  source: 'gitlab',
  subject: 'nobody/nothing',
  type: 'gitlab.push.push',
  time: new Date(0).toISOString(),
  data: {},
  severity: 'info',
  audience: 'closed',
  byDefault: true,
}

/** What was told here, or what is open here and could have been. */
async function maySee(parts: ExplainParts, event: Event, context: CallContext): Promise<boolean> {
  if (context.role === 'vigie_admin') return true
  const { channel } = context.place
  for (const delivery of await parts.store.deliveries.list({ channel, event: event.id, limit: mostHere })) {
    if (await wasTold(parts, delivery)) return true
  }
  return mayHear(parts, event, context)
}

/** A Vigie administrator asks about every channel, others about this one. */
function isHere(channel: string, { place, role }: CallContext): boolean {
  return role === 'vigie_admin' || channel === place.channel
}

function unknown(words: string): UserError {
  return new UserError(
    said({
      fr: rich`Je ne connais ici rien de tel\u00a0: ${code(words.slice(0, 120))}. Donnez le numéro d’un événement ou d’une livraison (${code('/vigie deliveries')} les montre), ou le lien d’un de mes messages.`,
      en: rich`I know of no such thing here: ${code(words.slice(0, 120))}. Give the id of an event or a delivery (${code('/vigie deliveries')} shows them), or the link of one of my posts.`,
    }),
  )
}
