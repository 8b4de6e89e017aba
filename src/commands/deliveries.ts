// `/vigie deliveries [failed]`: what was told here, what waits, what was given up. A Vigie administrator sees every channel's in a
// direct message.

import type { Delivery, Telling } from '../event.ts'
import { moment } from '../text/format.ts'
import type { Locale } from '../text/locale.ts'
import { code, own, plain, type Rich, rich, shorten } from '../text/rich.ts'
import type { Call, Command, Reply, ReplyButton } from './command.ts'
import type { CommandParts } from './index.ts'
import { isUnnamed, mayHear, wasTold } from './subscriptions/hearing.ts'

const most = 20
const mostButtons = 5

const words = {
  fr: {
    title: 'Livraisons',
    failed: 'Livraisons abandonnées',
    none: 'Rien n’a encore été livré ici.',
    noneFailed: 'Aucune livraison n’a été abandonnée ici.',
    head: ['Numéro', 'Quand', 'Quoi', 'État', 'Essais', 'Erreur'],
    states: {
      waiting: '⏳ en attente',
      delivered: '🟢 livrée',
      absorbed: '📎 dans un résumé',
      withheld: '🔇 retenue',
      parked: '🔴 abandonnée',
    },
    several: (count: number) => `${count} événements`,
    replay: 'Renvoyer',
  },
  en: {
    title: 'Deliveries',
    failed: 'Deliveries given up',
    none: 'Nothing has been delivered here yet.',
    noneFailed: 'No delivery was given up here.',
    head: ['Id', 'When', 'What', 'State', 'Tries', 'Error'],
    states: {
      waiting: '⏳ waiting',
      delivered: '🟢 delivered',
      absorbed: '📎 in a digest',
      withheld: '🔇 withheld',
      parked: '🔴 given up',
    },
    several: (count: number) => `${count} events`,
    replay: 'Replay',
  },
}

export type DeliveriesParts = Pick<CommandParts, 'describe' | 'timeZone' | 'router'> & {
  readonly store: Pick<CommandParts['store'], 'deliveries' | 'events' | 'subscriptions'>
}

export function deliveriesCommand(parts: DeliveriesParts): Command {
  return {
    name: 'deliveries',
    twin: 'livraisons',
    summary: { fr: 'Montre les dernières livraisons de ce canal.', en: 'Shows the latest deliveries of this channel.' },
    allow: 'member',
    run: (call) => listed(parts, call, false),
    verbs: [
      {
        name: 'failed',
        twin: 'échouées',
        summary: { fr: 'Montre celles qui ont été abandonnées.', en: 'Shows those that were given up.' },
        allow: 'member',
        run: (call) => listed(parts, call, true),
      },
    ],
  }
}

async function listed(parts: DeliveriesParts, call: Call, isFailed: boolean): Promise<Reply> {
  const { title, failed, none, noneFailed, head } = words[call.locale]
  const everywhere = call.role === 'vigie_admin' && call.place.kind === 'direct'
  const deliveries = await parts.store.deliveries.list({
    limit: most,
    ...(everywhere ? {} : { channel: call.place.channel }),
    ...(isFailed ? { state: 'parked' as const } : {}),
  })
  const shown = (
    await Promise.all(deliveries.map(async (delivery) => ({ delivery, row: await rowOf(parts, delivery, call) })))
  ).filter(({ row }) => row.length > 0)
  const [first] = shown
  if (first === undefined) return { text: own(isFailed ? noneFailed : none), mood: 'good' }
  const mayReplay = isFailed && call.role === 'vigie_admin'
  const next = mayReplay ? 'replay' : 'explain'
  return {
    title: own(isFailed ? failed : title),
    table: { head, rows: shown.map(({ row }) => row) },
    next: `/vigie ${next} ${first.delivery.id}`,
    ...(mayReplay ? { buttons: replayButtons(shown, call.locale) } : {}),
    // A Vigie administrator sees what this channel may not hear.
    personal: call.role === 'vigie_admin',
  }
}

/** For the first few; the others are put back in line by the command. */
function replayButtons(shown: readonly { readonly delivery: Delivery }[], locale: Locale): ReplyButton[] {
  const { replay } = words[locale]
  const isOne = shown.length === 1
  return shown.slice(0, mostButtons).map(({ delivery: { id } }) => {
    return { verb: 'replay.again', object: id, label: isOne ? replay : `${replay} ${id}` }
  })
}

/** Nothing for what this channel may not hear (any more) and has not heard. */
async function rowOf(parts: DeliveriesParts, delivery: Delivery, call: Call): Promise<readonly Rich[]> {
  const { locale, now } = call
  const what = await summaryOf(parts, delivery, call)
  if (what === undefined) return []
  const { id, createdAt, settledAt, state, attempt, error, withheld } = delivery
  return [
    [code(id)],
    own(moment(locale, parts.timeZone, settledAt ?? createdAt, now)),
    what,
    own(words[locale].states[state]),
    own(String(attempt)),
    error === undefined ? (withheld === undefined ? [] : [code(withheld)]) : [code(shorten(error, 80))],
  ]
}

async function summaryOf(parts: DeliveriesParts, delivery: Delivery, context: Call): Promise<Rich | undefined> {
  const { events } = delivery
  const { locale, now, role } = context
  const [id] = events
  const stored = id === undefined ? undefined : await parts.store.events.find(id)
  if (stored === undefined) return []
  const maySee =
    role === 'vigie_admin' || (await wasTold(parts, delivery)) || (await mayHear(parts, stored.event, context))
  if (!maySee) return undefined
  if (events.length > 1) return own(words[locale].several(events.length))
  const noNames = await isUnnamed(parts, stored.event.source, context)
  const telling: Telling = { locale, timeZone: parts.timeZone, now, noNames }
  return rich`${shorten(plain(parts.describe(stored.event, telling).summary), 100)}`
}
