// What is said about subscriptions and mutes once they are made or ended, in both languages.

import type { Subscription } from '../../event.ts'
import { until as untilWords } from '../../text/format.ts'
import type { Locale, Said } from '../../text/locale.ts'
import { bold, code, join, own, type Rich, rich } from '../../text/rich.ts'
import { typedName } from '../../text/typed.ts'
import type { CallContext, Reply } from '../command.ts'
import { flagsOf } from './filters.ts'
import { asTyped } from './subject.ts'

/** How the list of subscriptions is asked for: a verb's French twin comes first in French. */
export const listCommand: Said = { fr: '/subscribe liste', en: '/subscribe list' }

/** A subject of a source, as people read it: `group/**` (gitlab). */
export interface Heard {
  readonly source: string
  readonly subject?: string | undefined
}

const words = {
  fr: {
    subscribed: 'Abonné\u00a0:',
    replaced: 'Abonnement remplacé\u00a0:',
    hears: (what: Rich) => rich`ce canal entend ${what}.`,
    all: (source: string) => rich`tout ${own(source)}`,
    filters: 'Filtres',
    id: 'Numéro',
    before: (flags: string) => rich`Les filtres d’avant ne valent plus\u00a0: ${flags === '' ? 'aucun' : code(flags)}.`,
    former: (name: string) => rich`Il était à ${bold(name)}\u202f; il est maintenant à vous.`,
    names: (count: number, whole: string) =>
      rich`Ce sont ${count} noms\u202f; un nom de plusieurs mots se met entre guillemets\u00a0: ${code(`/subscribe personnage ${whole}`)}.`,
    silentHere: (allow: string) =>
      rich`Ce qui n’est ni public ni ouvert à tous reste muet ici\u202f; un administrateur de Vigie peut l’ouvrir à tous\u00a0: ${code(allow)}.`,
    silent: (allow: string) =>
      rich`Ce qui n’est ni public ni ouvert à ce canal reste muet\u202f; un administrateur de Vigie peut l’ouvrir\u00a0: ${code(allow)}.`,
    admin: rich`Ce qui est privé est entendu aussi, tant que vous êtes administrateur de Vigie.`,
    muted: (what: Rich, until: string) => rich`ce canal n’entend plus ${what} ${own(until)}.`,
    mute: 'Sourdine\u00a0:',
    still: 'Déjà en sourdine\u00a0:',
    by: (name: string) => rich`Elle est de ${bold(name)}, et dure plus longtemps.`,
    unmuted: (what: Rich) => rich`ce canal entend de nouveau ${what}.`,
    unmute: 'Sourdine levée\u00a0:',
    notMuted: (what: Rich) => rich`Il n’y avait plus de sourdine sur ${what}.`,
  },
  en: {
    subscribed: 'Subscribed:',
    replaced: 'Subscription replaced:',
    hears: (what: Rich) => rich`this channel hears ${what}.`,
    all: (source: string) => rich`all of ${own(source)}`,
    filters: 'Filters',
    id: 'Id',
    before: (flags: string) => rich`The filters before hold no longer: ${flags === '' ? 'none' : code(flags)}.`,
    former: (name: string) => rich`It was ${bold(name)}'s; it is yours now.`,
    names: (count: number, whole: string) =>
      rich`These are ${count} names; a name of several words stands in quotes: ${code(`/subscribe personnage ${whole}`)}.`,
    silentHere: (allow: string) =>
      rich`What is neither public nor opened to everyone stays silent here; an administrator of Vigie can open it to everyone: ${code(allow)}.`,
    silent: (allow: string) =>
      rich`What is neither public nor opened to this channel stays silent; an administrator of Vigie can open it: ${code(allow)}.`,
    admin: rich`What is private is heard too, as long as you are an administrator of Vigie.`,
    muted: (what: Rich, until: string) => rich`this channel no longer hears ${what} ${own(until)}.`,
    mute: 'Muted:',
    still: 'Muted already:',
    by: (name: string) => rich`It is ${bold(name)}'s, and lasts longer.`,
    unmuted: (what: Rich) => rich`this channel hears ${what} again.`,
    unmute: 'Unmuted:',
    notMuted: (what: Rich) => rich`There was no mute on ${what} any more.`,
  },
}

/** `` `group/**` (gitlab) ``, or `all of gitlab`. */
export function heardWords({ source, subject }: Heard, locale: Locale): Rich {
  return subject === undefined ? words[locale].all(source) : rich`${code(asTyped(source, subject))} (${own(source)})`
}

/** Characters are everybody's (interface.md, "Who may"): nothing of theirs stays silent. */
const alwaysOpen = 'personnage'

/** What stays silent is said in words that are the same for a closed subject and an unknown one (threats T7). */
export function subscribedReply(
  subscription: Subscription,
  replaced: Subscription | undefined,
  former: string | undefined,
  { locale, role, place }: CallContext,
): Reply {
  const say = words[locale]
  const flags = flagsOf(subscription.filters)
  const lines: Rich[] = [
    rich`${bold(own(replaced === undefined ? say.subscribed : say.replaced))} ${say.hears(heardWords(subscription, locale))}`,
    replaced === undefined || flagsOf(replaced.filters) === flags ? [] : say.before(flagsOf(replaced.filters)),
    former === undefined ? [] : say.former(former),
    subscription.source === alwaysOpen
      ? severalNames(subscription, locale)
      : role === 'vigie_admin'
        ? say.admin
        : silentWords(subscription, place, locale),
  ]
  return {
    text: join(lines, '\n'),
    fields: [
      ...(flags === '' ? [] : [{ title: say.filters, value: [code(flags)], short: false }]),
      { title: say.id, value: [code(subscription.id)], short: true },
    ],
    mood: 'good',
    next: listCommand[locale],
    changed: [subscription.id, subscription.source, subscription.subject ?? '', flags]
      .filter((word) => word !== '')
      .join(' '),
  }
}

/** What is not heard yet, and the command that would open it: the first glob. To a direct message alone nobody else can open anything. */
function silentWords({ source, subject }: Subscription, place: CallContext['place'], locale: Locale): Rich {
  const glob = subject?.split(' ').find((word) => !word.startsWith('!')) ?? '**'
  const { silent, silentHere } = words[locale]
  return place.kind === 'direct'
    ? silentHere(`/vigie allow ${source} ${asTyped(source, glob)} everyone`)
    : silent(`/vigie allow ${source} ${asTyped(source, glob)} ~${place.name}`)
}

/** Several names of characters were perhaps meant as one. */
function severalNames({ subject = '' }: Subscription, locale: Locale): Rich {
  const names = subject.split(' ')
  if (names.length < 2 || names.some((name) => /[!*?]/.test(name))) return []
  return words[locale].names(names.length, typedName(names.join(' ').replaceAll('_', ' ')))
}

export function mutedReply(
  { source, subject, until }: Heard & { readonly until: number },
  { locale, now }: CallContext,
  timeZone: string,
): Reply {
  const { mute, muted } = words[locale]
  const what = heardWords({ source, subject }, locale)
  return {
    text: rich`${bold(own(mute))} ${muted(what, untilWords(locale, timeZone, until, now))}`,
    mood: 'good',
    next: listCommand[locale],
    changed: [source, subject ?? '', new Date(until).toISOString()].filter((word) => word !== '').join(' '),
  }
}

/** Somebody else's longer mute stands. */
export function stillMutedReply(
  known: Heard & { readonly until: number },
  maker: string,
  { locale, now }: CallContext,
  timeZone: string,
): Reply {
  const { still, muted, by } = words[locale]
  const until = untilWords(locale, timeZone, known.until, now)
  return {
    text: rich`${bold(own(still))} ${muted(heardWords(known, locale), until)} ${by(maker)}`,
    next: listCommand[locale],
  }
}

export function unmutedReply(heard: Heard, ended: boolean, locale: Locale): Reply {
  const { unmute, unmuted, notMuted } = words[locale]
  const what = heardWords(heard, locale)
  if (!ended) return { text: notMuted(what) }
  return {
    text: rich`${bold(own(unmute))} ${unmuted(what)}`,
    mood: 'good',
    next: listCommand[locale],
    changed: [heard.source, heard.subject ?? ''].filter((word) => word !== '').join(' '),
  }
}
