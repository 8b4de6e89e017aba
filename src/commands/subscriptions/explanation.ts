// Why an event is told in a channel or is not, in words: its subscriptions and what each says to it, its deliveries and their tries.

import type { Delivery, Subscription } from '../../event.ts'
import type { Silence } from '../../flow/judge.ts'
import type { StoredEvent } from '../../store/store.ts'
import { moment } from '../../text/format.ts'
import { bold, code, item, join, own, type Rich, rich, shorten } from '../../text/rich.ts'
import type { CallContext, Reply, Table } from '../command.ts'
import type { ExplainParts } from '../explain.ts'
import { commandOf } from './filters.ts'
import { isUnnamed, judgedHere } from './hearing.ts'
import { listCommand } from './words.ts'

/** Why a subscription is silent, or why a delivery was held back. */
type Withheld = Silence | 'unsubscribed' | 'ended' | 'told' | 'taken'

const mostDeliveries = 20
const mostEvents = 20

const words = {
  fr: {
    here: 'C’est dit ici',
    because: 'parce que ce canal y est abonné\u00a0:',
    there: 'C’est dit ailleurs',
    becauseThere: rich`(${code('/vigie deliveries')} dit où) par ces abonnements\u00a0:`,
    notHere: 'Ce n’est pas dit ici',
    nobody: (source: string) => rich`\u00a0: ce canal n’a pas d’abonnement à ${own(source)}.`,
    reasons: 'et voici pourquoi\u00a0:',
    by: (name: string, when: string) => rich`fait par ${bold(name)}, ${own(when)}`,
    hears: 'l’entend',
    later: 'l’entendrait maintenant\u202f; il ne l’entendait pas quand c’est arrivé',
    gone: (id: string) => rich`abonnement ${code(id)}, retiré depuis`,
    why: {
      source: 'une autre source',
      elsewhere: 'cela n’est dit que dans un autre canal (clé d’API avec --channel)',
      asleep: 'en sommeil',
      subject: 'un autre sujet',
      excluded: 'ce sujet est exclu (!)',
      unsubscribed: 'plus abonné',
      ended: 'l’adresse ne veut plus rien recevoir (410)',
      events: 'pas ce genre d’événement (--events)',
      branch: 'une autre branche (--branch)',
      label: 'd’autres étiquettes (--label)',
      author: 'un autre auteur (--author)',
      ext: 'une autre extension (--ext)',
      larger: 'trop petit (--larger)',
      severity: 'pas assez grave (--severity)',
      unchanged: 'l’état n’a pas changé (--changes-only)',
      confidential: 'c’est confidentiel (--confidential)',
      closed: 'le sujet n’est pas ouvert à ce canal (/vigie allow)',
      muted: 'en sourdine',
      told: 'déjà dit ici, avant que la base soit restaurée',
      taken: 'l’alerte a été donnée ailleurs (FALLBACK)',
    } satisfies Record<Withheld, string>,
    event: 'Événement',
    type: 'Type',
    subject: 'Sujet',
    received: 'Reçu',
    head: ['Livraison', 'État', 'Essais', 'Quand', 'Erreur'],
    states: {
      waiting: '⏳ en attente',
      delivered: '🟢 livrée',
      absorbed: '📎 dans un résumé',
      withheld: '🔇 retenue',
      parked: '🔴 abandonnée',
    },
    several: (count: number) => `Ce message dit ${count} événements`,
    eventHead: ['Événement', 'Quand', 'Quoi'],
  },
  en: {
    here: 'It is told here',
    because: 'because this channel is subscribed to it:',
    there: 'It is told elsewhere',
    becauseThere: rich`(${code('/vigie deliveries')} says where) by these subscriptions:`,
    notHere: 'It is not told here',
    nobody: (source: string) => rich`: this channel has no subscription to ${own(source)}.`,
    reasons: 'and this is why:',
    by: (name: string, when: string) => rich`made by ${bold(name)}, ${own(when)}`,
    hears: 'hears it',
    later: 'would hear it now; it did not when it happened',
    gone: (id: string) => rich`subscription ${code(id)}, removed since`,
    why: {
      source: 'another source',
      elsewhere: 'it is told in another channel alone (API key with --channel)',
      asleep: 'asleep',
      subject: 'another subject',
      excluded: 'this subject is excluded (!)',
      unsubscribed: 'no longer subscribed',
      ended: 'the address wants nothing any more (410)',
      events: 'not this kind of event (--events)',
      branch: 'another branch (--branch)',
      label: 'other labels (--label)',
      author: 'another author (--author)',
      ext: 'another extension (--ext)',
      larger: 'too small (--larger)',
      severity: 'not grave enough (--severity)',
      unchanged: 'the state did not change (--changes-only)',
      confidential: 'it is confidential (--confidential)',
      closed: 'the subject is not open to this channel (/vigie allow)',
      muted: 'muted',
      told: 'told here already, before the database was restored',
      taken: 'the alert was given elsewhere (FALLBACK)',
    } satisfies Record<Withheld, string>,
    event: 'Event',
    type: 'Type',
    subject: 'Subject',
    received: 'Received',
    head: ['Delivery', 'State', 'Tries', 'When', 'Error'],
    states: {
      waiting: '⏳ waiting',
      delivered: '🟢 delivered',
      absorbed: '📎 in a digest',
      withheld: '🔇 withheld',
      parked: '🔴 given up',
    },
    several: (count: number) => `This post tells ${count} events`,
    eventHead: ['Event', 'When', 'What'],
  },
}

/** One event: why it is told in this channel, or why not, subscription by subscription. */
export async function eventReply(
  parts: ExplainParts,
  { event, acceptedAt }: StoredEvent,
  context: CallContext,
): Promise<Reply> {
  const { locale, place, now, role } = context
  const say = words[locale]
  const everywhere = role === 'vigie_admin' && place.kind === 'direct'
  const deliveries = await parts.store.deliveries.list({
    event: event.id,
    limit: mostDeliveries,
    ...(everywhere ? {} : { channel: place.channel }),
  })
  const noNames = await isUnnamed(parts, event.source, context)
  const description = parts.describe(event, { locale, timeZone: parts.timeZone, now, noNames })
  return {
    title: description.summary,
    ...(event.url === undefined ? {} : { url: event.url }),
    text: deliveries.length > 0 ? await whyHere(parts, deliveries, context) : await whyNotHere(parts, event, context),
    fields: [
      { title: say.event, value: [code(event.id)], short: true },
      { title: say.type, value: [code(event.type)], short: true },
      ...(event.subject === undefined ? [] : [{ title: say.subject, value: [code(event.subject)], short: true }]),
      { title: say.received, value: own(moment(locale, parts.timeZone, acceptedAt, now)), short: true },
    ],
    ...(deliveries.length > 0 ? { table: deliveryTable(parts, deliveries, context) } : {}),
    personal: role === 'vigie_admin',
    next: listCommand[locale],
  }
}

/** A post that tells several events: through which subscriptions, and which events. */
export async function postReply(
  parts: ExplainParts,
  events: readonly StoredEvent[],
  deliveries: readonly Delivery[],
  context: CallContext,
): Promise<Reply> {
  const { locale, now, role } = context
  const say = words[locale]
  const noNames = await isUnnamed(parts, events[0]?.event.source ?? '', context)
  const rows = events
    .slice(-mostEvents)
    .map(({ event, acceptedAt }): readonly Rich[] => [
      [code(event.id)],
      own(moment(locale, parts.timeZone, acceptedAt, now)),
      parts.describe(event, { locale, timeZone: parts.timeZone, now, noNames }).summary,
    ])
  const last = events.at(-1)
  return {
    title: own(say.several(events.length)),
    text: await whyHere(parts, deliveries, context),
    table: { head: say.eventHead, rows },
    personal: role === 'vigie_admin',
    ...(last === undefined ? {} : { next: `/vigie explain ${last.event.id}` }),
  }
}

async function whyHere(parts: ExplainParts, deliveries: readonly Delivery[], context: CallContext): Promise<Rich> {
  const { here, because, there, becauseThere, gone } = words[context.locale]
  // A Vigie administrator also asks from a direct message about what channels and URLs are told.
  const isHere = deliveries.length === 0 || deliveries.some(({ target }) => target.address === context.place.channel)
  const ids = [...new Set(deliveries.flatMap(({ subscriptions }) => subscriptions))]
  const lines = await Promise.all(
    ids.map(async (id) => {
      const one = await parts.store.subscriptions.find(id)
      return one === undefined ? gone(id) : subscriptionWords(parts, one, context)
    }),
  )
  const head = isHere ? rich`${bold(own(here))} ${own(because)}` : rich`${bold(own(there))} ${becauseThere}`
  return [...head, ...lines.map((line) => item(line))]
}

async function whyNotHere(parts: ExplainParts, event: StoredEvent['event'], context: CallContext): Promise<Rich> {
  const { notHere, nobody, reasons, why, later } = words[context.locale]
  const judged = await judgedHere(parts, event, context)
  const ofSource = judged.filter(({ subscription }) => subscription.source === event.source)
  if (ofSource.length === 0) return rich`${bold(own(notHere))}${nobody(event.source)}`
  const lines = await Promise.all(
    ofSource.map(async ({ subscription, judgement }) => {
      const reason = judgement.hears ? later : why[judgement.because]
      return rich`${await subscriptionWords(parts, subscription, context)} → ${bold(own(reason))}`
    }),
  )
  return [...rich`${bold(own(notHere))} ${own(reasons)}`, ...lines.map((line) => item(line))]
}

/** The command that makes it, who made it and when. */
async function subscriptionWords(
  { around, timeZone }: ExplainParts,
  subscription: Subscription,
  { locale, now }: CallContext,
): Promise<Rich> {
  const when = moment(locale, timeZone, subscription.madeAt, now)
  const by = words[locale].by(await around.username(subscription.maker), when)
  return join([[code(subscription.id)], [code(commandOf(subscription))], by], ' · ')
}

function deliveryTable(
  { timeZone }: ExplainParts,
  deliveries: readonly Delivery[],
  { locale, now }: CallContext,
): Table {
  const { head, states, why } = words[locale]
  const rows = deliveries.map(({ id, state, attempt, settledAt, createdAt, error, withheld }): readonly Rich[] => [
    [code(id)],
    own(states[state]),
    own(String(attempt)),
    own(moment(locale, timeZone, settledAt ?? createdAt, now)),
    error === undefined
      ? own(withheld !== undefined && isReason(withheld, why) ? why[withheld] : (withheld ?? ''))
      : [code(shorten(error, 80))],
  ])
  return { head, rows }
}

function isReason(word: string, why: Record<Withheld, string>): word is Withheld {
  return Object.hasOwn(why, word)
}
