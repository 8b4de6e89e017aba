// `/subscribe list`: what this channel hears, what sleeps and why, what is muted and until when; for a Vigie administrator in a direct
// message also the URLs that are told without chat.

import type { Mute, Subscription } from '../../event.ts'
import { until as untilWords } from '../../text/format.ts'
import { code, item, own, plain, type Rich, rich } from '../../text/rich.ts'
import type { Call, Reply } from '../command.ts'
import type { SubscribeParts } from '../subscribe.ts'
import { flagsOf, shownFilters } from './filters.ts'
import { asTyped } from './subject.ts'
import { urlRow } from './url-words.ts'
import { type UrlSubscription, urlSubscriptions } from './urls.ts'
import { heardWords, listCommand } from './words.ts'

const mostUnmuteButtons = 5
/** The newest. */
const mostUrls = 100

const words = {
  fr: {
    title: 'Ce que ce canal entend',
    none: 'Ce canal n’est abonné à rien.',
    head: ['Numéro', 'Source', 'Sujet', 'Filtres', 'Par', 'État'],
    all: 'tout',
    awake: 'éveillé',
    asleep: {
      removed: '😴 en sommeil\u00a0: je ne suis plus dans le canal',
      archived: '😴 en sommeil\u00a0: canal archivé',
    },
    muted: (what: Rich, until: string, by: string) => rich`🔇 ${what} en sourdine ${own(until)}, par ${by}`,
    unmute: (what: string) => `Réentendre ${what}`,
    first: '/subscribe gitlab groupe/projet',
    where: 'Où',
    here: 'ici',
    titleOfUrls: 'Ce qui est entendu ici, et par des URL',
    moreUrls: (count: number) => rich`… et ${count} autres URL, plus anciennes.`,
    urls: (list: string) => rich`Des URL entendent aussi, sans chat\u00a0: ${code(list)} en message direct les montre.`,
  },
  en: {
    title: 'What this channel hears',
    none: 'This channel is subscribed to nothing.',
    head: ['Id', 'Source', 'Subject', 'Filters', 'By', 'State'],
    all: 'all',
    awake: 'awake',
    asleep: { removed: '😴 asleep: I am no longer in the channel', archived: '😴 asleep: channel archived' },
    muted: (what: Rich, until: string, by: string) => rich`🔇 ${what} muted ${own(until)}, by ${by}`,
    unmute: (what: string) => `Hear ${what} again`,
    first: '/subscribe gitlab group/project',
    where: 'Where',
    here: 'here',
    titleOfUrls: 'What is heard here, and by URLs',
    moreUrls: (count: number) => rich`… and ${count} other URLs, older ones.`,
    urls: (list: string) => rich`URLs hear as well, without chat: ${code(list)} in a direct message shows them.`,
  },
}

export async function listReply(parts: SubscribeParts, call: Call): Promise<Reply> {
  const { locale, place, role } = call
  const say = words[locale]
  const subscriptions = await parts.store.subscriptions.inChannel(place.channel)
  const mutes = (await parts.store.subscriptions.mutes()).filter(
    ({ channel, until }) => channel === place.channel && until > call.now,
  )
  const muteLines = await Promise.all(mutes.map((mute) => muteLine(parts, mute, call)))
  const buttons = mutes.slice(0, role === 'guest' ? 0 : mostUnmuteButtons).map(({ source, subject }) => ({
    verb: 'subscribe.unmute',
    object: subject === undefined ? source : `${source} ${subject}`,
    label: say.unmute(subject ?? source),
  }))
  const urls = role === 'vigie_admin' ? await urlSubscriptions(parts.store) : []
  const last = subscriptions.at(-1)
  const lines = [...muteLines, ...(urls.length > 0 && place.kind !== 'direct' ? [say.urls(listCommand[locale])] : [])]
  const common = {
    text: [...(last === undefined ? own(say.none) : []), ...lines.map((line) => item(line))],
    buttons,
    mood: subscriptions.some(({ asleep }) => asleep !== undefined) ? 'warning' : 'plain',
  } as const
  const rows = await Promise.all(subscriptions.map((one) => rowOf(parts, one, call)))
  if (urls.length > 0 && place.kind === 'direct') return { ...common, ...(await withUrls(parts, rows, urls, call)) }
  if (last === undefined) return { ...common, next: say.first }
  return { ...common, title: own(say.title), table: { head: say.head, rows }, next: `/unsubscribe ${last.id}` }
}

/** One table of both: what is heard here, and by URLs. */
async function withUrls(
  parts: SubscribeParts,
  rows: readonly (readonly Rich[])[],
  urls: readonly UrlSubscription[],
  call: Call,
): Promise<Pick<Reply, 'title' | 'table' | 'footer' | 'next'>> {
  const { head, where, here, titleOfUrls, moreUrls } = words[call.locale]
  const shown = urls.toReversed().slice(0, mostUrls)
  const theirs = await Promise.all(shown.map((one) => urlRow(parts, one, call)))
  const [newest] = shown
  return {
    title: own(titleOfUrls),
    table: {
      head: head.toSpliced(1, 0, where),
      rows: [...rows.map((row) => row.toSpliced(1, 0, own(here))), ...theirs],
    },
    ...(urls.length > shown.length ? { footer: plain(moreUrls(urls.length - shown.length)) } : {}),
    ...(newest === undefined ? {} : { next: `/unsubscribe ${newest.subscription.id}` }),
  }
}

async function rowOf(
  { around }: SubscribeParts,
  subscription: Subscription,
  { locale }: Call,
): Promise<readonly Rich[]> {
  const { id, source, subject, filters, maker, asleep } = await shownFilters(subscription, around)
  const { all, awake, asleep: sleeping } = words[locale]
  const flags = flagsOf(filters)
  return [
    [code(id)],
    own(source),
    subject === undefined ? own(all) : [code(asTyped(source, subject))],
    flags === '' ? [] : [code(flags)],
    [await around.username(maker)],
    own(asleep === undefined ? awake : sleeping[asleep]),
  ]
}

async function muteLine({ around, timeZone }: SubscribeParts, mute: Mute, { locale, now }: Call): Promise<Rich> {
  const until = untilWords(locale, timeZone, mute.until, now)
  return words[locale].muted(heardWords(mute, locale), until, await around.username(mute.maker))
}
