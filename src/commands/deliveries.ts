// `/vigie deliveries [failed]`: what was told here, what waits, what was given up. A Vigie administrator sees every target's in a direct
// message, and wherever they ask what was given up: URLs and mail are in no channel.

import type { Delivery, Target, Telling } from '../event.ts'
import { moment } from '../text/format.ts'
import type { Locale } from '../text/locale.ts'
import { code, own, plain, type Rich, rich, shorten } from '../text/rich.ts'
import type { Call, Command, Reply, ReplyButton } from './command.ts'
import type { CommandParts } from './index.ts'
import { isUnnamed, mayHear, wasTold } from './subscriptions/hearing.ts'
import { placeOfUrl } from './subscriptions/urls.ts'

const most = 20
const mostButtons = 5

const words = {
  fr: {
    title: 'Livraisons',
    failed: 'Livraisons abandonnées',
    none: 'Rien n’a encore été livré ici.',
    noneFailed: 'Aucune livraison n’a été abandonnée ici.',
    noneFailedAnywhere: 'Aucune livraison n’a été abandonnée.',
    where: 'Où',
    here: 'ici',
    direct: 'un message direct',
    ended: 'une URL qui n’est plus abonnée',
    hidden: 'un autre canal',
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
    noneFailedAnywhere: 'No delivery was given up.',
    where: 'Where',
    here: 'here',
    direct: 'a direct message',
    ended: 'a URL that is not subscribed any more',
    hidden: 'another channel',
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

export type DeliveriesParts = Pick<CommandParts, 'around' | 'describe' | 'timeZone' | 'router'> & {
  readonly store: Pick<CommandParts['store'], 'deliveries' | 'events' | 'subscriptions' | 'subscribers'>
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
  const { title, failed, none, noneFailed, noneFailedAnywhere, head, where } = words[call.locale]
  const everywhere = call.role === 'vigie_admin' && (isFailed || call.place.kind === 'direct')
  const deliveries = await found(parts, call, { isFailed, everywhere })
  const shown = (
    await Promise.all(deliveries.map(async (delivery) => ({ delivery, row: await rowOf(parts, delivery, call) })))
  ).filter(({ row }) => row.length > 0)
  const [first] = shown
  const nothing = isFailed ? (everywhere ? noneFailedAnywhere : noneFailed) : none
  if (first === undefined) return { text: own(nothing), mood: 'good' }
  const mayReplay = isFailed && call.role === 'vigie_admin'
  const next = mayReplay ? 'replay' : 'explain'
  const rows = await Promise.all(
    shown.map(async ({ delivery, row }) =>
      everywhere ? row.toSpliced(2, 0, await whereOf(parts, delivery.target, call)) : row,
    ),
  )
  return {
    title: own(isFailed ? failed : title),
    table: { head: everywhere ? head.toSpliced(2, 0, where) : head, rows },
    next: `/vigie ${next} ${first.delivery.id}`,
    ...(mayReplay ? { buttons: replayButtons(shown, call.locale) } : {}),
    // A Vigie administrator sees what this channel may not hear.
    personal: call.role === 'vigie_admin',
  }
}

/** The newest; those of this channel come first, however many others were given up elsewhere. */
async function found(
  { store }: DeliveriesParts,
  { place }: Call,
  { isFailed, everywhere }: { readonly isFailed: boolean; readonly everywhere: boolean },
): Promise<readonly Delivery[]> {
  const filter = { limit: most, ...(isFailed ? { state: 'parked' as const } : {}) }
  const isHereAsked = !everywhere || place.kind !== 'direct'
  const here = isHereAsked ? await store.deliveries.list({ ...filter, channel: place.channel }) : []
  const all = everywhere ? await store.deliveries.list(filter) : []
  return [...new Map([...here, ...all].map((delivery) => [delivery.id, delivery])).values()].slice(0, most)
}

/** For Vigie administrators alone. */
async function whereOf({ store, around }: DeliveriesParts, target: Target, call: Call): Promise<Rich> {
  const { here, direct, ended, hidden } = words[call.locale]
  const { notifier, address } = target
  if (address === call.place.channel) return own(here)
  if (notifier === 'webhook') {
    const subscriber = await store.subscribers.find(address)
    return subscriber === undefined ? own(ended) : [code(placeOfUrl(subscriber.url))]
  }
  if (notifier !== 'mattermost') return [code(address)]
  if (address.startsWith('@')) return own(direct)
  const place = await around.findChannel(address, call)
  if (place === undefined || place.name === '') return own(hidden)
  return place.kind === 'direct' ? own(direct) : [code(`~${place.name}`)]
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
